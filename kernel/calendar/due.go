package calendar

import (
	"time"

	"linqiao/domain"
)

// Units of a limit as programs write them.
const (
	Second   = "s"
	Minute   = "m"
	Hour     = "h"
	WorkHour = "wh"
	Day      = "d"
	WorkDay  = "wd"
	Month    = "month" // also written mo
	Year     = "y"
)

const monthShort = "mo"

// NoteUnknown is the note of a result that used a year without a published
// calendar; weekends only were taken off.
const NoteUnknown = "calendar-unknown"

// most keeps sums of absurd limits inside int64; it is more than 13,000 years
// in days.
const most = 5_000_000

func clamp(n int64) int64 { return min(max(n, -most), most) }

// hours is at most some 280 years, what a time.Duration can hold.
func hours(n int64) time.Duration { return time.Duration(min(n, 2_500_000)) * time.Hour }

// Due gives the instant at which a limit of n units that begins at from runs
// out. Minutes and hours run day and night, working hours only in office hours.
// Days, working days, months and years leave the first day out and end at 24:00
// of the last, which is 00:00 of the next; roll moves a last day that is no
// working day on to the next one. Months end on the same day of the month, or
// on its last day (民法典 art. 202).
//
// The note is NoteUnknown when an unpublished year decided the result, "unit"
// when the unit is unknown (due is then from), else "".
func (c *Calendar) Due(from time.Time, n int64, unit string, roll bool) (due time.Time, note string) {
	n = clamp(n)
	if n < 0 {
		return c.Before(from, -n, unit), ""
	}
	switch unit {
	case Second:
		return from.Add(time.Duration(n) * time.Second), ""
	case Minute:
		return from.Add(time.Duration(n) * time.Minute), ""
	case Hour:
		return from.Add(hours(n)), ""
	case WorkHour:
		if n == 0 {
			return from, ""
		}
		due = c.whenWorked(c.workTime(from) + n*60*microMinute)
		return due, c.note(domain.DateOf(from), domain.DateOf(due))
	}
	start := domain.DateOf(from)
	last, ok := c.lastDay(start, n, unit)
	if !ok {
		return from, "unit"
	}
	if unit == WorkDay && n > 0 {
		return last.End(), c.note(start+1, last)
	}
	if !roll {
		return last.End(), ""
	}
	rolled := c.RollDay(last)
	return rolled.End(), c.note(last, rolled)
}

func (c *Calendar) note(a, b domain.Date) string {
	if c.knownBetween(a, b) {
		return ""
	}
	return NoteUnknown
}

// lastDay is the last day of a limit in days or longer; n may be negative.
func (c *Calendar) lastDay(d domain.Date, n int64, unit string) (domain.Date, bool) {
	switch unit {
	case Day:
		return d + domain.Date(n), true
	case WorkDay:
		return c.AddWorkDays(d, int(n)), true
	case Month, monthShort:
		return addMonths(d, n), true
	case Year:
		return addMonths(d, 12*n), true
	}
	return d, false
}

func addMonths(d domain.Date, n int64) domain.Date {
	n = min(max(n, -100_000), 100_000) // years must stay four digits or so
	y, m, day := d.YMD()
	first := domain.NewDate(y, int(m)+int(n), 1)
	next := domain.NewDate(y, int(m)+int(n)+1, 1)
	return min(first+domain.Date(day-1), next-1)
}

// AddDays gives the day n units after d (d, wd, month, y); other units and an
// unknown one leave it.
func (c *Calendar) AddDays(d domain.Date, n int64, unit string) domain.Date {
	last, _ := c.lastDay(d, clamp(n), unit)
	return last
}

// Roll moves a due instant at 24:00 of a day that is no working day to 24:00 of
// the next working day.
func (c *Calendar) Roll(due time.Time) time.Time {
	day, rest := dueDay(due)
	return join(c.RollDay(day), rest)
}

// dueDay gives the day a due instant belongs to: 24:00 counts as the day it
// ends. Rest is what is past that day's midnight.
func dueDay(due time.Time) (domain.Date, int64) {
	d, us := split(due)
	if us == 0 {
		return d - 1, microDay
	}
	return d, us
}

