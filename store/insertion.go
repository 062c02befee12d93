package store

import (
	"cmp"
	"slices"
	"strings"
)

// insertion is an INSERT of rows that may wait until the transaction ends: it
// fails by nothing that a use case decides on. On SQLite the rows of all
// transactions of a group commit go in together, a few statements for hundreds of
// rows; on PostgreSQL each travels with the next statement of its transaction.
type insertion struct {
	table string
	bit   uint32 // of the table, in the masks of statements
	width int    // values a row
	key   int    // rows are equal in so many first values
	add   []int  // of equal rows, these values are summed; else the last row stands
	all   bool   // equal rows all stand: no key joins them
	texts map[int]string
	// The parts of the texts: table and columns, the literal values of each row, what
	// follows the rows.
	into, fixed, tail string
	// lite are the texts for SQLite. An INSERT that may fail half-way makes it keep
	// a journal of the statement, and throwing that away costs the more the longer
	// the transaction has grown. These need none: they pass over rows that are
	// there, or leave undoing to who runs them.
	lite map[int]string
}

// insertRows are the numbers of rows that one statement carries, largest first.
var insertRows = [...]int{32, 16, 8, 4, 2, 1}

// wideRows is the number for tables that get thousands of rows in a transaction: on
// PostgreSQL the words of a roster go in at twice the speed of statements of 32.
const wideRows = 512

// waiting are the tables that an insertion may keep back, by name, and their bits.
var waiting = map[string]uint32{}

// newInsertion prepares the texts. literal columns have a fixed value in SQL after
// the row's own values; tail is what follows the rows.
func newInsertion(table, columns string, key int, tail string, literal ...string) *insertion {
	ins := &insertion{table: table, bit: waiting[table], width: strings.Count(columns, ",") + 1, key: key, texts: map[int]string{}, lite: map[int]string{}}
	if ins.bit == 0 {
		ins.bit = 1 << len(waiting)
		waiting[table] = ins.bit
	}
	for _, l := range literal {
		name, value, _ := strings.Cut(l, "=")
		columns += ", " + name
		ins.fixed += ", " + value
	}
	ins.into, ins.tail = table+" ("+columns+") VALUES ", tail
	for _, n := range insertRows {
		if ins.texts[n] = ins.text(n); strings.HasSuffix(tail, "DO NOTHING") {
			ins.lite[n] = "INSERT OR IGNORE INTO " + ins.values(n)
		} else {
			ins.lite[n] = "INSERT OR FAIL INTO " + ins.values(n) + tail
		}
	}
	return ins
}

// values is what follows INTO for n rows.
func (ins *insertion) values(n int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = "(" + marks(i*ins.width+1, ins.width) + ins.fixed + ")"
	}
	return ins.into + strings.Join(rows, ", ")
}

// text is the statement of n rows.
func (ins *insertion) text(n int) string { return "INSERT INTO " + ins.values(n) + ins.tail }

// wide adds the statement of wideRows rows.
func (ins *insertion) wide() *insertion {
	ins.texts[wideRows] = ins.text(wideRows)
	return ins
}

// summing makes equal rows one, with these values added.
func (ins *insertion) summing(values ...int) *insertion {
	ins.add = values
	return ins
}

// each lets equal rows meet in the engine: they are an error, or ignored there.
func (ins *insertion) each() *insertion {
	ins.all = true
	return ins
}

// one is the statement of a single row.
func (ins *insertion) one() string { return ins.texts[1] }

// order sorts rows by their key, so that neighbours in the table are written
// together and two transactions never lock rows in opposite order, and joins equal
// ones.
func (ins *insertion) order(rows [][]any) [][]any {
	slices.SortStableFunc(rows, func(a, b []any) int { return compareKeys(a[:ins.key], b[:ins.key]) })
	if ins.all {
		return rows
	}
	out := rows[:0]
	for _, r := range rows {
		if n := len(out); n > 0 && compareKeys(out[n-1][:ins.key], r[:ins.key]) == 0 {
			if ins.add == nil {
				out[n-1] = r
				continue
			}
			sum := slices.Clone(out[n-1])
			for _, i := range ins.add {
				sum[i] = sum[i].(int64) + r[i].(int64)
			}
			out[n-1] = sum
			continue
		}
		out = append(out, r)
	}
	return out
}

// compareKeys orders keys of texts and whole numbers.
func compareKeys(a, b []any) int {
	for i := range a {
		c := 0
		switch x := a[i].(type) {
		case string:
			y, _ := b[i].(string)
			c = cmp.Compare(x, y)
		case int64:
			y, _ := b[i].(int64)
			c = cmp.Compare(x, y)
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// tablesIn gives the bits of the tables that a statement names. A column of such a
// name counts too: the price is an insertion that waits less long.
func tablesIn(query string) uint32 {
	mask := uint32(0)
	start := -1
	for i := 0; i <= len(query); i++ {
		if i < len(query) && (query[i] >= 'a' && query[i] <= 'z' || query[i] == '_') {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			mask |= waiting[query[start:i]]
			start = -1
		}
	}
	return mask
}

// put adds a row that may wait.
func (tx *Tx) put(ins *insertion, args ...any) error {
	if tx.county == "" {
		return errNoCounty
	}
	if err := tx.ctx.Err(); err != nil {
		return err
	}
	if err := tx.session.insertLater(tx.ctx, ins, plain(args)); err != nil {
		return tx.db.dialect.translate(err)
	}
	return nil
}

// lookup finds a row that an insertion may have kept back, by its key, which are
// the first columns; query selects the columns in the insertion's order.
func lookup[T any](tx *Tx, what string, scan func(rowScanner, *T) error, ins *insertion, query string, key ...any) (T, error) {
	var v T
	if err := tx.ctx.Err(); err != nil {
		return v, err
	}
	rows, err := tx.session.lookup(tx.ctx, ins, query, plain(key))
	if err != nil {
		return v, tx.db.dialect.translate(err)
	}
	return first(rows, what, scan)
}
