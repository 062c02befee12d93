package app

import (
	"crypto/rand"
	"encoding/hex"

	"linqiao/domain"
	"linqiao/store"
)

// Rounds of panels, choices and ballots, as the engine asks for them.

func (w *work) Round(kind string, rec domain.RecordID, key string) (*domain.PanelRun, error) {
	return memo(&w.c.panels, roundKey(kind, rec, key), func() (*domain.PanelRun, error) {
		list, err := w.tx.PanelRuns(kind, rec, key)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		return &list[len(list)-1], nil
	})
}

func roundKey(kind string, rec domain.RecordID, key string) string {
	return kind + "/" + string(rec) + "/" + key
}

func (w *work) SaveRound(run *domain.PanelRun) error {
	w.lasting()
	if w.c.panels == nil {
		w.c.panels = map[string]*domain.PanelRun{}
	}
	w.c.panels[roundKey(run.Kind, run.Record, run.Key)] = run
	w.later("panel/"+run.ID, func() error {
		if run.Rev == 0 {
			return w.tx.InsertPanelRun(run)
		}
		return w.tx.UpdatePanelRun(run)
	})
	return nil
}

// roundsRead bounds how many earlier rounds a condition looks at: ten years of a
// weekly one.
const roundsRead = 520

func (w *work) Rounds(kind, prog, key string) ([]*domain.PanelRun, error) {
	list, err := w.tx.RunsOf(kind, prog, key, roundsRead)
	out := make([]*domain.PanelRun, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out, err
}

func (w *work) RecordsIn(prog, key, path string) (out []*domain.Record, err error) {
	f := store.RecordFilter{Program: prog, Keys: []string{key}, Path: path, Running: true, Access: store.AccessAll, Oldest: true, Limit: 1000}
	for {
		page, err := w.tx.Records(f)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			out = append(out, &page.Items[i])
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return out, nil
		}
	}
}

// Former finds the record of the period before. A region has few of a kind.
func (w *work) Former(rec *domain.Record) (*domain.Record, error) {
	f := store.RecordFilter{Program: rec.Program, Keys: []string{rec.Key}, Subject: rec.Subject, Until: rec.Created, Access: store.AccessAll, Limit: 20}
	if rec.Subject == "" {
		f.Path = rec.Path
	}
	page, err := w.tx.Records(f)
	for i := range page.Items {
		if r := &page.Items[i]; r.ID != rec.ID && r.Subject == rec.Subject && r.Region == rec.Region {
			return r, err
		}
	}
	return nil, err
}

func (w *work) Conceal(label, text string) (string, error) { return w.tx.Conceal(label, text) }

func (w *work) Reveal(label, concealed string) (string, error) { return w.tx.Reveal(label, concealed) }

func (w *work) Secret() string {
	var b [32]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
