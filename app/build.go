package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// sight is what the reader may see of one row.
type sight struct {
	class domain.Class
	extra map[string]bool
	slice map[string]bool // dotted paths that a receiver is shown
	full  bool            // a role reaches the row; otherwise only the slice
}

// look settles what the reader may see of a row; NotFound when nothing.
func (w *work) look(r *record.Row) (sight, error) {
	if w.who.System {
		return sight{class: domain.Sealed, full: true}, nil
	}
	class, extra, ok := w.unit.Clearance(r)
	if ok {
		return sight{class: class, extra: extra, full: true}, nil
	}
	if paths, ok := w.unit.Slice(r); ok {
		return sight{class: domain.Public, slice: paths}, nil
	}
	return sight{}, domain.NotFound("record")
}

// may reports whether a field of the row is within the sight.
func (s sight) may(r *record.Row, f *program.Field) bool {
	if s.full && (f.Class <= s.class || s.extra[f.Key]) {
		return true
	}
	return s.slice[r.Key+"."+f.Key]
}

// maySubject: the subject's name and common facts, by class or by slice.
func (s sight) maySubject(field string, class domain.Class) bool {
	return s.full && class <= s.class || s.slice["subject."+field]
}

// row loads a row and checks that the reader may see it.
func (w *work) row(id domain.RecordID) (*record.Row, sight, error) {
	r, err := w.unit.Load(id)
	if err != nil {
		return nil, sight{}, hide(err)
	}
	s, err := w.look(r)
	return r, s, err
}

// hide makes a malformed or foreign id look like an absent one.
func hide(err error) error {
	if k := domain.KindOf(err); k == domain.KindNotFound || k == domain.KindInvalid {
		return domain.NotFound("record")
	}
	return err
}

// people4 fills subject, region, owner and provider as far as they may be seen.
func (w *work) people4(r *record.Row, s sight, v *RecordSummary) error {
	if r.Subject != "" && (s.maySubject("name", subjectClass(w, r))) {
		p, err := w.Party(r.Subject)
		if err != nil {
			return err
		}
		v.Subject = &PartyRef{p.ID, p.Kind, p.Name}
		v.Title = p.Name
	}
	if r.Region != "" && (s.full || s.slice["subject.region"]) {
		if reg, err := w.Region(r.Region); err == nil {
			v.Region = &RegionRef{reg.ID, reg.Name, reg.Level}
		}
	}
	if r.Provider != "" {
		if o, err := w.Org(r.Provider); err == nil {
			v.Provider = &OrgRef{o.ID, o.Name, o.Kind}
		}
	}
	if s.full && r.Owner != "" {
		if a, err := w.app.accounts.get(w.tx, r.Owner, w.tx.Account); err == nil {
			v.Owner = w.personBehind(a, s.class)
		}
	}
	if s.full && r.OwnerOrg != "" {
		if o, err := w.Org(r.OwnerOrg); err == nil {
			v.OwnerOrg = &OrgRef{o.ID, o.Name, o.Kind}
		}
	}
	return nil
}

// subjectClass: an enterprise's name is in a public register; a person's name is
// personal. An order shows it by its `shows`, so there it counts as personal.
func subjectClass(w *work, r *record.Row) domain.Class {
	if r.Noun == domain.Order && r.T.Shows != nil {
		for _, m := range w.who.Memberships {
			if m.Org == r.Provider {
				return domain.Sealed + 1 // only the slice opens it for the receiver, whatever class he reads
			}
		}
	}
	p, err := w.Party(r.Subject)
	if err == nil && (p.Kind == domain.Enterprise || p.Kind == domain.Organization) {
		return domain.Internal
	}
	return domain.Personal
}

// display writes a value for people; ids of people and units become names.
func (w *work) display(f *program.Field, v any) string {
	switch f.Type {
	case program.TypeOrg:
		return w.names(v, func(id string) (string, error) {
			o, err := w.Org(domain.OrgID(id))
			if err != nil {
				return "", err
			}
			return o.Name, nil
		})
	case program.TypeAccount:
		return w.names(v, func(id string) (string, error) {
			a, err := w.Account(domain.AccountID(id))
			if err != nil {
				return "", err
			}
			return a.Name, nil
		})
	case program.TypePerson, program.TypeParty:
		return w.names(v, func(id string) (string, error) {
			p, err := w.Party(domain.PartyID(id))
			if err != nil {
				return "", err
			}
			return p.Name, nil
		})
	case program.TypeRegion:
		return w.names(v, func(id string) (string, error) {
			g, err := w.Region(domain.RegionID(id))
			if err != nil {
				return "", err
			}
			return g.Name, nil
		})
	case program.TypeRef:
		return w.names(v, func(id string) (string, error) {
			r, err := w.unit.Load(domain.RecordID(id))
			if err != nil {
				return "", err
			}
			if t := offerTitle(r); r.Noun == domain.Offer && t != "" {
				return t, nil
			}
			return r.Title(), nil
		})
	}
	return w.format(f, v)
}

