package app

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// registry keeps compiled programs: the current set of each county, and former
// versions for records that still run on them.
type registry struct {
	mu       sync.Mutex
	counties map[domain.CountyCode]*setAt
	sets     map[string]*program.Set // by hash of all live sources: counties share
}

// lookAgain is how long a county's set is trusted: another process (the command
// line, a second server) may have applied a program meanwhile.
const lookAgain = 2 * time.Second

// setAt is what one county runs.
type setAt struct {
	set  *program.Set
	mu   sync.Mutex
	old  map[string]*program.Program // key@version
	live map[string]domain.ProgramVersion

	looked time.Time // when the stored programs were last compared; guarded by the registry
}

// same reports whether the stored programs are still those of the set.
func (s *setAt) same(list []domain.ProgramVersion) bool {
	return len(list) == len(s.live) && !slices.ContainsFunc(list, func(v domain.ProgramVersion) bool {
		was := s.live[v.Program]
		return was.Version != v.Version || was.Hash != v.Hash
	})
}

func newRegistry() *registry {
	return &registry{counties: map[domain.CountyCode]*setAt{}, sets: map[string]*program.Set{}}
}

// of gives the county's set, compiling it on first use.
func (g *registry) of(tx *store.Tx) (*setAt, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s, known := g.counties[tx.County()]
	if known && time.Since(s.looked) < lookAgain {
		return s, nil
	}
	list, err := tx.Programs("live")
	if err != nil {
		return nil, err
	}
	if known && s.same(list) {
		s.looked = time.Now()
		return s, nil
	}
	s = &setAt{looked: time.Now(), old: map[string]*program.Program{}, live: map[string]domain.ProgramVersion{}}
	var key strings.Builder
	dirs := map[string]fs.FS{}
	for _, v := range list {
		s.live[v.Program] = v
		fmt.Fprintf(&key, "%s@%d:%s;", v.Program, v.Version, v.Hash)
		if dirs[v.Program], err = unzip(v.Source); err != nil {
			return nil, err
		}
	}
	if s.set = g.sets[key.String()]; s.set == nil {
		set, issues := program.Load(dirs)
		if program.Fatal(issues) {
			return nil, domain.E(domain.KindInternal, "program_stored_invalid", "issue", issues[0].Msg)
		}
		s.set = set
		g.sets[key.String()] = set
	}
	g.counties[tx.County()] = s
	return s, nil
}

func (g *registry) forget(county domain.CountyCode) {
	g.mu.Lock()
	delete(g.counties, county)
	g.mu.Unlock()
}

