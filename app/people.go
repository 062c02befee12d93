package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Kernel roles of the county office, held by a membership's Role. Everything else
// that people may do comes from the roles of programs.
const (
	RoleAdmin    = "admin"    // accounts, units, imports, programs: system administrator
	RoleSecurity = "security" // approves what changes rights
	RoleAuditor  = "auditor"  // reads the journal
)

// How long a sign-in lasts: without use, and at most (等保 8.1.4.1 b asks for an
// idle log-out). Residents use their own phones, staff share desks.
const (
	staffIdle    = 30 * time.Minute
	staffMost    = 12 * time.Hour
	residentIdle = 7 * 24 * time.Hour
	residentMost = 30 * 24 * time.Hour
)

const (
	peopleTTL  = 5 * time.Second // how long another process's change may go unseen
	touchEvery = time.Minute     // how often the use of a sign-in is written down
	peopleMost = 50_000          // entries; beyond, the cache starts afresh
)

// peopleCache keeps who stands behind a token. Actors in it are shared by
// requests and never changed.
type peopleCache struct {
	mu   sync.RWMutex
	by   map[[sha256.Size]byte]*signedIn
	made uint64 // counts invalidations, so that no stale load is put back
}

// signedIn is one live sign-in.
type signedIn struct {
	county  domain.CountyCode
	hash    string
	actor   *record.Actor
	stage   string    // what it still lacks
	strong  time.Time // when its person last proved who he is
	guarded bool      // dangerous acts ask for a fresh proof
	created time.Time
	idle    time.Duration
	most    time.Duration
	loaded  time.Time    // wall clock: a set clock of tests must not stop expiry
	seen    atomic.Int64 // last use, unix ms
	saved   atomic.Int64 // last use written down, unix ms
}

func newPeopleCache() *peopleCache {
	return &peopleCache{by: map[[sha256.Size]byte]*signedIn{}}
}

func (c *peopleCache) get(key [sha256.Size]byte) (s *signedIn, made uint64) {
	c.mu.RLock()
	s, made = c.by[key], c.made
	c.mu.RUnlock()
	return s, made
}

func (c *peopleCache) put(key [sha256.Size]byte, s *signedIn, made uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made != made {
		return
	}
	if len(c.by) >= peopleMost {
		clear(c.by)
	}
	c.by[key] = s
}

// forget drops what is known of an account: its memberships, relations or
// sign-ins have changed.
func (c *peopleCache) forget(account domain.AccountID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	for k, s := range c.by {
		if s.actor.Account == account {
			delete(c.by, k)
		}
	}
}

// forgetAll drops everything: a unit or a region has changed.
func (c *peopleCache) forgetAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	clear(c.by)
}

func errSignedOut() error { return domain.E(domain.KindUnauthenticated, "unauthenticated") }

// Anonymous is a visitor of a county's public pages.
func Anonymous(county domain.CountyCode) *Who {
	return &Who{County: county, Actor: &record.Actor{Anonymous: true}, Lang: "zh-CN"}
}

// Who tells who stands behind a token of SignIn. The answer may be a few seconds
// old for changes made by another process; changes made here are seen at once.
func (a *App) Who(ctx context.Context, token string) (*Who, error) {
	return whole(a.behind(ctx, token, a.used))
}

// Halfway is Who that also gives whoever has not done his second step yet.
func (a *App) Halfway(ctx context.Context, token string) (*Who, error) {
	return a.behind(ctx, token, a.used)
}

// whole turns away whoever has not done his second step.
func whole(who *Who, err error) (*Who, error) {
	if err == nil && who.Stage != "" {
		return nil, domain.E(domain.KindUnauthenticated, "sign_in_"+who.Stage)
	}
	return who, err
}

// Watcher is Who for what a screen asks by itself: it keeps no sign-in alive, so
// that an open screen nobody sits at still signs out.
func (a *App) Watcher(ctx context.Context, token string) (*Who, error) {
	return whole(a.behind(ctx, token, a.live))
}

// live reports whether a sign-in has not run out.
func (a *App) live(s *signedIn) bool {
	now := a.now()
	return now.Sub(s.created) < s.most && now.UnixMilli()-s.seen.Load() < s.idle.Milliseconds()
}

func (a *App) behind(ctx context.Context, token string, alive func(*signedIn) bool) (*Who, error) {
	county, ok := tokenCounty(token)
	if !ok {
		return nil, errSignedOut()
	}
	key := sha256.Sum256([]byte(token))
	s, made := a.people.get(key)
	if s == nil || time.Since(s.loaded) >= peopleTTL {
		fresh, err := a.loadSignIn(ctx, county, hex.EncodeToString(key[:]))
		if err != nil {
			return nil, err
		}
		if s != nil {
			fresh.seen.Store(max(fresh.seen.Load(), s.seen.Load()))
			fresh.saved.Store(max(fresh.saved.Load(), s.saved.Load()))
		}
		s = fresh
		a.people.put(key, s, made)
	}
	if !alive(s) {
		return nil, domain.E(domain.KindUnauthenticated, "session_expired")
	}
	return &Who{County: s.county, Actor: s.actor, Lang: "zh-CN", Stage: s.stage, session: s.hash, strong: s.strong, guarded: s.guarded}, nil
}

// used notes a use, or reports that the sign-in has run out. Writing it down
// happens beside the request.
func (a *App) used(s *signedIn) bool {
	if !a.live(s) {
		return false
	}
	now := a.now()
	ms := now.UnixMilli()
	s.seen.Store(ms)
	if saved := s.saved.Load(); ms-saved >= touchEvery.Milliseconds() && s.saved.CompareAndSwap(saved, ms) {
		go a.touch(s, now)
	}
	return true
}

