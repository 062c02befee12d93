package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linqiao/kernel/program"
	"linqiao/programs"
)

// folder is one program folder on disk.
type folder struct {
	key  string
	path string
}

// findFolders takes program folders, or folders that hold several.
func findFolders(args []string) ([]folder, error) {
	var out []folder
	for _, arg := range args {
		abs, err := filepath.Abs(arg)
		if err != nil {
			return nil, err
		}
		if isProgram(abs) {
			out = append(out, folder{filepath.Base(abs), abs})
			continue
		}
		entries, err := os.ReadDir(abs)
		if err != nil {
			return nil, fmt.Errorf("读不了 %s：%w", arg, err)
		}
		n := len(out)
		for _, e := range entries {
			if path := filepath.Join(abs, e.Name()); e.IsDir() && isProgram(path) {
				out = append(out, folder{e.Name(), path})
			}
		}
		if len(out) == n {
			return nil, fmt.Errorf("%s 里没有机制（没有 program.yaml）", arg)
		}
	}
	slices.SortFunc(out, func(a, b folder) int { return strings.Compare(a.key, b.key) })
	for i := 1; i < len(out); i++ {
		if out[i].key == out[i-1].key && out[i].path != out[i-1].path {
			return nil, fmt.Errorf("机制 %s 出现两次：%s 和 %s", out[i].key, out[i-1].path, out[i].path)
		}
	}
	return slices.Compact(out), nil
}

func isProgram(dir string) bool {
	st, err := os.Stat(filepath.Join(dir, "program.yaml"))
	return err == nil && !st.IsDir()
}

// dirs gives the folders as file systems by key.
func dirs(list []folder) map[string]fs.FS {
	out := map[string]fs.FS{}
	for _, f := range list {
		out[f.key] = os.DirFS(f.path)
	}
	return out
}

// builtIn gives the program folders this run works with: those of --programs,
// else the embedded ones.
func builtIn(c *config) (map[string]fs.FS, error) {
	if c.Programs == "" {
		return programs.FS()
	}
	list, err := findFolders([]string{c.Programs})
	return dirs(list), err
}

// withNeighbours adds what the folders may use: folders beside them, then the
// built-in ones.
func withNeighbours(c *config, list []folder) (map[string]fs.FS, error) {
	out := dirs(list)
	for _, f := range list {
		near, err := findFolders([]string{filepath.Dir(f.path)})
		if err != nil {
			continue // the parent holds nothing else
		}
		for k, d := range dirs(near) {
			if out[k] == nil {
				out[k] = d
			}
		}
	}
	base, err := builtIn(c)
	if err != nil {
		return nil, err
	}
	need := used(out, list)
	for k := range out {
		if !need[k] {
			delete(out, k)
		}
	}
	for k, d := range base {
		if out[k] == nil {
			out[k] = d
		}
	}
	need = used(out, list)
	for k := range out {
		if !need[k] {
			delete(out, k)
		}
	}
	return out, nil
}

// used are the folders and all that they name in `uses` or `extends`, directly or
// not: neighbours with faults of their own must not disturb.
func used(all map[string]fs.FS, list []folder) map[string]bool {
	set, _ := program.Load(all)
	need := map[string]bool{}
	var add func(key string)
	add = func(key string) {
		if need[key] {
			return
		}
		need[key] = true
		if p := set.Program(key); p != nil {
			for _, u := range p.Uses {
				add(u)
			}
			if p.Extends != "" {
				add(p.Extends)
			}
		}
	}
	for _, f := range list {
		add(f.key)
	}
	return need
}
