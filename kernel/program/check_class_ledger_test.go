package program_test

import (
	"testing"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/programs"
)

// TestLedgerColumnsKnowTheirClass: the loader tells of each column of a ledger's rows how
// closely it is kept.
func TestLedgerColumnsKnowTheirClass(t *testing.T) {
	all, err := programs.FS()
	if err != nil {
		t.Fatal(err)
	}
	set, issues := program.Load(all)
	if program.Fatal(issues) {
		t.Fatal(issues)
	}
	columns, classed := 0, 0
	for _, p := range set.Programs.All() {
		for _, l := range p.Ledgers.All() {
			for _, c := range l.Cols {
				if columns++; c.Class >= domain.Personal {
					classed++
				}
			}
		}
	}
	if columns == 0 || classed == 0 || classed == columns {
		t.Errorf("%d of %d columns are personal or above", classed, columns)
	}
}
