package match

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// finance is the loan example of docs/program-format.md with its rank.
func finance(t testing.TB, s *rule.Scope) *program.Match {
	return &program.Match{
		Key: "market",
		Eligible: guards(t, s,
			"need.amount >= offer.min && need.amount <= offer.max", "金额不在范围",
			"months(subject.founded, today) >= offer.age", "成立须满{offer.age}个月",
			"offer.sizes.size() == 0 || subject.kind in offer.sizes", "规模不在范围",
			"offer.chains.size() == 0 || subject.chains.exists(c, c in offer.chains)", "不在该产业链"),
		Steps: []program.Step{{}, {Eligible: []program.Guard{{If: compile(t, s, "offer.open")}}}},
		Rank: []program.Rank{
			{W: 5, By: compile(t, s, "subject.chains.exists(c, c in offer.chains)"), Say: "本产业链专属"},
			{W: 3, By: compile(t, s, "-offer.rate.bp"), Say: "利率较低"},
			{W: 2, By: compile(t, s, "!offer.collateral"), Say: "无需抵押"},
		},
	}
}

func loan(id string, bp, minimum, maximum, age int64, collateral bool) Row {
	return Row{ID: id, Vars: vars{"offer": &object{"wide", map[string]any{
		"id": id, "min": minimum, "max": maximum, "age": age, "collateral": collateral,
		"rate": &object{"rate", map[string]any{"bp": bp}}, "sizes": []any{}, "chains": []any{},
	}}}}
}

func restaurant() vars {
	return vars{
		"need":    &object{"wide", map[string]any{"amount": int64(300)}},
		"subject": &object{"wide", map[string]any{"founded": domain.NewDate(2021, 1, 10), "chains": []any{}}},
		"today":   domain.NewDate(2022, 5, 31),
	}
}

func loans() []Row {
	return []Row{
		loan("普惠贷", 400, 1, 3000, 0, false), loan("票易贷", 405, 5, 300, 24, false),
		loan("农采贷", 390, 50, 1000, 36, true), loan("网络融资", 370, 10, 1000, 12, false),
	}
}

// inLoop answers as the definition says: every condition of every row.
func inLoop(m *program.Match, step int, rows []Row, query rule.Vars) []Result {
	results, values := make([]Result, len(rows)), make([][]any, len(rows))
	for i, r := range rows {
		v := both{r.Vars, query}
		results[i] = Evaluate(m, step, v, nil)
		results[i].Offer = r.ID
		values[i] = Values(m, v)
	}
	return Order(m, results, values)
}

func show(results []Result) (list []string) {
	for _, r := range results {
		list = append(list, fmt.Sprint(r.Offer, " ", r.Verdict, r.Reasons, r.Missing, r.Ask))
	}
	return list
}

func TestEvaluate_Market(t *testing.T) {
	t.Parallel()
	m := finance(t, testScope(t))
	got := show(inLoop(m, -1, loans(), restaurant()))
	want := []string{
		"网络融资 fit [利率较低 无需抵押] [] []",
		"普惠贷 fit [无需抵押] [] []",
		"农采贷 miss [] [成立须满{offer.age}个月] []",
		"票易贷 miss [] [成立须满{offer.age}个月] []",
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
}

func TestEvaluate_UnknownAsks(t *testing.T) {
	t.Parallel()
	s := testScope(t)
	m := finance(t, s)
	query := restaurant()
	query["subject"] = &object{"wide", map[string]any{"chains": []any{}}}
	row := loan("a", 1, 1, 3000, 0, false)
	got := Evaluate(m, 1, both{row.Vars, query}, nil)
	if got.Verdict != Ask || !reflect.DeepEqual(got.Ask, []string{"成立日期", "offer.open"}) {
		t.Fatalf("got %+v, want to ask for the founding date and the offer's open", got)
	}
	t.Run("a failing condition decides", func(t *testing.T) {
		row := loan("a", 1, 400, 3000, 0, false)
		got := Evaluate(m, -1, both{row.Vars, query}, func(x *program.Text) string { return "<" + x.Raw + ">" })
		if got.Verdict != Miss || !reflect.DeepEqual(got.Missing, []string{"<金额不在范围>"}) {
			t.Fatalf("got %+v", got)
		}
	})
	t.Run("a step without text", func(t *testing.T) {
		row := loan("a", 1, 1, 3000, 0, false)
		row.Vars.(vars)["offer"].(*object).fields["open"] = false
		if got := Evaluate(m, 1, both{row.Vars, restaurant()}, nil); got.Verdict != Miss || got.Missing[0] != failedStep {
			t.Fatalf("got %+v", got)
		}
	})
}

func TestOrder_DenseRanks(t *testing.T) {
	t.Parallel()
	m := &program.Match{Rank: []program.Rank{{W: 2, By: compile(t, testScope(t), "offer.stars"), Say: "评价高"}}}
	results := []Result{{Offer: "d"}, {Offer: "c"}, {Offer: "b"}, {Offer: "a"}, {Offer: "z", Verdict: Ask}}
	values := [][]any{{4.5}, {nil}, {3.0}, {4.5}, {5.0}}
	got := Order(m, results, values)
	want := []Result{
		{Offer: "a", Score: 2, Reasons: []string{"评价高"}}, {Offer: "d", Score: 2, Reasons: []string{"评价高"}},
		{Offer: "b", Score: 1}, {Offer: "c"}, {Offer: "z", Verdict: Ask, Score: 2},
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v", got)
	}
	if results[0].Score != 0 {
		t.Fatal("Order changed its argument")
	}
}

func TestIndex_Market(t *testing.T) {
	t.Parallel()
	m := finance(t, testScope(t))
	ix, err := NewIndex(m, -1, "offer")
	if err != nil {
		t.Fatal(err)
	}
	ix.Build(loans())
	query := restaurant()
	want := inLoop(m, -1, loans(), query)
	got := ix.Find(query, -1, nil)
	if got.Fit != 2 || got.Ask != 0 || !reflect.DeepEqual(got.Top, want[:2]) {
		t.Fatalf("got  %+v\nwant %+v", got, want[:2])
	}
	filled := ix.Near(query, 1, func(x *program.Text, v rule.Vars) string {
		offer, _ := v.Var("offer")
		age, _ := offer.(rule.Struct).Get("age")
		return strings.Replace(x.Raw, "{offer.age}", fmt.Sprint(age), 1)
	})
	if len(filled) != 1 || filled[0].Missing[0] != "成立须满36个月" {
		t.Fatalf("near, filled: %+v", filled)
	}
	if near := ix.Near(query, 5, nil); !reflect.DeepEqual(near, want[2:]) {
		t.Fatalf("near %+v\nwant %+v", near, want[2:])
	}
}
