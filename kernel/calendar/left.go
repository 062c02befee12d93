package calendar

import (
	"fmt"
	"time"

	"linqiao/domain"
)

// Left says how much of a limit is left at now, in its unit and in words; n is
// negative when it has run out. Less than one unit is n = 0; the words then
// name the smaller unit.
func (c *Calendar) Left(now, due time.Time, unit string) (n int64, text string) {
	over := !now.Before(due)
	switch unit {
	case Day, WorkDay, Month, monthShort, Year:
		return c.leftDays(now, due, unit == WorkDay, over)
	case WorkHour:
		minutes := c.Spent(now, due, WorkHour).Truncate(time.Minute) / time.Minute
		return sayHours(int64(minutes), over, "个工作小时", "分钟工作时间")
	}
	minutes := int64(due.Sub(now).Truncate(time.Minute) / time.Minute)
	if unit == Minute {
		_, text = sayHours(minutes, over, "小时", "分钟")
		return minutes, text
	}
	return sayHours(minutes, over, "小时", "分钟")
}

func (c *Calendar) leftDays(now, due time.Time, work, over bool) (int64, string) {
	today := domain.DateOf(now)
	last, rest := dueDay(due)
	if today == last {
		if over {
			return 0, "已超期"
		}
		if rest < microDay {
			return 0, fmt.Sprintf("今天 %s 到期", due.In(domain.Beijing).Format("15:04"))
		}
		return 0, "今天到期"
	}
	n, word := int64(last-today), "天"
	if work {
		n, word = int64(c.WorkDaysBetween(today, last)), "个工作日"
	}
	switch {
	case over && n == 0:
		return 0, "已超期" // the first days off after a working day
	case over:
		return n, fmt.Sprintf("已超 %d %s", -n, word)
	case n == 0: // a last day that is no working day, with none before it
		return 0, fmt.Sprintf("还剩 %d 天", last-today)
	}
	return n, fmt.Sprintf("还剩 %d %s", n, word)
}

// longHours is up to how many hours people count in hours; more are said in days.
const longHours = 72

// sayDays words minutes as days and, while there are few, hours.
func sayDays(minutes int64) string {
	days, hours := minutes/(24*60), minutes/60%24
	if days < 10 && hours > 0 {
		return fmt.Sprintf("%d 天 %d 小时", days, hours)
	}
	return fmt.Sprintf("%d 天", days)
}

// sayHours words a signed number of minutes as hours, then minutes.
func sayHours(minutes int64, over bool, hours, short string) (int64, string) {
	word, m := "还剩", minutes
	if over {
		word, m = "已超", -minutes
	}
	n := minutes / 60
	switch {
	case hours == "小时" && m > longHours*60:
		return n, word + " " + sayDays(m)
	case m == 0 && over:
		return 0, "已超期"
	case m == 0:
		return 0, "即将到期"
	case m < 60:
		return n, fmt.Sprintf("%s %d %s", word, m, short)
	case m < 600 && m%60 != 0:
		return n, fmt.Sprintf("%s %d %s %d 分钟", word, m/60, hours, m%60)
	}
	return n, fmt.Sprintf("%s %d %s", word, m/60, hours)
}
