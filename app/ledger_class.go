package app

import (
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Rows of a ledger name people. Whoever signs it sees what he signs; who reads it for its
// figures sees of the rows what his role reads anyway, and the other columns stay empty.

// ledgerClass is the highest class that the reader may see in the rows of a ledger.
func (w *work) ledgerClass(p *program.Program, l *program.Ledger) domain.Class {
	if w.who.System {
		return domain.Sealed
	}
	class := domain.Public
	for k, role := range p.Roles.All() {
		sign := slices.Contains(l.Sign, k)
		if !sign && !role.FiguresAll || len(w.who.Qualified(role)) == 0 {
			continue
		}
		if sign {
			return domain.Sealed
		}
		class = max(class, rowClass(p, l, role))
	}
	return class
}

// rowClass is what a role reads of the records that a ledger lists; of rows that are no
// records (things owed, entries), the highest that it reads at all.
func rowClass(p *program.Program, l *program.Ledger, role *program.Role) domain.Class {
	if rr := role.Read[l.Rows]; rr != nil {
		return rr.Class
	}
	if role.ReadAll != nil {
		return *role.ReadAll
	}
	class := domain.Public
	if !p.Records.Has(l.Rows) {
		for _, rr := range role.Read {
			class = max(class, rr.Class)
		}
	}
	return class
}

// blind empties the columns above a class.
func (v *LedgerView) blind(l *program.Ledger, class domain.Class) {
	for _, c := range l.Cols {
		if c.Class <= class {
			continue
		}
		for _, rows := range [][]LedgerRow{v.Rows, v.Corrections} {
			for i := range rows {
				delete(rows[i].Cells, c.Path)
				delete(rows[i].Labels, c.Path)
			}
		}
		for i := range v.Groups {
			delete(v.Groups[i].Total, c.Path)
		}
	}
}
