package app

import (
	"context"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// WorkView is what waits for the reader today: overdue first.
type WorkView struct {
	Overdue    []WorkEntry     `json:"overdue"`
	Today      []WorkEntry     `json:"today"`
	Waiting    []WorkEntry     `json:"waiting"`
	Signatures []WorkSignature `json:"signatures"`
	Offers     []RecordSummary `json:"offers"`
	Duties     []DutyItemView  `json:"duties"`
	Forms      []DutyItemView  `json:"forms"`
	Votes      []WorkVote      `json:"votes"`
	Counts     map[string]int  `json:"counts"`
}

type WorkEntry struct {
	Record  RecordSummary `json:"record"`
	Why     string        `json:"why"`
	Due     *time.Time    `json:"due,omitempty"`
	Overdue bool          `json:"overdue"`
	Left    string        `json:"left,omitempty"`
}

type WorkSignature struct {
	Record    RecordSummary `json:"record"`
	Signature string        `json:"signature"`
	Label     string        `json:"label"`
	By        *AccountRef   `json:"by,omitempty"`
}

// WorkVote is a ballot that waits for the reader's vote.
type WorkVote struct {
	Record RecordSummary `json:"record"`
	Ballot string        `json:"ballot"`
	Label  string        `json:"label"`
	Closes time.Time     `json:"closes"`
}

// workCap bounds each part of the page; the lists behind them go further.
const workCap = 50

// Work gathers what the reader can act on now.
func (a *App) Work(ctx context.Context, who *Who) (v *WorkView, err error) {
	v = &WorkView{Overdue: []WorkEntry{}, Today: []WorkEntry{}, Waiting: []WorkEntry{}, Signatures: []WorkSignature{},
		Offers: []RecordSummary{}, Duties: []DutyItemView{}, Forms: []DutyItemView{}, Votes: []WorkVote{}, Counts: map[string]int{}}
	err = a.read(ctx, who, func(w *work) error {
		for _, part := range []func(*WorkView) error{w.workRecords, w.workSignatures, w.workDuties, w.workVotes} {
			if err := part(v); err != nil {
				return err
			}
		}
		v.Counts = map[string]int{"overdue": len(v.Overdue), "today": len(v.Today), "waiting": len(v.Waiting),
			"signatures": len(v.Signatures), "offers": len(v.Offers), "duties": len(v.Duties), "forms": len(v.Forms), "votes": len(v.Votes)}
		return nil
	})
	return v, err
}

// workRecords: running records on which the reader has a move to make, by their
// nearest clock.
func (w *work) workRecords(v *WorkView) error {
	f := store.RecordFilter{Running: true, Access: w.access("", ""), Oldest: true, Limit: 400}
	f.Nouns = []domain.Noun{domain.Case, domain.Order, domain.Batch, domain.Session, domain.Booking, domain.Item}
	page, err := w.tx.Records(f)
	if err != nil {
		return err
	}
	ids := make([]domain.RecordID, len(page.Items))
	for i := range page.Items {
		ids[i] = page.Items[i].ID
	}
	clocks, err := w.tx.ClocksOf(ids)
	if err != nil {
		return err
	}
	for i := range page.Items {
		r, err := w.unit.Adopt(&page.Items[i])
		if err != nil {
			return err
		}
		if err := w.workRecord(v, r, clocks[r.ID]); err != nil {
			return err
		}
	}
	slices.SortStableFunc(v.Overdue, byDue)
	slices.SortStableFunc(v.Today, byDue)
	return nil
}

func byDue(a, b WorkEntry) int {
	if a.Due == nil || b.Due == nil {
		return 0
	}
	return a.Due.Compare(*b.Due)
}

func (w *work) workRecord(v *WorkView, r *record.Row, clocks []domain.Clock) error {
	why := w.nextMove(r)
	if why == "" {
		return nil
	}
	s, err := w.look(r)
	if err != nil {
		if domain.KindOf(err) == domain.KindNotFound {
			return nil
		}
		return err
	}
	sum, err := w.summary(r, s)
	if err != nil {
		return err
	}
	sum.Due = w.nearest(r, clocks)
	e := WorkEntry{Record: sum, Why: why}
	if sum.Due != nil {
		e.Why, e.Due, e.Overdue, e.Left = sum.Due.Label, &sum.Due.Due, sum.Due.Overdue, sum.Due.Left
	}
	switch {
	case e.Overdue && len(v.Overdue) < workCap:
		v.Overdue = append(v.Overdue, e)
	case r.Noun == domain.Order && r.Phase == domain.PhaseProposed && len(v.Offers) < workCap:
		v.Offers = append(v.Offers, sum)
	case e.Due != nil && e.Due.Before(domain.DateOf(w.Now()).End().Add(time.Second)) && len(v.Today) < workCap:
		v.Today = append(v.Today, e)
	case len(v.Waiting) < workCap:
		v.Waiting = append(v.Waiting, e)
	}
	return nil
}

// nextMove names the first move that the reader may make here. A move that asks for
// a reason ends things badly: it is named only where there is no other.
func (w *work) nextMove(r *record.Row) (label string) {
	for _, mv := range r.T.Moves.All() {
		if mv.Intake() || !slices.Contains(mv.From, r.Stage) || voidStage(r.T, mv.To) || !w.unit.MayMove(r, mv) {
			continue
		}
		if mv.Reason == "" {
			return w.words(r.P).Move(mv)
		}
		if label == "" {
			label = w.words(r.P).Move(mv)
		}
	}
	return label
}

func (w *work) workSignatures(v *WorkView) error {
	list, err := w.tx.PendingSignatures(200)
	if err != nil {
		return err
	}
	for i := range list {
		sig := &list[i]
		if sig.Mover == w.who.Account || len(v.Signatures) >= workCap {
			continue
		}
		r, err := w.unit.Load(domain.RecordID(sig.Target))
		if err != nil {
			if domain.KindOf(err) == domain.KindNotFound {
				continue // a ledger's signature: it stands on the ledger's page
			}
			return err
		}
		signed, err := w.signs(sig.ID)
		if err != nil {
			return err
		}
		if _, err := w.unit.OpenSlot(r, sig, signed); err != nil {
			continue
		}
		s, err := w.look(r)
		if err != nil {
			continue
		}
		sum, err := w.summary(r, s)
		if err != nil {
			return err
		}
		x := WorkSignature{Record: sum, Signature: sig.ID, Label: sig.Move}
		if mv := r.T.Moves.Get(sig.Move); mv != nil {
			x.Label = w.words(r.P).Move(mv)
		}
		if a, err := w.Account(sig.Mover); err == nil {
			x.By = &AccountRef{a.ID, a.Name}
		}
		v.Signatures = append(v.Signatures, x)
	}
	return nil
}

func (w *work) workDuties(v *WorkView) error {
	seen := map[string]bool{}
	for _, f := range []store.DutyFilter{
		{Accounts: []domain.AccountID{w.who.Account}, Waiting: true, OpensBy: w.Now(), Limit: 200},
		{Orgs: orgIDs(w.who.Memberships), Waiting: true, OpensBy: w.Now(), Limit: 200},
	} {
		page, err := w.tx.DutyItems(f)
		if err != nil {
			return err
		}
		for i := range page.Items {
			it := &page.Items[i]
			if seen[it.ID] {
				continue
			}
			seen[it.ID] = true
			x, err := w.dutyView(it)
			if err != nil {
				return err
			}
			if x.Form != "" {
				v.Forms = append(v.Forms, x)
			} else {
				v.Duties = append(v.Duties, x)
			}
		}
	}
	return nil
}
