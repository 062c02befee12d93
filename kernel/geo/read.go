package geo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/peterstace/simplefeatures/geom"

	"linqiao/domain"
)

// File is a file that holds nothing but outlines.
type File struct {
	Areas  []Area
	Points int
	// Synthetic files say of themselves that they show no real border.
	Synthetic bool
	// Marks are words in the file that tell of a shifted datum.
	Marks []string
}

// shownFaults bounds how many faulty areas one answer names.
const shownFaults = 20

// collection is a GeoJSON feature collection (RFC 7946 §3.3); features are read one
// by one so that a fault names its own.
type collection struct {
	Type      string          `json:"type"`
	Features  []feature       `json:"features"`
	CRS       json.RawMessage `json:"crs"`
	Name      string          `json:"name"`
	Synthetic bool            `json:"synthetic"`
}

type feature struct {
	Type       string                     `json:"type"`
	ID         json.RawMessage            `json:"id"`
	Properties map[string]json.RawMessage `json:"properties"`
	Geometry   json.RawMessage            `json:"geometry"`
}

// Read reads a file of outlines. All faults of its areas come in one error.
func Read(data []byte) (*File, error) {
	c, err := readCollection(data)
	if err != nil {
		return nil, err
	}
	f := &File{Synthetic: c.Synthetic, Marks: datumMarks(data)}
	bad := domain.E(domain.KindInvalid, "map_areas")
	for i := range c.Features {
		a, points, fault := readArea(i+1, &c.Features[i])
		f.Points += points
		if f.Points > MostPoints {
			return nil, domain.E(domain.KindTooLarge, "map_too_fine", "max", strconv.Itoa(MostPoints/10_000)).With("file", "map_too_fine", "max", strconv.Itoa(MostPoints/10_000))
		}
		if fault != nil {
			if len(bad.Fields) < shownFaults {
				bad.Fields = append(bad.Fields, *fault)
			}
			continue
		}
		f.Areas = append(f.Areas, *a)
	}
	if len(bad.Fields) > 0 {
		return nil, bad
	}
	return f, nil
}

func readCollection(data []byte) (*collection, error) {
	refuse := func(code string, args ...string) error {
		return domain.E(domain.KindInvalid, code, args...).With("file", code, args...)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(data) > MostBytes {
		return nil, domain.E(domain.KindTooLarge, "map_too_large", "max", strconv.Itoa(MostBytes>>20)).With("file", "map_too_large", "max", strconv.Itoa(MostBytes>>20))
	}
	if !utf8.Valid(data) {
		return nil, refuse("map_encoding")
	}
	var c collection
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, domain.E(domain.KindInvalid, "map_json").With("file", "map_json").Wrap(err)
	}
	switch {
	case c.Type == "Feature" || c.Type == "Topology" || c.Type != "FeatureCollection":
		return nil, refuse("map_kind")
	case len(c.Features) == 0:
		return nil, refuse("map_empty")
	case len(c.Features) > MostAreas:
		return nil, domain.E(domain.KindTooLarge, "map_too_many", "max", strconv.Itoa(MostAreas)).With("file", "map_too_many", "max", strconv.Itoa(MostAreas))
	}
	if name, ok := foreignCRS(c.CRS); ok {
		return nil, refuse("map_crs", "name", name)
	}
	return &c, nil
}

// lonLat are the names that say longitude and latitude in degrees: WGS 84, and
// CGCS2000, which differs from it by centimetres.
var lonLat = regexp.MustCompile(`(?i)CRS84|4326|4490`)

// foreignCRS reads the old `crs` member; files in projected metres carry one.
func foreignCRS(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", false
	}
	var c struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	if json.Unmarshal(raw, &c) != nil || c.Properties.Name == "" || lonLat.MatchString(c.Properties.Name) {
		return "", false
	}
	return cutText(c.Properties.Name, 40), true
}

