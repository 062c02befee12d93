package record

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// Count is one increment of a figure, as an event carries it. Rebuilding the
// counters is adding the counts of all events again.
type Count struct {
	Stat   string      `json:"s"`           // counter key: stat key, or stat#i for a part of a ratio
	Day    domain.Date `json:"d"`           // day of the happening
	Path   string      `json:"p"`           // region path
	Dims   string      `json:"k,omitempty"` // canonical JSON of the other dimensions
	Value  int64       `json:"v"`
	N      int64       `json:"n"`
	Member string      `json:"m,omitempty"` // of a distinct count
	Sample bool        `json:"q,omitempty"` // of a median or percentile
}

// counter is one figure that a happening feeds.
type counter struct {
	key  string
	stat *program.Stat
}

// feeds maps a happening (`demand.raise`) to the counters that it feeds, and a
// record to its stocks.
type feeds struct {
	flow  map[string][]counter
	stock map[string][]counter
}

var feedCache sync.Map // *program.Program → *feeds

func feedsOf(p *program.Program) *feeds {
	if f, ok := feedCache.Load(p); ok {
		return f.(*feeds)
	}
	f := &feeds{map[string][]counter{}, map[string][]counter{}}
	for _, st := range p.Stats.All() {
		switch st.Kind {
		case "flow":
			for _, s := range st.Sources {
				f.flow[s] = append(f.flow[s], counter{st.Key, st})
			}
		case "stock":
			if src := st.Sources; len(src) > 0 && strings.HasPrefix(src[0], "account.") { // what stands is what was booked
				f.flow[src[0]] = append(f.flow[src[0]], counter{st.Key, st})
				break
			}
			f.stock[st.Record] = append(f.stock[st.Record], counter{st.Key, st})
		case "ratio", "per":
			for i, s := range st.Parts {
				if !p.Stats.Has(s) {
					f.flow[s] = append(f.flow[s], counter{PartKey(st.Key, i), st})
				}
			}
		}
	}
	feedCache.Store(p, f)
	return f
}

// PartKey is the counter of the i-th part of a ratio when that part is a
// happening and no stat of its own.
func PartKey(stat string, i int) string { return stat + "#" + strconv.Itoa(i) }

// flows gives the counts of something that happened to a row.
func (u *Unit) flows(r *Row, source string, ev *domain.Event) ([]Count, error) {
	var out []Count
	for _, c := range feedsOf(r.P).flow[source] {
		n, err := u.count(r, c, r.vars(), domain.DateOf(ev.OccurredAt))
		if err != nil {
			return nil, err
		}
		out = append(out, n...)
	}
	return out, nil
}

// count evaluates where, value and dimensions of one counter for a row.
func (u *Unit) count(r *Row, c counter, v rule.Vars, day domain.Date) ([]Count, error) {
	st := c.stat
	if st.Where != nil {
		if ok, err := u.test(st.Where, v); err != nil || !ok {
			return nil, err
		}
	}
	n := Count{Stat: c.key, Day: day, Path: r.Path, N: 1, Value: 1}
	if st.At != "" {
		if d, err := domain.ParseDate(text(r.raw(st.At))); err == nil {
			n.Day = d
		}
	}
	switch st.Agg {
	case "sum", "median", "p90":
		if st.Value == nil { // the stock of an account: its entry gives the amount
			break
		}
		val, err := u.value(st.Value, v)
		if err != nil {
			if isUnset(err) {
				return nil, nil
			}
			return nil, err
		}
		n.Value, _ = integer(val)
		n.Sample = st.Agg != "sum"
	case "distinct":
		val, err := u.value(st.Value, v)
		if err != nil {
			if isUnset(err) {
				return nil, nil
			}
			return nil, err
		}
		n.Member = idOf(val)
	}
	dims, err := u.dims(r, st, v)
	n.Dims = dims
	return []Count{n}, err
}

// MemberDims gives the dimensions of a figure over a roster for one member, who
// is its `subject`.
func (u *Unit) MemberDims(p *program.Program, st *program.Stat, party domain.PartyID) (string, error) {
	r := &Row{Record: &domain.Record{Subject: party}, P: p, T: &program.RecordType{}, u: u}
	return u.dims(r, st, subjectVars{u, party})
}