// version gives a program at a version; running records keep the one they began with.
func (s *setAt) version(tx *store.Tx, key string, version int) (*program.Program, error) {
	p := s.set.Program(key)
	if p != nil && (version == 0 || p.Version == version) {
		return p, nil
	}
	if p == nil && version == 0 {
		return nil, domain.NotFound("program")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := fmt.Sprintf("%s@%d", key, version)
	if old, ok := s.old[id]; ok {
		return old, nil
	}
	v, err := tx.Program(key, version)
	if err != nil {
		return nil, err
	}
	dirs := map[string]fs.FS{}
	for k, l := range s.live {
		if dirs[k], err = unzip(l.Source); err != nil {
			return nil, err
		}
	}
	if dirs[key], err = unzip(v.Source); err != nil {
		return nil, err
	}
	set, issues := program.Load(dirs)
	if program.Fatal(issues) {
		return nil, domain.E(domain.KindInternal, "program_stored_invalid", "issue", issues[0].Msg)
	}
	s.old[id] = set.Program(key)
	return s.old[id], nil
}

// ApplyResult says what apply did with one folder.
type ApplyResult struct {
	Program string           `json:"program"`
	Version int              `json:"version"`
	State   string           `json:"state"` // applied, unchanged
	Changes []program.Change `json:"changes,omitempty"`
}

// ApplyError carries the issues that keep folders from being applied.
type ApplyError struct{ Issues []program.Issue }

func (e *ApplyError) Error() string {
	return fmt.Sprintf("%d issues, first: %s", len(e.Issues), e.Issues[0].Msg)
}

// Apply stores new versions of programs and makes them current. Nothing is
// applied while check complains about any of them; running records keep the
// version they began with unless the new one migrates them.
func (a *App) Apply(ctx context.Context, who *Who, dirs map[string]fs.FS) ([]ApplyResult, error) {
	var out []ApplyResult
	err := a.DB.Write(ctx, func(tx *store.Tx) (err error) {
		out, err = a.applyIn(tx.In(who.County), who, dirs)
		return err
	})
	a.programs.forget(who.County)
	return out, err
}

// applyIn is Apply in a transaction that is open already.
func (a *App) applyIn(tx *store.Tx, who *Who, dirs map[string]fs.FS) ([]ApplyResult, error) {
	live, err := tx.Programs("live")
	if err != nil {
		return nil, err
	}
	all, old := map[string]fs.FS{}, map[string]domain.ProgramVersion{}
	for _, v := range live {
		old[v.Program] = v
		if all[v.Program], err = unzip(v.Source); err != nil {
			return nil, err
		}
	}
	before, _ := program.Load(all)
	for k, d := range dirs {
		all[k] = d
	}
	set, issues := program.Load(all)
	if program.Fatal(issues) {
		return nil, &ApplyError{issues}
	}
	var out []ApplyResult
	for _, k := range sortedKeys(dirs) {
		r, err := a.applyOne(tx, who, set.Program(k), before.Program(k), old[k], dirs[k])
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (a *App) applyOne(tx *store.Tx, who *Who, p, before *program.Program, old domain.ProgramVersion, dir fs.FS) (ApplyResult, error) {
	src, err := zipDir(dir)
	if err != nil {
		return ApplyResult{}, err
	}
	h := sha256.Sum256(src)
	v := &domain.ProgramVersion{County: who.County, Program: p.Key, Version: p.Version, Hash: hex.EncodeToString(h[:]),
		Source: src, AppliedAt: tx.Now(), By: who.Account, State: "live"}
	r := ApplyResult{Program: p.Key, Version: p.Version, State: "applied"}
	if old.Program != "" {
		switch {
		case old.Hash == v.Hash:
			r.State = "unchanged"
			return r, nil
		case p.Version <= old.Version:
			return r, &ApplyError{[]program.Issue{{File: p.Key + "/program.yaml", Line: 2, Col: 1, Path: "version", Rule: "version-not-raised",
				Msg:  fmt.Sprintf("内容已变，但版本仍是 %d（现行 %d）", p.Version, old.Version),
				Hint: fmt.Sprintf("把 version 改为 %d", old.Version+1)}}}
		}
		if issues := program.CheckMigrate(before, p); program.Fatal(issues) {
			return r, &ApplyError{issues}
		}
		r.Changes = program.Diff(before, p)
		old.State = "superseded"
		if err := tx.SaveProgram(&old); err != nil {
			return r, err
		}
	}
	if err := tx.SaveProgram(v); err != nil {
		return r, err
	}
	if p.Migrate != nil && p.Migrate.From == old.Version {
		if err := a.migrateRecords(tx, p); err != nil {
			return r, err
		}
	}
	return r, tx.AppendEvent(&domain.Event{Program: p.Key, Key: "program", Type: "apply", Actor: who.Account,
		Data: map[string]any{"version": p.Version, "hash": v.Hash}})
}

// migrateRecords moves running records from the former version to the new one:
// stages and fields renamed as the program says, the rest as it was.
func (a *App) migrateRecords(tx *store.Tx, p *program.Program) error {
	m := p.Migrate
	cursor := ""
	for {
		page, err := tx.Records(store.RecordFilter{Program: p.Key, Running: true, Access: store.AccessAll, Oldest: true, Open: true, Cursor: cursor, Limit: 500})
		if err != nil {
			return err
		}
		for i := range page.Items {
			r := &page.Items[i]
			if r.Version != m.From {
				continue
			}
			migrateOne(r, p)
			if err := tx.UpdateRecord(r); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

func migrateOne(r *domain.Record, p *program.Program) {
	m := p.Migrate
	if to, ok := m.Stages[r.Key+"."+r.Stage]; ok {
		r.Hist["e:"+to] = r.Hist["e:"+r.Stage]
		r.Stage = to
		r.Walk = append(r.Walk, to)
	}
	if t := p.Records.Get(r.Key); t != nil {
		if s := t.Stages.Get(r.Stage); s != nil {
			r.Phase = s.Phase
		}
	}
	for from, to := range m.Fields {
		key, field, _ := strings.Cut(from, ".")
		if key != r.Key {
			continue
		}
		for _, data := range []map[string]any{r.Data, r.Secret} {
			if v, ok := data[field]; ok {
				data[to] = v
				delete(data, field)
			}
		}
	}
	for _, d := range m.Drop {
		if key, field, _ := strings.Cut(d, "."); key == r.Key {
			delete(r.Data, field)
			delete(r.Secret, field)
		}
	}
	r.Version = p.Version
}

// zipDir packs a folder reproducibly: sorted names, no times.
func zipDir(dir fs.FS) ([]byte, error) {
	var names []string
	err := fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(d.Name(), ".") {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	for _, n := range names {
		b, err := fs.ReadFile(dir, n)
		if err != nil {
			return nil, err
		}
		w, err := zw.CreateHeader(&zip.FileHeader{Name: n, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(b); err != nil {
			return nil, err
		}
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// maxSource bounds an unpacked program folder (bytes).
const maxSource = 16 << 20

func unzip(src []byte) (fs.FS, error) {
	zr, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		return nil, err
	}
	total := uint64(0)
	for _, f := range zr.File {
		if total += f.UncompressedSize64; total > maxSource {
			return nil, domain.E(domain.KindTooLarge, "program_too_large")
		}
	}
	return zr, nil
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
