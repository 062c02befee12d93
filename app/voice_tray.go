package app

import (
	"context"
	"errors"
	"slices"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// VoicesDue makes records of what waits in the trays: where enough lie together,
// and where a day is over.
func (a *App) VoicesDue(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		var trays []store.Tray
		if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
			trays, err = tx.In(county).Trays()
			return err
		}); err != nil {
			return err
		}
		for _, t := range trays {
			if t.N < trayLeast && t.Since >= domain.DateOf(a.Now()) {
				continue
			}
			if err := a.emptyTray(ctx, county, t.Parent); err != nil {
				return err
			}
			n += t.N
		}
		return nil
	})
	return n, err
}

// emptyTray makes records of all that waits for a parent.
func (a *App) emptyTray(ctx context.Context, county domain.CountyCode, parent domain.RecordID) error {
	for {
		n := 0
		err := a.write(ctx, System(county), func(w *work) error {
			list, err := w.tx.TakeTray(parent, trayBatch)
			n = len(list)
			for i := range list {
				if err := w.takeOut(&list[i]); err != nil {
					return err
				}
			}
			return err
		})
		if err != nil || n < trayBatch {
			return err
		}
	}
}

func (w *work) takeOut(v *store.Voice) error {
	p, t, mv, err := w.voiceMove(v.Program, v.Move)
	if err != nil {
		return err
	}
	act := record.Act{Fields: v.Said, Channel: voiceChannel, Parent: v.Parent}
	if v.Parent == "" {
		act.Region = domain.RegionID(orText2(asText(v.Said["_region"]), string(w.who.County)))
		delete(v.Said, "_region")
	}
	r, err := w.unit.HandIn(p, t, mv, act)
	if err != nil {
		return err
	}
	v.State, v.Record, v.Said = store.VoiceOut, r.ID, nil
	w.lasting()
	return w.tx.SaveVoice(v)
}

// errTrayWaits: before a record moves on, what waits for it must come out.
var errTrayWaits = errors.New("a tray waits")

// trayWaits reports errTrayWaits when voices wait for the row.
func (w *work) trayWaits(r *record.Row) error {
	if len(ticketMoves(r.P, r.T)) == 0 {
		return nil
	}
	n, err := w.tx.TrayOf(r.ID)
	if err != nil || n == 0 {
		return err
	}
	return errTrayWaits
}

// NamesOf implements the engine's question whether a text names somebody: staff of
// the county by their full names, and whoever was chosen on the record's parent.
func (w *work) NamesOf(rec *domain.Record, names []string) (bool, error) {
	if on, err := w.tx.StaffNamed(names); err != nil || on {
		return on, err
	}
	if rec.Parent == "" {
		return false, nil
	}
	parent, err := w.tx.Record(rec.Parent)
	if err != nil {
		return false, err
	}
	p, err := w.Program(parent.Program, parent.Version)
	if err != nil {
		return false, err
	}
	for _, c := range p.Choices.All() {
		if c.Of != parent.Key {
			continue
		}
		run, err := w.Round(record.KindChoice, parent.ID, c.Key)
		if err != nil {
			return false, err
		}
		for _, id := range record.Chosen(run) {
			if m, err := orNil(w.Party(domain.PartyID(id))); err == nil && m != nil && slices.Contains(names, m.Name) {
				return true, nil
			}
		}
	}
	return false, nil
}
