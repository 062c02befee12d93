package store

import (
	"cmp"
	"slices"
	"strings"

	"linqiao/domain"
)

var (
	counterIn = newInsertion("counter", "county, program, stat, day, path, dims, slot, value, n", 7,
		" ON CONFLICT (county, program, stat, day, path, dims, slot) DO UPDATE SET value = counter.value + excluded.value, n = counter.n + excluded.n").
		summing(7, 8)
	markIn = newInsertion("counter_set", "county, program, stat, day, path, dims, member, n", 7,
		" ON CONFLICT (county, program, stat, day, path, dims, member) DO UPDATE SET n = counter_set.n + excluded.n").summing(7)
	sampleIn = newInsertion("stat_value", "county, program, stat, day, path, dims, value, event", 6,
		" ON CONFLICT (county, program, stat, day, path, dims, event) DO NOTHING").each()
)

// AddCounts adds to counters: Value and N may be negative (a fact taken back).
// Rows are touched in one fixed order, so that transactions never deadlock.
func (tx *Tx) AddCounts(batch []domain.Count) error {
	if len(batch) == 0 {
		return nil
	}
	batch = slices.Clone(batch)
	slices.SortFunc(batch, func(a, b domain.Count) int {
		return cmp.Or(cmp.Compare(a.Program, b.Program), cmp.Compare(a.Stat, b.Stat), cmp.Compare(a.Day, b.Day),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Dims, b.Dims))
	})
	slot := tx.db.dialect.slot()
	for _, c := range batch {
		err := tx.put(counterIn, tx.county, c.Program, c.Stat, c.Day, c.Path, c.Dims, slot, c.Value, c.N)
		if err != nil {
			return err
		}
	}
	return nil
}

// AddMarks adds members to distinct counts; N may be negative.
func (tx *Tx) AddMarks(batch []domain.Mark) error {
	batch = slices.Clone(batch)
	slices.SortFunc(batch, func(a, b domain.Mark) int {
		return cmp.Or(cmp.Compare(a.Program, b.Program), cmp.Compare(a.Stat, b.Stat), cmp.Compare(a.Day, b.Day),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Dims, b.Dims), cmp.Compare(a.Member, b.Member))
	})
	for _, m := range batch {
		err := tx.put(markIn, tx.county, m.Program, m.Stat, m.Day, m.Path, m.Dims, m.Member, m.N)
		if err != nil {
			return err
		}
	}
	return nil
}

// AddSamples keeps values for medians; the same event's value is kept once.
func (tx *Tx) AddSamples(batch []domain.Sample) error {
	for _, s := range batch {
		err := tx.put(sampleIn, tx.county, s.Program, s.Stat, s.Day, s.Path, s.Dims, s.Value, s.Event)
		if err != nil {
			return err
		}
	}
	return nil
}

// StatRange selects counters: days [From, Until], a region subtree.
type StatRange struct {
	Program     string
	Stat        string
	From, Until domain.Date
	Path        string
	// Net: a distinct count of what stands at the end, so that a member who came on one
	// day and left on another is not counted.
	Net bool
}

// A path so deep is of a village or below (province/city/county/town/village): few
// counters stand there, and they are found by place (counter_place), not by day. The
// plus sign keeps the engines from walking a range of days through the whole county.
const deepPath = 4

func (tx *Tx) statWhere(r StatRange) *where {
	w := tx.where()
	days := "day >= ? AND day <= ?"
	if strings.Count(r.Path, "/") >= deepPath {
		days = "+day >= ? AND +day <= ?"
	}
	w.add("program = ? AND stat = ? AND "+days, r.Program, r.Stat, r.From, r.Until)
	w.path("path", r.Path)
	return w
}

// Counts reads counters of a range, summed over slots, by day, path and dims.
func (tx *Tx) Counts(r StatRange) ([]domain.Count, error) {
	w := tx.statWhere(r)
	return many(tx, func(rows rowScanner, c *domain.Count) error {
		c.Program, c.Stat = r.Program, r.Stat
		return rows.Scan(num(&c.Day), &c.Path, &c.Dims, &c.Value, &c.N)
	}, "SELECT day, path, dims, CAST(SUM(value) AS BIGINT), CAST(SUM(n) AS BIGINT) FROM counter"+w.String()+
		" GROUP BY day, path, dims ORDER BY day, path, dims", w.args...)
}

// Total sums a range over days and regions, by dims: one row per combination.
func (tx *Tx) Total(r StatRange) ([]domain.Count, error) {
	w := tx.statWhere(r)
	return many(tx, func(rows rowScanner, c *domain.Count) error {
		c.Program, c.Stat, c.Path = r.Program, r.Stat, r.Path
		return rows.Scan(&c.Dims, &c.Value, &c.N)
	}, "SELECT dims, CAST(SUM(value) AS BIGINT), CAST(SUM(n) AS BIGINT) FROM counter"+w.String()+" GROUP BY dims ORDER BY dims", w.args...)
}

// Distinct counts the distinct members of a range, by dims.
func (tx *Tx) Distinct(r StatRange) (map[string]int64, error) {
	w := tx.statWhere(r)
	type row struct {
		dims string
		n    int64
	}
	list, err := many(tx, func(rows rowScanner, r *row) error { return rows.Scan(&r.dims, &r.n) },
		"SELECT dims, COUNT(DISTINCT member) FROM counter_set"+w.String()+" AND n > 0 GROUP BY dims", w.args...)
	out := make(map[string]int64, len(list))
	for _, r := range list {
		out[r.dims] = r.n
	}
	return out, err
}

// Marks lists the members of a range, for breakdowns that must not add up
// distinct counts.
func (tx *Tx) Marks(r StatRange) ([]domain.Mark, error) {
	w := tx.statWhere(r)
	return many(tx, func(rows rowScanner, m *domain.Mark) error {
		m.Program, m.Stat = r.Program, r.Stat
		return rows.Scan(num(&m.Day), &m.Path, &m.Dims, &m.Member, &m.N)
	}, markSelect(r, w), w.args...)
}

func markSelect(r StatRange, w *where) string {
	if r.Net {
		return "SELECT MAX(day), path, dims, member, CAST(SUM(n) AS BIGINT) FROM counter_set" + w.String() +
			" GROUP BY path, dims, member HAVING SUM(n) > 0 ORDER BY path, dims, member"
	}
	return "SELECT day, path, dims, member, n FROM counter_set" + w.String() + " AND n > 0 ORDER BY day, path, dims, member"
}

// Samples lists the values of a range in rising order, for medians.
func (tx *Tx) Samples(r StatRange) ([]domain.Sample, error) {
	w := tx.statWhere(r)
	return many(tx, func(rows rowScanner, s *domain.Sample) error {
		s.Program, s.Stat = r.Program, r.Stat
		return rows.Scan(num(&s.Day), &s.Path, &s.Dims, &s.Value, (*string)(&s.Event))
	}, "SELECT day, path, dims, value, event FROM stat_value"+w.String()+" ORDER BY value, event", w.args...)
}

// ClearStats empties all figures of a program, before they are rebuilt from its
// events in the same transaction.
func (tx *Tx) ClearStats(program string) error {
	for _, table := range [...]string{"counter", "counter_set", "stat_value", "stat_fact"} {
		if _, err := tx.exec("DELETE FROM "+table+" WHERE county = $1 AND program = $2", tx.county, program); err != nil {
			return err
		}
	}
	return nil
}
