package record

import (
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// A booking takes places in a session or an activity. How many are taken is a
// counter fed by the bookings' own events, so that no row of the session changes
// when somebody books, and nobody's open dialog grows stale by it.

// PresentKey is the counter of bookings that came; NumberKey of numbers given out.
const (
	PresentKey = "_present"
	NumberKey  = "_number"
)

// Diary is the part of a World that knows bookings and the commitments of
// persons, accounts and offers.
type Diary interface {
	// Seats gives what a counter of a record holds: bookings and people.
	Seats(program, counter string, of domain.RecordID) (n, heads int64, err error)
	// Waiting lists the bookings of a key below a parent that wait, oldest first.
	Waiting(parent domain.RecordID, key string, most int) ([]*domain.Record, error)
	// Bookings counts the subject's bookings of a kind that still run.
	Bookings(program, key string, subject domain.PartyID) (int64, error)
	// Missed counts the subject's bookings of a kind that he missed since then.
	Missed(program, key string, subject domain.PartyID, since time.Time) (int64, error)
	// Commit keeps the time for a record, all holders or none; false when one of
	// them is committed to another record then. Nobody else can take the time of
	// these holders until the transaction ends.
	Commit(rec domain.RecordID, holders []string, from, to time.Time) (bool, error)
	// Busy reports whether one of the holders is committed to another record then.
	Busy(holders []string, from, to time.Time, except domain.RecordID) (bool, error)
	// Release gives the record's time back.
	Release(rec domain.RecordID) error
}

// Holders of time in the one commitment calendar.
func PartyHolder(id domain.PartyID) string     { return "p:" + string(id) }
func AccountHolder(id domain.AccountID) string { return "a:" + string(id) }
func OfferHolder(id domain.RecordID) string    { return "o:" + string(id) }

// takesSeat: who is expected, there, or was there.
func takesSeat(p domain.Phase) bool {
	return p == domain.PhaseIn || p == domain.PhasePresent || p == domain.PhaseDone
}

// Times gives when a session is; of a booking or an order, when what it is for is:
// its session, the session that a field of the need leads to, or the first interval
// that the need states.
func (u *Unit) Times(r *Row) (from, to time.Time, ok bool) {
	switch r.Noun {
	case domain.Session:
		from, ok = r.instant("start")
		to, _ = r.instant("end")
		return from, to, ok && to.After(from)
	case domain.Booking, domain.Order:
		par, err := u.Parent(r)
		if err != nil || par == nil {
			return from, to, false
		}
		if par.Noun == domain.Session {
			return u.Times(par)
		}
		if r.Noun == domain.Order {
			return u.needTimes(par, r)
		}
	}
	return from, to, false
}

// needTimes gives when a need is to be met: the session that one of its fields leads
// to, or the first interval that it states. A session of the order's own offer keeps
// the offer's time by its booking, so the order takes none a second time.
func (u *Unit) needTimes(need, order *Row) (from, to time.Time, ok bool) {
	for k, f := range need.T.Fields.All() {
		if f.Type != program.TypeRef || f.Many || !need.has(k) {
			continue
		}
		s, err := u.Load(domain.RecordID(need.str(k)))
		if err != nil || s.Noun != domain.Session {
			continue
		}
		if string(s.Record.Parent) == order.str("offer") {
			return from, to, false
		}
		return u.Times(s)
	}
	return need.interval()
}

func (r *Row) instant(key string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, text(r.raw(key)))
	return t, err == nil
}

func (r *Row) interval() (from, to time.Time, ok bool) {
	for k, f := range r.T.Fields.All() {
		if f.Type != program.TypeInterval || f.Many {
			continue
		}
		m, _ := r.raw(k).(map[string]any)
		from, err1 := time.Parse(time.RFC3339, text(m["start"]))
		to, err2 := time.Parse(time.RFC3339, text(m["end"]))
		if err1 == nil && err2 == nil && to.After(from) {
			return from, to, true
		}
	}
	return from, to, false
}

