package record

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"linqiao/domain"
)

// admits is what the store makes of one clause, for one row: "" is never a match.
func admits(c Access, r *domain.Record) bool {
	return c.All ||
		slices.ContainsFunc(c.Paths, func(p string) bool { return InPath(r.Path, p) }) ||
		c.Owner != "" && c.Owner == r.Owner ||
		r.OwnerOrg != "" && slices.Contains(c.OwnerOrgs, r.OwnerOrg) ||
		r.Provider != "" && slices.Contains(c.Providers, r.Provider) ||
		r.Subject != "" && slices.Contains(c.Subjects, r.Subject)
}

func drawActor(t *rapid.T) *Actor {
	one := func(label string, list ...string) string { return rapid.SampledFrom(list).Draw(t, label) }
	a := &Actor{Account: domain.AccountID(one("account", "a1", "a2", "a3"))}
	for i := range rapid.IntRange(0, 3).Draw(t, "posts") {
		m := Membership{ID: fmt.Sprint(i), Org: domain.OrgID(one("org", "o1", "o2", "o3")), Kind: one("kind", "desk", "gov", "clinic", "team", "crew", "bank"),
			Level: one("level", "", "village", "town", "county"), Post: one("post", "", "nurse", "porter")}
		for range rapid.IntRange(0, 2).Draw(t, "areas") {
			m.Paths = append(m.Paths, one("path", wholeway, townA, pathA, pathB, "", "44/4409/440902/44090200"))
		}
		a.Memberships = append(a.Memberships, m)
	}
	for range rapid.IntRange(0, 2).Draw(t, "parties") {
		a.Parties = append(a.Parties, domain.PartyID(one("party", "p1", "p2", "p3")))
	}
	for range rapid.IntRange(0, 1).Draw(t, "wards") {
		a.Wards = append(a.Wards, domain.PartyID(one("ward", "p1", "p2", "p3")))
	}
	return a
}

// drawRows makes a tree of rows as the engine leaves them: a child has its
// parent's place, subject, owner, and its nearest order's provider.
func (w *county) drawRows(t *rapid.T) {
	w.recs, w.order = map[domain.RecordID]*domain.Record{}, nil
	p := w.program()
	one := func(label string, list ...string) string { return rapid.SampledFrom(list).Draw(t, label) }
	add := func(key string, parent *domain.Record, phase domain.Phase) *domain.Record {
		rt := p.Records.Get(key)
		id := domain.RecordID(fmt.Sprintf("r%d", len(w.order)))
		r := &domain.Record{ID: id, Root: id, Program: p.Key, Key: key, Noun: rt.Noun, Class: rt.Class, Phase: phase, Data: map[string]any{}}
		if parent != nil {
			r.Parent, r.Root, r.Subject, r.Path = parent.ID, parent.Root, parent.Subject, parent.Path
			r.Owner, r.OwnerOrg, r.Provider = parent.Owner, parent.OwnerOrg, parent.Provider
		} else {
			r.Path = one("row path", pathA, pathB, townA, wholeway, "")
			r.Owner, r.OwnerOrg = domain.AccountID(one("owner", "", "a1", "a2", "a3")), domain.OrgID(one("owner org", "", "o1", "o2", "o3"))
		}
		w.recs[id], w.order = r, append(w.order, id)
		return r
	}
	add("board", nil, domain.PhaseLive)
	for range rapid.IntRange(1, 3).Draw(t, "asks") {
		ask := add("ask", nil, domain.PhaseOpen)
		ask.Subject = domain.PartyID(one("subject", "p1", "p2", "p3", ""))
		add("note", ask, domain.PhaseDone)
		for range rapid.IntRange(0, 2).Draw(t, "jobs") {
			job := add("job", ask, domain.Phase(one("phase", "proposed", "accepted", "done", "declined", "expired")))
			job.Provider = domain.OrgID(one("provider", "o1", "o2", "o3", ""))
			add("report", job, domain.PhaseDone)
		}
	}
}

// A list and a single row agree: what a clause admits is cleared, and what is
// cleared (every role of this program can be told from the row) is admitted.
func TestWhereAgreesWithClearance(t *testing.T) {
	w := newCounty(t, accessProgram)
	p := w.program()
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		w.drawRows(t)
		w.who = drawActor(t)
		u := Begin(w)
		for _, id := range w.order {
			r, err := u.Load(id)
			if err != nil {
				t.Fatal(err)
			}
			in := slices.ContainsFunc(Where(w.who, p, r.T, w.Now()), func(c Access) bool { return admits(c, r.Record) })
			_, _, ok := u.Clearance(r)
			if in != ok {
				t.Fatalf("%s %+v of %+v: listed %v, cleared %v", r.Key, r.Record, w.who, in, ok)
			}
			seen[fmt.Sprint(r.Key, ok)]++
		}
	})
	for _, key := range []string{"ask", "job", "report", "note"} {
		if seen[key+"true"] == 0 || seen[key+"false"] == 0 {
			t.Errorf("%s: both answers must come up: %v", key, seen)
		}
	}
	if seen["boardfalse"] != 0 {
		t.Error("a public row was hidden")
	}
}

// A role that cannot be told from the row (member, keeper) may clear more rows
// than a list shows, never the other way round; no clause is ever empty.
func TestWhereClausesAskSomething(t *testing.T) {
	w := newCounty(t, accessProgram)
	p := w.program()
	rapid.Check(t, func(t *rapid.T) {
		a := drawActor(t)
		for _, rt := range p.Records.All() {
			for _, c := range Where(a, p, rt, w.Now()) {
				if !c.All && len(c.Paths)+len(c.OwnerOrgs)+len(c.Providers)+len(c.Subjects) == 0 && c.Owner == "" {
					t.Fatalf("%s: a clause that asks nothing", rt.Key)
				}
				if c.All && rt.Class != domain.Public {
					t.Fatalf("%s: everything to everybody", rt.Key)
				}
			}
		}
	})
}
