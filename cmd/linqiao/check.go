package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linqiao/kernel/program"
	"linqiao/scenario"
)

// check prints every issue of the folders, and of their stories.
func check(_ context.Context, c *config, args []string) error {
	if len(args) == 0 {
		return errUsage("请给出机制文件夹")
	}
	list, err := findFolders(args)
	if err != nil {
		return err
	}
	all, err := withNeighbours(c, list)
	if err != nil {
		return err
	}
	set, issues := program.Load(all)
	bad := printIssues(os.Stdout, list, issues)
	if !program.Fatal(issues) {
		bad += checkStories(os.Stdout, list, set)
	}
	if bad > 0 {
		fmt.Printf("%d 处问题\n", bad)
		return errFaults
	}
	fmt.Printf("%d 个机制没有问题\n", len(list))
	return nil
}

// printIssues prints issues with the folder's own path, `file:line:col: …`, and
// counts those that forbid the program's use.
func printIssues(w io.Writer, list []folder, issues []program.Issue) (bad int) {
	for _, i := range issues {
		key, rest, _ := strings.Cut(i.File, "/")
		at := slices.IndexFunc(list, func(f folder) bool { return f.key == key })
		if at < 0 && i.Warn {
			continue // of a neighbour
		}
		file := i.File
		if at >= 0 {
			file = shortPath(filepath.Join(list[at].path, rest))
		}
		line := fmt.Sprintf("%s:%d:%d: ", file, i.Line, i.Col)
		if i.Warn {
			line += "提醒："
		} else {
			bad++
		}
		line += i.Msg
		if i.Hint != "" {
			line += "（提示：" + i.Hint + "）"
		}
		fmt.Fprintln(w, line+" ["+i.Rule+"]")
	}
	return bad
}

// shortPath writes a path as seen from here, when that is shorter.
func shortPath(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(here, path)
	if err != nil || len(rel) > len(path) {
		return path
	}
	return rel
}

// stories lists a folder's story files.
func stories(f folder) []string {
	files, _ := filepath.Glob(filepath.Join(f.path, "scenarios", "*.txt"))
	return files
}

// checkStories resolves every sentence of the stories against the programs.
func checkStories(w io.Writer, list []folder, set *program.Set) (bad int) {
	for _, f := range list {
		for _, file := range append(stories(f), filepath.Join(f.path, "demo.txt")) {
			src, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			story, issues := scenario.Parse(shortPath(file), src)
			if len(issues) == 0 {
				issues = scenario.Check(story, set)
			}
			for _, i := range issues {
				fmt.Fprintf(w, "%s:%d:1: %s [story]\n", i.File, i.Line, i.Msg)
				bad++
			}
		}
	}
	return bad
}
