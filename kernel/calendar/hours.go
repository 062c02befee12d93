package calendar

import (
	"errors"
	"time"

	"linqiao/domain"
)

// WorkingHours are the two halves of a working day in minutes after midnight.
// A half whose ends are equal is not worked.
type WorkingHours struct {
	Morning, Afternoon [2]int
}

// DefaultHours are the usual office hours, 08:30–12:00 and 14:00–17:30.
var DefaultHours = WorkingHours{
	Morning:   [2]int{8*60 + 30, 12 * 60},
	Afternoon: [2]int{14 * 60, 17*60 + 30},
}

// Check refuses hours that are out of order, outside the day or empty.
func (h WorkingHours) Check() error {
	ordered := 0 <= h.Morning[0] && h.Morning[0] <= h.Morning[1] &&
		h.Morning[1] <= h.Afternoon[0] && h.Afternoon[0] <= h.Afternoon[1] && h.Afternoon[1] <= 24*60
	if !ordered {
		return errors.New("上班时间须在一天之内，并按上午、下午先后排列")
	}
	if h.Minutes() == 0 {
		return errors.New("上班时间不能为空")
	}
	return nil
}

// Minutes is the working time of one day.
func (h WorkingHours) Minutes() int {
	return h.Morning[1] - h.Morning[0] + h.Afternoon[1] - h.Afternoon[0]
}

const (
	microMinute = int64(time.Minute / time.Microsecond)
	microDay    = 24 * 60 * microMinute
	microZone   = 8 * 60 * microMinute // Beijing is ahead of UTC
)

// hourSpan holds the working hours in microseconds after midnight.
type hourSpan struct{ m0, m1, a0, a1, day int64 }

func (h WorkingHours) span() hourSpan {
	return hourSpan{
		m0: int64(h.Morning[0]) * microMinute, m1: int64(h.Morning[1]) * microMinute,
		a0: int64(h.Afternoon[0]) * microMinute, a1: int64(h.Afternoon[1]) * microMinute,
		day: int64(h.Minutes()) * microMinute,
	}
}

// worked is the working time from midnight to the moment s of a working day.
func (p hourSpan) worked(s int64) int64 {
	return min(max(s-p.m0, 0), p.m1-p.m0) + min(max(s-p.a0, 0), p.a1-p.a0)
}

// first is the earliest moment of a working day with w worked, 0 < w <= day.
func (p hourSpan) first(w int64) int64 {
	if w <= p.m1-p.m0 {
		return p.m0 + w
	}
	return p.a0 + w - (p.m1 - p.m0)
}

// last is the latest moment still at work with w worked, 0 <= w < day.
func (p hourSpan) last(w int64) int64 {
	if w < p.m1-p.m0 {
		return p.m0 + w
	}
	return p.a0 + w - (p.m1 - p.m0)
}

// split gives the day of an instant and the microseconds since its midnight.
func split(t time.Time) (domain.Date, int64) {
	us := t.UnixMicro() + microZone
	d := us / microDay
	if us%microDay < 0 {
		d--
	}
	return domain.Date(d), us - d*microDay
}

func join(d domain.Date, us int64) time.Time {
	return time.UnixMicro(int64(d)*microDay - microZone + us).In(domain.Beijing)
}

// workTime is the working time, in microseconds, from the table's start to t.
func (c *Calendar) workTime(t time.Time) int64 {
	d, us := split(t)
	w := int64(c.rank(d)) * c.span.day
	if c.WorkDay(d) {
		w += c.span.worked(us)
	}
	return w
}

// whenWorked is the earliest instant with that working time: a limit that ends
// with the working day ends at closing time, not on the next morning.
func (c *Calendar) whenWorked(w int64) time.Time {
	k, rest := floorDiv(w-1, c.span.day)
	return join(c.at(int(k)), c.span.first(rest+1))
}

// lastWorked is the latest instant with that working time, always at work: a
// reminder falls on the morning, not on the evening before.
func (c *Calendar) lastWorked(w int64) time.Time {
	k, rest := floorDiv(w, c.span.day)
	return join(c.at(int(k)), c.span.last(rest))
}

func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}
