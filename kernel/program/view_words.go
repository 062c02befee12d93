package program

import (
	"slices"
	"strings"
)

// What the program viewer says beside names and shapes: rules in words, whom a
// clock tells, who holds a role and what it reads, messages.

// RungWords is one reminder of a clock.
type RungWords struct {
	At   string   `json:"at"`
	To   []string `json:"to"`
	Does []string `json:"does"`
}

// MessageView is one message that a program sends.
type MessageView struct {
	Key   string   `json:"key"`
	Label string   `json:"label"`
	Text  string   `json:"text"` // {path} holes as written
	Via   []string `json:"via"`
}

func (v viewer) words() Words { return Words{v} }

func (v viewer) clocks(rt *RecordType) []EntryView {
	out := []EntryView{}
	w := v.words()
	for k, c := range rt.Clocks.All() {
		e := EntryView{Key: k, Label: w.Clock(rt, c), Words: w.ClockRule(rt, c, "")}
		for _, g := range c.Ladder {
			r := RungWords{At: w.RungAt(g.Key), To: v.roleLabels(g.To), Does: []string{}}
			for _, a := range g.Do {
				if mv := rt.Moves.Get(a.Target); a.Verb == "move" && mv != nil {
					r.Does = append(r.Does, w.Move(mv))
				}
			}
			e.Ladder = append(e.Ladder, r)
		}
		out = append(out, e)
	}
	return out
}

func (v viewer) roleLabels(keys []string) []string {
	out := []string{}
	for _, k := range keys {
		if l := v.words().Role(k); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// role adds to a role's entry who holds it and what it reads.
func (v viewer) role(e *EntryView, r *Role) {
	e.Is, e.Held = r.Is, append(slices.Clone(r.HeldBy.Org), r.HeldBy.Post...)
	e.Level, e.Figures = r.HeldBy.Level, r.FiguresAll
	for _, k := range r.HeldBy.Party {
		e.Held = append(e.Held, string(k))
	}
	if r.ReadAll != nil {
		e.Read = map[string]string{"*": r.ReadAll.String()}
		return
	}
	for k, x := range r.Read {
		if e.Read == nil {
			e.Read = map[string]string{}
		}
		e.Read[k] = x.Class.String()
	}
}

func (v viewer) messages() []MessageView {
	out := []MessageView{}
	for k, m := range v.p.Messages.All() {
		mv := MessageView{Key: k, Label: v.label(m.Label, "messages."+k), Via: orEmpty(m.Via)}
		if m.Text != nil {
			mv.Text = v.pick(m.Text.Raw, v.p.EN["messages."+k+".text"])
		}
		out = append(out, mv)
	}
	return out
}

// statKinds word how a figure is made: Chinese, English.
var statKinds = map[string][2]string{"flow": {"发生数", "what happened"}, "stock": {"现有数", "what stands"}, "ratio": {"比率", "a ratio"}, "per": {"平均", "an average"}}
var statAggs = map[string][2]string{"count": {"计次", "counted"}, "sum": {"求和", "summed"}, "distinct": {"去重计数", "counted once each"}, "median": {"中位数", "median"}, "p90": {"九成分位", "90th percentile"}}

// stat says in words what a figure counts, of what, and on what condition.
func (v viewer) stat(st *Stat) string {
	w := v.words()
	kind, agg := statKinds[st.Kind], statAggs[st.Agg]
	parts := []string{v.pick(kind[0], kind[1])}
	if st.Kind == "ratio" || st.Kind == "per" {
		var of []string
		for _, p := range st.Parts {
			of = append(of, v.source(p))
		}
		parts = append(parts, strings.Join(of, " ÷ "))
	} else {
		var of []string
		for _, s := range st.Sources {
			of = append(of, v.source(s))
		}
		parts = append(parts, strings.Join(of, v.pick("、", ", ")), v.pick(agg[0], agg[1]))
	}
	rt := v.p.Records.Get(st.Record)
	if st.Value != nil {
		parts = append(parts, v.pick("数值：", "value: ")+w.Said(rt, st.Value.Src()))
	}
	if st.Where != nil {
		parts = append(parts, v.pick("条件：", "if ")+w.Said(rt, st.Where.Src()))
	}
	if st.Suppress > 0 {
		parts = append(parts, v.pick("小于阈值不显示", "small counts are hidden"))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), v.pick("；", "; "))
}

// source words what feeds a figure: `demand.raise`, `duty.k.done`, `clock.rec.k.met`,
// another figure.
func (v viewer) source(s string) string {
	w := v.words()
	if st := v.p.Stats.Get(s); st != nil {
		return w.Stat(st)
	}
	at := strings.Split(s, ".")
	happened := map[string][2]string{"due": {"应做", "owed"}, "done": {"完成", "done"}, "missed": {"漏做", "missed"}, "met": {"按时", "met"}}
	last := happened[at[len(at)-1]]
	switch {
	case at[0] == "duty" && len(at) > 2 && v.p.Duties.Has(at[1]):
		return w.Duty(v.p.Duties.Get(at[1])) + " " + v.pick(last[0], last[1])
	case at[0] == "clock" && len(at) > 3 && v.p.Records.Has(at[1]):
		rt := v.p.Records.Get(at[1])
		if c := rt.Clocks.Get(at[2]); c != nil {
			return w.Kind(rt) + " " + w.Clock(rt, c) + " " + v.pick(last[0], last[1])
		}
	case at[0] == "roster" && len(at) > 1 && v.p.Rosters.Has(at[1]):
		return w.Named("rosters", at[1], v.p.Rosters.Get(at[1]).Label)
	}
	if words := w.sourceWords(s); words != "" {
		return words
	}
	rt := v.p.Records.Get(at[0])
	if rt == nil {
		if k, ok := plainNames[at[0]]; ok {
			return v.pick(k[0], k[1])
		}
		return s
	}
	if len(at) > 1 {
		if mv := rt.Moves.Get(at[1]); mv != nil {
			return w.Kind(rt) + " “" + w.Move(mv) + "”"
		}
	}
	return w.Kind(rt)
}
