package divisions

import (
	"strings"
	"testing"

	"linqiao/domain"
)

func TestSample(t *testing.T) {
	if n := len(Sample()); n < 14 {
		t.Fatalf("%d counties", n)
	}
	c, ok := Find("茂南区")
	if !ok || c.Code != "440902" || len(c.Towns) != 17 {
		t.Fatalf("%+v", c)
	}
	if _, ok := Find("110114"); !ok {
		t.Error("not found by code")
	}
	if _, ok := Find("无此县"); ok {
		t.Error("found what is not there")
	}
	for _, c := range Sample() {
		known := map[domain.RegionID]bool{"": true}
		for _, r := range c.Regions() {
			if !known[r.Parent] || r.Path == "" || r.Name == "" || r.Level == "" || r.County != c.Code {
				t.Fatalf("%s: %+v", c.Name, r)
			}
			known[r.ID] = true
		}
	}
	jing, _ := Find("靖安县")
	regions := jing.Regions()
	if last := regions[len(regions)-1]; last.Level != domain.Village || strings.Count(last.Path, "/") != 4 {
		t.Errorf("%+v", last)
	}
}

func TestParseErrors(t *testing.T) {
	for in, want := range map[string]string{
		`x`:  `不是有效的 JSON`,
		`{}`: `没有县区`,
		`{"counties":[{"code":"4409","name":"甲"}]}`:                                             `不是县级代码`,
		`{"counties":[{"code":"440902","name":"甲","towns":[{"code":"440903001","name":"乙"}]}]}`: `不在 440902 之下`,
		`{"counties":[{"code":"440902","name":"甲"},{"code":"440902","name":"甲"}]}`:              `出现两次`,
		`{"counties":[{"code":"440902","name":"甲","towns":[{"code":"440902001","name":" "}]}]}`: `没有名称`,
	} {
		if _, err := Parse([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}
