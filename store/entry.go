package store

import (
	"maps"
	"math"
	"slices"

	"linqiao/domain"
)

// NoFloor is the floor of an account that stands for the outside world.
const NoFloor = math.MinInt64

// Posting moves an amount between two accounts of a program. A floor is the
// least balance its account may have afterwards.
type Posting struct {
	Program            string
	From, To           string
	FromDims, ToDims   string
	FromFloor, ToFloor int64
	Amount             int64 // positive
	Record             domain.RecordID
	Event              domain.EventID
}

// Enter books a posting as two entries and moves both balances. An account that
// would fall below its floor refuses: nothing is booked. It locks the balances
// in one fixed order, so that postings never wait for one another in a circle.
func (tx *Tx) Enter(p Posting) (out, into *domain.Entry, err error) {
	if p.Amount <= 0 {
		return nil, nil, domain.E(domain.KindInvalid, "amount")
	}
	side := func(account, dims, other string, amount int64) *domain.Entry {
		return &domain.Entry{County: tx.county, ID: NewID(), Program: p.Program, Account: account, Dims: dims, Amount: amount,
			Record: p.Record, Event: p.Event, At: tx.now, Other: other}
	}
	out, into = side(p.From, p.FromDims, p.To, -p.Amount), side(p.To, p.ToDims, p.From, p.Amount)
	err = tx.book([]*domain.Entry{out, into}, []int64{p.FromFloor, p.ToFloor})
	return out, into, err
}

// book writes entries and moves their balances: each balance once, by the sum of
// what the entries move on it, so that no balance is judged half way. The entries come
// first, so that one undone twice says so; the balances are locked in one fixed order.
func (tx *Tx) book(entries []*domain.Entry, floors []int64) error {
	if tx.county == "" {
		return errNoCounty
	}
	for _, e := range entries {
		if err := tx.hold(e); err != nil {
			return err
		}
		if err := tx.insert(insertSQL("entry", entryColumns), e.County, e.ID, e.Program, e.Account, e.Dims, e.Amount, e.Record, e.Event, e.At, e.Reverses, e.Other); err != nil {
			return err
		}
	}
	sums, floor := map[string]*domain.Entry{}, map[string]int64{}
	for i, e := range entries {
		k := balanceKey(e)
		if sums[k] == nil {
			sums[k] = &domain.Entry{County: e.County, Program: e.Program, Account: e.Account, Dims: e.Dims}
		}
		sums[k].Amount += e.Amount
		floor[k] = floors[i]
	}
	for _, k := range slices.Sorted(maps.Keys(sums)) {
		if err := tx.moveBalance(sums[k], floor[k]); err != nil {
			return err
		}
	}
	return nil
}

func balanceKey(e *domain.Entry) string { return e.Program + "\x00" + e.Account + "\x00" + e.Dims }

// moveBalance adds to a balance and looks at the result under the row's lock.
func (tx *Tx) moveBalance(e *domain.Entry, floor int64) error {
	now, err := one(tx, "balance", scanInt, "INSERT INTO balance (county, program, account, dims, amount) VALUES ($1, $2, $3, $4, $5)"+
		" ON CONFLICT (county, program, account, dims) DO UPDATE SET amount = balance.amount + excluded.amount RETURNING amount",
		e.County, e.Program, e.Account, e.Dims, e.Amount)
	if err != nil {
		return err
	}
	if e.Amount < 0 && now < floor {
		return domain.E(domain.KindRefused, "floor", "account", e.Account)
	}
	return nil
}

// ReverseAll undoes entries by opposite ones, all of them or none; an entry is
// reversed once, a second time is "duplicate". Each floor is that of its entry's
// account.
func (tx *Tx) ReverseAll(list []domain.Entry, floors []int64, event domain.EventID) error {
	undo := make([]*domain.Entry, len(list))
	for i := range list {
		e := list[i]
		e.Reverses, e.ID, e.Amount, e.Event, e.At = e.ID, NewID(), -e.Amount, event, tx.now
		undo[i] = &e
	}
	return tx.book(undo, floors)
}

const entryColumns = "county, id, program, account, dims, amount, record, event, at, reverses, other"

var entrySelect = "SELECT " + entryColumns + " FROM entry"

func scanEntry(rows rowScanner, e *domain.Entry) error {
	return rows.Scan((*string)(&e.County), &e.ID, &e.Program, &e.Account, &e.Dims, &e.Amount, (*string)(&e.Record), (*string)(&e.Event),
		instant{&e.At}, &e.Reverses, &e.Other)
}

// EntriesOf lists the entries a record made, oldest first.
func (tx *Tx) EntriesOf(record domain.RecordID) ([]domain.Entry, error) {
	return many(tx, scanEntry, entrySelect+" WHERE county = $1 AND record = $2 AND record <> '' ORDER BY id", tx.county, record)
}

// Entries lists the entries of an account after an id; dims "*" = all dimensions.
func (tx *Tx) Entries(program, account, dims, after string, limit int) ([]domain.Entry, error) {
	w := tx.where()
	w.add("program = ? AND account = ?", program, account)
	if dims != "*" {
		w.add("dims = ?", dims)
	}
	w.add("id > ?", after)
	return many(tx, scanEntry, entrySelect+w.String()+" ORDER BY id"+w.fill(" LIMIT ?", int64(pageSize(limit))), w.args...)
}

// Balance reads one balance; an account never touched has 0.
func (tx *Tx) Balance(program, account, dims string) (int64, error) {
	return one(tx, "balance", scanInt, "SELECT COALESCE((SELECT amount FROM balance WHERE county = $1 AND program = $2 AND account = $3 AND dims = $4), 0)",
		tx.county, program, account, dims)
}

// BalanceBelow sums the balances of an account whose dimensions begin so; "" = all.
func (tx *Tx) BalanceBelow(program, account, dims string) (int64, error) {
	w := tx.where()
	w.add("program = ? AND account = ?", program, account)
	if dims != "" { // the end of the range: the character after the last one
		w.add("dims >= ? AND dims < ?", dims, dims[:len(dims)-1]+string(dims[len(dims)-1]+1))
	}
	return one(tx, "balance", scanInt, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM balance"+w.String(), w.args...)
}

// Balances reads all balances of an account by dimensions.
func (tx *Tx) Balances(program, account string) (map[string]int64, error) {
	type row struct {
		dims   string
		amount int64
	}
	list, err := many(tx, func(rows rowScanner, r *row) error { return rows.Scan(&r.dims, &r.amount) },
		"SELECT dims, amount FROM balance WHERE county = $1 AND program = $2 AND account = $3", tx.county, program, account)
	out := make(map[string]int64, len(list))
	for _, r := range list {
		out[r.dims] = r.amount
	}
	return out, err
}