// MemberCounts reports whether a figure over a roster counts a member: its `where`
// read on him.
func (u *Unit) MemberCounts(st *program.Stat, party domain.PartyID) (bool, error) {
	return u.test(st.Where, subjectVars{u, party})
}

// subjectVars are the names of a roster's dimensions: the member as `subject`.
type subjectVars struct {
	u     *Unit
	party domain.PartyID
}

func (v subjectVars) Var(name string) (any, error) {
	switch name {
	case "subject", "member":
		return v.u.partyOf(v.party, name)
	case "today":
		return v.u.Today(), nil
	}
	return nil, &rule.Unset{Path: name}
}

// dims writes the dimensions other than area and time as canonical JSON.
func (u *Unit) dims(r *Row, st *program.Stat, v rule.Vars) (string, error) {
	m := map[string]any{}
	for _, d := range st.By {
		key := d.Key
		if d.Expr != nil && key != "area" && key != "month" && key != "period" && key != "day" {
			key = "" // a field or dimension of that name comes before the kernel's own
		}
		switch key {
		case "area", "month", "day":
			continue
		case "period":
			if own := r.periodKey(); own != "" {
				m[d.Key] = own
			}
		case "provider":
			m[d.Key] = string(r.Provider)
		case "org":
			m[d.Key] = string(r.Org)
		case "channel":
			m[d.Key] = r.Channel
		case "reason":
			m[d.Key] = r.Reason
		case "window":
			if x, err := v.Var("window"); err == nil {
				if k, err := x.(rule.Struct).Get("key"); err == nil {
					m[d.Key] = k
				}
			}
		default:
			if d.Expr == nil {
				continue
			}
			val, err := u.value(d.Expr, v)
			if err != nil {
				if isUnset(err) {
					continue
				}
				return "", err
			}
			m[d.Key] = dimValue(val)
		}
	}
	if len(m) == 0 {
		return "", nil
	}
	b, err := json.Marshal(m)
	return string(b), err
}

func dimValue(v any) any {
	if list, ok := v.([]any); ok {
		out := make([]string, 0, len(list))
		for _, x := range list {
			out = append(out, idOf(x))
		}
		slices.Sort(out)
		return out
	}
	return idOf(v)
}

// record keeps an event until Finish; the row's later counts join it.
func (u *Unit) record(r *Row, ev *domain.Event) {
	u.events = append(u.events, ev)
	r.last = ev
}

func addCounts(ev *domain.Event, list []Count) {
	if len(list) == 0 {
		return
	}
	if ev.Stats == nil {
		ev.Stats = map[string]any{}
	}
	old, _ := ev.Stats["counts"].([]Count)
	ev.Stats["counts"] = append(old, list...)
}

// join adds counts to the row's event of this transaction, or to one of their own.
func (u *Unit) join(r *Row, list []Count) {
	if len(list) == 0 {
		return
	}
	if r.last == nil {
		now := u.w.Now()
		u.record(r, &domain.Event{County: r.County, ID: domain.EventID(u.w.NewID()), Record: r.ID, Root: r.Root, Subject: r.Subject,
			Program: r.P.Key, Key: r.Key, Type: "count", OccurredAt: now, RecordedAt: now, Class: r.Class, Data: map[string]any{}})
	}
	addCounts(r.last, list)
}

// countClock counts a clock once: as due, and as met when it was met in time.
func (u *Unit) countClock(r *Row, c *program.Clock, k *domain.Clock) error {
	if k.Inputs["counted"] != nil {
		return nil
	}
	if k.Inputs == nil {
		k.Inputs = map[string]any{}
	}
	k.Inputs["counted"] = true
	day := domain.DateOf(u.w.Now())
	sources := []string{"due"}
	if k.State == ClockMet {
		day = domain.DateOf(k.MetAt)
		if k.DueAt.IsZero() || !k.MetAt.After(k.DueAt) {
			sources = append(sources, "met")
		}
	}
	for _, s := range sources {
		for _, f := range feedsOf(r.P).flow["clock."+r.Key+"."+c.Key+"."+s] {
			list, err := u.count(r, f, r.vars(), day)
			if err != nil {
				return err
			}
			u.join(r, list)
		}
	}
	return nil
}

