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
