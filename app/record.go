package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Act is what a caller gives with a move; JSON names as in docs/api.md.
type Act struct {
	Fields  map[string]any    `json:"fields,omitempty"`
	Child   *ChildAct         `json:"child,omitempty"`
	Subject domain.PartyID    `json:"subject,omitempty"`
	Parent  domain.RecordID   `json:"parent,omitempty"`
	Region  domain.RegionID   `json:"region,omitempty"`
	Channel string            `json:"channel,omitempty"`
	Members []domain.RecordID `json:"members,omitempty"`
	Pick    []string          `json:"pick,omitempty"`
	Offer   string            `json:"offer,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Text    string            `json:"text,omitempty"`
	At      *time.Time        `json:"at,omitempty"`
	Proof   *ProofAct         `json:"proof,omitempty"`
	Rev     int64             `json:"rev,omitempty"`
}

type ChildAct struct {
	Fields map[string]any `json:"fields"`
}

type ProofAct struct {
	Lat    *float64 `json:"lat,omitempty"`
	Lng    *float64 `json:"lng,omitempty"`
	Photos []string `json:"photos,omitempty"`
	Pass   string   `json:"pass,omitempty"`
	Text   string   `json:"text,omitempty"`
}

// maxEarly is how far back an offline act may be dated.
const maxEarly = 30 * 24 * time.Hour

func (w *work) act(a Act) (record.Act, error) {
	out := record.Act{Fields: a.Fields, Subject: a.Subject, Parent: a.Parent, Region: a.Region, Channel: a.Channel,
		Members: a.Members, Pick: a.Pick, Offer: a.Offer, Reason: a.Reason, Text: a.Text, Rev: a.Rev}
	if a.Child != nil {
		out.Child = a.Child.Fields
	}
	if a.At != nil {
		if w.Now().Sub(*a.At) > maxEarly {
			return out, domain.E(domain.KindInvalid, "at_too_early").With("at", "at_too_early")
		}
		out.At = a.At.UTC().Truncate(time.Millisecond)
	}
	if p := a.Proof; p != nil {
		out.Proof = record.Proof{Photos: p.Photos, Pass: p.Pass, Text: p.Text}
		if p.Lat != nil && p.Lng != nil {
			out.Proof.Lat, out.Proof.Lng, out.Proof.Has = *p.Lat, *p.Lng, true
		}
	}
	return out, nil
}

// Create takes a record in through an intake move ("create" for records without moves).
func (a *App) Create(ctx context.Context, who *Who, once Once, prog, rec, move string, in Act) (domain.RecordID, error) {
	return a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		p, err := w.Program(prog, 0)
		if err != nil {
			return "", err
		}
		t, ok := p.Records.Find(rec)
		if !ok {
			return "", domain.NotFound("record_type")
		}
		mv := t.Moves.Get(move)
		if mv == nil && (t.Moves.Len() > 0 || move != "create") || mv != nil && !mv.Intake() {
			return "", domain.NotFound("move")
		}
		act, err := w.act(in)
		if err != nil {
			return "", err
		}
		if err := w.checkLinks(act); err != nil {
			return "", err
		}
		if t.Noun == domain.Order {
			return w.openOrder(p, t, mv, act)
		}
		w.passOK(t, mv, &act, act.Parent)
		r, err := w.unit.Create(p, t, mv, act)
		if err != nil {
			return "", err
		}
		return r.ID, nil
	})
}

// openOrder opens an order by hand (a guarantee on a need): the offer must be
// live and fit.
func (w *work) openOrder(p *program.Program, t *program.RecordType, mv *program.Move, act record.Act) (domain.RecordID, error) {
	offer := act.Offer
	if offer == "" && len(act.Pick) == 1 {
		offer = act.Pick[0]
	}
	if offer == "" {
		return "", domain.E(domain.KindInvalid, "offer_missing").With("offer", "offer_missing")
	}
	parent, _, err := w.row(act.Parent)
	if err != nil {
		return "", err
	}
	r, err := w.unit.OpenOrder(p, t, mv, parent, offer, act)
	if err != nil {
		return "", err
	}
	return r.ID, nil
}

// checkLinks refuses a subject or parent that the caller may not see, exactly as
// if it did not exist.
func (w *work) checkLinks(a record.Act) error {
	if a.Subject != "" {
		p, err := w.Party(a.Subject)
		if err != nil || !w.maySeeParty(p) {
			return domain.E(domain.KindInvalid, "subject_unknown").With("subject", "subject_unknown")
		}
	}
	if a.Parent != "" {
		if _, _, err := w.row(a.Parent); err != nil {
			return domain.E(domain.KindInvalid, "parent_unknown").With("parent", "parent_unknown")
		}
	}
	for _, m := range a.Members {
		if _, _, err := w.row(m); err != nil {
			return domain.E(domain.KindInvalid, "members_unknown").With("members", "members_unknown")
		}
	}
	return nil
}

// passOK checks a scanned or typed code against the stored hash.
func (w *work) passOK(t *program.RecordType, mv *program.Move, a *record.Act, parent domain.RecordID) {
	if a.Proof.Pass == "" {
		return
	}
	p, err := w.tx.Pass(passHash(a.Proof.Pass))
	if err != nil || p.Revoked || !p.Until.IsZero() && w.Now().After(p.Until) {
		return
	}
	a.Proof.PassOK = p.Record == parent
}

// Move makes a move on a record.
func (a *App) Move(ctx context.Context, who *Who, once Once, id domain.RecordID, move string, in Act) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		r, _, err := w.row(id)
		if err != nil {
			return "", err
		}
		mv := r.T.Moves.Get(move)
		if mv == nil || mv.Intake() {
			return "", domain.NotFound("move")
		}
		act, err := w.act(in)
		if err != nil {
			return "", err
		}
		w.passOK(r.T, mv, &act, r.ID)
		if err := w.unit.Move(r, mv, act); err != nil {
			return "", w.theirs(r, err)
		}
		return r.ID, nil
	})
	return err
}

// theirs adds to a stale-edit conflict what is stored now, as the reader may see it.
func (w *work) theirs(r *record.Row, err error) error {
	var e *domain.Error
	if !errors.As(err, &e) || e.Code != "stale" {
		return err
	}
	s, lerr := w.look(r)
	if lerr != nil {
		return err
	}
	for k, f := range r.T.Fields.All() {
		if x := r.Value(k); x != nil && s.may(r, f) {
			e.Fields = append(e.Fields, domain.FieldError{Path: "fields." + k, Code: "theirs", Args: map[string]string{"label": f.Label}, Theirs: x})
		}
	}
	e.Fields = append(e.Fields, domain.FieldError{Path: "stage", Code: "theirs", Args: map[string]string{"label": "状态"}, Theirs: r.StageLabel()})
	e.Args["rev"] = fmt.Sprint(r.Rev)
	return e
}

// Edit changes a kept record's fields.
func (a *App) Edit(ctx context.Context, who *Who, once Once, id domain.RecordID, in Act) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		r, _, err := w.row(id)
		if err != nil {
			return "", err
		}
		if !w.unit.MayKeep(r) {
			return "", domain.E(domain.KindForbidden, "edit_forbidden")
		}
		act, err := w.act(in)
		if err != nil {
			return "", err
		}
		return r.ID, w.theirs(r, w.unit.Edit(r, act))
	})
	return err
}

// Bulk makes one move on many records; each stands for itself.
type BulkResult struct {
	Done   []domain.RecordID `json:"done"`
	Failed []BulkFailure     `json:"failed"`
}

type BulkFailure struct {
	ID  domain.RecordID `json:"id"`
	Err error           `json:"-"`
}

const maxBulk = 5000

func (a *App) Bulk(ctx context.Context, who *Who, move string, ids []domain.RecordID, in Act) (*BulkResult, error) {
	if len(ids) > maxBulk {
		return nil, domain.E(domain.KindInvalid, "bulk_too_many", "max", fmt.Sprint(maxBulk)).With("ids", "bulk_too_many", "max", fmt.Sprint(maxBulk))
	}
	res := &BulkResult{Done: []domain.RecordID{}, Failed: []BulkFailure{}}
	for _, id := range ids {
		if err := a.Move(ctx, who, Once{}, id, move, in); err != nil {
			if domain.KindOf(err) == domain.KindInternal {
				return res, err
			}
			res.Failed = append(res.Failed, BulkFailure{id, err})
			continue
		}
		res.Done = append(res.Done, id)
	}
	return res, nil
}

// Record gives the page of a record.
func (a *App) Record(ctx context.Context, who *Who, id domain.RecordID) (v *RecordView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		v, err = w.view(r, s)
		return err
	})
	return v, err
}

// RecordQuery are the filters of a list.
type RecordQuery struct {
	Program, Record, Stage, Phase string
	Subject                       domain.PartyID
	Parent                        domain.RecordID
	Owner                         string
	Region                        domain.RegionID
	Q                             string
	Overdue, Running              bool
	Cursor                        string
	Limit                         int
}

func (w *work) filter(q RecordQuery) (store.RecordFilter, error) {
	f := store.RecordFilter{Program: q.Program, Subject: q.Subject, Parent: q.Parent, Running: q.Running, Query: q.Q, Cursor: q.Cursor, Limit: min(max(q.Limit, 0), 200)}
	if q.Record != "" {
		f.Keys = []string{q.Record}
	}
	if q.Stage != "" {
		f.Stages = []string{q.Stage}
	}
	if q.Phase != "" {
		f.Phases = []domain.Phase{domain.Phase(q.Phase)}
	}
	if q.Owner == "me" {
		f.Owner = w.who.Account
	}
	if q.Region != "" {
		reg, err := w.Region(q.Region)
		if err != nil {
			return f, domain.E(domain.KindInvalid, "region_unknown").With("region", "region_unknown")
		}
		f.Path = reg.Path
	}
	f.Access = w.access(q.Program, q.Record)
	return f, w.narrow(&f)
}

// narrow turns what somebody typed into a condition: a reference number, the name
// of somebody within his sight, or words of the records themselves.
func (w *work) narrow(f *store.RecordFilter) error {
	text := strings.TrimSpace(f.Query)
	if text == "" {
		return nil
	}
	if refLike(text) {
		f.Query = ""
		rec, err := orNil(w.tx.RecordByRef(text))
		f.IDs = []domain.RecordID{}
		if rec != nil {
			f.IDs = append(f.IDs, rec.ID)
		}
		return err
	}
	var found List[PartySummary]
	if err := w.scanParties(store.PartyFilter{Query: text, Open: true}, PartyQuery{Limit: 100}, &found); err != nil {
		return err
	}
	if len(found.Items) > 0 {
		f.Query, f.Subjects = "", []domain.PartyID{}
		for _, p := range found.Items {
			f.Subjects = append(f.Subjects, p.ID)
		}
	}
	return nil
}

// refLike: 110114-26-000123.
func refLike(s string) bool {
	return strings.Count(s, "-") == 2 && strings.IndexFunc(s, func(r rune) bool { return r != '-' && (r < '0' || r > '9') }) < 0
}

// access gives the clauses by which the reader may list records.
func (w *work) access(prog, rec string) []store.AccessClause {
	if w.who.System {
		return store.AccessAll
	}
	out := []store.AccessClause{}
	for _, p := range w.set.set.Programs.All() {
		if prog != "" && p.Key != prog {
			continue
		}
		for _, t := range p.Records.All() {
			if rec != "" && t.Key != rec {
				continue
			}
			for _, c := range record.Where(w.who.Actor, p, t) {
				out = append(out, clauses(p.Key, t.Key, t.Class, c)...)
			}
		}
	}
	return merge(out)
}

func clauses(prog, key string, class domain.Class, c record.Access) (out []store.AccessClause) {
	base := store.AccessClause{MaxClass: domain.Sealed, Program: prog, Keys: []string{key}}
	add := func(set func(*store.AccessClause)) {
		x := base
		set(&x)
		out = append(out, x)
	}
	if c.All {
		out = append(out, base)
	}
	for _, p := range c.Paths {
		add(func(x *store.AccessClause) { x.Path = p })
	}
	if c.Owner != "" {
		add(func(x *store.AccessClause) { x.Owner = c.Owner })
	}
	for _, o := range c.OwnerOrgs {
		add(func(x *store.AccessClause) { x.OwnerOrg = o })
	}
	for _, o := range c.Providers {
		add(func(x *store.AccessClause) { x.Provider = o })
	}
	if len(c.Subjects) > 0 {
		add(func(x *store.AccessClause) { x.Subjects = c.Subjects })
	}
	return out
}

// merge joins clauses that differ only in their keys, so that the SQL stays short.
func merge(list []store.AccessClause) []store.AccessClause {
	out := make([]store.AccessClause, 0, len(list))
	for _, c := range list {
		i := slices.IndexFunc(out, func(o store.AccessClause) bool {
			return o.Program == c.Program && o.Path == c.Path && o.Owner == c.Owner && o.OwnerOrg == c.OwnerOrg && o.Provider == c.Provider && slices.Equal(o.Subjects, c.Subjects)
		})
		if i < 0 {
			out = append(out, c)
			continue
		}
		for _, k := range c.Keys {
			if !slices.Contains(out[i].Keys, k) {
				out[i].Keys = append(out[i].Keys, k)
			}
		}
	}
	return out
}

// Records lists what the reader may see, newest first.
func (a *App) Records(ctx context.Context, who *Who, q RecordQuery) (l List[RecordSummary], err error) {
	err = a.read(ctx, who, func(w *work) error {
		f, err := w.filter(q)
		if err != nil {
			return err
		}
		if q.Overdue {
			return w.overdue(f, &l)
		}
		page, err := w.tx.Records(f)
		if err != nil {
			return err
		}
		items, err := w.summaries(page.Items)
		l = listOf(items, page.Next)
		return err
	})
	return l, err
}

// overdue lists running records with a clock past due, longest overdue first.
func (w *work) overdue(f store.RecordFilter, l *List[RecordSummary]) error {
	ids, next, err := w.tx.OverdueRecords(w.Now(), f)
	if err != nil {
		return err
	}
	f.IDs, f.Cursor = ids, ""
	if len(ids) == 0 {
		*l = listOf[RecordSummary](nil, "")
		return nil
	}
	page, err := w.tx.Records(f)
	if err != nil {
		return err
	}
	items, err := w.summaries(page.Items)
	*l = listOf(items, next)
	return err
}

func (w *work) summaries(recs []domain.Record) ([]RecordSummary, error) {
	ids := make([]domain.RecordID, len(recs))
	for i := range recs {
		ids[i] = recs[i].ID
	}
	clocks, err := w.tx.ClocksOf(ids)
	if err != nil {
		return nil, err
	}
	out := make([]RecordSummary, 0, len(recs))
	for i := range recs {
		r, err := w.unit.Adopt(&recs[i])
		if err != nil {
			return nil, err
		}
		s, err := w.look(r)
		if err != nil {
			if domain.KindOf(err) == domain.KindNotFound {
				continue
			}
			return nil, err
		}
		sum, err := w.summary(r, s)
		if err != nil {
			return nil, err
		}
		sum.Due = w.nearest(r.T, clocks[r.ID])
		out = append(out, sum)
	}
	return out, nil
}

// countCap is where counting a list stops.
const countCap = 10_000

// CountRecords counts a list, up to the cap.
func (a *App) CountRecords(ctx context.Context, who *Who, q RecordQuery) (n int, more bool, err error) {
	err = a.read(ctx, who, func(w *work) error {
		f, err := w.filter(q)
		if err != nil {
			return err
		}
		n, err = w.tx.CountRecords(f, countCap+1)
		if n > countCap {
			n, more = countCap, true
		}
		return err
	})
	return n, more, err
}

// TimelineEntry is one event as a reader may see it.
type TimelineEntry struct {
	ID       domain.EventID `json:"id"`
	Type     string         `json:"type"`
	Label    string         `json:"label"`
	Actor    *AccountRef    `json:"actor,omitempty"`
	Org      *OrgRef        `json:"org,omitempty"`
	At       time.Time      `json:"at"`
	Recorded time.Time      `json:"recorded_at"`
	Late     bool           `json:"late"` // 补录: happened well before it was recorded
	Record   TimelineRecord `json:"record"`
	Text     string         `json:"text,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	Stage    string         `json:"stage,omitempty"`
	Changes  []Change       `json:"changes"`
	Photos   []string       `json:"photos,omitempty"`
}

