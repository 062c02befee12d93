package scenario

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"linqiao/kernel/program"
)

// actor chooses who makes the move: the organisation of the batch for what is
// addressed to it, else staff that hold a role (the role named like the channel
// first), else the party itself.
func (c *chain) actor(ctx context.Context, rec *program.RecordType, m *program.Move, target *thing) (*login, *thing, error) {
	roles := slices.Clone(m.By)
	channel := c.args.Text("channel", "渠道", "来源")
	slices.SortStableFunc(roles, func(a, b string) int { return rank(a, channel) - rank(b, channel) })
	self := slices.ContainsFunc(roles, c.isSelf)
	if self && (channel == "app" || channel == "online") {
		l, err := c.w.partyLogin(ctx, c.self())
		return l, c.self(), err
	}
	for _, key := range roles {
		r := c.w.prog.Roles.Get(key)
		if r == nil || r.Is == "self" || r.Is == "guardian" {
			continue
		}
		if r.Is == "receiver" && !c.reaches(r, rec) {
			continue
		}
		switch r.Is {
		case "receiver", "owner":
			if a, err := c.provider(ctx, r, target); err != nil || a != nil {
				if err != nil {
					return nil, nil, err
				}
				return a.login, a, nil
			}
		}
		if r.Is == "owner" {
			if a := c.ownerOf(key, target); a != nil && contains(r.Of, rec.Key) {
				return a.login, a, nil
			}
			if !contains(r.Of, rec.Key) && (target == nil || !c.named(key)) {
				continue // it owns something else, and may not see this
			}
		}
		if a := c.holder(key, c.party.region); a != nil && r.Is != "receiver" {
			return a.login, a, nil
		}
	}
	if self {
		l, err := c.w.partyLogin(ctx, c.self())
		return l, c.self(), err
	}
	return nil, nil, fmt.Errorf("没有人能做「%s」", m.Label)
}

// named reports whether the person whom the batch names holds the role.
func (c *chain) named(role string) bool {
	return slices.ContainsFunc(c.w.holders(role), func(a *thing) bool { return a.name == c.by })
}

// reaches reports whether the orders of a receiver's role are this record, or
// stand directly above or below it.
func (c *chain) reaches(r *program.Role, rec *program.RecordType) bool {
	for _, key := range r.Of {
		if key == rec.Key || contains(rec.Children, key) || rec.Of == key {
			return true
		}
	}
	return false
}

// isSelf reports whether the party itself, or its guardian, holds the role.
func (c *chain) isSelf(role string) bool {
	r := c.w.prog.Roles.Get(role)
	if r == nil || c.party.kind != aParty {
		return false
	}
	return r.Is == "self" && c.party.guardian == nil || r.Is == "guardian" && c.party.guardian != nil
}

func rank(role, channel string) int {
	if role == channel {
		return 0
	}
	return 1
}

// provider gives an account of the organisation that the order was sent to, when
// it is of a kind that holds the role.
func (c *chain) provider(ctx context.Context, r *program.Role, target *thing) (*thing, error) {
	name := ""
	for _, t := range append(slices.Clone(c.made), target) {
		if t != nil && t.doc != nil && provider(t.doc) != "" && contains(r.Of, recKey(t)) {
			name = provider(t.doc)
		}
	}
	if name == "" {
		name = c.by
	}
	org, err := c.w.get(name)
	if err != nil || org.kind != anOrg || !contains(r.HeldBy.Org, org.orgKind) {
		return nil, nil
	}
	return c.w.supplier(ctx, org)
}

func recKey(t *thing) string {
	if t.rec == nil {
		return ""
	}
	return t.rec.Key
}

// ownerOf gives a holder of the role in the organisation that owns the record.
func (c *chain) ownerOf(role string, target *thing) *thing {
	if target == nil {
		return nil
	}
	owner, _ := target.doc["owner_org"].(map[string]any)
	for _, a := range c.w.holders(role) {
		for _, m := range a.members {
			if owner != nil && m.org.id == str(owner["id"]) {
				return a
			}
		}
	}
	return nil
}

