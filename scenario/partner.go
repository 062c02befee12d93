package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"linqiao/exchange"
	"linqiao/kernel/program"
)

// far is a system at the other end of a mapping, as a story needs one: it takes what is
// told, keeps what its own people have changed until the county decides, and tells it.
// It speaks the exchange over a real connection, which a story cuts and heals.
type far struct {
	def    *program.Partner
	id     string // of the partner in the county
	path   string // where the county takes events
	county exchange.Key
	own    exchange.Key // that the county shows here
	server *http.Server
	now    func() time.Time

	mu      sync.Mutex
	down    bool
	seq     int64
	seen    map[string]bool // events, by source and id
	records map[string]*farRecord
}

// farRecord is what the other side holds of one record, by the names of the mapping.
type farRecord struct {
	id, kind string
	theirs   int64 // the county's latest version
	fields   map[string]any
	mine     map[string]any // changed here, and not decided on there
	tell     bool
}

// partnerLink ties the other side on its first use, cuts it off or heals the line.
func (w *world) partnerLink(ctx context.Context, s PartnerLink) error {
	f, err := w.farOf(ctx, s.Partner)
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.down = s.Down
	f.mu.Unlock()
	if s.Down {
		return nil
	}
	if err := w.farTells(ctx, f); err != nil {
		return err
	}
	return w.tick(ctx)
}

func (c *checker) partner(key string) error {
	if !c.w.prog.Partners.Has(key) {
		return fmt.Errorf("程序没有对接「%s」", key)
	}
	return nil
}

func (w *world) farOf(ctx context.Context, name string) (*far, error) {
	if f := w.fars[name]; f != nil {
		return f, nil
	}
	def := w.prog.Partners.Get(name)
	if def == nil {
		return nil, fmt.Errorf("程序没有对接「%s」", name)
	}
	f := &far{def: def, now: w.now, seen: map[string]bool{}, records: map[string]*farRecord{}}
	var err error
	if f.own, err = exchange.NewKey(); err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f.server = &http.Server{Handler: http.HandlerFunc(f.serve), ReadHeaderTimeout: time.Minute}
	go func() { _ = f.server.Serve(ln) }()
	w.fars[name] = f
	var view struct {
		ID, Path, Key string
		Rev           int64
	}
	if err := w.call(ctx, w.admin, http.MethodPost, "/partners", object{"name": def.Label, "program": w.prog.Key, "mapping": name}, &view); err != nil {
		return nil, err
	}
	if err := w.call(ctx, w.admin, http.MethodPost, "/partners/"+view.ID+"/key", nil, &view); err != nil {
		return nil, err
	}
	f.id, f.path = view.ID, view.Path
	f.county, _ = exchange.ParseKey(view.Key)
	return f, w.call(ctx, w.admin, http.MethodPatch, "/partners/"+view.ID,
		object{"rev": view.Rev, "url": "http://" + ln.Addr().String(), "key": f.own.Text(), "push": true}, nil)
}

// closeFars ends the other sides of a scene.
func (w *world) closeFars() {
	for _, f := range w.fars {
		_ = f.server.Close()
	}
}

// serve takes one event, as any partner must: signed, once, durable as long as the scene.
func (f *far) serve(rw http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		panic(http.ErrAbortHandler) // the line is cut: nothing comes back
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, exchange.BodyMost+1))
	stamp, signature := r.Header.Get(exchange.HeaderTime), r.Header.Get(exchange.HeaderSignature)
	if err != nil || !exchange.Fresh(stamp, f.now()) || r.Header.Get("Authorization") != "Bearer "+f.own.Access() ||
		!exchange.Verify(f.own.Secret(), stamp, signature, r.Method, r.URL.RequestURI(), body) {
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	ev, err := exchange.Parse(body)
	if err != nil {
		rw.WriteHeader(http.StatusUnprocessableEntity)
		return
	}
	out := exchange.Receipt{Status: "repeated"}
	rec := f.records[ev.Data.ID]
	if name := ev.Source + " " + ev.ID; !f.seen[name] {
		f.seen[name] = true
		out.Status = "applied"
		rec = f.take(rec, ev)
	}
	if rec != nil {
		out.ID = rec.id
	}
	_ = json.NewEncoder(rw).Encode(out)
}

func (f *far) take(rec *farRecord, ev *exchange.Event) *farRecord {
	if rec == nil {
		rec = &farRecord{id: fmt.Sprintf("far-%d", len(f.records)+1), kind: ev.Data.Record, fields: map[string]any{}, mine: map[string]any{}}
		f.records[ev.Data.ID] = rec
	}
	if ev.Data.Version < rec.theirs {
		return rec
	}
	rec.theirs = ev.Data.Version
	if ev.Type == exchange.TypeWithdrawn {
		rec.fields, rec.mine = map[string]any{}, map[string]any{}
		return rec
	}
	for k, v := range ev.Data.Fields {
		if _, own := rec.mine[k]; !own || slices.Contains(ev.Data.Chose, k) {
			rec.fields[k] = v
			delete(rec.mine, k)
		}
	}
	return rec
}

