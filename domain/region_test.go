package domain

import "testing"

func TestRegionCodes(t *testing.T) {
	for _, x := range []struct {
		id     RegionID
		level  RegionLevel
		parent RegionID
		path   string
	}{
		{"44", Province, "", "44"},
		{"4409", City, "44", "44/4409"},
		{"440902", County, "4409", "44/4409/440902"},
		{"441900", County, "4419", "44/4419/441900"},
		{"440902001", Town, "440902", "44/4409/440902/440902001"},
		{"440902001001", Village, "440902001", "44/4409/440902/440902001/440902001001"},
		{"440902001001-g03", Grid, "440902001001", "44/4409/440902/440902001/440902001001/440902001001-g03"},
		{"440902001-c01", Circle, "440902001", "44/4409/440902/440902001/440902001-c01"},
		{"", "", "", ""}, {"4", "", "", ""}, {"44O9", "", "", ""}, {"440902001001-x1", "", "", ""},
		{"440902001001-g", "", "", ""}, {"440902001001-g/1", "", "", ""}, {"440902001001-g1-2", "", "", ""}, {"4409020010", "", "", ""},
	} {
		level, ok := RegionLevelOf(x.id)
		if level != x.level || ok != (x.level != "") {
			t.Errorf("%s: level %q %v", x.id, level, ok)
		}
		if p, ok := RegionParent(x.id); p != x.parent || ok != (x.parent != "") {
			t.Errorf("%s: parent %q", x.id, p)
		}
		if got := RegionPath(x.id); got != x.path {
			t.Errorf("%s: path %s", x.id, got)
		}
	}
}

func TestSubtree(t *testing.T) {
	ids := []RegionID{"44", "4409", "4410", "440902", "440903", "440902001", "440902002", "440902001001",
		"440902001010", "440902001001-g03", "440902001001-g03a", "440902001001-g030", "440902001-c01", "440902-c0"}
	for _, top := range ids {
		lo, hi := Subtree(RegionPath(top))
		for _, id := range ids {
			p := RegionPath(id)
			want := InSubtree(p, RegionPath(top))
			if got := lo <= p && p < hi; got != want {
				t.Errorf("%s in %s: %v, want %v", p, top, got, want)
			}
			up, walk := id, false
			for ok := true; ok; up, ok = RegionParent(up) {
				walk = walk || up == top
			}
			if walk != want {
				t.Errorf("%s in %s: by parents %v, by path %v", id, top, walk, want)
			}
		}
	}
	if got := PathAt(RegionPath("440902001001-g03"), Town); got != "440902001" {
		t.Errorf("town of a grid: %s", got)
	}
	if got := PathAt("44/4409", Town); got != "" {
		t.Errorf("town of a city: %s", got)
	}
	if c, ok := CountyOf("440902001001-g03"); !ok || c != "440902" {
		t.Errorf("county %s", c)
	}
	if _, ok := CountyOf("4409"); ok {
		t.Error("a city has no county")
	}
}

func TestTrimRegionCode(t *testing.T) {
	for in, want := range map[string]RegionID{
		"440000000000": "44", "440900000000": "4409", "440902000000": "440902", "440902001000": "440902001",
		"440902001001": "440902001001", "440902": "440902", "440900": "4409", "460200100000": "460200100",
	} {
		if got, ok := TrimRegionCode(in); !ok || got != want {
			t.Errorf("%s: %s %v, want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "000000000000", "44x9", "12345"} {
		if got, ok := TrimRegionCode(in); ok {
			t.Errorf("%q gives %s", in, got)
		}
	}
}