func (w *work) names(v any, name func(string) (string, error)) string {
	var out []string
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, x := range list {
		s, err := name(asText(x))
		if err != nil {
			s = "—"
		}
		out = append(out, s)
	}
	return strings.Join(out, "、")
}

// asText writes any scalar as text.
func asText(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case map[string]any, []any:
		b, _ := json.Marshal(x)
		return string(b)
	}
	return fmt.Sprint(v)
}

// view builds the whole page of a row.
func (w *work) view(r *record.Row, s sight) (*RecordView, error) {
	sum, err := w.summary(r, s)
	if err != nil {
		return nil, err
	}
	v := &RecordView{RecordSummary: sum, Version: r.Version, Kind: RecordKind{r.Key, sum.RecordLabel}, Masked: []string{}, Suggest: map[string]any{},
		Walked: []WalkedStage{}, Clocks: []ClockView{}, Moves: []MoveView{}, Matches: []MatchState{}, Forms: []FormState{},
		Signatures: []SignatureView{}, Children: []ChildrenView{}, Documents: []DocumentRef{}, Passes: []PassRef{}, Consents: []ConsentState{}}
	v.Fields, v.Labels = map[string]any{}, map[string]string{}
	if v.Channel != "" {
		v.Labels["channel"] = channelWord(r.P, w.who.Lang, v.Channel)
	}
	for _, part := range []func(*record.Row, sight, *RecordView) error{
		w.viewFields, w.viewParent, w.viewClocks, w.viewMoves, w.viewMatches, w.viewForms, w.viewSignatures, w.viewChildren,
		w.viewOrder, w.viewMembers, w.viewIssued, w.viewConsents, w.viewConfirms, w.viewChoices, w.viewBallots, w.viewPanels, w.viewFrozen, w.viewVersions,
		w.viewPublished, w.viewConclusions,
	} {
		if err := part(r, s, v); err != nil {
			return nil, err
		}
	}
	v.CanEdit = s.full && w.unit.MayKeep(r)
	if err := w.viewDevice(r, s, v); err != nil {
		return nil, err
	}
	w.viewTracks(r, s, v)
	return v, w.viewSame(r, s, v)
}

func (w *work) viewFields(r *record.Row, s sight, v *RecordView) error {
	put := func(f *program.Field) {
		x := r.Value(f.Key)
		if n := r.Counted(f.Key); n != nil {
			x = n
		}
		if !s.may(r, f) {
			if x != nil {
				v.Masked = append(v.Masked, f.Key)
			}
			return
		}
		if x != nil {
			v.Fields[f.Key] = x
			v.Labels[f.Key] = w.display(f, x)
		} else if f.Suggest != nil {
			if got, err := w.unit.Suggest(r, f); err == nil {
				v.Suggest[f.Key] = got
			}
		}
	}
	for _, f := range r.T.Fields.All() {
		put(f)
	}
	for _, f := range program.Builtins(r.Noun) {
		if !r.T.Fields.Has(f.Key) && f.Key != "members" {
			put(f)
		}
	}
	for i, st := range r.Walk {
		at := r.Hist["e:"+st]
		if i+1 < len(r.Walk) && slices.Contains(r.Walk[i+1:], st) {
			at = time.Time{}
		}
		v.Walked = append(v.Walked, WalkedStage{st, w.words(r.P).Stage(r.T, st), at})
	}
	return nil
}

func (w *work) viewParent(r *record.Row, s sight, v *RecordView) error {
	par, err := w.unit.Parent(r)
	if err != nil || par == nil {
		return err
	}
	ps, err := w.look(par)
	if err != nil {
		if domain.KindOf(err) == domain.KindNotFound {
			return nil
		}
		return err
	}
	sum, err := w.summary(par, ps)
	v.Parent = &sum
	return err
}