// stocks keeps what stands: when a row begins or ends to count, one step up or
// down. The row remembers what it counts as under `_stock`.
func (u *Unit) stocks(r *Row) error {
	list := feedsOf(r.P).stock[r.Key]
	if len(list) == 0 {
		return nil
	}
	held, _ := r.Data["_stock"].(map[string]any)
	next := map[string]any{}
	var out []Count
	for _, c := range list {
		now, err := u.count(r, c, r.vars(), u.Today())
		if err != nil {
			return err
		}
		if len(now) > 0 {
			n := now[0]
			n.Day = u.Today()
			key := stockText(n)
			next[c.key] = key
			if text(held[c.key]) == key {
				continue
			}
			out = append(out, n)
		}
		if was := text(held[c.key]); was != "" {
			n := stockCount(c.key, was)
			n.Day = u.Today()
			n.N, n.Value = -n.N, -n.Value
			out = append(out, n)
		}
	}
	if len(next) > 0 {
		r.Data["_stock"] = next
	} else {
		delete(r.Data, "_stock")
	}
	u.join(r, out)
	return nil
}

func stockText(n Count) string {
	return strings.Join([]string{n.Path, n.Dims, strconv.FormatInt(n.Value, 10), n.Member}, "\t")
}

func stockCount(key, s string) Count {
	p := strings.SplitN(s, "\t", 4)
	n := Count{Stat: key, N: 1}
	if len(p) == 4 {
		n.Path, n.Dims, n.Member = p[0], p[1], p[3]
		n.Value, _ = strconv.ParseInt(p[2], 10, 64)
	}
	return n
}

// Happened counts something that happened to a party or a row outside its moves:
// a duty that fell due or was done, a form that was filed.
func (u *Unit) Happened(p *program.Program, source string, subject domain.PartyID, path string, provider domain.OrgID, extra map[string]any, day domain.Date) ([]Count, error) {
	rec := &domain.Record{County: u.w.County(), Subject: subject, Path: path, Provider: provider, Program: p.Key, Data: map[string]any{}}
	return u.HappenedOn(&Row{Record: rec, P: p, T: &program.RecordType{}, u: u}, source, extra, day)
}

// HappenedOn is Happened to a row: its own fields are dimensions too.
func (u *Unit) HappenedOn(r *Row, source string, extra map[string]any, day domain.Date) (out []Count, err error) {
	for _, c := range feedsOf(r.P).flow[source] {
		list, err := u.count(r, c, r.varsWith(extra), day)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// TakenKey is the counter behind an offer's `taken`; the offer's id stands where
// other counters have their region.
const TakenKey = "_taken"

func holdsCapacity(p domain.Phase) bool { return p == domain.PhaseAccepted || p == domain.PhaseDone }

// takes follows what a row takes from others: an offer's capacity, places, time.
func (u *Unit) takes(r *Row, before domain.Phase, a Act) error {
	switch r.Noun {
	case domain.Order:
		if err := u.took(r, holdsCapacity(before)); err != nil {
			return err
		}
		return u.committed(r, before)
	case domain.Booking:
		return u.occupies(r, before, a)
	case domain.Session, domain.Activity:
		u.mayFree(r)
		if r.Noun == domain.Session && r.Phase == domain.PhaseVoid && before != r.Phase {
			return u.w.Release(r.ID)
		}
	}
	return nil
}

// took counts an order that begins or ends to use its offer's capacity. It was
// sent while there was room; somebody else may have been faster to accept.
func (u *Unit) took(o *Row, before bool) error {
	now := holdsCapacity(o.Phase)
	offer := o.str("offer")
	if now == before || offer == "" {
		return nil
	}
	if now && o.P.Records.Has(o.T.Offers) {
		if err := u.hasRoom(domain.RecordID(offer)); err != nil {
			return err
		}
	}
	n := Count{Stat: TakenKey, Day: 0, Path: offer, N: 1, Value: 1}
	if before {
		n.N, n.Value = -1, -1
	}
	u.join(o, []Count{n})
	return nil
}

// hasRoom refuses when an offer is full. The World's own read holds the offer
// until this transaction ends, so that two cannot take the last place.
func (u *Unit) hasRoom(offer domain.RecordID) error {
	if _, err := u.w.Record(offer); err != nil {
		return err
	}
	r, err := u.Load(offer)
	if err != nil {
		return err
	}
	if n, err := u.room(r); err != nil || n != int64(0) {
		return err
	}
	return domain.Refuse("名额已满")
}
