package calendar

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"linqiao/domain"
)

func mustDate(t testing.TB, s string) domain.Date {
	t.Helper()
	d, err := domain.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func readVectors(t *testing.T) (v struct {
	PerYear map[string]int `json:"working_days_per_year"`
	Due     []struct {
		Start string `json:"start"`
		N     int    `json:"working_days"`
		Due   string `json:"due"`
	} `json:"due_date_vectors"`
}) {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWorkingDaysPerYear(t *testing.T) {
	c, v := Official(), readVectors(t)
	if len(v.PerYear) < 15 {
		t.Fatalf("only %d years of vectors", len(v.PerYear))
	}
	for year, want := range v.PerYear {
		last := mustDate(t, year+"-12-31")
		first := mustDate(t, year+"-01-01")
		if got := c.WorkDaysBetween(first-1, last); got != want {
			t.Errorf("%s: %d working days, want %d", year, got, want)
		}
		if !c.Known(yearOf(first)) {
			t.Errorf("%s is not known", year)
		}
	}
}

func TestDueVectors(t *testing.T) {
	c, v := Official(), readVectors(t)
	if len(v.Due) < 17 {
		t.Fatalf("only %d vectors", len(v.Due))
	}
	for _, x := range v.Due {
		from := mustDate(t, x.Start)
		if got := c.AddWorkDays(from, x.N); got.String() != x.Due {
			t.Errorf("%s + %d wd = %s, want %s", x.Start, x.N, got, x.Due)
		}
		due, note := c.Due(from.Start(), int64(x.N), WorkDay, true)
		if want := mustDate(t, x.Due).End(); !due.Equal(want) || note != "" {
			t.Errorf("%s + %d wd is due %s (%q), want %s", x.Start, x.N, due, note, want)
		}
	}
}

// slowWorkDay decides from the maps, not from the table.
func slowWorkDay(c *Calendar, d domain.Date) bool {
	work, _ := c.Day(d)
	return work
}

// slowAdd walks day by day.
func slowAdd(c *Calendar, d domain.Date, n int) domain.Date {
	step := domain.Date(1)
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if d += step; slowWorkDay(c, d) {
			n--
		}
	}
	return d
}

func anyDay(t *rapid.T) domain.Date {
	lo, hi := domain.NewDate(1996, 1, 1), domain.NewDate(2105, 1, 1)
	if rapid.Bool().Draw(t, "published") {
		lo, hi = domain.NewDate(2012, 1, 1), domain.NewDate(2027, 3, 1)
	}
	return domain.Date(rapid.Int32Range(int32(lo), int32(hi)).Draw(t, "day"))
}

func TestWorkDaysAgainstWalk(t *testing.T) {
	c := Official()
	rapid.Check(t, func(t *rapid.T) {
		d := anyDay(t)
		n := rapid.IntRange(-600, 600).Draw(t, "n")
		got, want := c.AddWorkDays(d, n), slowAdd(c, d, n)
		if got != want {
			t.Fatalf("%s %+d = %s, want %s", d, n, got, want)
		}
		if c.WorkDay(d) != slowWorkDay(c, d) {
			t.Fatalf("WorkDay(%s) = %v", d, c.WorkDay(d))
		}
		if n > 0 {
			if k := c.WorkDaysBetween(d, got); k != n {
				t.Fatalf("%d working days from %s to %s, want %d", k, d, got, n)
			}
			if k := c.WorkDaysBetween(got, d); k != -n {
				t.Fatalf("backwards %d, want %d", k, -n)
			}
		}
		rolled := c.RollDay(d)
		if want := slowAdd(c, d-1, 1); rolled != want {
			t.Fatalf("RollDay(%s) = %s, want %s", d, rolled, want)
		}
	})
}

// Every day of the table, one by one, against the maps.
func TestTableEqualsMaps(t *testing.T) {
	c := Official()
	n := 0
	for d := tableStart - 400; d < tableEnd+400; d++ {
		if got := c.rank(d); d > tableStart && got != c.rank(d-1)+n {
			t.Fatalf("rank(%s) = %d", d, got)
		}
		n = 0
		if slowWorkDay(c, d) {
			n = 1
			if back := c.at(c.rank(d)); back != d {
				t.Fatalf("at(rank(%s)) = %s", d, back)
			}
		}
		if c.WorkDay(d) != (n == 1) {
			t.Fatalf("WorkDay(%s)", d)
		}
	}
}

func TestMergeAndWithout(t *testing.T) {
	up, err := Parse([]byte(`{"years":{"2027":{"off_days":["2027-01-01","2027-02-05","2027-02-06","2027-02-07","2027-02-08","2027-02-09","2027-02-10"],
		"makeup_workdays":[{"date":"2027-02-20","name":"春节"}]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	base := Official()
	c := base.Merge(up)
	if base.Known(2027) || !c.Known(2027) || !c.Known(2026) {
		t.Fatal("merge must add a year and leave its operands alone")
	}
	if !c.WorkDay(mustDate(t, "2027-02-20")) || c.WorkDay(mustDate(t, "2027-02-08")) {
		t.Fatal("merged days are not used")
	}
	if work, name := c.Day(mustDate(t, "2027-02-20")); !work || name != "春节" {
		t.Fatalf("day = %v %q", work, name)
	}
	w := c.Without(2026)
	if w.Known(2026) || !w.WorkDay(mustDate(t, "2026-10-01")) || c.WorkDay(mustDate(t, "2026-10-01")) {
		t.Fatal("a year left out counts weekends only")
	}
	if y := w.Years(); y[0] != 2012 || y[len(y)-1] != 2027 {
		t.Fatalf("years %v", y)
	}
}

func TestParseCirculatedForm(t *testing.T) {
	var days []string
	for d := range 8 {
		days = append(days, fmt.Sprintf(`{"name":"春节","date":"2027-02-%02d","isOffDay":%v}`, d+5, true))
	}
	days = append(days, `{"name":"春节","date":"2027-02-20","isOffDay":false}`)
	c, err := Parse([]byte(`{"year":2027,"papers":["u"],"days":[` + strings.Join(days, ",") + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	if !c.Known(2027) || c.WorkDay(mustDate(t, "2027-02-05")) || !c.WorkDay(mustDate(t, "2027-02-20")) {
		t.Fatal("days were not read")
	}
}

func TestParseErrors(t *testing.T) {
	off := `"2026-01-01","2026-02-15","2026-02-16","2026-02-17","2026-02-18","2026-02-19","2026-02-20"`
	for _, x := range []struct{ in, want string }{
		{`{`, "不是有效的 JSON"},
		{`{}`, "没有任何已公布的年份"},
		{`{"years":{"2027":{"off_days":[]}}}`, "没有任何已公布的年份"},
		{`{"years":{"二〇二六":{"off_days":[` + off + `]}}}`, "不在 2000–2100 之间"},
		{`{"years":{"2026":{"off_days":[` + off + `,"2026-02-30"]}}}`, "“2026-02-30”不是有效日期"},
		{`{"years":{"2026":{"off_days":[` + off + `,"2027-01-01"]}}}`, "不属于这一年"},
		{`{"years":{"2026":{"off_days":[` + off + `,"2026-01-01"]}}}`, "写了两次"},
		{`{"years":{"2026":{"off_days":[` + off + `],"makeup_workdays":["2026-01-01"]}}}`, "既是放假日又是调休上班日"},
		{`{"years":{"2026":{"off_days":[` + off + `],"makeup_workdays":["2026-03-02"]}}}`, "不是周末"},
		{`{"years":{"2026":{"off_days":["2026-01-01"]}}}`, "请核对"},
		{`{"years":{"2026":{"off_days":7}}}`, "栏目类型不对"},
	} {
		_, err := Parse([]byte(x.in))
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s\n got %v, want %s", x.in, err, x.want)
		}
	}
	_, err := Parse([]byte(`{"years":{"2026":{"off_days":[` + off + `,"x","y"]}}}`))
	if err == nil || strings.Count(err.Error(), "不是有效日期") != 2 {
		t.Errorf("all errors at once, got %v", err)
	}
}

func BenchmarkAddWorkDays(b *testing.B) {
	c := Official()
	d := domain.NewDate(2026, 2, 13)
	var sum domain.Date
	for i := range b.N {
		sum += c.AddWorkDays(d+domain.Date(i%300), i%60)
	}
	if sum == 0 {
		b.Fatal("no days")
	}
}
