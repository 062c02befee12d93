package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// rosters measures an import with full checks, as a person lives it: from the
// upload to the verdict on every line, and from the word to the last line written,
// with the memory of the whole server at its highest.
func (b *bench) rosters(ctx context.Context) error {
	b.section("rosters: enterprises from a CSV, full checks, through the public API")
	sizes := []int{10_000, 200_000}
	if b.quick {
		sizes = sizes[:1]
	}
	for _, n := range sizes {
		if err := b.roster(ctx, "sqlite", filepath.Join(b.dir, fmt.Sprintf("roster%d.db", n)), n); err != nil {
			return err
		}
	}
	address := os.Getenv("LINQIAO_TEST_PG")
	if !b.beside("postgres") || address == "" {
		return nil
	}
	dsn, drop, err := freshSchema(ctx, address)
	if err != nil {
		b.skip("an import on PostgreSQL", err)
		return nil
	}
	defer drop()
	return b.roster(ctx, "postgres", dsn, sizes[0])
}

func (b *bench) roster(ctx context.Context, engine, dsn string, n int) error {
	d, p, err := b.startDesk(ctx, engine, dsn)
	if err != nil {
		return err
	}
	defer p.stop()
	name := fmt.Sprintf("%s rows on %s", thousands(fmt.Sprint(n)), engine)
	before, begin := p.cpu(), time.Now()
	id, err := d.sendRoster(ctx, rosterOf(n))
	if err != nil {
		return err
	}
	if err := d.settled(ctx, id, "checked"); err != nil {
		return err
	}
	checked := time.Since(begin)
	if _, err := d.t.send(ctx, "POST", deskAPI+"/imports/"+id+"/confirm", d.head(""), []byte(`{"skip_bad":true}`)); err != nil {
		return err
	}
	if err := d.settled(ctx, id, "done"); err != nil {
		return err
	}
	all, cpu := time.Since(begin), p.cpu()-before
	var g *goal
	if n == 10_000 {
		g = atMost(5, " s")
	}
	b.value("check "+name, checked.Seconds(), " s", nil)
	b.value("check and write "+name, all.Seconds(), " s", g)
	b.value("processor time of it", cpu.Seconds(), " s", nil)
	b.value("most memory, whole server", p.peak(), " MiB", atMost(512, " MiB"))
	return nil
}

func (d *deskSide) head(contentType string) map[string]string {
	h := map[string]string{"Authorization": d.auth(d.me()), "Idempotency-Key": uuid.NewString()}
	if contentType != "" {
		h["Content-Type"] = contentType
	}
	return h
}

func (d *deskSide) sendRoster(ctx context.Context, csv []byte) (string, error) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.WriteField("kind", "enterprises"); err != nil {
		return "", err
	}
	f, err := m.CreateFormFile("file", "roster.csv")
	if err != nil {
		return "", err
	}
	if _, err := f.Write(csv); err != nil {
		return "", err
	}
	if err := m.Close(); err != nil {
		return "", err
	}
	answer, err := d.t.send(ctx, "POST", deskAPI+"/imports", d.head(m.FormDataContentType()), b.Bytes())
	if err != nil {
		return "", err
	}
	var v struct{ ID string }
	err = json.Unmarshal(answer, &v)
	return v.ID, err
}

// settled waits until the import is in a state, asking as a screen does.
func (d *deskSide) settled(ctx context.Context, id, want string) error {
	for {
		answer, err := d.t.send(ctx, "GET", deskAPI+"/imports/"+id, map[string]string{"Authorization": d.auth(centreLogin)}, nil)
		if err != nil {
			return err
		}
		var v struct{ State string }
		if err := json.Unmarshal(answer, &v); err != nil {
			return err
		}
		if v.State == want {
			return nil
		}
		if !slices.Contains([]string{"reading", "checking", "writing"}, v.State) {
			return fmt.Errorf("the import is %s, not %s: %.300s", v.State, want, answer)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// rosterOf is a roster of invented enterprises.
func rosterOf(n int) []byte {
	words := []string{"五金", "木业", "食品", "电子", "纺织", "建材", "化工", "农机", "果蔬", "水产"}
	var b strings.Builder
	b.WriteString("企业名称,统一社会信用代码,所在镇街,联系电话,成立日期,从业人员,年营业收入（万元）\n")
	for i := range n {
		fmt.Fprintf(&b, "测速县第%d%s加工厂,91990101MA%06d0X,第%d镇,0668-2%06d,2019年5月6日,%d,%d.5\n", i, words[i%len(words)], i, i%towns+1, i, i%300, i%900)
	}
	return []byte(b.String())
}