type TimelineRecord struct {
	ID    domain.RecordID `json:"id"`
	Label string          `json:"label"`
	Title string          `json:"title"`
}

type Change struct {
	Field string `json:"field"`
	Label string `json:"label"`
	To    string `json:"to,omitempty"`
}

// Events is the timeline of a record and of its children that the reader sees.
func (a *App) Events(ctx context.Context, who *Who, id domain.RecordID, cursor string, limit int) (l List[TimelineEntry], err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		f := store.EventFilter{MaxClass: domain.Sealed, Newest: true, Cursor: cursor, Limit: min(limit, 200)}
		if r.Root == r.ID {
			f.Root = r.ID
		} else {
			f.Record = r.ID
		}
		page, err := w.tx.Events(f)
		if err != nil {
			return err
		}
		var items []TimelineEntry
		for i := range page.Items {
			e, ok, err := w.timeline(&page.Items[i], s)
			if err != nil {
				return err
			}
			if ok {
				items = append(items, e)
			}
		}
		l = listOf(items, page.Next)
		return nil
	})
	return l, err
}

func (w *work) timeline(e *domain.Event, _ sight) (v TimelineEntry, ok bool, err error) {
	if e.Type == "count" {
		return v, false, nil
	}
	r, err := w.unit.Load(e.Record)
	if err != nil {
		return v, false, err
	}
	s, err := w.look(r)
	if err != nil {
		if domain.KindOf(err) == domain.KindNotFound {
			return v, false, nil
		}
		return v, false, err
	}
	v = TimelineEntry{ID: e.ID, Type: e.Type, At: e.OccurredAt, Recorded: e.RecordedAt, Late: e.RecordedAt.Sub(e.OccurredAt) > 5*time.Minute,
		Record: TimelineRecord{r.ID, r.T.Label, r.Title()}, Changes: []Change{}, Label: w.eventLabel(r, e)}
	if !s.full {
		return v, true, nil
	}
	v.Text = asText(e.Data["text"])
	if st := r.T.Stages.Get(asText(e.Data["stage"])); st != nil {
		v.Stage = st.Label
	}
	v.Reason = w.reasonLabel(r, e)
	if photos, ok := e.Data["photos"].([]any); ok {
		for _, p := range photos {
			v.Photos = append(v.Photos, asText(p))
		}
	}
	if a, err := w.Account(e.Actor); e.Actor != "" && err == nil {
		v.Actor = &AccountRef{a.ID, a.Name}
	}
	if o, err := w.Org(e.Org); e.Org != "" && err == nil {
		v.Org = &OrgRef{o.ID, o.Name, o.Kind}
	}
	values, _ := e.Data["values"].(map[string]any)
	keys, _ := e.Data["fields"].([]any)
	for _, k := range keys {
		f := record.FieldOf(r.T, asText(k))
		if f == nil || !s.may(r, f) {
			continue
		}
		c := Change{Field: f.Key, Label: f.Label}
		if x, ok := values[f.Key]; ok {
			c.To = w.display(f, x)
		}
		v.Changes = append(v.Changes, c)
	}
	return v, true, nil
}

