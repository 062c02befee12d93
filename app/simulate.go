package app

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// Simulation says what a change would do to running records, without doing it.
type Simulation struct {
	Program  string           `json:"program"`
	From     int              `json:"from"`
	To       int              `json:"to"`
	Changes  []program.Change `json:"changes"`
	Issues   []program.Issue  `json:"issues"` // what keeps it from being applied
	Running  []SimulatedStage `json:"running"`
	Clocks   []SimulatedClock `json:"clocks"`
	Looked   int              `json:"looked"` // records whose clocks were computed again
	Migrates bool             `json:"migrates"`
	Capped   bool             `json:"capped,omitempty"` // more are running than were looked at
}

// SimulatedStage counts running records of a stage and where they would stand.
type SimulatedStage struct {
	Record string `json:"record"`
	Stage  string `json:"stage"`
	To     string `json:"to"` // "" = the new version has no such stage
	Count  int    `json:"count"`
}

// SimulatedClock counts running records whose deadline would move.
type SimulatedClock struct {
	Record  string `json:"record"`
	Clock   string `json:"clock"`
	Sooner  int    `json:"sooner"`
	Later   int    `json:"later"`
	Overdue int    `json:"overdue"` // would be overdue at once
}

// simulateCap bounds how many records' clocks are computed again.
const simulateCap = 20_000

// Simulate reports what applying the folders would do to the county's running
// records if they were moved to the new versions.
func (a *App) Simulate(ctx context.Context, who *Who, dirs map[string]fs.FS) (out []Simulation, err error) {
	err = a.read(ctx, who, func(w *work) error {
		all := map[string]fs.FS{}
		for k, v := range w.set.live {
			if all[k], err = unzip(v.Source); err != nil {
				return err
			}
		}
		for k, d := range dirs {
			all[k] = d
		}
		set, issues := program.Load(all)
		if program.Fatal(issues) {
			return &ApplyError{issues}
		}
		for _, k := range sortedKeys(dirs) {
			if old := w.set.set.Program(k); old != nil && old.Hash == set.Program(k).Hash {
				continue // nothing changes
			}
			s, err := w.simulate(set, k)
			if err != nil {
				return fmt.Errorf("%s: %w", k, err)
			}
			out = append(out, *s)
		}
		return nil
	})
	return out, err
}

func (w *work) simulate(set *program.Set, key string) (*Simulation, error) {
	old, p := w.set.set.Program(key), set.Program(key)
	s := &Simulation{Program: key, To: p.Version, Changes: []program.Change{}, Issues: []program.Issue{}, Running: []SimulatedStage{}, Clocks: []SimulatedClock{}}
	if old == nil {
		return s, nil
	}
	s.From = old.Version
	s.Changes = append(s.Changes, program.Diff(old, p)...)
	s.Issues = append(s.Issues, program.CheckMigrate(old, p)...)
	s.Migrates = p.Migrate != nil && p.Migrate.From == old.Version
	stages, clocks := map[string]*SimulatedStage{}, map[string]*SimulatedClock{}
	f := store.RecordFilter{Program: key, Running: true, Access: store.AccessAll, Oldest: true, Open: true, Limit: 500}
	for {
		page, err := w.tx.Records(f)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			if err := w.simulateOne(set, p, &page.Items[i], s, stages, clocks); err != nil {
				return nil, err
			}
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			break
		}
		// At a screen one waits for the answer; the command line looks at all.
		if s.Capped = !w.who.System && s.Looked >= simulateCap; s.Capped {
			break
		}
	}
	for _, k := range sortedKeys(stages) {
		s.Running = append(s.Running, *stages[k])
	}
	for _, k := range sortedKeys(clocks) {
		if c := clocks[k]; c.Sooner+c.Later > 0 {
			s.Clocks = append(s.Clocks, *c)
		}
	}
	return s, nil
}

func (w *work) simulateOne(set *program.Set, p *program.Program, rec *domain.Record, s *Simulation, stages map[string]*SimulatedStage, clocks map[string]*SimulatedClock) error {
	k := rec.Key + "." + rec.Stage
	st := stages[k]
	if st == nil {
		st = &SimulatedStage{Record: rec.Key, Stage: rec.Stage, To: newStage(p, rec)}
		stages[k] = st
	}
	st.Count++
	if st.To == "" || s.Looked >= simulateCap {
		return nil
	}
	s.Looked++
	before, err := w.tx.Clocks(rec.ID)
	if err != nil {
		return err
	}
	moved := *rec
	moved.Version, moved.Stage = p.Version, st.To
	probe, err := w.app.begin(w.tx, w.who)
	if err != nil {
		return err
	}
	probe.set = &setAt{set: set, old: map[string]*program.Program{}, live: w.set.live}
	row, err := probe.unit.Adopt(&moved)
	if err != nil {
		return err
	}
	due, err := probe.unit.DueTimes(row)
	if err != nil {
		return err
	}
	for i := range before {
		now, ok := due[before[i].Key]
		if !ok || now.Equal(before[i].DueAt) || before[i].DueAt.IsZero() {
			continue
		}
		w.countMoved(rec.Key, &before[i], now, clocks)
	}
	return nil
}

func (w *work) countMoved(rec string, was *domain.Clock, now time.Time, clocks map[string]*SimulatedClock) {
	k := rec + "." + was.Key
	c := clocks[k]
	if c == nil {
		c = &SimulatedClock{Record: rec, Clock: was.Key}
		clocks[k] = c
	}
	if now.Before(was.DueAt) {
		c.Sooner++
	} else {
		c.Later++
	}
	if now.Before(w.Now()) && !was.DueAt.Before(w.Now()) {
		c.Overdue++
	}
}

// newStage is where a record would stand in the new version.
func newStage(p *program.Program, rec *domain.Record) string {
	t := p.Records.Get(rec.Key)
	if t == nil {
		return ""
	}
	if p.Migrate != nil {
		if to, ok := p.Migrate.Stages[rec.Key+"."+rec.Stage]; ok {
			return to
		}
	}
	if t.Stages.Has(rec.Stage) {
		return rec.Stage
	}
	return ""
}
