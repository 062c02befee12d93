package scenario

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// chain plays the steps of a batch for one party: each step finds its record
// among those that earlier steps made, and its actor by the move's roles.
type chain struct {
	w     *world
	args  Args
	by    string
	steps []Step
	used  map[string]bool

	party *thing
	made  []*thing // records of this chain, latest last
	mover *thing   // of the last act: he may not sign it
}

// chainKeys never belong to a party's file.
var chainKeys = []string{"channel", "渠道", "来源", "reason", "理由", "text", "说明"}

func (c *chain) play(ctx context.Context, kind, name string) error {
	if err := c.subject(ctx, kind, name); err != nil {
		return err
	}
	for _, s := range c.steps {
		if err := c.step(ctx, s); err != nil {
			return fmt.Errorf("%s %s%s：%w", name, s.Verb, s.Target, err)
		}
	}
	for _, a := range c.args {
		if !c.used[a.Key] {
			return fmt.Errorf("「%s」没有一步用得上", a.Key)
		}
	}
	return nil
}

// subject creates the party with the arguments that belong to its file and are
// not asked by a step, or finds the one that exists.
func (c *chain) subject(ctx context.Context, kind, name string) error {
	if kind == "" {
		t, err := c.w.get(name)
		c.party = t
		return err
	}
	pk, ok := partyKinds[kind]
	if !ok {
		return fmt.Errorf("「%s」只能登记", kind)
	}
	var own Args
	for _, a := range c.args {
		always := slices.Contains([]string{"region", "区", "place", "位置", "标签", "tags"}, a.Key)
		if !always && (c.asked(a.Key) || slices.Contains(chainKeys, a.Key)) {
			continue
		}
		_, field := c.w.partyField(pk, a.Key)
		if always || field || identifiers[a.Key] != "" || relationKinds[a.Key] != "" {
			own = append(own, a)
			c.used[a.Key] = true
		}
	}
	if err := c.w.addParty(ctx, pk, name, own); err != nil {
		return err
	}
	t, err := c.w.get(name)
	c.party = t
	return err
}

// self is who speaks for the party: its guardian when it has one.
func (c *chain) self() *thing {
	if c.party.guardian != nil {
		return c.party.guardian
	}
	return c.party
}

// asked reports whether some step's dialog asks the key.
func (c *chain) asked(key string) bool {
	for _, s := range c.steps {
		if s.Verb != VerbMove {
			continue
		}
		rec, m, err := c.w.moveNamed(s.Target)
		if err != nil {
			continue
		}
		n := c.w.needsOf(rec, m)
		if _, ok := namedIn(n.own, key); ok {
			return true
		}
		if _, ok := namedIn(n.kids, key); ok {
			return true
		}
	}
	return false
}

func (c *chain) step(ctx context.Context, s Step) error {
	switch s.Verb {
	case VerbConsent:
		giver := c.self()
		l, err := c.w.partyLogin(ctx, giver)
		if err != nil {
			return err
		}
		s.For = ""
		if giver != c.party {
			s.For = c.party.name
		}
		return c.w.consent(ctx, l, giver, s)
	case VerbFind:
		return c.look(ctx, s)
	case VerbSign:
		return c.sign(ctx)
	case VerbFill:
		return c.fill(ctx, s)
	case VerbMove:
		return c.move(ctx, s)
	}
	return fmt.Errorf("捷径里不能用「%s」", s.Verb)
}

