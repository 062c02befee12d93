package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

const (
	backupPassword = "bei-fen-hui-fu-2026"
	readyWithin    = 10 * time.Second
)

// TestBackupMoves takes a county from one engine to the other and back by the
// commands an administrator uses: nothing is lost on the way, and people sign in
// and read on as before.
func TestBackupMoves(t *testing.T) {
	bin := testkit.Binary(t)
	engines := []string{"sqlite", "sqlite"}
	if os.Getenv(storetest.PostgresEnv) != "" {
		engines = []string{"sqlite", "postgres", "sqlite"}
	} else {
		storetest.Engines(t) // says that PostgreSQL is not tested
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "programs", "errand-desk"), os.DirFS("../../testdata/errand-desk")); err != nil {
		t.Fatal(err)
	}
	at := func(engine, sub string) *testkit.Install {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
		return &testkit.Install{Bin: bin, DB: testkit.NewDatabase(t, engine, filepath.Join(dir, sub)), Key: filepath.Join(dir, "key"), Programs: "programs", Dir: dir,
			Env: []string{"LINQIAO_PASSWORD=" + backupPassword, "LINQIAO_COUNTY=440902"}}
	}
	from := at(engines[0], "0")
	from.Must(t, "account", "create-admin", "--powers", "joint")
	record := fillCounty(t, from)
	first := filepath.Join(dir, "0.jsonl")
	from.Must(t, "backup", first)
	for i, engine := range engines[1:] {
		to := at(engine, string(rune('1'+i)))
		file := filepath.Join(dir, string(rune('0'+i))+".jsonl")
		if out := to.Must(t, "verify", file); !strings.Contains(out, "备份文件完好") {
			t.Errorf("verify file: %s", out)
		}
		to.Must(t, "restore", file)
		if out := to.Must(t, "verify"); !strings.Contains(out, "数据库完好") {
			t.Errorf("verify %s: %s", engine, out)
		}
		if out, code := to.Run(t, "restore", file); code == 0 || !strings.Contains(out, "已有数据") {
			t.Errorf("restored over data: exit %d %s", code, out)
		}
		next := filepath.Join(dir, string(rune('1'+i))+".jsonl")
		to.Must(t, "backup", next)
		sameFile(t, first, next)
		readCounty(t, to, record)
	}
	refuseSpoiled(t, from, first, at(engines[0], "spoiled"))
}

// fillCounty makes a desk, a person with a sealed number, and a record.
func fillCounty(t *testing.T, i *testkit.Install) (record string) {
	s := i.Serve(t, testkit.FreeAddress(t))
	defer s.Stop(t)
	s.Ready(t, readyWithin)
	admin := s.SignIn(t, "440902", "admin", backupPassword)
	org := admin.Must(t, http.MethodPost, "/orgs", testkit.Object{"name": "互助台", "kind": "errand_desk", "level": "county", "region": "440902"})
	admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": "desk", "name": "台长", "password": backupPassword, "memberships": []testkit.Object{{"org": org["id"]}}})
	desk := s.SignIn(t, "440902", "desk", backupPassword)
	party := desk.Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "person", "name": "王秀英", "region": "440902",
		"identifiers": testkit.Object{"phone": "13800138000"}})
	v := desk.Must(t, http.MethodPost, "/programs/errand-desk/records/errand/raise",
		testkit.Object{"subject": party["id"], "fields": testkit.Object{"what": "买药「降压」", "fee": 12345}})
	return testkit.Text(v, "id")
}

// readCounty signs in with the old password, finds the person by the sealed
// number, and goes on with the record.
func readCounty(t *testing.T, i *testkit.Install, record string) {
	t.Helper()
	s := i.Serve(t, testkit.FreeAddress(t))
	defer s.Stop(t)
	s.Ready(t, readyWithin)
	desk := s.SignIn(t, "440902", "desk", backupPassword)
	v := desk.Must(t, http.MethodGet, "/records/"+record, nil)
	if testkit.At(v, "fields", "what") != "买药「降压」" || testkit.At(v, "fields", "fee") != 12345.0 || testkit.Text(v, "subject", "name") != "王秀英" {
		t.Errorf("restored record: %v", v)
	}
	if found := desk.All(t, "/parties?q=13800138000"); len(found) != 1 || found[0]["name"] != "王秀英" {
		t.Errorf("by the sealed number: %v", found)
	}
	fig := desk.Must(t, http.MethodGet, "/programs/errand-desk/stats/raised", nil)
	if fig["value"] != 1.0 {
		t.Errorf("figure %v", fig["value"])
	}
	v = desk.Must(t, http.MethodPost, "/records/"+record+"/moves/later", testkit.Object{"fields": testkit.Object{"day": "2026-03-12"}, "rev": v["rev"]})
	if testkit.At(v, "fields", "day") != "2026-03-12" {
		t.Errorf("moved on: %v", v["fields"])
	}
}

// sameFile compares two backups but for their first line, which says when each
// was made, and the last, which is the sum over all.
func sameFile(t *testing.T, a, b string) {
	t.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	linesA, linesB := bytes.Split(x, []byte("\n")), bytes.Split(y, []byte("\n"))
	if len(linesA) < 20 || len(linesA) != len(linesB) {
		t.Fatalf("%d and %d lines", len(linesA), len(linesB))
	}
	for i := range linesA {
		if i == 0 || bytes.HasPrefix(linesA[i], []byte(`["end"`)) {
			continue
		}
		if !bytes.Equal(linesA[i], linesB[i]) {
			t.Errorf("%s and %s differ in line %d:\n%.300s\n%.300s", a, b, i+1, linesA[i], linesB[i])
			return
		}
	}
}

// refuseSpoiled: a file cut short or changed is not restored, not even in part.
func refuseSpoiled(t *testing.T, from *testkit.Install, file string, to *testkit.Install) {
	t.Helper()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(whole, []byte("互助台"), []byte("假冒台"), 1)
	for name, b := range map[string][]byte{"cut": whole[:len(whole)*2/3], "changed": changed} {
		spoiled := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(spoiled, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, code := from.Run(t, "verify", spoiled); code == 0 {
			t.Errorf("%s file passes: %s", name, out)
		}
		if out, code := to.Run(t, "restore", spoiled); code == 0 {
			t.Errorf("%s file was restored: %s", name, out)
		}
	}
	if out := to.Must(t, "restore", file); out == "" {
		t.Error("restore says nothing")
	}
}
