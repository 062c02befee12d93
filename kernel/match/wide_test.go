package match

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// The workload of docs/performance.md §2: twenty attributes, each offer stating
// three to eleven of them as a range, a set or a set of exclusions, one or two
// conditions with a branch; about 1.4 % of the offers suit a need.

const attributes = 20

// bulkScope declares need.a0…a19 (numbers and words) and the offer's statements.
func bulkScope(t testing.TB) *rule.Scope {
	t.Helper()
	need, offer := map[string]rule.Type{}, map[string]rule.Type{"rate": tInt, "stars": tDouble, "plain": tBool, "kind": tText}
	for a := range attributes {
		switch a % 4 {
		case 0, 1:
			need[fmt.Sprint("a", a)] = tInt
			offer[fmt.Sprint("min", a)], offer[fmt.Sprint("max", a)] = tInt, tInt
		default:
			need[fmt.Sprint("a", a)] = tText
			offer[fmt.Sprint("set", a)] = tTexts
		}
	}
	u, err := rule.NewUniverse(map[string]rule.StructDecl{"need": {Fields: need}, "offer": {Fields: offer}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := u.Scope(map[string]rule.Type{"need": structOf("need"), "offer": structOf("offer")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func bulkMatch(t testing.TB, s *rule.Scope) *program.Match {
	m := &program.Match{Key: "bulk"}
	for a := range attributes {
		src := ""
		switch a % 4 {
		case 0:
			src = fmt.Sprintf("need.a%d >= offer.min%d && need.a%d <= offer.max%d", a, a, a, a)
		case 1:
			src = fmt.Sprintf("!has(offer.min%d) || need.a%d >= offer.min%d", a, a, a)
		case 2:
			src = fmt.Sprintf("offer.set%d.size() == 0 || need.a%d in offer.set%d", a, a, a)
		case 3:
			src = fmt.Sprintf("!(need.a%d in offer.set%d)", a, a)
		}
		if a == 7 || a == 11 {
			src = fmt.Sprintf("offer.plain || (%s)", src)
		}
		m.Eligible = append(m.Eligible, program.Guard{If: compile(t, s, src), Say: &program.Text{Raw: fmt.Sprint("不符合条件", a)}})
	}
	m.Rank = []program.Rank{
		{W: 5, By: compile(t, s, "-offer.rate"), Say: "利率较低"},
		{W: 3, By: compile(t, s, "offer.stars"), Say: "评价高"},
		{W: 2, By: compile(t, s, "offer.plain"), Say: "无需抵押"},
	}
	return m
}

// statement is what an offer says of one attribute, for the typed loop.
type statement struct {
	kind     int // 0 nothing, 1 range, 2 at least, 3 one of, 4 none of
	min, max int64
	set      []int
}

type bulkOffer struct {
	rows  []statement // by attribute
	rate  int64
	stars float64
	plain bool
}

// words of an attribute; a need draws the low ones more often.
const words = 24

func bulkOfferOf(r *rand.Rand) bulkOffer {
	o := bulkOffer{rows: make([]statement, attributes), rate: int64(300 + r.IntN(250)), stars: float64(r.IntN(501)) / 100, plain: r.IntN(3) == 0}
	for _, a := range r.Perm(attributes)[:3+r.IntN(9)] {
		st := &o.rows[a]
		switch a % 4 {
		case 0:
			st.kind, st.min = 1, int64(r.IntN(800))
			st.max = st.min + 100 + int64(r.IntN(600))
		case 1:
			st.kind, st.min = 2, int64(r.IntN(900))
		case 2:
			st.kind, st.set = 3, r.Perm(words)[:3+r.IntN(9)]
		case 3:
			st.kind, st.set = 4, r.Perm(words)[:3+r.IntN(6)]
		}
	}
	return o
}

func (o *bulkOffer) row(id string) Row {
	f := map[string]any{"rate": o.rate, "stars": o.stars, "plain": o.plain}
	for a, st := range o.rows {
		switch a % 4 {
		case 0:
			f[fmt.Sprint("min", a)], f[fmt.Sprint("max", a)] = int64(0), int64(1<<40)
			if st.kind == 1 {
				f[fmt.Sprint("min", a)], f[fmt.Sprint("max", a)] = st.min, st.max
			}
		case 1:
			if st.kind == 2 {
				f[fmt.Sprint("min", a)] = st.min
			}
		default:
			set := []any{}
			for _, w := range st.set {
				set = append(set, fmt.Sprint("w", w))
			}
			f[fmt.Sprint("set", a)] = set
		}
	}
	return Row{id, vars{"offer": &object{"offer", f}}}
}

// bulkNeed is a need as the typed loop and as CEL read it.
func bulkNeed(r *rand.Rand) ([]int64, vars) {
	typed, f := make([]int64, attributes), map[string]any{}
	for a := range typed {
		if a%4 < 2 {
			typed[a] = int64(r.IntN(1000))
			f[fmt.Sprint("a", a)] = typed[a]
		} else {
			typed[a] = int64(r.IntN(words))
			f[fmt.Sprint("a", a)] = fmt.Sprint("w", typed[a])
		}
	}
	return typed, vars{"need": &object{"need", f}}
}

// suits is the typed loop's condition.
func (o *bulkOffer) suits(need []int64) bool {
	for a := range o.rows {
		st := &o.rows[a]
		if st.kind == 0 || (a == 7 || a == 11) && o.plain {
			continue
		}
		switch v := need[a]; st.kind {
		case 1:
			if v < st.min || v > st.max {
				return false
			}
		case 2:
			if v < st.min {
				return false
			}
		case 3:
			if !has(st.set, int(v)) {
				return false
			}
		case 4:
			if has(st.set, int(v)) {
				return false
			}
		}
	}
	return true
}

func has(set []int, v int) bool {
	for _, w := range set {
		if w == v {
			return true
		}
	}
	return false
}

func bulk(n int) ([]bulkOffer, []Row) {
	r := rand.New(rand.NewPCG(9, uint64(n)))
	offers, rows := make([]bulkOffer, n), make([]Row, n)
	for i := range offers {
		offers[i] = bulkOfferOf(r)
		rows[i] = offers[i].row(fmt.Sprintf("o%06d", i))
	}
	return offers, rows
}

// TestIndex_Bulk: many blocks and many distinct values, against both CEL and the
// typed loop.
func TestIndex_Bulk(t *testing.T) {
	t.Parallel()
	m := bulkMatch(t, bulkScope(t))
	offers, rows := bulk(6000)
	ix, err := NewIndex(m, -1, "offer")
	if err != nil {
		t.Fatal(err)
	}
	ix.Build(rows[:5000])
	r := rand.New(rand.NewPCG(4, 4))
	for i := range 200 { // replaced, with values that the scales do not know
		o := bulkOfferOf(r)
		o.rate, o.stars = 1000+o.rate, o.stars+0.001
		offers[i*7], rows[i*7] = o, o.row(rows[i*7].ID)
		ix.Put(rows[i*7])
	}
	for _, row := range rows[5000:] {
		ix.Put(row)
	}
	total := 0
	for range 4 {
		typed, query := bulkNeed(r)
		want := inLoop(m, -1, rows, query)
		fits := 0
		for i := range offers {
			if offers[i].suits(typed) {
				fits++
			}
		}
		got := ix.Find(query, -1, nil)
		if got.Fit != fits || got.Ask != 0 || !same(got.Top, want[:fits]) {
			t.Fatalf("fit %d, want %d\n%s\nwant\n%s", got.Fit, fits, text(got.Top), text(want))
		}
		end := fits
		for end < len(want) && len(want[end].Missing) == 1 {
			end++
		}
		if near := ix.Near(query, -1, nil); !same(near, want[fits:end]) {
			t.Fatalf("near\n%s\nwant\n%s", text(near), text(want[fits:end]))
		}
		total += fits
	}
	if share := float64(total) / 4 / 6000; share < 0.004 || share > 0.04 {
		t.Fatalf("%.2f %% suit: the workload is not the one described", 100*share)
	}
}