// holder prefers the person named by 由; else the holder of the smallest area that
// covers the party's region.
func (c *chain) holder(role, region string) *thing {
	var best *thing
	var area string
	for _, a := range c.w.holders(role) {
		if a.name == c.by {
			return a
		}
		for _, m := range a.members {
			covers := region == "" || c.w.covers(m.org.region, region)
			if covers && (best == nil || area != m.org.region && c.w.covers(area, m.org.region)) {
				best, area = a, m.org.region
			}
		}
	}
	return best
}

// sign signs the last record as the first person that may and is not the mover.
func (c *chain) sign(ctx context.Context) error {
	if len(c.made) == 0 {
		return fmt.Errorf("没有可签的")
	}
	t := c.made[len(c.made)-1]
	var last error
	for _, a := range c.signers(t) {
		l := a.login
		if a.kind == aParty {
			var err error
			if l, err = c.w.partyLogin(ctx, a); err != nil {
				return err
			}
		}
		view, err := c.w.viewAs(ctx, l, t.id)
		if err != nil {
			last = err
			continue
		}
		id := mySignature(view)
		if id == "" {
			continue
		}
		var after object
		if err := c.w.call(ctx, l, http.MethodPost, "/records/"+t.id+"/sign/"+id, object{"decision": "sign"}, &after); err != nil {
			last = err
			continue
		}
		c.keep(c.w.recordThing(after, a))
		return nil
	}
	if last == nil {
		last = fmt.Errorf("没有人能签")
	}
	return last
}

func (c *chain) signers(t *thing) []*thing {
	out := []*thing{}
	roles := map[string]bool{}
	if t.rec != nil {
		for _, m := range t.rec.Moves.All() {
			for _, s := range m.Sign {
				for _, r := range s.By {
					roles[r] = true
				}
			}
		}
	}
	for r := range roles {
		if role := c.w.prog.Roles.Get(r); role != nil && role.Is == "self" {
			out = append(out, c.self())
			continue
		}
		for _, a := range c.w.holders(r) {
			if a != c.mover {
				out = append(out, a)
			}
		}
	}
	return out
}

func mySignature(view object) string {
	for _, x := range list(view["signatures"]) {
		if x["mine"] == true {
			return str(x["id"])
		}
	}
	return ""
}

func (c *chain) fill(ctx context.Context, s Step) error {
	f, err := c.w.formNamed(s.Target)
	if err != nil {
		return err
	}
	for _, key := range f.Of {
		t := c.latest(key)
		if key == "subject" && t == nil {
			t = c.party
		}
		if t == nil {
			continue
		}
		if a, err := c.w.get(c.by); err == nil && a.kind == anAccount { // whoever the batch names
			return c.fillAs(ctx, a.login, t, s)
		}
		for _, role := range f.By {
			r := c.w.prog.Roles.Get(role)
			if r == nil {
				continue
			}
			a := c.holder(role, c.party.region)
			if r.Is == "self" {
				l, err := c.w.partyLogin(ctx, c.self())
				if err != nil {
					return err
				}
				a = &thing{kind: anAccount, login: l}
			}
			if a != nil {
				return c.fillAs(ctx, a.login, t, s)
			}
		}
	}
	return fmt.Errorf("没有可填的「%s」", f.Label)
}

func (c *chain) fillAs(ctx context.Context, l *login, t *thing, s Step) error {
	name := "·" + t.id
	c.w.mu.Lock()
	c.w.things[name] = t
	c.w.mu.Unlock()
	s.On = name
	err := c.w.fill(ctx, l, s, time.Time{})
	c.w.mu.Lock()
	delete(c.w.things, name)
	c.w.mu.Unlock()
	return err
}
