package app

import (
	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// ChoiceView is a draw or a ranking as a reader of its record sees it: enough to
// recompute the result, and of those chosen only the names that he may read.
type ChoiceView struct {
	Key      string       `json:"key"`
	Label    string       `json:"label"`
	By       string       `json:"by"` // random, rank
	State    string       `json:"state"`
	Round    int          `json:"round"`
	Method   string       `json:"method"`
	Size     int          `json:"size"`
	Excluded int          `json:"excluded"`
	Commit   string       `json:"commit"`
	PoolHash string       `json:"pool_hash"`
	Pool     string       `json:"pool"` // lines "code TAB weight TAB group"
	Spread   bool         `json:"spread"`
	Secret   string       `json:"secret,omitempty"`
	Public   string       `json:"public,omitempty"`
	Take     int          `json:"take"`
	Order    []string     `json:"order"`
	Members  []ChosenView `json:"members"`
}

// FrozenView is a roster as it was frozen for a record: how many are on it, the
// hash of the list, and how many were left out for which reason.
type FrozenView struct {
	Key    string        `json:"key"`
	Label  string        `json:"label"`
	Size   int64         `json:"size"`
	Hash   string        `json:"hash"`
	Frozen string        `json:"frozen"`
	Except []ExceptCount `json:"except"`
}

// ExceptCount is how many were left out for a reason.
type ExceptCount struct {
	Label string `json:"label"`
	N     int64  `json:"n"`
}

func (w *work) viewFrozen(r *record.Row, s sight, v *RecordView) error {
	v.Rosters, v.Tickets = []FrozenView{}, []TicketState{}
	if !s.full {
		return nil
	}
	list, err := w.unit.FrozenRosters(r)
	if err != nil {
		return err
	}
	for i := range list {
		v.Rosters = append(v.Rosters, w.frozenRoster(r.P, &list[i]))
	}
	return w.viewTickets(r, v)
}

func (w *work) frozenRoster(p *program.Program, f *record.FrozenRoster) FrozenView {
	v := FrozenView{Key: f.Roster.Key, Label: w.words(p).Named("rosters", f.Roster.Key, f.Roster.Label), Size: f.Size, Hash: f.Hash, Frozen: f.Frozen, Except: []ExceptCount{}}
	for k, e := range f.Roster.Except.All() {
		v.Except = append(v.Except, ExceptCount{e.Label, f.Except[k]})
	}
	return v
}

// ChosenView is one of those chosen.
type ChosenView struct {
	Code   string          `json:"code"`
	Mine   bool            `json:"mine,omitempty"` // one that the reader acts for
	Name   string          `json:"name,omitempty"`
	Record domain.RecordID `json:"record,omitempty"`
}

func (w *work) viewChoices(r *record.Row, s sight, v *RecordView) error {
	v.Choices = []ChoiceView{}
	if !s.full {
		return nil
	}
	list, err := w.unit.Choices(r)
	for i := range list {
		c, err := w.choiceView(r, s, &list[i])
		if err != nil {
			return err
		}
		v.Choices = append(v.Choices, *c)
	}
	return err
}

func (w *work) choiceView(r *record.Row, s sight, c *record.ChoiceState) (*ChoiceView, error) {
	v := proofOf(c)
	for _, m := range c.Members {
		one := ChosenView{Code: m.Code}
		switch {
		case !m.Party:
			row, rs, err := w.row(domain.RecordID(m.ID))
			if domain.KindOf(err) == domain.KindNotFound {
				break
			}
			if err != nil {
				return nil, err
			}
			sum, err := w.summary(row, rs)
			if err != nil {
				return nil, err
			}
			one.Name, one.Record = sum.Title, row.ID
		default:
			p, err := w.Party(domain.PartyID(m.ID))
			if err != nil {
				return nil, err
			}
			one.Mine = w.actsFor(p.ID)
			if p.Kind != domain.Person && p.Kind != domain.Household || s.class >= domain.Personal {
				one.Name = p.Name
			}
		}
		v.Members = append(v.Members, one)
	}
	return v, nil
}

// proofOf is what anybody needs to recompute a draw: codes only.
func proofOf(c *record.ChoiceState) *ChoiceView {
	v := &ChoiceView{Key: c.Choice.Key, Label: c.Choice.Label, By: c.Choice.By, State: c.State, Round: c.Round, Method: c.Method(),
		Size: c.Size, Excluded: c.Excluded, Commit: c.Commit, PoolHash: c.PoolHash, Pool: c.Pool, Spread: c.Choice.Spread != "",
		Secret: c.Secret, Public: c.Public, Take: c.Take, Order: c.Order, Members: []ChosenView{}}
	if v.Order == nil {
		v.Order = []string{}
	}
	return v
}
