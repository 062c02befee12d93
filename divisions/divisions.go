// Package divisions holds the administrative divisions of a few counties, so that
// demonstrations and stories have real names and codes, and reads larger files of
// the same shape. It is data: it opens no database and knows no program.
package divisions

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"linqiao/domain"
)

//go:embed divisions.json
var sample []byte

// County is a county with its towns and, where known, their villages.
type County struct {
	Code     domain.CountyCode `json:"code"`
	Name     string            `json:"name"`
	City     string            `json:"city"`
	Province string            `json:"province"`
	Towns    []Town            `json:"towns"`
}

// Town is a township-level division (乡镇街道).
type Town struct {
	Code     string    `json:"code"`
	Name     string    `json:"name"`
	Villages []Village `json:"villages"`
}

// Village is a village or a residents' committee (村、社区). In a file it is
// ["code", "name"], for there are many.
type Village struct{ Code, Name string }

// UnmarshalJSON reads the pair.
func (v *Village) UnmarshalJSON(b []byte) error {
	var pair [2]string
	err := json.Unmarshal(b, &pair)
	v.Code, v.Name = pair[0], pair[1]
	return err
}

// Sample lists the counties of this build, by code.
func Sample() []County { return loaded() }

var loaded = sync.OnceValue(func() []County {
	list, err := Parse(sample)
	if err != nil {
		panic("divisions: embedded divisions.json: " + err.Error())
	}
	return list
})

// Find gives a county of the sample by its code or its name.
func Find(s string) (County, bool) {
	for _, c := range loaded() {
		if string(c.Code) == s || c.Name == s {
			return c, true
		}
	}
	return County{}, false
}

// Parse reads a file of counties. Errors are for the person who uploaded it, in
// Chinese, all at once.
func Parse(data []byte) ([]County, error) {
	var f struct {
		Counties []County `json:"counties"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, errors.New("区划文件不是有效的 JSON，或栏目类型不对")
	}
	var errs []error
	seen := map[string]bool{}
	check := func(code, under, name string, level domain.RegionLevel) {
		switch got, ok := domain.RegionLevelOf(domain.RegionID(code)); {
		case !ok || got != level:
			errs = append(errs, fmt.Errorf("“%s”的代码不是%s级代码", name, levelNames[level]))
		case !strings.HasPrefix(code, under):
			errs = append(errs, fmt.Errorf("“%s”的代码 %s 不在 %s 之下", name, code, under))
		case seen[code]:
			errs = append(errs, fmt.Errorf("代码 %s 出现两次", code))
		case strings.TrimSpace(name) == "":
			errs = append(errs, fmt.Errorf("代码 %s 没有名称", code))
		}
		seen[code] = true
	}
	for _, c := range f.Counties {
		check(string(c.Code), "", c.Name, domain.County)
		for _, t := range c.Towns {
			check(t.Code, string(c.Code), t.Name, domain.Town)
			for _, v := range t.Villages {
				check(v.Code, t.Code, v.Name, domain.Village)
			}
		}
	}
	if len(f.Counties) == 0 {
		errs = append(errs, errors.New("文件里没有县区"))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	slices.SortFunc(f.Counties, func(a, b County) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return f.Counties, nil
}

var levelNames = map[domain.RegionLevel]string{domain.County: "县", domain.Town: "乡镇", domain.Village: "村"}

// Regions gives the rows of a county from its province down, parents first.
func (c County) Regions() []domain.Region {
	var out []domain.Region
	add := func(code, name string) {
		id := domain.RegionID(code)
		level, _ := domain.RegionLevelOf(id)
		parent, _ := domain.RegionParent(id)
		out = append(out, domain.Region{County: c.Code, ID: id, Parent: parent, Level: level, Code: code,
			Name: name, Path: domain.RegionPath(id), Active: true})
	}
	add(string(c.Code[:2]), c.Province)
	add(string(c.Code[:4]), c.City)
	add(string(c.Code), c.Name)
	for _, t := range c.Towns {
		add(t.Code, t.Name)
		for _, v := range t.Villages {
			add(v.Code, v.Name)
		}
	}
	return out
}
