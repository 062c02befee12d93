package app

import (
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// planSessions makes the coming sessions of what is running: of each parent once a
// day, and again when the parent has changed.
func (w *work) planSessions(p *program.Program) error {
	for _, t := range p.Records.All() {
		if t.Noun != domain.Session || t.Plan == nil || t.Of == "" {
			continue
		}
		f := store.RecordFilter{Program: p.Key, Keys: []string{t.Of}, Running: true, Access: store.AccessAll, Oldest: true, Limit: 1000}
		for {
			page, err := w.tx.Records(f)
			if err != nil {
				return err
			}
			for i := range page.Items {
				if err := w.planOnce(t, &page.Items[i]); err != nil {
					return err
				}
			}
			if f.Cursor = page.Next; f.Cursor == "" {
				break
			}
		}
	}
	return nil
}

// planRevs keeps days apart in the mark of a series: its version stands below.
const planRevs = 10_000

func (w *work) planOnce(t *program.RecordType, parent *domain.Record) error {
	mark := "plan/" + t.Program + "/" + t.Key + "/" + string(parent.ID)
	state := domain.DateOf(w.Now())*planRevs + domain.Date(parent.Rev%planRevs)
	if done, err := w.tx.Marked(mark, state); err != nil || done {
		return err
	}
	r, err := w.unit.Adopt(parent)
	if err != nil {
		return err
	}
	if err := w.planSeries(t, r); err != nil {
		return err
	}
	return w.tx.Mark(mark, state)
}

func (w *work) planSeries(t *program.RecordType, parent *record.Row) error {
	want, err := w.unit.PlanTimes(t, parent, w.unit.PlanAhead(t))
	if err != nil || len(want) == 0 {
		return err
	}
	from := domain.DateOf(w.Now()).Start()
	if t.Plan.At != nil { // one session, which may have been planned long ago
		from = time.Time{}
	}
	have, err := w.tx.Occasions(store.OccasionFilter{Program: t.Program, Key: t.Key, Parent: parent.ID, From: from, Limit: 1000})
	if err != nil {
		return err
	}
	if len(have) == 0 {
		if have, err = w.noteOccasions(t, parent); err != nil {
			return err
		}
	}
	if t.Plan.At != nil && len(have) > 0 {
		return w.replan(have[len(have)-1].Record, want[0])
	}
	for _, o := range want {
		if slices.ContainsFunc(have, func(h domain.Occasion) bool { return h.Start.Equal(o.Start) }) {
			continue
		}
		preset := map[string]any{"start": o.Start.UTC().Format(time.RFC3339), "end": o.End.UTC().Format(time.RFC3339)}
		if place := parent.Value("place"); place != nil && record.FieldOf(t, "place") != nil {
			preset["place"] = place
		}
		s, err := w.unit.Open(parent.P, t, planMove(t), record.Act{Parent: parent.ID, Subject: parent.Subject, Region: parent.Region}, preset, parent.Owner, parent.OwnerOrg)
		if err != nil {
			return err
		}
		if err := w.unit.ExpectAll(s); err != nil {
			return err
		}
	}
	return nil
}

// noteOccasions notes the times of sessions that were planned before times were
// kept beside them.
func (w *work) noteOccasions(t *program.RecordType, parent *record.Row) (out []domain.Occasion, err error) {
	list, err := w.tx.Children(parent.ID, t.Key)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if err := w.saveOccasion(&list[i]); err != nil {
			return nil, err
		}
		if start, err := time.Parse(time.RFC3339, asText(list[i].Data["start"])); err == nil {
			out = append(out, domain.Occasion{Record: list[i].ID, Start: start})
		}
	}
	return out, nil
}

// replan moves a session that has not begun to its parent's new time.
func (w *work) replan(id domain.RecordID, o record.Occasion) error {
	s, err := w.unit.Load(id)
	if err != nil || s.Phase != domain.PhasePlanned {
		return err
	}
	return w.unit.Reschedule(s, o)
}

func planMove(t *program.RecordType) *program.Move {
	for _, m := range t.Moves.All() {
		if m.Intake() && len(m.By) == 0 {
			return m
		}
	}
	return nil
}