func (a *App) touch(s *signedIn, now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := a.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.In(s.county).TouchSignIn(s.hash, now, s.ends(now))
	})
	if err != nil {
		a.Log.Debug("touch sign-in", "error", err)
	}
}

// ends is when the sign-in runs out if it is not used after the given instant.
func (s *signedIn) ends(used time.Time) time.Time {
	idle, most := used.Add(s.idle), s.created.Add(s.most)
	if most.Before(idle) {
		return most
	}
	return idle
}

func (a *App) loadSignIn(ctx context.Context, county domain.CountyCode, hash string) (*signedIn, error) {
	s := &signedIn{county: county, hash: hash, loaded: time.Now()}
	err := a.DB.Read(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(county)
		in, err := tx.SignIn(hash)
		if err != nil {
			return err
		}
		acc, err := tx.Account(in.Account)
		if err != nil {
			return err
		}
		if !acc.Active {
			return errSignedOut()
		}
		if s.actor, err = actorOf(tx, acc); err != nil {
			return err
		}
		// Only the person at the screen: long work in his name does not see through it.
		if s.actor.Glasses, err = glasses(tx, acc.ID); err != nil {
			return err
		}
		s.created = in.Created
		s.seen.Store(in.Seen.UnixMilli())
		s.saved.Store(in.Seen.UnixMilli())
		s.stage, s.strong = in.Stage, in.Strong
		s.idle, s.most = lasting(s.actor, s.stage)
		_, s.guarded, err = a.stageOf(tx, s.actor, entry{proved: true})
		return err
	})
	if domain.KindOf(err) == domain.KindNotFound && err != nil {
		return nil, errSignedOut()
	}
	return s, err
}

// lasting gives the idle and the absolute limit.
func lasting(actor *record.Actor, stage string) (idle, most time.Duration) {
	if stage != "" {
		return stagedFor, stagedFor
	}
	if len(actor.Memberships) > 0 {
		return staffIdle, staffMost
	}
	return residentIdle, residentMost
}

// Kinds of relations by which a person acts for somebody else (domain.Relation:
// A is Kind of B).
const (
	relGuardian = "guardian" // of a ward
	relLegal    = "legal"    // legal representative of an enterprise or organisation
	relHead     = "head"     // of a household
	relMember   = "member"
	relKin      = "kin"
)

// actorOf gathers an account's standing.
func actorOf(tx *store.Tx, acc *domain.Account) (*record.Actor, error) {
	act := &record.Actor{Account: acc.ID, Name: acc.Name}
	if acc.Party != "" {
		act.Parties = append(act.Parties, acc.Party)
		list, err := tx.Relations(acc.Party, domain.DateOf(tx.Now()))
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			switch {
			case r.A != acc.Party:
			case r.Kind == relGuardian:
				act.Wards = append(act.Wards, r.B)
			case r.Kind == relLegal || r.Kind == relHead:
				act.Parties = append(act.Parties, r.B)
			}
		}
	}
	places, err := tx.RostersOf(string(acc.ID))
	if err != nil {
		return nil, err
	}
	for _, m := range places {
		if m.Until.IsZero() || m.Until.After(tx.Now()) {
			act.Places = append(act.Places, record.Place{Program: m.Program, Roster: m.Roster, Rank: m.Group, From: m.From, Until: m.Until})
		}
	}
	list, err := tx.Memberships(store.MembershipFilter{Account: acc.ID})
	if err != nil {
		return nil, err
	}
	if act.Keeps, err = keepsOf(tx, acc.ID); err != nil {
		return nil, err
	}
	for _, m := range list {
		org, err := tx.Org(m.Org)
		if err != nil {
			return nil, err
		}
		if !org.Active {
			continue
		}
		act.Admin = act.Admin || m.Role == RoleAdmin
		act.Security = act.Security || m.Role == RoleSecurity
		act.Auditor = act.Auditor || m.Role == RoleAuditor
		act.Memberships = append(act.Memberships, standing(tx, &m, org))
	}
	return act, nil
}

// standing reads one membership with its unit: it covers the region it names,
// else what the unit serves, else where the unit stands.
func standing(tx *store.Tx, m *domain.Membership, org *domain.Org) record.Membership {
	s := record.Membership{ID: m.ID, Org: org.ID, Name: org.Name, Kind: org.Kind, Level: org.Level, Post: m.Post, Tags: tagsOn(org.Tags, domain.DateOf(tx.Now()))}
	if m.Path != "" {
		s.Paths = []string{m.Path}
	} else {
		s.Paths = servedPaths(org)
	}
	return s
}

// servedPaths are the region subtrees a unit serves.
func servedPaths(o *domain.Org) []string {
	if o.AreaPath != "" {
		return strings.Split(o.AreaPath, ",")
	}
	if o.Path == "" {
		return nil
	}
	return []string{o.Path}
}

// tagsOn lists the marks that hold on a day.
func tagsOn(tags []domain.Tag, day domain.Date) []string {
	out := []string{}
	for _, t := range tags {
		if t.From <= day && (t.Until == 0 || t.Until >= day) && !slices.Contains(out, t.Key) {
			out = append(out, t.Key)
		}
	}
	return out
}

// tokenCounty reads the county from a token: `440902-…`. It is only where to
// look; the rest of the token is the secret.
func tokenCounty(token string) (domain.CountyCode, bool) {
	county, secret, ok := strings.Cut(token, "-")
	return domain.CountyCode(county), ok && len(county) == 6 && len(secret) >= 32
}
