package app

import (
	"fmt"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// owed is one row of a round: whom it is for, and who is to do it.
type owed struct {
	kind    string
	over    string
	party   domain.PartyID
	path    string
	region  domain.RegionID
	org     domain.OrgID
	account domain.AccountID
	window  string // of a duty with windows
	// Who is in charge of the record that it is owed on.
	owner    domain.AccountID
	ownerOrg domain.OrgID
	lat      float64
	lng      float64
}

func (w *work) duty(prog, key string) (*program.Program, *program.Duty, error) {
	p, err := w.Program(prog, 0)
	if err != nil {
		return nil, nil, err
	}
	d := p.Duties.Get(key)
	if d == nil {
		return nil, nil, domain.NotFound("duty")
	}
	return p, d, nil
}

// owe writes one item once; when its window is open, it makes its record.
func (w *work) owe(p *program.Program, d *program.Duty, round string, x owed, opens, due, closes time.Time) error {
	it := &domain.DutyItem{ID: store.NewID(), Program: p.Key, Key: d.Key, Round: round, OverKind: x.kind, OverID: x.over, Party: x.party,
		Region: x.region, Path: x.path, ToOrg: x.org, ToAccount: x.account, Opens: opens, Due: due, Closes: closes, Data: map[string]any{}}
	if x.kind == "record" {
		it.Data["over"] = x.over
	}
	if x.window != "" {
		it.Data["window"] = x.window
	}
	isNew, err := w.tx.OweDuty(it)
	if err != nil || !isNew {
		return err
	}
	w.lasting()
	if err := w.dutyHappened(p, d, it, "due", it.Due); err != nil {
		return err
	}
	if d.Makes == "" {
		return w.tellDuty(p, d, it)
	}
	if opens.After(w.Now()) && len(d.By) == 0 {
		return nil
	}
	return w.make(p, d, it)
}

// make opens the record that the item asks for, owned by who is to do it.
func (w *work) make(p *program.Program, d *program.Duty, it *domain.DutyItem) error {
	key, move, _ := strings.Cut(d.Makes, ".")
	t := p.Records.Get(key)
	if t == nil {
		return domain.E(domain.KindInternal, "duty_makes", "target", d.Makes)
	}
	mv := t.Moves.Get(move)
	act := record.Act{Subject: it.Party, Region: it.Region}
	if over := w.overRow(it); over != nil && t.Of == over.Key { // what is owed on a record hangs below it
		act.Parent = over.ID
	}
	r, err := w.standingFor(p, t, act)
	if err == nil && r != nil { // somebody was before the duty
		it.Record = r.ID
		if err := w.tx.UpdateDutyItem(it); err != nil {
			return err
		}
		w.unit.Charge(r, it.ID)
		return w.fulfil(p, d, r)
	}
	if err == nil {
		r, err = w.unit.Open(p, t, mv, act, map[string]any{"duty": it.ID}, it.ToAccount, it.ToOrg)
	}
	if err != nil {
		return err
	}
	it.Record = r.ID
	if err := w.tx.UpdateDutyItem(it); err != nil {
		return err
	}
	return w.tellDuty(p, d, it)
}

// standingFor is the record that holds the unique value of the one that a duty would
// make, nil when there is none.
func (w *work) standingFor(p *program.Program, t *program.RecordType, act record.Act) (*record.Row, error) {
	value, err := w.unit.Claims(p, t, act)
	if err != nil || value == "" {
		return nil, err
	}
	rec, err := orNil(w.tx.RecordByUnique(p.Key, t.Key, value))
	if err != nil || rec == nil {
		return nil, err
	}
	return w.unit.Load(rec.ID)
}

// tellDuty tells whoever the item is for.
func (w *work) tellDuty(p *program.Program, d *program.Duty, it *domain.DutyItem) error {
	if it.ToAccount == "" || it.Opens.After(w.Now()) {
		return nil
	}
	rec := &domain.Record{ID: it.Record, Subject: it.Party}
	text := fmt.Sprintf("新任务：%s，%s前完成", d.Label, it.Due.In(domain.Beijing).Add(-time.Second).Format("2006-01-02"))
	return w.tell(telling{program: p.Key, message: "duty", text: text, record: rec}, []domain.AccountID{it.ToAccount})
}

// dutyHappened counts due, done and missed. A part of a ratio belongs to the day
// on which the item is due; what stands by itself to the day it happened.
func (w *work) dutyHappened(p *program.Program, d *program.Duty, it *domain.DutyItem, what string, at time.Time) error {
	return w.dutyCounted(p, d, it, what, at, 1)
}

func (w *work) dutyCounted(p *program.Program, d *program.Duty, it *domain.DutyItem, what string, at time.Time, sign int64) error {
	extra := map[string]any{}
	if it.Party != "" {
		if v, err := w.unit.PartyVars(p, it.Party); err == nil {
			extra["member"], _ = v.Var("member")
		}
	}
	if key := asText(it.Data["window"]); key != "" {
		extra["window"] = record.Window{Key: key, Start: it.Opens, End: it.Closes}
	}
	source, day := "duty."+d.Key+"."+what, domain.DateOf(at.Add(-time.Second))
	var list []record.Count
	var err error
	if row := w.overRow(it); row != nil {
		list, err = w.unit.HappenedOn(row, source, extra, day)
	} else {
		list, err = w.unit.Happened(p, source, it.Party, it.Path, it.ToOrg, extra, day)
	}
	if err != nil {
		return err
	}
	dueDay := domain.DateOf(it.Due.Add(-time.Second))
	for i := range list {
		if strings.Contains(list[i].Stat, "#") {
			list[i].Day = dueDay
		}
		list[i].N, list[i].Value = sign*list[i].N, sign*list[i].Value
	}
	w.unit.CountHappened(p, "duty_"+what, it.Party, list)
	return nil
}

// dutyUncounted takes back what dutyHappened counted.
func (w *work) dutyUncounted(p *program.Program, d *program.Duty, it *domain.DutyItem, what string) error {
	return w.dutyCounted(p, d, it, what, it.Due, -1)
}

// overRow is the record that an item is owed on, nil when it is owed by a party,
// a region or a unit.
func (w *work) overRow(it *domain.DutyItem) *record.Row {
	if it.OverKind != "record" {
		return nil
	}
	r, err := w.unit.Load(domain.RecordID(it.OverID))
	if err != nil {
		return nil
	}
	return r
}

// finishDuty marks an item done.
func (w *work) finishDuty(p *program.Program, d *program.Duty, it *domain.DutyItem) error {
	w.lasting()
	it.DoneAt = w.Now()
	if err := w.tx.UpdateDutyItem(it); err != nil {
		return err
	}
	return w.dutyHappened(p, d, it, "done", it.DoneAt.Add(time.Second))
}

// Changed looks at what a record fulfils and at what its change makes due
// (`over: record, after: …`).
func (w *work) Changed(r *record.Row) error {
	for _, d := range r.P.Duties.All() {
		if d.Makes != "" && strings.HasPrefix(d.Makes, r.Key+".") {
			if err := w.fulfil(r.P, d, r); err != nil {
				return err
			}
		}
		if d.Over == r.Key && d.After != nil {
			if err := w.oweAfter(r.P, d, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// fulfil closes the item for which the record was made.
func (w *work) fulfil(p *program.Program, d *program.Duty, r *record.Row) error {
	id := asText(r.Value("duty"))
	if id == "" {
		return nil
	}
	done := r.Phase == domain.PhaseDone
	if d.Done != nil {
		var err error
		if done, err = w.unit.Test(d.Done, r.Vars()); err != nil {
			return err
		}
	}
	if !done {
		return nil
	}
	it, err := w.tx.DutyItem(id)
	if err != nil || it.Key != d.Key || !it.DoneAt.IsZero() {
		if domain.KindOf(err) == domain.KindNotFound {
			return nil
		}
		return err
	}
	return w.finishDuty(p, d, it)
}

// oweAfter owes what follows from a record: a rating the day after it closed.
func (w *work) oweAfter(p *program.Program, d *program.Duty, r *record.Row) error {
	v := w.unit.RowVars(r)
	if d.Where != nil {
		if ok, err := w.unit.Test(d.Where, v); err != nil || !ok {
			return err
		}
	}
	x, ok, err := w.unit.Eval(d.After, v)
	if err != nil || !ok {
		return err
	}
	if day, ok := x.(domain.Date); ok { // a day is not counted itself
		x = day.Start()
	}
	base, isTime := x.(time.Time)
	if !isTime || base.Year() > 9000 {
		return nil
	}
	row := owed{kind: "record", over: string(r.ID), party: r.Subject, path: r.Path, region: r.Region}
	list := []owed{row}
	if err := w.assignAll(p, d, list); err != nil {
		return err
	}
	for i, at := range d.At {
		due, _ := w.app.cal.Due(base, at.N, at.Unit, true)
		opens, closes := w.window(d, due)
		if err := w.owe(p, d, fmt.Sprintf("after-%d", i), list[0], opens, due, closes); err != nil {
			return err
		}
	}
	return nil
}

// window gives the open and close of an item round its due time.
func (w *work) window(d *program.Duty, due time.Time) (opens, closes time.Time) {
	opens, closes = due.Add(-24*time.Hour), due
	if s := d.Window[0]; !s.IsZero() {
		n := s.N
		if n < 0 {
			opens = w.app.cal.Before(due, -n, s.Unit)
		} else {
			opens = due.Add(-24 * time.Hour)
		}
	}
	if s := d.Window[1]; !s.IsZero() && s.N > 0 {
		closes, _ = w.app.cal.Due(due.Add(-time.Second), s.N, s.Unit, false)
	}
	return opens, closes
}

// dutyForm closes the items that a filed form fulfils.
func (w *work) dutyForm(p *program.Program, f *program.Form, r *record.Row, subject domain.PartyID, resp *domain.Response, urgent bool) error {
	over := string(subject)
	if r != nil {
		over = string(r.ID)
	}
	for _, d := range p.Duties.All() {
		if d.Form != f.Key {
			continue
		}
		if d.Windows.Len() > 0 {
			if err := w.fileWindow(p, d, over, resp, urgent); err != nil {
				return err
			}
			continue
		}
		page, err := w.tx.DutyItems(store.DutyFilter{Program: p.Key, Key: d.Key, OverID: over, Waiting: true, OpensBy: w.Now(), Limit: 10})
		if err != nil {
			return err
		}
		for i := range page.Items {
			if err := w.finishDuty(p, d, &page.Items[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// StartDuty begins a round by an action, for the record's own region.
func (w *work) StartDuty(p *program.Program, d *program.Duty, rec *domain.Record) error {
	w.lasting()
	list, err := w.planRound(p, d, rec.Path)
	if choice, drawn := strings.CutPrefix(d.Over, "choice."); drawn && err == nil {
		if list, err = w.drawnRows(p, d, choice, rec.ID); err == nil {
			err = w.assignAll(p, d, list)
		}
	}
	if err != nil {
		return err
	}
	now := w.Now()
	opens, closes := w.window(d, domain.DateOf(now).End())
	for _, x := range list {
		if err := w.owe(p, d, string(rec.ID), x, opens, domain.DateOf(now).End(), closes); err != nil {
			return err
		}
	}
	return nil
}

// DutyItemView is one thing owed.
type DutyItemView struct {
	ID       string          `json:"id"`
	Label    string          `json:"label"`
	Program  string          `json:"program"`
	Duty     string          `json:"duty"`
	Party    *PartyRef       `json:"party,omitempty"`
	Record   *RecordSummary  `json:"record,omitempty"`
	Over     domain.RecordID `json:"over,omitempty"` // the record that a form is owed on
	Form     string          `json:"form,omitempty"`
	Opens    time.Time       `json:"opens"`
	Due      time.Time       `json:"due"`
	Closes   time.Time       `json:"closes"`
	State    string          `json:"state"`
	Left     string          `json:"left,omitempty"`
	Overdue  bool            `json:"overdue"`
	Assignee *OrgRef         `json:"assignee,omitempty"`
	Window   string          `json:"window,omitempty"` // of a duty with windows: reported on the page of check-ins
}

func (w *work) dutyView(it *domain.DutyItem) (DutyItemView, error) {
	v := DutyItemView{ID: it.ID, Program: it.Program, Duty: it.Key, Opens: it.Opens, Due: it.Due, Closes: it.Closes, State: "open"}
	p, d, err := w.duty(it.Program, it.Key)
	if err != nil {
		return v, err
	}
	v.Label, v.Form, v.Window = w.words(p).Duty(d), d.Form, asText(it.Data["window"])
	switch {
	case !it.DoneAt.IsZero():
		v.State = "done"
	case !it.MissedAt.IsZero():
		v.State = "missed"
	default:
		v.Left = w.left(w.Now(), it.Due, "d")
		v.Overdue = w.Now().After(it.Due)
	}
	if it.Party != "" {
		if pt, err := w.Party(it.Party); err == nil {
			v.Party = &PartyRef{pt.ID, pt.Kind, pt.Name}
		}
	}
	if it.OverKind == "record" {
		v.Over = domain.RecordID(it.OverID)
	}
	if it.ToOrg != "" {
		if o, err := w.Org(it.ToOrg); err == nil {
			v.Assignee = &OrgRef{o.ID, o.Name, o.Kind}
		}
	}
	if it.Record != "" {
		if r, s, err := w.row(it.Record); err == nil {
			sum, err := w.summary(r, s)
			if err != nil {
				return v, err
			}
			v.Record = &sum
		}
	}
	return v, nil
}

func orgIDs(ms []record.Membership) []domain.OrgID {
	out := []domain.OrgID{}
	for _, m := range ms {
		out = append(out, m.Org)
	}
	return out
}
