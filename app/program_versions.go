package app

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// VersionView is one version of a program as it was applied.
type VersionView struct {
	Version int         `json:"version"`
	State   string      `json:"state"` // live, superseded
	Applied time.Time   `json:"applied"`
	By      *AccountRef `json:"by,omitempty"`
	Hash    string      `json:"hash"`
}

func mayOversee(who *Who) error {
	if !who.officer() {
		return domain.E(domain.KindForbidden, "admin_only")
	}
	return nil
}

// Versions lists the versions of a program, newest first.
func (a *App) Versions(ctx context.Context, who *Who, key string) (out []VersionView, err error) {
	if err := mayOversee(who); err != nil {
		return nil, err
	}
	err = a.read(ctx, who, func(w *work) error {
		out = nil
		if _, err := w.Program(key, 0); err != nil {
			return err
		}
		list, err := w.tx.Programs("")
		if err != nil {
			return err
		}
		for _, v := range list {
			if v.Program != key {
				continue
			}
			x := VersionView{Version: v.Version, State: v.State, Applied: v.AppliedAt, Hash: v.Hash}
			x.By, _ = w.actorOf(v.By)
			out = append(out, x)
		}
		slices.Reverse(out)
		return nil
	})
	return out, err
}

// DiffVersions says what one version of a program changed against another.
func (a *App) DiffVersions(ctx context.Context, who *Who, key string, from, to int) (out []program.Change, err error) {
	if err := mayOversee(who); err != nil {
		return nil, err
	}
	err = a.read(ctx, who, func(w *work) error {
		old, err := w.Program(key, from)
		if err != nil {
			return err
		}
		now, err := w.Program(key, to)
		if err != nil {
			return err
		}
		out = program.Diff(old, now)
		return nil
	})
	return out, err
}

// draftMost bounds a draft of a program (bytes of all its files).
const draftMost = 2 << 20

// Draft is a change of a program that is only tried: files by name; those not
// named stay as they are, an empty one is taken away.
type Draft struct {
	Files map[string]string `json:"files"`
}

// Trial is what a draft would do; with issues that keep it from being applied it
// says only these.
type Trial struct {
	Unchanged  bool            `json:"unchanged"`
	Issues     []program.Issue `json:"issues"`
	Simulation *Simulation     `json:"simulation,omitempty"`
}

// TryDraft checks a draft and says what it would do to running records. Nothing is
// changed; applying stays with the command line, whose operator has the folder.
func (a *App) TryDraft(ctx context.Context, who *Who, key string, in Draft) (*Trial, error) {
	if !who.Admin && !who.System {
		return nil, domain.E(domain.KindForbidden, "admin_only")
	}
	var dir fs.FS
	err := a.write(ctx, who, func(w *work) error {
		p, err := w.Program(key, 0)
		if err != nil {
			return err
		}
		if dir, err = draftDir(p, in); err != nil {
			return err
		}
		return w.audit("simulate", "program/"+key, "", nil)
	})
	if err != nil {
		return nil, err
	}
	sims, err := a.Simulate(ctx, who, map[string]fs.FS{key: dir})
	var faults *ApplyError
	switch {
	case errors.As(err, &faults):
		return &Trial{Issues: faults.Issues}, nil
	case err != nil:
		return nil, err
	case len(sims) == 0:
		return &Trial{Unchanged: true, Issues: []program.Issue{}}, nil
	}
	return &Trial{Issues: sims[0].Issues, Simulation: &sims[0]}, nil
}

// draftKinds are the kinds of files that a program folder has.
var draftKinds = []string{".yaml", ".csv", ".txt", ".md"}

func draftDir(p *program.Program, in Draft) (fs.FS, error) {
	files := map[string][]byte{}
	for name, b := range p.Sources {
		files[name] = b
	}
	for name, text := range in.Files {
		if !fs.ValidPath(name) || !slices.Contains(draftKinds, path.Ext(name)) {
			return nil, domain.E(domain.KindInvalid, "fields").With("files", "draft_name")
		}
		if files[name] = []byte(text); text == "" {
			delete(files, name)
		}
	}
	var buf bytes.Buffer
	zw, total := zip.NewWriter(&buf), 0
	for _, name := range sortedKeys(files) {
		if total += len(files[name]); total > draftMost {
			return nil, domain.E(domain.KindTooLarge, "draft_too_large", "max", fmt.Sprint(draftMost>>20)).With("files", "draft_too_large", "max", fmt.Sprint(draftMost>>20))
		}
		f, err := zw.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(files[name]); err != nil {
			return nil, err
		}
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	return unzip(buf.Bytes())
}