// Capacity is how many a session or activity takes; false = as many as come.
func (u *Unit) Capacity(r *Row) (int64, bool, error) {
	if r.T.Capacity != nil && r.Noun != domain.Offer {
		v, err := u.value(r.T.Capacity, r.vars())
		if err == nil {
			n, ok := integer(v)
			return n, ok, nil
		}
		if !isUnset(err) {
			return 0, false, err
		}
	}
	n, ok := integer(r.raw("capacity"))
	return n, ok, nil
}

// Seats gives how many bookings a counter holds, and how many people, with what
// this unit has not yet written.
func (u *Unit) Seats(r *Row, counter string) (n, heads int64, err error) {
	n, heads, err = u.w.Seats(r.P.Key, counter, r.ID)
	d := u.pending[counter+"/"+string(r.ID)]
	return n + d[0], heads + d[1], err
}

func (u *Unit) seat(b, par *Row, counter string, sign int64) {
	heads := b.heads()
	u.join(b, []Count{{Stat: counter, Path: string(par.ID), N: sign, Value: sign * heads}})
	if u.pending == nil {
		u.pending = map[string][2]int64{}
	}
	k := counter + "/" + string(par.ID)
	d := u.pending[k]
	u.pending[k] = [2]int64{d[0] + sign, d[1] + sign*heads}
}

func (r *Row) heads() int64 {
	if n, ok := integer(r.raw("heads")); ok && n > 0 {
		return n
	}
	return 1
}

// occupies follows a booking from one phase to the next: places, numbers, times of
// coming and going, the calendar, and the sessions of an activity.
func (u *Unit) occupies(b *Row, before domain.Phase, a Act) error {
	par, err := u.Parent(b)
	if err != nil || par == nil || before == b.Phase {
		return err
	}
	if len(b.T.Unique) > 0 && (b.Phase == domain.PhaseOut) != (before == domain.PhaseOut) {
		b.Unique = b.uniqueKey() // who has cancelled may book again
	}
	at := u.at(a).UTC().Format(time.RFC3339)
	if b.Phase == domain.PhasePresent && !b.has("in_at") {
		b.set("in_at", at)
	}
	if before == domain.PhasePresent && b.Phase != domain.PhasePresent {
		b.set("out_at", at)
	}
	held, now := takesSeat(before), takesSeat(b.Phase)
	if now && !held {
		if err := u.sit(b, par, a); err != nil {
			return err
		}
	}
	if was, is := before == domain.PhasePresent || before == domain.PhaseDone && b.has("in_at"), came(b); was != is {
		u.seat(b, par, PresentKey, sign(is))
	}
	if held && !now {
		u.seat(b, par, TakenKey, -1)
		if err := u.rise(b, par); err != nil {
			return err
		}
	}
	if par.Noun == domain.Activity {
		return u.follow(b, par, before)
	}
	return nil
}

func came(b *Row) bool {
	return b.Phase == domain.PhasePresent || b.Phase == domain.PhaseDone && b.has("in_at")
}

func sign(up bool) int64 {
	if up {
		return 1
	}
	return -1
}

// sit takes the places and the time. Who is simply there is not turned away for
// want of a place; who books is.
func (u *Unit) sit(b, par *Row, a Act) error {
	if _, err := u.w.Record(par.ID); err != nil && !par.is.new { // holds the session until this transaction ends
		return err
	}
	if b.Phase == domain.PhaseIn {
		room, limited, err := u.Room(par)
		if err != nil {
			return err
		}
		if limited && room < b.heads() {
			return domain.E(domain.KindRefused, "booking_full", "name", par.T.Label)
		}
	}
	if !b.has("number") {
		n, _, err := u.Seats(par, NumberKey)
		if err != nil {
			return err
		}
		b.set("number", n+1)
		u.seat(b, par, NumberKey, 1)
		if err := u.lane(b, par, n); err != nil {
			return err
		}
	}
	u.seat(b, par, TakenKey, 1)
	if b.Phase != domain.PhaseIn {
		return nil
	}
	return u.commitBooking(b, par, a)
}