func (w *work) eventLabel(r *record.Row, e *domain.Event) string {
	switch e.Type {
	case "move":
		if mv := r.T.Moves.Get(e.Move); mv != nil {
			return mv.Label
		}
	case "create":
		return "新建"
	case "edit":
		return "修改"
	case "rung":
		return "时限提醒：" + asText(e.Data["label"])
	case "sign_asked":
		return "提请签字：" + asText(e.Data["text"])
	case "signed":
		return "签字"
	case "sign_refused":
		return "拒签"
	case "form":
		return "填写：" + asText(e.Data["label"])
	case "owner":
		return "移交"
	}
	return e.Type
}

func (w *work) reasonLabel(r *record.Row, e *domain.Event) string {
	key := asText(e.Data["reason"])
	if mv := r.T.Moves.Get(e.Move); mv != nil && key != "" {
		if l := r.P.Lists.Get(mv.Reason); l != nil && l.Options.Has(key) {
			return l.Options.Get(key).Label
		}
	}
	return key
}

// OfferResult is one candidate of a match with its verdict.
type OfferResult struct {
	Offer   OfferCard `json:"offer"`
	Verdict string    `json:"verdict"`
	Reasons []string  `json:"reasons"`
	Missing []string  `json:"missing"`
	Ask     []string  `json:"ask"`
	Sent    bool      `json:"sent"`
}

