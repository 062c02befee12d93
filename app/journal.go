package app

import (
	"math"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

func (w *work) Balance(prog, account, dims string) (int64, error) {
	return w.tx.Balance(prog, account, dims)
}

// BalanceBelow implements record.World.
func (w *work) BalanceBelow(prog, account, dims string) (int64, error) {
	return w.tx.BalanceBelow(prog, account, dims)
}

// Enter books a posting; the accounts' floors hold in the transaction.
func (w *work) Enter(p record.Posting) error {
	w.lasting()
	_, _, err := w.tx.Enter(store.Posting{Program: p.Program.Key, From: p.From.Key, To: p.To.Key, FromDims: p.FromDims, ToDims: p.ToDims,
		FromFloor: floorOf(p.From), ToFloor: floorOf(p.To), Amount: p.Amount, Record: p.Record, Event: p.Event})
	return w.named(p.Program, err)
}

// floorOf: an account without a floor stands for the outside and may go below zero.
func floorOf(a *program.Account) int64 {
	if a == nil || a.Floor == nil {
		return math.MinInt64
	}
	return *a.Floor
}

// named says an account that lacks something by its label.
func (w *work) named(p *program.Program, err error) error {
	if domain.CodeOf(err) != "floor" {
		return err
	}
	e, ok := err.(*domain.Error)
	if !ok {
		return err
	}
	if acc := p.Accounts.Get(e.Args["account"]); acc != nil {
		return domain.E(domain.KindRefused, "floor", "account", w.words(p).Named("accounts", acc.Key, acc.Label))
	}
	return err
}

// Reverse undoes what a record has booked and has not undone yet, in entries of now.
func (w *work) Reverse(rec domain.RecordID, event domain.EventID) ([]record.Reversed, error) {
	w.lasting()
	list, err := w.tx.EntriesOf(rec)
	if err != nil {
		return nil, err
	}
	undone := map[string]bool{}
	for _, e := range list {
		undone[e.Reverses] = true
	}
	var open []domain.Entry
	var floors []int64
	var out []record.Reversed
	for _, e := range list {
		if e.Reverses != "" || undone[e.ID] {
			continue
		}
		p, err := w.Program(e.Program, 0)
		if err != nil {
			return nil, err
		}
		acc := p.Accounts.Get(e.Account)
		open, floors = append(open, e), append(floors, floorOf(acc))
		if acc != nil {
			out = append(out, record.Reversed{Account: acc, Dims: record.ParseDims(e.Dims), Amount: -e.Amount})
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	p, err := w.Program(open[0].Program, 0)
	if err != nil {
		return nil, err
	}
	return out, w.named(p, w.tx.ReverseAll(open, floors, event))
}
