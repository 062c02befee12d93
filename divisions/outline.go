package divisions

import (
	"cmp"
	"encoding/json"
	"hash/fnv"
	"math"
	"slices"

	"linqiao/domain"
)

// Outlines of demonstrations. No free outlines of counties' towns were found, and a
// real border in a demonstration would only invite to be believed: the county is
// parted like soap bubbles around its towns' places, and says so of itself.

// LngLat is a place in degrees, longitude first.
type LngLat [2]float64

// Outline draws synthetic outlines of the towns, villages and service circles among
// the regions as a GeoJSON file. Places are where some of them are known to lie;
// the others are spread around. The same input gives the same file.
func Outline(regions []domain.Region, places map[domain.RegionID]LngLat) ([]byte, error) {
	var file outlineFile
	for _, bends := range []float64{0.16, 0.08, 0.04, 0} { // a border bent far may cross the next one at a sharp corner
		if file = outline(regions, places, bends); !file.crossed() {
			break
		}
	}
	return json.Marshal(file)
}

// crossed: the line of some area meets itself.
func (f *outlineFile) crossed() bool {
	for i := range f.Features {
		ring := f.Features[i].Geometry.Coordinates[0]
		for a := range len(ring) - 1 {
			for b := a + 2; b < len(ring)-1; b++ {
				if (a > 0 || b < len(ring)-2) && meet(ring[a], ring[a+1], ring[b], ring[b+1]) {
					return true
				}
			}
		}
	}
	return false
}

// meet reports whether two pieces of line have a point in common.
func meet(a, b, c, d LngLat) bool {
	side := func(p, q, r LngLat) float64 { return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0]) }
	return side(a, b, c)*side(a, b, d) <= 0 && side(c, d, a)*side(c, d, b) <= 0
}

func outline(regions []domain.Region, places map[domain.RegionID]LngLat, bends float64) outlineFile {
	towns := ofLevel(regions, domain.Town, "")
	d := &draughtsman{middle: middleOf(places), step: 0.042, bends: bends}
	seeds := d.spread(towns, places)
	county := d.blob(d.middle, d.step*(math.Sqrt(float64(len(towns)))*0.62+0.4), 72)
	file := outlineFile{Type: "FeatureCollection", Name: "示意区划（由程序生成，不是真实界线）", Synthetic: true, Features: []outlineFeature{}}
	for i, t := range towns {
		cell := cellOf(county, seeds, i)
		file.add(t, d.rough(cell))
		d.villages(&file, regions, places, t, seeds[i], cell)
	}
	for _, c := range ofLevel(regions, domain.Circle, "") {
		if at, ok := places[c.ID]; ok {
			file.add(c, d.blob(at, walk15/111_195.0, 40))
		}
	}
	return file
}

// walk15 is how far fifteen minutes on foot reach, in metres.
const walk15 = 1000

type outlineFile struct {
	Type      string           `json:"type"`
	Name      string           `json:"name"`
	Synthetic bool             `json:"synthetic"`
	Features  []outlineFeature `json:"features"`
}

type outlineFeature struct {
	Type       string            `json:"type"`
	Properties map[string]string `json:"properties"`
	Geometry   outlineGeometry   `json:"geometry"`
}

type outlineGeometry struct {
	Type        string     `json:"type"`
	Coordinates [][]LngLat `json:"coordinates"`
}

func (f *outlineFile) add(g domain.Region, line []LngLat) {
	ring := make([]LngLat, 0, len(line)+1)
	for _, p := range line {
		ring = append(ring, snap(p))
	}
	ring = slices.Compact(ring)
	if ring[0] != ring[len(ring)-1] {
		ring = append(ring, ring[0])
	}
	f.Features = append(f.Features, outlineFeature{"Feature", map[string]string{"code": string(g.ID), "name": g.Name}, outlineGeometry{"Polygon", [][]LngLat{ring}}})
}

// snap rounds to about a tenth of a metre, so that what two cells share is equal.
func snap(p LngLat) LngLat {
	return LngLat{math.Round(p[0]*1e6) / 1e6, math.Round(p[1]*1e6) / 1e6}
}