type OfferCard struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Provider *OrgRef        `json:"provider,omitempty"`
	Fields   map[string]any `json:"fields"`
	Labels   []Choice       `json:"labels"` // field label, shown value
}

type MatchView struct {
	Key     string        `json:"key"`
	Label   string        `json:"label"`
	Step    int           `json:"step"`
	State   string        `json:"state"`
	Max     int           `json:"max"`
	Results []OfferResult `json:"results"`
}

// Match shows which offers a need may have, why, and what is missing.
func (a *App) Match(ctx context.Context, who *Who, id domain.RecordID, key string) (v *MatchView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		m := r.P.Matches.Get(key)
		if m == nil || m.Need != r.Key || !s.full {
			return domain.NotFound("match")
		}
		v = &MatchView{Key: key, Label: m.Label, Max: max(m.Max, 1), Results: []OfferResult{}}
		step := -1
		if run, err := w.MatchRun(r.ID, key); err != nil {
			return err
		} else if run != nil {
			v.Step, v.State = run.Step, run.State
			step = run.Step - 1
		}
		found, err := w.unit.Find(r, m, step)
		if err != nil {
			return err
		}
		orders, err := w.unit.Children(r, m.Makes)
		if err != nil {
			return err
		}
		for _, f := range found {
			card, err := w.offerCard(f.Candidate)
			if err != nil {
				return err
			}
			res := OfferResult{Offer: card, Verdict: f.Verdict.String(), Reasons: nonNil(f.Reasons), Missing: nonNil(f.Missing), Ask: nonNil(f.Ask)}
			for _, o := range orders {
				res.Sent = res.Sent || asText(o.Value("offer")) == f.Offer
			}
			v.Results = append(v.Results, res)
		}
		return nil
	})
	return v, err
}

