package app

import (
	"testing"

	"linqiao/kernel/program"
)

// TestSmallGroups: a class of four cannot be subtracted from one of five, nor found as
// what the whole has beside the parts that may be shown.
func TestSmallGroups(t *testing.T) {
	st := &program.Stat{Key: "mild", Suppress: 10}
	for _, x := range []struct {
		name  string
		cells map[string]cell
		want  map[string]bool // hidden
	}{
		{"four and five", map[string]cell{"a\x00": {value: 4}, "b\x00": {value: 5}}, map[string]bool{"a\x00": true, "b\x00": true}},
		{"five beside fifteen", map[string]cell{"a\x00": {value: 15}, "b\x00": {value: 5}}, map[string]bool{"a\x00": true, "b\x00": true}},
		{"five beside larger ones", map[string]cell{"a\x00": {value: 15}, "b\x00": {value: 5}, "c\x00": {value: 40}}, map[string]bool{"a\x00": true, "b\x00": true, "c\x00": false}},
		{"large ones", map[string]cell{"a\x00": {value: 15}, "b\x00": {value: 12}}, map[string]bool{"a\x00": false, "b\x00": false}},
	} {
		for k, want := range x.want {
			if got := hidesPart(st, x.cells, k); got != want {
				t.Errorf("%s: %q hidden %v", x.name, k, got)
			}
		}
	}
	v := &StatView{Value: 9, Cells: []StatCell{{Value: 20}}}
	if hideAll(v); !v.Suppressed || v.Value != 0 || !v.Cells[0].Suppressed || v.Cells[0].Value != 0 {
		t.Errorf("hidden: %+v", v)
	}
}
