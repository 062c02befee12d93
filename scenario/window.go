package scenario

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Sentences about rosters with groups and duties with windows.

const (
	keeperForm = "名册 roster 包组 网格 由 人员"
	dailyForm  = "每天 起..止 HH:MM 句子"
	windowForm = "应 时段 duty 时段名 [日=…] 应报|已报|未报|异常 = n"
)

func (p *parser) keeper(w []string) (Sentence, error) {
	if len(w) != 6 || w[4] != "由" {
		return nil, fmt.Errorf("应写成「%s」", keeperForm)
	}
	return Keeper{Roster: w[1], Region: w[3], By: w[5]}, p.names(w[3], w[5])
}

// daily reads a sentence that is said anew on every day of a range.
func (p *parser) daily(w []string, args string) (Sentence, error) {
	if err := need(w, 5, dailyForm); err != nil {
		return nil, err
	}
	from, until, ok := strings.Cut(w[1], "..")
	a, err1 := domain.ParseDate(from)
	b, err2 := domain.ParseDate(until)
	_, err3 := time.Parse("15:04", w[2])
	if !ok || err1 != nil || err2 != nil || err3 != nil || b < a {
		return nil, fmt.Errorf("应写成「%s」", dailyForm)
	}
	text := strings.Join(w[3:], " ")
	if args != "" {
		text += ": " + args
	}
	do, err := p.line(text)
	if err != nil {
		return nil, err
	}
	switch do.(type) {
	case Batch, Acts, ExpectWindow:
	default:
		return nil, fmt.Errorf("每天只能跟「批量」、某人办事或「应 时段」")
	}
	return Daily{From: a, Until: b, At: w[2], Do: do}, nil
}

func (p *parser) expectWindow(w []string) (Sentence, error) {
	rest, c, err := compare(w)
	if err != nil {
		return nil, err
	}
	s := ExpectWindow{Compare: c}
	if len(rest) == 4 && strings.HasPrefix(rest[2], "日=") {
		s.Day, rest = strings.TrimPrefix(rest[2], "日="), append(rest[:2:2], rest[3])
	}
	if len(rest) != 3 || windowCounts[rest[2]] == "" {
		return nil, fmt.Errorf("应写成「%s」", windowForm)
	}
	s.Duty, s.Window, s.Key = rest[0], rest[1], rest[2]
	return s, nil
}

var windowCounts = map[string]string{"应报": "due", "已报": "done", "未报": "missing", "异常": "urgent"}

func (w *world) setKeeper(ctx context.Context, s Keeper) error {
	r, err := pick("名册", strings.TrimPrefix(s.Roster, "roster."), w.prog.Rosters, func(r *program.Roster) string { return r.Label })
	if err != nil {
		return err
	}
	g, err := w.regionOf(s.Region)
	if err != nil {
		return err
	}
	who, err := w.getKind(s.By, anAccount, "人员")
	if err != nil {
		return err
	}
	by := w.admin
	if keepers := w.holders(r.KeptBy); len(keepers) > 0 {
		by = keepers[0].login
	}
	return w.call(ctx, by, http.MethodPut, "/programs/"+w.prog.Key+"/rosters/"+r.Key+"/keepers", object{"region": g.id, "account": who.id}, nil)
}

// daily queues a sentence for each day; 时间 plays them on its way.
func (w *world) daily(s Daily) error {
	hm, _ := time.Parse("15:04", s.At)
	for day := s.From; day <= s.Until; day++ {
		at := day.Start().Add(time.Duration(hm.Hour())*time.Hour + time.Duration(hm.Minute())*time.Minute)
		if at.Before(w.now()) {
			return fmt.Errorf("每天的第一天 %s %s 已过去", day, s.At)
		}
		w.due = append(w.due, dayItem{day: day, at: at, alone: true, run: func(ctx context.Context) error {
			if err := w.run(ctx, s.Do); err != nil {
				return fmt.Errorf("%s %s：%w", day, s.At, err)
			}
			return nil
		}})
	}
	return nil
}

func (w *world) dutyNamed(key string) (*program.Duty, error) {
	return pick("任务", strings.TrimPrefix(key, "duty."), w.prog.Duties, func(d *program.Duty) string { return d.Label })
}

// checkWindow reads the board of a duty as whoever sees most of it.
func (w *world) checkWindow(ctx context.Context, s ExpectWindow) error {
	d, err := w.dutyNamed(s.Duty)
	if err != nil {
		return err
	}
	day := s.Day
	if day == "" {
		day = w.day().String()
	}
	last := fmt.Errorf("没有人能看时段任务的看板")
	for _, a := range w.figureReaders() {
		var board object
		if err := w.call(ctx, a.login, http.MethodGet, "/programs/"+w.prog.Key+"/duties/"+d.Key+"/windows", nil, &board); err != nil {
			last = err
			continue
		}
		last = fmt.Errorf("看板上没有 %s 的时段「%s」", day, s.Window)
		for _, x := range list(board["windows"]) {
			if str(x["window"]) != s.Window || str(x["day"]) != day {
				continue
			}
			v, seen := x[windowCounts[s.Key]]
			if s.Key == "未报" {
				due, _ := x["due"].(float64)
				done, _ := x["done"].(float64)
				v, seen = due-done, true
			}
			if !seen {
				last = fmt.Errorf("没有人看得到「%s」", s.Key)
				continue
			}
			return compareFigure(s.Compare, v, "")
		}
	}
	return last
}