// lane spreads bookings over what is served side by side, one after the other.
func (u *Unit) lane(b, par *Row, n int64) error {
	if par.T.Lanes == nil {
		return nil
	}
	v, err := u.value(par.T.Lanes, par.vars())
	if err != nil {
		if isUnset(err) {
			return nil
		}
		return err
	}
	lanes, ok := integer(v)
	if list, many := v.([]any); many {
		lanes, ok = int64(len(list)), true
	}
	if ok && lanes > 0 {
		b.set("lane", n%lanes+1)
	}
	return nil
}

// places reads what of a session or activity is counted.
func (v recordView) places(name string) (any, bool, error) {
	u := v.r.u
	switch name {
	case "taken":
		_, heads, err := u.Seats(v.r, TakenKey)
		return heads, true, err
	case "capacity":
		n, limited, err := u.Capacity(v.r)
		if err == nil && !limited {
			return nil, true, &rule.Unset{Path: name, Label: "容量"}
		}
		return n, true, err
	}
	if name == "present" || v.r.Noun == domain.Session && name == "heads" {
		_, heads, err := u.Seats(v.r, PresentKey)
		return heads, true, err
	}
	return nil, false, nil
}

// Room is how many more a session or activity takes.
func (u *Unit) Room(par *Row) (room int64, limited bool, err error) {
	capacity, limited, err := u.Capacity(par)
	if err != nil || !limited {
		return 0, false, err
	}
	_, heads, err := u.Seats(par, TakenKey)
	return max(capacity-heads, 0), true, err
}

func (u *Unit) commitBooking(b, par *Row, a Act) error {
	from, to, ok := u.Times(b)
	if !ok {
		return nil
	}
	if b.Subject != "" {
		free, err := u.w.Commit(b.ID, []string{PartyHolder(b.Subject)}, from, to)
		if err != nil {
			return err
		}
		if !free && !a.lenient {
			return domain.E(domain.KindRefused, "booking_clash")
		}
	}
	holders, err := u.offerHolders(par)
	if err != nil || len(holders) == 0 {
		return err
	}
	free, err := u.w.Commit(par.ID, holders, from, to)
	if err == nil && !free {
		return domain.E(domain.KindRefused, "booking_taken_elsewhere")
	}
	return err
}

// offerHolders: whose time a session of an offer takes once it is booked.
func (u *Unit) offerHolders(session *Row) ([]string, error) {
	offer, err := u.Parent(session)
	if err != nil || offer == nil || offer.Noun != domain.Offer {
		return nil, err
	}
	return offer.holders(), nil
}

// holders of an offer that is one thing or one person with one calendar: it states
// its hours, or it is somebody's own time (`for: account`, or a person's).
func (r *Row) holders() []string {
	var out []string
	own := slices.Contains(r.T.For, "account")
	if own && r.Owner != "" {
		out = append(out, AccountHolder(r.Owner))
	}
	person := slices.Contains(r.T.For, string(domain.Person)) && r.Subject != ""
	if person {
		out = append(out, PartyHolder(r.Subject))
	}
	if own || person || r.schedule() != nil {
		out = append(out, OfferHolder(r.ID))
	}
	return out
}

// schedule is the field that states an offer's hours.
func (r *Row) schedule() *program.Field {
	for _, f := range r.T.Fields.All() {
		if f.Type == program.TypeSchedule {
			return f
		}
	}
	return nil
}

// rise gives places and time back, and lets who waits move up.
func (u *Unit) rise(b, par *Row) error {
	if err := u.w.Release(b.ID); err != nil {
		return err
	}
	if n, _, err := u.Seats(par, TakenKey); err != nil {
		return err
	} else if n == 0 && par.Noun == domain.Session {
		if err := u.w.Release(par.ID); err != nil {
			return err
		}
	}
	u.freed = append(u.freed, freed{par, b.T})
	return nil
}

