package store

import (
	"linqiao/domain"
)

const versionColumns = "county, program, version, hash, source, applied_at, by_account, state"

func scanVersion(rows rowScanner, v *domain.ProgramVersion) error {
	return rows.Scan((*string)(&v.County), &v.Program, num(&v.Version), &v.Hash, &v.Source, instant{&v.AppliedAt}, (*string)(&v.By), &v.State)
}

// SaveProgram writes a version of a program; saving it again changes its state
// and source.
func (tx *Tx) SaveProgram(v *domain.ProgramVersion) error {
	if err := tx.home(&v.County); err != nil {
		return err
	}
	if v.AppliedAt.IsZero() {
		v.AppliedAt = tx.now
	}
	return tx.insert(insertSQL("program_version", versionColumns)+" ON CONFLICT (county, program, version) DO UPDATE SET hash = excluded.hash,"+
		" source = excluded.source, applied_at = excluded.applied_at, by_account = excluded.by_account, state = excluded.state",
		v.County, v.Program, v.Version, v.Hash, v.Source, v.AppliedAt, v.By, v.State)
}

// Program reads one version with its source.
func (tx *Tx) Program(program string, version int) (*domain.ProgramVersion, error) {
	v, err := one(tx, "program", scanVersion, "SELECT "+versionColumns+" FROM program_version WHERE county = $1 AND program = $2 AND version = $3",
		tx.county, program, version)
	return &v, err
}

// Programs lists all versions with their sources; state "" = any.
func (tx *Tx) Programs(state string) ([]domain.ProgramVersion, error) {
	w := tx.where()
	w.eq("state", state)
	return many(tx, scanVersion, "SELECT "+versionColumns+" FROM program_version"+w.String()+" ORDER BY program, version", w.args...)
}

// SaveParam writes a dated parameter value.
func (tx *Tx) SaveParam(p *domain.ParamValue) error {
	if err := tx.home(&p.County); err != nil {
		return err
	}
	if p.At.IsZero() {
		p.At = tx.now
	}
	return tx.insert("INSERT INTO param_value (county, program, key, from_day, value, by_account, at) VALUES ($1, $2, $3, $4, $5, $6, $7)"+
		" ON CONFLICT (county, program, key, from_day) DO UPDATE SET value = excluded.value, by_account = excluded.by_account, at = excluded.at",
		p.County, p.Program, p.Key, p.From, p.Value, p.By, p.At)
}

// Params lists the parameter values of a program ("" = all) by key and date.
func (tx *Tx) Params(program string) ([]domain.ParamValue, error) {
	w := tx.where()
	w.eq("program", program)
	return many(tx, func(rows rowScanner, p *domain.ParamValue) error {
		return rows.Scan((*string)(&p.County), &p.Program, &p.Key, num(&p.From), &p.Value, (*string)(&p.By), instant{&p.At})
	}, "SELECT county, program, key, from_day, value, by_account, at FROM param_value"+w.String()+" ORDER BY program, key, from_day", w.args...)
}

const importColumns = "county, id, kind, by_account, state, total, done, failed, data, created"

var (
	importInsert = insertSQL("import_run", importColumns+", rev")
	importUpdate = updateSQL("import_run", importColumns)
)

func scanImport(rows rowScanner, i *domain.ImportRun) error {
	return rows.Scan((*string)(&i.County), &i.ID, &i.Kind, (*string)(&i.By), &i.State, num(&i.Total), num(&i.Done), num(&i.Failed),
		object{&i.Data}, instant{&i.Created}, num(&i.Rev))
}

func importValues(i *domain.ImportRun) []any {
	return []any{i.County, i.ID, i.Kind, i.By, i.State, i.Total, i.Done, i.Failed, i.Data, i.Created, i.Rev}
}

// InsertImportRun writes a new import.
func (tx *Tx) InsertImportRun(i *domain.ImportRun) error {
	if err := tx.home(&i.County); err != nil {
		return err
	}
	if i.ID == "" {
		i.ID = NewID()
	}
	if i.Created.IsZero() {
		i.Created = tx.now
	}
	i.Rev = 1
	return tx.insert(importInsert, importValues(i)...)
}

// UpdateImportRun saves an import read at i.Rev; stale otherwise.
func (tx *Tx) UpdateImportRun(i *domain.ImportRun) error {
	if err := tx.home(&i.County); err != nil {
		return err
	}
	if err := tx.change("import_run", importUpdate, importValues(i)...); err != nil {
		return err
	}
	i.Rev++
	return nil
}

// ImportRun reads one import.
func (tx *Tx) ImportRun(id string) (*domain.ImportRun, error) {
	i, err := one(tx, "import_run", scanImport, "SELECT "+importColumns+", rev FROM import_run WHERE county = $1 AND id = $2", tx.county, id)
	return &i, err
}

// ImportRuns lists imports, newest first.
func (tx *Tx) ImportRuns(limit int) ([]domain.ImportRun, error) {
	return many(tx, scanImport, "SELECT "+importColumns+", rev FROM import_run WHERE county = $1 ORDER BY created DESC, id DESC LIMIT $2",
		tx.county, int64(pageSize(limit)))
}
