package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Sizes of section 6: what a person waits for.
const (
	peopleCases = 100_000 // of the county, and rows of the export
	peopleBulk  = 5_000   // records of one batch
)

// people measures what a person waits for: a batch and its undo, a long list as a
// spreadsheet, a phone's first keeping of what it needs.
func (b *bench) people(ctx context.Context) error {
	cases := peopleCases
	if b.quick {
		cases = 10_000
	}
	b.section(fmt.Sprintf("people: one person's long work in a county of %s cases, through the public API", thousands(fmt.Sprint(cases))))
	file := filepath.Join(b.dir, "people.db")
	a, err := openCounty(ctx, file, b.keyFile())
	if err != nil {
		return err
	}
	if err := seed(ctx, a, cases); err != nil {
		a.DB.Close()
		return fmt.Errorf("seed: %w", err)
	}
	if err := a.DB.Close(); err != nil {
		return err
	}
	d, p, err := b.startDesk(ctx, "people", file)
	if err != nil {
		return err
	}
	defer p.stop()
	for _, part := range []func(context.Context, *deskSide, *process) error{b.batch, b.export, b.sync} {
		if err := part(ctx, d, p); err != nil {
			return fmt.Errorf("%w; %s", err, tail(p.log))
		}
	}
	b.value("most memory, whole server", p.peak(), " MiB", atMost(512, " MiB"))
	return nil
}

type jobAnswer struct {
	ID, State   string
	Done, Total int64
	Failed      int64
	Result      struct{ Areas int64 }
	File        *struct{ Size int64 }
}

// job starts long work and waits until it has ended, asking as a screen does.
func (d *deskSide) job(ctx context.Context, path string, body any) (v jobAnswer, took time.Duration, err error) {
	var raw []byte
	if body != nil {
		if raw, err = json.Marshal(body); err != nil {
			return v, 0, err
		}
	}
	begin := time.Now()
	answer, err := d.t.send(ctx, "POST", deskAPI+path, d.head("application/json"), raw)
	for err == nil {
		if err = json.Unmarshal(answer, &v); err != nil || v.State == "done" {
			break
		}
		if v.State == "failed" || v.State == "cancelled" {
			return v, 0, fmt.Errorf("%s is %s: %.300s", path, v.State, answer)
		}
		time.Sleep(20 * time.Millisecond)
		answer, err = d.t.send(ctx, "GET", deskAPI+"/jobs/"+v.ID, map[string]string{"Authorization": d.auth(d.me())}, nil)
	}
	return v, time.Since(begin), err
}

// running lists ids of open cases, newest first.
func (d *deskSide) running(ctx context.Context, n int) (ids []string, err error) {
	for cursor := ""; len(ids) < n; {
		answer, err := d.t.send(ctx, "GET", deskAPI+"/records?program="+benchKey+"&record=matter&stage=doing&limit=200&cursor="+cursor, map[string]string{"Authorization": d.auth(centreLogin)}, nil)
		if err != nil {
			return nil, err
		}
		var page struct {
			Items []struct{ ID string }
			Next  *string
		}
		if err := json.Unmarshal(answer, &page); err != nil {
			return nil, err
		}
		for _, r := range page.Items {
			ids = append(ids, r.ID)
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	return ids[:min(n, len(ids))], nil
}

func (b *bench) batch(ctx context.Context, d *deskSide, _ *process) error {
	ids, err := d.running(ctx, peopleBulk)
	if err != nil {
		return err
	}
	n := thousands(fmt.Sprint(len(ids)))
	check, looked, err := d.job(ctx, "/bulk", map[string]any{"op": "move", "move": "close", "ids": ids})
	if err != nil {
		return err
	}
	done, took, err := d.job(ctx, "/bulk/"+check.ID+"/confirm", nil)
	if err != nil {
		return err
	}
	if done.Done != int64(len(ids)) {
		return fmt.Errorf("the batch did %d of %d", done.Done, len(ids))
	}
	_, undone, err := d.job(ctx, "/bulk/"+done.ID+"/undo", nil)
	if err != nil {
		return err
	}
	b.value("preview a batch of "+n, looked.Seconds(), " s", nil)
	b.value("do a batch of "+n, took.Seconds(), " s", atMost(5, " s"))
	b.value("undo it", undone.Seconds(), " s", nil)
	return nil
}

func (b *bench) export(ctx context.Context, d *deskSide, p *process) error {
	before := p.cpu()
	v, took, err := d.job(ctx, "/records/export", map[string]any{"format": "xlsx", "filter": map[string]any{"program": benchKey, "record": "matter"}})
	if err != nil {
		return err
	}
	if v.File == nil || v.File.Size == 0 {
		return fmt.Errorf("the export has no file")
	}
	b.value(thousands(fmt.Sprint(v.Done))+" rows to a spreadsheet", took.Seconds(), " s", atMost(10, " s"))
	b.value("processor time of it", (p.cpu() - before).Seconds(), " s", nil)
	return nil
}

// sync is a clerk's phone: everything his window has open, then what changed since.
func (b *bench) sync(ctx context.Context, d *deskSide, _ *process) error {
	head := map[string]string{"Authorization": d.auth(clerkLogin(0))}
	cursor, items, bytes := "", 0, 0
	run := func() (time.Duration, error) {
		begin := time.Now()
		for {
			answer, err := d.t.send(ctx, "GET", deskAPI+"/sync?cursor="+cursor, head, nil)
			if err != nil {
				return 0, err
			}
			var page struct {
				Items  []json.RawMessage
				Cursor string
				More   bool
			}
			if err := json.Unmarshal(answer, &page); err != nil {
				return 0, err
			}
			cursor, items, bytes = page.Cursor, items+len(page.Items), bytes+len(answer)
			if !page.More {
				return time.Since(begin), nil
			}
		}
	}
	first, err := run()
	if err != nil {
		return err
	}
	held := items
	var later []time.Duration
	for range 5 {
		t, err := run()
		if err != nil {
			return err
		}
		later = append(later, t)
	}
	slices.Sort(later)
	b.value(fmt.Sprintf("first sync of a phone, %s things, per 2,000", thousands(fmt.Sprint(held))), first.Seconds()*2000/float64(max(held, 1)), " s", atMost(20, " s"))
	b.value("a later one", later[len(later)/2].Seconds(), " s", atMost(2, " s"))
	b.note("%d KB to keep", bytes/1024)
	return nil
}
