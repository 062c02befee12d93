package store

import (
	"time"

	"linqiao/domain"
)

var factIn = newInsertion("stat_fact", "county, program, stat, day, event, i, path, dims, member, record, value, n, at", 6,
	" ON CONFLICT (county, program, stat, day, event, i) DO NOTHING").each()

// AddFacts keeps what one event has counted, beside the counters that it moved.
// The place in the list tells its rows apart.
func (tx *Tx) AddFacts(batch []domain.Fact) error {
	for i, f := range batch {
		err := tx.put(factIn, tx.county, f.Program, f.Stat, f.Day, f.Event, int64(i), f.Path, f.Dims, f.Member, f.Record, f.Value, f.N, f.At)
		if err != nil {
			return err
		}
	}
	return nil
}

// FactFilter narrows the facts of a range. A figure of distinct members is opened by
// member, any other by record, or by event where the happening has no record.
type FactFilter struct {
	StatRange
	Here   bool      // Path alone, without what lies below it
	Before time.Time // recorded until then, when set: as a frozen table saw them
	Member bool      // by distinct member
	After  string    // continue after this key
	Limit  int
}

// FactGroup is what one record (event, member) adds to a figure. Last is its latest
// event in the range.
type FactGroup struct {
	Key    string
	Record domain.RecordID
	Last   domain.EventID
	Events int64
	Value  int64
	N      int64
}

// FactSum is a whole cell: its number of groups, and their sums.
type FactSum struct{ Groups, Value, N int64 }

func (tx *Tx) factWhere(f FactFilter) *where {
	w := tx.where()
	w.add("program = ? AND stat = ? AND day >= ? AND day <= ?", f.Program, f.Stat, f.From, f.Until)
	if f.Here {
		w.add("path = ?", f.Path)
	} else {
		w.path("path", f.Path)
	}
	if !f.Before.IsZero() {
		w.add("at <= ?", f.Before)
	}
	return w
}

func (tx *Tx) factGroups(f FactFilter) (query string, w *where) {
	w = tx.factWhere(f)
	key, net := "CASE WHEN record <> '' THEN record ELSE event END", "SUM(n) <> 0 OR SUM(value) <> 0"
	if f.Member {
		key, net = "member", "SUM(n) > 0"
		w.add("member <> ''")
	}
	by := key
	if f.Member && !f.Net {
		by += ", day, path, dims" // as the counter of distinct members keeps them
	} else if f.Member {
		by += ", path, dims"
	}
	return "SELECT " + key + " AS k, MAX(record) AS rec, MAX(event) AS newest, COUNT(*) AS times, CAST(SUM(value) AS BIGINT) AS amount, CAST(SUM(n) AS BIGINT) AS net" +
		" FROM stat_fact" + w.String() + " GROUP BY " + by + " HAVING " + net, w
}

// FactGroups pages through what a figure is made of, newest key first.
func (tx *Tx) FactGroups(f FactFilter) ([]FactGroup, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	inner, w := tx.factGroups(f)
	after := ""
	if f.After != "" {
		after = w.fill(" WHERE k < ?", f.After)
	}
	return many(tx, func(rows rowScanner, g *FactGroup) error {
		return rows.Scan(&g.Key, (*string)(&g.Record), (*string)(&g.Last), &g.Events, &g.Value, &g.N)
	}, "SELECT k, MAX(rec), MAX(newest), CAST(SUM(times) AS BIGINT), CAST(SUM(amount) AS BIGINT), CAST(SUM(net) AS BIGINT) FROM ("+inner+") AS g"+after+
		" GROUP BY k ORDER BY k DESC"+w.fill(" LIMIT ?", int64(pageSize(f.Limit))), w.args...)
}

// FactSum adds up a whole cell.
func (tx *Tx) FactSum(f FactFilter) (FactSum, error) {
	if tx.county == "" {
		return FactSum{}, errNoCounty
	}
	inner, w := tx.factGroups(f)
	return one(tx, "stat_fact", func(rows rowScanner, s *FactSum) error { return rows.Scan(&s.Groups, &s.Value, &s.N) },
		"SELECT COUNT(DISTINCT k), CAST(COALESCE(SUM(amount), 0) AS BIGINT), CAST(COALESCE(SUM(net), 0) AS BIGINT) FROM ("+inner+") AS g", w.args...)
}

// FactsOf lists the facts of some groups of a page, oldest first, up to most.
func (tx *Tx) FactsOf(f FactFilter, groups []FactGroup, most int) ([]domain.Fact, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	w := tx.factWhere(f)
	keys := make([]string, len(groups))
	for i, g := range groups {
		keys[i] = g.Key
	}
	if f.Member {
		w.conds = append(w.conds, inList(w, "member", keys))
	} else {
		w.conds = append(w.conds, "("+inList(w, "record", keys)+" OR record = '' AND "+inList(w, "event", keys)+")")
	}
	return many(tx, func(rows rowScanner, x *domain.Fact) error {
		x.Program, x.Stat = f.Program, f.Stat
		return rows.Scan(num(&x.Day), (*string)(&x.Event), &x.Path, &x.Dims, &x.Member, (*string)(&x.Record), &x.Value, &x.N, instant{&x.At})
	}, "SELECT day, event, path, dims, member, record, value, n, at FROM stat_fact"+w.String()+" ORDER BY event, i"+w.fill(" LIMIT ?", int64(most)), w.args...)
}