func (c *chain) move(ctx context.Context, s Step) error {
	rec, m, err := c.w.moveNamed(s.Target)
	if err != nil {
		return err
	}
	target, err := c.target(ctx, rec, m)
	if err != nil {
		return err
	}
	l, actor, err := c.actor(ctx, rec, m, target)
	if err != nil {
		return err
	}
	body := object{}
	path := "/programs/" + c.w.prog.Key + "/records/" + rec.Key + "/" + m.Key
	switch {
	case !m.Intake():
		path = "/records/" + target.id + "/moves/" + m.Key
	case rec.Noun == domain.Batch && target != nil:
		body["members"] = []string{target.id}
	case target != nil:
		body["parent"] = target.id
		if len(rec.For) > 0 && c.party.kind == aParty {
			body["subject"] = c.party.id
		}
	default:
		body["subject"] = c.party.id
	}
	s.Args = c.argsFor(rec, m, s.Args)
	if err := c.w.dialog(ctx, l, rec, m, s, body); err != nil {
		return err
	}
	if err := c.defaults(ctx, l, rec, m, body); err != nil {
		return err
	}
	var view object
	if err := c.w.call(ctx, l, http.MethodPost, path, body, &view); err != nil {
		return err
	}
	c.mover = actor
	c.keep(c.w.recordThing(view, actor))
	return nil
}

func (c *chain) keep(t *thing) {
	for i, old := range c.made {
		if old.id == t.id {
			t.actors = append(old.actors, t.actors...)
			c.made = slices.Delete(c.made, i, i+1)
			break
		}
	}
	c.made = append(c.made, t)
}

// latest gives the newest record of a kind that this chain made.
func (c *chain) latest(key string) *thing {
	for i := len(c.made) - 1; i >= 0; i-- {
		if r := c.made[i].rec; r != nil && r.Key == key {
			return c.made[i]
		}
	}
	return nil
}

// target gives what a move acts on: for an intake the parent (or the member of a
// batch), else the record itself, looked up when an action made it.
func (c *chain) target(ctx context.Context, rec *program.RecordType, m *program.Move) (*thing, error) {
	if m.Intake() {
		if rec.Of == "" {
			return nil, nil
		}
		if t := c.latest(rec.Of); t != nil || rec.Alone {
			return t, nil
		}
		parent := c.w.prog.Records.Get(rec.Of)
		if parent == nil {
			return nil, fmt.Errorf("还没有%s的上级", rec.Label)
		}
		return c.w.latest(ctx, parent, Remember{Oldest: true})
	}
	if t := c.latest(rec.Key); t != nil {
		return t, nil
	}
	t, err := c.find(ctx, rec)
	if err == nil {
		c.keep(t)
	}
	return t, err
}

// find lists the records of a kind below the chain's own (else of the party), by
// the organisation of the batch when it supplies what they ask for. Running
// records come first.
func (c *chain) find(ctx context.Context, rec *program.RecordType) (*thing, error) {
	q := url.Values{"program": {c.w.prog.Key}, "record": {rec.Key}}
	if parent := c.latest(rec.Of); parent != nil {
		q.Set("parent", parent.id)
	} else {
		q.Set("subject", c.party.id)
	}
	only := ""
	var readers []*thing
	if org, err := c.w.get(c.by); err == nil && c.w.offerOf(c.by, rec.Offers) != nil {
		a, err := c.w.supplier(ctx, org)
		if err != nil {
			return nil, err
		}
		only = c.by
		readers = append(readers, a)
	}
	readers = append(readers, c.w.readers(nil, rec)...)
	for _, running := range []string{"1", ""} {
		q.Del("running")
		if running != "" {
			q.Set("running", running)
		}
		for _, a := range readers[:min(len(readers), 6)] {
			items, err := c.w.pages(ctx, a.login, "/records", q, 200)
			if err != nil {
				continue
			}
			for _, x := range items {
				if only == "" || provider(x) == only {
					return c.w.recordThing(x, a), nil
				}
			}
		}
	}
	return nil, fmt.Errorf("没有找到%s", rec.Label)
}

// look takes up the newest running record of the party whose fields match: 找
// record(k=v).
func (c *chain) look(ctx context.Context, s Step) error {
	rec, err := c.w.recordNamed(s.Target)
	if err != nil {
		return err
	}
	q := url.Values{"program": {c.w.prog.Key}, "record": {rec.Key}, "subject": {c.party.id}, "running": {"1"}}
	for _, a := range c.w.readers(nil, rec) {
		items, err := c.w.pages(ctx, a.login, "/records", q, 200)
		if err != nil {
			continue
		}
		for _, x := range items {
			view, err := c.w.viewAs(ctx, a.login, str(x["id"]))
			if err == nil && c.matches(ctx, rec, view, s.Args) {
				c.keep(c.w.recordThing(view, a))
				return nil
			}
		}
	}
	return fmt.Errorf("没有找到%s", rec.Label)
}