func (w *work) offerCard(c record.Candidate) (OfferCard, error) {
	card := OfferCard{ID: c.ID(), Fields: map[string]any{}, Labels: []Choice{}}
	switch {
	case c.Org != nil:
		card.Title = c.Org.Name
		card.Provider = &OrgRef{c.Org.ID, c.Org.Name, c.Org.Kind}
		return card, nil
	case c.Account != nil:
		card.Title = c.Account.Name
		return card, nil
	}
	r, err := w.unit.Adopt(c.Offer)
	if err != nil {
		return card, err
	}
	if o, err := w.Org(r.Provider); err == nil {
		card.Provider = &OrgRef{o.ID, o.Name, o.Kind}
		card.Title = o.Name + " " + r.T.Label
	}
	if t := offerTitle(r); t != "" {
		card.Title = t
	}
	for k, f := range r.T.Fields.All() {
		if x := r.Value(k); x != nil && f.Class <= domain.Public {
			card.Fields[k] = x
			card.Labels = append(card.Labels, Choice{f.Label, w.display(f, x)})
		}
	}
	return card, nil
}

// Choose sends orders to chosen offers in an open match.
func (a *App) Choose(ctx context.Context, who *Who, once Once, id domain.RecordID, key string, offers []string) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		r, _, err := w.row(id)
		if err != nil {
			return "", err
		}
		m := r.P.Matches.Get(key)
		if m == nil || m.Need != r.Key {
			return "", domain.NotFound("match")
		}
		if len(offers) == 0 {
			return "", domain.E(domain.KindInvalid, "pick_missing").With("offers", "pick_missing")
		}
		return r.ID, w.unit.Choose(r, m, offers)
	})
	return err
}