func ofLevel(regions []domain.Region, level domain.RegionLevel, parent domain.RegionID) (out []domain.Region) {
	for _, g := range regions {
		if g.Level == level && (parent == "" || g.Parent == parent) {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b domain.Region) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func middleOf(places map[domain.RegionID]LngLat) LngLat {
	var m LngLat
	for _, p := range places {
		m[0], m[1] = m[0]+p[0]/float64(len(places)), m[1]+p[1]/float64(len(places))
	}
	if len(places) == 0 {
		return LngLat{110.9, 21.65}
	}
	return snap(m)
}

type draughtsman struct {
	middle LngLat
	step   float64 // between towns, in degrees
	bends  float64 // how far a border is bent at most, as a share of its length
}

// spread gives each town a place: its own where known, else the next of a spiral
// that stays clear of those taken.
func (d *draughtsman) spread(towns []domain.Region, places map[domain.RegionID]LngLat) []LngLat {
	seeds := make([]LngLat, len(towns))
	var taken []LngLat
	for i, t := range towns {
		if p, ok := places[t.ID]; ok {
			seeds[i] = p
			taken = append(taken, p)
		}
	}
	n := 0.0
	for i, t := range towns {
		if _, ok := places[t.ID]; ok {
			continue
		}
		for {
			n++
			angle, far := n*2.399963, d.step*0.62*math.Sqrt(n) // the golden angle spreads evenly
			p := LngLat{d.middle[0] + far*math.Cos(angle), d.middle[1] + far*math.Sin(angle)*0.93}
			if !slices.ContainsFunc(taken, func(q LngLat) bool { return distance(p, q) < d.step*0.7 }) {
				seeds[i] = p
				taken = append(taken, p)
				break
			}
		}
	}
	return seeds
}

// villages parts a town among its villages; a lone one is a spot around its place.
func (d *draughtsman) villages(file *outlineFile, regions []domain.Region, places map[domain.RegionID]LngLat, town domain.Region, seed LngLat, cell []LngLat) {
	list := ofLevel(regions, domain.Village, town.ID)
	if len(list) == 0 {
		return
	}
	small := &draughtsman{middle: seed, step: d.step * 0.9 / math.Sqrt(float64(len(list))+1), bends: d.bends}
	seeds := small.spread(list, places)
	for i, v := range list {
		part := cellOf(cell, seeds, i)
		if len(list) == 1 {
			part = clipAll(d.blob(seeds[i], d.step*0.2, 32), cell)
		}
		if len(part) >= 3 {
			file.add(v, d.rough(part))
		}
	}
}

// blob is a round line with a few slow waves.
func (d *draughtsman) blob(at LngLat, radius float64, n int) []LngLat {
	out := make([]LngLat, n)
	for i := range out {
		a := float64(i) / float64(n) * 2 * math.Pi
		r := radius * (1 + 0.05*math.Sin(2*a+1) + 0.035*math.Sin(3*a+2))
		out[i] = LngLat{at[0] + r*math.Cos(a)*1.08, at[1] + r*math.Sin(a)}
	}
	return out
}

// cellOf is the part of an outline nearer to one seed than to all others.
func cellOf(outline []LngLat, seeds []LngLat, i int) []LngLat {
	cell := outline
	for j, s := range seeds {
		if j != i {
			cell = clip(cell, func(p LngLat) float64 { return nearer(p, seeds[i], s) })
		}
	}
	return cell
}

// nearer is positive on the side of a.
func nearer(p, a, b LngLat) float64 {
	return (a[0]-b[0])*(p[0]-(a[0]+b[0])/2) + (a[1]-b[1])*(p[1]-(a[1]+b[1])/2)
}

// clip keeps what lies on the positive side of a line (Sutherland–Hodgman).
func clip(poly []LngLat, side func(LngLat) float64) (out []LngLat) {
	for i, p := range poly {
		q := poly[(i+1)%len(poly)]
		sp, sq := side(p), side(q)
		if sp >= 0 {
			out = append(out, p)
		}
		if (sp >= 0) != (sq >= 0) {
			t := sp / (sp - sq)
			out = append(out, LngLat{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])})
		}
	}
	return out
}

// clipAll keeps what lies within a convex outline walked against the clock.
func clipAll(poly, within []LngLat) []LngLat {
	for i, a := range within {
		b := within[(i+1)%len(within)]
		poly = clip(poly, func(p LngLat) float64 { return (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0]) })
	}
	return poly
}

// rough makes straight borders look like those of a country: each piece is bent at
// its middle, and its halves again. How far depends on its ends alone, so that both
// neighbours bend it alike.
func (d *draughtsman) rough(poly []LngLat) (out []LngLat) {
	for i, p := range poly {
		out = append(out, bend(snap(p), snap(poly[(i+1)%len(poly)]), d.step/14, d.bends)...)
	}
	return out
}

func bend(a, b LngLat, least, most float64) []LngLat {
	if distance(a, b) < least {
		return []LngLat{a}
	}
	lo, hi := a, b
	if lo[0] > hi[0] || lo[0] == hi[0] && lo[1] > hi[1] {
		lo, hi = hi, lo
	}
	off := chance(lo, hi) * most
	m := snap(LngLat{(lo[0]+hi[0])/2 - off*(hi[1]-lo[1]), (lo[1]+hi[1])/2 + off*(hi[0]-lo[0])})
	return append(bend(a, m, least, most), bend(m, b, least, most)...)
}

// chance is a number from -1 to 1 that depends on two places alone.
func chance(a, b LngLat) float64 {
	h := fnv.New32a()
	for _, v := range []float64{a[0], a[1], b[0], b[1]} {
		n := uint32(int32(math.Round(v * 1e6)))
		_, _ = h.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	}
	return float64(h.Sum32())/math.MaxUint32*2 - 1
}

func distance(a, b LngLat) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }
