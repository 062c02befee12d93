// Package calendar counts time the way Chinese offices do: hours, working hours,
// calendar days and working days over the official holidays with their make-up
// working days (调休). It is pure: it reads no clock, no file and no database, and
// it knows nothing of records or programs.
//
// Rules: a working day is a make-up working day, or Monday to Friday without the
// days off (行政许可法 art. 82). Of a limit in days the first day is not counted
// (民法典 art. 201), the last day ends at 24:00, and a last day that is no working
// day gives way to the next working day (art. 203). Of a limit in hours counting
// begins at once (art. 201). A year whose notice is not out yet counts weekends
// only, and every result that used such a year says so.
package calendar

import (
	"maps"
	"slices"

	"linqiao/domain"
)

// One table holds all days of these years; days beyond count weekends only.
const (
	firstYear = 2000
	lastYear  = 2100
)

var (
	tableStart = domain.NewDate(firstYear, 1, 1)
	tableEnd   = domain.NewDate(lastYear+1, 1, 1)
)

// yearDays are the published days of one year.
type yearDays struct {
	off, makeup map[domain.Date]string // day → name of the holiday
	notice      []string
}

// Calendar is immutable and safe for concurrent use.
type Calendar struct {
	years map[int]yearDays
	hours WorkingHours
	span  hourSpan

	before []int32       // before[i]: working days in [tableStart, tableStart+i)
	nth    []domain.Date // the working days of the table in order
	known  [lastYear - firstYear + 1]bool
}

func build(years map[int]yearDays, hours WorkingHours) *Calendar {
	c := &Calendar{years: years, hours: hours, span: hours.span()}
	for y := range years {
		if y >= firstYear && y <= lastYear {
			c.known[y-firstYear] = true
		}
	}
	n := int(tableEnd - tableStart)
	c.before = make([]int32, n+1)
	c.nth = make([]domain.Date, 0, n*5/7+1)
	swap := map[domain.Date]bool{}
	for _, y := range years {
		for d := range y.off {
			swap[d] = false
		}
		for d := range y.makeup {
			swap[d] = true
		}
	}
	for i := range n {
		d := tableStart + domain.Date(i)
		work, special := swap[d]
		if !special {
			work = weekday(d)
		}
		c.before[i+1] = c.before[i]
		if work {
			c.before[i+1]++
			c.nth = append(c.nth, d)
		}
	}
	return c
}

// weekday reports Monday to Friday.
func weekday(d domain.Date) bool {
	w := d.Weekday()
	return w != 0 && w != 6
}

// Merge gives a calendar in which the years of o replace those of c. Working
// hours stay those of c.
func (c *Calendar) Merge(o *Calendar) *Calendar {
	years := maps.Clone(c.years)
	maps.Copy(years, o.years)
	return build(years, c.hours)
}

// Without gives a calendar in which these years count as unpublished: weekends
// only, and said so.
func (c *Calendar) Without(years ...int) *Calendar {
	kept := maps.Clone(c.years)
	for _, y := range years {
		delete(kept, y)
	}
	return build(kept, c.hours)
}

// WithHours gives a calendar with other working hours.
func (c *Calendar) WithHours(h WorkingHours) (*Calendar, error) {
	if err := h.Check(); err != nil {
		return nil, err
	}
	n := *c // tables are never written after build, so they may be shared
	n.hours, n.span = h, h.span()
	return &n, nil
}

// Hours gives the working hours of a working day.
func (c *Calendar) Hours() WorkingHours { return c.hours }

// Known reports whether the holidays of the year are published.
func (c *Calendar) Known(year int) bool {
	return year >= firstYear && year <= lastYear && c.known[year-firstYear]
}

// Years lists the published years in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// knownBetween reports whether all years of the days a to b are published.
func (c *Calendar) knownBetween(a, b domain.Date) bool {
	if b < a {
		a, b = b, a
	}
	from, to := yearOf(a), yearOf(b)
	for y := from; y <= to; y++ {
		if !c.Known(y) {
			return false
		}
	}
	return true
}

func yearOf(d domain.Date) int {
	y, _, _ := d.YMD()
	return y
}

// Day says what a day is: whether one works, and the holiday's name when a
// notice made it a day off or a make-up working day.
func (c *Calendar) Day(d domain.Date) (work bool, name string) {
	y := c.years[yearOf(d)]
	if n, ok := y.off[d]; ok {
		return false, n
	}
	if n, ok := y.makeup[d]; ok {
		return true, n
	}
	return weekday(d), ""
}

// WorkDay reports whether one works on the day.
func (c *Calendar) WorkDay(d domain.Date) bool {
	if d < tableStart || d >= tableEnd {
		return weekday(d)
	}
	i := d - tableStart
	return c.before[i+1] != c.before[i]
}

// rank counts the working days before d, from the start of the table; negative
// before it.
func (c *Calendar) rank(d domain.Date) int {
	switch {
	case d < tableStart:
		return -(weekdaysBefore(tableStart) - weekdaysBefore(d))
	case d <= tableEnd:
		return int(c.before[d-tableStart])
	}
	return len(c.nth) + weekdaysBefore(d) - weekdaysBefore(tableEnd)
}

// at is the inverse of rank: the working day with k working days before it.
func (c *Calendar) at(k int) domain.Date {
	switch {
	case k < 0:
		return weekdayAt(weekdaysBefore(tableStart) + k)
	case k < len(c.nth):
		return c.nth[k]
	}
	return weekdayAt(weekdaysBefore(tableEnd) + k - len(c.nth))
}

// monday is a Monday far enough back for weekday sums to stay simple: 1970-01-05.
const monday domain.Date = 4

// weekdaysBefore counts Mondays to Fridays in [monday, d); negative before it.
func weekdaysBefore(d domain.Date) int {
	n := int(d - monday)
	week, rest := n/7, n%7
	if rest < 0 {
		week, rest = week-1, rest+7
	}
	return week*5 + min(rest, 5)
}

// weekdayAt is the inverse of weekdaysBefore.
func weekdayAt(k int) domain.Date {
	week, rest := k/5, k%5
	if rest < 0 {
		week, rest = week-1, rest+5
	}
	return monday + domain.Date(week*7+rest)
}

// AddWorkDays goes n working days on from d, which itself is not counted; back
// when n is negative. With n = 0 it is d, working day or not.
func (c *Calendar) AddWorkDays(d domain.Date, n int) domain.Date {
	switch {
	case n > 0:
		return c.at(c.rank(d+1) + n - 1)
	case n < 0:
		return c.at(c.rank(d) + n)
	}
	return d
}

// WorkDaysBetween counts the working days after a up to and including b;
// negative when b lies before a.
func (c *Calendar) WorkDaysBetween(a, b domain.Date) int { return c.rank(b+1) - c.rank(a+1) }

// RollDay gives d, or the next working day when d is none (民法典 art. 203).
func (c *Calendar) RollDay(d domain.Date) domain.Date { return c.at(c.rank(d)) }
