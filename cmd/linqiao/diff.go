package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"linqiao/kernel/program"
)

var kindWords = map[string]string{program.Strengthens: "加强", program.Weakens: "减弱", program.Neutral: "中性"}

// programLine is the head line that states a program's key.
var programLine = regexp.MustCompile(`(?m)^program:\s*["']?([a-z0-9_-]+)`)

// diff prints what a new folder changes in an old one. Both carry the same key
// while their folders need not: each is read under the key that its file states.
func diff(_ context.Context, c *config, args []string) error {
	if len(args) != 2 {
		return errUsage("请给出旧、新两个文件夹")
	}
	before, err := loadAs(c, args[0])
	if err != nil {
		return err
	}
	after, err := loadAs(c, args[1])
	if err != nil {
		return err
	}
	changes := program.Diff(before, after)
	printChanges(changes)
	if len(changes) == 0 {
		fmt.Println("没有差别")
	}
	if issues := program.CheckMigrate(before, after); printIssues(os.Stdout, []folder{{after.Key, args[1]}}, issues) > 0 {
		return errFaults
	}
	return nil
}

func printChanges(changes []program.Change) {
	for _, ch := range changes {
		fmt.Printf("%s  %s：%s\n", kindWords[ch.Kind], ch.Path, ch.Text)
	}
}

// loadAs loads one folder with its neighbours under the key its file states.
func loadAs(c *config, path string) (*program.Program, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if !isProgram(abs) {
		return nil, fmt.Errorf("%s 里没有 program.yaml", path)
	}
	key, err := statedKey(os.DirFS(abs))
	if err != nil {
		return nil, err
	}
	f := folder{key, abs}
	all, err := withNeighbours(c, []folder{f})
	if err != nil {
		return nil, err
	}
	set, issues := program.Load(all)
	if program.Fatal(issues) {
		printIssues(os.Stdout, []folder{f}, issues)
		return nil, errFaults
	}
	return set.Program(key), nil
}

// statedKey reads `program:` of a folder whose own name may be another one (a
// copy of an older version).
func statedKey(dir fs.FS) (string, error) {
	src, err := fs.ReadFile(dir, "program.yaml")
	if err != nil {
		return "", err
	}
	m := programLine.FindSubmatch(src)
	if m == nil {
		return "", fmt.Errorf("program.yaml 没有写 program：机制的键")
	}
	return string(m[1]), nil
}
