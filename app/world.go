package app

import (
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/calendar"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// worldCache keeps what one transaction has read, so that it is read once.
type worldCache struct {
	parties   map[domain.PartyID]*domain.Party
	accounts  map[domain.AccountID]*domain.Account
	runs      map[string]*domain.MatchRun
	panels    map[string]*domain.PanelRun
	consents  map[string]bool
	offers    map[string][]record.Candidate
	responses map[string][]*domain.Response
	channels  map[string][]domain.Channel
	keepers   map[string][]domain.RosterKeeper
	partners  map[string][]domain.Partner
	fresh     bool // this transaction has changed units or divisions
}

// memo reads through a map of one transaction.
func memo[K comparable, V any](m *map[K]V, k K, load func() (V, error)) (V, error) {
	if v, ok := (*m)[k]; ok {
		return v, nil
	}
	v, err := load()
	if err != nil {
		return v, err
	}
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
	return v, nil
}

// The methods below make work a record.World.

func (w *work) County() domain.CountyCode    { return w.who.County }
func (w *work) Now() time.Time               { return w.tx.Now() }
func (w *work) Calendar() *calendar.Calendar { return w.app.cal }
func (w *work) Actor() *record.Actor         { return w.who.Actor }
func (w *work) NewID() string                { return store.NewID() }

func (w *work) Program(key string, version int) (*program.Program, error) {
	return w.set.version(w.tx, key, version)
}

func (w *work) Record(id domain.RecordID) (*domain.Record, error) { return w.tx.Record(id) }

func (w *work) Unseal(rec *domain.Record) error {
	full, err := w.tx.RecordOpen(rec.ID)
	if err != nil {
		return err
	}
	rec.Secret = full.Secret
	return nil
}

func (w *work) Children(parent domain.RecordID, key string) ([]*domain.Record, error) {
	list, err := w.tx.Children(parent, key)
	out := make([]*domain.Record, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out, err
}

// Offers lists what a match may choose from: the live offers of the county.
func (w *work) Offers(prog, kind string) ([]record.Candidate, error) {
	return memo(&w.c.offers, prog+"/"+kind, func() ([]record.Candidate, error) {
		if kind == "organization" {
			orgs, err := w.tx.Orgs(store.OrgFilter{})
			out := make([]record.Candidate, len(orgs))
			for i := range orgs {
				out[i] = record.Candidate{Org: &orgs[i]}
			}
			return out, err
		}
		var out []record.Candidate
		cursor := ""
		for {
			page, err := w.tx.Records(store.RecordFilter{Program: prog, Keys: []string{kind}, Phases: []domain.Phase{domain.PhaseLive},
				Access: store.AccessAll, Oldest: true, Cursor: cursor, Limit: 1000})
			if err != nil {
				return nil, err
			}
			for i := range page.Items {
				out = append(out, record.Candidate{Offer: &page.Items[i]})
			}
			if cursor = page.Next; cursor == "" {
				return out, nil
			}
		}
	})
}

func (w *work) Taken(prog string, offer domain.RecordID) (int64, error) {
	list, err := w.tx.Total(store.StatRange{Program: prog, Stat: record.TakenKey, Until: 1, Path: string(offer)})
	n := int64(0)
	for _, c := range list {
		n += c.N
	}
	return n, err
}

func (w *work) SaveRecord(rec *domain.Record, isNew bool) error {
	w.after = append(w.after, func() { w.app.stream.changed(rec) })
	if err := w.bindFields(rec); err != nil {
		return err
	}
	if err := w.traceRow(rec, isNew); err != nil {
		return err
	}
	if err := w.markPartners(rec); err != nil {
		return err
	}
	if isNew {
		if err := w.tx.InsertRecord(rec); err != nil {
			return err
		}
		if err := w.saveOccasion(rec); err != nil {
			return err
		}
		if err := w.shelve(rec); err != nil {
			return err
		}
		return w.index(rec)
	}
	if rec.Noun == domain.Session {
		if err := w.saveOccasion(rec); err != nil {
			return err
		}
	}
	if err := w.tx.UpdateRecord(rec); err != nil || rec.Noun != domain.Offer {
		return err
	}
	if err := w.shelve(rec); err != nil {
		return err
	}
	return w.index(rec)
}

// index makes a record findable by its public and internal texts, where the
// program asks for it. Its number is found by its own index.
func (w *work) index(rec *domain.Record) error {
	p, err := w.Program(rec.Program, rec.Version)
	if err != nil {
		return err
	}
	t := p.Records.Get(rec.Key)
	if t != nil && rec.Noun == domain.Offer { // people look for an offer by its name
		name := asText(rec.Data["name"])
		if name == "" {
			name = asText(rec.Data["title"])
		}
		return w.tx.IndexName("record", string(rec.ID), rec.Path, name)
	}
	if t == nil || !t.Search {
		return nil
	}
	var texts []string
	for k, f := range t.Fields.All() {
		if s, ok := rec.Data[k].(string); ok && f.Type == program.TypeText {
			texts = append(texts, s)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return w.tx.IndexNew("record", string(rec.ID), rec.Path, texts...)
}

func (w *work) Party(id domain.PartyID) (*domain.Party, error) {
	return memo(&w.c.parties, id, func() (*domain.Party, error) { return w.tx.PartyOpen(id) })
}

func (w *work) SaveParty(p *domain.Party) error {
	w.lasting()
	if err := w.markPartnersOf(p.ID, ""); err != nil {
		return err
	}
	return w.tx.UpdateParty(p)
}

// Related: a relation between the two, or through a household that one of them is or
// is in: whose head or member is a relative is a relative's household.
func (w *work) Related(a, b domain.PartyID) (bool, error) {
	near, err := w.relatives(a)
	if err != nil || near[b] {
		return near[b], err
	}
	pb, err := w.Party(b)
	if err != nil || pb.Kind != domain.Household {
		return false, err
	}
	home, err := w.relatives(b)
	for id := range home {
		if id == a || near[id] {
			return true, err
		}
	}
	return false, err
}

func (w *work) relatives(of domain.PartyID) (map[domain.PartyID]bool, error) {
	list, err := w.tx.Relations(of, domain.DateOf(w.Now()))
	out := make(map[domain.PartyID]bool, len(list))
	for _, r := range list {
		if r.A == of {
			out[r.B] = true
		} else {
			out[r.A] = true
		}
	}
	return out, err
}

func (w *work) Guardians(of domain.PartyID) ([]domain.PartyID, error) {
	list, err := w.tx.Relations(of, domain.DateOf(w.Now()))
	var out []domain.PartyID
	for _, r := range list {
		if r.Kind == "guardian" && r.B == of {
			out = append(out, r.A)
		}
	}
	return out, err
}

func (w *work) Org(id domain.OrgID) (*domain.Org, error) {
	if w.c.fresh {
		return w.tx.Org(id)
	}
	return w.app.orgs.get(w.tx, id, w.tx.Org)
}

func (w *work) Account(id domain.AccountID) (*domain.Account, error) {
	return memo(&w.c.accounts, id, func() (*domain.Account, error) { return w.tx.Account(id) })
}

func (w *work) Region(id domain.RegionID) (*domain.Region, error) {
	if w.c.fresh {
		return w.tx.Region(id)
	}
	return w.app.regions.get(w.tx, id, w.tx.Region)
}

// RegionAt gives the region of a level: on the path when the path has one, else
// the nearest service area of that level around the point.
func (w *work) RegionAt(place map[string]any, path string, level domain.RegionLevel) (domain.RegionID, error) {
	for _, id := range strings.Split(path, "/") {
		if reg, err := w.Region(domain.RegionID(id)); err == nil && reg.Level == level {
			return reg.ID, nil
		}
	}
	return w.nearestRegion(place, path, level)
}

// nearestRegion: circles overlap village borders, so the nearest centre within
// the same town wins.
func (w *work) nearestRegion(place map[string]any, path string, level domain.RegionLevel) (domain.RegionID, error) {
	lat, ok1 := place["lat"].(float64)
	lng, ok2 := place["lng"].(float64)
	if !ok1 || !ok2 {
		return "", nil
	}
	list, err := w.tx.Regions(store.RegionFilter{Levels: []domain.RegionLevel{level}, Path: countyPath(path)})
	if err != nil {
		return "", err
	}
	var best domain.RegionID
	far := 0.0
	for _, r := range list {
		d := record.Haversine(lat, lng, r.Lat, r.Lng)
		if r.Lat != 0 && (best == "" || d < far) {
			best, far = r.ID, d
		}
	}
	return best, nil
}

// countyPath cuts a region path to its county.
func countyPath(path string) string {
	parts := strings.Split(path, "/")
	return strings.Join(parts[:min(3, len(parts))], "/")
}

func (w *work) Consent(prog, key string, party domain.PartyID) (bool, error) {
	return memo(&w.c.consents, prog+"."+key+"/"+string(party), func() (bool, error) {
		return w.tx.Consented(party, prog, key)
	})
}

func (w *work) Join(prog, roster, member string) error {
	w.lasting()
	_, err := w.tx.JoinRoster(&domain.RosterMember{Program: prog, Roster: roster, Member: member, From: w.Now()})
	return err
}

func (w *work) Leave(prog, roster, member string) error {
	w.lasting()
	_, err := w.tx.LeaveRoster(prog, roster, member)
	return err
}

func (w *work) MatchRun(rec domain.RecordID, key string) (*domain.MatchRun, error) {
	return memo(&w.c.runs, string(rec)+key, func() (*domain.MatchRun, error) {
		list, err := w.tx.MatchRuns(rec, key)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		return &list[len(list)-1], nil
	})
}

func (w *work) SaveMatchRun(run *domain.MatchRun) error {
	if w.c.runs == nil {
		w.c.runs = map[string]*domain.MatchRun{}
	}
	w.c.runs[string(run.Record)+run.Key] = run
	w.later("run/"+run.ID, func() error {
		if err := w.traceRun(run); err != nil {
			return err
		}
		if run.Rev == 0 {
			return w.tx.InsertMatchRun(run)
		}
		return w.tx.UpdateMatchRun(run)
	})
	return nil
}

// orNil turns "not found" into nil: a run that has not begun.
func orNil[T any](v *T, err error) (*T, error) {
	if domain.KindOf(err) == domain.KindNotFound && err != nil {
		return nil, nil
	}
	return v, err
}

func (w *work) Responses(rec domain.RecordID, form string) ([]*domain.Response, error) {
	return memo(&w.c.responses, string(rec)+form, func() ([]*domain.Response, error) {
		page, err := w.tx.Responses(store.ResponseFilter{Record: rec, Form: form, Open: true, Limit: 1000})
		out := make([]*domain.Response, len(page.Items))
		for i := range page.Items { // newest first there, oldest first here
			out[len(out)-1-i] = &page.Items[i]
		}
		return out, err
	})
}

func (w *work) Mark(prog, standing, state string, party domain.PartyID, rec domain.RecordID) error {
	w.lasting()
	s := &domain.Standing{Party: party, Program: prog, Key: standing, State: state, Record: rec, From: w.Now()}
	if p, err := w.Program(prog, 0); err != nil {
		return err
	} else if def := p.Standings.Get(standing); def != nil && !def.Lasts.IsZero() {
		s.Until, _ = w.app.cal.Due(w.Now(), def.Lasts.N, def.Lasts.Unit, false)
	}
	return w.tx.SaveStanding(s)
}

// AccountOf is the account by which a person acts for himself, "" when he has none.
func (w *work) AccountOf(party domain.PartyID) (domain.AccountID, error) {
	list, err := w.accountsOf(party)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}

// StandingOf is the state that a party is in now.
func (w *work) StandingOf(prog, standing string, party domain.PartyID) (string, error) {
	if party == "" {
		return "", nil
	}
	list, err := w.tx.Standings(party)
	for _, s := range list {
		if s.Program == prog && s.Key == standing && (s.Until.IsZero() || s.Until.After(w.Now())) {
			return s.State, err
		}
	}
	return "", err
}

func (w *work) DutyCount(prog, duty, of string) (record.DutyTally, error) {
	t, err := w.tx.DutyTally(prog, duty, of)
	return record.DutyTally{Due: int64(t.Due), Done: int64(t.Done), Missed: int64(t.Missed), InRow: int64(t.InRow), MissedInRow: int64(t.MissedInRow)}, err
}

func (w *work) Clock(rec domain.RecordID, key string) (*domain.Clock, error) {
	return orNil(w.tx.Clock(rec, key))
}

func (w *work) SaveClock(c *domain.Clock) error {
	if err := w.traceClock(c); err != nil {
		return err
	}
	return w.tx.SaveClock(c)
}

func (w *work) Signatures(rec domain.RecordID) ([]*domain.Signature, error) {
	list, err := w.tx.Signatures(string(rec), "")
	out := make([]*domain.Signature, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out, err
}

func (w *work) SaveSignature(s *domain.Signature) error {
	if s.Rev == 0 {
		if w.trace != nil {
			w.trace.signs = append(w.trace.signs, s)
		}
		return w.tx.InsertSignature(s)
	}
	w.lasting()
	return w.tx.UpdateSignature(s)
}

func (w *work) FileField(kind domain.PartyKind, key string) *program.Field {
	for _, p := range w.set.set.Programs.All() {
		if pf := p.Files[kind]; pf != nil {
			if f, ok := pf.Fields.Find(key); ok {
				return f
			}
		}
	}
	return nil
}

func (w *work) FileProgram(kind domain.PartyKind, key string) *program.Program {
	for _, p := range w.set.set.Programs.All() {
		if pf := p.Files[kind]; pf != nil && pf.Fields.Has(key) {
			return p
		}
	}
	return nil
}

// Same finds an earlier record of the same thing. One that is joined still runs:
// what happens after a matter has ended is a new one.
func (w *work) Same(rec *domain.Record, s *program.Same) (*domain.Record, error) {
	old, err := w.findSame(rec, s)
	if err != nil || old == nil || s.Then != "join" {
		return old, err
	}
	if !old.Ended.IsZero() {
		return nil, nil
	}
	return old, nil
}

// findSame looks among the subject's records of this kind.
func (w *work) findSame(rec *domain.Record, s *program.Same) (*domain.Record, error) {
	if rec.Subject == "" {
		return nil, nil
	}
	f := store.RecordFilter{Program: rec.Program, Keys: []string{rec.Key}, Subject: rec.Subject, Access: store.AccessAll, Limit: 50}
	switch {
	case s.Open:
		f.Running = true
	case !s.Within.IsZero():
		f.From = w.app.cal.Before(rec.Created, s.Within.N, s.Within.Unit)
	}
	if s.Then != "join" {
		f.Until = rec.Created // earlier ones only: the later is the duplicate
	}
	page, err := w.tx.Records(f)
	if err != nil {
		return nil, err
	}
	for i := range page.Items {
		old := &page.Items[i]
		same := old.ID != rec.ID && old.Phase != domain.PhaseVoid
		for _, k := range s.By {
			switch {
			case k == "subject":
			case k == "parent":
				same = same && old.Parent == rec.Parent
			case asText(old.Data[k]) != asText(rec.Data[k]):
				same = false
			}
		}
		if same {
			return old, nil
		}
	}
	return nil, nil
}

// Append writes the event and adds its counts to the counters.
func (w *work) Append(ev *domain.Event) error {
	if err := w.bindProof(ev); err != nil {
		return err
	}
	if err := w.tx.AppendEvent(ev); err != nil {
		return err
	}
	w.traceEvent(ev)
	counts, _ := ev.Stats["counts"].([]record.Count)
	return w.addCounts(ev, counts)
}

// later keeps a write back until the rows it refers to are saved; the same thing
// is written once, in its last state.
func (w *work) later(key string, fn func() error) {
	if w.kept == nil {
		w.kept = map[string]bool{}
	}
	if key != "" && w.kept[key] {
		return
	}
	w.kept[key] = true
	w.pending = append(w.pending, fn)
}

// Flush implements record.World.
func (w *work) Flush() error {
	for len(w.pending) > 0 {
		list := w.pending
		w.pending, w.kept = nil, nil
		for _, f := range list {
			if err := f(); err != nil {
				return err
			}
		}
	}
	return nil
}
