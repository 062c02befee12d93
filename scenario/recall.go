package scenario

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"linqiao/kernel/program"
)

// network cuts a person off, or sends what was kept meanwhile.
func (w *world) network(ctx context.Context, s Network) error {
	if s.Down {
		w.offline[s.Who] = []queued{}
		return nil
	}
	kept := w.offline[s.Who]
	delete(w.offline, s.Who)
	who, actor, err := w.session(ctx, s.Who)
	if err != nil {
		return err
	}
	for _, q := range kept {
		if err := w.act(ctx, who, actor, q.step, q.at); err != nil {
			return fmt.Errorf("补传 %s：%w", q.step.Target, err)
		}
	}
	return nil
}

func (w *world) remember(ctx context.Context, s Remember) error {
	if s.Whom {
		return w.rememberWhom(ctx, s)
	}
	if s.Latest == "" {
		if w.last == nil {
			return fmt.Errorf("上句没有结果")
		}
		w.last.name = s.Name
		w.put(w.last)
		return nil
	}
	rec, err := w.recordNamed(s.Latest)
	if err != nil {
		return err
	}
	t, err := w.latest(ctx, rec, s)
	if err != nil {
		return err
	}
	t.name = s.Name
	w.put(t)
	return nil
}

// rememberWhom gives a name to whoever a record is about: somebody that the story
// registered and that a draw, say, has picked.
func (w *world) rememberWhom(ctx context.Context, s Remember) error {
	t, err := w.getKind(s.On, aRecord, "记录")
	if err != nil {
		return err
	}
	id := ""
	if err := w.views(ctx, t, func(view object) bool {
		of, _ := view["subject"].(map[string]any)
		id = str(of["id"])
		return id != ""
	}); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, x := range w.things {
		if x.kind == aParty && x.id == id {
			w.things[s.Name] = x
			return nil
		}
	}
	return fmt.Errorf("「%s」的对象没有人看得见，或不是本剧本登记的", s.On)
}

// latest finds the newest record of a kind on something, by an organisation; or
// the oldest that still runs (最早).
func (w *world) latest(ctx context.Context, rec *program.RecordType, s Remember) (*thing, error) {
	on, by := s.On, s.By
	q := url.Values{"program": {w.prog.Key}, "record": {rec.Key}}
	if on != "" {
		t, err := w.get(on)
		if err != nil {
			return nil, err
		}
		switch t.kind {
		case aParty:
			q.Set("subject", t.id)
		case aRecord:
			q.Set("parent", t.id)
		case aRegion:
			q.Set("region", t.id)
		}
	}
	if s.Oldest {
		q.Set("running", "1")
	}
	var provider string
	if by != "" {
		org, err := w.getKind(by, anOrg, "单位")
		if err != nil {
			return nil, err
		}
		provider = org.id
	}
	for _, a := range w.readers(nil, rec) {
		items, err := w.pages(ctx, a.login, "/records", q, 1000)
		if err != nil {
			continue
		}
		if s.Oldest {
			slices.Reverse(items)
		}
		for _, x := range items {
			if p, _ := x["provider"].(map[string]any); provider != "" && str(p["id"]) != provider {
				continue
			}
			return w.recordThing(x, a), nil
		}
	}
	return nil, fmt.Errorf("没有找到 %s", rec.Label)
}

// readers gives accounts that may see a record, the likeliest first: those who
// acted on it, then holders of area roles, then everybody of the cast.
func (w *world) readers(t *thing, rec *program.RecordType) []*thing {
	var out []*thing
	seen := map[*thing]bool{}
	add := func(list ...*thing) {
		for _, a := range list {
			if a != nil && a.login != nil && !seen[a] {
				seen[a] = true
				out = append(out, a)
			}
		}
	}
	if t != nil {
		for i := len(t.actors) - 1; i >= 0; i-- {
			add(t.actors[i])
		}
	}
	for key, r := range w.prog.Roles.All() {
		if r.Is == "area" {
			add(w.holders(key)...)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	add(w.order...)
	return out
}

// viewAs reads a record as one account.
func (w *world) viewAs(ctx context.Context, who *login, id string) (object, error) {
	var view object
	err := w.call(ctx, who, http.MethodGet, "/records/"+id, nil, &view)
	return view, err
}

// views reads a record as one reader after another until f is content.
func (w *world) views(ctx context.Context, t *thing, f func(view object) bool) error {
	err := fmt.Errorf("没有人看得见「%s」", t.name)
	for _, a := range w.readers(t, t.rec) {
		view, verr := w.viewAs(ctx, a.login, t.id)
		if verr != nil {
			continue
		}
		err = nil
		if f(view) {
			return nil
		}
	}
	return err
}

// noteRev remembers the version of a record before an act that must fail.
func (w *world) noteRev(ctx context.Context, on string) error {
	w.revs = map[string]float64{}
	t, err := w.get(on)
	if on == "" || err != nil || t.kind != aRecord {
		return nil
	}
	return w.views(ctx, t, func(view object) bool {
		w.revs[t.id], _ = view["rev"].(float64)
		return true
	})
}

// look asks for offers that fit a need, a ledger or a notice.
func (w *world) look(ctx context.Context, who *login, s Step) error {
	kind, key, _ := strings.Cut(s.Target, ".")
	var path string
	switch kind {
	case "match":
		t, err := w.getKind(s.On, aRecord, "记录")
		if err != nil {
			return err
		}
		path = "/records/" + t.id + "/matches/" + key
	case "ledger":
		path = "/programs/" + w.prog.Key + "/ledgers/" + key + "?" + url.Values{"period": {period(s.Args.Text("期"))}}.Encode()
	case "notice":
		path = "/public/notices"
	default:
		return fmt.Errorf("不能看「%s」（只有 match、ledger、notice）", s.Target)
	}
	var answer object
	if err := w.call(ctx, who, http.MethodGet, path, nil, &answer); err != nil {
		return err
	}
	w.last = &thing{kind: aDocument, doc: answer}
	return nil
}

// checkSerial looks a document up on the public check page by its serial.
func (w *world) checkSerial(ctx context.Context, who *login, s Step) error {
	t, err := w.get(s.On)
	if err != nil {
		return err
	}
	serial := s.Args.Text("编号")
	if t.kind == aRecord && serial == "" {
		if err := w.views(ctx, t, func(view object) bool {
			for _, d := range list(view["documents"]) {
				serial = str(d["serial"])
			}
			return serial != ""
		}); err != nil {
			return err
		}
	}
	if serial == "" {
		return fmt.Errorf("「%s」没有文书编号", s.On)
	}
	var answer object
	if err := w.call(ctx, who, http.MethodGet, "/public/check/"+url.PathEscape(serial), nil, &answer); err != nil {
		return err
	}
	w.last = &thing{kind: aDocument, doc: answer}
	return nil
}

func (w *world) freeze(ctx context.Context, who *login, s Step) error {
	l, err := w.ledgerNamed(s.Target)
	if err != nil {
		return err
	}
	w.period = period(s.Args.Text("期"))
	return w.call(ctx, who, http.MethodPost, "/programs/"+w.prog.Key+"/ledgers/"+l.Key+"/freeze", object{"period": w.period}, nil)
}

func (w *world) signLedger(ctx context.Context, who *login, key string, args Args) error {
	l, err := w.ledgerNamed(key)
	if err != nil {
		return err
	}
	signed := period(args.Text("期"))
	if signed == "" {
		signed = w.period
	}
	return w.call(ctx, who, http.MethodPost, "/programs/"+w.prog.Key+"/ledgers/"+l.Key+"/sign", object{"period": signed}, nil)
}
