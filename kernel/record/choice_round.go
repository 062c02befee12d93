package record

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/draw"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// What a choice's round keeps, and how conditions read it.

// packPool writes a pool as text, a line "code TAB weight TAB group TAB id" each:
// a pool of 20,000 is one value, not 80,000.
func packPool(p *Pool) string {
	var b strings.Builder
	for _, e := range p.Entries {
		b.WriteString(e.Code + "\t" + strconv.FormatInt(e.Weight, 10) + "\t" + e.Group + "\t" + p.IDs[e.Code] + "\n")
	}
	return b.String()
}

func unpackPool(run *domain.PanelRun) (*Pool, error) {
	p := &Pool{IDs: map[string]string{}, Hash: text(run.Data["pool_hash"]), Excluded: int(whole(run.Data["excluded"]))}
	for line := range strings.Lines(text(run.Data["pool"])) {
		part := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(part) != 4 {
			return nil, domain.E(domain.KindInternal, "pool_broken", "round", run.ID)
		}
		w, err := strconv.ParseInt(part[1], 10, 64)
		if err != nil {
			return nil, domain.E(domain.KindInternal, "pool_broken", "round", run.ID)
		}
		p.Entries = append(p.Entries, draw.Entry{Code: part[0], Weight: w, Group: part[2]})
		p.IDs[part[0]] = part[3]
	}
	return p, nil
}

func whole(v any) int64 {
	n, _ := integer(v)
	return n
}

// ordered lists the ids in the order drawn, without those taken out.
func ordered(run *domain.PanelRun) []string {
	pool, err := unpackPool(run)
	if err != nil {
		return nil
	}
	out := []string{}
	for _, code := range texts(run.Data["order"]) {
		out = append(out, pool.IDs[code])
	}
	return out
}

// members lists the ids of those chosen who still are.
func members(run *domain.PanelRun) []string {
	if run == nil || run.State != Drawn {
		return nil
	}
	list, gone := ordered(run), texts(run.Data["out"])
	list = list[:min(int(whole(run.Data["take"])), len(list))]
	return slices.DeleteFunc(list, func(id string) bool { return slices.Contains(gone, id) })
}

// Chosen lists the ids of those whom a choice's round has chosen.
func Chosen(run *domain.PanelRun) []string { return members(run) }

// ranking orders a pool by its marks, the best first; then by `tie` in turn, then
// by lot. Marks are kept with the result.
func (u *Unit) ranking(r *Row, c *program.Choice, pool *Pool, seed [32]byte, run *domain.PanelRun) ([]string, error) {
	type placed struct {
		code  string
		marks []float64 // the mark, then each tie
	}
	ids := make([]string, len(pool.Entries))
	for i, e := range pool.Entries {
		ids[i] = pool.IDs[e.Code]
	}
	list, err := u.candidatesOf(r, c, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]placed, len(list))
	for i, m := range list {
		v := r.varsWith(map[string]any{"member": m.val})
		rows[i].code = pool.Entries[i].Code
		mark, err := u.markOf(c, v)
		if err != nil {
			return nil, err
		}
		rows[i].marks = append(rows[i].marks, mark)
		for _, t := range c.Tie {
			n, err := u.measure(t, v)
			if err != nil {
				return nil, err
			}
			rows[i].marks = append(rows[i].marks, n)
		}
	}
	slices.SortFunc(rows, func(a, b placed) int {
		for i := range a.marks {
			if a.marks[i] != b.marks[i] {
				if a.marks[i] > b.marks[i] {
					return -1
				}
				return 1
			}
		}
		if lotLess(seed, a.code, b.code) {
			return -1
		}
		return 1
	})
	out, marks := make([]string, len(rows)), make([]any, len(rows))
	for i, p := range rows {
		out[i], marks[i] = p.code, p.marks[0]
	}
	run.Data["marks"] = marks
	return out, nil
}

// markOf is a candidate's mark: one expression, or the weighted sum of several.
func (u *Unit) markOf(c *program.Choice, v *vars) (float64, error) {
	if c.Rank != nil {
		return u.measure(c.Rank, v)
	}
	sum := 0.0
	for _, k := range c.Ranks {
		n, err := u.measure(k.By, v)
		if err != nil {
			return 0, err
		}
		sum += float64(k.W) * n
	}
	return sum, nil
}

// measure reads an expression as a number to compare by; unset is lowest, an
// earlier time is higher.
func (u *Unit) measure(x *rule.Expr, v *vars) (float64, error) {
	val, err := u.value(x, v)
	if isUnset(err) {
		return lowest, nil
	}
	if err != nil {
		return 0, err
	}
	switch t := val.(type) {
	case bool:
		if t {
			return 1, nil
		}
		return 0, nil
	case time.Time:
		return -float64(t.UnixMilli()), nil
	case domain.Date:
		return -float64(t), nil
	}
	n, _ := number(val)
	return n, nil
}

