package calendar

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linqiao/domain"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, domain.Beijing)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const layout = "2006-01-02 15:04"

func TestDue(t *testing.T) {
	c := Official()
	for _, x := range []struct {
		from string
		n    int64
		unit string
		roll bool
		want string // 24:00 is written as 00:00 of the next day
		note string
	}{
		{"2026-02-14 10:00", 90, Minute, true, "2026-02-14 11:30", ""},
		{"2026-02-14 10:00", 48, Hour, true, "2026-02-16 10:00", ""},
		{"2026-02-13 16:30", 2, WorkHour, true, "2026-02-14 09:30", ""}, // a make-up Saturday
		{"2026-02-14 17:00", 1, WorkHour, true, "2026-02-24 09:00", ""}, // over the Spring Festival
		{"2026-03-02 08:30", 7, WorkHour, true, "2026-03-02 17:30", ""}, // closing time, not next morning
		{"2026-03-02 12:30", 1, WorkHour, true, "2026-03-02 15:00", ""}, // begun in the noon break
		{"2026-03-02 10:00", 0, WorkHour, true, "2026-03-02 10:00", ""},
		{"2026-03-02 10:00", 5, Day, true, "2026-03-10 00:00", ""},     // 7 March is a Saturday
		{"2026-03-02 10:00", 5, Day, false, "2026-03-08 00:00", ""},    // not rolled
		{"2026-03-02 23:59", 1, Day, true, "2026-03-04 00:00", ""},     // the start day does not count
		{"2026-09-28 09:00", 3, Day, true, "2026-10-09 00:00", ""},     // 1 October to the 8th
		{"2026-02-14 10:00", 5, WorkDay, true, "2026-03-01 00:00", ""}, // 28 February is worked
		{"2026-01-31 10:00", 1, Month, false, "2026-03-01 00:00", ""},  // no 31 February: its last day
		{"2026-01-31 10:00", 1, "mo", false, "2026-03-01 00:00", ""},
		{"2026-03-02 10:00", 120, Second, true, "2026-03-02 10:02", ""},
		{"2024-02-29 10:00", 1, Year, false, "2025-03-01 00:00", ""},
		{"2026-12-28 10:00", 5, WorkDay, true, "2027-01-05 00:00", NoteUnknown},
		{"2026-12-28 10:00", 2, WorkDay, true, "2026-12-31 00:00", ""},
		{"2026-12-31 10:00", 1, Day, true, "2027-01-02 00:00", NoteUnknown}, // a Friday that may well be a day off
		{"2026-12-31 10:00", 1, Day, false, "2027-01-02 00:00", ""},
		{"2027-03-01 10:00", 1, WorkHour, true, "2027-03-01 11:00", NoteUnknown},
		{"2026-03-02 10:00", 1, "fortnight", true, "2026-03-02 10:00", "unit"},
		{"2026-03-04 10:00", -1, Hour, true, "2026-03-04 09:00", ""},
	} {
		due, note := c.Due(at(t, x.from), x.n, x.unit, x.roll)
		if due.Format(layout) != x.want || note != x.note {
			t.Errorf("%s + %d%s roll=%v: %s %q, want %s %q", x.from, x.n, x.unit, x.roll, due.Format(layout), note, x.want, x.note)
		}
	}
}

func TestBefore(t *testing.T) {
	c := Official()
	for _, x := range []struct {
		due  string
		n    int64
		unit string
		want string
	}{
		{"2026-03-07 00:00", 2, WorkDay, "2026-03-05 00:00"}, // 24:00 of Friday → 24:00 of Wednesday
		{"2026-03-10 00:00", 1, WorkDay, "2026-03-07 00:00"}, // Monday → Friday
		{"2026-03-10 00:00", 1, Day, "2026-03-09 00:00"},
		{"2026-03-06 15:00", 1, WorkDay, "2026-03-05 15:00"}, // a due time in the day keeps its time
		{"2026-03-02 17:30", 7, WorkHour, "2026-03-02 08:30"},
		{"2026-03-02 09:30", 1, WorkHour, "2026-03-02 08:30"}, // at work, not at Saturday's closing
		{"2026-03-02 09:30", 2, WorkHour, "2026-02-28 16:30"},
		{"2026-03-02 09:30", 0, WorkHour, "2026-03-02 09:30"},
		{"2026-03-02 09:30", 10, Minute, "2026-03-02 09:20"},
		{"2026-03-31 00:00", 1, Month, "2026-03-01 00:00"},
		{"2026-03-02 09:30", 3, "fortnight", "2026-03-02 09:30"},
	} {
		if got := c.Before(at(t, x.due), x.n, x.unit).Format(layout); got != x.want {
			t.Errorf("%d%s before %s: %s, want %s", x.n, x.unit, x.due, got, x.want)
		}
	}
}