// SignIn2 answers a waiting signature.
type SignAct struct {
	Decision string `json:"decision" enum:"sign,refuse"`
	Text     string `json:"text,omitempty" maxLength:"4000"`
	Code     string `json:"code,omitempty" maxLength:"32"`
}

// Sign answers a signature of a record's move; when it is the last, the move is made.
func (a *App) Sign(ctx context.Context, who *Who, once Once, id domain.RecordID, sig string, in SignAct) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		r, _, err := w.row(id)
		if err != nil {
			return "", err
		}
		s, err := w.tx.Signature(sig)
		if err != nil || s.Target != string(id) {
			return "", domain.NotFound("signature")
		}
		return r.ID, w.sign(r, s, in)
	})
	return err
}

func (w *work) sign(r *record.Row, s *domain.Signature, in SignAct) error {
	signed, err := w.signs(s.ID)
	if err != nil {
		return err
	}
	sign := &domain.Sign{Signature: s.ID, Account: w.who.Account, Decision: in.Decision, At: w.Now(), Proof: map[string]any{}}
	if in.Code != "" {
		if sign.Slot, sign.Account, err = w.signByCode(r, s, in.Code); err != nil {
			return err
		}
		sign.Proof["code"] = true
	} else if sign.Slot, err = w.unit.OpenSlot(r, s, signed); err != nil {
		return err
	}
	if len(w.who.Parties) > 0 {
		sign.Party = w.who.Parties[0]
	}
	if err := w.tx.InsertSign(sign); err != nil {
		return err
	}
	typ := "signed"
	if in.Decision == "refuse" {
		typ = "sign_refused"
		s.State = record.SignRefused
	}
	if err := w.unit.Note(r, typ, map[string]any{"text": in.Text, "signature": s.ID}); err != nil {
		return err
	}
	if in.Decision == "refuse" {
		return w.SaveSignature(s)
	}
	if len(signed)+1 < len(record.Slots(s)) {
		return nil
	}
	return w.unit.Complete(r, s)
}

// signByCode: the mover types the code that the other side shows him. It counts
// as the other side's signature.
func (w *work) signByCode(r *record.Row, s *domain.Signature, code string) (int, domain.AccountID, error) {
	p, err := w.tx.Pass(passHash(code))
	if err != nil || p.Record != r.ID || p.Revoked || p.Left == 0 || !p.Until.IsZero() && w.Now().After(p.Until) {
		return 0, "", domain.E(domain.KindRefused, "code_wrong")
	}
	if ok, err := w.tx.UsePass(p.Hash); err != nil || !ok {
		return 0, "", domain.E(domain.KindRefused, "code_wrong").Wrap(err)
	}
	for i, slot := range record.Slots(s) {
		if slices.Contains(slot.Proof, "code") {
			return i, "", nil
		}
	}
	return 0, "", domain.E(domain.KindForbidden, "sign_forbidden")
}

