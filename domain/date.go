package domain

import (
	"fmt"
	"time"
)

// Beijing is the zone of every date, window and working hour in the product.
// China has one civil time and no daylight saving since 1992.
var Beijing = time.FixedZone("Asia/Shanghai", 8*3600)

// Date is a civil day in Beijing, counted from 1970-01-01 (day 0).
type Date int32

// DateOf gives the civil day of an instant.
func DateOf(t time.Time) Date {
	sec := t.Unix() + 8*3600
	d := sec / 86400
	if sec%86400 < 0 {
		d--
	}
	return Date(d)
}

// NewDate gives the day of a year, month and day of month; out-of-range parts
// are carried as time.Date does.
func NewDate(y, m, d int) Date {
	return Date(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDate reads 2006-01-02 and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("date %q: want YYYY-MM-DD", s)
	}
	return Date(t.Unix() / 86400), nil
}

// Start is 00:00 of the day, Beijing time.
func (d Date) Start() time.Time { return time.Unix(int64(d)*86400-8*3600, 0).In(Beijing) }

// End is 24:00 of the day, that is 00:00 of the next (Civil Code art. 203).
func (d Date) End() time.Time { return (d + 1).Start() }

// YMD gives year, month and day of month.
func (d Date) YMD() (year int, month time.Month, day int) {
	return time.Unix(int64(d)*86400, 0).UTC().Date()
}

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday((int(d)%7 + 7 + 4) % 7) }

func (d Date) String() string { return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly) }
