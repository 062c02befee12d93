package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"linqiao/app"
	"linqiao/divisions"
	"linqiao/domain"
	"linqiao/store"
)

// importMap checks a GeoJSON file of outlines and draws it. Areas that are no
// division of the county stop it unless --yes leaves them out.
func importMap(ctx context.Context, c *config, args []string) error {
	if len(args) != 1 {
		return errUsage("请给出 GeoJSON 文件")
	}
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	return opened(ctx, c, func(i *instance) error {
		county, err := i.theCounty(ctx, c)
		if err != nil {
			return err
		}
		who := app.System(county)
		m, err := i.app.CheckMap(ctx, who, app.Once{}, app.MapAct{Name: filepath.Base(args[0]), Datum: c.Datum}, f)
		if err != nil {
			return listFaults(err)
		}
		printMap(m)
		if m.Strangers > 0 && !c.Yes {
			fmt.Println("没有启用。核对后重来，或加 --yes 只用对得上的。")
			return errFaults
		}
		if m, err = i.app.ConfirmMap(ctx, who, app.Once{}, m.ID); err == nil {
			fmt.Printf("已启用，版本 %d\n", m.Number)
		}
		return err
	})
}

// listFaults prints the faults that an error names one by one.
func listFaults(err error) error {
	var e *domain.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	fmt.Println(apiText(e))
	for _, f := range e.Fields {
		if f.Code != e.Code {
			fmt.Println("  " + apiText(&domain.Error{Kind: e.Kind, Code: f.Code, Args: f.Args}))
		}
	}
	return errFaults
}

var mapWarnings = map[string]string{
	"datum":    "坐标像是火星坐标（GCJ-02），会偏几百米：如确是，请加 --datum gcj02 重新导入",
	"part":     "文件里只有一部分乡镇",
	"replaces": "有的区划已有轮廓，将换成新的",
}

func printMap(m *app.MapUpload) {
	fmt.Printf("对上 %d 个区划（乡镇 %d，村社区 %d，网格 %d，服务圈 %d），共 %d 个点\n", m.Areas, m.Levels[domain.Town], m.Levels[domain.Village],
		m.Levels[domain.Grid], m.Levels[domain.Circle], m.Points)
	for _, w := range m.Warnings {
		if s := mapWarnings[w]; s != "" {
			fmt.Println("注意：" + s)
		}
	}
	for _, s := range m.Unmatched {
		fmt.Printf("不是本县区划：第 %d 个 %s %s\n", s.Index, s.Name, s.Code)
	}
	if n := m.Strangers - len(m.Unmatched); n > 0 {
		fmt.Printf("……另有 %d 个\n", n)
	}
}

// drawDemo gives a demo county outlines made by code around the places that its
// stories name.
func (i *instance) drawDemo(ctx context.Context, county domain.CountyCode) error {
	var regions []domain.Region
	places := map[domain.RegionID]divisions.LngLat{}
	err := i.db.Read(ctx, func(tx *store.Tx) (err error) {
		tx = tx.In(county)
		if regions, err = tx.Regions(store.RegionFilter{}); err == nil {
			err = storyPlaces(tx, regions, places)
		}
		return err
	})
	if err != nil {
		return err
	}
	file, err := divisions.Outline(regions, places)
	if err != nil {
		return err
	}
	who := app.System(county)
	m, err := i.app.CheckMap(ctx, who, app.Once{}, app.MapAct{Name: "示意区划.geojson"}, bytes.NewReader(file))
	if err == nil {
		_, err = i.app.ConfirmMap(ctx, who, app.Once{}, m.ID)
	}
	return err
}

// storyPlaces: a circle's own place, and for towns and villages the middle of the
// places of the people, firms and units there.
func storyPlaces(tx *store.Tx, regions []domain.Region, places map[domain.RegionID]divisions.LngLat) error {
	sums := map[domain.RegionID][3]float64{}
	put := func(path string, lat, lng float64) {
		if lat == 0 && lng == 0 {
			return
		}
		for _, level := range []domain.RegionLevel{domain.Town, domain.Village} {
			if id := domain.PathAt(path, level); id != "" {
				s := sums[id]
				sums[id] = [3]float64{s[0] + lng, s[1] + lat, s[2] + 1}
			}
		}
	}
	orgs, err := tx.Orgs(store.OrgFilter{})
	if err != nil {
		return err
	}
	for _, o := range orgs {
		put(o.Path, o.Lat, o.Lng)
	}
	page, err := tx.Parties(store.PartyFilter{Limit: 1000})
	if err != nil {
		return err
	}
	for _, p := range page.Items {
		put(p.Path, p.Lat, p.Lng)
	}
	for id, s := range sums {
		places[id] = divisions.LngLat{s[0] / s[2], s[1] / s[2]}
	}
	for _, g := range regions {
		if g.Lat != 0 || g.Lng != 0 {
			places[g.ID] = divisions.LngLat{g.Lng, g.Lat}
		}
	}
	return nil
}

func isDatum(s string) bool { return slices.Contains([]string{"", "wgs84", "gcj02"}, s) }
