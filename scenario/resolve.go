package scenario

import (
	"fmt"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Keys and labels are both accepted; a label that means two things is an error.

// pick finds an entry by key, else by label.
func pick[T any](what, name string, m program.Map[T], label func(T) string) (T, error) {
	if v, ok := m.Find(name); ok {
		return v, nil
	}
	var found T
	n := 0
	for _, v := range m.All() {
		if label(v) == name {
			found = v
			n++
		}
	}
	switch n {
	case 1:
		return found, nil
	case 0:
		return found, fmt.Errorf("没有%s「%s」", what, name)
	}
	return found, fmt.Errorf("%s「%s」有歧义，请写标识", what, name)
}

func (w *world) recordNamed(name string) (*program.RecordType, error) {
	return pick("记录", name, w.prog.Records, func(r *program.RecordType) string { return r.Label })
}

func (w *world) moveNamed(name string) (*program.RecordType, *program.Move, error) {
	rec, move, ok := strings.Cut(name, ".")
	if !ok {
		return nil, nil, fmt.Errorf("「%s」应写成 record.move", name)
	}
	r, err := w.recordNamed(rec)
	if err != nil {
		return nil, nil, err
	}
	m, err := pick(r.Label+"的动作", move, r.Moves, func(m *program.Move) string { return m.Label })
	return r, m, err
}

func (w *world) formNamed(name string) (*program.Form, error) {
	return pick("表单", name, w.prog.Forms, func(f *program.Form) string { return f.Label })
}

func (w *world) stageNamed(r *program.RecordType, name string) (string, error) {
	s, err := pick(r.Label+"的阶段", name, r.Stages, func(s *program.Stage) string { return s.Label })
	if err != nil {
		return "", err
	}
	return s.Key, nil
}

func (w *world) roleNamed(name string) (*program.Role, error) {
	return pick("角色", name, w.prog.Roles, func(r *program.Role) string { return r.Label })
}

func (w *world) statNamed(name string) (*program.Stat, error) {
	return pick("指标", name, w.prog.Stats, func(s *program.Stat) string { return s.Label })
}

func (w *world) ledgerNamed(name string) (*program.Ledger, error) {
	return pick("台账", strings.TrimPrefix(name, "ledger."), w.prog.Ledgers, func(l *program.Ledger) string { return l.Label })
}

func (w *world) consentNamed(name string) (*program.Consent, error) {
	return pick("同意事项", name, w.prog.Consents, func(c *program.Consent) string { return c.Label })
}

// fieldNamed finds an own or built-in field of a record by key or label.
func fieldNamed(r *program.RecordType, name string) (*program.Field, bool) {
	if f := r.Field(name); f != nil {
		return f, true
	}
	for _, f := range r.Fields.All() {
		if f.Label == name {
			return f, true
		}
	}
	for _, f := range program.Builtins(r.Noun) {
		if f.Label == name {
			return f, true
		}
	}
	return nil, false
}

// fileField finds a field of a party's own file, of this program or of those it uses.
func (w *world) fileField(kind domain.PartyKind, name string) (*program.Field, bool) {
	for _, p := range w.set.Programs.All() {
		if p != w.prog && !contains(w.prog.Uses, p.Key) {
			continue
		}
		file := p.Files[kind]
		if file == nil {
			continue
		}
		if f, err := pick("字段", name, file.Fields, func(f *program.Field) string { return f.Label }); err == nil {
			return f, true
		}
	}
	return nil, false
}

// optionNamed gives the key of an option written by key or label. An open list
// takes words it does not know.
func optionNamed(l *program.List, name string) (string, error) {
	if l == nil {
		return name, nil
	}
	o, err := pick("选项", name, l.Options, func(o *program.Option) string { return o.Label })
	if err != nil {
		if l.Open && strings.HasPrefix(err.Error(), "没有") {
			return name, nil
		}
		return "", err
	}
	return o.Key, nil
}

// needs is every field that a move takes in its dialog: its own, its form's and
// those of records that it opens.
type needs struct {
	own   map[string]*program.Field // need, ask, and what the form asks
	child *program.RecordType       // opened in the same dialog, nil = none
	kids  map[string]*program.Field
}

func (w *world) needsOf(r *program.RecordType, m *program.Move) needs {
	n := needs{own: map[string]*program.Field{}, kids: map[string]*program.Field{}}
	add := func(into map[string]*program.Field, r *program.RecordType, keys []string) {
		for _, k := range keys {
			if f := r.Field(k); f != nil {
				into[k] = f
			}
		}
	}
	add(n.own, r, m.Need)
	add(n.own, r, m.Ask)
	if f := w.prog.Forms.Get(m.Form); f != nil && m.Form != "" {
		add(n.own, r, f.Ask)
		for k, x := range f.Fields.All() {
			n.own[k] = x
		}
	}
	for _, a := range m.Do {
		if a.Verb != "open" {
			continue
		}
		child := w.set.RecordType(a.Target, w.prog.Key)
		open := w.set.MoveOf(a.Target, w.prog.Key)
		if child == nil || open == nil {
			continue
		}
		n.child = child
		add(n.kids, child, open.Need)
		add(n.kids, child, open.Ask)
	}
	return n
}
