package geo

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/peterstace/simplefeatures/geom"

	"linqiao/divisions"
	"linqiao/domain"
)

// square is a feature around a place; half is its half side in degrees.
func square(name string, lng, lat, half float64) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"name":%q},"geometry":{"type":"Polygon","coordinates":[[[%[2]g,%[3]g],[%[4]g,%[3]g],[%[4]g,%[5]g],[%[2]g,%[5]g],[%[2]g,%[3]g]]]}}`,
		name, lng-half, lat-half, lng+half, lat+half)
}

func collectionOf(features ...string) []byte {
	return []byte(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	ring := func(points string) []byte {
		return collectionOf(`{"type":"Feature","properties":{"名称":"甲"},"geometry":{"type":"Polygon","coordinates":[` + points + `]}}`)
	}
	for name, c := range map[string]struct {
		file []byte
		code string // of the file, or of its first area
	}{
		"no JSON":        {[]byte("PK\x03\x04"), "map_json"},
		"GBK":            {[]byte("{\"type\":\"\xb9\xe3\"}"), "map_encoding"},
		"another kind":   {[]byte(`{"type":"Topology","objects":{}}`), "map_kind"},
		"a bare list":    {[]byte(`[1,2]`), "map_json"},
		"no areas":       {collectionOf(), "map_empty"},
		"metres":         {[]byte(`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4547"}},"features":[` + square("甲", 110, 21, 1) + `]}`), "map_crs"},
		"too large":      {append(collectionOf(square("甲", 110, 21, 1)), make([]byte, MostBytes)...), "map_too_large"},
		"unnamed":        {collectionOf(`{"type":"Feature","properties":null,"geometry":null}`), "map_unnamed"},
		"a point":        {collectionOf(`{"type":"Feature","properties":{"code":440902001},"geometry":{"type":"Point","coordinates":[110,21]}}`), "map_not_area"},
		"no geometry":    {collectionOf(`{"type":"Feature","properties":{"code":440902001},"geometry":null}`), "map_not_area"},
		"swapped":        {collectionOf(square("甲", 21.6, 110.9, 0.1)), "map_order"},
		"projected":      {collectionOf(square("甲", 490_000, 2_390_000, 500)), "map_projected"},
		"another land":   {collectionOf(square("甲", 2.3, 48.8, 0.1)), "map_abroad"},
		"open ring":      {ring(`[[110,21],[111,21],[111,22],[110,22]]`), "map_ring_open"},
		"crossing ring":  {ring(`[[110,21],[111,22],[111,21],[110,22],[110,21]]`), "map_ring_crosses"},
		"two points":     {ring(`[[110,21],[110,21],[110,21],[110,21]]`), "map_ring_short"},
		"hole outside":   {ring(`[[110,21],[111,21],[111,22],[110,22],[110,21]],[[112,21],[113,21],[113,22],[112,22],[112,21]]`), "map_ring_hole"},
		"letters inside": {ring(`[["a","b"]]`), "map_ring_broken"},
		"empty polygon":  {ring(``), "map_no_points"},
	} {
		_, err := Read(c.file)
		var e *domain.Error
		if !errors.As(err, &e) || len(e.Fields) == 0 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := e.Fields[0]; got.Code != c.code {
			t.Errorf("%s: %s %v, want %s", name, got.Code, got.Args, c.code)
		}
	}
}

func TestReadNamesEveryFault(t *testing.T) {
	t.Parallel()
	_, err := Read(collectionOf(square("好", 110, 21, 0.1), square("反一", 21, 110, 0.1), square("反二", 21, 110, 0.1)))
	var e *domain.Error
	if !errors.As(err, &e) || len(e.Fields) != 2 || e.Fields[1].Path != "features[2]" || e.Fields[1].Args["name"] != "反二" {
		t.Errorf("%v", err)
	}
}

func TestReadTakesTheCommonWritings(t *testing.T) {
	t.Parallel()
	shape := `"geometry":{"type":"MultiPolygon","coordinates":[[[[110,21,5],[110.1,21,5],[110.1,21.1,5],[110,21,5]]]]}`
	f, err := Read(append([]byte("\xef\xbb\xbf"), collectionOf(
		`{"type":"Feature","id":440902001,"properties":{"XZQMC":" 红旗街道 "},`+shape+`}`,
		`{"type":"Feature","properties":{"adcode":440902002,"name":"河西街道"},`+shape+`}`,
		`{"type":"Feature","properties":{"区划代码":"440902003000"},`+shape+`}`)...))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"440902001 红旗街道", "440902002 河西街道", "440902003000 "} {
		if got := f.Areas[i].Code + " " + f.Areas[i].Name; got != want {
			t.Errorf("area %d: %q, want %q", i, got, want)
		}
	}
	if f.Points != 12 {
		t.Errorf("%d points", f.Points)
	}
}