func (w *work) signs(sig string) ([]*domain.Sign, error) {
	list, err := w.tx.Signs(sig)
	out := make([]*domain.Sign, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out, err
}

// CloseSilent completes signatures whose time for an objection has passed
// (consent by silence).
func (a *App) CloseSilent(ctx context.Context, county domain.CountyCode, sig string) error {
	return a.write(ctx, System(county), func(w *work) error {
		s, err := w.tx.Signature(sig)
		if err != nil || s.State != record.SignPending {
			return err
		}
		r, err := w.unit.Load(domain.RecordID(s.Target))
		if err != nil {
			return err
		}
		if err := w.unit.Note(r, "signed", map[string]any{"text": "期满未提异议，视为同意", "signature": s.ID}); err != nil {
			return err
		}
		return w.unit.Complete(r, s)
	})
}

// FormResult is the answer to a filled form.
type FormResult struct {
	ID     string       `json:"id"`
	Score  *int         `json:"score,omitempty"`
	Band   string       `json:"band,omitempty"`
	Urgent []UrgentView `json:"urgent,omitempty"`
}

type UrgentView struct {
	Say  string   `json:"say"`
	Call []string `json:"call"`
}

// FillForm files a response on a record.
func (a *App) FillForm(ctx context.Context, who *Who, id domain.RecordID, key string, answers map[string]any, at *time.Time) (res *FormResult, err error) {
	err = a.write(ctx, who, func(w *work) error {
		r, _, err := w.row(id)
		if err != nil {
			return err
		}
		f := r.P.Forms.Get(key)
		if f == nil || !slices.Contains(f.Of, r.Key) {
			return domain.NotFound("form")
		}
		if !w.unit.MayFill(r, f) {
			return domain.E(domain.KindForbidden, "form_forbidden", "form", f.Label)
		}
		res, err = w.fill(r.P, f, r, r.Subject, answers, at)
		return err
	})
	return res, err
}

// fill checks, scores and stores a response, then acts on what is urgent.
func (w *work) fill(p *program.Program, f *program.Form, r *record.Row, subject domain.PartyID, answers map[string]any, at *time.Time) (*FormResult, error) {
	var fields []*program.Field
	var need []string
	for k, x := range f.Fields.All() {
		fields = append(fields, x)
		if x.Type != program.TypeText && x.Type != program.TypePhoto && x.Type != program.TypeFile {
			need = append(need, k)
		}
	}
	vals, ferr := form.FillAnswers(fields, nil, answers)
	if len(ferr) > 0 {
		e := domain.E(domain.KindInvalid, "fields_invalid")
		e.Fields = ferr
		return nil, e
	}
	if len(vals) == 0 && len(need) > 0 {
		return nil, domain.E(domain.KindInvalid, "fields_invalid").With("answers."+need[0], "required", "label", f.Fields.Get(need[0]).Label)
	}
	if ferr := form.Require(f, vals, domain.DateOf(w.Now())); len(ferr) > 0 {
		e := domain.E(domain.KindInvalid, "fields_invalid")
		e.Fields = ferr
		return nil, e
	}
	resp := &domain.Response{ID: store.NewID(), Program: p.Key, Form: f.Key, Subject: subject, ByAccount: w.who.Account, At: w.Now(), RecordedAt: w.Now(), Class: f.Class}
	if at != nil && at.Before(w.Now()) && w.Now().Sub(*at) < maxEarly {
		resp.At = at.UTC()
	}
	if r != nil {
		resp.Record = r.ID
	}
	if len(w.who.Parties) > 0 {
		resp.ByParty = w.who.Parties[0]
	}
	if f.Class >= domain.Personal {
		resp.Secret = vals
	} else {
		resp.Data = vals
	}
	res := &FormResult{ID: resp.ID}
	if total, band, ok := form.Score(f, vals); ok {
		resp.Score, resp.Band, resp.Scored = total, band, true
		res.Score, res.Band = &total, band
	}
	if err := w.tx.InsertResponse(resp); err != nil {
		return nil, err
	}
	if err := w.formHappened(p, f, r, subject, resp); err != nil {
		return nil, err
	}
	for _, u := range form.Urgents(f, form.NewVars(f, vals, domain.DateOf(w.Now()))) {
		res.Urgent = append(res.Urgent, UrgentView{u.Say, u.Call})
		if err := w.unit.Urgent(p, r, subject, u.Do); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// formHappened counts the response and lets the record look again.
func (w *work) formHappened(p *program.Program, f *program.Form, r *record.Row, subject domain.PartyID, resp *domain.Response) error {
	if r != nil {
		delete(w.c.responses, string(r.ID)+f.Key)
		if err := w.unit.Note(r, "form", map[string]any{"label": f.Label, "form": f.Key}); err != nil {
			return err
		}
	}
	return w.dutyForm(p, f, r, subject)
}

// FormResponse is one filled form as a reader may see it.
type FormResponse struct {
	ID      string         `json:"id"`
	Form    string         `json:"form"`
	Label   string         `json:"label"`
	By      *AccountRef    `json:"by,omitempty"`
	At      time.Time      `json:"at"`
	Answers map[string]any `json:"answers"`
	Labels  []Choice       `json:"labels"`
	Score   *int           `json:"score,omitempty"`
	Band    string         `json:"band,omitempty"`
}

// Forms lists the responses on a record.
func (a *App) Forms(ctx context.Context, who *Who, id domain.RecordID) (l List[FormResponse], err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		var items []FormResponse
		for k, f := range r.P.Forms.All() {
			if !slices.Contains(f.Of, r.Key) || f.Fields.Len() == 0 {
				continue
			}
			list, err := w.Responses(r.ID, k)
			if err != nil {
				return err
			}
			for _, x := range list {
				if x.ByAccount != w.who.Account && (!s.full || f.Class > s.class) {
					continue
				}
				items = append(items, w.responseView(f, x))
			}
		}
		l = listOf(items, "")
		return nil
	})
	return l, err
}

func (w *work) responseView(f *program.Form, x *domain.Response) FormResponse {
	v := FormResponse{ID: x.ID, Form: f.Key, Label: f.Label, At: x.At, Answers: map[string]any{}, Labels: []Choice{}, Band: x.Band}
	if x.Scored {
		v.Score = &x.Score
	}
	if a, err := w.Account(x.ByAccount); err == nil && x.ByAccount != "" {
		v.By = &AccountRef{a.ID, a.Name}
	}
	for k, fd := range f.Fields.All() {
		y, ok := x.Data[k]
		if !ok {
			y, ok = x.Secret[k]
		}
		if ok && y != nil {
			v.Answers[k] = y
			v.Labels = append(v.Labels, Choice{fd.Label, w.display(fd, y)})
		}
	}
	return v
}

// HandOver gives a record to another owner.
func (a *App) HandOver(ctx context.Context, who *Who, once Once, id domain.RecordID, to domain.AccountID, org domain.OrgID) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		r, s, err := w.row(id)
		if err != nil {
			return "", err
		}
		if !s.full || !w.mayHandOver(r) {
			return "", domain.E(domain.KindForbidden, "owner_forbidden")
		}
		acc, err := w.Account(to)
		if err != nil || !acc.Active {
			return "", domain.E(domain.KindInvalid, "account_unknown").With("account", "account_unknown")
		}
		return r.ID, w.unit.HandOver(r, to, org)
	})
	return err
}

