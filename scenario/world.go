package scenario

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

type thingKind uint8

const (
	aRegion thingKind = iota + 1
	anOrg
	anAccount
	aParty
	aRecord
	aDocument // an answer remembered by 记, read by path
)

// thing is whatever a name of the story stands for.
type thing struct {
	kind thingKind
	id   string
	name string

	orgKind string // org
	region  string // org, party: region id
	level   domain.RegionLevel
	place   *[2]float64

	login    *login   // account, or the account made for a party
	ownLogin string   // party: the login that the story gives it
	members  []member // account

	partyKind domain.PartyKind
	guardian  *thing // party: who acts for it

	rec    *program.RecordType // record
	keeper string              // offer: the organisation that supplies it
	actors []*thing            // record: who acted on it, latest last
	doc    object              // record: its view as last seen; document: the answer
}

type member struct {
	org  *thing
	role string
	post string // 职务
}

// world is the state of one scene.
type world struct {
	client
	story *Story
	set   *program.Set
	prog  *program.Program

	mu        sync.Mutex // guards the maps below; batches run concurrently
	things    map[string]*thing
	records   map[string]*thing // by id, those that have a name
	regions   map[string]*thing // by id
	order     []*thing          // accounts in order of registration
	suppliers map[string]*thing // org name → the account that keeps its offers
	shortcuts map[string][]Step
	offline   map[string][]queued
	fars      map[string]*far // by the key of the mapping
	admin     *login
	root      *thing // the county region
	last      *thing // result of the line before
	logins    int
	gateway   struct{ Path, Key string } // of the platform that passes reports on
	tag       string                     // makes the sign-in names of this scene its own

	refusal  error // of the last act, when the next line is 应拒
	expectNo bool
	revs     map[string]float64 // record id → rev before the act that must fail
	period   string             // of the ledger frozen last
	diffs    []string           // of the last 重算
	rebuilt  bool
	due      []dayItem // acts waiting for their day (日=)
}

type queued struct {
	step Step
	at   time.Time
}

func newWorld(story *Story, set *program.Set, t *Target, sceneNo int) (*world, error) {
	p := set.Program(story.Program)
	if p == nil {
		return nil, fmt.Errorf("没有程序「%s」", story.Program)
	}
	if story.Version != 0 && p.Version != story.Version {
		return nil, fmt.Errorf("程序「%s」是版本 %d，剧本要 %d", story.Program, p.Version, story.Version)
	}
	w := &world{
		client: client{target: t, county: string(story.Code), seed: fmt.Sprintf("%s/%s/%d", story.Seed, story.Name, sceneNo)},
		story:  story, set: set, prog: p,
		things: map[string]*thing{}, records: map[string]*thing{}, regions: map[string]*thing{}, suppliers: map[string]*thing{}, shortcuts: map[string][]Step{},
		offline: map[string][]queued{}, fars: map[string]*far{}, revs: map[string]float64{},
		admin: &login{Credentials: t.Admin},
	}
	w.tag = w.key()[:8]
	if t.Client == nil {
		t.Client = http.DefaultClient
	}
	w.root = &thing{kind: aRegion, id: string(story.Code), name: story.County, level: domain.County}
	w.put(w.root)
	return w, nil
}

func (w *world) put(t *thing) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.things[t.name] = t
	switch t.kind {
	case aRecord:
		w.records[t.id] = t
	case aRegion:
		w.regions[t.id] = t
	}
	if t.kind == anAccount {
		w.order = append(w.order, t)
	}
}

func (w *world) get(name string) (*thing, error) {
	if name == "上句" {
		if w.last == nil {
			return nil, fmt.Errorf("上句没有结果")
		}
		return w.last, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.things[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("没有「%s」", name)
}

func (w *world) getKind(name string, kind thingKind, what string) (*thing, error) {
	t, err := w.get(name)
	if err != nil {
		return nil, err
	}
	if t.kind != kind || kind == aRecord && t.rec == nil {
		return nil, fmt.Errorf("「%s」不是%s", name, what)
	}
	return t, nil
}

// session gives the sign-in of whoever acts: an account, or the account made for
// a party the first time it acts; nil for a visitor.
func (w *world) session(ctx context.Context, name string) (*login, *thing, error) {
	if name == stranger {
		return nil, &thing{name: name}, nil
	}
	t, err := w.get(name)
	if err != nil {
		return nil, nil, err
	}
	switch t.kind {
	case anAccount:
		return t.login, t, nil
	case aParty:
		l, err := w.partyLogin(ctx, t)
		return l, t, err
	}
	return nil, nil, fmt.Errorf("「%s」不能办事（不是人员或服务对象）", name)
}

// Password is that of every account which a story makes; demonstration counties
// tell it to their visitors.
const Password = "Linqiao-2026!"

func (w *world) partyLogin(ctx context.Context, t *thing) (*login, error) {
	w.mu.Lock()
	l := t.login
	w.mu.Unlock()
	if l != nil {
		return l, nil
	}
	l, _, err := w.newAccount(ctx, t.name, object{"party": t.id, "login": t.ownLogin})
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	t.login = l
	w.mu.Unlock()
	return l, nil
}

// newAccount makes an account with a password and gives its sign-in and id.
func (w *world) newAccount(ctx context.Context, name string, body object) (*login, string, error) {
	w.mu.Lock()
	w.logins++
	l := &login{Credentials: Credentials{Login: fmt.Sprintf("u%s-%05d", w.tag, w.logins), Password: Password}}
	w.mu.Unlock()
	if own := str(body["login"]); own != "" {
		l.Login = own
	}
	body["login"], body["password"], body["name"] = l.Login, l.Password, name
	var answer object
	if err := w.call(ctx, w.admin, http.MethodPost, "/accounts", body, &answer); err != nil {
		return nil, "", fmt.Errorf("为「%s」开户：%w", name, err)
	}
	id, _ := answer["id"].(string)
	return l, id, nil
}

// holders gives the accounts that hold a role of the program: those registered in
// it first, then those whose organisation is of a kind that holds it.
func (w *world) holders(role string) []*thing {
	r := w.prog.Roles.Get(role)
	if r == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var named, others []*thing
	for _, a := range w.order {
		as, may := false, false
		for _, m := range a.members {
			as = as || m.role == role
			may = may || contains(r.HeldBy.Org, m.org.orgKind) && (len(r.HeldBy.Post) == 0 || contains(r.HeldBy.Post, m.post))
		}
		if as {
			named = append(named, a)
		} else if may {
			others = append(others, a)
		}
	}
	return append(named, others...)
}

// covers reports whether a region is another one or lies below it.
func (w *world) covers(region, other string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range 10 { // no tree of divisions is deeper
		if region == other {
			return true
		}
		up := w.regions[other]
		if up == nil {
			return false
		}
		other = up.region
	}
	return false
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// remember makes or refreshes the thing of a record view.
func (w *world) recordThing(view object, actor *thing) *thing {
	t := &thing{kind: aRecord, id: str(view["id"]), name: str(view["title"]), doc: view}
	t.rec = w.recordType(view)
	if actor != nil && actor.name != "访客" {
		t.actors = append(t.actors, actor)
	}
	return t
}

func (w *world) recordType(view object) *program.RecordType {
	key := str(view["record"])
	if m, ok := view["record"].(map[string]any); ok {
		key = str(m["key"])
	}
	p := w.prog
	if other := w.set.Program(str(view["program"])); other != nil {
		p = other
	}
	return p.Records.Get(key)
}

func str(v any) string {
	s, _ := v.(string)
	return s
}
