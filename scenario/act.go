package scenario

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"linqiao/kernel/program"
)

func (w *world) acts(ctx context.Context, s Acts) error {
	who, actor, err := w.session(ctx, s.Who)
	if err != nil {
		return err
	}
	w.refusal, w.last = nil, nil
	if s.Proof != "" || s.Who == stranger && len(s.Steps) == 1 && s.Steps[0].Verb == VerbMove {
		return w.voice(ctx, s)
	}
	for _, step := range s.Steps {
		if w.expectNo {
			if err := w.noteRev(ctx, step.On); err != nil {
				return err
			}
		}
		if _, off := w.offline[s.Who]; off {
			w.offline[s.Who] = append(w.offline[s.Who], queued{step, w.now()})
			continue
		}
		if err := w.act(ctx, who, actor, step, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// act does one step; at is when it happened when that was earlier (offline).
func (w *world) act(ctx context.Context, who *login, actor *thing, s Step, at time.Time) error {
	switch s.Verb {
	case VerbMove:
		if s.Each || s.Times > 0 {
			return w.manyMoves(ctx, who, actor, s)
		}
		t, err := w.move(ctx, who, actor, s, at)
		if err == nil {
			w.last = t
		}
		return err
	case VerbSign, VerbDecline:
		return w.sign(ctx, who, actor, s)
	case VerbFill:
		return w.fill(ctx, who, s, at)
	case VerbConsent, VerbWithdraw:
		return w.consent(ctx, who, actor, s)
	case VerbInvoke:
		return w.invoke(ctx, who, s)
	case VerbStart:
		return w.start(ctx, who, actor, s)
	case VerbLook:
		return w.look(ctx, who, s)
	case VerbCheck:
		return w.checkSerial(ctx, who, s)
	case VerbFreeze:
		return w.freeze(ctx, who, s)
	case VerbVote, VerbHandOut, VerbPapers, VerbPaperOK:
		return w.ballot(ctx, who, s)
	case VerbRead:
		return w.read(ctx, who, s)
	case VerbTicket:
		return w.ticket(ctx, who, s)
	case VerbShowPass:
		return w.showPass(ctx, who, s)
	case VerbPartner:
		return w.partnerEdit(ctx, s)
	case VerbResolve:
		return w.resolve(ctx, who, s)
	}
	return fmt.Errorf("本版本尚不支持「%s」", s.Verb)
}

// move makes a move and gives the record as it stands afterwards.
func (w *world) move(ctx context.Context, who *login, actor *thing, s Step, at time.Time) (*thing, error) {
	rec, m, err := w.moveNamed(s.Target)
	if err != nil {
		return nil, err
	}
	body := object{}
	path, err := w.aim(rec, m, actor, s.On, body)
	if err != nil {
		return nil, err
	}
	if err := w.dialog(ctx, who, rec, m, s, body); err != nil {
		return nil, err
	}
	if !at.IsZero() {
		body["at"] = at.UTC().Format(time.RFC3339)
	}
	var view object
	if err := w.call(ctx, who, http.MethodPost, path, body, &view); err != nil {
		return nil, err
	}
	t := w.seen(view, actor)
	if t.rec == nil { // made, but not for its maker's eyes
		t.rec = rec
	}
	return t, nil
}

// aim finds the path of the move and, for an intake, what it is about.
func (w *world) aim(rec *program.RecordType, m *program.Move, actor *thing, on string, body object) (string, error) {
	intake := "/programs/" + w.prog.Key + "/records/" + rec.Key + "/" + m.Key
	if on == "" {
		if !m.Intake() {
			return "", fmt.Errorf("「%s」须写 于 哪一件", m.Label)
		}
		if actor.kind == aParty {
			body["subject"] = actor.id
		}
		return intake, nil
	}
	t, err := w.get(on)
	if err != nil {
		return "", err
	}
	if !m.Intake() {
		if t.kind != aRecord {
			return "", fmt.Errorf("「%s」不是一件%s", on, rec.Label)
		}
		return "/records/" + t.id + "/moves/" + m.Key, nil
	}
	switch t.kind {
	case aRecord:
		body["parent"] = t.id
	case aParty:
		body["subject"] = t.id
	case aRegion:
		body["region"] = t.id
	default:
		return "", fmt.Errorf("「%s」不能作%s的对象", on, rec.Label)
	}
	return intake, nil
}

// dialog fills the request from the written arguments: fields of the record, of
// the record that opens with it, and the common keys of an act.
func (w *world) dialog(ctx context.Context, who *login, rec *program.RecordType, m *program.Move, s Step, body object) error {
	n := w.needsOf(rec, m)
	fields, kids := object{}, object{}
	for _, a := range s.Args {
		f, own := namedIn(n.own, a.Key)
		if !own {
			if kid, ok := namedIn(n.kids, a.Key); ok {
				v, err := w.encode(ctx, who, kid, a.Value)
				if err != nil {
					return err
				}
				kids[kid.Key] = v
				continue
			}
			done, err := w.common(ctx, who, rec, m, a, body)
			if err != nil {
				return err
			}
			if done {
				continue
			}
			if f, own = fieldNamed(rec, a.Key); !own {
				return fmt.Errorf("%s没有字段「%s」", rec.Label, a.Key)
			}
		}
		v, err := w.encode(ctx, who, f, a.Value)
		if err != nil {
			return err
		}
		fields[f.Key] = v
	}
	body["fields"] = fields
	if len(kids) > 0 {
		body["child"] = object{"fields": kids}
	}
	return nil
}

func namedIn(m map[string]*program.Field, name string) (*program.Field, bool) {
	if f, ok := m[name]; ok {
		return f, true
	}
	for _, f := range m {
		if f.Label == name {
			return f, true
		}
	}
	return nil, false
}

// common reads the keys that any act may carry.
func (w *world) common(ctx context.Context, who *login, rec *program.RecordType, m *program.Move, a Arg, body object) (bool, error) {
	text := a.Value.Text
	proof := func(key string, v any) {
		p, _ := body["proof"].(object)
		if p == nil {
			p = object{}
			body["proof"] = p
		}
		p[key] = v
	}
	switch a.Key {
	case "channel", "渠道", "来源":
		body["channel"] = w.channel(text)
	case "reason", "理由":
		key, err := optionNamed(w.set.ListOf(m.Reason, w.prog.Key), text)
		if err != nil {
			return true, err
		}
		body["reason"] = key
	case "text", "说明":
		body["text"] = text
	case "note", "备注":
		body["note"] = text
	case "定位":
		p, err := w.place(a.Value)
		if err != nil {
			return true, err
		}
		proof("lat", p.(object)["lat"])
		proof("lng", p.(object)["lng"])
	case "照片":
		return true, w.photos(ctx, who, text, proof)
	case "凭码", "签到码":
		if t, err := w.getKind(text, aDocument, "码"); err == nil { // what somebody has shown: 记 码 = 上句
			text = str(t.doc["code"])
		}
		proof("pass", text)
	case "证明":
		proof("text", text)
	case "region", "区", "subject", "对象", "offer", "供给":
		t, err := w.get(text)
		if err != nil {
			return true, err
		}
		body[map[string]string{"region": "region", "区": "region", "subject": "subject", "对象": "subject", "offer": "offer", "供给": "offer"}[a.Key]] = t.id
	case "members", "成员", "选", "pick":
		ids, err := w.ids(a.Value)
		if err != nil {
			return true, err
		}
		key := "pick"
		if a.Key == "members" || a.Key == "成员" {
			key = "members"
		}
		body[key] = ids
	case "发生":
		t, err := w.instant(text)
		if err != nil {
			return true, err
		}
		body["at"] = t.UTC().Format(time.RFC3339)
	default:
		return false, nil
	}
	return true, nil
}

func (w *world) photos(ctx context.Context, who *login, text string, proof func(string, any)) error {
	n, err := parseInt(text)
	if err != nil || n < 1 || n > 20 {
		return fmt.Errorf("照片「%s」应写张数", text)
	}
	ids := make([]string, n)
	for i := range ids {
		if ids[i], err = w.upload(ctx, who); err != nil {
			return err
		}
	}
	proof("photos", ids)
	return nil
}

// channel accepts the label of a channel when the program has a list for it.
func (w *world) channel(text string) string {
	if l := w.prog.Lists.Get("channel"); l != nil {
		if k, err := optionNamed(l, text); err == nil {
			return k
		}
	}
	return text
}

// seen keeps what is known of a record across acts.
func (w *world) seen(view object, actor *thing) *thing {
	t := w.recordThing(view, actor)
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.records[t.id]
	if old == nil {
		return t
	}
	old.doc = view
	old.actors = append(old.actors, t.actors...)
	return old
}

// sign signs whatever waits for this person on the record; when nothing does, it
// tries the first open signature, so that the server says why not.
func (w *world) sign(ctx context.Context, who *login, actor *thing, s Step) error {
	if key, ok := strings.CutPrefix(s.On, "ledger."); ok {
		return w.signLedger(ctx, who, key, s.Args)
	}
	t, err := w.getKind(s.On, aRecord, "记录")
	if err != nil {
		return err
	}
	view, err := w.viewAs(ctx, who, t.id)
	if err != nil {
		return err
	}
	id := openSignature(view)
	if id == "" {
		return fmt.Errorf("「%s」没有待签", s.On)
	}
	body := object{"decision": map[Verb]string{VerbSign: "sign", VerbDecline: "refuse"}[s.Verb]}
	if v := s.Args.Text("text", "说明"); v != "" {
		body["text"] = v
	}
	if v := s.Args.Text("凭码", "code"); v != "" {
		body["code"] = v
	}
	var after object
	if err := w.call(ctx, who, http.MethodPost, "/records/"+t.id+"/sign/"+id, body, &after); err != nil {
		return err
	}
	w.last = w.seen(after, actor)
	return nil
}

func openSignature(view object) string {
	first := ""
	for _, x := range list(view["signatures"]) {
		if s := str(x["state"]); s != "" && s != "open" && s != "pending" && s != "waiting" {
			continue
		}
		if x["mine"] == true {
			return str(x["id"])
		}
		if first == "" {
			first = str(x["id"])
		}
	}
	return first
}

func list(v any) []object {
	items, _ := v.([]any)
	out := make([]object, 0, len(items))
	for _, x := range items {
		if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// fill files a form on a record or on a party's own file.
func (w *world) fill(ctx context.Context, who *login, s Step, at time.Time) error {
	f, err := w.formNamed(s.Target)
	if err != nil {
		return err
	}
	t, err := w.get(s.On)
	if err != nil {
		return err
	}
	answers := object{}
	for _, a := range s.Args {
		field, err := pick("题目", a.Key, f.Fields, func(f *program.Field) string { return f.Label })
		if err != nil {
			ok := false
			if t.rec != nil {
				field, ok = fieldNamed(t.rec, a.Key)
			}
			if !ok {
				return err
			}
		}
		if answers[field.Key], err = w.encode(ctx, who, field, a.Value); err != nil {
			return err
		}
	}
	body := object{"answers": answers}
	if !at.IsZero() {
		body["at"] = at.UTC().Format(time.RFC3339)
	}
	path := "/records/" + t.id + "/forms/" + f.Key
	if t.kind == aParty {
		path = "/parties/" + t.id + "/forms/" + w.prog.Key + "/" + f.Key
	}
	var answer object
	if err := w.call(ctx, who, http.MethodPost, path, body, &answer); err != nil {
		return err
	}
	w.last = &thing{kind: aDocument, id: str(answer["id"]), doc: answer}
	return nil
}

// consent gives or withdraws: for oneself, for a ward (代), or recorded by staff
// on paper or by voice (代, signed in as staff).
func (w *world) consent(ctx context.Context, who *login, actor *thing, s Step) error {
	c, err := w.consentNamed(s.Target)
	if err != nil {
		return err
	}
	of := actor
	if s.For != "" {
		if of, err = w.getKind(s.For, aParty, "服务对象"); err != nil {
			return err
		}
	}
	if of.kind != aParty {
		return fmt.Errorf("「%s」不是服务对象，须写 代 谁", of.name)
	}
	path := "/parties/" + of.id + "/consents/" + w.prog.Key + "/" + c.Key
	if s.Verb == VerbWithdraw {
		return w.call(ctx, who, http.MethodDelete, path, nil, nil)
	}
	evidence := s.Args.Text("方式", "evidence")
	if evidence == "" {
		evidence = "tick"
	}
	body := object{"evidence": evidence}
	if of != actor && actor.kind == aParty {
		body["for"] = actor.id
	}
	return w.call(ctx, who, http.MethodPost, path, body, nil)
}

// start begins a round of a duty, sends orders of a match, or publishes a notice.
func (w *world) start(ctx context.Context, who *login, actor *thing, s Step) error {
	kind, key, _ := strings.Cut(s.Target, ".")
	switch kind {
	case "duty":
		d, err := pick("任务", key, w.prog.Duties, func(d *program.Duty) string { return d.Label })
		if err != nil {
			return err
		}
		from, err := w.date(s.Args.Text("从", "from"))
		if err != nil {
			return err
		}
		to, err := w.date(s.Args.Text("至", "to"))
		if err != nil {
			return err
		}
		body := object{"from": from, "to": to}
		if v := s.Args.Text("区", "region"); v != "" {
			r, err := w.regionOf(v)
			if err != nil {
				return err
			}
			body["region"] = r.id
		}
		var answer object
		err = w.call(ctx, who, http.MethodPost, "/programs/"+w.prog.Key+"/duties/"+d.Key+"/rounds", body, &answer)
		w.last = &thing{kind: aDocument, id: str(answer["id"]), doc: answer}
		if err != nil {
			return err
		}
		return w.tick(ctx) // a large round is opened in the background
	case "match":
		t, err := w.getKind(s.On, aRecord, "记录")
		if err != nil {
			return err
		}
		v, _ := s.Args.Get("选", "offers")
		ids, err := w.ids(v)
		if err != nil {
			return err
		}
		var view object
		if err := w.call(ctx, who, http.MethodPost, "/records/"+t.id+"/matches/"+key, object{"offers": ids}, &view); err != nil {
			return err
		}
		w.last = w.seen(view, actor)
		return nil
	case "notice":
		body := object{}
		if s.On != "" {
			t, err := w.get(s.On)
			if err != nil {
				return err
			}
			body["target"] = t.id
		}
		if v := s.Args.Text("期", "period"); v != "" {
			body["target"] = period(v)
		}
		return w.call(ctx, who, http.MethodPost, "/programs/"+w.prog.Key+"/notices/"+key, body, nil)
	}
	return fmt.Errorf("不能启动「%s」（只有 duty、match、notice）", s.Target)
}