func (c *chain) matches(ctx context.Context, rec *program.RecordType, view object, args Args) bool {
	for _, a := range args {
		f, ok := fieldNamed(rec, a.Key)
		if !ok {
			return false
		}
		got, ok := readKey(view, f.Key)
		if !ok || !c.w.same(ctx, got, a.Value, f) {
			return false
		}
	}
	return true
}

func provider(view object) string {
	p, _ := view["provider"].(map[string]any)
	return str(p["name"])
}

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
		switch r.Is {
		case "receiver", "owner":
			if a, err := c.provider(ctx, r, target); err != nil || a != nil {
				if err != nil {
					return nil, nil, err
				}
				return a.login, a, nil
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

// holder prefers the person named by 由, then one whose organisation stands in
// the party's own region.
func (c *chain) holder(role, region string) *thing {
	hs := c.w.holders(role)
	for _, a := range hs {
		if a.name == c.by {
			return a
		}
	}
	for _, a := range hs {
		for _, m := range a.members {
			if m.org.region == region {
				return a
			}
		}
	}
	if len(hs) == 0 {
		return nil
	}
	return hs[0]
}

// argsFor gives the step's own arguments and those of the batch that its dialog
// asks and the step does not set itself.
func (c *chain) argsFor(rec *program.RecordType, m *program.Move, own Args) Args {
	out := slices.Clone(own)
	n := c.w.needsOf(rec, m)
	for _, a := range c.args {
		_, mine := namedIn(n.own, a.Key)
		_, kid := namedIn(n.kids, a.Key)
		common := slices.Contains(chainKeys, a.Key) && takes(m, a.Key)
		if !mine && !kid && !common {
			continue
		}
		c.used[a.Key] = true
		if _, set := out.Get(a.Key); !set {
			out = append(out, a)
		}
	}
	return out
}

// takes reports whether a common key belongs to this move.
func takes(m *program.Move, key string) bool {
	switch key {
	case "channel", "渠道", "来源":
		return m.Intake() && len(m.Channels) > 0
	case "reason", "理由":
		return m.Reason != ""
	}
	return m.TextRequired
}

// defaults fills what a chain leaves unsaid: a reference to the chain's own
// record, the offer of the batch's organisation, proof of presence.
func (c *chain) defaults(ctx context.Context, l *login, rec *program.RecordType, m *program.Move, body object) error {
	fields := body["fields"].(object)
	for _, key := range m.Need {
		f := rec.Field(key)
		if f == nil || f.Type != program.TypeRef || fields[key] != nil {
			continue
		}
		to := c.latest(f.To)
		if to == nil {
			target := c.w.prog.Records.Get(f.To)
			if target == nil {
				continue
			}
			var err error
			if to, err = c.find(ctx, target); err != nil {
				return err
			}
		}
		fields[key] = to.id
	}
	if rec.Noun == domain.Order && m.Intake() && body["offer"] == nil {
		if o := c.w.offerOf(c.by, rec.Offers); o != nil {
			body["offer"] = o.id
		}
	}
	if p := m.Proof; p != nil && body["proof"] == nil {
		proof := object{}
		if p.Near != nil && c.party.place != nil {
			proof["lat"], proof["lng"] = c.party.place[0], c.party.place[1]
		}
		if p.Or == "text" {
			proof["text"] = "现场办理"
		}
		if p.Photo > 0 {
			if err := c.w.photos(ctx, l, "1", func(k string, v any) { proof[k] = v }); err != nil {
				return err
			}
		}
		body["proof"] = proof
	}
	return nil
}

// offerOf finds the supply that an organisation registered.
func (w *world) offerOf(org, record string) *thing {
	o, err := w.get(org)
	if err != nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.records {
		if t.rec != nil && t.rec.Key == record && t.keeper == o.id {
			return t
		}
	}
	return nil
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
		if t == nil {
			continue
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
