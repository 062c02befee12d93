package record

import (
	"fmt"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Finish runs when-moves until quiet, recomputes calculated fields and stocks,
// saves every touched row once, then its clocks, what refers to it, and the
// events that say what happened.
func (u *Unit) Finish() error {
	for told := 0; ; {
		if err := u.settle(); err != nil {
			return err
		}
		if told == len(u.order) {
			break
		}
		for n := len(u.order); told < n; told++ {
			if err := u.w.Changed(u.order[told]); err != nil {
				return err
			}
		}
	}
	if err := u.reckon(); err != nil {
		return err
	}
	for _, r := range u.order {
		if err := u.w.SaveRecord(r.Record, r.is.new); err != nil {
			return err
		}
	}
	for _, r := range u.order {
		if err := u.clocks(r); err != nil {
			return err
		}
		r.is.new, r.is.dirty, r.last = false, false, nil
	}
	u.order = u.order[:0]
	if err := u.w.Flush(); err != nil {
		return err
	}
	for _, ev := range u.events {
		if err := u.w.Append(ev); err != nil {
			return err
		}
	}
	u.events, u.pending = nil, nil
	return nil
}

// reckon stores calculated fields and counts stocks. The order grows on the way:
// rows above a touched one may be calculated from it.
func (u *Unit) reckon() error {
	for i := 0; i < len(u.order); i++ {
		r := u.order[i]
		if _, err := u.calc(r); err != nil {
			return err
		}
		if err := u.calcAbove(r); err != nil {
			return err
		}
	}
	for _, r := range u.order {
		if err := u.stocks(r); err != nil {
			return err
		}
	}
	return nil
}

// calcAbove calculates the fields of a parent, or of a batch's members, that read
// this row again; they are saved only when one has changed. A row that is saved
// anyway has its own turn.
func (u *Unit) calcAbove(r *Row) error {
	t := r.P.Records.Get(r.T.Of)
	if t == nil || !readsChild(t, r.Key) {
		return nil
	}
	above := []domain.RecordID{r.Record.Parent}
	if r.Noun == domain.Batch {
		above = r.Members()
	}
	for _, id := range above {
		if id == "" {
			continue
		}
		up, err := u.Load(id)
		if err != nil {
			return err
		}
		if up.is.dirty {
			continue
		}
		changed, err := u.calc(up)
		if err != nil {
			return err
		}
		if changed {
			u.touch(up)
		}
	}
	return nil
}

func readsChild(t *program.RecordType, key string) bool {
	return slices.ContainsFunc(t.Calcs, func(f *program.Field) bool {
		return slices.ContainsFunc(f.Calc.Reads(), func(p string) bool { return p == "all."+key || strings.HasPrefix(p, "all."+key+".") })
	})
}

// settle fires when-moves. The loader has proved that they cannot cycle; the
// bound only guards against a defect.
func (u *Unit) settle() error {
	for round := 0; round < 100; round++ {
		fired := false
		for i := 0; i < len(u.order); i++ {
			f, err := u.whens(u.order[i])
			if err != nil {
				return err
			}
			fired = fired || f
		}
		// parents read their children: look at those of touched rows, too
		for i := 0; i < len(u.order); i++ {
			par, err := u.Parent(u.order[i])
			if err != nil {
				return err
			}
			if par == nil {
				continue
			}
			f, err := u.whens(par)
			if err != nil {
				return err
			}
			fired = fired || f
		}
		if !fired && len(u.freed) > 0 {
			var err error
			if fired, err = u.promote(); err != nil {
				return err
			}
		}
		if !fired {
			return u.childWhens()
		}
	}
	return domain.E(domain.KindInternal, "when_cycle")
}

// childWhens looks at children whose when-moves read their parent
// (`when: parent.stage == 'closed'`).
func (u *Unit) childWhens() error {
	fired := false
	for i := 0; i < len(u.order); i++ {
		r := u.order[i]
		for _, key := range r.T.Children {
			ct := r.P.Records.Get(key)
			if ct == nil || !readsParent(ct) {
				continue
			}
			list, err := u.Children(r, key)
			if err != nil {
				return err
			}
			for _, c := range list {
				c.is.quiet = false
				f, err := u.whens(c)
				if err != nil {
					return err
				}
				fired = fired || f
			}
		}
	}
	if fired {
		return u.settle()
	}
	return nil
}

func readsParent(t *program.RecordType) bool {
	for _, mv := range t.Whens {
		for _, p := range mv.When.Reads() {
			if strings.HasPrefix(p, "parent") || strings.HasPrefix(p, "need") {
				return true
			}
		}
	}
	return false
}

// whens fires the when-moves of one row that hold now, once per stay.
func (u *Unit) whens(r *Row) (bool, error) {
	if r.is.quiet {
		return false, nil
	}
	r.is.quiet = true
	for _, mv := range r.T.Whens {
		if !slices.Contains(mv.From, r.Stage) || r.firedThisStay(mv) {
			continue
		}
		ok, err := u.test(mv.When, r.vars())
		if err != nil {
			return false, fmt.Errorf("%s.%s when: %w", r.Key, mv.Key, err)
		}
		if !ok {
			continue
		}
		if err := u.Move(r, mv, Act{trusted: true}); err != nil {
			return false, err
		}
		r.is.quiet = false
		return true, nil
	}
	return false, nil
}

// firedThisStay: a when-move that stays in its stage fires once per stay.
func (r *Row) firedThisStay(mv *program.Move) bool {
	if mv.To != "" && mv.To != r.Stage {
		return false
	}
	made, ok := r.Hist["m:"+mv.Key]
	return ok && !made.Before(r.Hist["e:"+r.Stage])
}

// calc stores the calculated fields, so that lists and figures read them, and
// reports whether one has changed.
func (u *Unit) calc(r *Row) (changed bool, err error) {
	for _, f := range r.T.Calcs {
		var next any
		v, err := u.value(f.Calc, r.vars())
		switch {
		case err == nil:
			next = fromRule(v)
		case !isUnset(err):
			return changed, err
		}
		if text(r.raw(f.Key)) == text(next) {
			continue
		}
		r.set(f.Key, next)
		changed = true
	}
	return changed, nil
}
