package rule_test

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

func TestEval(t *testing.T) {
	t.Parallel()
	s, v := scope(t), world()
	bj := func(y, m, d int) time.Time { return domain.NewDate(y, m, d).Start() }
	rows := []struct {
		src  string
		want any
	}{
		{"amount", int64(300)},
		{"subject.name", "甲厂"},
		{"subject.head.name", "王芳"},
		{"need.amount >= offer.min && need.amount <= offer.max", true},
		{"amount * 2 - 1", int64(599)},
		{"amount / 7 % 5", int64(2)},
		{"rate > 4.0 && rate > 4", true},
		{"-amount", int64(-300)},
		{"note + '!'", "说轻生了!"},
		{"note.contains('轻生') && note.startsWith('说') && note.size() == 4", true},
		{"'食品' in subject.chains", true},
		{"subject.chains.exists(c, c in offer.industries)", true},
		{"words == ['a', 'b']", true},
		{"words[1]", "b"},
		{"ok ? 'yes' : 'no'", "yes"},
		{"subject == other", true},
		{"subject in roster.firms.members", true},
		{"string(amount) + string(day)", "3002025-01-31"},
		// dates and times
		{"today > day && day != today && !(today < day) && today >= today && day <= today", true},
		{"today - day == duration('696h')", true},
		{"today - day", 29 * 24 * time.Hour},
		{"[today, day].min()", day(2025, 1, 31)},
		{"now - created", 73 * time.Hour},
		{"now - created > duration('72h') && created + duration('1h') < now", true},
		{"int(now - created)", int64(73 * 3600)},
		{"left_it > now", true},
		{"left_it == parent.ended", true},
		{"age(subject.birth_date, today)", int64(14)},
		{"age(date(2008, 2, 29), date(2026, 2, 28))", int64(17)},
		{"age(date(2008, 2, 29), date(2026, 3, 1))", int64(18)},
		{"age(date(2011, 3, 1), today)", int64(14)},
		{"birthday(date(2008, 2, 29), 18)", bj(2026, 3, 1)},
		{"date(2024, 2, 29)", day(2024, 2, 29)},
		{"day_end(day)", bj(2025, 2, 1)},
		{"day_end(created)", bj(2025, 2, 27)},
		{"day_end(left_it)", rule.Never},
		{"days(day, today)", int64(29)},
		{"days(today, day)", int64(-29)},
		{"days(created, now)", int64(3)},
		{"days(created, left_it) > 1000000", true},
		{"months(day, today)", int64(1)},
		{"months(day, date(2025, 2, 28))", int64(0)},
		{"months(today, day)", int64(-1)},
		{"months(subject.founded, today) >= offer.age", true},
		{"first_of([left_it, created, now])", at("2025-02-26T07:00:00Z")},
		{"first_of([])", rule.Never},
		{"first_of([left_it] + all.order.map(o, o.entered.taken))", at("2025-03-01T00:00:00Z")},
		// places
		{"minutes(subject.place, offer.place)", int64(17)},
		{"within(subject.place, here, 17) && !within(subject.place, here, 16)", true},
		{"near(subject.place, here, 1001) && !near(subject.place, here, 1000)", true},
		{"region_of(subject.place, 'town')", "region_of:town"},
		{"offer.area.covers(subject.region)", true},
		{"offer.free(created, now)", true},
		// people
		{"related(actor, subject)", true},
		{"related(subject, other)", false},
		// lists
		{"all.order.size()", int64(3)},
		{"all.order.filter(o, o.phase == 'done').map(o, o.amount).sum()", int64(41)},
		{"all.order.map(o, o.amount).mean()", int64(20)},
		{"all.order.exists(o, o.amount > 30) && !all.order.all(o, o.amount > 30) && all.order.exists_one(o, o.amount > 30)", true},
		{"all.order.map(o, o.pledge.map(p, p.id)).union()", []any{"x", "y", "z"}},
		{"all.order.map(o, o.pledge).union().size()", int64(3)},
		{"all.order.filter(o, o.subject == subject).size()", int64(2)},
		{"nums.sum() + nums.max() + nums.min()", int64(16)},
		{"nums.mean()", int64(3)},
		{"nums.median()", int64(2)},
		{"[1, 2].median()", int64(2)},
		{"[-1, -2].mean()", int64(-1)},
		{"reals.sum()", 3.5},
		{"reals.mean()", 1.75},
		{"spans.mean()", 2 * time.Hour},
		{"spans.median() < spans.max()", true},
		{"times.min()", at("2025-01-01T00:00:00Z")},
		{"dates.max()", day(2025, 1, 2)},
		{"lists.union()", []any{"a", "b", "c"}},
		{"note.mentions(list.crisis)", true},
		{"'call sos now'.mentions(list.crisis) && !'ok'.mentions(list.crisis)", true},
		// numbers
		{"share(2, 3)", int64(6666)},
		{"share(-1, 3)", int64(-3334)},
		{"split(100, [1, 1, 1], 0) * 10000 + split(100, [1, 1, 1], 1) * 100 + split(100, [1, 1, 1], 2)", int64(343333)},
		{"split(amount, nums, 3)", int64(60)},
		{"sample('x', 100) && !sample('x', 0)", true},
		// methods
		{"roster.firms.has(subject) && roster.firms.size() == 2", true},
		{"size(words)", int64(2)},
		{"consent.share_bank", true},
		{"consent.share_bank.of(subject)", false},
		{"roster.firms.members.filter(m, consent.share_bank.of(m)).size()", int64(1)},
		{"panel.share_bank.of('abc')", int64(3)},
		{"account.fund(subject) + account.fund(subject, 'x')", int64(3000)},
		{"has(subject.founded) && !has(other.founded)", true},
		{"has(it.previous) ? it.previous.amount : 0", int64(0)},
		{"has(it.note) && note.mentions(list.crisis)", true},
	}
	for _, r := range rows {
		t.Run(r.src, func(t *testing.T) {
			got, err := compile(t, s, r.src).Eval(v)
			if err != nil {
				t.Fatal(err)
			}
			if w, ok := r.want.(time.Time); ok {
				if g, ok := got.(time.Time); !ok || !g.Equal(w) {
					t.Fatalf("got %v, want %v", got, w)
				}
				return
			}
			if !reflect.DeepEqual(got, r.want) {
				t.Fatalf("got %#v, want %#v", got, r.want)
			}
		})
	}
}