// mayFree: a move or an edit may have made more room.
func (u *Unit) mayFree(par *Row) {
	if par.is.new || par.T.Book == nil || !par.T.Book.Wait || !par.Ended.IsZero() {
		return
	}
	for _, key := range par.T.Children {
		if t := par.P.Records.Get(key); t != nil && t.Noun == domain.Booking {
			u.freed = append(u.freed, freed{par, t})
		}
	}
}

type freed struct {
	par *Row
	t   *program.RecordType // of the bookings
}

// promote moves up who waits longest, while there is room: by the program's
// when-move, else by its move from waiting to in that nobody makes by hand.
func (u *Unit) promote() (fired bool, err error) {
	list := u.freed
	u.freed = nil
	for _, f := range list {
		n, err := u.promoteIn(f.par, f.t)
		if err != nil {
			return fired, err
		}
		fired = fired || n
	}
	return fired, nil
}

// promoteMost bounds how many of a waiting list one change looks at.
const promoteMost = 50

func (u *Unit) promoteIn(par *Row, t *program.RecordType) (fired bool, err error) {
	if _, err := u.w.Record(par.ID); err != nil { // nobody else moves the same one up
		return false, err
	}
	waiting, err := u.w.Waiting(par.ID, t.Key, promoteMost)
	if err != nil {
		return false, err
	}
	for _, rec := range waiting {
		room, limited, err := u.Room(par)
		if err != nil || limited && room == 0 {
			return fired, err
		}
		r, err := u.Adopt(rec)
		if err != nil {
			return fired, err
		}
		if r.Phase != domain.PhaseWaiting {
			continue
		}
		up, err := u.stepUp(r)
		if err != nil {
			return fired, err
		}
		fired = fired || up
	}
	return fired, nil
}

func (u *Unit) stepUp(r *Row) (bool, error) {
	r.is.quiet = false
	if up, err := u.whens(r); up || err != nil {
		return up, err
	}
	for _, mv := range r.T.Moves.All() {
		if len(mv.By) == 0 && mv.When == nil && slices.Contains(mv.From, r.Stage) && phaseOf(r.T, mv.To) == domain.PhaseIn {
			return true, u.Move(r, mv, Act{trusted: true})
		}
	}
	return false, nil
}

func phaseOf(t *program.RecordType, stage string) domain.Phase {
	if s := t.Stages.Get(stage); s != nil {
		return s.Phase
	}
	return ""
}

