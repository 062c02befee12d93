package testkit_test

import (
	"net/http"
	"net/url"
	"testing"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestVoters: the desk that hands out papers finds people on the roll by name; nobody
// else does, and who is not on the roll is not found.
func TestVoters(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			v := openVillage(t, testkit.Open(t, engine, storetest.Home))
			v.Resident(t, "waicun", firstTown(t, v.County))
			find := func(who *testkit.Client, q string) *testkit.Answer {
				return who.Do(t, http.MethodGet, "/records/"+v.topic+"/ballots/vote/roll?q="+url.QueryEscape(q), nil)
			}
			a := find(v.desk, "cunmin0")
			list := testkit.Items(a.Object(), "items")
			if len(list) != 10 || list[0]["name"] != "cunmin00" || list[0]["id"] != v.parties[0] {
				t.Errorf("the desk finds %s", a.Raw)
			}
			for key := range list[0] {
				if key != "id" && key != "name" && key != "region" {
					t.Errorf("the roll tells %s of a voter", key)
				}
			}
			for _, q := range []string{"c", "", "waicun", "nobody"} {
				if a := find(v.desk, q); a.Status != http.StatusOK || len(testkit.Items(a.Object(), "items")) != 0 {
					t.Errorf("%q finds %s", q, a.Raw)
				}
			}
			for name, who := range map[string]*testkit.Client{"board": v.board, "voter": v.people[0]} {
				if a := find(who, "cunmin0"); a.Status != http.StatusForbidden && a.Status != http.StatusNotFound {
					t.Errorf("%s searches the roll: %d %s", name, a.Status, a.Raw)
				}
			}
		})
	}
}
