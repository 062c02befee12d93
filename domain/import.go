package domain

import "time"

// ImportRun is one import of a spreadsheet, worked off in the background.
type ImportRun struct {
	County  CountyCode
	ID      string
	Kind    string
	By      AccountID
	State   string
	Total   int // lines of the file that are not blank
	Done    int // lines worked on in the present state
	Failed  int // lines with faults
	Data    map[string]any
	Created time.Time
	Rev     int64
}

// ImportPart is a piece of an import: of its file, its lines, or what is said of
// them. Data is sealed at rest. The counts are those of the lines in it.
type ImportPart struct {
	Run    string
	Kind   string
	Seq    int
	Counts ImportCounts
	Data   []byte
}

// ImportCounts counts lines by their verdict.
type ImportCounts struct {
	Good    int // can be written
	Warned  int // can be written, something was noticed
	Alike   int // can be written, but somebody on file is much alike
	Known   int // on file already
	Bad     int // cannot be written
	Skipped int // somebody chose to leave it out
	Kept    int // could not be taken back, for it is in use
}

// Add sums two counts.
func (c ImportCounts) Add(o ImportCounts) ImportCounts {
	return ImportCounts{c.Good + o.Good, c.Warned + o.Warned, c.Alike + o.Alike, c.Known + o.Known, c.Bad + o.Bad, c.Skipped + o.Skipped, c.Kept + o.Kept}
}

// ImportMapping says which column of a file means what, for one set of headers.
type ImportMapping struct {
	Kind    string
	Heads   string // hash of the headers
	Columns map[string]any
	By      AccountID
	At      time.Time
}
