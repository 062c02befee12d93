package record

import (
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// A record of a kind with a `period` belongs to the day, week, month, quarter or year
// in which it was made; `previous` is the one before it of the same subject, or of
// the same region when regions are the subject.

// periodKey names the row's period; "" when its kind has none.
func (r *Row) periodKey() string {
	if r.T.Period == "" {
		return ""
	}
	return periodOf(r.T.Period, domain.DateOf(r.Created))
}

// periodView is `period {year, start, end}`.
type periodView struct {
	unit string
	day  domain.Date
}

func (v periodView) TypeName() string { return "period" }
func (v periodView) Get(name string) (any, error) {
	y, m, _ := v.day.YMD()
	switch name {
	case "year":
		return int64(y), nil
	case "start":
		start, _ := v.bounds(y, m)
		return start, nil
	case "end":
		_, end := v.bounds(y, m)
		return end, nil
	}
	return nil, &rule.Unset{Path: name}
}

// bounds are the first and the last day of the period.
func (v periodView) bounds(y int, m time.Month) (first, last domain.Date) {
	at := func(y int, m time.Month) domain.Date {
		return domain.DateOf(time.Date(y, m, 1, 0, 0, 0, 0, domain.Beijing))
	}
	switch v.unit {
	case "day":
		return v.day, v.day
	case "week":
		first = v.day - (domain.Date(v.day.Weekday())+6)%7
		return first, first + 6
	case "month":
		return at(y, m), at(y, m+1) - 1
	case "quarter":
		q := (m-1)/3*3 + 1
		return at(y, q), at(y, q+3) - 1
	}
	return at(y, time.January), at(y+1, time.January) - 1
}

// previous is the row of the period before, for the same subject.
func (u *Unit) previous(r *Row) (any, error) {
	rec, err := u.w.Former(r.Record)
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, err
	}
	if rec == nil || err != nil {
		return nil, &rule.Unset{Path: "previous", Label: "上一期"}
	}
	old, err := u.Load(rec.ID)
	if err != nil {
		return nil, err
	}
	return recordView{old}, nil
}

// forRegion: regions of a level are the subject of such records.
func (r *Row) forRegion() bool {
	return len(r.T.For) == 1 && strings.HasPrefix(r.T.For[0], "region.")
}

// regionView is a region as expressions read it.
type regionView struct {
	u *Unit
	g *domain.Region
}

func (v regionView) TypeName() string { return "region" }
func (v regionView) Get(name string) (any, error) {
	switch name {
	case "id", "region":
		return string(v.g.ID), nil
	case "name", "short_name":
		return textOr(v.g.Name, name)
	case "level":
		return string(v.g.Level), nil
	}
	return nil, &rule.Unset{Path: name}
}

func (u *Unit) regionOf(id domain.RegionID) (any, error) {
	g, err := u.w.Region(id)
	if err != nil {
		return nil, err
	}
	return regionView{u, g}, nil
}
