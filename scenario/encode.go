package scenario

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// encode turns a written value into what the API takes for a field (docs/api.md,
// Values). who uploads pictures.
func (w *world) encode(ctx context.Context, who *login, f *program.Field, v Value) (any, error) {
	if f.Many {
		return w.encodeMany(ctx, who, f, v)
	}
	out, err := w.encodeOne(ctx, who, f, v)
	if err != nil {
		return nil, fmt.Errorf("%s：%w", f.Label, err)
	}
	return out, nil
}

func (w *world) encodeMany(ctx context.Context, who *login, f *program.Field, v Value) (any, error) {
	items := v.List
	if v.Kind != ListOf {
		items = []Value{v}
	}
	out := make([]any, 0, len(items))
	for _, x := range items {
		y, err := w.encodeOne(ctx, who, f, x)
		if err != nil {
			return nil, fmt.Errorf("%s：%w", f.Label, err)
		}
		out = append(out, y)
	}
	return out, nil
}

func (w *world) encodeOne(ctx context.Context, who *login, f *program.Field, v Value) (any, error) {
	text := v.Text
	switch f.Type {
	case program.TypeChoice:
		return optionNamed(f.List, text)
	case program.TypeInt:
		return parseInt(text)
	case program.TypeNumber:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("「%s」不是数", text)
		}
		return n, nil
	case program.TypeMoney:
		if v.Kind == Fen {
			return v.Total, nil
		}
		return parseMoney(text)
	case program.TypeBP:
		return parseBP(text)
	case program.TypeRate:
		return parseRate(text)
	case program.TypeBool:
		return parseBool(text)
	case program.TypeDate:
		return w.date(text)
	case program.TypeTime:
		return w.timeValue(text)
	case program.TypeInterval:
		return w.interval(text)
	case program.TypePlace:
		return w.place(v)
	case program.TypeRegion, program.TypeOrg, program.TypePerson, program.TypeParty, program.TypeAccount, program.TypeRef:
		t, err := w.get(text)
		if err != nil {
			return nil, err
		}
		return t.id, nil
	case program.TypeFile:
		if strings.HasPrefix(text, soundWord) {
			return w.uploadSound(ctx, who, text)
		}
		return w.upload(ctx, who)
	case program.TypePhoto:
		return w.upload(ctx, who)
	case program.TypeChecks:
		return checks(f, text)
	case program.TypeRows:
		return w.row(ctx, who, f, text)
	}
	return v.String(), nil
}

func parseInt(s string) (int64, error) {
	mul := int64(1)
	if strings.HasSuffix(s, "万") {
		s, mul = strings.TrimSuffix(s, "万"), 10_000
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("「%s」不是整数", s)
	}
	return n * mul, nil
}

// parseBP reads basis points, or a percentage with %.
func parseBP(s string) (int64, error) {
	if p, ok := strings.CutSuffix(s, "%"); ok {
		f, err := strconv.ParseFloat(p, 64)
		if err != nil {
			return 0, fmt.Errorf("「%s」不是百分数", s)
		}
		return int64(math.Round(f * 100)), nil
	}
	return parseInt(s)
}

// parseRate reads LPR1Y+35, LPR5Y-10 or fixed403.
func parseRate(s string) (any, error) {
	for _, base := range []string{"LPR1Y", "LPR5Y", "fixed"} {
		rest, ok := strings.CutPrefix(s, base)
		if !ok {
			continue
		}
		bp, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(rest), "+"), 10, 64)
		if rest == "" {
			bp, err = 0, nil
		}
		if err == nil {
			return object{"base": base, "bp": bp}, nil
		}
	}
	return nil, fmt.Errorf("「%s」不是利率（应写 LPR1Y+35 或 fixed 403）", s)
}

func parseBool(s string) (bool, error) {
	switch s {
	case "是", "true":
		return true, nil
	case "否", "false":
		return false, nil
	}
	return false, fmt.Errorf("「%s」应写 是 或 否", s)
}

// date reads a day, 今日, or 今日+3 / 今日-3.
func (w *world) date(s string) (string, error) {
	if rest, ok := strings.CutPrefix(s, "今日"); ok {
		n := 0
		if rest != "" {
			var err error
			if n, err = strconv.Atoi(strings.TrimPrefix(rest, "+")); err != nil {
				return "", fmt.Errorf("「%s」不是日期", s)
			}
		}
		return (domain.DateOf(w.now()) + domain.Date(n)).String(), nil
	}
	d, err := domain.ParseDate(s)
	if err != nil {
		return "", fmt.Errorf("「%s」不是日期（应写 2025-11-14 或 今日）", s)
	}
	return d.String(), nil
}

