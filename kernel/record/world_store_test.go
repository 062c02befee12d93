package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/calendar"
	"linqiao/kernel/program"
)

// The methods below make county a World.

func (w *county) County() domain.CountyCode    { return "440902" }
func (w *county) Now() time.Time               { return w.now }
func (w *county) Calendar() *calendar.Calendar { return w.cal }
func (w *county) Actor() *Actor                { return w.who }
func (w *county) NewID() string                { w.seq++; return fmt.Sprintf("id%04d", w.seq) }
func (w *county) RefNo(_, rec string) (string, error) {
	w.seq++
	return fmt.Sprintf("%s-%d", rec, w.seq), nil
}
func (w *county) Program(key string, _ int) (*program.Program, error) {
	if p := w.set.Program(key); p != nil {
		return p, nil
	}
	return nil, domain.NotFound("program")
}

// closed is a record as it is read: the sealed part comes only when asked for.
func closed(rec *domain.Record) *domain.Record {
	c := *rec
	c.Data, c.Hist, c.Walk, c.Secret = maps.Clone(rec.Data), maps.Clone(rec.Hist), slices.Clone(rec.Walk), nil
	return &c
}

func (w *county) Record(id domain.RecordID) (*domain.Record, error) {
	if rec, ok := w.recs[id]; ok {
		return closed(rec), nil
	}
	return nil, domain.NotFound("record")
}
func (w *county) Unseal(rec *domain.Record) error {
	rec.Secret = maps.Clone(w.recs[rec.ID].Secret)
	return nil
}
func (w *county) Children(parent domain.RecordID, key string) (out []*domain.Record, err error) {
	for _, id := range w.order {
		if rec := w.recs[id]; rec.Parent == parent && rec.Key == key {
			out = append(out, closed(rec))
		}
	}
	return out, nil
}
func (w *county) Offers(prog, kind string) (out []Candidate, err error) {
	switch kind {
	case "organization":
		for _, id := range slices.Sorted(maps.Keys(w.orgs)) {
			out = append(out, Candidate{Org: w.orgs[id]})
		}
		return out, nil
	case "account":
		for _, id := range slices.Sorted(maps.Keys(w.accounts)) {
			out = append(out, Candidate{Account: w.accounts[id]})
		}
		return out, nil
	}
	for _, id := range w.order {
		if rec := w.recs[id]; rec.Program == prog && rec.Key == kind && rec.Phase == domain.PhaseLive {
			out = append(out, Candidate{Offer: closed(rec)})
		}
	}
	return out, nil
}
func (w *county) Taken(_ string, offer domain.RecordID) (n int64, err error) {
	for _, c := range w.counts(TakenKey) {
		if c.Path == string(offer) {
			n += c.N
		}
	}
	return n, nil
}
func (w *county) SaveRecord(rec *domain.Record, isNew bool) error {
	old := w.recs[rec.ID]
	if isNew == (old != nil) {
		return fmt.Errorf("%s saved with isNew %v", rec.ID, isNew)
	}
	if old != nil && old.Rev != rec.Rev {
		return domain.E(domain.KindConflict, "stale")
	}
	if rec.Unique != "" {
		for _, x := range w.recs {
			if x.ID != rec.ID && x.Program == rec.Program && x.Key == rec.Key && x.Unique == rec.Unique {
				return domain.E(domain.KindConflict, "unique")
			}
		}
	}
	rec.Rev++
	c := closed(rec)
	if c.Secret = maps.Clone(rec.Secret); c.Secret == nil && old != nil {
		c.Secret = old.Secret
	}
	w.recs[rec.ID] = c
	if isNew {
		w.order = append(w.order, rec.ID)
	}
	return nil
}
func (w *county) Party(id domain.PartyID) (*domain.Party, error) {
	if p, ok := w.parties[id]; ok {
		return p, nil
	}
	return nil, domain.NotFound("party")
}
func (w *county) SaveParty(p *domain.Party) error { w.parties[p.ID] = p; return nil }
func (w *county) Related(a, b domain.PartyID) (bool, error) {
	return w.kin[a] == b || w.kin[b] == a, nil
}
func (w *county) Guardians(_ domain.PartyID) ([]domain.PartyID, error) { return nil, nil }
func (w *county) Ground(_, key string, p domain.PartyID) (bool, error) {
	return w.consents["ground."+key+"/"+string(p)], nil
}
func (w *county) Consent(_, key string, p domain.PartyID) (bool, error) {
	return w.consents[key+"/"+string(p)], nil
}
func (w *county) RosterHas(_, roster, member string) (bool, error) {
	return slices.Contains(w.rosters[roster], member), nil
}
func (w *county) RosterMembers(_, roster, _ string) ([]string, error) { return w.rosters[roster], nil }
func (w *county) RosterFreeze(_, roster, _ string) ([]string, map[string]int64, error) {
	return w.rosters[roster], map[string]int64{"away": 2}, nil
}
func (w *county) StatValue(_, stat, _, period string) (int64, error) {
	if n, ok := w.stats[stat+"/"+period]; ok {
		return n, nil
	}
	return w.stats[stat], nil
}
func (w *county) Former(rec *domain.Record) (out *domain.Record, _ error) {
	for _, id := range w.order {
		r := w.recs[id]
		if r.ID != rec.ID && r.Program == rec.Program && r.Key == rec.Key && r.Subject == rec.Subject && r.Region == rec.Region && r.Created.Before(rec.Created) {
			out = r
		}
	}
	return out, nil
}
func (w *county) DutyCount(_, _, _ string) (DutyTally, error) { return DutyTally{}, nil }
func (w *county) Org(id domain.OrgID) (*domain.Org, error) {
	if o, ok := w.orgs[id]; ok {
		return o, nil
	}
	return nil, domain.NotFound("org")
}
func (w *county) Account(id domain.AccountID) (*domain.Account, error) {
	if a, ok := w.accounts[id]; ok {
		return a, nil
	}
	return nil, domain.NotFound("account")
}
func (w *county) Region(id domain.RegionID) (*domain.Region, error) {
	if r, ok := w.regions[id]; ok {
		return r, nil
	}
	return nil, domain.NotFound("region")
}
func (w *county) RegionAt(_ map[string]any, path string, level domain.RegionLevel) (domain.RegionID, error) {
	return domain.PathAt(path, level), nil
}
func (w *county) Join(_, roster, member string) error {
	w.rosters[roster] = append(w.rosters[roster], member)
	return nil
}
func (w *county) Leave(_, roster, member string) error {
	w.rosters[roster] = slices.DeleteFunc(w.rosters[roster], func(m string) bool { return m == member })
	return nil
}
func (w *county) MatchRun(rec domain.RecordID, key string) (*domain.MatchRun, error) {
	return w.runs[string(rec)+"/"+key], nil
}
func (w *county) SaveMatchRun(run *domain.MatchRun) error {
	w.runs[string(run.Record)+"/"+run.Key] = run
	return nil
}
func (w *county) Round(kind string, rec domain.RecordID, key string) (*domain.PanelRun, error) {
	return w.panels[kind+"/"+string(rec)+"/"+key], nil
}
func (w *county) SaveRound(run *domain.PanelRun) error {
	w.panels[run.Kind+"/"+string(run.Record)+"/"+run.Key] = run
	return nil
}
func (w *county) Rounds(kind, prog, key string) (out []*domain.PanelRun, err error) {
	for _, run := range w.panels {
		if run.Kind == kind && run.Program == prog && run.Key == key {
			out = append(out, run)
		}
	}
	slices.SortFunc(out, func(a, b *domain.PanelRun) int { return strings.Compare(b.ID, a.ID) })
	return out, nil
}
func (w *county) RecordsIn(prog, key, path string) (out []*domain.Record, err error) {
	for _, id := range w.order {
		if rec := w.recs[id]; rec.Program == prog && rec.Key == key && rec.Ended.IsZero() && InPath(rec.Path, path) {
			out = append(out, closed(rec))
		}
	}
	return out, nil
}
func (w *county) Conceal(label, text string) (string, error) { return label + "|" + text, nil }
func (w *county) Reveal(label, concealed string) (string, error) {
	text, ok := strings.CutPrefix(concealed, label+"|")
	if !ok {
		return "", errors.New("concealed under another label")
	}
	return text, nil
}
func (w *county) Secret() string { w.seq++; return fmt.Sprintf("%064x", w.seq) }
func (w *county) Responses(rec domain.RecordID, form string) (out []*domain.Response, err error) {
	for _, x := range w.responses {
		if x.Record == rec && x.Form == form {
			out = append(out, x)
		}
	}
	return out, nil
}
func (w *county) Balance(_, account, dims string) (int64, error) {
	return w.balances[account+"?"+dims], nil
}
func (w *county) BalanceBelow(_, account, dims string) (sum int64, err error) {
	for k, n := range w.balances {
		if strings.HasPrefix(k, account+"?"+dims) {
			sum += n
		}
	}
	return sum, nil
}
func (w *county) Enter(p Posting) error {
	floor := int64(math.MinInt64)
	if p.From.Floor != nil {
		floor = *p.From.Floor
	}
	from := p.From.Key + "?" + p.FromDims
	if w.balances[from]-p.Amount < floor {
		return domain.E(domain.KindRefused, "floor")
	}
	w.balances[from] -= p.Amount
	w.balances[p.To.Key+"?"+p.ToDims] += p.Amount
	return nil
}
func (w *county) Clock(rec domain.RecordID, key string) (*domain.Clock, error) {
	if c, ok := w.clocks[string(rec)+"/"+key]; ok {
		x := *c
		x.Inputs, x.Fired = maps.Clone(c.Inputs), slices.Clone(c.Fired)
		return &x, nil
	}
	return nil, nil
}
func (w *county) SaveClock(c *domain.Clock) error {
	w.clocks[string(c.Record)+"/"+c.Key] = c
	return nil
}
func (w *county) Signatures(rec domain.RecordID) (out []*domain.Signature, err error) {
	for _, s := range w.sigs {
		if s.Target == string(rec) {
			out = append(out, s)
		}
	}
	return out, nil
}