// Before gives the instant n units before due, for reminders. Days keep the
// time of day of due, so two working days before 24:00 of Friday is 24:00 of
// Wednesday.
func (c *Calendar) Before(due time.Time, n int64, unit string) time.Time {
	n = clamp(n)
	switch unit {
	case Second:
		return due.Add(-time.Duration(n) * time.Second)
	case Minute:
		return due.Add(-time.Duration(n) * time.Minute)
	case Hour:
		return due.Add(-hours(n))
	case WorkHour:
		if n == 0 {
			return due
		}
		return c.lastWorked(c.workTime(due) - n*60*microMinute)
	}
	day, rest := dueDay(due)
	back, ok := c.lastDay(day, -n, unit)
	if !ok {
		return due
	}
	return join(back, rest)
}

// After gives the instant n units past a due instant, for rungs behind it. Unlike
// Due it takes 24:00 as the day it ends, so one working day after 24:00 of
// Monday is 24:00 of Tuesday.
func (c *Calendar) After(due time.Time, n int64, unit string) time.Time {
	n = clamp(n)
	switch unit {
	case Second, Minute, Hour, WorkHour:
		t, _ := c.Due(due, n, unit, false)
		return t
	}
	day, rest := dueDay(due)
	last, ok := c.lastDay(day, n, unit)
	if !ok {
		return due
	}
	return join(last, rest)
}

// Fraction gives the instant at which percent of the limit from–due is used,
// counted in the limit's unit. Days and longer are whole days, rounded down,
// and end at 24:00. Up to 100 % it is never later than due.
func (c *Calendar) Fraction(from, due time.Time, unit string, percent int) time.Time {
	if !due.After(from) {
		return due
	}
	t := c.fraction(from, due, unit, int64(percent))
	if percent <= 100 && t.After(due) {
		return due
	}
	return t
}

func (c *Calendar) fraction(from, due time.Time, unit string, percent int64) time.Time {
	start := domain.DateOf(from)
	last, _ := dueDay(due)
	switch unit {
	case WorkHour:
		a, b := c.workTime(from), c.workTime(due)
		used := (b - a) * percent / 100
		if used <= 0 {
			return from
		}
		return c.whenWorked(a + used)
	case WorkDay:
		n := c.WorkDaysBetween(start, last)
		return c.AddWorkDays(start, n*int(percent)/100).End()
	case Day, Month, monthShort, Year:
		n := int64(last - start)
		return (start + domain.Date(n*percent/100)).End()
	}
	micro := due.Sub(from).Microseconds()
	return from.Add(time.Duration(micro/100*percent+micro%100*percent/100) * time.Microsecond)
}

// Shift moves due by a pause, counted in the unit of the limit: a pause that
// begins and ends on one day moves no limit in days. The result is not rolled.
func (c *Calendar) Shift(due time.Time, pausedFrom, pausedTo time.Time, unit string) time.Time {
	if !pausedTo.After(pausedFrom) {
		return due
	}
	switch unit {
	case WorkHour:
		lost := c.workTime(pausedTo) - c.workTime(pausedFrom)
		if lost == 0 {
			return due
		}
		return c.whenWorked(c.workTime(due) + lost)
	case Day, WorkDay, Month, monthShort, Year:
		day, rest := dueDay(due)
		a, b := domain.DateOf(pausedFrom), domain.DateOf(pausedTo)
		if unit == WorkDay {
			return join(c.AddWorkDays(day, c.WorkDaysBetween(a, b)), rest)
		}
		return join(day+(b-a), rest)
	}
	return due.Add(pausedTo.Sub(pausedFrom))
}

// Spent is the time between two instants counted in a unit: working hours as
// working time, days and working days as so many times 24 hours.
func (c *Calendar) Spent(from, to time.Time, unit string) time.Duration {
	switch unit {
	case WorkHour:
		return time.Duration(c.workTime(to)-c.workTime(from)) * time.Microsecond
	case WorkDay:
		return 24 * time.Hour * time.Duration(c.WorkDaysBetween(domain.DateOf(from), domain.DateOf(to)))
	case Day, Month, monthShort, Year:
		return 24 * time.Hour * time.Duration(domain.DateOf(to)-domain.DateOf(from))
	}
	return to.Sub(from)
}
