package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// PanelsDue tells, once, whom a panel's ladder names when its time is over and
// opinions are still missing.
func (a *App) PanelsDue(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		return a.write(ctx, System(county), func(w *work) error {
			list, err := w.tx.DuePanelRuns(record.KindPanel, "open", w.Now(), tickBatch)
			if err != nil {
				return err
			}
			for i := range list {
				if err := w.panelDue(&list[i]); err != nil {
					return err
				}
			}
			n += len(list)
			return nil
		})
	})
	return n, err
}

func (w *work) panelDue(run *domain.PanelRun) error {
	r, err := w.unit.Load(run.Record)
	if err != nil {
		return err
	}
	run.State = "late"
	if err := w.SaveRound(run); err != nil {
		return err
	}
	p := r.P.Panels.Get(run.Key)
	if p == nil || !r.Ended.IsZero() {
		return nil
	}
	done, err := w.unit.PanelDone(r, p)
	if err != nil || done {
		return err
	}
	for i := range p.Ladder {
		if err := w.tellRung(r.P, r.Record, &p.Ladder[i], r.Title()+"“"+p.Label+"”逾期，意见未齐"); err != nil {
			return err
		}
	}
	return w.unit.Note(r, "rung", map[string]any{"label": p.Label, "rung": "due"})
}

// tellRung tells everybody a rung names, by its message or in the kernel's words.
func (w *work) tellRung(p *program.Program, rec *domain.Record, g *program.Rung, words string) error {
	t := telling{program: p.Key, message: "rung", text: words, record: rec}
	if m := p.Messages.Get(g.Say); m != nil {
		t.message, t.via, t.urgent, t.lasts, t.text = m.Key, m.Via, m.Urgent, m.Lasts, w.unit.SayPlain(p, m.Text)
	}
	for _, k := range g.To {
		role := p.Roles.Get(k)
		if role == nil {
			continue
		}
		accs, err := w.holders(role, rec)
		if err != nil {
			return err
		}
		if err := w.tell(t, accs); err != nil {
			return err
		}
	}
	return nil
}

// remind looks once a day at the open items of a duty and tells whom its ladder
// names before the due day (`-5d`). What an item was told is noted on it.
func (w *work) remind(p *program.Program, d *program.Duty) error {
	early := slices.IndexFunc(d.Ladder, func(g program.Rung) bool { return g.Offset.N < 0 }) >= 0
	mark := fmt.Sprintf("remind/%s/%s", p.Key, d.Key)
	if !early || d.Windows.Len() > 0 {
		return nil
	}
	if done, err := w.tx.Marked(mark, domain.DateOf(w.Now())); err != nil || done {
		return err
	}
	f := store.DutyFilter{Program: p.Key, Key: d.Key, Waiting: true, OpensBy: w.Now(), Limit: 500}
	for {
		page, err := w.tx.DutyItems(f)
		if err != nil {
			return err
		}
		for i := range page.Items {
			if err := w.remindOne(p, d, &page.Items[i]); err != nil {
				return err
			}
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return w.tx.Mark(mark, domain.DateOf(w.Now()))
		}
	}
}

func (w *work) remindOne(p *program.Program, d *program.Duty, it *domain.DutyItem) error {
	told := listed(it.Data["told"])
	changed := false
	for i := range d.Ladder {
		g := &d.Ladder[i]
		if g.Offset.N >= 0 || slices.Contains(told, g.Key) || w.Now().Before(w.app.cal.Before(it.Due, -g.Offset.N, g.Offset.Unit)) {
			continue
		}
		day := it.Due.In(domain.Beijing).Add(-time.Second).Format("2006-01-02")
		if err := w.fireDuty(p, d, g, it, "任务即将到期："+d.Label+"，"+day+"前完成"); err != nil {
			return err
		}
		told = append(told, g.Key)
		changed = true
	}
	if !changed {
		return nil
	}
	if it.Data == nil {
		it.Data = map[string]any{}
	}
	list := []any{}
	for _, k := range told {
		if k != "" {
			list = append(list, k)
		}
	}
	it.Data["told"] = list
	return w.tx.UpdateDutyItem(it)
}

// fireDuty fires one rung of a duty for one item: tell, then do.
func (w *work) fireDuty(p *program.Program, d *program.Duty, g *program.Rung, it *domain.DutyItem, words string) error {
	rec := &domain.Record{County: it.County, Program: p.Key, ID: it.Record, Subject: it.Party, Path: it.Path, Owner: it.ToAccount, OwnerOrg: it.ToOrg}
	if err := w.tellRung(p, rec, g, words); err != nil || len(g.Do) == 0 {
		return err
	}
	return w.doRung(p, d, g, it)
}

// doRung does what a duty's rung says to the row that owes, in a part of the
// transaction of its own: what is refused for one row holds up no other, and stands
// in that row's timeline.
func (w *work) doRung(p *program.Program, d *program.Duty, g *program.Rung, it *domain.DutyItem) error {
	var x *work
	err := w.tx.Nested(func(tx *store.Tx) error {
		x = w.fork(tx)
		row, member, err := x.owing(p, it)
		if err != nil {
			return err
		}
		extra := map[string]any{"member": member, "window": record.Window{Key: asText(it.Data["window"]), Start: it.Opens, End: it.Closes}}
		if err := x.unit.Urgent(p, row, it.Party, g.Do, extra); err != nil {
			return err
		}
		return x.unit.Finish()
	})
	switch {
	case err == nil:
		w.lasting()
		w.after = append(w.after, x.after...)
		return nil
	case passing(err):
		return err
	}
	w.app.Log.Warn("duty rung", "program", p.Key, "duty", d.Key, "rung", g.Key, "err", err)
	return w.tx.Nested(func(tx *store.Tx) error {
		x = w.fork(tx)
		if row := x.overRow(it); row != nil {
			if err := x.unit.Note(row, "rung_failed", map[string]any{"duty": d.Key, "rung": g.Key}); err != nil {
				return err
			}
		}
		return x.unit.Finish()
	})
}

// owing is the row that a duty's actions run in, and `member` as they read it: the
// record that owes; of a roster the party; of a division or a unit a row that stands
// for the place.
func (w *work) owing(p *program.Program, it *domain.DutyItem) (row *record.Row, member any, err error) {
	if it.OverKind == "record" {
		if row, err = w.unit.Load(domain.RecordID(it.OverID)); err != nil {
			return nil, nil, err
		}
		member, err = w.unit.RowVars(row).Var("member")
		return row, member, err
	}
	if it.Party == "" {
		return w.unit.PlaceRow(p, it.Region, it.Path), nil, nil
	}
	v, err := w.unit.PartyVars(p, it.Party)
	if err != nil {
		return nil, nil, err
	}
	member, err = v.Var("member")
	return nil, member, err
}
