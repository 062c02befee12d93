package store

import (
	"math"

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
	side := func(account, dims string, amount int64) *domain.Entry {
		return &domain.Entry{County: tx.county, ID: NewID(), Program: p.Program, Account: account, Dims: dims, Amount: amount,
			Record: p.Record, Event: p.Event, At: tx.now}
	}
	out, into = side(p.From, p.FromDims, -p.Amount), side(p.To, p.ToDims, p.Amount)
	err = tx.book([]*domain.Entry{out, into}, []int64{p.FromFloor, p.ToFloor})
	return out, into, err
}

// book writes entries and moves their balances.
func (tx *Tx) book(entries []*domain.Entry, floors []int64) error {
	if tx.county == "" {
		return errNoCounty
	}
	order := []int{0, 1}[:len(entries)]
	if len(entries) == 2 && balanceKey(entries[1]) < balanceKey(entries[0]) {
		order = []int{1, 0}
	}
	for _, i := range order {
		if err := tx.moveBalance(entries[i], floors[i]); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if err := tx.hold(e); err != nil {
			return err
		}
		if err := tx.insert(insertSQL("entry", entryColumns), e.County, e.ID, e.Program, e.Account, e.Dims, e.Amount, e.Record, e.Event, e.At, e.Reverses); err != nil {
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

// Reverse undoes one entry by an opposite one; an entry is reversed once, a
// second time is "duplicate". The floor is that of the entry's account.
func (tx *Tx) Reverse(id string, floor int64, event domain.EventID) (*domain.Entry, error) {
	e, err := one(tx, "entry", scanEntry, entrySelect+" WHERE county = $1 AND id = $2", tx.county, id)
	if err != nil {
		return nil, err
	}
	e.Reverses, e.ID, e.Amount, e.Event, e.At = e.ID, NewID(), -e.Amount, event, tx.now
	return &e, tx.book([]*domain.Entry{&e}, []int64{floor})
}

const entryColumns = "county, id, program, account, dims, amount, record, event, at, reverses"

var entrySelect = "SELECT " + entryColumns + " FROM entry"

func scanEntry(rows rowScanner, e *domain.Entry) error {
	return rows.Scan((*string)(&e.County), &e.ID, &e.Program, &e.Account, &e.Dims, &e.Amount, (*string)(&e.Record), (*string)(&e.Event),
		instant{&e.At}, &e.Reverses)
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
