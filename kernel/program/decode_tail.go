package program

import (
	"strings"

	"linqiao/kernel/rule"
)

// documents, passes, standings, accounts, messages, partners, notices, migrate.

func (s *source) outcomes(n *node) {
	s.block(n, "messages", func(k string, e *node) { s.p.Messages.Set(k, s.messageEntry(k, e)) })
	s.block(n, "accounts", func(k string, e *node) { s.p.Accounts.Set(k, s.account(k, e)) })
	s.block(n, "documents", func(k string, e *node) { s.p.Documents.Set(k, s.document(k, e)) })
	s.block(n, "passes", func(k string, e *node) { s.p.Passes.Set(k, s.pass(k, e)) })
	s.block(n, "standings", func(k string, e *node) { s.p.Standings.Set(k, s.standing(k, e)) })
	s.block(n, "partners", func(k string, e *node) { s.p.Partners.Set(k, s.partner(k, e)) })
	s.block(n, "devices", func(k string, e *node) { s.p.Devices.Set(k, s.device(k, e)) })
	s.block(n, "libraries", func(k string, e *node) { s.p.Libraries.Set(k, s.library(k, e)) })
	s.block(n, "stats", func(k string, e *node) { s.p.Stats.Set(k, s.stat(k, e)) })
	s.block(n, "ledgers", func(k string, e *node) { s.p.Ledgers.Set(k, s.ledger(k, e)) })
	s.block(n, "notices", func(k string, e *node) { s.p.Notices.Set(k, s.notice(k, e)) })
}

func (s *source) messageEntry(key string, n *node) *Message {
	// The text compiles where it is used (messageText); without holes it is done.
	m := &Message{Key: key, Label: n.str("label"), Via: n.strs("via"), Phones: n.strs("phones"), Text: &Text{Raw: n.str("text")},
		Urgent: n.yes("urgent"), Lasts: s.span(n, "lasts", nil)}
	if !strings.Contains(m.Text.Raw, "{") {
		m.Text.Parts = []TextPart{{Lit: m.Text.Raw}}
	}
	return m
}

func (s *source) account(key string, n *node) *Account {
	a := &Account{Key: key, Label: n.str("label"), Unit: n.str("unit"), By: n.strs("by"), Outside: n.yes("outside")}
	if n.has("floor") {
		f := int64(s.num(n, "floor"))
		a.Floor = &f
	}
	if (a.Floor != nil) == a.Outside {
		s.fault(n, "floor-or-outside", "账户须有且只有 floor 或 outside", "体系外的账户写 outside: true，其余写 floor: 0")
	}
	return a
}

func (s *source) document(key string, n *node) *Document {
	d := &Document{
		Key: key, Label: n.str("label"), Of: n.str("of"), Layout: n.str("layout"), Text: n.str("text"), Rows: n.str("rows"),
		Cols: n.strs("cols"), Stats: n.strs("stats"), Versions: n.yes("versions"), From: n.str("from"), Sign: s.roles(n, "sign"),
		Serial: n.str("serial"), Reading: n.yes("reading"), Class: s.class(n, "class", s.p.Class),
	}
	if c := n.get("check"); c != nil && c.kind == scalarNode && (c.val == "true" || c.val == "false") {
		d.Check = c.val == "true"
	} else if c != nil {
		d.Check, d.CheckCols = true, n.strs("check")
	}
	s.documentOf(n.get("of"))
	sc := func() *scope { return s.ofDocument(d) }
	d.Columns = s.cols(n, "cols", sc)
	d.FromExpr = s.cel(n, "from", sc)
	if v := n.get("rows"); v != nil {
		s.ownRecord(v)
	}
	resolveAll(s, n, "stats", "指标", func() Map[*Stat] { return s.p.Stats })
	return d
}

func (s *source) documentOf(v *node) {
	if v == nil {
		return
	}
	if strings.Contains(v.val, ".") {
		s.blockRef(v, "account", "choice", "ballot", "document", "ledger")
		return
	}
	s.ownRecord(v)
}

// ofDocument: with `rows` the child's fields stand bare, else the owner's.
func (s *source) ofDocument(d *Document) *scope {
	if rt := s.p.Records.Get(d.Rows); rt != nil {
		return s.ofRecord(rt)
	}
	return s.ofPublished(d.Of)
}

