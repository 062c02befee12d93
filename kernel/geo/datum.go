package geo

import (
	"bytes"
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// Maps of Chinese web services are drawn in GCJ-02, which lies some hundred metres
// off WGS 84, the datum of satellite positions and so of everything else here. An
// outline in the wrong one shows a house in the neighbouring village.

// marks of a shifted datum that a file may carry in its own words.
var marks = []string{"gcj02", "gcj-02", "gcj_02", "火星坐标", "高德", "amap", "datav", "腾讯地图", "bd09", "bd-09", "百度地图"}

// markedHead is how much of a file is searched for marks: metadata stand in front.
const markedHead = 64 << 10

func datumMarks(data []byte) (out []string) {
	head := bytes.ToLower(data[:min(len(data), markedHead)])
	for _, m := range marks {
		if bytes.Contains(head, []byte(m)) {
			out = append(out, m)
		}
	}
	return out
}

// The ellipsoid of Krasovsky 1940 on which GCJ-02 is defined: semi-major axis in
// metres, eccentricity squared.
const (
	axis  = 6378245.0
	ecc   = 0.00669342162296594323
	third = 2.0 / 3
)

// ToGCJ gives the GCJ-02 writing of a WGS 84 place.
func ToGCJ(p Point) Point {
	x, y := p.Lng-105, p.Lat-35
	wave := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * third
	dy := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + wave +
		(20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi))*third + (160*math.Sin(y/12*math.Pi)+320*math.Sin(y/30*math.Pi))*third
	dx := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + wave +
		(20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi))*third + (150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*third
	lat := p.Lat / 180 * math.Pi
	m := 1 - ecc*math.Sin(lat)*math.Sin(lat)
	return Point{
		Lng: p.Lng + dx*180/(axis/math.Sqrt(m)*math.Cos(lat)*math.Pi),
		Lat: p.Lat + dy*180/(axis*(1-ecc)/(m*math.Sqrt(m))*math.Pi),
	}
}

// FromGCJ is its inverse, found by stepping back: three steps are exact to a
// centimetre.
func FromGCJ(p Point) Point {
	w := p
	for range 3 {
		g := ToGCJ(w)
		w.Lng, w.Lat = w.Lng+p.Lng-g.Lng, w.Lat+p.Lat-g.Lat
	}
	return w
}

// Unshift turns the outlines of a GCJ-02 file into WGS 84.
func (f *File) Unshift() {
	for i := range f.Areas {
		f.Areas[i].geom = unshifted(f.Areas[i].geom)
	}
	f.Marks = nil
}

func unshifted(g geom.Geometry) geom.Geometry {
	return g.TransformXY(func(xy geom.XY) geom.XY {
		p := FromGCJ(Point{xy.X, xy.Y})
		return geom.XY{X: p.Lng, Y: p.Lat}
	})
}

// Known is what is known of an area apart from the file: the middle of its extent
// as drawn until now, and places that surely lie within.
type Known struct {
	Middle *Point
	Places []Point
}

// apart is from how many metres on two outlines of one area do not agree.
const apart = 150

// Shifted reports whether the outlines fit what is known better after a turn from
// GCJ-02: their middles by far, or clearly more of the places within.
func (f *File) Shifted(known map[int]Known) bool {
	var raw, turned float64
	middles, in, inTurned, places := 0, 0, 0, 0
	for i := range f.Areas {
		k, ok := known[f.Areas[i].Index]
		if !ok {
			continue
		}
		if k.Middle != nil {
			c := f.Areas[i].Middle()
			raw += Metres(c, *k.Middle)
			turned += Metres(FromGCJ(c), *k.Middle)
			middles++
		}
		for _, p := range k.Places {
			places++
			if f.Areas[i].Covers(p) {
				in++
			}
			if f.Areas[i].Covers(ToGCJ(p)) { // the same as turning the outline
				inTurned++
			}
		}
	}
	if middles > 0 && raw/float64(middles) > apart && turned*3 < raw {
		return true
	}
	return inTurned-in >= 2 && (inTurned-in)*10 >= places
}