func (w *work) viewClocks(r *record.Row, s sight, v *RecordView) error {
	if !s.full {
		return nil
	}
	list, err := w.tx.Clocks(r.ID)
	if err != nil {
		return err
	}
	for i := range list {
		k := &list[i]
		c := r.T.Clocks.Get(k.Key)
		if c == nil || k.State == record.ClockIdle {
			continue
		}
		v.Clocks = append(v.Clocks, w.clockView(r, c, k))
	}
	v.Due = w.nearest(r, list)
	return nil
}

func (w *work) clockView(r *record.Row, c *program.Clock, k *domain.Clock) ClockView {
	cv := ClockView{Key: k.Key, Label: w.words(r.P).Clock(r.T, c), State: k.State, From: k.FromAt, Limit: k.LimitText, Note: asText(k.Inputs["note"]),
		Why: w.words(r.P).ClockRule(r.T, c, k.LimitText), Ladder: w.rungs(r, c, k)}
	end := w.Now()
	if !k.MetAt.IsZero() {
		cv.Met = &k.MetAt
		end = k.MetAt
	}
	if may := w.unit.MayExtend(r, c, k); may != nil {
		cv.Extend = &ExtendView{may.Most, may.Unit, may.Times}
	}
	if !k.DueAt.IsZero() {
		cv.Due = &k.DueAt
		cv.Overdue = end.After(k.DueAt)
		if k.State == record.ClockPaused {
			cv.Left, cv.Overdue = w.pick("已暂停计时", "Paused"), false
		} else if k.MetAt.IsZero() {
			cv.Left = w.left(end, k.DueAt, leftUnit(k))
		}
		if all := k.DueAt.Sub(k.FromAt); all > 0 {
			cv.Percent = int(min(100, max(0, end.Sub(k.FromAt)*100/all)))
		}
	}
	return cv
}

// rungs are a clock's reminders, and which of them have fired.
func (w *work) rungs(r *record.Row, c *program.Clock, k *domain.Clock) []RungView {
	out := []RungView{}
	words := w.words(r.P)
	for _, g := range c.Ladder {
		v := RungView{Key: g.Key, At: words.RungAt(g.Key), To: []string{}, Does: []string{}, Fired: slices.Contains(k.Fired, g.Key)}
		for _, to := range g.To {
			if l := words.Role(to); l != "" {
				v.To = append(v.To, l)
			}
		}
		for _, a := range g.Do {
			if mv := r.T.Moves.Get(a.Target); a.Verb == "move" && mv != nil {
				v.Does = append(v.Does, words.Move(mv))
			}
		}
		out = append(out, v)
	}
	return out
}

// leftUnit is the unit in which people count what is left: that of the limit; a
// fixed due time that is a day's end is counted in days.
func leftUnit(k *domain.Clock) string {
	if k.LimitText == "" && k.DueAt.Equal(domain.DateOf(k.DueAt).Start()) {
		return "d"
	}
	return limitUnit(k.LimitText)
}

func limitUnit(limit string) string {
	u := strings.TrimLeft(limit, "0123456789")
	if u == "" {
		return "h"
	}
	return u
}

// nearest is the running clock that is due first.
func (w *work) nearest(r *record.Row, list []domain.Clock) *DueView {
	var best *DueView
	for i := range list {
		k := &list[i]
		c := r.T.Clocks.Get(k.Key)
		if c == nil || k.State != record.ClockRunning || k.DueAt.IsZero() || best != nil && !k.DueAt.Before(best.Due) {
			continue
		}
		left := w.left(w.Now(), k.DueAt, leftUnit(k))
		best = &DueView{k.Key, w.words(r.P).Clock(r.T, c), k.DueAt, w.Now().After(k.DueAt), left}
	}
	return best
}

func (w *work) viewMoves(r *record.Row, s sight, v *RecordView) error {
	first := true
	for _, mv := range r.T.Moves.All() {
		if mv.Intake() || !slices.Contains(mv.From, r.Stage) || !w.unit.MayMove(r, mv) {
			continue
		}
		m := w.moveView(r.P, r.T, mv)
		m.Primary = first && mv.To != "" && !givesUp(r.T, mv.To)
		first = first && !m.Primary
		v.Moves = append(v.Moves, m)
	}
	return nil
}

// givesUp: a move that ends the work undone is never the one to press first.
func givesUp(t *program.RecordType, stage string) bool {
	s := t.Stages.Get(stage)
	return voidStage(t, stage) || s != nil && (s.Phase == domain.PhaseReturned || s.Phase == domain.PhaseExpired)
}