// SaveSignature keeps the payload as a database does: as JSON.
func (w *county) SaveSignature(s *domain.Signature) error {
	b, err := json.Marshal(s.Payload)
	if err != nil {
		return err
	}
	s.Payload = nil
	if err := json.Unmarshal(b, &s.Payload); err != nil {
		return err
	}
	if !slices.Contains(w.sigs, s) {
		w.sigs = append(w.sigs, s)
	}
	return nil
}
func (w *county) Notify(n Notice) error { w.notices = append(w.notices, n); return nil }
func (w *county) IssuePass(key string, _ *program.Pass, _ *domain.Record) error {
	w.done = append(w.done, "pass "+key)
	return nil
}
func (w *county) IssueDocument(d *program.Document, _ *domain.Record) error {
	w.done = append(w.done, "document "+d.Key)
	return nil
}
func (w *county) StartNotice(_ *program.Program, nt *program.Notice, rec *domain.Record) error {
	w.published = append(w.published, nt.Key+" "+string(rec.ID))
	return nil
}
func (w *county) NoticeState(_ *program.Program, nt *program.Notice, rec domain.RecordID) (bool, bool, error) {
	open := slices.Contains(w.published, nt.Key+" "+string(rec))
	return open, false, nil
}
func (w *county) StartDuty(_ *program.Program, d *program.Duty, _ *domain.Record) error {
	w.done = append(w.done, "duty "+d.Key)
	return nil
}
func (w *county) Append(ev *domain.Event) error { w.events = append(w.events, ev); return nil }
func (w *county) Changed(*Row) error            { return nil }
func (w *county) Flush() error                  { return nil }

