package app

import (
	"context"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// LibraryDesk is a library as those see it who keep it: drafts and what is withdrawn,
// too, and how often each item was opened.
type LibraryDesk struct {
	Label  string        `json:"label"`
	Record string        `json:"record"`
	Public bool          `json:"public"`
	To     []string      `json:"to"`    // labels of the roles that may read, none when everybody may
	Begin  []Choice      `json:"begin"` // intakes that the reader may make
	Items  []ShelvedItem `json:"items"`
	Next   *string       `json:"next"`
}

// ShelvedItem is a line of the desk.
type ShelvedItem struct {
	ID         domain.RecordID `json:"id"`
	Title      string          `json:"title"`
	Stage      string          `json:"stage"`
	StageLabel string          `json:"stage_label"`
	Phase      domain.Phase    `json:"phase"`
	Kind       string          `json:"kind,omitempty"`
	Published  *time.Time      `json:"published,omitempty"`
	Opened     int64           `json:"opened"`
	Days       []OpenedOn      `json:"days"` // the last fortnight that is over, oldest first
}

// OpenedOn is how often an item was opened on a day.
type OpenedOn struct {
	Day string `json:"day"`
	N   int64  `json:"n"`
}

// deskDays is how far back the desk shows openings day by day.
const deskDays = 14

// opensLibrary: whoever reads the items as records.
func (w *work) opensLibrary(p *program.Program, l *program.Library) bool {
	return w.readsRows(p, p.Records.Get(l.Of))
}

// LibraryDesk lists the items of a library for those who keep it.
func (a *App) LibraryDesk(ctx context.Context, who *Who, prog, key, cursor string) (v *LibraryDesk, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		l := p.Libraries.Get(key)
		if l == nil || !w.opensLibrary(p, l) {
			return domain.NotFound("library")
		}
		v = &LibraryDesk{Label: w.words(p).Named("libraries", l.Key, l.Label), Record: l.Of, Public: l.Public(), To: []string{}, Begin: []Choice{}, Items: []ShelvedItem{}}
		for _, k := range l.To {
			if p.Roles.Has(k) {
				v.To = append(v.To, w.words(p).Role(k))
			}
		}
		for k, mv := range p.Records.Get(l.Of).Moves.All() {
			if mv.Intake() && slices.ContainsFunc(mv.By, func(k string) bool { r := p.Roles.Get(k); return r != nil && w.who.HoldsStatic(r) }) {
				v.Begin = append(v.Begin, Choice{k, w.words(p).Move(mv)})
			}
		}
		f, err := w.filter(RecordQuery{Program: prog, Record: l.Of, Cursor: cursor, Limit: 50})
		if err != nil {
			return err
		}
		page, err := w.tx.RecordRefs(f)
		if err != nil {
			return err
		}
		rows, err := w.rows(page.Items)
		if err != nil {
			return err
		}
		for i := range rows {
			item, err := w.shelved(&rows[i])
			if err != nil {
				return err
			}
			v.Items = append(v.Items, *item)
		}
		if page.Next != "" {
			v.Next = &page.Next
		}
		return nil
	})
	return v, err
}

func (w *work) shelved(r *RecordSummary) (*ShelvedItem, error) {
	s := &ShelvedItem{ID: r.ID, Title: r.Title, Stage: r.Stage, StageLabel: r.StageLabel, Phase: r.Phase, Days: []OpenedOn{}}
	x, err := orNil(w.tx.LibraryItem(r.ID))
	if err != nil || x == nil {
		return s, err
	}
	s.Kind, s.Published, s.Opened = x.Kind, &x.Published, x.Opened
	today := domain.DateOf(w.Now())
	days, err := w.tx.ItemOpenings(r.ID, today-deskDays)
	for _, d := range days {
		if d.Day < today {
			s.Days = append(s.Days, OpenedOn{d.Day.String(), d.N})
		}
	}
	return s, err
}
