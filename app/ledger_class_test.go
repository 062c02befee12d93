package app

import (
	"testing"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// TestLedgerRowsAreCutByClass: of the rows of a ledger a reader of figures sees the
// columns that his role reads, in the rows and in what corrected them; a cell that he may
// not see is not there at all.
func TestLedgerRowsAreCutByClass(t *testing.T) {
	l := &program.Ledger{Rows: "visit", Cols: []program.Col{{Path: "ref_no"}, {Path: "subject.name", Class: domain.Personal}, {Path: "temperature", Class: domain.Sensitive}}}
	row := func() LedgerRow {
		return LedgerRow{Cells: map[string]any{"ref_no": "1", "subject.name": "p1", "temperature": 381}, Labels: map[string]string{"ref_no": "1", "subject.name": "王大爷", "temperature": "38.1"}}
	}
	for _, x := range []struct {
		class domain.Class
		left  int
	}{{domain.Internal, 1}, {domain.Personal, 2}, {domain.Sensitive, 3}} {
		v := &LedgerView{Rows: []LedgerRow{row(), row()}, Corrections: []LedgerRow{row()}, Groups: []LedgerGroup{{Total: map[string]any{"temperature": 381}}}}
		v.blind(l, x.class)
		for _, r := range append(v.Rows, v.Corrections...) {
			if len(r.Cells) != x.left || len(r.Labels) != x.left {
				t.Errorf("%v sees %v %v", x.class, r.Cells, r.Labels)
			}
		}
		if _, seen := v.Groups[0].Total["temperature"]; seen != (x.class == domain.Sensitive) {
			t.Errorf("%v sees a sum of what he may not see", x.class)
		}
	}
	internal := domain.Internal
	p := &program.Program{}
	for _, x := range []struct {
		role *program.Role
		want domain.Class
	}{
		{&program.Role{}, domain.Public},
		{&program.Role{ReadAll: &internal}, domain.Internal},
		{&program.Role{ReadAll: &internal, Read: map[string]*program.ReadRule{"visit": {Class: domain.Personal}}}, domain.Personal},
	} {
		if got := rowClass(p, l, x.role); got != x.want {
			t.Errorf("%+v reads %v of the rows, want %v", x.role, got, x.want)
		}
	}
}
