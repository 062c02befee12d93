package scenario

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linqiao/kernel/program"
)

// loadPrograms reads the repository's own programs.
func loadPrograms(t *testing.T) *program.Set {
	t.Helper()
	entries, err := os.ReadDir("../programs")
	if err != nil {
		t.Fatal(err)
	}
	dirs := map[string]fs.FS{}
	for _, e := range entries {
		if e.IsDir() {
			dirs[e.Name()] = os.DirFS(filepath.Join("../programs", e.Name()))
		}
	}
	set, issues := program.Load(dirs)
	for _, i := range issues {
		if !i.Warn {
			t.Fatalf("%s:%d %s", i.File, i.Line, i.Msg)
		}
	}
	return set
}

func stories(t *testing.T) map[string]*Story {
	t.Helper()
	files, err := filepath.Glob("../programs/*/scenarios/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	demos, _ := filepath.Glob("../programs/*/demo.txt")
	out := map[string]*Story{}
	for _, f := range append(files, demos...) {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		st, issues := Parse(f, src)
		for _, i := range issues {
			t.Error(i)
		}
		out[f] = st
	}
	return out
}

// Every story and demonstration resolves against the programs of the repository.
func TestStoriesResolve(t *testing.T) {
	set := loadPrograms(t)
	all := stories(t)
	if len(all) == 0 {
		t.Fatal("no stories found")
	}
	for _, st := range all {
		for _, i := range Check(st, set) {
			t.Error(i)
		}
	}
}

// Every row of the two programs is replayed by some story.
func TestEveryMechanismHasAStory(t *testing.T) {
	var told []string
	for _, st := range stories(t) {
		told = append(told, st.Sources...)
	}
	var rows []string
	for i := 1; i <= 13; i++ {
		rows = append(rows, fmt.Sprintf("M%02d", i))
	}
	for _, row := range append(rows, "M21", "M22", "M24", "M25", "M28", "M29") {
		if !slices.Contains(told, row) {
			t.Errorf("no story names %s", row)
		}
	}
}

func TestCheckFindsWrongNames(t *testing.T) {
	set := loadPrograms(t)
	src := header + `时间 2022-04-01 09:00
单位 金融办 是 finance_office
人员 甲 任 task 在 金融办
人员 乙 任 taskforce 在 金融办
企业 丙: colour=红
乙 做 demand.raze 于 丙: amount=1万
乙 做 demand.raise 于 丙: amount=1万，size=小
记 需求 = 上句
应 需求 在 nowhere
应 指标 loan_money 条件 colour=红 = 1
应 钟 demand.reviews 于 需求 到期 = 2022-04-02
应 计数 demand(flying) = 1
`
	st, issues := Parse("w.txt", []byte(src))
	if len(issues) > 0 {
		t.Fatal(issues)
	}
	var got []string
	for _, i := range Check(st, set) {
		got = append(got, fmt.Sprint(i.Line))
	}
	if want := "9 11 12 13 15 16 17 18"; strings.Join(got, " ") != want {
		t.Errorf("faults on lines %v, want %s", got, want)
	}
}
