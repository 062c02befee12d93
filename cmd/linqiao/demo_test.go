package main

import (
	"testing"
	"time"
)

// The demo's stories end in the week before the day on which they are played, on the
// weekday for which they are written, whatever that day is.
func TestDemoEndsInTheWeekBefore(t *testing.T) {
	ends := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for _, now := range []time.Time{
		ends, ends.Add(-time.Second), ends.Add(time.Second), ends.AddDate(0, 0, 6), ends.AddDate(0, 0, 7), ends.AddDate(0, 0, 8),
		ends.AddDate(1, 2, 3), ends.AddDate(12, 0, 0), ends.AddDate(-1, 0, 1),
	} {
		days := daysToLastWeek(ends, now)
		at := ends.AddDate(0, 0, days)
		if days%7 != 0 || at.After(now) || now.Sub(at) >= 7*24*time.Hour {
			t.Errorf("now %s: moved by %d days to %s", now, days, at)
		}
	}
}
