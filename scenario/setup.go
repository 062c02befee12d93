package scenario

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Registration sentences act as the county's administrator.

func (w *world) regionOf(name string) (*thing, error) {
	if name == "" {
		return w.root, nil
	}
	return w.getKind(name, aRegion, "区划")
}

func (w *world) addRegion(ctx context.Context, name string, args Args) error {
	parent, err := w.regionOf(args.Text("上级"))
	if err != nil {
		return err
	}
	level := levels[args.Text("级")]
	t := &thing{kind: aRegion, name: name, level: level, region: parent.id}
	body := object{"parent": parent.id, "name": name, "level": level}
	if code := args.Text("代码"); code != "" {
		body["code"] = code
	}
	if err := w.placed(t, body, args); err != nil {
		return err
	}
	answer, err := w.create(ctx, "/regions", body, func() (object, error) { return w.findRegion(ctx, parent.id, level, name) })
	if err != nil {
		return err
	}
	t.id = str(answer["id"])
	w.put(t)
	return nil
}

// placed reads place=… into the thing and the request.
func (w *world) placed(t *thing, body object, args Args) error {
	v, ok := args.Get("place", "位置")
	if !ok {
		return nil
	}
	p, err := w.place(v)
	if err != nil {
		return err
	}
	m := p.(object)
	t.place = &[2]float64{m["lat"].(float64), m["lng"].(float64)}
	body["place"] = m
	return nil
}

// create posts; when the thing is there already (real division codes are loaded
// with the county) it is looked up instead.
func (w *world) create(ctx context.Context, path string, body object, find func() (object, error)) (object, error) {
	var answer object
	err := w.call(ctx, w.admin, http.MethodPost, path, body, &answer)
	if e, ok := asAPIError(err); ok && e.Status == http.StatusConflict {
		if found, ferr := find(); ferr == nil && found != nil {
			return found, nil
		}
	}
	return answer, err
}

func (w *world) findRegion(ctx context.Context, parent string, level domain.RegionLevel, name string) (object, error) {
	q := url.Values{"parent": {parent}, "level": {string(level)}}
	items, err := w.pages(ctx, w.admin, "/regions", q, 100_000)
	if err != nil {
		return nil, err
	}
	for _, x := range items {
		if str(x["name"]) == name {
			return x, nil
		}
	}
	return nil, fmt.Errorf("没有区划「%s」", name)
}

func (w *world) addOrg(ctx context.Context, name, kind string, args Args) error {
	region, err := w.regionOf(args.Text("区"))
	if err != nil {
		return err
	}
	t := &thing{kind: anOrg, name: name, orgKind: kind, region: region.id, level: region.level}
	if l, ok := levels[args.Text("级")]; ok {
		t.level = l
	}
	t.place = region.place
	body := object{"name": name, "kind": kind, "level": t.level, "region": region.id}
	if err := w.placed(t, body, args); err != nil {
		return err
	}
	if v, ok := args.Get("area", "服务区"); ok {
		if body["area"], err = w.ids(v); err != nil {
			return err
		}
	}
	if v, ok := args.Get("标签", "tags"); ok {
		body["tags"] = texts(v)
	}
	if v := args.Text("电话", "phone"); v != "" {
		body["phone"] = v
	}
	var answer object
	if err := w.call(ctx, w.admin, http.MethodPost, "/orgs", body, &answer); err != nil {
		return err
	}
	t.id = str(answer["id"])
	w.put(t)
	return nil
}

// ids gives the ids of the names in a value.
func (w *world) ids(v Value) ([]string, error) {
	var out []string
	for _, name := range texts(v) {
		for _, n := range expand(name) {
			t, err := w.get(n)
			if err != nil {
				return nil, err
			}
			out = append(out, t.id)
		}
	}
	return out, nil
}

func texts(v Value) []string {
	if v.Kind != ListOf {
		return []string{v.Text}
	}
	out := make([]string, len(v.List))
	for i, x := range v.List {
		out[i] = x.Text
	}
	return out
}

// addMember makes an account, or gives an existing one another membership.
func (w *world) addMember(ctx context.Context, name, role, orgName string, args Args) error {
	org, err := w.getKind(orgName, anOrg, "单位")
	if err != nil {
		return err
	}
	r, err := w.roleNamed(role)
	if err != nil {
		return err
	}
	if len(r.HeldBy.Org) > 0 && !contains(r.HeldBy.Org, org.orgKind) {
		return fmt.Errorf("%s（%s）里没有「%s」这个角色", org.name, org.orgKind, r.Label)
	}
	membership := object{"org": org.id}
	if len(r.HeldBy.Post) > 0 {
		membership["post"] = r.HeldBy.Post[0]
	}
	if post := args.Text("职务", "post"); post != "" {
		membership["post"] = post
	}
	m := member{org: org, role: r.Key}
	m.post, _ = membership["post"].(string)
	if old, err := w.get(name); err == nil {
		return w.joinOrg(ctx, old, m, membership)
	}
	body := object{"memberships": []object{membership}}
	if phone := args.Text("phone", "电话"); phone != "" {
		body["phone"] = phone
	}
	if own := args.Text("登录", "login"); own != "" {
		body["login"] = own
	}
	if self := args.Text("本人", "person"); self != "" {
		t, err := w.getKind(self, aParty, "服务对象")
		if err != nil {
			return err
		}
		body["party"] = t.id
	}
	l, id, err := w.newAccount(ctx, name, body)
	if err != nil {
		return err
	}
	w.put(&thing{kind: anAccount, id: id, name: name, login: l, members: []member{m}, place: org.place})
	return nil
}