// partnerEdit is a change that somebody makes at the other side.
func (w *world) partnerEdit(ctx context.Context, s Step) error {
	f, err := w.farOf(ctx, s.Target)
	if err != nil {
		return err
	}
	t, err := w.getKind(s.On, aRecord, "记录")
	if err != nil {
		return err
	}
	f.mu.Lock()
	rec := f.records[t.id]
	if rec == nil || len(rec.fields) == 0 {
		f.mu.Unlock()
		return fmt.Errorf("「%s」没有「%s」", f.def.Label, s.On)
	}
	for _, a := range s.Args {
		m, field := mapped(f.def, t.rec, a.Key)
		if m == nil || field == nil {
			f.mu.Unlock()
			return fmt.Errorf("「%s」不能由对方改", a.Key)
		}
		v, err := w.encode(ctx, w.admin, field, a.Value)
		if err != nil {
			f.mu.Unlock()
			return err
		}
		rec.mine[m.Name] = v
	}
	rec.tell = true
	f.mu.Unlock()
	return w.farTells(ctx, f)
}

// mapped finds a field by its name at either side, or its label.
func mapped(def *program.Partner, rt *program.RecordType, key string) (*program.PartnerField, *program.Field) {
	pr := def.Records.Get(rt.Key)
	if pr == nil {
		return nil, nil
	}
	m := pr.Field(key)
	if m == nil {
		if own, ok := fieldNamed(rt, key); ok {
			key = own.Key
		}
		for i := range pr.Fields {
			if pr.Fields[i].Col.Path == key {
				m = &pr.Fields[i]
			}
		}
	}
	if m == nil || m.Own == "" {
		return m, nil
	}
	return m, rt.Fields.Get(m.Own)
}

// farTells hands over what the other side has changed, unless the line is cut.
func (w *world) farTells(ctx context.Context, f *far) error {
	f.mu.Lock()
	var bodies [][]byte
	for id, rec := range f.records {
		if f.down || !rec.tell {
			continue
		}
		rec.tell = false
		f.seq++
		fields := map[string]any{}
		for k, v := range rec.fields {
			fields[k] = v
		}
		for k, v := range rec.mine {
			fields[k] = v
		}
		ev := &exchange.Event{ID: fmt.Sprintf("far-%s-%d", f.id, f.seq), Source: "urn:far:" + f.def.Key, Type: exchange.TypeChanged, Time: w.now(),
			Data: exchange.Data{Program: w.prog.Key, Record: rec.kind, ID: rec.id, External: id, Version: f.seq, Seen: rec.theirs, Fields: fields}}
		body, err := ev.Encode()
		if err != nil {
			f.mu.Unlock()
			return err
		}
		bodies = append(bodies, body)
	}
	f.mu.Unlock()
	for _, body := range bodies {
		if err := w.farSends(ctx, f, body); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) farSends(ctx context.Context, f *far, body []byte) error {
	target := f.path + "/events"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.target.BaseURL+target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	stamp, signature := exchange.Sign(f.county.Secret(), w.now(), http.MethodPost, target, body)
	req.Header.Set("Authorization", "Bearer "+f.county.Access())
	req.Header.Set(exchange.HeaderTime, stamp)
	req.Header.Set(exchange.HeaderSignature, signature)
	req.Header.Set("Content-Type", exchange.ContentType)
	res, err := w.target.Client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("对接「%s」的一件没有被接收：%d %s", f.def.Label, res.StatusCode, raw)
	}
	return err
}

// conflictsOf lists the open conflicts of a record as one reader sees them.
func (w *world) conflictsOf(ctx context.Context, who *login, id string) (out []object, err error) {
	var page struct{ Items []object }
	if err := w.call(ctx, who, http.MethodGet, "/programs/"+w.prog.Key+"/conflicts", nil, &page); err != nil {
		return nil, err
	}
	for _, c := range page.Items {
		if rec, _ := c["record"].(map[string]any); str(rec["id"]) == id {
			out = append(out, c)
		}
	}
	return out, nil
}

// resolve decides conflicts: 定冲突 Y: field=ours|theirs.
func (w *world) resolve(ctx context.Context, who *login, s Step) error {
	t, err := w.getKind(s.On, aRecord, "记录")
	if err != nil {
		return err
	}
	list, err := w.conflictsOf(ctx, who, t.id)
	if err != nil {
		return err
	}
	for _, a := range s.Args {
		c := conflictOn(list, t.rec, a.Key)
		if c == nil {
			return fmt.Errorf("「%s」的 %s 没有要他定的冲突", s.On, a.Key)
		}
		pick := a.Value.Text
		if err := w.call(ctx, who, http.MethodPost, "/conflicts/"+url.PathEscape(str(c["id"])), object{"pick": pick, "rev": c["rev"]}, nil); err != nil {
			return err
		}
	}
	return nil
}

