package app

import (
	"linqiao/kernel/program"
)

// suppress hides cells below the threshold, and one more so that none can be
// found by subtraction.
func suppress(st *program.Stat, v *StatView) {
	if st.Suppress == 0 {
		return
	}
	n := int64(st.Suppress)
	if v.Value > 0 && v.Value < n {
		v.Value, v.Suppressed = 0, true
	}
	hidden, least := 0, -1
	for i := range v.Cells {
		c := &v.Cells[i]
		switch {
		case c.Value > 0 && c.Value < n:
			c.Value, c.Suppressed = 0, true
			hidden++
		case c.Value > 0 && (least < 0 || c.Value < v.Cells[least].Value):
			least = i
		}
	}
	if hidden == 1 && least >= 0 {
		v.Cells[least].Value, v.Cells[least].Suppressed = 0, true
	}
}

// suppressMore hides what one question would tell beside another: a part that is asked for
// by a filter, a region or a period is hidden as it would be in the breakdown that it
// belongs to, and a ratio where one of its figures is hidden, for the one and the ratio
// give the other.
func (w *work) suppressMore(p *program.Program, st *program.Stat, s span, path string, q StatQuery, where map[string]string, v *StatView) error {
	if st.Suppress > 0 {
		if err := w.hideParts(p, st, s, path, q.By, where, v); err != nil {
			return err
		}
	}
	for _, key := range st.Parts {
		part := p.Stats.Get(key)
		if part == nil || part.Suppress == 0 {
			continue
		}
		x, err := w.stat(p, part, path, q)
		if err != nil {
			return err
		}
		if x.Suppressed {
			hideAll(v)
		}
		hidden := map[string]bool{}
		for _, c := range x.Cells {
			hidden[dimKey(q.By, c)] = c.Suppressed
		}
		for i := range v.Cells {
			if c := &v.Cells[i]; hidden[dimKey(q.By, *c)] {
				c.Value, c.Suppressed = 0, true
			}
		}
	}
	return nil
}

// hidesPart reports whether a breakdown by one dimension would hide a cell of it.
func hidesPart(st *program.Stat, cells map[string]cell, key string) bool {
	return hiddenIn(int64(st.Suppress), 1, cells)[key]
}

func hideAll(v *StatView) {
	v.Value, v.Suppressed = 0, true
	for i := range v.Cells {
		v.Cells[i].Value, v.Cells[i].Suppressed = 0, true
	}
}

func dimKey(by []string, c StatCell) string {
	d := map[string]string{}
	for k, x := range c.Dims {
		d[k] = x.Key
	}
	return cellKey(by, d)
}