// mayHandOver: the owner himself, or whoever holds an area role over the row.
func (w *work) mayHandOver(r *record.Row) bool {
	if r.Owner == w.who.Account && r.Owner != "" {
		return true
	}
	for k, role := range r.P.Roles.All() {
		if role.Is == "area" && w.unit.Holds(r, k) {
			return true
		}
	}
	return false
}

// Once makes a request idempotent: the key that the client chose, and the hash
// of what it asked. A zero Once is not remembered.
type Once struct {
	Key  string
	Hash string
}

// onceAnswer is what is kept of the first answer.
type onceAnswer struct {
	ID domain.RecordID `json:"id"`
}

// once runs a mutation at most once per key: a retry gets the first answer.
func (a *App) once(ctx context.Context, who *Who, o Once, fn func(w *work) (domain.RecordID, error)) (id domain.RecordID, err error) {
	err = a.write(ctx, who, func(w *work) error {
		if o.Key != "" {
			saved, err := w.tx.Idempotent(who.Account, o.Key, o.Hash)
			if err != nil {
				return err
			}
			if saved != nil {
				var x onceAnswer
				if err := json.Unmarshal(saved.Body, &x); err != nil {
					return err
				}
				id = x.ID
				return nil
			}
		}
		if id, err = fn(w); err != nil {
			return err
		}
		if o.Key == "" {
			return nil
		}
		body, err := json.Marshal(onceAnswer{id})
		if err != nil {
			return err
		}
		return w.tx.SaveAnswer(who.Account, o.Key, o.Hash, store.Answer{Status: 200, Body: body})
	})
	if err != nil && o.Key != "" {
		return a.answered(ctx, who, o, err)
	}
	return id, err
}

// answered looks, after a refusal, whether the same request was answered while
// this one ran: on PostgreSQL the second of two at once meets what the first one
// did (a row that is there already, a stage that has changed).
func (a *App) answered(ctx context.Context, who *Who, o Once, refusal error) (domain.RecordID, error) {
	if k := domain.KindOf(refusal); k == domain.KindInternal || k == domain.KindUnavailable || domain.CodeOf(refusal) == "idempotency_mismatch" {
		return "", refusal
	}
	var x onceAnswer
	err := a.DB.Read(ctx, func(tx *store.Tx) error {
		saved, err := tx.In(who.County).Idempotent(who.Account, o.Key, o.Hash)
		if err != nil || saved == nil {
			return err
		}
		return json.Unmarshal(saved.Body, &x)
	})
	if err != nil || x.ID == "" {
		return "", refusal
	}
	return x.ID, nil
}

func passHash(code string) string {
	h := sha256.Sum256([]byte("pass:" + code))
	return hex.EncodeToString(h[:])
}

// newCode makes a code of n digits.
func newCode(n int) (string, error) {
	top := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	x, err := rand.Int(rand.Reader, top)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", n, x), nil
}