// follow keeps an enrolment and the bookings of the activity's sessions in step.
func (u *Unit) follow(b, act *Row, before domain.Phase) error {
	in, was := b.Phase == domain.PhaseIn, before == domain.PhaseIn
	if in == was {
		return nil
	}
	for _, st := range u.sessionTypes(act) {
		sessions, err := u.Children(act, st.Key)
		if err != nil {
			return err
		}
		for _, s := range sessions {
			if s.Phase != domain.PhasePlanned && s.Phase != domain.PhaseLive {
				continue
			}
			if in {
				err = u.expect(s, b, false)
			} else {
				err = u.unexpect(s, b)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (u *Unit) sessionTypes(act *Row) (out []*program.RecordType) {
	for _, key := range act.T.Children {
		if t := act.P.Records.Get(key); t != nil && t.Noun == domain.Session {
			out = append(out, t)
		}
	}
	return out
}

// expectMove is the session booking's intake that nobody and no fact makes: the
// enrolled are expected by it.
func expectMove(p *program.Program, session *program.RecordType) (*program.RecordType, *program.Move) {
	for _, key := range session.Children {
		t := p.Records.Get(key)
		if t == nil || t.Noun != domain.Booking {
			continue
		}
		for _, mv := range t.Moves.All() {
			if mv.Intake() && len(mv.By) == 0 && mv.When == nil && phaseOf(t, mv.To) == domain.PhaseIn {
				return t, mv
			}
		}
	}
	return nil, nil
}

// ExpectAll books everybody who is enrolled into a session that has just been
// planned.
func (u *Unit) ExpectAll(s *Row) error {
	act, err := u.Parent(s)
	if err != nil || act == nil || act.Noun != domain.Activity {
		return err
	}
	if _, mv := expectMove(s.P, s.T); mv == nil {
		return nil
	}
	for _, key := range act.T.Children {
		t := act.P.Records.Get(key)
		if t == nil || t.Noun != domain.Booking {
			continue
		}
		list, err := u.Children(act, key)
		if err != nil {
			return err
		}
		for _, b := range list {
			if b.Phase != domain.PhaseIn {
				continue
			}
			if err := u.expect(s, b, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// expect books one enrolled subject into a session; a `ref` field to the
// enrolment is filled with it.
func (u *Unit) expect(s, enrolled *Row, lenient bool) error {
	t, mv := expectMove(s.P, s.T)
	if mv == nil {
		return nil
	}
	have, err := u.Children(s, t.Key)
	if err != nil {
		return err
	}
	for _, b := range have {
		if b.Subject == enrolled.Subject && b.Phase != domain.PhaseOut {
			return nil
		}
	}
	preset := map[string]any{}
	for k, f := range t.Fields.All() {
		if f.Type == program.TypeRef && f.To == enrolled.Key {
			preset[k] = string(enrolled.ID)
		}
	}
	_, err = u.Create(s.P, t, mv, Act{trusted: true, lenient: lenient, opener: s, Parent: s.ID, Subject: enrolled.Subject, Region: enrolled.Region, preset: preset})
	return err
}

// unexpect takes who has left the activity out of a session that he has not come to.
func (u *Unit) unexpect(s, enrolled *Row) error {
	t, _ := expectMove(s.P, s.T)
	if t == nil {
		return nil
	}
	list, err := u.Children(s, t.Key)
	if err != nil {
		return err
	}
	for _, b := range list {
		if b.Subject != enrolled.Subject || b.Phase != domain.PhaseIn && b.Phase != domain.PhaseWaiting {
			continue
		}
		for _, mv := range b.T.Moves.All() {
			if slices.Contains(mv.From, b.Stage) && phaseOf(b.T, mv.To) == domain.PhaseOut {
				if err := u.Move(b, mv, Act{trusted: true}); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

// committed keeps or gives back the time of what an order takes: whose calendar
// the offer has, from acceptance on. What is proposed to one alone is kept for it
// while it is asked, so that the next proposal goes to somebody else.
func (u *Unit) committed(o *Row, before domain.Phase) error {
	held, now := u.keepsTime(o, before), u.keepsTime(o, o.Phase)
	if held == now && (before == o.Phase || !holdsCapacity(o.Phase)) {
		return nil
	}
	if !now {
		return u.w.Release(o.ID)
	}
	from, to, ok := u.Times(o)
	id := o.str("offer")
	if !ok || id == "" {
		return nil
	}
	var holders []string
	switch o.T.Offers {
	case "account":
		holders = []string{AccountHolder(domain.AccountID(id))}
	case "organization":
		return nil // a unit does many things at once
	default:
		offer, err := u.Load(domain.RecordID(id))
		if err != nil {
			return err
		}
		if holders = offer.holders(); len(holders) == 0 {
			return nil
		}
	}
	free, err := u.w.Commit(o.ID, holders, from, to)
	if err == nil && !free && holdsCapacity(o.Phase) {
		return domain.E(domain.KindRefused, "booking_taken_elsewhere")
	}
	return err
}

// keepsTime: accepted and done orders do, and a proposal of a step that asks one
// after the other.
func (u *Unit) keepsTime(o *Row, p domain.Phase) bool {
	if p != domain.PhaseProposed {
		return holdsCapacity(p)
	}
	step, _ := integer(o.raw("step"))
	for _, m := range o.P.Matches.All() {
		if m.Makes == o.T.Key && step >= 1 && int(step) <= len(m.Steps) {
			return m.Steps[step-1].Mode == "assign"
		}
	}
	return false
}