func voidStage(t *program.RecordType, stage string) bool {
	s := t.Stages.Get(stage)
	return s != nil && (s.Phase == domain.PhaseVoid || s.Phase == domain.PhaseDeclined)
}

func (w *work) moveView(p *program.Program, t *program.RecordType, mv *program.Move) MoveView {
	fields, need := record.Accepts(t, p, mv)
	m := MoveView{Key: mv.Key, Label: w.words(p).Move(mv), Need: nonNil(need), Ask: []string{}, Fields: []program.FieldView{}, Form: mv.Form, Offline: mv.Offline, To: mv.To,
		Sends: record.Sends(p, mv), Joint: mv.Joint}
	for _, f := range fields {
		if !slices.Contains(need, f.Key) {
			m.Ask = append(m.Ask, f.Key)
		}
		m.Fields = append(m.Fields, p.ViewOf(f, w.who.Lang))
	}
	if mv.TextRequired {
		m.Text = "required"
	}
	if l := p.Lists.Get(mv.Reason); l != nil {
		for _, o := range l.Options.All() {
			m.Reason = append(m.Reason, Choice{o.Key, w.words(p).Option(o)})
		}
	}
	if mv.Proof != nil {
		m.Proof = &ProofView{Near: mv.Proof.Near != nil, Within: mv.Proof.Within, Photo: mv.Proof.Photo, Pass: mv.Proof.Pass, Or: mv.Proof.Or}
		if mv.Proof.When != nil {
			m.Proof.When = mv.Proof.When.Src()
		}
	}
	for _, sg := range mv.Sign {
		for _, k := range sg.By {
			if role := p.Roles.Get(k); role != nil {
				m.Sign = append(m.Sign, w.words(p).Role(k))
			}
		}
	}
	for _, o := range record.Opened(p, mv) {
		cf, cn := record.Accepts(o.Type, p, o.Move)
		if len(cf) == 0 {
			continue
		}
		c := &ChildDialog{Record: o.Type.Key, Label: w.words(p).Kind(o.Type), Need: nonNil(cn), Ask: []string{}, When: o.Action.When != nil}
		for _, f := range cf {
			c.Fields = append(c.Fields, p.ViewOf(f, w.who.Lang))
			if !slices.Contains(cn, f.Key) {
				c.Ask = append(c.Ask, f.Key)
			}
		}
		m.Child = c
	}
	return m
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func (w *work) viewMatches(r *record.Row, s sight, v *RecordView) error {
	for _, m := range r.P.Matches.All() {
		if m.Need != r.Key {
			continue
		}
		ms := MatchState{Key: m.Key, Label: w.words(r.P).Match(m), Max: max(m.Max, 1), Mode: m.Steps[0].Mode, Makes: m.Makes}
		run, err := w.MatchRun(r.ID, m.Key)
		if err != nil {
			return err
		}
		step := 1
		if run != nil {
			ms.State, ms.Step, step = run.State, run.Step, run.Step
			ms.Mode = m.Steps[step-1].Mode
		}
		by := m.Steps[step-1].By
		holds := slices.ContainsFunc(by, func(k string) bool { return w.unit.Holds(r, k) })
		ms.Open = holds && run != nil && run.State == record.MatchOpen
		for _, mv := range r.T.Moves.All() {
			if startsMatch(mv, m.Key) && slices.Contains(mv.From, r.Stage) && w.unit.MayMove(r, mv) {
				ms.Move = mv.Key
			}
		}
		if ms.Open || ms.Move != "" || holds || run != nil && s.full {
			v.Matches = append(v.Matches, ms)
		}
	}
	return nil
}

func startsMatch(mv *program.Move, key string) bool {
	return slices.ContainsFunc(mv.Do, func(a *program.Action) bool { return a.Verb == "start" && a.Target == "match."+key })
}

func (w *work) viewForms(r *record.Row, s sight, v *RecordView) error {
	for _, f := range r.P.Forms.All() {
		if !slices.Contains(f.Of, r.Key) || f.Fields.Len() == 0 {
			continue
		}
		can := w.unit.MayFill(r, f)
		list, err := w.Responses(r.ID, f.Key)
		if err != nil {
			return err
		}
		if can || len(list) > 0 && s.full {
			v.Forms = append(v.Forms, FormState{f.Key, w.words(r.P).Form(f), len(list), can})
		}
	}
	return nil
}
