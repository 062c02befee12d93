package program

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestCorpus loads a folder of <program>.yaml files given by the environment:
// for authors who write many programs outside the repository.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("PROGRAM_CORPUS")
	if dir == "" {
		t.Skip("PROGRAM_CORPUS is not set")
	}
	dirs := map[string]fs.FS{}
	files, _ := filepath.Glob(filepath.Join(dir, "*.yaml"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		dirs[strings.TrimSuffix(filepath.Base(f), ".yaml")] = fstest.MapFS{"program.yaml": {Data: b}}
	}
	dirs["common"] = os.DirFS("../../programs/common")
	_, issues := Load(dirs)
	for _, i := range issues {
		t.Log(i.Error())
	}
	t.Logf("%d issues", len(issues))
}

func repository(t testing.TB) map[string]fs.FS {
	t.Helper()
	dirs := map[string]fs.FS{}
	entries, err := os.ReadDir("../../programs")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			dirs[e.Name()] = os.DirFS(filepath.Join("../../programs", e.Name()))
		}
	}
	return dirs
}

// TestRepositoryPrograms: the programs of the repository have no fault at all.
func TestRepositoryPrograms(t *testing.T) {
	set, issues := Load(repository(t))
	for _, i := range issues {
		if i.Warn {
			t.Log(i.Error())
			continue
		}
		t.Error(i.Error())
	}
	for key, p := range set.Programs.All() {
		if p.Title == "" || p.Hash == "" {
			t.Errorf("%s: no title or hash", key)
		}
	}
}
