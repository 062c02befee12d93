package record

import (
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// What moves a clock's due time after it has begun: standing still while `pause`
// holds, and extensions that somebody granted.

// pause keeps the times during which the clock stood still and moves its due time
// by them, in the unit of the limit.
func (u *Unit) pause(r *Row, c *program.Clock, old, now *domain.Clock) error {
	if c.Pause == nil || now.State == ClockIdle {
		return nil
	}
	var times []string // from, to, from, to …; an open one has no end
	if old != nil && old.FromAt.Equal(now.FromAt) {
		times = slices.Clone(texts(old.Inputs["pauses"]))
	}
	still, err := u.test(c.Pause, r.clockVars())
	if err != nil {
		return err
	}
	open := len(times)%2 == 1
	switch {
	case now.State == ClockRunning && still && !open:
		times = append(times, stamp(u.w.Now()))
	case open && !still:
		times = append(times, stamp(u.w.Now()))
	case open && now.State == ClockMet:
		times = append(times, stamp(now.MetAt))
	}
	if len(times) == 0 {
		return nil
	}
	now.Inputs["pauses"] = times
	now.Inputs["base_due"] = stamp(now.DueAt)
	now.DueAt = u.shift(now, now.DueAt, u.unitOf(r, c))
	if now.State == ClockRunning && len(times)%2 == 1 {
		now.State = ClockPaused
	}
	return nil
}

// shift moves an instant by the ended pauses that began before it.
func (u *Unit) shift(k *domain.Clock, at time.Time, unit string) time.Time {
	times := texts(k.Inputs["pauses"])
	for i := 0; i+1 < len(times) && !at.IsZero(); i += 2 {
		from, _ := time.Parse(time.RFC3339Nano, times[i])
		to, _ := time.Parse(time.RFC3339Nano, times[i+1])
		if from.Before(at) {
			at = u.w.Calendar().Shift(at, from, to, unit)
		}
	}
	return at
}

// unitOf is the unit in which a clock counts.
func (u *Unit) unitOf(r *Row, c *program.Clock) string {
	if s, err := u.span(r, c.Limit, r.clockVars()); err == nil && s.Unit != "" {
		return s.Unit
	}
	return "m"
}

// percentAt is when a share of the limit is used up; time that stood still does
// not count.
func (u *Unit) percentAt(k *domain.Clock, unit string, percent int) time.Time {
	due := k.DueAt
	if base, err := time.Parse(time.RFC3339Nano, text(k.Inputs["base_due"])); err == nil {
		due = base
	}
	return u.shift(k, u.w.Calendar().Fraction(k.FromAt, due, unit, percent), unit)
}

// keepGrants carries extensions over to a clock of the same start.
func (u *Unit) keepGrants(c *program.Clock, old, now *domain.Clock) {
	n, ok := integer(old.Inputs["extended"])
	if !ok || c.Extend == nil {
		return
	}
	now.Inputs["extended"], now.Inputs["grants"] = n, old.Inputs["grants"]
	if !now.DueAt.IsZero() {
		due, _ := u.w.Calendar().Due(now.DueAt.Add(-time.Millisecond), n, c.Extend.Most.Unit, true)
		now.DueAt = due
	}
}

// Extension is how much longer a clock may still be made, and by whom.
type Extension struct {
	Most  int64  // at once, in Unit
	Unit  string // as the limit's: wd, d, h …
	Times int    // how often still
}

// MayExtend tells how far the actor may extend a clock now; nil when he may not.
func (u *Unit) MayExtend(r *Row, c *program.Clock, k *domain.Clock) *Extension {
	if c.Extend == nil || k == nil || k.State != ClockRunning || k.DueAt.IsZero() || !u.w.Now().Before(k.DueAt) {
		return nil
	}
	if !slices.ContainsFunc(c.Extend.By, func(role string) bool { return u.Holds(r, role) }) {
		return nil
	}
	most, err := u.span(r, c.Extend.Most, r.clockVars())
	times := max(c.Extend.Times, 1) - int(whole(k.Inputs["grants"]))
	if err != nil || times <= 0 {
		return nil
	}
	return &Extension{Most: most.N, Unit: most.Unit, Times: times}
}

// Extend grants a clock so many more units, with a reason. It is asked for before
// the time is up: a rung that has fired stays fired.
func (u *Unit) Extend(r *Row, key string, n int64, why string) error {
	c := r.T.Clocks.Get(key)
	if c == nil || c.Extend == nil {
		return domain.NotFound("clock")
	}
	if !slices.ContainsFunc(c.Extend.By, func(role string) bool { return u.Holds(r, role) }) {
		return domain.E(domain.KindForbidden, "no_role")
	}
	k, err := u.w.Clock(r.ID, key)
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return err
	}
	switch {
	case k == nil || k.State == ClockIdle || k.State == ClockMet:
		return domain.Refuse("“" + c.Label + "”没有在计时，不用延期")
	case k.State == ClockPaused:
		return domain.Refuse("“" + c.Label + "”正在暂停计时，恢复后再延期")
	case !k.DueAt.IsZero() && !u.w.Now().Before(k.DueAt):
		return domain.Refuse("“" + c.Label + "”已经到期，延期须在到期前办理")
	}
	may := u.MayExtend(r, c, k)
	if may == nil {
		return domain.Refuse("“" + c.Label + "”的延期次数已用完")
	}
	if n < 1 || n > may.Most {
		return domain.E(domain.KindInvalid, "fields").With("n", "range", "min", "1", "max", text(may.Most))
	}
	if strings.TrimSpace(why) == "" {
		return domain.E(domain.KindInvalid, "fields").With("text", "required")
	}
	now := *k
	now.Inputs = map[string]any{}
	for name, v := range k.Inputs {
		now.Inputs[name] = v
	}
	now.Inputs["extended"], now.Inputs["grants"] = whole(k.Inputs["extended"])+n, whole(k.Inputs["grants"])+1
	if err := u.w.SaveClock(&now); err != nil {
		return err
	}
	u.touch(r)
	return u.Note(r, "extend", map[string]any{"clock": key, "label": c.Label, "n": n, "unit": may.Unit, "text": strings.TrimSpace(why)})
}
