package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// StartNotice implements record.World: an action publishes its row. Where the
// notice is reviewed, it waits and who reviews is told.
func (w *work) StartNotice(p *program.Program, nt *program.Notice, rec *domain.Record) error {
	w.lasting()
	state := noticeLive
	if len(nt.Review) > 0 {
		state = noticeProposed
	}
	w.later("", func() error {
		target, err := w.startTarget(p, nt, rec)
		if err != nil {
			return err
		}
		n, err := w.publish(p, nt, target, "", w.noticeTitle(nt, target), state)
		if err != nil {
			if domain.CodeOf(err) == "notice_live" {
				return nil // it is out already, or waits
			}
			return err
		}
		if state == noticeProposed {
			for _, role := range nt.Review {
				if err := w.Notify(record.Notice{Program: p.Key, Role: role, Record: rec, Via: []string{"push"}, Text: "请审核公示：" + asText(n.Data["title"])}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return nil
}

// startTarget is what a publication is about that a record starts: the record, the
// rows or balances below it, the paper it was last given; "" = a list of the county,
// started by something that happened.
func (w *work) startTarget(p *program.Program, nt *program.Notice, rec *domain.Record) (string, error) {
	head, dotted := cutBlock(nt.Of)
	switch {
	case !dotted || head == "choice" || head == "ballot":
		return string(rec.ID), nil
	case head == "account":
		if acc := p.Accounts.Get(strings.TrimPrefix(nt.Of, "account.")); acc != nil && slices.Contains(acc.By, rec.Key) {
			return string(rec.ID), nil
		}
	case head == "document":
		list, err := w.papers(nt, rec.ID)
		if err != nil || len(list) == 0 {
			return "", err
		}
		return list[len(list)-1], nil
	}
	return "", nil
}

// papers are the documents of a record that a notice may publish, oldest first.
func (w *work) papers(nt *program.Notice, rec domain.RecordID) ([]string, error) {
	list, err := w.tx.Documents(rec, strings.TrimPrefix(nt.Of, "document."))
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].ID
	}
	return out, err
}

// shownAs lists under which targets a notice may show a record: itself and, where it
// publishes papers, each of its papers.
func (w *work) shownAs(nt *program.Notice, rec domain.RecordID) ([]string, error) {
	if head, _ := cutBlock(nt.Of); head != "document" || rec == "" {
		return []string{string(rec)}, nil
	}
	list, err := w.papers(nt, rec)
	return append(list, string(rec)), err
}

// stopNotices takes down what shows a record, or waits to.
func (w *work) stopNotices(key string, rec *domain.Record) error {
	p, err := w.Program(rec.Program, rec.Version)
	if err != nil {
		return err
	}
	nt := p.Notices.Get(key)
	if nt == nil {
		return nil
	}
	targets, err := w.shownAs(nt, rec.ID)
	if err != nil {
		return err
	}
	for _, target := range targets {
		if err := w.stopTarget(p.Key, key, target); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) stopTarget(prog, key, target string) error {
	for state, then := range map[string]string{noticeLive: noticeStopped, noticeProposed: noticeRefused} {
		list, err := w.tx.Notices(prog, key, target, state, noticeMost)
		if err != nil {
			return err
		}
		for i := range list {
			list[i].State = then
			if err := w.tx.UpdateNotice(&list[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func cutBlock(of string) (string, bool) {
	head, _, dotted := strings.Cut(of, ".")
	return head, dotted
}

// NoticeState implements record.World.
func (w *work) NoticeState(p *program.Program, nt *program.Notice, rec domain.RecordID) (open, clear bool, err error) {
	targets, err := w.shownAs(nt, rec)
	if err != nil {
		return false, false, err
	}
	var list []domain.Notice
	for _, target := range targets {
		some, err := w.tx.Notices(p.Key, nt.Key, target, "", 20)
		if err != nil {
			return false, false, err
		}
		list = append(list, some...)
	}
	for i := range list {
		n := &list[i]
		over := !n.Until.IsZero() && !w.Now().Before(n.Until)
		open = open || n.State == noticeLive && !over
		if n.State != noticeEnded && (n.State != noticeLive || !over) {
			continue
		}
		if clear, err = w.unopposed(n.ID); err != nil || clear {
			return open, clear, err
		}
	}
	return open, false, nil
}

// unopposed: every objection has ended without effect.
func (w *work) unopposed(notice string) (bool, error) {
	list, err := w.tx.Objections(notice)
	if err != nil {
		return false, err
	}
	for _, id := range list {
		r, err := w.unit.Load(id)
		if err != nil {
			return false, err
		}
		if r.Phase != domain.PhaseVoid {
			return false, nil
		}
	}
	return true, nil
}

// objectionView says how to object while there is time; nil when it is over.
func (w *work) objectionView(n *domain.Notice, p *program.Program, nt *program.Notice) *ObjectionView {
	rec, move, _ := strings.Cut(nt.ObjectionOpens, ".")
	t := p.Records.Get(rec)
	if t == nil {
		return nil
	}
	for k, mv := range t.Moves.All() {
		if mv.Intake() && len(mv.By) > 0 && (move == "" || move == k) {
			move = k
			break
		}
	}
	mv := t.Moves.Get(move)
	if mv == nil {
		return nil
	}
	v := &ObjectionView{Record: rec, Move: move, Label: mv.Label}
	if until := w.objectUntil(n, p, nt); !until.IsZero() {
		if !w.Now().Before(until) {
			return nil
		}
		v.Until = &until
	}
	return v
}

// objectUntil is the end of the time to object: its own limit, else the notice's.
func (w *work) objectUntil(n *domain.Notice, p *program.Program, nt *program.Notice) time.Time {
	span, err := w.unit.SpanOf(p, nt.ObjectionWithin)
	if err != nil || span.IsZero() {
		return n.Until
	}
	until, _ := w.app.cal.Due(n.PublishedAt, span.N, span.Unit, false)
	return until
}

// object takes in a record that objects to a publication.
func (w *work) object(notice string, p *program.Program, t *program.RecordType, mv *program.Move, act record.Act) (domain.RecordID, error) {
	n, err := w.objects(notice, t, mv, &act)
	if err != nil {
		return "", err
	}
	r, err := w.unit.Create(p, t, mv, act)
	if err != nil {
		return "", err
	}
	return r.ID, w.tx.AddObjection(n.ID, r.ID)
}

// objects checks that an intake may object to a notice, and gives its row the
// notice's own as parent where it hangs on such rows.
func (w *work) objects(id string, t *program.RecordType, mv *program.Move, act *record.Act) (*domain.Notice, error) {
	n, err := orNil(w.tx.Notice(id))
	if err != nil {
		return nil, err
	}
	unknown := domain.E(domain.KindInvalid, "notice_unknown").With("notice", "notice_unknown")
	if n == nil || n.State != noticeLive {
		return nil, unknown
	}
	p, nt, err := w.noticeOf(n)
	if err != nil || nt == nil || nt.ObjectionOpens == "" || !w.shownTo(p, nt, n) {
		return nil, orErr(err, unknown)
	}
	v := w.objectionView(n, p, nt)
	if v == nil {
		return nil, domain.E(domain.KindRefused, "objection_late", "label", nt.Label)
	}
	if v.Record != t.Key || mv == nil || v.Move != mv.Key {
		return nil, unknown
	}
	target := w.noticeTarget(nt, n.Target)
	if !w.mayObject(p, nt, target) {
		return nil, domain.E(domain.KindForbidden, "objection_forbidden")
	}
	if target != "" && t.Of == nt.Of && act.Parent == "" {
		act.Parent = target
	}
	return n, nil
}

func orErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (w *work) mayObject(p *program.Program, nt *program.Notice, target domain.RecordID) bool {
	for _, k := range nt.ObjectionBy {
		role := p.Roles.Get(k)
		if role == nil {
			continue
		}
		if w.who.HoldsStatic(role) {
			return true
		}
		if target != "" {
			if r, err := w.unit.Load(target); err == nil && w.unit.Holds(r, k) {
				return true
			}
		}
	}
	return false
}

// NoticesDue ends publications whose time is over and makes those anew that keep
// up with their rows. Each is a transaction of its own.
func (a *App) NoticesDue(ctx context.Context) (int, error) {
	done := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		var over, stale []string
		if err := a.read(ctx, System(county), func(w *work) (err error) {
			over, stale, err = w.dueNotices()
			return err
		}); err != nil {
			return err
		}
		for _, id := range over {
			if err := a.write(ctx, System(county), func(w *work) error { return w.endNotice(id) }); err != nil {
				return err
			}
		}
		for _, id := range stale {
			if err := a.write(ctx, System(county), func(w *work) error { return w.freshen(id) }); err != nil {
				a.Log.Error("notice", "id", id, "err", err)
			}
		}
		done += len(over) + len(stale)
		return nil
	})
	return done, err
}

func (w *work) dueNotices() (over, stale []string, err error) {
	ended, err := w.tx.EndedNotices(noticeLive, w.Now(), tickBatch)
	if err != nil {
		return nil, nil, err
	}
	for i := range ended {
		over = append(over, ended[i].ID)
	}
	for _, p := range w.set.set.Programs.All() {
		for key, nt := range p.Notices.All() {
			list, err := w.tx.Notices(p.Key, key, "", noticeLive, noticeMost)
			if err != nil {
				return nil, nil, err
			}
			for i := range list {
				if w.staleNotice(nt, &list[i]) {
					stale = append(stale, list[i].ID)
				}
			}
		}
	}
	return over, stale, nil
}

// How often a publication that keeps up is made anew: what follows every change,
// within minutes; a ledger once a day, for its corrections.
const (
	refreshChange = 10 * time.Minute
	refreshLedger = 24 * time.Hour
)

func (w *work) staleNotice(nt *program.Notice, n *domain.Notice) bool {
	last := n.PublishedAt
	if t, err := time.Parse(time.RFC3339, asText(n.Data["fresh"])); err == nil {
		last = t
	}
	switch {
	case !n.Until.IsZero() && !w.Now().Before(n.Until):
		return false
	case strings.HasPrefix(nt.Of, "ledger."):
		return !w.Now().Before(last.Add(refreshLedger))
	case nt.Refresh == nil:
		return false
	case nt.Refresh.Unit == "change":
		return !w.Now().Before(last.Add(refreshChange))
	}
	due, ok := w.app.nextDue(nt.Refresh, last)
	return ok && !w.Now().Before(due)
}

func (w *work) freshen(id string) error {
	n, err := w.tx.Notice(id)
	if err != nil || n.State != noticeLive {
		return err
	}
	p, nt, err := w.noticeOf(n)
	if err != nil || nt == nil {
		return err
	}
	n.Data["fresh"] = w.Now().UTC().Format(time.RFC3339)
	t, err := w.noticeTable(p, nt, n.Target, asText(n.Data["path"]))
	if domain.CodeOf(err) == "notice_not_yet" { // its row has left what is published
		n.State = noticeStopped
		return w.tx.UpdateNotice(n)
	}
	if err != nil {
		return err
	}
	if err := w.showTable(id, t); err != nil {
		return err
	}
	return w.tx.UpdateNotice(n)
}

// endNotice ends a publication whose time is over; its row looks at its conditions
// again, for `notice.k.clear` may hold now.
func (w *work) endNotice(id string) error {
	n, err := w.tx.Notice(id)
	if err != nil || n.State != noticeLive || n.Until.After(w.Now()) {
		return err
	}
	n.State = noticeEnded
	if err := w.tx.UpdateNotice(n); err != nil {
		return err
	}
	if err := w.tx.AppendEvent(&domain.Event{ID: domain.EventID(store.NewID()), Program: n.Program, Key: "notice", Type: "notice_ended", Data: map[string]any{"notice": n.Key}}); err != nil {
		return err
	}
	_, nt, err := w.noticeOf(n)
	if err != nil || nt == nil {
		return err
	}
	rec := w.noticeTarget(nt, n.Target)
	if rec == "" {
		return nil
	}
	r, err := w.unit.Load(rec)
	if err != nil {
		return err
	}
	return w.unit.Note(r, "notice_ended", map[string]any{"label": nt.Label})
}
