package app

import (
	"context"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// ProgramSummary is one line of the list of programs.
type ProgramSummary struct {
	Key     string         `json:"key"`
	Version int            `json:"version"`
	Title   string         `json:"title"`
	Counts  *ProgramCounts `json:"counts,omitempty"`
	Serves  bool           `json:"serves"` // the caller has work of his own in it, not only what everybody may read
}

// ProgramCounts are running records within what the reader may see; both stop
// counting at the cap of lists.
type ProgramCounts struct {
	Open    int `json:"open"`
	Overdue int `json:"overdue"`
}

// Programs lists the programs in which the caller can hold a role, or that are
// open to everybody. Word lists without records of their own are left out.
func (a *App) Programs(ctx context.Context, who *Who) (l List[ProgramSummary], err error) {
	err = a.read(ctx, who, func(w *work) error {
		var out []ProgramSummary
		for _, p := range w.set.set.Programs.All() {
			if p.Records.Len() == 0 || !w.maySeeProgram(p) {
				continue
			}
			s := ProgramSummary{Key: p.Key, Version: p.Version, Title: titleOf(p, who.Lang), Serves: w.serves(p)}
			if s.Counts, err = w.programCounts(p); err != nil {
				return err
			}
			out = append(out, s)
		}
		l = listOf(out, "")
		return nil
	})
	return l, err
}

func titleOf(p *program.Program, lang string) string {
	if lang == "en" && p.TitleEN != "" {
		return p.TitleEN
	}
	return p.Title
}

func (w *work) maySeeProgram(p *program.Program) bool {
	if w.who.officer() {
		return true
	}
	for _, r := range p.Roles.All() {
		if w.who.HoldsStatic(r) {
			return true
		}
	}
	return false
}

func (w *work) serves(p *program.Program) bool {
	if w.who.officer() {
		return true
	}
	for _, r := range p.Roles.All() {
		if w.who.Serves(p, r) {
			return true
		}
	}
	return false
}

func (w *work) programCounts(p *program.Program) (*ProgramCounts, error) {
	f := store.RecordFilter{Program: p.Key, Running: true, Access: w.access(p.Key, "")}
	f.Nouns = []domain.Noun{domain.Case, domain.Order, domain.Batch, domain.Item}
	open, err := w.tx.CountRecords(f, countCap)
	if err != nil {
		return nil, err
	}
	f.Limit = 200
	late, _, err := w.tx.OverdueRecords(w.Now(), f)
	return &ProgramCounts{open, len(late)}, err
}

// ProgramChange is the kernel's own view, under a name that the HTTP layer may use.
type ProgramChange = program.Change

// Program gives the screens' view of a program: names, labels, shapes, and what of it
// the reader may open.
func (a *App) Program(ctx context.Context, who *Who, key string, version int) (v *ProgramView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(key, version)
		if err != nil {
			return err
		}
		if !w.maySeeProgram(p) && !hasPublic(p) {
			return domain.NotFound("program")
		}
		v = &ProgramView{View: *p.View(who.Lang)}
		v.Opens, err = w.opensOf(p)
		return err
	})
	return v, err
}

// hasPublic: some of its rows may be read by everybody, who then needs their words.
func hasPublic(p *program.Program) bool {
	for _, t := range p.Records.All() {
		if t.Class == domain.Public {
			return true
		}
	}
	return false
}

// StageCounts are live counts by record and stage, within what the reader may see.
type StageCounts struct {
	Records map[string]map[string]int `json:"records"`
}

// Stages counts a program's records by stage; each count stops at the cap of lists.
func (a *App) Stages(ctx context.Context, who *Who, key string) (v *StageCounts, err error) {
	v = &StageCounts{Records: map[string]map[string]int{}}
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(key, 0)
		if err != nil {
			return err
		}
		if !w.maySeeProgram(p) {
			return domain.NotFound("program")
		}
		for rk, t := range p.Records.All() {
			f := store.RecordFilter{Program: key, Keys: []string{rk}, Access: w.access(key, rk)}
			if len(f.Access) == 0 && !w.who.System {
				continue
			}
			by := map[string]int{}
			for st := range t.Stages.All() {
				f.Stages = []string{st}
				if by[st], err = w.tx.CountRecords(f, countCap); err != nil {
					return err
				}
			}
			v.Records[rk] = by
		}
		return nil
	})
	return v, err
}

// SourceView are the files of a program as text.
type SourceView struct {
	Files map[string]string `json:"files"`
}

// Source shows the files that a program runs on, for administrators and auditors.
func (a *App) Source(ctx context.Context, who *Who, key string) (v *SourceView, err error) {
	if !who.officer() {
		return nil, domain.E(domain.KindForbidden, "admin_only")
	}
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(key, 0)
		if err != nil {
			return err
		}
		v = &SourceView{Files: map[string]string{}}
		for name, b := range p.Sources {
			v.Files[name] = string(b)
		}
		return nil
	})
	return v, err
}
