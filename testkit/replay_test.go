package testkit_test

import (
	"context"
	"io/fs"
	"path"
	"strings"
	"testing"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/programs"
	"linqiao/scenario"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestReplays plays every story of every program through HTTP, each person signed
// in as himself, on every database at hand.
func TestReplays(t *testing.T) {
	dirs, err := programs.FS()
	if err != nil {
		t.Fatal(err)
	}
	set, issues := program.Load(dirs)
	if program.Fatal(issues) {
		t.Fatalf("programs: %+v", issues)
	}
	for _, engine := range storetest.Engines(t) {
		for _, key := range set.Programs.Keys() {
			stories, err := fs.Glob(dirs[key], "scenarios/*.txt")
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range stories {
				t.Run(engine.Name+"/"+strings.TrimSuffix(path.Base(name), ".txt"), func(t *testing.T) {
					t.Parallel() // each story has a county, a clock and a database of its own
					src, err := fs.ReadFile(dirs[key], name)
					if err != nil {
						t.Fatal(err)
					}
					play(t, engine, set, path.Join(key, name), src)
				})
			}
		}
	}
}

func play(t *testing.T, engine storetest.Engine, set *program.Set, name string, src []byte) {
	story, issues := scenario.Parse(name, src)
	for _, i := range issues {
		t.Error(i)
	}
	if t.Failed() {
		return
	}
	lines := 0
	open := func(code domain.CountyCode, _ string) (*scenario.Target, error) {
		return testkit.Open(t, engine, code).Target(), nil
	}
	err := scenario.Play(context.Background(), story, set, open, func(l scenario.Line, err error) {
		lines++
		if err != nil {
			t.Errorf("%s:%d %s\n\t%v", l.File, l.No, l.Text, err)
		}
	})
	if err == nil && lines == 0 {
		t.Error("nothing was played")
	}
	if err != nil && !t.Failed() {
		t.Error(err)
	}
}
