package match

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"

	"pgregory.net/rapid"
)

// atoms are conditions of every form the index knows, and of some it does not.
var atoms = []string{
	"need.amount >= offer.min", "need.amount <= offer.max", "offer.min < need.amount", "offer.max > need.amount",
	"need.amount == offer.min", "need.amount != offer.min", "offer.min <= 3", "5 >= offer.age",
	"offer.stars >= need.score", "need.score > offer.stars", "offer.stars == need.score", "offer.stars != need.score",
	"subject.founded <= offer.until", "offer.until == today", "days(subject.founded, today) >= offer.age",
	"need.at < offer.from", "need.at >= offer.from",
	"offer.kind == need.kind", "offer.kind != need.kind", "need.kind == 'x'", "offer.kind == 'x'", "offer.open == need.open",
	"offer.kind == (need.open ? 'x' : 'y')", "need.kind == 'x' || offer.kind == need.kind",
	"need.kind in offer.tags", "!(need.kind in offer.tags)", "offer.kind in need.tags", "!(offer.kind in need.tags)",
	"offer.kind in ['x', 'y']", "need.amount in offer.numbers", "offer.min in need.numbers",
	"offer.sizes.size() == 0 || need.kind in offer.sizes",
	"offer.chains.size() == 0 || subject.chains.exists(c, c in offer.chains)",
	"subject.chains.all(c, c in offer.chains)", "subject.chains.exists(c, c == offer.kind)", "need.numbers.exists(n, n >= offer.min && n < offer.max)",
	"offer.chains.exists(c, c in subject.chains)", "offer.chains.all(c, c in subject.chains)", "offer.chains.exists(c, c == need.kind)",
	"need.tags.exists(a, a == need.kind || a in offer.tags)", "need.tags.exists_one(c, c in offer.chains)",
	"has(offer.min)", "!has(offer.min) || need.amount >= offer.min", "has(need.amount)", "!has(need.kind) || offer.kind == need.kind",
	"offer.open", "!offer.collateral", "offer.open && need.open", "need.open ? offer.open : offer.collateral",
	"offer.open ? need.open : offer.collateral", "offer.rate.bp <= need.rate.bp", "has(offer.rate.bp)",
	"!has(offer.age) || offer.age > need.amount", "offer.collateral || need.amount < offer.max", "offer.open || offer.kind == need.kind",
	"need.amount in offer.numbers || offer.open", "offer.tags.size() == 0 || offer.tags.exists(c, c in need.chains)",
	"!(offer.open || need.kind in offer.tags)", "!has(offer.stars) || need.score < offer.stars", "offer.kind in need.tags || offer.open",
	"need.amount - offer.min >= 2", "need.amount / offer.min >= 1", "within(offer.place, need.place, 15)",
	"offer.kind == 'x' && need.amount >= offer.min", "true", "false", "offer.id != need.id",
}

var rankings = []string{
	"offer.stars", "-offer.rate.bp", "!offer.collateral", "need.kind in offer.tags", "need.amount", "offer.min - need.amount",
	"subject.chains.exists(c, c in offer.chains)", "-minutes(offer.place, need.place)", "offer.open == need.open", "offer.amount",
}

// compiled keeps expressions across the runs of a property.
type compiled struct {
	sync.Mutex
	scope *rule.Scope
	at    map[string]*rule.Expr
}

func (c *compiled) expr(t testing.TB, src string) *rule.Expr {
	c.Lock()
	defer c.Unlock()
	if c.at[src] == nil {
		c.at[src] = compile(t, c.scope, src)
	}
	return c.at[src]
}

// condition draws an atom or a small combination.
func condition(r *rand.Rand) string {
	a, b := atoms[r.IntN(len(atoms))], atoms[r.IntN(len(atoms))]
	switch r.IntN(8) {
	case 0:
		return fmt.Sprintf("(%s) && (%s)", a, b)
	case 1:
		return fmt.Sprintf("(%s) || (%s)", a, b)
	case 2:
		return fmt.Sprintf("!(%s)", a)
	case 3:
		return fmt.Sprintf("!((%s) || !(%s)) || (%s)", a, b, atoms[r.IntN(len(atoms))])
	}
	return a
}

// wide draws a struct with every field unset, odd or one of few values.
func wide(r *rand.Rand, id string, unset float64) *object {
	o := &object{"wide", map[string]any{"id": id}}
	put := func(field string, v any) {
		if r.Float64() >= unset {
			o.fields[field] = v
		}
	}
	word := func() any { return []any{"x", "y", "z", "w"}[r.IntN(4)] }
	list := func(n int, f func() any) []any {
		l := []any{}
		for range r.IntN(n) {
			l = append(l, f())
		}
		return l
	}
	small := func() any { return int64(r.IntN(7) - 1) }
	for _, f := range []string{"amount", "min", "max", "age"} {
		put(f, small())
	}
	for _, f := range []string{"kind", "other"} {
		put(f, word())
	}
	for _, f := range []string{"tags", "chains", "sizes"} {
		put(f, list(4, word))
	}
	put("numbers", list(3, small))
	for _, f := range []string{"stars", "score"} {
		put(f, []any{1.0, 2.5, -3.0, 0.0, math.Copysign(0, -1), math.NaN(), math.Inf(1)}[r.IntN(7)])
	}
	for _, f := range []string{"open", "collateral"} {
		put(f, r.IntN(2) == 0)
	}
	for _, f := range []string{"founded", "until"} {
		put(f, domain.NewDate(2025, 1, 1+r.IntN(3)))
	}
	for _, f := range []string{"at", "from"} {
		put(f, []any{time.Unix(100, 0), time.Unix(100, 1), time.Unix(200, 0), rule.Never}[r.IntN(4)])
	}
	put("rate", &object{"rate", map[string]any{"bp": small()}})
	put("place", &object{"place", map[string]any{"lat": 21 + float64(r.IntN(3))/100, "lng": 110.0, "address": "", "region": ""}})
	return o
}

