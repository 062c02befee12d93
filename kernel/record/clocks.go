package record

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// Clock states.
const (
	ClockIdle    = "idle"    // not begun
	ClockRunning = "running" // begun, not met
	ClockPaused  = "paused"  // begun, and standing still
	ClockMet     = "met"     // its end has come
)

// clocks recomputes every clock of the row: a pure function of its state.
func (u *Unit) clocks(r *Row) error {
	for _, c := range r.T.Clocks.All() {
		if err := u.clock(r, c); err != nil {
			return fmt.Errorf("%s.%s: %w", r.Key, c.Key, err)
		}
	}
	return nil
}

func (u *Unit) clock(r *Row, c *program.Clock) error {
	var old *domain.Clock
	if !r.is.new {
		var err error
		if old, err = u.w.Clock(r.ID, c.Key); err != nil && domain.KindOf(err) != domain.KindNotFound {
			return err
		}
	}
	now, err := u.computeClock(r, c)
	if err != nil {
		return err
	}
	if old != nil && old.FromAt.Equal(now.FromAt) {
		now.Fired = old.Fired
		if x, ok := old.Inputs["counted"]; ok {
			now.Inputs["counted"] = x
		}
	}
	if err := u.pause(r, c, old, now); err != nil {
		return err
	}
	if old != nil && old.FromAt.Equal(now.FromAt) {
		u.keepGrants(c, old, now)
	}
	u.nextRung(r, c, now)
	if old == nil && now.State == ClockIdle {
		return nil
	}
	if old != nil && sameClock(old, now) {
		return nil
	}
	if now.State == ClockMet && (old == nil || old.State != ClockMet) {
		if err := u.countClock(r, c, now); err != nil {
			return err
		}
	}
	return u.w.SaveClock(now)
}

func sameClock(a, b *domain.Clock) bool {
	return a.State == b.State && a.FromAt.Equal(b.FromAt) && a.DueAt.Equal(b.DueAt) && a.MetAt.Equal(b.MetAt) &&
		a.NextAt.Equal(b.NextAt) && a.NextRung == b.NextRung && slices.Equal(a.Fired, b.Fired)
}

// computeClock gives from, due and met of a clock, and the inputs used.
func (u *Unit) computeClock(r *Row, c *program.Clock) (*domain.Clock, error) {
	k := &domain.Clock{County: r.County, Record: r.ID, Key: c.Key, State: ClockIdle, Inputs: map[string]any{}}
	v := r.clockVars()
	if c.When != nil {
		if ok, err := u.test(c.When, v); err != nil || !ok {
			return k, err
		}
	}
	from, err := u.instant(c.From, v, false)
	if err != nil || from.IsZero() {
		return k, err
	}
	k.FromAt, k.State = from, ClockRunning
	k.Inputs["from"] = stamp(from)
	if err := u.setDue(c, k, v, r); err != nil {
		if isUnset(err) { // the limit hangs on what nobody has said yet
			return &domain.Clock{County: r.County, Record: r.ID, Key: c.Key, State: ClockIdle, Inputs: map[string]any{}}, nil
		}
		return k, err
	}
	if c.Until != nil {
		until, err := u.instant(c.Until, v, false)
		if err != nil {
			return k, err
		}
		if !until.IsZero() && !until.Before(from) && !until.After(u.w.Now()) {
			k.MetAt, k.State = until, ClockMet
		}
	}
	return k, nil
}

// setDue: a stated due time, or the limit counted from the start.
func (u *Unit) setDue(c *program.Clock, k *domain.Clock, v *vars, r *Row) error {
	if c.Due != nil {
		due, err := u.instant(c.Due, v, true)
		k.DueAt = due
		return err
	}
	s, err := u.span(r, c.Limit, v)
	if err != nil {
		return err
	}
	k.LimitText = strconv.FormatInt(s.N, 10) + s.Unit
	due, note := u.w.Calendar().Due(k.FromAt, s.N, s.Unit, true)
	k.DueAt = due
	k.Inputs["limit"] = k.LimitText
	if note != "" {
		k.Inputs["note"] = note
	}
	return nil
}