func TestUnset(t *testing.T) {
	t.Parallel()
	s, v := scope(t), world()
	delete(v, "amount")
	delete(v, "parent")
	delete(v, "ok")
	rows := []struct{ src, path, label string }{
		{"amount", "amount", "标签amount"},
		{"amount > 1", "amount", "标签amount"},
		{"amount > 1 && 2 > 1", "amount", "标签amount"},
		{"other.founded", "other.founded", "标签founded"},
		{"months(other.founded, today) >= 24", "other.founded", "标签founded"},
		{"other.head.name == 'x'", "other.head", "标签head"},
		{"other.head.name", "other.head", "标签head"},
		{"parent.subject.name == 'x'", "parent", "标签parent"},
		{"minutes(other.place, here)", "other.place", "标签place"},
		{"all.order.map(o, o.subject.founded)[1] == day", "founded", "标签founded"},
		{"ok ? 1 : 2", "ok", "标签ok"},
		{"[amount, 1].sum()", "amount", "标签amount"},
		{"first_of([created, need.ended])", "need.ended", "标签ended"},
		{"nums.filter(n, n > 9).mean()", "mean", ""},
		{"share(1, nums.size() - 4)", "share", ""},
		{"split(1, [0, 0], 0) + nums[0]", "split", ""},
		{"has(other.head.name)", "other.head", "标签head"},
		{"left_it - now", "left_it - now", ""},
		{"!consent.share_bank.of(subject) && account.fund(previous.subject) > 0", "previous", "标签previous"},
	}
	for _, r := range rows {
		_, err := compile(t, s, r.src).Eval(v)
		var u *rule.Unset
		if !errors.As(err, &u) {
			t.Errorf("%s: got %v, want unset", r.src, err)
			continue
		}
		if u.Path != r.path || u.Label != r.label {
			t.Errorf("%s: unset %q %q, want %q %q", r.src, u.Path, u.Label, r.path, r.label)
		}
	}
	for src, want := range map[string]bool{
		"amount > 1 && 1 > 2":                            false,
		"1 > 2 && amount > 1":                            false,
		"amount > 1 || nums.size() == 4":                 true,
		"nums.size() == 4 || amount > 1":                 true,
		"nums.size() == 4 ? true : amount > 1":           true,
		"all.order.exists(o, o.subject.founded < today)": true,
		"all.order.all(o, o.subject.founded > today)":    false,
		"has(it.previous)":                               false,
		"has(need.ended) || !has(subject.head)":          false,
	} {
		if got, err := compile(t, s, src).Bool(v); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", src, got, err, want)
		}
	}
}

func TestEval_Errors(t *testing.T) {
	t.Parallel()
	s, v := scope(t), world()
	broken := errors.New("disk on fire")
	v["offer"] = &obj{name: "loan.offer", fields: fields("min", broken)}
	for _, src := range []string{"offer.min", "offer.min + 1", "split(amount, nums, 9)", "words[7]", "date(amount, 13, 1) > day"} {
		_, err := compile(t, s, src).Eval(v)
		var u *rule.Unset
		if err == nil || errors.As(err, &u) {
			t.Errorf("%s: got %v, want an error that is not unset", src, err)
		}
	}
	var u *rule.Unset
	if _, err := compile(t, s, "amount / (nums.size() - 4)").Eval(v); !errors.As(err, &u) { // a share of nothing
		t.Errorf("divided by nought: got %v, want unset", err)
	}
	if _, err := compile(t, s, "offer.min + 1").Eval(v); !errors.Is(err, broken) {
		t.Errorf("cause lost: %v", err)
	}
	if _, err := compile(t, s, "amount").Bool(v); err == nil {
		t.Error("a number passed for a condition")
	}
}

func TestEval_RunCost(t *testing.T) {
	t.Parallel()
	s, v := scope(t), world()
	long := make([]any, 3000)
	for i := range long {
		long[i] = int64(i)
	}
	v["nums"] = long
	x := compile(t, s, "nums.all(a, nums.all(b, a + b >= 0))")
	if _, err := x.Eval(v); err == nil {
		t.Fatal("nine million steps were allowed")
	}
}

func TestEval_Concurrent(t *testing.T) {
	t.Parallel()
	s := scope(t)
	x := compile(t, s, "all.order.filter(o, o.phase == 'done').map(o, o.amount).sum() + amount")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			v := world()
			v["amount"] = int64(i)
			for range 200 {
				if got, err := x.Eval(v); err != nil || got != int64(41+i) {
					t.Errorf("got %v, %v", got, err)
					return
				}
			}
		})
	}
	for range 4 {
		wg.Go(func() { compile(t, s, "amount > 1 && subject.name != ''") })
	}
	wg.Wait()
}
