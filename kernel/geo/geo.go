// Package geo reads outlines of areas that somebody uploads as GeoJSON: what is in
// the file, whether it can be an outline in this country, in which datum it seems
// to be written, and a lighter twin for screens whose shared borders stay shared.
// It knows no county and no database, and it draws nothing.
package geo

import (
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// Limits of one file. A county's villages are some hundreds of areas.
const (
	MostBytes  = 20 << 20
	MostAreas  = 5000
	MostPoints = 1_000_000
)

// Point is a place in degrees, longitude first as in GeoJSON.
type Point struct{ Lng, Lat float64 }

// Box is the extent of an area: west, south, east, north.
type Box [4]float64

// Area is one outline of a file with what names it there.
type Area struct {
	Index int    // place in the file, from 1
	Code  string // as written, "" = none
	Name  string
	geom  geom.Geometry
}

// Called names the area for people.
func (a *Area) Called() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Code
}

// Box gives the extent.
func (a *Area) Box() Box {
	e := a.geom.Envelope()
	lo, ok := e.Min().XY()
	hi, _ := e.Max().XY()
	if !ok {
		return Box{}
	}
	return Box{round(lo.X), round(lo.Y), round(hi.X), round(hi.Y)}
}

// Centre gives a point inside the area, for its name.
func (a *Area) Centre() Point {
	xy, ok := a.geom.PointOnSurface().XY()
	if !ok {
		return Point{}
	}
	return Point{round(xy.X), round(xy.Y)}
}

// Middle is the middle of the extent.
func (a *Area) Middle() Point { return a.Box().Middle() }

// Middle is the middle of an extent.
func (b Box) Middle() Point { return Point{(b[0] + b[2]) / 2, (b[1] + b[3]) / 2} }

// Covers reports whether a place lies within the area.
func (a *Area) Covers(p Point) bool {
	return geom.Intersects(a.geom, geom.XY{X: p.Lng, Y: p.Lat}.AsPoint().AsGeometry())
}

// decimals of a degree that are kept: about a metre.
const decimals = 1e5

func round(v float64) float64 { return math.Round(v*decimals) / decimals }

// Metres is the distance of two places, exact enough within a county.
func Metres(a, b Point) float64 {
	const perDegree = 111_195 // metres of a degree of latitude
	dy := (a.Lat - b.Lat) * perDegree
	dx := (a.Lng - b.Lng) * perDegree * math.Cos((a.Lat+b.Lat)/2*math.Pi/180)
	return math.Hypot(dx, dy)
}
