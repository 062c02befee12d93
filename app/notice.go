package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// States of a notice. Only what is live is shown; the others stay on record.
const (
	noticeProposed = "proposed" // waits for who reviews it
	noticeLive     = "live"
	noticeEnded    = "ended"   // shown for all its time
	noticeStopped  = "stopped" // taken down before
	noticeRefused  = "refused"
)

// noticePublic is the `to` of a notice that everybody may read.
const noticePublic = "public"

// PublicNotice is something published, as its readers see it.
type PublicNotice struct {
	ID        string         `json:"id"`
	Program   string         `json:"program"`
	Notice    string         `json:"notice"`
	Title     string         `json:"title"`
	Label     string         `json:"label"`
	County    string         `json:"county"`
	Figures   bool           `json:"figures"` // a ledger, not a list of rows
	State     string         `json:"state"`
	Published time.Time      `json:"published_at"`
	Until     *time.Time     `json:"until,omitempty"`
	Objection *ObjectionView `json:"objection,omitempty"`
	Table     *PublicTable   `json:"table,omitempty"`
	CanReview bool           `json:"can_review,omitempty"`
	Target    string         `json:"target,omitempty"` // what lets it out, for who reviews it
	Open      bool           `json:"open"`             // shown to everybody
}

// ObjectionView says how, and until when, one may object.
type ObjectionView struct {
	Record string     `json:"record"`
	Move   string     `json:"move"`
	Label  string     `json:"label"`
	Until  *time.Time `json:"until,omitempty"`
}

// noticeMost bounds a list of publications; older ones are found by their address.
const noticeMost = 200

// noticeOf gives the definition behind a publication; nil when the program no
// longer has it.
func (w *work) noticeOf(n *domain.Notice) (*program.Program, *program.Notice, error) {
	p, err := w.Program(n.Program, 0)
	if err != nil {
		if domain.KindOf(err) == domain.KindNotFound {
			return nil, nil, nil
		}
		return nil, nil, err
	}
	return p, p.Notices.Get(n.Key), nil
}

func (w *work) noticeView(n *domain.Notice, p *program.Program, nt *program.Notice, t domain.Tenant) *PublicNotice {
	v := &PublicNotice{ID: n.ID, Program: n.Program, Notice: n.Key, County: t.Name, State: n.State, Published: n.PublishedAt,
		Title: asText(n.Data["title"]), Label: nt.Label, Open: nt.To == noticePublic, Figures: strings.HasPrefix(nt.Of, "ledger.")}
	if !n.Until.IsZero() {
		v.Until = &n.Until
	}
	if n.State == noticeLive && nt.ObjectionOpens != "" {
		v.Objection = w.objectionView(n, p, nt)
	}
	return v
}

// showTable stores what a notice shows, page by page.
func (w *work) showTable(id string, t *PublicTable) error {
	rows := t.Rows
	t.Pages = max(1, (len(rows)+noticePageRows-1)/noticePageRows)
	pages := make([]map[string]any, t.Pages)
	for i := range pages {
		one := *t
		one.Page = i + 1
		one.Rows = rows[min(i*noticePageRows, len(rows)):min((i+1)*noticePageRows, len(rows))]
		if i > 0 {
			one.Corrections, one.Draw, one.Texts = []LedgerRow{}, nil, nil
		}
		b, err := json.Marshal(&one)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, &pages[i]); err != nil {
			return err
		}
	}
	return w.tx.SaveNoticePages(id, pages)
}

// reviews gives the area in which somebody may let a notice out. For a notice of
// one row he must hold the role towards that row.
func (w *work) reviews(p *program.Program, nt *program.Notice, target string) (path string, ok bool, err error) {
	if w.who.System {
		return "", true, nil
	}
	for _, k := range nt.Review {
		role := p.Roles.Get(k)
		if role == nil {
			continue
		}
		for _, m := range w.who.Qualified(role) {
			if len(m.Paths) > 0 && (!ok || len(m.Paths[0]) < len(path)) {
				path, ok = m.Paths[0], true
			}
		}
	}
	rec := w.noticeTarget(nt, target)
	if rec == "" {
		return path, ok, nil
	}
	r, err := w.unit.Load(rec)
	if err != nil {
		return "", false, hide(err)
	}
	ok = slices.ContainsFunc(nt.Review, func(k string) bool { return w.unit.Holds(r, k) })
	return path, ok, nil
}