// ofPublished is the scope of what a document or notice is about.
func (s *source) ofPublished(of string) *scope {
	head, key, ok := strings.Cut(of, ".")
	if !ok {
		if rt := s.p.Records.Get(of); rt != nil {
			return s.ofRecord(rt)
		}
		return s.plain()
	}
	switch head {
	case "account":
		if a := s.p.Accounts.Get(key); a != nil {
			return s.ofAccount(a)
		}
	case "ledger":
		if l := s.p.Ledgers.Get(key); l != nil {
			if rt := s.p.Records.Get(l.Rows); rt != nil {
				return s.ofRecord(rt)
			}
			if l.Rows != "" {
				return s.sourceScope(l.Rows)
			}
		}
	case "choice":
		if c := s.p.Choices.Get(key); c != nil {
			if row, rt, ok := s.rowOf(c.From, 0); rt != nil {
				return s.ofRecord(rt)
			} else if ok {
				return s.ofMember(row)
			}
		}
	case "ballot":
		if b := s.p.Ballots.Get(key); b != nil {
			if rt := s.p.Records.Get(b.Record); rt != nil {
				return s.ofRecord(rt)
			}
		}
	case "document":
		if d := s.p.Documents.Get(key); d != nil && !strings.HasPrefix(d.Of, "document.") {
			if d.Rows != "" {
				return s.ofDocument(d)
			}
			return s.ofPublished(d.Of)
		}
	}
	return s.plain()
}

// cols reads columns: paths or expressions, each with the label of its field.
func (s *source) cols(n *node, key string, sc scopeOf) []Col {
	vs := n.get(key).each()
	out := make([]Col, len(vs))
	for i, v := range vs {
		c := &out[i]
		c.Path, c.Expr = v.val, new(rule.Expr)
		s.exprs = append(s.exprs, func() { s.col(v, c, sc()) })
	}
	return out
}

func (s *source) col(v *node, c *Col, sc *scope) {
	if !s.compile(v, c.Expr, sc) {
		return
	}
	c.Field = sc.field(v.val)
	c.Label = s.pathLabel(v.val, c.Field, sc)
}

func (s *source) pass(key string, n *node) *Pass {
	p := &Pass{
		Key: key, Label: n.str("label"), Of: n.str("of"), Lasts: s.span(n, "lasts", nil), Uses: s.num(n, "uses"),
		Rotates: s.span(n, "rotates", nil), Print: n.str("print") != "" && n.str("print") != "false",
		Offline: n.yes("offline"), Proof: n.strs("proof"), Logs: n.yes("logs"),
	}
	s.ownRecord(n.get("of"))
	return p
}

func (s *source) standing(key string, n *node) *Standing {
	st := &Standing{Key: key, Label: n.str("label"), Of: n.str("of"), Lasts: s.span(n, "lasts", nil)}
	s.optionsInto(&st.States, n.get("states"))
	return st
}

func (s *source) notice(key string, n *node) *Notice {
	nt := &Notice{
		Key: key, Label: n.str("label"), Of: n.str("of"), Show: n.strs("show"), To: n.str("to"),
		Lasts: s.span(n, "lasts", nil), Review: s.roles(n, "review"), Mask: map[string]string{},
	}
	s.documentOf(n.get("of"))
	if v := n.get("to"); v != nil && v.val != "public" {
		s.role(v)
	}
	sc := func() *scope { return s.ofPublished(nt.Of) }
	nt.Where = s.cel(n, "where", sc, tBool)
	nt.Cols = s.cols(n, "show", sc)
	if m := n.get("mask"); m != nil {
		for _, p := range m.pairs {
			nt.Mask[p.key.val] = p.val.val
		}
		if m.kind != mapNode {
			for _, v := range m.each() {
				nt.Mask[v.val] = ""
			}
		}
	}
	if r := n.get("refresh"); r != nil && r.val == "true" {
		nt.Refresh = &Recur{Raw: "true", Unit: "change"}
	} else {
		nt.Refresh = s.recur(n, "refresh", nil)
	}
	if o := n.get("objection"); o != nil {
		nt.ObjectionBy, nt.ObjectionOpens = s.roles(o, "by"), o.str("opens")
		nt.ObjectionWithin = s.span(o, "limit", nil)
		s.recordRef(o.get("opens"))
	}
	return nt
}

func (s *source) migrate(n *node) *Migrate {
	m := &Migrate{From: s.num(n, "from"), Stages: map[string]string{}, Fields: map[string]string{}, Drop: n.strs("drop")}
	for _, p := range pairsOf(n.get("stages")) {
		m.Stages[p.key.val] = p.val.val
	}
	for _, p := range pairsOf(n.get("fields")) {
		m.Fields[p.key.val] = p.val.val
	}
	if m.From >= s.p.Version {
		s.fault(n, "bad-migrate", "migrate.from 须小于现在的版本", "")
	}
	return m
}
