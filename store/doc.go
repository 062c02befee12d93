// Package store holds all SQL of Linqiao, for SQLite and PostgreSQL alike: one
// text per statement, written with $n; what differs lives in dialect.go.
//
// Work happens inside DB.Read and DB.Write, through methods on *Tx, one file per
// noun. The package applies no rule of any program and decides no permission: it
// stores what it is given, refuses what the schema refuses, and guards only what
// must hold inside a transaction (versions, uniqueness, floors, exactly-once).
//
// Stored conventions: the county is the first column of every key; instants are
// unix milliseconds UTC (0 = none); days count from 1970-01-01; JSON is text.
package store