// The names of properties that hold a code or a name, in the writing of the
// common sources of outlines; compared in lower case.
var (
	codeKeys = []string{"code", "adcode", "region_code", "region", "区划代码", "行政区划代码", "代码", "xzqdm", "qhdm", "gb", "pac", "id"}
	nameKeys = []string{"name", "名称", "区划名称", "行政区划名称", "xzqmc", "qhmc", "mc", "label"}
)

func readArea(n int, f *feature) (*Area, int, *domain.FieldError) {
	a := &Area{Index: n, Code: property(f.Properties, codeKeys), Name: property(f.Properties, nameKeys)}
	if a.Code == "" {
		a.Code = plainText(f.ID)
	}
	fault := func(code string, args ...string) *domain.FieldError {
		args = append(args, "n", strconv.Itoa(n), "name", cutText(a.Called(), 40))
		e := domain.E(domain.KindInvalid, code).With(fmt.Sprintf("features[%d]", n-1), code, args...)
		return &e.Fields[0]
	}
	if a.Code == "" && a.Name == "" {
		return nil, 0, fault("map_unnamed")
	}
	kind := struct {
		Type string `json:"type"`
	}{}
	_ = json.Unmarshal(f.Geometry, &kind)
	if kind.Type != "Polygon" && kind.Type != "MultiPolygon" {
		return nil, 0, fault("map_not_area", "kind", geometryWord(kind.Type))
	}
	g, err := geom.UnmarshalGeoJSON(f.Geometry, geom.NoValidate{})
	if err != nil {
		return nil, 0, fault("map_ring_broken")
	}
	a.geom = g.Force2D()
	points := a.geom.DumpCoordinates().Length()
	if code := coordinateFault(a.geom); code != "" {
		return nil, points, fault(code)
	}
	if points <= MostPoints {
		if err := a.geom.Validate(); err != nil {
			return nil, points, fault(ringCode(err))
		}
	}
	return a, points, nil
}

// Where this country lies, with a margin: west, south, east, north.
var country = Box{73, 3, 136, 54}

// coordinateFault tells projected metres, swapped numbers and foreign places
// apart: each is mended in another way.
func coordinateFault(g geom.Geometry) string {
	e := g.Envelope()
	lo, ok := e.Min().XY()
	hi, _ := e.Max().XY()
	within := func(w, s, east, n float64) bool { return lo.X >= w && lo.Y >= s && hi.X <= east && hi.Y <= n }
	switch {
	case !ok:
		return "map_no_points"
	case within(country[0], country[1], country[2], country[3]):
		return ""
	case within(country[1], country[0], country[3], country[2]):
		return "map_order"
	case lo.X < -180 || lo.Y < -90 || hi.X > 180 || hi.Y > 90:
		return "map_projected"
	}
	return "map_abroad"
}

func geometryWord(kind string) string {
	switch kind {
	case "Point", "MultiPoint", "LineString", "MultiLineString", "GeometryCollection":
		return kind
	}
	return "none"
}

// ringCode sorts what the geometry library finds wrong into what a person can mend.
func ringCode(err error) string {
	s := err.Error()
	switch {
	case strings.Contains(s, "closed"):
		return "map_ring_open"
	case strings.Contains(s, "simple"), strings.Contains(s, "intersect"), strings.Contains(s, "touch"):
		return "map_ring_crosses"
	case strings.Contains(s, "nest"), strings.Contains(s, "inside"), strings.Contains(s, "interior"):
		return "map_ring_hole"
	case strings.Contains(s, "point"), strings.Contains(s, "empty"), strings.Contains(s, "distinct"):
		return "map_ring_short"
	}
	return "map_ring_broken"
}

func property(p map[string]json.RawMessage, keys []string) string {
	low := make(map[string]json.RawMessage, len(p))
	for k, v := range p {
		low[strings.ToLower(strings.TrimSpace(k))] = v
	}
	for _, k := range keys {
		if s := plainText(low[k]); s != "" {
			return s
		}
	}
	return ""
}

// plainText reads a text, or a number as it is written: codes come as both.
func plainText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.TrimSpace(s)
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

func cutText(s string, most int) string {
	r := []rune(s)
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