// The optional parts of a World.

func (w *county) Same(*domain.Record, *program.Same) (*domain.Record, error) { return w.same, nil }
func (w *county) FileField(kind domain.PartyKind, key string) *program.Field {
	if p := w.FileProgram(kind, key); p != nil {
		return p.Files[kind].Fields.Get(key)
	}
	return nil
}
func (w *county) FileProgram(kind domain.PartyKind, key string) *program.Program {
	for _, p := range w.set.Programs.All() {
		if pf := p.Files[kind]; pf != nil && pf.Fields.Has(key) {
			return p
		}
	}
	return nil
}

// The diary: counters from the events, commitments in a map.

func (w *county) Seats(_, counter string, of domain.RecordID) (n, heads int64, err error) {
	for _, c := range w.counts(counter) {
		if c.Path == string(of) {
			n, heads = n+c.N, heads+c.Value
		}
	}
	return n, heads, nil
}
func (w *county) Waiting(parent domain.RecordID, key string, most int) (out []*domain.Record, err error) {
	for _, id := range w.order {
		if r := w.recs[id]; r.Parent == parent && r.Key == key && r.Phase == domain.PhaseWaiting && len(out) < most {
			out = append(out, closed(r))
		}
	}
	return out, nil
}
func (w *county) Bookings(prog, key string, subject domain.PartyID) (n int64, err error) {
	for _, r := range w.recs {
		if r.Program == prog && r.Key == key && r.Subject == subject && r.Ended.IsZero() {
			n++
		}
	}
	return n, nil
}
func (w *county) Missed(prog, key string, subject domain.PartyID, since time.Time) (n int64, err error) {
	for _, r := range w.recs {
		if r.Program == prog && r.Key == key && r.Subject == subject && r.Phase == domain.PhaseAbsent && !r.Ended.Before(since) {
			n++
		}
	}
	return n, nil
}

type commitment struct {
	holder   string
	rec      domain.RecordID
	from, to time.Time
}

func (w *county) Commit(rec domain.RecordID, holders []string, from, to time.Time) (bool, error) {
	if busy, _ := w.Busy(holders, from, to, rec); busy {
		return false, nil
	}
	for _, h := range holders {
		w.diary = append(w.diary, commitment{h, rec, from, to})
	}
	return true, nil
}
func (w *county) Busy(holders []string, from, to time.Time, except domain.RecordID) (bool, error) {
	return slices.ContainsFunc(w.diary, func(c commitment) bool {
		return c.rec != except && slices.Contains(holders, c.holder) && c.from.Before(to) && from.Before(c.to)
	}), nil
}
func (w *county) Release(rec domain.RecordID) error {
	w.diary = slices.DeleteFunc(w.diary, func(c commitment) bool { return c.rec == rec })
	return nil
}
