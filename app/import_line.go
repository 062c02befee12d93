package app

import (
	"encoding/json"
	"hash/fnv"

	"linqiao/domain"
	"linqiao/kernel/sheet"
)

// Verdicts on a line (lineVerdict.State).
const (
	lineGood      = "good"
	lineWarning   = "warning"   // something was noticed; it can be written
	lineAlike     = "alike"     // somebody on file, or an earlier line, is much alike; it can be written
	lineDuplicate = "duplicate" // on file already; it is not written
	lineFault     = "fault"
	lineSkipped   = "skipped" // somebody chose to leave it out
)

// rawLine is one line of the file.
type rawLine struct {
	Line  int          `json:"n"`
	Cells []string     `json:"c"`
	Notes []sheet.Note `json:"x,omitempty"`
}

// lineVerdict is what is said of a line, and what came of it.
type lineVerdict struct {
	Line   int        `json:"n"`
	State  string     `json:"s"`
	Name   string     `json:"m,omitempty"`
	Notes  []cellNote `json:"x,omitempty"`
	OnFile string     `json:"d,omitempty"` // id of the one on file
	Like   int        `json:"l,omitempty"` // the earlier line
	Made   string     `json:"i,omitempty"` // id of what was written
	Kept   string     `json:"k,omitempty"` // why it was not taken back

	Undo map[string]any `json:"u,omitempty"` // how to take back what was written, where an id does not say it
}

// cellNote is what is wrong, or noticed, in one cell; At is -1 for the line.
type cellNote struct {
	At     int               `json:"a"`
	Column string            `json:"c,omitempty"`
	Word   string            `json:"o"`
	Args   map[string]string `json:"g,omitempty"`
	Bad    bool              `json:"b,omitempty"`
}

// fault notes a fault of the column with a key.
func (v *lineVerdict) fault(r *rowReader, key, word string, args map[string]string) {
	at, label := r.place(key)
	v.State = lineFault
	v.Notes = append(v.Notes, cellNote{at, label, word, args, true})
}

func (v *lineVerdict) warn(r *rowReader, key, word string, args map[string]string) {
	at, label := r.place(key)
	if v.State == lineGood {
		v.State = lineWarning
	}
	v.Notes = append(v.Notes, cellNote{at, label, word, args, false})
}

// known says that somebody on file is the same.
func (v *lineVerdict) known(r *rowReader, key, word, id string, args map[string]string) {
	v.warn(r, key, word, args)
	if v.State != lineFault {
		v.State = lineDuplicate
	}
	v.OnFile = id
}

// alike says that somebody on file, or in an earlier line, may be the same.
func (v *lineVerdict) alike(r *rowReader, word, id string, line int, args map[string]string) {
	v.warn(r, "name", word, args)
	if v.State == lineWarning {
		v.State = lineAlike
	}
	v.OnFile, v.Like = id, line
}

func (v *lineVerdict) ok() bool { return v.State != lineFault }

// writable: the line can be written.
func (v *lineVerdict) writable() bool {
	return v.State == lineGood || v.State == lineWarning || v.State == lineAlike
}

// countLines counts lines by verdict.
func countLines(list []lineVerdict) (c domain.ImportCounts) {
	for i := range list {
		switch list[i].State {
		case lineGood:
			c.Good++
		case lineWarning:
			c.Warned++
		case lineAlike:
			c.Alike++
		case lineDuplicate:
			c.Known++
		case lineFault:
			c.Bad++
		case lineSkipped:
			c.Skipped++
		}
		if list[i].Kept != "" {
			c.Kept++
		}
	}
	return c
}

func verdictPart(run string, seq int, list []lineVerdict) (*domain.ImportPart, error) {
	raw, err := json.Marshal(list)
	return &domain.ImportPart{Run: run, Kind: partVerdicts, Seq: seq, Counts: countLines(list), Data: raw}, err
}

// seenLines tells in which line something stood first. It holds hashes: a file of
// 200,000 lines must not be held twice.
type seenLines map[uint64]int

func seenKey(key, value string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key + "\x00" + value))
	return h.Sum64()
}

// first notes a value of a line and gives the earlier line that has it, or 0.
func (s seenLines) first(key, value string, line int) int {
	if s == nil || value == "" {
		return 0
	}
	k := seenKey(key, value)
	if at, ok := s[k]; ok {
		return at
	}
	s[k] = line
	return 0
}

// again notes a value of a line and complains when an earlier one has it.
func (s seenLines) again(r *rowReader, key, value string, v *lineVerdict) {
	if at := s.first(key, value, v.Line); at > 0 {
		v.fault(r, key, "duplicate_in_file", map[string]string{"line": lineName(at)})
	}
}
