package calendar

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"linqiao/domain"
)

//go:embed holidays.json
var holidays []byte

// Official gives the calendar of all published years that this build knows.
func Official() *Calendar { return official() }

var official = sync.OnceValue(func() *Calendar {
	c, err := Parse(holidays)
	if err != nil {
		panic("calendar: embedded holidays.json: " + err.Error())
	}
	return c
})

// file is the uploaded form: years, or one year as the State Council lists that
// circulate publicly write it (year, days with isOffDay).
type file struct {
	Years  map[string]fileYear `json:"years"`
	Year   int                 `json:"year"`
	Papers []string            `json:"papers"`
	Days   []struct {
		Name string `json:"name"`
		Date string `json:"date"`
		Off  bool   `json:"isOffDay"`
	} `json:"days"`
}

type fileYear struct {
	Notice json.RawMessage `json:"notice"`
	Off    []day           `json:"off_days"`
	Makeup []day           `json:"makeup_workdays"`
}

// day is "2027-01-01" or {"date": "2027-01-01", "name": "元旦"}.
type day struct{ Date, Name string }

func (d *day) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &d.Date)
	}
	type plain day
	return json.Unmarshal(b, (*plain)(d))
}

// Parse reads a calendar file. Errors are for the person who uploaded it, in
// Chinese, all of them at once. A year without a single day off is one whose
// notice is not out; it is left out.
func Parse(data []byte) (*Calendar, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, errors.New("日历文件不是有效的 JSON，或栏目类型不对")
	}
	if f.Year != 0 {
		if err := f.addSingle(); err != nil {
			return nil, err
		}
	}
	years := map[int]yearDays{}
	var errs []error
	for key, y := range f.Years {
		year, err := strconv.Atoi(key)
		if err != nil || year < firstYear || year > lastYear {
			errs = append(errs, fmt.Errorf("年份“%s”不在 %d–%d 之间", clip(key), firstYear, lastYear))
			continue
		}
		if len(y.Off) == 0 {
			continue
		}
		yd := yearDays{}
		var bad []error
		yd.off, bad = readDays(year, "放假日", y.Off)
		errs = append(errs, bad...)
		yd.makeup, bad = readDays(year, "调休上班日", y.Makeup)
		errs = append(errs, bad...)
		errs = append(errs, checkYear(year, yd)...)
		_ = json.Unmarshal(y.Notice, &yd.notice) // null, a list, or anything else: only kept for show
		years[year] = yd
	}
	if len(errs) == 0 && len(years) == 0 {
		errs = append(errs, errors.New("日历里没有任何已公布的年份"))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return build(years, DefaultHours), nil
}

// addSingle turns the one-year form into the other.
func (f *file) addSingle() error {
	key := strconv.Itoa(f.Year)
	if _, ok := f.Years[key]; ok {
		return fmt.Errorf("%d 年写了两次", f.Year)
	}
	if f.Years == nil {
		f.Years = map[string]fileYear{}
	}
	one := f.Years[key]
	for _, d := range f.Days {
		if d.Off {
			one.Off = append(one.Off, day{d.Date, d.Name})
		} else {
			one.Makeup = append(one.Makeup, day{d.Date, d.Name})
		}
	}
	one.Notice, _ = json.Marshal(f.Papers)
	f.Years[key] = one
	return nil
}

func readDays(year int, what string, list []day) (map[domain.Date]string, []error) {
	out := make(map[domain.Date]string, len(list))
	var errs []error
	for _, e := range list {
		d, err := domain.ParseDate(e.Date)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%d 年%s“%s”不是有效日期，应写作 2027-01-01", year, what, clip(e.Date)))
			continue
		case yearOf(d) != year:
			errs = append(errs, fmt.Errorf("%d 年%s %s 不属于这一年", year, what, d))
			continue
		}
		if _, twice := out[d]; twice {
			errs = append(errs, fmt.Errorf("%d 年%s %s 写了两次", year, what, d))
		}
		out[d] = e.Name
	}
	return out, errs
}

// checkYear finds what a slip of the pen looks like: a day both off and worked,
// a make-up working day on a weekday, and far too many or too few days.
func checkYear(year int, y yearDays) []error {
	var errs []error
	for d := range y.makeup {
		if _, both := y.off[d]; both {
			errs = append(errs, fmt.Errorf("%s 既是放假日又是调休上班日", d))
		} else if weekday(d) {
			errs = append(errs, fmt.Errorf("调休上班日 %s 不是周末", d))
		}
	}
	if n := len(y.off); n < 7 || n > 60 {
		errs = append(errs, fmt.Errorf("%d 年有 %d 个放假日，请核对", year, n))
	}
	return errs
}

// clip keeps a quoted scrap of the file short.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}
