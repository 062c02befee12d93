package program

import (
	"strings"
)

// panels, choices and ballots: decisions of several people.

func (s *source) panel(key string, n *node) *Panel {
	p := &Panel{
		Key: key, Label: n.str("label"), Of: n.str("of"), Members: s.roles(n, "members"), Form: n.str("form"),
		Blind: n.yes("blind"), Combine: n.str("combine"), Count: s.num(n, "count"), Quorum: s.num(n, "quorum"),
		CountParam: paramKey(n.str("count")), QuorumParam: paramKey(n.str("quorum")),
	}
	s.ownRecord(n.get("of"))
	s.formRef(n.get("form"))
	sc := s.ownerScope(func() string { return p.Of })
	p.Limit = s.span(n, "limit", sc)
	p.Exclude = s.guards(n, "exclude", func() *scope {
		return s.cached("panel:"+s.p.Key+"."+key, func() *scope { return sc().with(typeMap{"member": tObject("account")}) })
	})
	if d := n.get("drop"); d != nil {
		p.Drop = &Drop{High: s.num(d, "high"), Low: s.num(d, "low"), From: s.num(d, "from")}
	}
	p.Ladder = s.ladder(n.get("ladder"), sc, s.p.Records.Get(p.Of))
	if p.Count > 0 && p.Quorum > p.Count {
		s.fault(n.get("quorum"), "quorum-above-count", "quorum 大于 count，评审不会完成", "")
	}
	return p
}

func paramKey(v string) string {
	k, ok := strings.CutPrefix(v, "param.")
	if !ok {
		return ""
	}
	return k
}

func (s *source) ownRecord(v *node) {
	s.resolve(v, "记录", func(k string) bool { return s.p.Records.Has(k) }, func() []string { return s.p.Records.Keys() })
}

// ownerScope is the scope of the record a run belongs to.
func (s *source) ownerScope(key func() string) scopeOf {
	return func() *scope {
		if rt := s.p.Records.Get(key()); rt != nil {
			return s.ofRecord(rt)
		}
		return s.plain()
	}
}

// candidateScope adds the candidate `member` to the owner's scope.
func (s *source) candidateScope(cache string, owner scopeOf, from func() string) scopeOf {
	return func() *scope {
		return s.cached(cache, func() *scope {
			more := typeMap{}
			if row, _, ok := s.rowOf(from(), 0); ok {
				more["member"] = row
			}
			return owner().with(more)
		})
	}
}

func (s *source) drawing(key string, n *node) *Choice {
	c := &Choice{
		Key: key, Label: n.str("label"), Of: n.str("of"), From: n.str("from"), By: n.str("by"),
		Spread: n.str("spread"), Reveal: n.str("reveal"), Replace: s.span(n, "replace", nil), Show: n.strs("show"),
	}
	s.ownRecord(n.get("of"))
	s.overRef(n.get("from"))
	owner := s.ownerScope(func() string { return c.Of })
	member := s.candidateScope("choice:"+s.p.Key+"."+key, owner, func() string { return c.From })
	c.Where = s.cel(n, "where", member, tBool)
	c.Take = s.cel(n, "take", owner, tInt)
	c.Weight = s.cel(n, "weight", member, tInt, tDouble)
	if r := n.get("rank"); r != nil && r.kind == scalarNode {
		c.Rank = s.expr(r, member, tInt, tDouble, tBool)
	} else {
		c.Ranks = s.ranks(n, member)
	}
	for _, e := range n.get("tie").each() {
		c.Tie = append(c.Tie, s.expr(e, member, tInt, tDouble, tBool, tTime, tDate))
	}
	s.seed(c, n, owner)
	return c
}

func (s *source) seed(c *Choice, n *node, owner scopeOf) {
	sd := n.get("seed")
	if sd == nil {
		if c.By == "random" {
			s.fault(n, "no-seed", "随机抽取须有种子", "seed: {commit: made.冻结操作, public: 公开数字段}")
		}
	} else {
		c.SeedCommit, c.SeedPublic = sd.str("commit"), sd.str("public")
		s.expr(sd.get("commit"), owner, tTime)
		s.expr(sd.get("public"), owner, tText, tInt)
	}
	if c.By == "rank" && !n.has("tie") {
		s.fault(n, "no-tie", "按名次的抽取须写 tie", "同分时依次比什么")
	}
	if c.By == "rank" && !n.has("rank") {
		s.fault(n, "missing-key", "按名次的抽取须写 rank", "")
	}
	if c.By == "random" && strings.HasPrefix(c.From, "roster.") {
		s.later(func() {
			if r := s.p.Rosters.Get(strings.TrimPrefix(c.From, "roster.")); r != nil && r.Freeze == "" {
				s.fault(n.get("from"), "unfrozen-roster", "随机抽取的名册没有冻结", "给名册写 freeze")
			}
		})
	}
}

func (s *source) ballot(key string, n *node) *Ballot {
	b := &Ballot{
		Key: key, Label: n.str("label"), Of: n.str("of"), Roll: n.str("roll"), Change: n.yes("change"), Marks: n.strs("marks"),
		Identity: n.str("identity"), Channels: n.strs("channels"), Live: n.yes("live"), Quorum: s.num(n, "quorum"),
	}
	s.ownRecord(n.get("of"))
	if o := n.get("options"); o != nil && o.kind == mapNode {
		s.optionsInto(&b.Options, o)
	} else if o != nil {
		b.Record = o.val
		s.ownRecord(o)
	}
	owner := s.ownerScope(func() string { return b.Of })
	b.Where = s.cel(n, "where", s.candidateScope("ballot:"+s.p.Key+"."+key, owner, func() string { return b.Record }), tBool)
	b.Open, b.Close = s.cel(n, "open", owner, tTime, tDate), s.cel(n, "close", owner, tTime, tDate)
	b.Pass = s.cel(n, "pass", owner, tBool)
	if v := n.get("votes"); v != nil {
		b.VoteCount, b.VotePer = s.num(v, "count"), v.str("per")
	}
	if p := n.get("paper"); p != nil {
		b.PaperBy, b.PaperSign = s.roles(p, "by"), s.roles(p, "sign")
	}
	s.ballotRules(b, n)
	return b
}

func (s *source) ballotRules(b *Ballot, n *node) {
	secret := b.Identity == "none"
	if secret && b.Change {
		s.fault(n.get("change"), "secret-change", "无记名投票不能改票", "")
	}
	if secret && b.Live {
		s.fault(n.get("live"), "secret-live", "无记名投票不能实时显示", "")
	}
	if v := n.get("roll"); v != nil {
		s.later(func() {
			r := s.p.Rosters.Get(strings.TrimPrefix(v.val, "roster."))
			if r == nil {
				s.fault(v, "unresolved", "没有名册“"+v.val+"”", "写成 roster.键")
			} else if r.Freeze == "" {
				s.fault(v, "unfrozen-roster", "投票的名册没有冻结", "给名册写 freeze")
			}
		})
	}
}
