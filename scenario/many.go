package scenario

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"linqiao/kernel/program"
)

// manyMoves makes one move many times as one person: an intake so many times
// (连做), or on every record of its kind that can make it now (逐件). The order does
// not matter; {n} in the arguments is the running number.
func (w *world) manyMoves(ctx context.Context, who *login, actor *thing, s Step) error {
	targets := make([]string, s.Times)
	for i := range targets {
		targets[i] = s.On
	}
	if s.Each {
		var err error
		if targets, err = w.movable(ctx, who, actor, s); err != nil {
			return err
		}
	}
	return w.each(len(targets), func(i int) error {
		one := s
		one.On = targets[i]
		var err error
		if one.Args, err = itemArgs(s.Args, i, len(targets)); err != nil {
			return err
		}
		t, err := w.move(ctx, who, actor, one, time.Time{})
		if err == nil && i == len(targets)-1 {
			w.mu.Lock()
			w.last = t
			w.mu.Unlock()
		}
		return err
	})
}

// movable names the records below On, or of all, whose stage the move
// leaves.
func (w *world) movable(ctx context.Context, who *login, actor *thing, s Step) ([]string, error) {
	rec, m, err := w.moveNamed(s.Target)
	if err != nil {
		return nil, err
	}
	kind, from := rec.Key, m.From
	if m.Intake() { // one below each running record of the kind above
		if kind = rec.Of; kind == "" {
			return nil, fmt.Errorf("「%s」是新建，应写「连做 N 件」", m.Label)
		}
	}
	if s.Day != "" {
		return w.movableOn(ctx, who, actor, s, rec, m, kind)
	}
	q := url.Values{"program": {w.prog.Key}, "record": {kind}, "running": {"1"}}
	if s.On != "" {
		t, err := w.get(s.On)
		if err != nil {
			return nil, err
		}
		switch t.kind {
		case aParty:
			q.Set("subject", t.id)
		case aRegion:
			q.Set("region", t.id)
		default:
			q.Set("parent", t.id)
		}
	}
	items, err := w.pages(ctx, who, "/records", q, 100_000)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range items {
		if m.Intake() || slices.Contains(from, str(x["stage"])) {
			out = append(out, w.nameless(x, actor))
		}
	}
	return out, someOf(out, rec, m)
}

// nameless takes a record up under a name that no story writes.
func (w *world) nameless(x object, actor *thing) string {
	t := w.recordThing(x, actor)
	t.name = "#" + t.id
	w.mu.Lock()
	w.things[t.name] = t
	w.mu.Unlock()
	return t.name
}

func someOf(list []string, rec *program.RecordType, m *program.Move) error {
	if len(list) == 0 {
		return fmt.Errorf("没有可以「%s」的%s", m.Label, rec.Label)
	}
	return nil
}

// movableOn names the sessions of a day, or the bookings of those sessions, whose
// stage the move leaves.
func (w *world) movableOn(ctx context.Context, who *login, actor *thing, s Step, rec *program.RecordType, m *program.Move, kind string) ([]string, error) {
	day, err := w.date(s.Day)
	if err != nil {
		return nil, err
	}
	q := url.Values{"program": {w.prog.Key}, "from": {day}, "to": {day}}
	if s.On != "" {
		t, err := w.getKind(s.On, aRecord, "记录")
		if err != nil {
			return nil, err
		}
		q.Set("parent", t.id)
	}
	sessions, err := w.pages(ctx, who, "/calendar", q, 100_000)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range sessions {
		if str(x["record"]) == kind {
			if ph := str(x["phase"]); slices.Contains(m.From, str(x["stage"])) || m.Intake() && (ph == "planned" || ph == "live") {
				out = append(out, w.nameless(x, actor))
			}
			continue
		}
		if str(x["record"]) != rec.Of {
			continue
		}
		below, err := w.pages(ctx, who, "/records", url.Values{"program": {w.prog.Key}, "record": {kind}, "running": {"1"}, "parent": {str(x["id"])}}, 100_000)
		if err != nil {
			return nil, err
		}
		for _, b := range below {
			if slices.Contains(m.From, str(b["stage"])) {
				out = append(out, w.nameless(b, actor))
			}
		}
	}
	return out, someOf(out, rec, m)
}