// noticeTarget is the record that a publication is about, if it is about one.
func (w *work) noticeTarget(nt *program.Notice, target string) domain.RecordID {
	switch head, _, dotted := strings.Cut(nt.Of, "."); {
	case target == "":
		return ""
	case !dotted:
		return domain.RecordID(target)
	case head == "choice", head == "ballot", head == "account":
		return domain.RecordID(target)
	case head == "document":
		if d, err := w.tx.Document(target); err == nil {
			return d.Record
		}
	}
	return ""
}

// NoticePreview shows what would be published, to who may let it out.
func (a *App) NoticePreview(ctx context.Context, who *Who, prog, key, target string) (t *PublicTable, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, nt, err := w.notice(prog, key)
		if err != nil {
			return err
		}
		path, id, _, err := w.mayPublish(p, nt, target)
		if err != nil {
			return err
		}
		if t, err = w.noticeTable(p, nt, id, path); err != nil {
			return err
		}
		t.Page, t.Pages = 1, max(1, (len(t.Rows)+noticePageRows-1)/noticePageRows)
		t.Rows = t.Rows[:min(len(t.Rows), noticePageRows)]
		return nil
	})
	return t, err
}

func (w *work) notice(prog, key string) (*program.Program, *program.Notice, error) {
	p, err := w.Program(prog, 0)
	if err != nil {
		return nil, nil, err
	}
	nt := p.Notices.Get(key)
	if nt == nil {
		return nil, nil, domain.NotFound("notice")
	}
	return p, nt, nil
}

// mayPublish resolves a target and refuses who may not let it out. For a ledger the
// target is its period, and the table must be signed.
func (w *work) mayPublish(p *program.Program, nt *program.Notice, target string) (path, id, title string, err error) {
	key, ledger := strings.CutPrefix(nt.Of, "ledger.")
	var l *program.Ledger
	if ledger {
		l = p.Ledgers.Get(key)
		if path, _, err = w.ledgerScope(p, l); err != nil {
			return "", "", "", err
		}
		target, title = "", target
	}
	if head, _ := cutBlock(nt.Of); head == "document" && target != "" { // a record stands for the paper it was last given
		if list, err := w.papers(nt, domain.RecordID(target)); err != nil {
			return "", "", "", err
		} else if len(list) > 0 {
			target = list[len(list)-1]
		}
	}
	area, ok, err := w.reviews(p, nt, target)
	if err != nil {
		return "", "", "", err
	}
	if !ok {
		return "", "", "", domain.E(domain.KindForbidden, "notice_forbidden")
	}
	if !ledger {
		return area, target, w.noticeTitle(nt, target), nil
	}
	fz, err := orNil(w.tx.Ledger(p.Key, key, title, path))
	if err != nil {
		return "", "", "", err
	}
	if fz == nil || fz.State != "signed" {
		return "", "", "", domain.E(domain.KindRefused, "notice_unsigned", "ledger", l.Label)
	}
	return path, fz.ID, l.Label + " " + title, nil
}

// noticeTitle names a publication by what is not personal: number and day.
func (w *work) noticeTitle(nt *program.Notice, target string) string {
	if rec := w.noticeTarget(nt, target); rec != "" {
		if r, err := w.unit.Load(rec); err == nil && (r.RefNo != "" || publicName(r) != "") {
			return nt.Label + " " + orText2(publicName(r), r.RefNo)
		}
	}
	return nt.Label + " " + w.today().String()
}

// publicName is the name that a record goes by in public, "" when it has none.
func publicName(r *record.Row) string {
	f := r.T.Fields.Get("name")
	if f == nil || f.Type != program.TypeText || f.Class > domain.Public {
		return ""
	}
	return asText(r.Value("name"))
}

// Published names a publication.
type Published struct {
	ID string `json:"id"`
}

// Publish lets something out: a signed ledger by its period, a list by no target,
// a row or a paper by its id. It is the only way anything leaves for the public
// page. What waits for review goes out as what it is.
func (a *App) Publish(ctx context.Context, who *Who, o Once, prog, key, target string) (*Published, error) {
	return onceAnswered(ctx, a, who, o, func(w *work) (*Published, error) {
		p, nt, err := w.notice(prog, key)
		if err != nil {
			return nil, err
		}
		path, id, title, err := w.mayPublish(p, nt, target)
		if err != nil {
			return nil, err
		}
		n, err := w.publish(p, nt, id, path, title, noticeLive)
		if err != nil {
			return nil, err
		}
		return &Published{n.ID}, nil
	})
}