func TestAfter(t *testing.T) {
	c := Official()
	for _, x := range []struct {
		due  string
		n    int64
		unit string
		want string
	}{
		{"2026-03-03 00:00", 1, WorkDay, "2026-03-04 00:00"}, // 24:00 of Monday → 24:00 of Tuesday
		{"2026-03-07 00:00", 1, WorkDay, "2026-03-10 00:00"}, // Friday → Monday
		{"2026-03-03 00:00", 1, Day, "2026-03-04 00:00"},
		{"2026-03-03 15:00", 2, WorkDay, "2026-03-05 15:00"},
		{"2026-03-03 00:00", 1, Hour, "2026-03-03 01:00"},
		{"2026-03-03 00:00", 1, WorkHour, "2026-03-03 09:30"},
		{"2026-03-03 00:00", 1, "fortnight", "2026-03-03 00:00"},
	} {
		if got := c.After(at(t, x.due), x.n, x.unit).Format(layout); got != x.want {
			t.Errorf("%d%s after %s: %s, want %s", x.n, x.unit, x.due, got, x.want)
		}
	}
}

func TestFraction(t *testing.T) {
	c := Official()
	for _, x := range []struct {
		from, due string
		unit      string
		percent   int
		want      string
	}{
		{"2026-03-02 10:00", "2026-03-07 00:00", WorkDay, 75, "2026-03-06 00:00"}, // 3 of 4 days
		{"2026-03-02 10:00", "2026-03-07 00:00", WorkDay, 74, "2026-03-05 00:00"}, // rounded down
		{"2026-03-02 10:00", "2026-03-07 00:00", WorkDay, 100, "2026-03-07 00:00"},
		{"2026-03-02 10:00", "2026-03-07 00:00", WorkDay, 150, "2026-03-11 00:00"},
		{"2026-03-02 10:00", "2026-03-03 00:00", WorkDay, 50, "2026-03-03 00:00"},
		{"2026-03-02 10:00", "2026-03-06 15:00", WorkDay, 100, "2026-03-06 15:00"}, // never after due
		{"2026-03-01 10:00", "2026-03-12 00:00", Day, 50, "2026-03-07 00:00"},
		{"2026-03-02 10:00", "2026-03-02 12:00", Hour, 50, "2026-03-02 11:00"},
		{"2026-03-02 10:00", "2026-03-02 11:00", Minute, 75, "2026-03-02 10:45"},
		{"2026-03-02 08:30", "2026-03-03 17:30", WorkHour, 50, "2026-03-02 17:30"},
		{"2026-03-02 08:30", "2026-03-03 17:30", WorkHour, 0, "2026-03-02 08:30"},
		{"2026-03-02 12:00", "2026-03-02 10:00", Hour, 50, "2026-03-02 10:00"},
	} {
		if got := c.Fraction(at(t, x.from), at(t, x.due), x.unit, x.percent).Format(layout); got != x.want {
			t.Errorf("%d%% of %s–%s in %s: %s, want %s", x.percent, x.from, x.due, x.unit, got, x.want)
		}
	}
}

func TestShift(t *testing.T) {
	c := Official()
	for _, x := range []struct{ due, a, b, unit, want string }{
		{"2026-03-07 00:00", "2026-03-03 10:00", "2026-03-05 09:00", WorkDay, "2026-03-11 00:00"},
		{"2026-03-07 00:00", "2026-03-07 10:00", "2026-03-08 09:00", WorkDay, "2026-03-07 00:00"}, // a weekend pauses nothing
		{"2026-03-07 00:00", "2026-03-03 10:00", "2026-03-03 18:00", Day, "2026-03-07 00:00"},
		{"2026-03-07 00:00", "2026-03-03 10:00", "2026-03-05 09:00", Day, "2026-03-09 00:00"},
		{"2026-03-06 10:00", "2026-03-03 10:00", "2026-03-03 12:30", Hour, "2026-03-06 12:30"},
		{"2026-03-06 17:00", "2026-03-03 11:00", "2026-03-03 14:30", WorkHour, "2026-03-09 09:30"},
		{"2026-03-06 17:00", "2026-03-03 12:00", "2026-03-03 14:00", WorkHour, "2026-03-06 17:00"},
		{"2026-03-06 17:00", "2026-03-03 12:00", "2026-03-03 11:00", Hour, "2026-03-06 17:00"},
	} {
		if got := c.Shift(at(t, x.due), at(t, x.a), at(t, x.b), x.unit).Format(layout); got != x.want {
			t.Errorf("%s paused %s–%s in %s: %s, want %s", x.due, x.a, x.b, x.unit, got, x.want)
		}
	}
	if got := c.Roll(at(t, "2026-03-08 00:00")).Format(layout); got != "2026-03-10 00:00" {
		t.Errorf("24:00 of a Saturday rolls to %s", got)
	}
}