// lowest is the mark of what is not known. No mark of money in fen, of basis
// points or of years comes near it.
const lowest = -1e18

// choiceRoot: choice.k, of the row or of its nearest ancestor that has one.
type choiceRoot struct {
	u *Unit
	p *program.Program
	r *Row // nil where no row is asked about (a roster's conditions)
}

func (v choiceRoot) TypeName() string { return "choice" }
func (v choiceRoot) Get(key string) (any, error) {
	c := v.p.Choices.Get(key)
	if c == nil {
		return nil, &rule.Unset{Path: "choice." + key}
	}
	var o *Row
	if v.r != nil {
		o = v.u.nearest(v.r, []string{c.Of})
	}
	return choiceView{v.u, v.p, c, o}, nil
}

type choiceView struct {
	u *Unit
	p *program.Program
	c *program.Choice
	r *Row // the record that chose; nil when there is none here
}

func (v choiceView) TypeName() string { return v.p.Key + ".choice." + v.c.Key }

func (v choiceView) run() (*domain.PanelRun, error) {
	if v.r == nil {
		return nil, nil
	}
	return v.u.w.Round(KindChoice, v.r.ID, v.c.Key)
}

// Get: `size` is how many the pool holds, `members` who was chosen.
func (v choiceView) Get(name string) (any, error) {
	run, err := v.run()
	if err != nil {
		return nil, err
	}
	switch name {
	case "done":
		return run != nil && run.State == Drawn, nil
	case "size":
		if run == nil {
			return int64(0), nil
		}
		return int64(strings.Count(text(run.Data["pool"]), "\n")), nil
	case "members":
		out := []any{}
		if run == nil {
			return out, nil
		}
		list, err := v.u.candidatesOf(v.r, v.c, members(run))
		for _, m := range list {
			out = append(out, m.val)
		}
		return out, err
	}
	return nil, &rule.Unset{Path: name}
}

func (v choiceView) Call(method string, args []any) (any, error) {
	id := idOf(args[0])
	if method == "drew" {
		days, _ := integer(args[1])
		return v.drew(id, days)
	}
	run, err := v.run()
	if err != nil {
		return nil, err
	}
	switch method {
	case "has":
		return run != nil && slices.Contains(members(run), id), nil
	case "place":
		if run == nil || run.State != Drawn {
			return nil, &rule.Unset{Path: method, Label: v.c.Label}
		}
		i := slices.Index(ordered(run), id)
		if i < 0 {
			return nil, &rule.Unset{Path: method, Label: v.c.Label}
		}
		return int64(i + 1), nil
	}
	return nil, domain.E(domain.KindInternal, "no_method", "name", method)
}

// drew: was this one chosen in the last so many days, on whatever record? The
// round of the record that asks does not count: a choice asked inside its own
// roster reads former rounds only.
func (v choiceView) drew(id string, days int64) (bool, error) {
	list, err := v.u.w.Rounds(KindChoice, v.p.Key, v.c.Key)
	if err != nil {
		return false, err
	}
	since := v.u.w.Now().AddDate(0, 0, -int(days))
	for _, run := range list {
		if v.r != nil && run.Record == v.r.ID {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, text(run.Data["drawn"]))
		if err == nil && at.After(since) && slices.Contains(members(run), id) {
			return true, nil
		}
	}
	return false, nil
}

// Drawn lists what the latest round of a choice has drawn for a record.
func (u *Unit) Drawn(rec domain.RecordID, choice string) ([]string, error) {
	run, err := u.w.Round(KindChoice, rec, choice)
	if err != nil || run == nil {
		return nil, err
	}
	return members(run), nil
}

// inChoice: the actor (as himself or for a party of his) is among those chosen
// by the nearest record that chose.
func (u *Unit) inChoice(r *Row, role *program.Role) bool {
	for _, k := range role.Of {
		key, ok := strings.CutPrefix(k, "choice.")
		c := r.P.Choices.Get(key)
		if !ok || c == nil {
			continue
		}
		o := u.nearest(r, []string{c.Of})
		if o == nil {
			continue
		}
		run, err := u.w.Round(KindChoice, o.ID, key)
		if err != nil || run == nil {
			continue
		}
		for _, id := range members(run) {
			if slices.Contains(u.actor.Parties, domain.PartyID(id)) || id == string(u.actor.Account) {
				return true
			}
		}
	}
	return false
}