// publish makes a publication, or lets out the one that waits for review.
func (w *work) publish(p *program.Program, nt *program.Notice, target, path, title, state string) (*domain.Notice, error) {
	w.lasting()
	for _, st := range []string{noticeLive, noticeProposed} {
		old, err := w.tx.Notices(p.Key, nt.Key, target, st, 1)
		if err != nil {
			return nil, err
		}
		// A list has no target: each list of the notice counts.
		old = slices.DeleteFunc(old, func(n domain.Notice) bool { return n.Target != target })
		switch {
		case len(old) == 0:
		case st == noticeLive || state == noticeProposed:
			return nil, domain.E(domain.KindConflict, "notice_live")
		default:
			return &old[0], w.letOut(p, nt, &old[0], path)
		}
	}
	n := &domain.Notice{ID: store.NewID(), Program: p.Key, Key: nt.Key, Target: target, State: state, PublishedAt: w.Now(),
		Data: map[string]any{"title": p.Title + "：" + title, "by": string(w.who.Account), "path": path}}
	if state == noticeProposed {
		return n, w.tx.InsertNotice(n)
	}
	if err := w.endOf(p, nt, n); err != nil {
		return nil, err
	}
	if err := w.tx.InsertNotice(n); err != nil {
		return nil, err
	}
	return n, w.fillNotice(p, nt, n)
}

// letOut makes a proposed publication live.
func (w *work) letOut(p *program.Program, nt *program.Notice, n *domain.Notice, path string) error {
	n.State, n.PublishedAt, n.Data["by"], n.Data["path"] = noticeLive, w.Now(), string(w.who.Account), path
	if err := w.endOf(p, nt, n); err != nil {
		return err
	}
	if err := w.tx.UpdateNotice(n); err != nil {
		return err
	}
	return w.fillNotice(p, nt, n)
}

func (w *work) endOf(p *program.Program, nt *program.Notice, n *domain.Notice) error {
	span, err := w.unit.SpanOf(p, nt.Lasts)
	if err == nil && !span.IsZero() {
		n.Until, _ = w.app.cal.Due(w.Now(), span.N, span.Unit, false)
	}
	return err
}

// fillNotice makes the table of a live publication and says that it is out.
func (w *work) fillNotice(p *program.Program, nt *program.Notice, n *domain.Notice) error {
	t, err := w.noticeTable(p, nt, n.Target, asText(n.Data["path"]))
	if err != nil {
		return err
	}
	if err := w.showTable(n.ID, t); err != nil {
		return err
	}
	ev := &domain.Event{Program: p.Key, Key: "notice", Type: "publish", Actor: w.who.Account,
		Data: map[string]any{"notice": nt.Key, "rows": int64(t.Count), "hash": t.Hash}}
	if t.Period != "" {
		ev.Data["period"] = t.Period
	}
	if err := w.tx.AppendEvent(ev); err != nil {
		return err
	}
	return w.audit("publish", "notice/"+n.ID, "", map[string]any{"rows": int64(t.Count)})
}

// Unpublish takes a publication down, or refuses one that waits; it stays on record.
func (a *App) Unpublish(ctx context.Context, who *Who, o Once, id string) error {
	_, err := onceAnswered(ctx, a, who, o, func(w *work) (*Published, error) {
		n, err := w.tx.Notice(id)
		if err != nil {
			return nil, domain.NotFound("notice")
		}
		p, nt, err := w.noticeOf(n)
		if err != nil || nt == nil {
			return nil, orNotFound(err)
		}
		_, ok, err := w.reviews(p, nt, ledgerless(nt, n.Target))
		if err != nil || !ok {
			return nil, orNotFound(err)
		}
		switch n.State {
		case noticeLive:
			n.State = noticeStopped
		case noticeProposed:
			n.State = noticeRefused
		default:
			return nil, domain.E(domain.KindConflict, "notice_over")
		}
		if err := w.tx.UpdateNotice(n); err != nil {
			return nil, err
		}
		if err := w.tx.AppendEvent(&domain.Event{Program: n.Program, Key: "notice", Type: "unpublish", Actor: who.Account,
			Data: map[string]any{"notice": n.Key}}); err != nil {
			return nil, err
		}
		return &Published{id}, w.audit("unpublish", "notice/"+id, "", nil)
	})
	return err
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return domain.NotFound("notice")
}

// ledgerless is the target of a notice whose review depends on a row.
func ledgerless(nt *program.Notice, target string) string {
	if strings.HasPrefix(nt.Of, "ledger.") {
		return ""
	}
	return target
}
