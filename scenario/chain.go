package scenario

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

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
		if err == nil && t.kind == anOrg && c.by == "" { // a unit acts for itself
			c.by = name
		}
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
	case VerbVote:
		l, err := c.w.partyLogin(ctx, c.self())
		if err != nil {
			return err
		}
		return c.w.ballot(ctx, l, s)
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
	case c.party.kind == aParty:
		body["subject"] = c.party.id
	case c.party.kind == anOrg:
		body["region"] = c.party.region
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
	t := c.w.recordThing(view, actor)
	if t.rec == nil {
		t.rec = rec
	}
	c.keep(t)
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
