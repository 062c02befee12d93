package app

import (
	"maps"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// A figure of few people may not be found by asking twice: for a class and for the class
// without one of its pupils, for a town and for its villages, for a year and for its months.
// So each answer is looked at as a cell of the table that its neighbours are in, and is
// hidden where that table, shown whole, would hide it.

// Dimensions that only suppression asks for.
const (
	dimYear  = "year of the day"
	dimUnder = "part of " // and the path of the region whose parts are meant
)

// setting is where a question stands among its neighbours: along which dimensions, over
// which wider period and region, and at which values.
type setting struct {
	dims []string
	span span
	path string
	at   map[string][]string
}

// settingOf finds the neighbours of a period and a region. ok is false when the period is
// no whole months: days before and after it would tell of single people.
func settingOf(st *program.Stat, s span, path string) (x setting, ok bool) {
	x = setting{span: s, path: path, at: map[string][]string{}}
	add := func(dim string, values ...string) { x.dims, x.at[dim] = append(x.dims, dim), values }
	if i := strings.LastIndexByte(path, '/'); strings.Count(path, "/") >= 3 { // below the county
		x.path = path[:i]
		add(dimUnder+x.path, path[i+1:])
	}
	if st.Kind == "stock" || s == allTime {
		return x, true
	}
	from, until := s.from.String(), (s.until + 1).String() // 2026-03-01
	if from[8:] != "01" || until[8:] != "01" {
		return x, false
	}
	if from[5:7] == "01" && until[5:7] == "01" {
		x.span = allTime
		add(dimYear)
		for y := from[:4]; y < until[:4]; {
			x.at[dimYear] = append(x.at[dimYear], y)
			next, err := domain.ParseDate(y + "-12-31")
			if err != nil {
				return x, false
			}
			y = (next + 1).String()[:4]
		}
		return x, true
	}
	years, err := parsePeriod(from[:4] + ".." + s.until.String()[:4])
	if err != nil {
		return x, false
	}
	x.span = years
	add("month")
	for d := s.from; d <= s.until; d += 28 {
		if m := d.String()[:7]; !slices.Contains(x.at["month"], m) {
			x.at["month"] = append(x.at["month"], m)
		}
	}
	if m := s.until.String()[:7]; !slices.Contains(x.at["month"], m) {
		x.at["month"] = append(x.at["month"], m)
	}
	return x, true
}

// hideParts hides the answer, or cells of it, by its neighbours.
func (w *work) hideParts(p *program.Program, st *program.Stat, s span, path string, by []string, where map[string]string, v *StatView) error {
	x, whole := settingOf(st, s, path)
	if !whole {
		hideFilled(v)
		return nil
	}
	for _, up := range above(st, s, path) { // a hidden whole is not to be added up of its parts
		y, _ := settingOf(st, up.span, up.path)
		if hide, err := w.hiddenAt(p, st, y, nil, where); err != nil || hide(nil) {
			hideFilled(v)
			return err
		}
	}
	hide, err := w.hiddenAt(p, st, x, nil, where)
	if err != nil {
		return err
	}
	if hide(nil) {
		hideFilled(v)
	}
	if len(by) == 0 {
		return nil
	}
	if hide, err = w.hiddenAt(p, st, x, by, where); err != nil {
		return err
	}
	for i := range v.Cells {
		c := &v.Cells[i]
		at := map[string]string{}
		for k, d := range c.Dims {
			at[k] = d.Key
		}
		if c.Value != 0 && hide(at) {
			c.Value, c.Suppressed = 0, true
		}
	}
	return nil
}

// above lists the wholes that a question is a part of, as far as they have neighbours of
// their own: the year of a month, the town of a village.
func above(st *program.Stat, s span, path string) (out []setting) {
	if strings.Count(path, "/") >= 4 {
		out = append(out, setting{span: s, path: path[:strings.LastIndexByte(path, '/')]})
	}
	if st.Kind == "stock" || s == allTime || s.from.String()[:4] != s.until.String()[:4] {
		return out
	}
	if year, err := onePeriod(s.from.String()[:4]); err == nil && year != s {
		out = append(out, setting{span: year, path: path})
	}
	return out
}

// hiddenAt makes the table that a question and its neighbours are in, and tells of a
// combination of the asked dimensions whether the table hides it.
func (w *work) hiddenAt(p *program.Program, st *program.Stat, x setting, by []string, where map[string]string) (func(map[string]string) bool, error) {
	dims := slices.Clone(x.dims)
	for _, k := range append(slices.Clone(by), slices.Sorted(maps.Keys(where))...) {
		if !slices.Contains(dims, k) {
			dims = append(dims, k)
		}
	}
	if len(dims) == 0 {
		return func(map[string]string) bool { return false }, nil
	}
	cells, err := w.figure(p, st, x.span, x.path, nil, dims)
	if err != nil {
		return nil, err
	}
	hidden := hiddenIn(int64(st.Suppress), len(dims), cells)
	return func(at map[string]string) bool {
		d := maps.Clone(where)
		if d == nil {
			d = map[string]string{}
		}
		maps.Copy(d, at)
		ranged := ""
		for k, values := range x.at {
			if _, set := at[k]; set {
				continue
			}
			if len(values) == 1 {
				d[k] = values[0]
			} else {
				ranged = k
			}
		}
		if ranged == "" {
			return hidden[cellKey(dims, d)]
		}
		// of several months: those hidden among them, against all that are hidden in the row
		in, all := 0, 0
		for k, c := range cells {
			if hidden[k] && sameBut(ranged, c.dims, d) {
				if all++; slices.Contains(x.at[ranged], c.dims[ranged]) {
					in++
				}
			}
		}
		return in > 0 && (in < all || in == 1)
	}, nil
}

func sameBut(dim string, a, b map[string]string) bool {
	for k, x := range a {
		if k != dim && b[k] != x {
			return false
		}
	}
	return true
}

// hiddenIn tells which cells of a table are hidden: those below the threshold, and in each
// row, column or further line with a single hidden one the least of the others too, until
// no line gives one away.
func hiddenIn(n int64, dims int, cells map[string]cell) map[string]bool {
	hidden := map[string]bool{}
	keys := slices.DeleteFunc(sortedKeys(cells), func(k string) bool { return k == "" || cells[k].value == 0 })
	for _, k := range keys {
		hidden[k] = cells[k].value < n
	}
	for again := true; again; {
		again = false
		for dim := range dims {
			lines := map[string][]string{}
			for _, k := range keys {
				parts := strings.Split(k, "\x00")
				line := strings.Join(slices.Delete(parts, dim, dim+1), "\x00")
				lines[line] = append(lines[line], k)
			}
			for _, line := range lines {
				if least, one := alone(line, cells, hidden); one {
					hidden[least], again = true, true
				}
			}
		}
	}
	return hidden
}

// alone gives the least shown cell of a line in which a single one is hidden.
func alone(line []string, cells map[string]cell, hidden map[string]bool) (least string, one bool) {
	n := 0
	for _, k := range line {
		switch {
		case hidden[k]:
			n++
		case least == "" || cells[k].value < cells[least].value:
			least = k
		}
	}
	return least, n == 1 && least != ""
}

// hideFilled hides an answer and its cells; that there is nothing may be said.
func hideFilled(v *StatView) {
	if v.Value != 0 {
		v.Value, v.Suppressed = 0, true
	}
	for i := range v.Cells {
		if c := &v.Cells[i]; c.Value != 0 {
			c.Value, c.Suppressed = 0, true
		}
	}
}