func (w *world) joinOrg(ctx context.Context, a *thing, m member, body object) error {
	if a.kind != anAccount {
		return fmt.Errorf("「%s」已用作别的名称", a.name)
	}
	if err := w.call(ctx, w.admin, http.MethodPost, "/accounts/"+a.id+"/memberships", body, nil); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	a.members = append(a.members, m)
	return nil
}

var identifiers = map[string]string{
	"phone": "phone", "电话": "phone", "id_number": "id_number", "身份证号": "id_number",
	"uscc": "uscc", "统一社会信用代码": "uscc",
}

func (w *world) addParty(ctx context.Context, kind domain.PartyKind, name string, args Args) error {
	t := &thing{kind: aParty, name: name, partyKind: kind}
	var own Args
	var relations []Relation
	for _, a := range args {
		if isLogin(a.Key) {
			t.ownLogin = a.Value.Text
			continue
		}
		if relationKinds[a.Key] == "" {
			own = append(own, a)
			continue
		}
		relations = append(relations, Relation{A: a.Value.Text, Kind: a.Key, B: name})
	}
	body, err := w.partyBody(ctx, t, own)
	if err != nil {
		return err
	}
	var answer object
	if err := w.call(ctx, w.admin, http.MethodPost, "/parties", body, &answer); err != nil {
		return err
	}
	t.id = str(answer["id"])
	w.put(t)
	if t.ownLogin != "" {
		if _, err := w.partyLogin(ctx, t); err != nil {
			return err
		}
	}
	for _, r := range relations {
		if err := w.addRelation(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// isLogin: a story may give a party's account a login of its own.
func isLogin(key string) bool { return key == "登录" || key == "login" }

// partyBody sorts the written keys: region, place, tags, identifiers, and fields
// of the party's own file.
func (w *world) partyBody(ctx context.Context, t *thing, args Args) (object, error) {
	fields, ids := object{}, object{}
	body := object{"kind": t.partyKind, "name": t.name, "region": w.root.id, "fields": fields, "identifiers": ids}
	t.region = w.root.id
	for _, a := range args {
		switch {
		case a.Key == "region" || a.Key == "区":
			r, err := w.regionOf(a.Value.Text)
			if err != nil {
				return nil, err
			}
			t.region, body["region"] = r.id, r.id
		case a.Key == "place" || a.Key == "位置":
			if err := w.placed(t, body, Args{{"place", a.Value}}); err != nil {
				return nil, err
			}
		case a.Key == "标签" || a.Key == "tags":
			body["tags"] = texts(a.Value)
		case identifiers[a.Key] != "":
			ids[identifiers[a.Key]] = a.Value.Text
		default:
			f, ok := w.partyField(t.partyKind, a.Key)
			if !ok {
				return nil, fmt.Errorf("档案里没有字段「%s」", a.Key)
			}
			v, err := w.encode(ctx, w.admin, f, a.Value)
			if err != nil {
				return nil, err
			}
			fields[f.Key] = v
		}
	}
	return body, nil
}

// partyField finds a field of the file, or one that every person has.
func (w *world) partyField(kind domain.PartyKind, name string) (*program.Field, bool) {
	switch {
	case kind == domain.Person && (name == "birth_date" || name == "出生日期"):
		return &program.Field{Key: "birth_date", Label: "出生日期", Type: program.TypeDate}, true
	case kind == domain.Person && (name == "gender" || name == "性别"):
		return &program.Field{Key: "gender", Label: "性别", Type: program.TypeText}, true
	}
	return w.fileField(kind, name)
}

// relationKinds are the kinds of POST /parties/{id}/relations.
var relationKinds = map[string]string{
	"监护人": "guardian", "法定代表人": "legal", "亲属": "kin", "成员": "member",
}

func (w *world) addRelation(ctx context.Context, s Relation) error {
	kind, ok := relationKinds[s.Kind]
	if !ok {
		return fmt.Errorf("关系「%s」不认识（监护人 法定代表人 亲属 成员）", s.Kind)
	}
	a, err := w.getKind(s.A, aParty, "服务对象")
	if err != nil {
		return err
	}
	b, err := w.getKind(s.B, aParty, "服务对象")
	if err != nil {
		return err
	}
	if kind == "guardian" {
		w.mu.Lock()
		b.guardian = a
		w.mu.Unlock()
	}
	return w.call(ctx, w.admin, http.MethodPost, "/parties/"+b.id+"/relations", object{"kind": kind, "party": a.id}, nil)
}

func (w *world) changeRoster(ctx context.Context, s Roster) error {
	r, err := pick("名册", strings.TrimPrefix(s.Key, "roster."), w.prog.Rosters, func(r *program.Roster) string { return r.Label })
	if err != nil {
		return err
	}
	who := w.admin
	if keepers := w.holders(r.KeptBy); len(keepers) > 0 {
		who = keepers[0].login
	}
	ids := make([]string, 0, len(s.Names))
	for _, n := range s.Names {
		t, err := w.get(n)
		if err != nil {
			return err
		}
		ids = append(ids, t.id)
	}
	path := "/programs/" + w.prog.Key + "/rosters/" + r.Key + "/members"
	if !s.Remove {
		return w.call(ctx, who, http.MethodPost, path, object{"parties": ids}, nil)
	}
	for _, id := range ids {
		if err := w.call(ctx, who, http.MethodDelete, path+"/"+id, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// shift puts people on duty, as who keeps the roster.
func (w *world) shift(ctx context.Context, s Shift) error {
	r, err := pick("名册", strings.TrimPrefix(s.Roster, "roster."), w.prog.Rosters, func(r *program.Roster) string { return r.Label })
	if err != nil {
		return err
	}
	who := w.admin
	if keepers := w.holders(r.KeptBy); len(keepers) > 0 {
		who = keepers[0].login
	}
	ranks := object{}
	for _, a := range s.Args {
		t, err := w.get(a.Value.Text)
		if err != nil {
			return err
		}
		ranks[a.Key] = []string{t.id}
	}
	return w.call(ctx, who, http.MethodPost, "/programs/"+w.prog.Key+"/rosters/"+r.Key+"/shifts", object{"from": s.From, "until": s.Until, "ranks": ranks}, nil)
}

// addSupply creates an offer as an account of the organisation that keeps it.
func (w *world) addSupply(ctx context.Context, s Supply) error {
	rec, err := w.recordNamed(s.Record)
	if err != nil {
		return err
	}
	org, err := w.getKind(s.By, anOrg, "单位")
	if err != nil {
		return err
	}
	keeper, err := w.supplier(ctx, org, rec.KeptBy...)
	if err != nil {
		return err
	}
	fields, err := w.fieldsOf(ctx, keeper.login, rec, s.Args)
	if err != nil {
		return err
	}
	if f, ok := rec.Fields.Find("name"); ok && fields["name"] == nil && f.Type == program.TypeText {
		fields["name"] = s.Name
	}
	move := "create"
	for k, m := range rec.Moves.All() {
		if m.Intake() {
			move = k
			break
		}
	}
	body := object{"fields": fields, "region": org.region}
	var view object
	path := "/programs/" + w.prog.Key + "/records/" + rec.Key + "/" + move
	if err := w.call(ctx, keeper.login, http.MethodPost, path, body, &view); err != nil {
		return err
	}
	t := w.recordThing(view, keeper)
	t.name, t.keeper = s.Name, org.id
	w.last = t
	w.put(t)
	return nil
}

// supplier gives an account of the organisation: one of the cast, who has a post that
// one of the roles asks for where somebody has, else one made on first use.
func (w *world) supplier(ctx context.Context, org *thing, roles ...string) (*thing, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var first *thing
	for _, a := range w.order {
		for _, m := range a.members {
			switch {
			case m.org != org:
			case w.hasPost(m, roles):
				return a, nil
			case first == nil:
				first = a
			}
		}
	}
	if first != nil {
		return first, nil
	}
	if a := w.suppliers[org.name]; a != nil {
		return a, nil
	}
	w.mu.Unlock()
	name := org.name + "经办"
	l, id, err := w.newAccount(ctx, name, object{"memberships": []object{{"org": org.id}}})
	w.mu.Lock()
	if err != nil {
		return nil, err
	}
	a := &thing{kind: anAccount, id: id, name: name, login: l, members: []member{{org: org}}}
	w.suppliers[org.name] = a
	w.order = append(w.order, a)
	return a, nil
}

// hasPost: the member's post is one that a role asks for, or the roles ask for none.
func (w *world) hasPost(m member, roles []string) bool {
	asked := false
	for _, k := range roles {
		r := w.prog.Roles.Get(k)
		if r == nil || len(r.HeldBy.Post) == 0 || !contains(r.HeldBy.Org, m.org.orgKind) {
			continue
		}
		if asked = true; contains(r.HeldBy.Post, m.post) {
			return true
		}
	}
	return !asked
}

func (w *world) fieldsOf(ctx context.Context, who *login, rec *program.RecordType, args Args) (object, error) {
	fields := object{}
	for _, a := range args {
		f, ok := fieldNamed(rec, a.Key)
		if !ok {
			return nil, fmt.Errorf("%s没有字段「%s」", rec.Label, a.Key)
		}
		v, err := w.encode(ctx, who, f, a.Value)
		if err != nil {
			return nil, err
		}
		fields[f.Key] = v
	}
	return fields, nil
}
