package app

import (
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// The methods below make work a record.Diary.

func (w *work) Seats(prog, counter string, of domain.RecordID) (n, heads int64, err error) {
	list, err := w.tx.Total(store.StatRange{Program: prog, Stat: counter, Until: 1, Path: string(of)})
	for _, c := range list {
		n, heads = n+c.N, heads+c.Value
	}
	return n, heads, err
}

func (w *work) Waiting(parent domain.RecordID, key string, most int) ([]*domain.Record, error) {
	page, err := w.tx.Records(store.RecordFilter{Parent: parent, Keys: []string{key}, Phases: []domain.Phase{domain.PhaseWaiting},
		Access: store.AccessAll, Oldest: true, Limit: most})
	out := make([]*domain.Record, len(page.Items))
	for i := range page.Items {
		out[i] = &page.Items[i]
	}
	return out, err
}

func (w *work) Bookings(prog, key string, subject domain.PartyID) (int64, error) {
	return w.tx.CountBookings(prog, key, subject, "", time.Time{})
}

func (w *work) Missed(prog, key string, subject domain.PartyID, since time.Time) (int64, error) {
	return w.tx.CountBookings(prog, key, subject, domain.PhaseAbsent, since)
}

func (w *work) Commit(rec domain.RecordID, holders []string, from, to time.Time) (bool, error) {
	w.lasting()
	return w.tx.Commit(rec, holders, from, to)
}

func (w *work) Busy(holders []string, from, to time.Time, except domain.RecordID) (bool, error) {
	return w.tx.Busy(holders, from, to, except)
}

func (w *work) Release(rec domain.RecordID) error {
	w.lasting()
	return w.tx.Release(rec)
}

// saveOccasion keeps when a session is beside its row, so that it is found by time.
func (w *work) saveOccasion(rec *domain.Record) error {
	start, err := time.Parse(time.RFC3339, asText(rec.Data["start"]))
	if rec.Noun != domain.Session || err != nil {
		return nil
	}
	end, err := time.Parse(time.RFC3339, asText(rec.Data["end"]))
	if err != nil {
		end = start
	}
	return w.tx.SaveOccasion(&domain.Occasion{Record: rec.ID, Program: rec.Program, Key: rec.Key, Parent: rec.Parent, Start: start, End: end})
}
