package store

import (
	"time"

	"linqiao/domain"
)

const mapColumns = "county, id, name, state, number, areas, points, synthetic, by_account, created, data"

var (
	mapInsert = insertSQL("map_upload", mapColumns+", rev")
	mapUpdate = updateSQL("map_upload", mapColumns)
	mapSelect = "SELECT " + mapColumns + ", rev FROM map_upload"

	shapeInsert = insertSQL("map_shape", "county, region, upload, number, level, path, current, west, south, east, north, lat, lng, shape")
)

func scanMap(rows rowScanner, m *domain.MapUpload) error {
	return rows.Scan((*string)(&m.County), &m.ID, &m.Name, &m.State, num(&m.Number), num(&m.Areas), num(&m.Points), yesNo{&m.Synthetic},
		(*string)(&m.By), instant{&m.Created}, object{&m.Data}, num(&m.Rev))
}

func mapValues(m *domain.MapUpload) []any {
	return []any{m.County, m.ID, m.Name, m.State, m.Number, m.Areas, m.Points, m.Synthetic, m.By, m.Created, m.Data, m.Rev}
}

// InsertMap writes a checked upload with its outlines.
func (tx *Tx) InsertMap(m *domain.MapUpload, shapes []domain.MapShape) error {
	if err := tx.home(&m.County); err != nil {
		return err
	}
	if m.ID == "" {
		m.ID = NewID()
	}
	m.Rev = 1
	if err := tx.insert(mapInsert, mapValues(m)...); err != nil {
		return err
	}
	for i := range shapes {
		s := &shapes[i]
		if err := tx.insert(shapeInsert, m.County, s.Region, m.ID, 0, s.Level, s.Path, false, s.West, s.South, s.East, s.North, s.Lat, s.Lng, s.Shape); err != nil {
			return err
		}
	}
	return nil
}

// Map reads one upload.
func (tx *Tx) Map(id string) (*domain.MapUpload, error) {
	m, err := one(tx, "map", scanMap, mapSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &m, err
}

// Maps lists uploads, newest first.
func (tx *Tx) Maps(limit int) ([]domain.MapUpload, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	return many(tx, scanMap, mapSelect+" WHERE county = $1 ORDER BY created DESC, id DESC LIMIT $2", tx.county, int64(limit))
}

// DropCheckedMaps removes what was uploaded before a time and never drawn.
func (tx *Tx) DropCheckedMaps(before time.Time) error {
	const old = "SELECT id FROM map_upload WHERE county = $1 AND state = 'checked' AND created < $2"
	if _, err := tx.exec("DELETE FROM map_shape WHERE county = $1 AND upload IN ("+old+")", tx.county, before); err != nil {
		return err
	}
	_, err := tx.exec("DELETE FROM map_upload WHERE county = $1 AND state = 'checked' AND created < $2", tx.county, before)
	return err
}

// DrawMap makes an upload's outlines the current ones of their regions. The caller
// holds the county, so that two do not draw at once.
func (tx *Tx) DrawMap(m *domain.MapUpload) error {
	n, err := one(tx, "map", scanInt, "SELECT COALESCE(MAX(number), 0) + 1 FROM map_upload WHERE county = $1", tx.county)
	if err != nil {
		return err
	}
	m.State, m.Number = domain.MapDrawn, n
	if err := tx.saveMap(m); err != nil {
		return err
	}
	if _, err := tx.exec("UPDATE map_shape SET number = $3 WHERE county = $1 AND upload = $2", tx.county, m.ID, n); err != nil {
		return err
	}
	return tx.currentShapes(m.ID)
}

// UndoMap takes an upload's outlines back; of each region the newest of the others
// stands again.
func (tx *Tx) UndoMap(m *domain.MapUpload) error {
	m.State = domain.MapUndone
	if err := tx.saveMap(m); err != nil {
		return err
	}
	if _, err := tx.exec("UPDATE map_shape SET number = 0 WHERE county = $1 AND upload = $2", tx.county, m.ID); err != nil {
		return err
	}
	return tx.currentShapes(m.ID)
}

// currentShapes marks, of every region that an upload names, the outline with the
// highest number.
func (tx *Tx) currentShapes(upload string) error {
	_, err := tx.exec(`UPDATE map_shape SET current = CASE WHEN number > 0 AND number =
		(SELECT MAX(number) FROM map_shape AS other WHERE other.county = map_shape.county AND other.region = map_shape.region) THEN 1 ELSE 0 END
		WHERE county = $1 AND region IN (SELECT region FROM map_shape AS mine WHERE mine.county = $1 AND mine.upload = $2)`, tx.county, upload)
	return err
}

func (tx *Tx) saveMap(m *domain.MapUpload) error {
	if err := tx.home(&m.County); err != nil {
		return err
	}
	if err := tx.change("map", mapUpdate, mapValues(m)...); err != nil {
		return err
	}
	m.Rev++
	return nil
}

// ShapeFilter selects current outlines: a level below a path, or some regions.
type ShapeFilter struct {
	Levels  []domain.RegionLevel
	Path    string
	Regions []domain.RegionID
	Bare    bool // without the outlines themselves
	Limit   int
}

// MapShapes lists current outlines in the order of their paths.
func (tx *Tx) MapShapes(f ShapeFilter) ([]domain.MapShape, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	w.add("current = 1")
	in(w, "level", f.Levels)
	in(w, "region", f.Regions)
	w.path("path", f.Path)
	shape := "shape"
	if f.Bare {
		shape = "''"
	}
	return many(tx, func(rows rowScanner, s *domain.MapShape) error {
		return rows.Scan((*string)(&s.Region), &s.Upload, (*string)(&s.Level), &s.Path, &s.West, &s.South, &s.East, &s.North, &s.Lat, &s.Lng, &s.Shape, yesNo{&s.Synthetic})
	}, "SELECT region, upload, level, path, west, south, east, north, lat, lng, "+shape+
		", (SELECT synthetic FROM map_upload AS u WHERE u.county = map_shape.county AND u.id = map_shape.upload) FROM map_shape"+
		w.String()+w.fill(" ORDER BY path, region LIMIT ?", int64(f.Limit)), w.args...)
}

// VisitFilter selects the visits of one day, at most Limit of them.
type VisitFilter struct {
	Program     string
	Path        string
	From, Until time.Time
	Access      []AccessClause
	Limit       int
}

// Visits lists visits by when they ended, newest first.
func (tx *Tx) Visits(f VisitFilter) ([]domain.Record, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	w.conds = append(w.conds, "noun = 'visit'", "ended > 0")
	w.add("program = ?", f.Program)
	w.add("ended < ?", f.Until)
	if !f.From.IsZero() {
		w.add("ended >= ?", f.From)
	}
	w.shown = []string{"ended", "program", "noun"} // the narrow index is that of the day
	if f.Path != "" {
		w.add("("+w.col("path")+" >= ? AND "+w.col("path")+" < ?)", f.Path, pathEnd(f.Path))
	}
	w.access(f.Access)
	rows, err := many(tx, scanRecord, recordSelect+w.String()+w.fill(" ORDER BY ended DESC LIMIT ?", int64(f.Limit)), w.args...)
	for i := range rows {
		tx.remember(&rows[i])
	}
	return rows, err
}
