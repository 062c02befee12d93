package store

import (
	"time"

	"linqiao/domain"
)

const matchColumns = "county, id, record, key, step, state, sent, data"

var (
	matchInsert = insertSQL("match_run", matchColumns+", rev")
	matchUpdate = updateSQL("match_run", matchColumns)
	matchSelect = "SELECT " + matchColumns + ", rev FROM match_run"
)

func scanMatchRun(rows rowScanner, m *domain.MatchRun) error {
	return rows.Scan((*string)(&m.County), &m.ID, (*string)(&m.Record), &m.Key, num(&m.Step), &m.State, num(&m.Sent), object{&m.Data}, num(&m.Rev))
}

// InsertMatchRun writes a new run of a match.
func (tx *Tx) InsertMatchRun(m *domain.MatchRun) error {
	if err := tx.home(&m.County); err != nil {
		return err
	}
	if m.ID == "" {
		m.ID = NewID()
	}
	m.Rev = 1
	return tx.insert(matchInsert, m.County, m.ID, m.Record, m.Key, m.Step, m.State, m.Sent, m.Data, m.Rev)
}

// UpdateMatchRun saves a run read at m.Rev; stale otherwise.
func (tx *Tx) UpdateMatchRun(m *domain.MatchRun) error {
	if err := tx.home(&m.County); err != nil {
		return err
	}
	if err := tx.change("match_run", matchUpdate, m.County, m.ID, m.Record, m.Key, m.Step, m.State, m.Sent, m.Data, m.Rev); err != nil {
		return err
	}
	m.Rev++
	return nil
}

// MatchRun reads one run.
func (tx *Tx) MatchRun(id string) (*domain.MatchRun, error) {
	m, err := one(tx, "match_run", scanMatchRun, matchSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &m, err
}

// MatchRuns lists the runs of a record, oldest first; key "" = of all matches.
func (tx *Tx) MatchRuns(record domain.RecordID, key string) ([]domain.MatchRun, error) {
	w := tx.where()
	w.add("record = ?", record)
	w.eq("key", key)
	return many(tx, scanMatchRun, matchSelect+w.String()+" ORDER BY id", w.args...)
}

const panelColumns = "county, id, kind, record, program, key, round, state, due_at, data"

var (
	panelInsert = insertSQL("panel_run", panelColumns+", rev")
	panelUpdate = updateSQL("panel_run", panelColumns)
	panelSelect = "SELECT " + panelColumns + ", rev FROM panel_run"
)

func scanPanelRun(rows rowScanner, p *domain.PanelRun) error {
	return rows.Scan((*string)(&p.County), &p.ID, &p.Kind, (*string)(&p.Record), &p.Program, &p.Key, num(&p.Round), &p.State,
		instant{&p.DueAt}, object{&p.Data}, num(&p.Rev))
}

func panelValues(p *domain.PanelRun) []any {
	return []any{p.County, p.ID, p.Kind, p.Record, p.Program, p.Key, p.Round, p.State, p.DueAt, p.Data, p.Rev}
}

// InsertPanelRun writes a new round; the same round twice is "duplicate".
func (tx *Tx) InsertPanelRun(p *domain.PanelRun) error {
	if err := tx.home(&p.County); err != nil {
		return err
	}
	if p.ID == "" {
		p.ID = NewID()
	}
	p.Rev = 1
	return tx.insert(panelInsert, panelValues(p)...)
}

// UpdatePanelRun saves a round read at p.Rev; stale otherwise.
func (tx *Tx) UpdatePanelRun(p *domain.PanelRun) error {
	if err := tx.home(&p.County); err != nil {
		return err
	}
	if err := tx.change("panel_run", panelUpdate, panelValues(p)...); err != nil {
		return err
	}
	p.Rev++
	return nil
}

// PanelRun reads one round.
func (tx *Tx) PanelRun(id string) (*domain.PanelRun, error) {
	p, err := one(tx, "panel_run", scanPanelRun, panelSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &p, err
}

// PanelRuns lists the rounds of one kind (panel, choice, ballot) on a record,
// oldest first; key "" = all.
func (tx *Tx) PanelRuns(kind string, record domain.RecordID, key string) ([]domain.PanelRun, error) {
	w := tx.where()
	w.add("record = ?", record)
	w.eq("kind", kind)
	w.eq("key", key)
	return many(tx, scanPanelRun, panelSelect+w.String()+" ORDER BY round, id", w.args...)
}

// RunsOf lists all rounds of a program's panel, choice or ballot, newest first.
func (tx *Tx) RunsOf(kind, program, key string, limit int) ([]domain.PanelRun, error) {
	return many(tx, scanPanelRun, panelSelect+" WHERE county = $1 AND kind = $2 AND program = $3 AND key = $4 ORDER BY id DESC LIMIT $5",
		tx.county, kind, program, key, int64(pageSize(limit)))
}

// DuePanelRuns lists the rounds of a kind in a state whose due time has come.
func (tx *Tx) DuePanelRuns(kind, state string, now time.Time, limit int) ([]domain.PanelRun, error) {
	return many(tx, scanPanelRun, panelSelect+" WHERE county = $1 AND state = $2 AND due_at > 0 AND due_at <= $3 AND kind = $4 ORDER BY due_at LIMIT $5",
		tx.county, state, now, kind, int64(limit))
}