func TestLeft(t *testing.T) {
	c := Official()
	for _, x := range []struct {
		now, due, unit string
		n              int64
		text           string
	}{
		{"2026-03-04 10:00", "2026-03-07 00:00", WorkDay, 2, "还剩 2 个工作日"},
		{"2026-03-06 23:59", "2026-03-07 00:00", WorkDay, 0, "今天到期"},
		{"2026-03-07 00:00", "2026-03-07 00:00", WorkDay, 0, "已超期"},
		{"2026-03-11 10:00", "2026-03-07 00:00", WorkDay, -3, "已超 3 个工作日"},
		{"2026-03-10 10:00", "2026-03-07 00:00", Day, -4, "已超 4 天"},
		{"2026-03-04 10:00", "2026-03-07 00:00", Day, 2, "还剩 2 天"},
		{"2026-03-06 10:00", "2026-03-06 15:00", WorkDay, 0, "今天 15:00 到期"},
		{"2026-03-06 10:00", "2026-03-09 00:00", WorkDay, 0, "还剩 2 天"}, // due on a Sunday
		{"2026-03-06 10:00", "2026-03-06 15:00", Hour, 5, "还剩 5 小时"},
		{"2026-03-06 10:00", "2026-03-06 15:20", Hour, 5, "还剩 5 小时 20 分钟"},
		{"2026-03-06 10:00", "2026-03-06 10:20", Hour, 0, "还剩 20 分钟"},
		{"2026-03-06 10:00", "2026-03-06 10:20", Minute, 20, "还剩 20 分钟"},
		{"2026-03-06 10:00", "2026-03-06 08:00", Hour, -2, "已超 2 小时"},
		{"2026-03-06 10:00", "2026-03-09 10:00", Hour, 72, "还剩 72 小时"},
		{"2026-03-06 10:00", "2026-03-09 13:00", Hour, 75, "还剩 3 天 3 小时"},
		{"2026-03-26 10:00", "2026-03-06 08:00", Hour, -482, "已超 20 天"},
		{"2026-03-06 10:00", "2026-03-06 10:00", Hour, 0, "已超期"},
		{"2026-03-06 10:00", "2026-03-06 15:00", WorkHour, 3, "还剩 3 个工作小时"},
		{"2026-03-06 17:00", "2026-03-09 08:45", WorkHour, 0, "还剩 45 分钟工作时间"},
	} {
		n, text := c.Left(at(t, x.now), at(t, x.due), x.unit)
		if n != x.n || text != x.text {
			t.Errorf("at %s, due %s in %s: %d %q, want %d %q", x.now, x.due, x.unit, n, text, x.n, x.text)
		}
	}
}

func TestWithHours(t *testing.T) {
	for _, h := range []WorkingHours{
		{},
		{Morning: [2]int{600, 500}, Afternoon: [2]int{800, 900}},
		{Morning: [2]int{500, 800}, Afternoon: [2]int{700, 900}},
		{Morning: [2]int{500, 700}, Afternoon: [2]int{800, 1441}},
	} {
		if _, err := Official().WithHours(h); err == nil {
			t.Errorf("%v was accepted", h)
		}
	}
	c, err := Official().WithHours(WorkingHours{Morning: [2]int{9 * 60, 12 * 60}, Afternoon: [2]int{13 * 60, 18 * 60}})
	if err != nil {
		t.Fatal(err)
	}
	due, _ := c.Due(at(t, "2026-03-02 17:00"), 2, WorkHour, true)
	if got := due.Format(layout); got != "2026-03-03 10:00" {
		t.Errorf("due %s", got)
	}
	if Official().Hours() != DefaultHours {
		t.Error("the original was changed")
	}
}