// TestIndex_EqualsCEL is the promise of this package: the index answers as
// evaluating every condition of every row does.
func TestIndex_EqualsCEL(t *testing.T) {
	t.Parallel()
	c := &compiled{scope: testScope(t), at: map[string]*rule.Expr{}}
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		m := &program.Match{Key: "m", Steps: []program.Step{{}}}
		var srcs []string
		for range rapid.IntRange(1, 6).Draw(rt, "conditions") {
			srcs = append(srcs, condition(r))
		}
		for i, src := range srcs {
			g := program.Guard{If: c.expr(t, src), Say: &program.Text{Raw: fmt.Sprint("缺", i)}}
			if i%3 == 2 {
				m.Steps[0].Eligible = append(m.Steps[0].Eligible, g)
			} else {
				m.Eligible = append(m.Eligible, g)
			}
		}
		for range rapid.IntRange(0, 3).Draw(rt, "ranks") {
			src := rankings[r.IntN(len(rankings))]
			m.Rank = append(m.Rank, program.Rank{W: 1 + r.IntN(5), By: c.expr(t, src), Say: src})
			srcs = append(srcs, src)
		}
		reverse := rapid.IntRange(0, 4).Draw(rt, "reverse") == 0
		unset := []float64{0, 0, 0.2}[r.IntN(3)]
		checkIndex(rt, r, m, strings.Join(srcs, " ; "), reverse, unset)
	})
}

func checkIndex(t *rapid.T, r *rand.Rand, m *program.Match, about string, reverse bool, unset float64) {
	rowVars := []string{"offer"}
	if reverse {
		rowVars = []string{"need", "subject"}
	}
	ix, err := NewIndex(m, 0, rowVars...)
	if err != nil {
		t.Fatal(err)
	}
	draw := func(id string) Row {
		if reverse {
			return Row{id, vars{"need": wide(r, id, unset), "subject": wide(r, id, unset)}}
		}
		return Row{id, vars{"offer": wide(r, id, unset)}}
	}
	rows := map[string]Row{}
	for i := range rapid.IntRange(0, 1200).Draw(t, "rows") {
		id := fmt.Sprintf("o%04d", i)
		rows[id] = draw(id)
	}
	ix.Build(list(rows))
	for range 3 {
		query := vars{"today": domain.NewDate(2025, 1, 2), "need": wide(r, "n", unset), "subject": wide(r, "s", unset), "offer": wide(r, "f", unset)}
		for _, v := range rowVars {
			delete(query, v)
		}
		want := inLoop(m, 0, list(rows), query)
		compareFound(t, about, ix, query, want)
		for range r.IntN(30) { // and again after some changes
			id := fmt.Sprintf("o%04d", r.IntN(1300))
			if r.IntN(3) == 0 {
				ix.Remove(id)
				delete(rows, id)
			} else {
				rows[id] = draw(id)
				ix.Put(rows[id])
			}
		}
	}
	if ix.Len() != len(rows) {
		t.Fatalf("%d rows, want %d", ix.Len(), len(rows))
	}
}

func list(rows map[string]Row) (l []Row) {
	for _, r := range rows {
		l = append(l, r)
	}
	return l
}

func compareFound(t *rapid.T, about string, ix *Index, query rule.Vars, want []Result) {
	var found, near []Result
	for _, w := range want {
		switch {
		case w.Verdict != Miss:
			found = append(found, w)
		case len(w.Missing) == 1:
			near = append(near, w)
		}
	}
	got := ix.Find(query, -1, nil)
	if got.Fit+got.Ask != len(found) || !same(got.Top, found) {
		t.Fatalf("%s\ngot  %d+%d\n%s\nwant %d\n%s", about, got.Fit, got.Ask, text(got.Top), len(found), text(found))
	}
	for _, k := range []int{0, 1, 7, 20} {
		if top := ix.Find(query, k, nil).Top; !same(top, found[:min(k, len(found))]) {
			t.Fatalf("%s\ntop %d\n%s\nwant\n%s", about, k, text(top), text(found[:min(k, len(found))]))
		}
	}
	if got := ix.Near(query, -1, nil); !same(got, near) {
		t.Fatalf("%s\nnear\n%s\nwant\n%s", about, text(got), text(near))
	}
}

// same compares results; errors by their text.
func same(a, b []Result) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if fmt.Sprint(x.Err) != fmt.Sprint(y.Err) {
			return false
		}
		x.Err, y.Err = nil, nil
		if !reflect.DeepEqual(x, y) {
			return false
		}
	}
	return true
}

func text(rs []Result) string {
	var b strings.Builder
	for i, r := range rs {
		if i == 10 {
			return b.String() + "  …"
		}
		fmt.Fprintf(&b, "  %+v\n", r)
	}
	return b.String()
}