// timeValue reads a time of day (08:30), or an instant.
func (w *world) timeValue(s string) (string, error) {
	if _, _, ok := parseClock(s); ok {
		return s, nil
	}
	t, err := w.instant(s)
	if err != nil {
		return "", err
	}
	return t.UTC().Format(time.RFC3339), nil
}

// instant reads a full time; the day may be 今日.
func (w *world) instant(s string) (time.Time, error) {
	day, clock, _ := strings.Cut(s, " ")
	d, err := w.date(day)
	if err != nil {
		return time.Time{}, err
	}
	return parseInstant(strings.TrimSpace(d + " " + clock))
}

// interval reads `今日 09:00..11:00` or two full times.
func (w *world) interval(s string) (any, error) {
	a, b, ok := strings.Cut(s, "..")
	if !ok {
		return nil, fmt.Errorf("「%s」不是时段（应写 2025-11-14 09:00..11:00）", s)
	}
	start, err := w.instant(a)
	if err != nil {
		return nil, err
	}
	if h, m, ok := parseClock(b); ok {
		end := domain.DateOf(start).Start().Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute)
		return object{"start": start.UTC().Format(time.RFC3339), "end": end.UTC().Format(time.RFC3339)}, nil
	}
	end, err := w.instant(b)
	if err != nil {
		return nil, err
	}
	return object{"start": start.UTC().Format(time.RFC3339), "end": end.UTC().Format(time.RFC3339)}, nil
}

// place reads 「纬度,经度 [地址]」 or the name of something that has a place.
func (w *world) place(v Value) (any, error) {
	if v.Kind != Quoted {
		t, err := w.get(v.Text)
		if err != nil {
			return nil, err
		}
		if t.place == nil {
			return nil, fmt.Errorf("「%s」没有位置", v.Text)
		}
		return object{"lat": t.place[0], "lng": t.place[1]}, nil
	}
	at, address, _ := strings.Cut(strings.TrimSpace(v.Text), " ")
	lat, lng, err := parseLatLng(at)
	if err != nil {
		return nil, err
	}
	out := object{"lat": lat, "lng": lng}
	if address != "" {
		out["address"] = address
	}
	return out, nil
}

// checks reads 全通过, 全通过 除 a、b, or a=通过 written as `a:通过 b:不通过`.
func checks(f *program.Field, s string) (any, error) {
	out := object{}
	parts := strings.Fields(s)
	if len(parts) > 0 && parts[0] == "全通过" {
		for k := range f.Items.All() {
			out[k] = object{"v": "pass"}
		}
		if len(parts) == 1 {
			return out, nil
		}
		if len(parts) < 3 || parts[1] != "除" {
			return nil, fmt.Errorf("应写成「全通过 除 项」")
		}
		for _, name := range parts[2:] {
			item, err := checkItem(f, name)
			if err != nil {
				return nil, err
			}
			out[item] = object{"v": "fail"}
		}
		return out, nil
	}
	for _, part := range parts {
		name, verdict, _ := strings.Cut(part, ":")
		item, err := checkItem(f, name)
		if err != nil {
			return nil, err
		}
		v, ok := map[string]string{"通过": "pass", "不通过": "fail", "未知": "unknown", "pass": "pass", "fail": "fail", "unknown": "unknown"}[verdict]
		if !ok {
			return nil, fmt.Errorf("「%s」应写成 项:通过|不通过|未知", part)
		}
		out[item] = object{"v": v}
	}
	return out, nil
}

func checkItem(f *program.Field, name string) (string, error) {
	i, err := pick("检查项", name, f.Items, func(i *program.CheckItem) string { return i.Label })
	if err != nil {
		return "", err
	}
	return i.Key, nil
}

// row reads one row of a `rows` field: (k=v，k=v).
func (w *world) row(ctx context.Context, who *login, f *program.Field, s string) (any, error) {
	args, err := parseArgs(strings.TrimSuffix(strings.TrimPrefix(s, "("), ")"))
	if err != nil {
		return nil, err
	}
	out := object{}
	for _, a := range args {
		col, err := pick("列", a.Key, f.Fields, func(f *program.Field) string { return f.Label })
		if err != nil {
			return nil, err
		}
		if out[col.Key], err = w.encode(ctx, who, col, a.Value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (w *world) now() time.Time { return w.target.Clock.Now().In(domain.Beijing) }

// day is today's civil day on the target's clock.
func (w *world) day() domain.Date { return domain.DateOf(w.now()) }
