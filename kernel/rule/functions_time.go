package rule

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"linqiao/domain"
)

// dateFunctions: age birthday date day_end days months first_of.
func dateFunctions(add adder) {
	day, ts, num := dateType, cel.TimestampType, cel.IntType
	add("age", cel.Overload("age_dates", []*cel.Type{day, day}, num, onDates(func(a, b domain.Date) int64 { return wholeMonths(a, b) / 12 })))
	add("months", cel.Overload("months_dates", []*cel.Type{day, day}, num, onDates(wholeMonths)))
	add("days",
		cel.Overload("days_dates", []*cel.Type{day, day}, num, onDates(func(a, b domain.Date) int64 { return int64(b) - int64(a) })),
		cel.Overload("days_times", []*cel.Type{ts, ts}, num, cel.BinaryBinding(daysBetween)))
	add("birthday", cel.Overload("birthday_date", []*cel.Type{day, num}, ts, cel.BinaryBinding(birthday)))
	add("date", cel.Overload("date_ymd", []*cel.Type{num, num, num}, day, cel.FunctionBinding(dateOf)))
	add("day_end",
		cel.Overload("day_end_time", []*cel.Type{ts}, ts, cel.UnaryBinding(dayEnd)),
		cel.Overload("day_end_date", []*cel.Type{day}, ts, cel.UnaryBinding(dayEnd)))
	add("first_of", cel.Overload("first_of_list", []*cel.Type{cel.ListType(ts)}, ts, cel.UnaryBinding(firstOf)))
}

func onDates(f func(a, b domain.Date) int64) cel.OverloadOpt {
	return cel.BinaryBinding(func(a, b ref.Val) ref.Val {
		return types.Int(f(domain.Date(a.(dateVal)), domain.Date(b.(dateVal))))
	})
}

// wholeMonths counts the whole months from a to b, negative when b is before a.
// A month is whole on the same day of the month; from the 31st, where the month
// is shorter, on the first of the next, as birthdays on 29 February are kept.
func wholeMonths(a, b domain.Date) int64 {
	if b < a {
		return -wholeMonths(b, a)
	}
	y1, m1, d1 := a.YMD()
	y2, m2, d2 := b.YMD()
	n := int64(y2-y1)*12 + int64(m2-m1)
	if d2 < d1 {
		n--
	}
	return n
}

// daysBetween counts periods of 24 hours, towards zero. Unix seconds, because a
// duration cannot hold the distance to Never.
func daysBetween(a, b ref.Val) ref.Val {
	from, to := a.(types.Timestamp).Time, b.(types.Timestamp).Time
	return types.Int((to.Unix() - from.Unix()) / 86400)
}

// birthday is 00:00 of the day on which a person born on the date is n years
// old; 29 February becomes 1 March in other years.
func birthday(born, n ref.Val) ref.Val {
	years := int64(n.(types.Int))
	if years < 0 || years > 200 {
		return types.NewErr("birthday: %d years", years)
	}
	y, m, d := domain.Date(born.(dateVal)).YMD()
	return types.Timestamp{Time: domain.NewDate(y+int(years), int(m), d).Start()}
}

// dateOf refuses days that do not exist.
func dateOf(args ...ref.Val) ref.Val {
	y, m, d := args[0].(types.Int), args[1].(types.Int), args[2].(types.Int)
	if y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 31 {
		return types.NewErr("date(%d, %d, %d): no such day", y, m, d)
	}
	day := domain.NewDate(int(y), int(m), int(d))
	if _, month, _ := day.YMD(); int(month) != int(m) {
		return types.NewErr("date(%d, %d, %d): no such day", y, m, d)
	}
	return dateVal(day)
}

// dayEnd is 24:00 of the day, Beijing time. Never has no later end.
func dayEnd(v ref.Val) ref.Val {
	switch x := v.(type) {
	case dateVal:
		return types.Timestamp{Time: domain.Date(x).End()}
	case types.Timestamp:
		if !x.Time.Before(Never) {
			return x
		}
		return types.Timestamp{Time: domain.DateOf(x.Time).End()}
	}
	return types.MaybeNoSuchOverloadErr(v)
}

// firstOf is the earliest; of nothing, Never.
func firstOf(list ref.Val) ref.Val {
	first := Never
	err := eachOf(list, func(v ref.Val) error {
		if t, ok := v.(types.Timestamp); ok && t.Time.Before(first) {
			first = t.Time
		}
		return nil
	})
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Timestamp{Time: first}
}
