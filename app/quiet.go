package app

import (
	"time"

	"linqiao/domain"
	"linqiao/kernel/calendar"
)

// quietUntil is when the quiet time in which an instant lies ends; zero when it lies
// in none. Quiet hours may span midnight; with Rest, weekends and holidays are quiet
// as a whole, and a Sunday that is worked is not.
func quietUntil(now time.Time, c *domain.Contact, cal *calendar.Calendar) time.Time {
	t := now
	for range 60 { // longer than any row of holidays
		day := domain.DateOf(t)
		if c.Rest && !cal.WorkDay(day) {
			t = (day + 1).Start()
			continue
		}
		end := hoursEnd(t, c)
		if end.IsZero() {
			break
		}
		t = end
	}
	if t.Equal(now) {
		return time.Time{}
	}
	return t.UTC()
}

// hoursEnd is the end of the quiet hours of the day in which t lies, zero outside.
func hoursEnd(t time.Time, c *domain.Contact) time.Time {
	from, until := c.QuietFrom, c.QuietUntil
	if from == until {
		return time.Time{}
	}
	day := domain.DateOf(t)
	minute := int(t.Sub(day.Start()) / time.Minute)
	at := func(d domain.Date) time.Time { return d.Start().Add(time.Duration(until) * time.Minute) }
	switch {
	case from < until:
		if minute >= from && minute < until {
			return at(day)
		}
	case minute >= from:
		return at(day + 1)
	case minute < until:
		return at(day)
	}
	return time.Time{}
}

// newContact is how somebody is told who has said nothing about it.
func newContact(acc domain.AccountID) *domain.Contact {
	return &domain.Contact{Account: acc, Off: []string{}, QuietFrom: domain.QuietFrom, QuietUntil: domain.QuietUntil, Gather: domain.GatherMinutes}
}