// TestGCJ: the shift is some hundred metres, and turning back is exact to a
// centimetre, all over the country.
func TestGCJ(t *testing.T) {
	t.Parallel()
	for lng := 75.0; lng < 135; lng += 7 {
		for lat := 18.0; lat < 53; lat += 5 {
			p := Point{lng, lat}
			off, back := Metres(p, ToGCJ(p)), Metres(p, FromGCJ(ToGCJ(p)))
			if off < 50 || off > 1500 || back > 0.01 {
				t.Errorf("%v: shifted %.0f m, back to %.4f m", p, off, back)
			}
		}
	}
	// A place of which both writings are published: the Tiananmen gate tower.
	if d := Metres(ToGCJ(Point{116.391265, 39.907366}), Point{116.397509, 39.908772}); d > 5 {
		t.Errorf("published pair differs by %.1f m", d)
	}
}

func TestShifted(t *testing.T) {
	t.Parallel()
	home := Point{110.914, 21.664}
	g := ToGCJ(home)
	known := map[int]Known{1: {Middle: &home}}
	wgs, _ := Read(collectionOf(square("甲", home.Lng, home.Lat, 0.01)))
	gcj, _ := Read(collectionOf(square("甲", g.Lng, g.Lat, 0.01)))
	if wgs.Shifted(known) || !gcj.Shifted(known) {
		t.Error("by its middle")
	}
	// Three doors just inside the west border lie outside when the area is moved east.
	places := map[int]Known{1: {Places: []Point{{home.Lng - 0.0099, home.Lat}, {home.Lng - 0.0098, home.Lat + 0.003}, {home.Lng - 0.0097, home.Lat - 0.003}}}}
	if wgs.Shifted(places) || !gcj.Shifted(places) {
		t.Error("by places within")
	}
	gcj.Unshift()
	if c := gcj.Areas[0].Middle(); Metres(c, home) > 2 || gcj.Shifted(known) {
		t.Errorf("turned to %v", c)
	}
	marked, _ := Read([]byte(`{"type":"FeatureCollection","name":"高德 GCJ02","features":[` + square("甲", 110, 21, 1) + `]}`))
	if len(marked.Marks) != 2 {
		t.Errorf("marks %v", marked.Marks)
	}
}

// TestLight: a file of outlines gets lighter, stays valid, and neighbours keep one
// border: together they cover exactly what their union covers.
func TestLight(t *testing.T) {
	t.Parallel()
	c, _ := divisions.Find("440902")
	raw, err := divisions.Outline(c.Regions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Read(densified(t, raw))
	if err != nil {
		t.Fatal(err)
	}
	light := f.Light()
	var shapes []geom.Geometry
	points, sum := 0, 0.0
	for i, s := range light {
		g, err := geom.UnmarshalGeoJSON([]byte(s))
		if err != nil {
			t.Fatalf("%s: %v", f.Areas[i].Name, err)
		}
		points += g.DumpCoordinates().Length()
		sum += g.Area()
		shapes = append(shapes, g)
	}
	if points*3 > f.Points {
		t.Errorf("%d points of %d are left", points, f.Points)
	}
	whole, err := geom.UnionMany(shapes)
	if err != nil {
		t.Fatal(err)
	}
	if d := math.Abs(whole.Area()-sum) / sum; d > 1e-9 {
		t.Errorf("neighbours overlap or gape by %g", d)
	}
	if p, ok := whole.AsPolygon(); !ok || p.NumInteriorRings() > 0 {
		t.Errorf("the whole has gaps: %s", whole.Summary())
	}
}

// densified puts a point between every two, a little aside as surveys have them.
func densified(t *testing.T, raw []byte) []byte {
	t.Helper()
	var f map[string]any
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	for _, feat := range f["features"].([]any) {
		g := feat.(map[string]any)["geometry"].(map[string]any)
		ring := g["coordinates"].([]any)[0].([]any)
		var out []any
		for i := range len(ring) - 1 {
			a, b := ring[i].([]any), ring[i+1].([]any)
			for k := range 4 {
				out = append(out, []any{a[0].(float64) + (b[0].(float64)-a[0].(float64))*float64(k)/4, a[1].(float64) + (b[1].(float64)-a[1].(float64))*float64(k)/4})
			}
		}
		g["coordinates"] = []any{append(out, ring[0])}
	}
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzRead(f *testing.F) {
	f.Add(collectionOf(square("甲", 110, 21, 0.1)))
	f.Add(collectionOf(square("甲", 21, 110, 0.1)))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"properties":{"name":1},"geometry":{"type":"Polygon","coordinates":[[[110,21],[110,21],[110,22],[110,21]]]}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(data)
		if err != nil {
			return
		}
		for i, s := range file.Light() {
			if _, err := geom.UnmarshalGeoJSON([]byte(s), geom.NoValidate{}); err != nil {
				t.Errorf("area %d: %v", i, err)
			}
		}
		file.Shifted(map[int]Known{1: {Middle: &Point{110, 21}, Places: []Point{{110, 21}}}})
	})
}
