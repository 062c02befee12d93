package app

import (
	"fmt"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Duties that recur over records (`over: shop, every: {per: rhythm, …}`), and those
// owed by what a choice has drawn (`over: choice.k`).

// oweRecords looks once a day at the running records of a duty's kind. How often each
// owes it is read from the record now, so that a record whose rhythm has become
// shorter owes it sooner; a rhythm of so many days runs from when it was done last.
func (w *work) oweRecords(p *program.Program, d *program.Duty) (int, error) {
	mark := fmt.Sprintf("duty/%s/%s", p.Key, d.Key)
	today := domain.DateOf(w.Now())
	if done, err := w.tx.Marked(mark, today); err != nil || done {
		return 0, err
	}
	n := 0
	f := store.RecordFilter{Program: p.Key, Keys: []string{d.Over}, Running: true, Access: store.AccessAll, Oldest: true, Limit: 500}
	for {
		page, err := w.tx.Records(f)
		if err != nil {
			return n, err
		}
		for i := range page.Items {
			r, err := w.unit.Load(page.Items[i].ID) // opened: rhythms may be read from sealed fields
			if err != nil {
				return n, err
			}
			owes, err := w.oweRecord(p, d, r)
			if err != nil {
				return n, err
			}
			if owes {
				n++
			}
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return n, w.tx.Mark(mark, today)
		}
	}
}

// runningRows lists the running records that a round or a window of a duty is over.
func (w *work) runningRows(p *program.Program, d *program.Duty, path string) (out []owed, err error) {
	if !p.Records.Has(d.Over) {
		return nil, nil
	}
	f := store.RecordFilter{Program: p.Key, Keys: []string{d.Over}, Running: true, Access: store.AccessAll, Oldest: true, Limit: 500}
	for {
		page, err := w.tx.Records(f)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			if path != "" && !record.InPath(page.Items[i].Path, path) {
				continue
			}
			r, err := w.unit.Load(page.Items[i].ID)
			if err != nil {
				return nil, err
			}
			if d.Where != nil {
				if ok, err := w.unit.Test(d.Where, w.unit.RowVars(r)); err != nil {
					return nil, err
				} else if !ok {
					continue
				}
			}
			out = append(out, w.owedBy(r))
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return out, nil
		}
	}
}

func (w *work) oweRecord(p *program.Program, d *program.Duty, r *record.Row) (bool, error) {
	if d.Where != nil {
		if ok, err := w.unit.Test(d.Where, w.unit.RowVars(r)); err != nil || !ok {
			return false, err
		}
	}
	every, err := w.recurOf(d.Every, r)
	if err != nil || every == nil {
		return false, err
	}
	last, err := orNil(w.tx.LatestDuty(p.Key, d.Key, string(r.ID)))
	if err != nil || last != nil && last.Open() {
		return false, err
	}
	due, ok := w.app.nextDue(every, w.Now())
	if every.Unit == "d" {
		due, ok = sinceLast(r, last, every).End(), true
	}
	if !ok {
		return false, nil
	}
	opens, closes := w.window(d, due)
	if w.Now().Before(opens) || every.Unit != "d" && w.Now().After(closes) || last != nil && !last.Due.Before(due) {
		return false, nil
	}
	if w.Now().After(closes) { // nothing ran for so long: it is due from today
		due = domain.DateOf(w.Now()).End()
		opens, closes = w.window(d, due)
	}
	list := []owed{w.owedBy(r)}
	if err := w.assignAll(p, d, list); err != nil {
		return false, err
	}
	return true, w.owe(p, d, "every/"+domain.DateOf(due.Add(-time.Second)).String(), list[0], opens, due, closes)
}

// sinceLast counts a rhythm of so many days from when it was last done, or should have
// been; of what has never owed it, from its beginning.
func sinceLast(r *record.Row, last *domain.DutyItem, every *program.Recur) domain.Date {
	from := domain.DateOf(r.Created)
	if last != nil {
		from = domain.DateOf(last.Due.Add(-time.Second))
		if !last.DoneAt.IsZero() {
			from = domain.DateOf(last.DoneAt)
		}
	}
	return from + domain.Date(max(every.N, 1))
}

// owedBy is a record as a row of a duty.
func (w *work) owedBy(r *record.Row) owed {
	x := owed{kind: "record", over: string(r.ID), party: r.Subject, path: r.Path, region: r.Region, owner: r.Owner, ownerOrg: r.OwnerOrg}
	if pt, err := w.Party(r.Subject); r.Subject != "" && err == nil {
		x.lat, x.lng = pt.Lat, pt.Lng
	}
	return x
}

// recurOf settles a recurrence for a row: by its option, or as a field of the row has
// it written. Nothing is owed while the field is empty.
func (w *work) recurOf(every *program.Recur, r *record.Row) (*program.Recur, error) {
	switch {
	case every.Per != nil:
		val, ok, err := w.unit.Eval(every.Per.Expr, r.Vars())
		if err != nil || !ok {
			return nil, err
		}
		one, known := every.Per.Is[asText(record.Stored(val))]
		if !known {
			return nil, nil
		}
		return &one, nil
	case every.Field != nil:
		val, ok, err := w.unit.Eval(every.Field, r.Vars())
		if err != nil || !ok {
			return nil, err
		}
		one, known := program.ParseRecur(asText(record.Stored(val)))
		if !known {
			return nil, nil
		}
		return &one, nil
	}
	return every, nil
}

// drawnRows are the rows of a duty over a choice: what the record's latest round has
// drawn, records or parties.
func (w *work) drawnRows(p *program.Program, d *program.Duty, choice string, rec domain.RecordID) ([]owed, error) {
	ids, err := w.unit.Drawn(rec, choice)
	if err != nil {
		return nil, err
	}
	var out []owed
	c := p.Choices.Get(choice)
	for _, id := range ids {
		if p.Records.Has(c.From) {
			r, err := w.unit.Load(domain.RecordID(id))
			if err != nil {
				return nil, err
			}
			out = append(out, w.owedBy(r))
			continue
		}
		pt, err := w.Party(domain.PartyID(id))
		if err != nil {
			return nil, err
		}
		out = append(out, owed{kind: "roster", over: id, party: pt.ID, path: pt.Path, region: pt.Region, lat: pt.Lat, lng: pt.Lng})
	}
	return out, nil
}

// assignOwner gives each row to who is in charge of its record.
func assignOwner(list []owed) {
	for i := range list {
		if list[i].account == "" && list[i].org == "" {
			list[i].account, list[i].org = list[i].owner, list[i].ownerOrg
			if list[i].account != "" {
				list[i].org = ""
			}
		}
	}
}