func conflictOn(list []object, rt *program.RecordType, key string) object {
	if f, ok := fieldNamed(rt, key); ok {
		key = f.Key
	}
	for _, c := range list {
		if str(c["field"]) == key {
			return c
		}
	}
	return nil
}

// checkConflict: 应 冲突 Y: field=ours/theirs, all of them and no others, as whoever is
// asked sees them.
func (w *world) checkConflict(ctx context.Context, s ExpectConflict) error {
	t, err := w.getKind(s.Of, aRecord, "记录")
	if err != nil {
		return err
	}
	var list []object
	for _, a := range w.readers(t, t.rec) {
		if got, err := w.conflictsOf(ctx, a.login, t.id); err == nil && len(got) > len(list) {
			list = got
		}
	}
	if len(list) != len(s.Args) {
		return fmt.Errorf("有 %d 处冲突，应有 %d 处", len(list), len(s.Args))
	}
	for _, a := range s.Args {
		c := conflictOn(list, t.rec, a.Key)
		if c == nil {
			return fmt.Errorf("%s 没有冲突", a.Key)
		}
		if got := str(c["ours_shown"]) + "/" + str(c["theirs_shown"]); got != a.Value.Text {
			return fmt.Errorf("%s 是 %s，应 %s", a.Key, got, a.Value.Text)
		}
	}
	return nil
}

// farCounts are the counts of a partner's view that a story may name.
var farCounts = map[string]string{"待发": "queued", "死信": "dead", "搁置": "held", "冲突": "conflicts"}

// checkPartner: 应 对接 k 待发 = n, as the administrator sees it; 应 对接 k 记着 Y: field=v,
// as the other side holds it.
func (w *world) checkPartner(ctx context.Context, s ExpectPartner) error {
	f, err := w.farOf(ctx, s.Partner)
	if err != nil {
		return err
	}
	if s.Of != "" {
		return w.checkFar(ctx, f, s)
	}
	var page struct{ Items []object }
	if err := w.call(ctx, w.admin, http.MethodGet, "/partners", nil, &page); err != nil {
		return err
	}
	for _, p := range page.Items {
		if str(p["id"]) == f.id {
			return w.compare(ctx, s.Compare, p[farCounts[s.Count]], nil)
		}
	}
	return fmt.Errorf("没有对接「%s」", s.Partner)
}

func (w *world) checkFar(ctx context.Context, f *far, s ExpectPartner) error {
	t, err := w.getKind(s.Of, aRecord, "记录")
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	rec := f.records[t.id]
	if len(s.Args) == 0 {
		if rec != nil && len(rec.fields) > 0 {
			return fmt.Errorf("对方还记着「%s」", s.Of)
		}
		return nil
	}
	if rec == nil {
		return fmt.Errorf("对方没有「%s」", s.Of)
	}
	for _, a := range s.Args {
		m, field := mapped(f.def, t.rec, a.Key)
		if m == nil {
			return fmt.Errorf("字段对照里没有「%s」", a.Key)
		}
		got, own := rec.mine[m.Name]
		if !own {
			got = rec.fields[m.Name]
		}
		if n, ok := got.(json.Number); ok {
			got, _ = n.Float64()
		}
		if err := w.compare(ctx, Compare{Key: a.Key, Op: "=", Want: a.Value}, got, field); err != nil {
			return fmt.Errorf("%s %w", a.Key, err)
		}
	}
	return nil
}

// expectPartner reads 应 对接 k 待发|死信|搁置|冲突 = n, 应 对接 k 记着 Y: k=v and
// 应 对接 k 不记 Y.
func (p *parser) expectPartner(w []string, args string) (Sentence, error) {
	const form = "应 对接 k 待发|死信|搁置|冲突 = n，或 应 对接 k 记着|不记 Y: k=v"
	if len(w) == 3 && (w[1] == "记着" || w[1] == "不记") {
		a, err := parseArgs(args)
		if err == nil && (len(a) > 0) != (w[1] == "记着") {
			err = fmt.Errorf("应写成「%s」", form)
		}
		if err != nil {
			return nil, err
		}
		return ExpectPartner{Partner: w[0], Of: w[2], Args: a}, p.names(w[2])
	}
	rest, c, err := compare(w)
	if err != nil {
		return nil, err
	}
	if len(rest) != 2 || farCounts[rest[1]] == "" {
		return nil, fmt.Errorf("应写成「%s」", strings.TrimSpace(form))
	}
	return ExpectPartner{Partner: rest[0], Count: rest[1], Compare: c}, nil
}