// slowMinutes walks minute by minute.
func slowMinutes(c *Calendar, from time.Time, n int64) time.Time {
	t := from
	for left := n * 60; left > 0; t = t.Add(time.Minute) {
		m := t.Hour()*60 + t.Minute()
		h := c.hours
		if (m >= h.Morning[0] && m < h.Morning[1] || m >= h.Afternoon[0] && m < h.Afternoon[1]) && c.WorkDay(domain.DateOf(t)) {
			left--
		}
	}
	return t
}

func oracleCases(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("LINQIAO_ORACLE_CASES"))
	switch {
	case err == nil:
		return n
	case testing.Short():
		return 500
	}
	t.Log("set LINQIAO_ORACLE_CASES for more cases")
	return 5000
}

func TestWorkHoursAgainstWalk(t *testing.T) {
	c := Official()
	first := domain.NewDate(2012, 1, 1).Start()
	days := int(domain.NewDate(2027, 1, 1) - domain.NewDate(2012, 1, 1))
	r := rand.New(rand.NewPCG(1, 2))
	for range oracleCases(t) {
		from := first.Add(time.Duration(r.IntN(days*24*60)) * time.Minute)
		n := int64(1 + r.IntN(24))
		got, _ := c.Due(from, n, WorkHour, true)
		if want := slowMinutes(c, from, n); !got.Equal(want) {
			t.Fatalf("%s + %d wh = %s, want %s", from, n, got, want)
		}
	}
}

func TestProperties(t *testing.T) {
	c := Official()
	units := []string{Second, Minute, Hour, WorkHour, Day, WorkDay, Month, Year}
	rapid.Check(t, func(t *rapid.T) {
		from := anyDay(t).Start().Add(time.Duration(rapid.Int64Range(0, 86399).Draw(t, "second")) * time.Second)
		unit := rapid.SampledFrom(units).Draw(t, "unit")
		n := rapid.Int64Range(0, 400).Draw(t, "n")
		roll := rapid.Bool().Draw(t, "roll")
		due, _ := c.Due(from, n, unit, roll)
		more, _ := c.Due(from, n+1, unit, roll)
		if due.Before(from) || more.Before(due) {
			t.Fatalf("not monotone: %s, %s, %s", from, due, more)
		}
		if roll && unit != Second && unit != Minute && unit != Hour && unit != WorkHour {
			if last, _ := dueDay(due); !c.WorkDay(last) {
				t.Fatalf("rolled due %s is no working day", due)
			}
		}
		p := rapid.IntRange(0, 100).Draw(t, "percent")
		f := c.Fraction(from, due, unit, p)
		if f.After(due) || f.Before(from) {
			t.Fatalf("%d%% of %s–%s is %s", p, from, due, f)
		}
		if unit != Month && unit != Year {
			back := c.Before(due, n, unit)
			if back.After(due) {
				t.Fatalf("before %s: %s", due, back)
			}
			if unit == WorkHour && n > 0 && c.Spent(back, due, WorkHour) != time.Duration(n)*time.Hour {
				t.Fatalf("%d wh before %s is %s", n, due, back)
			}
		}
		to := from.Add(time.Duration(rapid.Int64Range(0, 40*24*3600).Draw(t, "pause")) * time.Second)
		if s := c.Shift(due, from, to, unit); s.Before(due) {
			t.Fatalf("a pause brought %s forward to %s", due, s)
		}
	})
}

func TestAbsurdLimits(t *testing.T) {
	c := Official()
	far := time.Date(9999, 12, 31, 16, 0, 0, 0, time.UTC)
	for _, unit := range []string{Minute, Hour, WorkHour, Day, WorkDay, Month, Year} {
		if due, _ := c.Due(at(t, "2026-03-02 10:00"), 1<<62, unit, true); !due.After(at(t, "2030-01-01 00:00")) {
			t.Errorf("%s: %s", unit, due)
		}
		if due, _ := c.Due(far, 3, unit, true); due.Before(far) {
			t.Errorf("%s from the time that never comes: %s", unit, due)
		}
	}
}

func BenchmarkDueWorkDays(b *testing.B)   { benchmarkDue(b, WorkDay) }
func BenchmarkDueWorkHours(b *testing.B)  { benchmarkDue(b, WorkHour) }
func BenchmarkDueDaysRolled(b *testing.B) { benchmarkDue(b, Day) }

func benchmarkDue(b *testing.B, unit string) {
	c := Official()
	from := at(b, "2026-02-13 16:30")
	for i := range b.N {
		if due, _ := c.Due(from.Add(time.Duration(i%1000)*time.Hour), int64(i%30), unit, true); due.Before(from) {
			b.Fatal(due)
		}
	}
}
