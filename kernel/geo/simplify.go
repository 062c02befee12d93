package geo

import (
	"math"
	"slices"
	"strconv"

	"github.com/peterstace/simplefeatures/geom"
)

// fineness is how many steps the longer side of the whole file has on a screen: a
// point nearer than one step to the line without it is left out. 6000 steps stay
// below a pixel until a screen shows a fifth of the county.
const fineness = 6000

// Light gives each area's outline as GeoJSON with fewer points, in the order of
// Areas. Borders are cut at the points where areas meet and each piece is
// simplified once, so neighbours keep one border: no gap, no overlap. An area that
// would not survive keeps its own points.
func (f *File) Light() []string {
	cut := newCutter()
	rings := make([][][]ring, len(f.Areas))
	for i := range f.Areas {
		rings[i] = ringsOf(f.Areas[i].geom)
		for _, poly := range rings[i] {
			for _, r := range poly {
				cut.meet(r)
			}
		}
	}
	cut.step = f.extent() / fineness
	out := make([]string, len(f.Areas))
	for i, polys := range rings {
		light := make([][]ring, 0, len(polys))
		for _, poly := range polys {
			if p := cut.polygon(poly); p != nil {
				light = append(light, p)
			}
		}
		if len(light) == 0 || !sound(light) {
			light = polys
		}
		out[i] = writeShape(light)
	}
	return out
}

func (f *File) extent() float64 {
	b := Box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for i := range f.Areas {
		x := f.Areas[i].Box()
		b = Box{min(b[0], x[0]), min(b[1], x[1]), max(b[2], x[2]), max(b[3], x[3])}
	}
	return max(b[2]-b[0], b[3]-b[1])
}

// ring is closed: its last point is its first.
type ring []geom.XY

func ringsOf(g geom.Geometry) (out [][]ring) {
	add := func(p geom.Polygon) {
		var poly []ring
		for _, line := range p.DumpRings() {
			s := line.Coordinates()
			r := make(ring, s.Length())
			for i := range r {
				xy := s.GetXY(i)
				r[i] = geom.XY{X: round(xy.X), Y: round(xy.Y)}
			}
			if r = slices.Compact(r); len(r) >= 4 {
				poly = append(poly, r)
			} else if len(poly) == 0 {
				return // smaller than a metre
			}
		}
		out = append(out, poly)
	}
	if p, ok := g.AsPolygon(); ok {
		add(p)
	} else if m, ok := g.AsMultiPolygon(); ok {
		for i := range m.NumPolygons() {
			add(m.PolygonN(i))
		}
	}
	return out
}

// cutter knows where borders meet: at points with other than two neighbours.
type cutter struct {
	next map[geom.XY][]geom.XY
	step float64
}

func newCutter() *cutter { return &cutter{next: map[geom.XY][]geom.XY{}} }

func (c *cutter) meet(r ring) {
	link := func(a, b geom.XY) {
		if list := c.next[a]; len(list) < 3 && !slices.Contains(list, b) {
			c.next[a] = append(list, b)
		}
	}
	for i := range len(r) - 1 {
		link(r[i], r[i+1])
		link(r[i+1], r[i])
	}
}

func (c *cutter) junction(p geom.XY) bool { return len(c.next[p]) != 2 }

// polygon simplifies a polygon's rings; nil when its outer ring vanishes.
func (c *cutter) polygon(poly []ring) (out []ring) {
	for i, r := range poly {
		s := c.ring(r)
		if len(s) < 4 {
			if i == 0 {
				return nil
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// ring cuts a ring into pieces between junctions, simplifies each the same way
// from whichever side it is walked, and joins them again.
func (c *cutter) ring(r ring) ring {
	open := r[:len(r)-1]
	from := slices.IndexFunc(open, c.junction)
	if from < 0 { // an island: it begins at its least point, so that a hole and what fills it agree
		from = slices.Index(open, slices.MinFunc(open, compareXY))
	}
	turn := append(slices.Clone(open[from:]), open[:from]...)
	turn = append(turn, turn[0])
	out := ring{turn[0]}
	for a := 0; a < len(turn)-1; {
		b := a + 1
		for b < len(turn)-1 && !c.junction(turn[b]) {
			b++
		}
		out = append(out, c.piece(turn[a : b+1])[1:]...)
		a = b
	}
	return out
}

func (c *cutter) piece(p ring) ring {
	back := compareXY(p[0], p[len(p)-1]) > 0 || p[0] == p[len(p)-1] && compareXY(p[1], p[len(p)-2]) > 0
	if back {
		p = slices.Clone(p)
		slices.Reverse(p)
	}
	keep := make([]bool, len(p))
	keep[0], keep[len(p)-1] = true, true
	c.thin(p, 0, len(p)-1, keep)
	var out ring
	for i, k := range keep {
		if k {
			out = append(out, p[i])
		}
	}
	if back {
		slices.Reverse(out)
	}
	return out
}

// thin keeps the points that lie more than a step off the line without them
// (Ramer–Douglas–Peucker), with a stack of its own instead of recursion.
func (c *cutter) thin(p ring, a, b int, keep []bool) {
	todo := [][2]int{{a, b}}
	for len(todo) > 0 {
		a, b := todo[len(todo)-1][0], todo[len(todo)-1][1]
		todo = todo[:len(todo)-1]
		far, at := c.step, -1
		for i := a + 1; i < b; i++ {
			if d := offLine(p[i], p[a], p[b]); d > far {
				far, at = d, i
			}
		}
		if at >= 0 {
			keep[at] = true
			todo = append(todo, [2]int{a, at}, [2]int{at, b})
		}
	}
}

// offLine is the distance of a point from a segment, in degrees.
func offLine(p, a, b geom.XY) float64 {
	d := b.Sub(a)
	l := d.Dot(d)
	if l == 0 {
		return p.Sub(a).Length()
	}
	t := min(1, max(0, p.Sub(a).Dot(d)/l))
	return p.Sub(a.Add(d.Scale(t))).Length()
}

func compareXY(a, b geom.XY) int {
	if a.X != b.X {
		if a.X < b.X {
			return -1
		}
		return 1
	}
	if a.Y < b.Y {
		return -1
	} else if a.Y > b.Y {
		return 1
	}
	return 0
}

// sound reports whether simplified rings still make an area.
func sound(polys [][]ring) bool {
	g, err := geom.UnmarshalGeoJSON([]byte(writeShape(polys)), geom.NoValidate{})
	return err == nil && g.Validate() == nil
}

// writeShape writes a GeoJSON geometry.
func writeShape(polys [][]ring) string {
	kind, one := `{"type":"MultiPolygon","coordinates":[`, len(polys) == 1
	if one {
		kind = `{"type":"Polygon","coordinates":`
	}
	b := []byte(kind)
	for i, poly := range polys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, r := range poly {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, '[')
			for k, xy := range r {
				if k > 0 {
					b = append(b, ',')
				}
				b = append(b, '[')
				b = strconv.AppendFloat(b, xy.X, 'f', -1, 64)
				b = append(b, ',')
				b = strconv.AppendFloat(b, xy.Y, 'f', -1, 64)
				b = append(b, ']')
			}
			b = append(b, ']')
		}
		b = append(b, ']')
	}
	if !one {
		b = append(b, ']')
	}
	return string(append(b, '}'))
}
