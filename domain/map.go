package domain

import "time"

// States of an uploaded map.
const (
	MapChecked = "checked" // read and compared, not drawn yet
	MapDrawn   = "drawn"
	MapUndone  = "undone"
)

// MapUpload is a file of outlines that somebody uploaded.
type MapUpload struct {
	County    CountyCode
	ID        string
	Name      string // of the file
	State     string
	Number    int64 // order of drawing, 0 = never drawn
	Areas     int64
	Points    int64
	Synthetic bool // says of itself that it shows no real border
	By        AccountID
	Created   time.Time
	Data      map[string]any // what was found when it was read
	Rev       int64
}

// MapShape is the outline of one region in one upload, light enough for a screen.
type MapShape struct {
	Region                   RegionID
	Upload                   string
	Level                    RegionLevel
	Path                     string
	West, South, East, North float64
	Lat, Lng                 float64 // a point inside, for the name
	Shape                    string  // GeoJSON geometry
	Synthetic                bool    // its upload's
}