// instant evaluates a time expression; a date counts as its 00:00 as a start and
// as its 24:00 as a due time. Zero means unset or never.
func (u *Unit) instant(x *rule.Expr, v *vars, end bool) (time.Time, error) {
	if x == nil {
		return time.Time{}, nil
	}
	val, err := u.value(x, v)
	if err != nil {
		if isUnset(err) {
			return time.Time{}, nil
		}
		return time.Time{}, err
	}
	switch t := val.(type) {
	case domain.Date:
		if end {
			return t.End().UTC(), nil
		}
		return t.Start().UTC(), nil
	case time.Time:
		if !t.Before(rule.Never) {
			return time.Time{}, nil
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("not a time: %T", val)
}

// span settles a duration that a parameter or a field chooses.
func (u *Unit) span(r *Row, s program.Span, v *vars) (program.Span, error) {
	switch {
	case s.Per != nil:
		key := "1"
		if s.Per.Path == "step" {
			if n, ok := integer(r.raw("step")); ok {
				key = strconv.FormatInt(n, 10)
			}
		} else if s.Per.Expr != nil {
			val, err := u.value(s.Per.Expr, v)
			if err != nil {
				return s, err
			}
			key = text(val)
		}
		if got, ok := s.Per.Is[key]; ok {
			return got, nil
		}
		return s, domain.E(domain.KindInternal, "span_uncovered", "option", key)
	case s.Param != "":
		return u.paramSpan(r.P, s.Param)
	case s.Expr != nil:
		val, err := u.value(s.Expr, v)
		if err != nil {
			return s, err
		}
		if d, ok := val.(time.Duration); ok {
			return program.Span{N: int64(d / time.Minute), Unit: "m"}, nil
		}
	}
	return s, nil
}

func (u *Unit) paramSpan(p *program.Program, key string) (program.Span, error) {
	v := u.param(p, key)
	switch x := v.(type) {
	case program.Span:
		return x, nil
	case string:
		if s, ok := parseSpan(x); ok {
			return s, nil
		}
	}
	return program.Span{}, domain.E(domain.KindInternal, "param_not_span", "param", key)
}

func parseSpan(s string) (program.Span, bool) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	n, err := strconv.ParseInt(s[:i], 10, 64)
	return program.Span{N: n, Unit: s[i:]}, err == nil && i < len(s)
}

// rungAt is when a rung of the ladder is due.
func (u *Unit) rungAt(r *Row, c *program.Clock, k *domain.Clock, g *program.Rung) time.Time {
	cal := u.w.Calendar()
	unit := "d"
	if s, err := u.span(r, c.Limit, r.clockVars()); err == nil && s.Unit != "" {
		unit = s.Unit
	}
	switch {
	case g.Percent > 0:
		if k.DueAt.IsZero() {
			return time.Time{}
		}
		return u.percentAt(k, unit, g.Percent)
	case g.Base == "from":
		at, _ := cal.Due(k.FromAt, g.Offset.N, orUnit(g.Offset.Unit), false)
		return at
	case k.DueAt.IsZero():
		return time.Time{}
	case g.Offset.N == 0:
		return k.DueAt
	case g.Offset.N < 0:
		return cal.Before(k.DueAt, -g.Offset.N, orUnit(g.Offset.Unit))
	}
	return cal.After(k.DueAt, g.Offset.N, orUnit(g.Offset.Unit))
}

func orUnit(s string) string {
	if s == "" {
		return "m"
	}
	return s
}

// nextRung finds the earliest rung that has not fired.
func (u *Unit) nextRung(r *Row, c *program.Clock, k *domain.Clock) {
	k.NextAt, k.NextRung = time.Time{}, ""
	if k.State != ClockRunning {
		return
	}
	for i := range c.Ladder {
		g := &c.Ladder[i]
		if slices.Contains(k.Fired, g.Key) {
			continue
		}
		at := u.rungAt(r, c, k, g)
		if !at.IsZero() && (k.NextAt.IsZero() || at.Before(k.NextAt)) {
			k.NextAt, k.NextRung = at, g.Key
		}
	}
}

// Fire runs one due rung of a clock: tell, then do. The caller has made sure,
// through the rung's unique row, that this is its only firing. It reports
// whether the rung was still due.
func (u *Unit) Fire(r *Row, key, rung string) error {
	c := r.T.Clocks.Get(key)
	k, err := u.w.Clock(r.ID, key)
	if err != nil || c == nil || k == nil {
		return err
	}
	k.Fired = append(slices.Clone(k.Fired), rung)
	u.nextRung(r, c, k)
	if !k.DueAt.IsZero() && !u.w.Now().Before(k.DueAt) {
		if err := u.countClock(r, c, k); err != nil {
			return err
		}
	}
	if err := u.w.SaveClock(k); err != nil {
		return err
	}
	for i := range c.Ladder {
		g := &c.Ladder[i]
		if g.Key != rung {
			continue
		}
		if err := u.logRung(r, c, k, g); err != nil {
			return err
		}
		for _, role := range g.To {
			if err := u.rungNotice(r, c, k, g, role); err != nil {
				return err
			}
		}
		u.touch(r)
		return u.run(r, g.Do, nil)
	}
	return nil
}

func (u *Unit) rungNotice(r *Row, c *program.Clock, k *domain.Clock, g *program.Rung, role string) error {
	if g.Say != "" {
		return u.notify(r, role, g.Say, c.Key+" "+g.Key)
	}
	words := "即将到期"
	if !k.DueAt.IsZero() && !u.w.Now().Before(k.DueAt) {
		words = "已到期"
	}
	return u.w.Notify(Notice{Program: r.P.Key, Role: role, Record: r.Record, Via: []string{"push"},
		Text: r.Title() + "“" + c.Label + "”" + words, Why: c.Key + " " + g.Key})
}

func (u *Unit) logRung(r *Row, c *program.Clock, k *domain.Clock, g *program.Rung) error {
	u.record(r, &domain.Event{
		County: r.County, ID: domain.EventID(u.w.NewID()), Record: r.ID, Root: r.Root, Subject: r.Subject,
		Program: r.P.Key, Key: r.Key, Type: "rung", OccurredAt: u.w.Now(), RecordedAt: u.w.Now(), Class: r.Class,
		Data: map[string]any{"clock": c.Key, "label": c.Label, "rung": g.Key, "due": stamp(k.DueAt), "to": g.To},
	})
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
