package record

import (
	"errors"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Unit is one transaction of the engine: the rows it has touched, and the events
// that say what happened to them. Call Finish once at the end.
type Unit struct {
	w        World
	actor    *Actor
	rows     map[domain.RecordID]*Row
	order    []*Row // in the order they were first touched
	children map[childKey][]*Row
	born     map[childKey][]*Row // made here, below parents whose children nobody has asked for
	parties  map[domain.PartyID]*partyView
	roles    map[*program.Role][]Membership // of the actor, by role
	events   []*domain.Event
	pending  map[string][2]int64 // places counted by events that are not written yet
	freed    []freed             // sessions and activities in which a place came free
	depth    int
}

type childKey struct {
	parent domain.RecordID
	key    string
}

// Row is a record together with its program and type.
type Row struct {
	*domain.Record
	P  *program.Program
	T  *program.RecordType
	u  *Unit
	is struct {
		new, dirty, quiet bool // quiet: its when-moves have been looked at since the last change
	}
	dialog *Act          // what the mover gave; children opened by the move read it
	filing *filing       // the form that the dialog fills, until it is kept
	last   *domain.Event // the row's latest event of this unit; counts of stocks and clocks join it
}

// Act is what somebody gives with a move.
type Act struct {
	Fields   map[string]any // raw JSON values of this record and of children it opens
	Child    map[string]any // raw values meant for the opened child
	Subject  domain.PartyID
	Parent   domain.RecordID
	Region   domain.RegionID
	Channel  string
	Members  []domain.RecordID
	Pick     []string // ids of offers chosen
	Offer    string
	Reason   string
	Text     string
	At       time.Time // occurred-at; zero = now
	Proof    Proof
	Rev      int64          // version seen; 0 = not stated
	ClockOff int64          // seconds by which the phone's clock was behind; told on the event from a few minutes on
	preset   map[string]any // normalised values set by an action, above the dialog
	provider domain.OrgID
	step     int
	as       string
	opener   *Row // the row whose move opened this one
	trusted  bool // made by a rule, not by hand: no role check
	lenient  bool // a time that is taken already does not refuse
	signed   bool // all signatures are there
	accepted bool // its guards were asked when it was handed in
}

// Proof is the evidence of presence.
type Proof struct {
	Lat, Lng float64
	Has      bool
	Photos   []string
	Pass     string
	PassOK   bool // checked by the caller against the stored hash
	Text     string
}

// maxDepth bounds actions that open or move records in turn.
const maxDepth = 32

// Begin starts a unit.
func Begin(w World) *Unit {
	return &Unit{w: w, actor: w.Actor(), rows: map[domain.RecordID]*Row{}, children: map[childKey][]*Row{}, parties: map[domain.PartyID]*partyView{}}
}

// World gives the world of the unit.
func (u *Unit) World() World { return u.w }

// Today is the civil day in Beijing.
func (u *Unit) Today() domain.Date { return domain.DateOf(u.w.Now()) }

// Load gives the row of an id, the same one every time.
func (u *Unit) Load(id domain.RecordID) (*Row, error) {
	if r, ok := u.rows[id]; ok {
		return r, nil
	}
	rec, err := u.w.Record(id)
	if err != nil {
		return nil, err
	}
	return u.adopt(rec)
}

// Touched gives a row that this unit has loaded or made, without asking the store.
func (u *Unit) Touched(id domain.RecordID) (*Row, bool) {
	r, ok := u.rows[id]
	return r, ok
}

// Adopt takes a record that the caller has read already.
func (u *Unit) Adopt(rec *domain.Record) (*Row, error) {
	if r, ok := u.rows[rec.ID]; ok {
		return r, nil
	}
	return u.adopt(rec)
}

// Glance makes a row of a record to look at, which the unit does not keep: for
// lists, whose rows nothing else asks for.
func (u *Unit) Glance(rec *domain.Record) (*Row, error) {
	if r, ok := u.rows[rec.ID]; ok {
		return r, nil
	}
	return u.rowOf(rec)
}

func (u *Unit) adopt(rec *domain.Record) (*Row, error) {
	r, err := u.rowOf(rec)
	if err == nil {
		u.rows[rec.ID] = r
	}
	return r, err
}

func (u *Unit) rowOf(rec *domain.Record) (*Row, error) {
	p, err := u.w.Program(rec.Program, rec.Version)
	if err != nil {
		return nil, err
	}
	t, ok := p.Records.Find(rec.Key)
	if !ok {
		return nil, domain.E(domain.KindInternal, "record_type_missing", "record", rec.Key)
	}
	return &Row{Record: rec, P: p, T: t, u: u}, nil
}

// Parent gives the parent row, or nil.
func (u *Unit) Parent(r *Row) (*Row, error) {
	if r.Record.Parent == "" {
		return nil, nil
	}
	return u.Load(r.Record.Parent)
}

// Children gives the rows of a key below r, in order of creation.
func (u *Unit) Children(r *Row, key string) ([]*Row, error) {
	k := childKey{r.ID, key}
	if list, ok := u.children[k]; ok {
		return list, nil
	}
	var list []*Row
	if t := r.P.Records.Get(key); t != nil && t.Noun == domain.Batch {
		return u.batchesOf(r, key)
	}
	if !r.is.new {
		recs, err := u.w.Children(r.ID, key)
		if err != nil {
			return nil, err
		}
		for _, rec := range recs {
			c, err := u.Adopt(rec)
			if err != nil {
				return nil, err
			}
			list = append(list, c)
		}
	}
	for _, c := range u.born[k] {
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	u.children[k] = list
	return list, nil
}

// batchesOf lists the batches of a key that the row is a member of.
func (u *Unit) batchesOf(r *Row, key string) ([]*Row, error) {
	ids, _ := r.Data["_batches"].([]any)
	var list []*Row
	for _, id := range ids {
		b, err := u.Load(domain.RecordID(text(id)))
		if err != nil {
			return nil, err
		}
		if b.Key == key {
			list = append(list, b)
		}
	}
	return list, nil
}

// enlist checks that every member may join the batch, and notes it on them.
func (u *Unit) enlist(b *Row) error {
	ids := b.Members()
	if len(ids) == 0 {
		return domain.E(domain.KindInvalid, "members_missing").With("members", "members_missing")
	}
	for _, id := range ids {
		m, err := u.Load(id)
		if err != nil {
			return err
		}
		if b.T.Of != "" && m.Key != b.T.Of {
			return domain.E(domain.KindInvalid, "member_kind").With("members", "member_kind", "name", m.Title())
		}
		if b.T.Takes != nil {
			if ok, err := u.test(b.T.Takes, m.vars()); err != nil {
				return err
			} else if !ok {
				return domain.E(domain.KindRefused, "member_refused", "name", m.Title())
			}
		}
		list, _ := m.Data["_batches"].([]any)
		m.Data["_batches"] = append(slices.Clone(list), string(b.ID))
		u.touch(m)
	}
	return nil
}

// addChild lists a new row under its parent. Its siblings are not read for that:
// whoever asks for them finds it behind those that are stored.
func (u *Unit) addChild(parent, child *Row) {
	k := childKey{parent.ID, child.Key}
	if list, ok := u.children[k]; ok {
		if !slices.Contains(list, child) {
			u.children[k] = append(list, child)
		}
		return
	}
	if u.born == nil {
		u.born = map[childKey][]*Row{}
	}
	if !slices.Contains(u.born[k], child) {
		u.born[k] = append(u.born[k], child)
	}
}

// touch marks a row for saving, and for another look at its when-moves and at
// those of the rows above it, which may read it.
func (u *Unit) touch(r *Row) {
	for up := r; up != nil; up = u.rows[up.Record.Parent] {
		up.is.quiet = false
	}
	if !r.is.dirty {
		r.is.dirty = true
		u.order = append(u.order, r)
	}
}

// Create makes a record through an intake move. mv may be nil for records
// without moves, which their keepers create.
func (u *Unit) Create(p *program.Program, t *program.RecordType, mv *program.Move, a Act) (*Row, error) {
	u.depth++
	defer func() { u.depth-- }()
	if u.depth > maxDepth {
		return nil, domain.E(domain.KindInternal, "action_depth")
	}
	r, err := u.blank(p, t, a)
	if err != nil {
		return nil, err
	}
	if err := u.checkSubject(r); err != nil {
		return nil, err
	}
	if !a.trusted {
		if err := u.mayIntake(r, mv); err != nil {
			return nil, err
		}
	}
	if mv == nil {
		return r, u.keepNew(r, a)
	}
	err = u.perform(r, mv, a)
	var j joined
	if errors.As(err, &j) {
		delete(u.rows, r.ID)
		return j.row, nil
	}
	return r, err
}

// blank makes the row with its links, not yet saved.
func (u *Unit) blank(p *program.Program, t *program.RecordType, a Act) (*Row, error) {
	now := u.w.Now()
	rec := &domain.Record{
		County: u.w.County(), ID: domain.RecordID(u.w.NewID()), Program: p.Key, Version: p.Version,
		Key: t.Key, Noun: t.Noun, Class: t.Class, Parent: a.Parent, Subject: a.Subject, Region: a.Region,
		Channel: a.Channel, Created: now, Entered: now, Data: map[string]any{}, Secret: map[string]any{},
		Hist: map[string]time.Time{}, Provider: a.provider,
	}
	rec.Root = rec.ID
	if !a.At.IsZero() && a.At.Before(now) {
		rec.Created, rec.Entered = a.At, a.At
	}
	r := &Row{Record: rec, P: p, T: t, u: u}
	r.is.new = true
	if err := u.inherit(r); err != nil {
		return nil, err
	}
	if err := u.place(r, a.Region != "" && !a.trusted); err != nil {
		return nil, err
	}
	if m := u.actor.standing(); m != nil {
		rec.Org = m.Org
	}
	for k, f := range t.Fields.All() {
		if f.Default != nil {
			r.set(k, f.Default)
		}
	}
	for k, v := range a.preset {
		r.set(k, v)
	}
	if len(a.Members) > 0 {
		r.set("members", idList(a.Members))
	}
	u.rows[rec.ID] = r
	return r, nil
}

// checkSubject: kind allowed, `where` holds.
func (u *Unit) checkSubject(r *Row) error {
	kinds := r.T.For
	if len(kinds) == 0 || r.Subject == "" && slices.Contains(kinds, "none") || slices.Contains(kinds, "account") || strings.HasPrefix(kinds[0], "region") ||
		len(kinds) == 1 && kinds[0] == "none" {
		return nil
	}
	if r.Subject == "" {
		if r.T.Of != "" && r.Record.Parent != "" {
			return nil
		}
		return domain.E(domain.KindInvalid, "subject_missing").With("subject", "subject_missing")
	}
	p, err := u.w.Party(r.Subject)
	if err != nil {
		return domain.E(domain.KindInvalid, "subject_unknown").With("subject", "subject_unknown").Wrap(err)
	}
	if !slices.Contains(kinds, string(p.Kind)) {
		return domain.E(domain.KindInvalid, "subject_kind").With("subject", "subject_kind", "record", r.T.Label)
	}
	if r.T.Where != nil {
		ok, err := u.test(r.T.Where, r.vars())
		if err != nil {
			return err
		}
		if !ok {
			return domain.E(domain.KindRefused, "subject_where", "record", r.T.Label)
		}
	}
	return nil
}

// keepNew saves a record that has no moves: it is live at once.
func (u *Unit) keepNew(r *Row, a Act) error {
	vals, ferr := u.fill(r, nil, a)
	if len(ferr) > 0 {
		return fieldsErr(ferr)
	}
	for k, v := range vals {
		r.set(k, v)
	}
	st, _ := firstStage(r.T)
	u.takeOwnership(r, nil)
	if err := u.open(r, nil, nil); err != nil {
		return err
	}
	u.enter(r, st, u.at(a))
	u.touch(r)
	if err := u.attach(r); err != nil {
		return err
	}
	return u.log(r, "create", nil, a, vals)
}

// Edit changes fields of a record that its keepers keep.
func (u *Unit) Edit(r *Row, a Act) error {
	if err := u.checkRev(r, a); err != nil {
		return err
	}
	vals, ferr := u.fill(r, nil, a)
	if len(ferr) > 0 {
		return fieldsErr(ferr)
	}
	for k, v := range vals {
		r.set(k, v)
	}
	if err := u.publishable(r, nil); err != nil {
		return err
	}
	if r.Noun == domain.Offer { // whoever edits an offer stands by the rest of it
		r.set("assured_on", u.Today().String())
	}
	if len(r.T.Unique) > 0 {
		r.Unique = r.uniqueKey()
	}
	u.mayFree(r)
	u.touch(r)
	return u.log(r, "edit", nil, a, vals)
}

// Move makes a move by hand (or by an action when a.trusted).
func (u *Unit) Move(r *Row, mv *program.Move, a Act) error {
	u.depth++
	defer func() { u.depth-- }()
	if u.depth > maxDepth {
		return domain.E(domain.KindInternal, "action_depth")
	}
	if !mv.Intake() && !slices.Contains(mv.From, r.Stage) {
		return domain.E(domain.KindConflict, "move_not_now", "move", mv.Label, "stage", r.T.Stages.Get(r.Stage).Label)
	}
	if !a.trusted {
		if !u.MayMove(r, mv) {
			return domain.E(domain.KindForbidden, "move_forbidden", "move", mv.Label)
		}
		if err := u.checkRev(r, a); err != nil {
			return err
		}
	}
	return u.perform(r, mv, a)
}

func (u *Unit) checkRev(r *Row, a Act) error {
	if a.Rev != 0 && a.Rev != r.Rev {
		return domain.E(domain.KindConflict, "stale", "record", r.T.Label)
	}
	return nil
}

// perform is §5: guard → signed? → sets → stage → do, in order.
func (u *Unit) perform(r *Row, mv *program.Move, a Act) error {
	vals, undo, err := u.admit(r, mv, &a)
	if err != nil {
		return err
	}
	if slots, err := u.slots(r, mv); err != nil {
		undo()
		return err
	} else if len(slots) > 0 && !a.signed {
		undo()
		return u.ask(r, mv, a, vals, slots)
	}
	r.Reason = a.Reason
	if mv.Intake() {
		u.takeOwnership(r, a.opener)
	}
	return u.apply(r, mv, a, vals)
}

// apply changes the row: sets, stage, events, then the actions.
func (u *Unit) apply(r *Row, mv *program.Move, a Act, vals map[string]any) error {
	changed := map[string]any{}
	for k, v := range vals {
		r.set(k, v)
		changed[k] = v
	}
	if err := u.sets(r, mv.Sets, changed); err != nil {
		return err
	}
	at, before := u.at(a), r.Phase
	r.Hist["m:"+mv.Key] = at
	if mv.Intake() {
		if err := u.open(r, mv, changed); err != nil {
			return err
		}
	}
	if mv.To != "" && (mv.To != r.Stage || !mv.Intake()) {
		u.enter(r, mv.To, at)
	}
	if err := u.concluded(r, before); err != nil {
		return err
	}
	u.touch(r)
	if r.is.new {
		if err := u.attach(r); err != nil {
			return err
		}
	}
	if err := u.log(r, "move", mv, a, changed); err != nil {
		return err
	}
	if err := u.takes(r, before, a); err != nil { // before the actions, which may move it on
		return err
	}
	urgent, given, err := u.file(r, a)
	if err != nil {
		return err
	}
	if err := u.freezeRosters(r, mv); err != nil {
		return err
	}
	if err := u.freezePools(r, mv); err != nil {
		return err
	}
	outer := r.dialog
	r.dialog = &a
	err = u.run(r, mv.Do, nil)
	r.dialog = outer
	for _, x := range urgent {
		if err == nil {
			err = u.run(r, x.Do, given)
		}
	}
	if err == nil && r.Noun == domain.Order {
		err = u.orderChanged(r)
	}
	return err
}

// open settles what only a new record needs: number, uniqueness, duplicates.
func (u *Unit) open(r *Row, mv *program.Move, changed map[string]any) error {
	if err := u.sameCheck(r, mv, changed); err != nil {
		return err
	}
	if len(r.T.Unique) > 0 {
		r.Unique = r.uniqueKey()
	}
	if r.RefNo == "" && (r.Noun == domain.Case || r.Noun == domain.Batch || r.Noun == domain.Order || r.Noun == domain.Activity) {
		no, err := u.w.RefNo(r.P.Key, r.T.Key)
		if err != nil {
			return err
		}
		r.RefNo = no
	}
	return nil
}

// attach lists the new row under its parent, so that expressions see it.
func (u *Unit) attach(r *Row) error {
	if r.Noun == domain.Batch {
		return u.enlist(r)
	}
	if r.Record.Parent != "" {
		par, err := u.Load(r.Record.Parent)
		if err != nil {
			return err
		}
		par.is.quiet = false
		u.addChild(par, r)
	}
	return nil
}

// enter moves the row to a stage.
func (u *Unit) enter(r *Row, stage string, at time.Time) {
	if r.Stage != "" {
		r.Hist["l:"+r.Stage] = at
	}
	st := r.T.Stages.Get(stage)
	r.Stage, r.Entered = stage, at
	r.Hist["e:"+stage] = at
	r.Walk = append(r.Walk, stage)
	if st != nil {
		r.Phase = st.Phase
		if st.Final {
			r.Ended = at
		} else {
			r.Ended = time.Time{}
		}
	}
}

func (u *Unit) sets(r *Row, list []program.Assign, changed map[string]any) error {
	for _, s := range list {
		v, err := u.value(s.Expr, r.vars())
		if err != nil {
			if isUnset(err) {
				continue
			}
			return err
		}
		if f, ok := strings.CutPrefix(s.Target, "subject."); ok {
			if err := u.setSubject(r, f, v); err != nil {
				return err
			}
			continue
		}
		if s.Target == "owner" { // whoever takes the matter answers for it, with his unit
			u.ownedBy(r, domain.AccountID(idOf(v)))
			changed[s.Target] = string(r.Owner)
			continue
		}
		nv := fromRule(v)
		r.set(s.Target, nv)
		changed[s.Target] = nv
	}
	return nil
}

// ownedBy makes an account, and the unit it acts for, the owner of a row.
func (u *Unit) ownedBy(r *Row, id domain.AccountID) {
	if id == "" {
		return
	}
	r.Owner = id
	if m := u.actor.standing(); m != nil && id == u.actor.Account {
		r.OwnerOrg = m.Org
	}
}

// at is when the move happened: stated by an offline phone, else now. A phone
// whose clock runs ahead cannot date anything into the future.
func (u *Unit) at(a Act) time.Time {
	now := u.w.Now()
	if a.At.IsZero() || a.At.After(now) {
		return now
	}
	return a.At
}

func idList(ids []domain.RecordID) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

func fieldsErr(list []domain.FieldError) error {
	e := domain.E(domain.KindInvalid, "fields_invalid")
	e.Fields = list
	return e
}

func firstStage(t *program.RecordType) (string, domain.Phase) {
	for k, s := range t.Stages.All() {
		if s.Phase == domain.PhaseLive || s.Phase == domain.PhaseOpen || s.Phase == domain.PhasePlanned {
			return k, s.Phase
		}
	}
	for k, s := range t.Stages.All() {
		return k, s.Phase
	}
	return "live", domain.PhaseLive
}
