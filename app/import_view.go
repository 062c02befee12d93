package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"linqiao/domain"
)

// ImportCounts counts the lines of a file by verdict.
type ImportCounts struct {
	Good      int `json:"good"`
	Warning   int `json:"warning"`
	Alike     int `json:"alike"`
	Duplicate int `json:"duplicate"`
	Fault     int `json:"fault"`
	Skipped   int `json:"skipped"`
	Kept      int `json:"kept"`
}

// ImportFault is why a file could not be read; api words it.
type ImportFault struct {
	Code   string            `json:"code"`
	Title  string            `json:"title"`
	Detail string            `json:"detail,omitempty"`
	Args   map[string]string `json:"-"`
}

// ImportView is one import as its owner, an administrator or an auditor sees it.
type ImportView struct {
	ID      string       `json:"id"`
	Kind    string       `json:"kind"`
	Label   string       `json:"label"` // of the kind
	Program string       `json:"program,omitempty"`
	Record  string       `json:"record,omitempty"`
	Name    string       `json:"name"` // of the file
	State   string       `json:"state"`
	By      *AccountRef  `json:"by,omitempty"`
	Created time.Time    `json:"created"`
	Total   int          `json:"total"` // lines to work on in this state, 0 = not known yet
	Done    int          `json:"done"`
	Counts  ImportCounts `json:"counts"`
	Written int          `json:"written"`
	Removed int          `json:"removed"`
	Fault   *ImportFault `json:"fault,omitempty"`

	Sheet      string         `json:"sheet,omitempty"`    // the one that is read
	Sheets     int            `json:"sheets,omitempty"`   // how many there are
	Encoding   string         `json:"encoding,omitempty"` // of a text
	HeadLine   int            `json:"head_line"`
	Remembered bool           `json:"remembered,omitempty"` // the columns are as somebody set them before
	Columns    []ImportColumn `json:"columns,omitempty"`
	Fields     []ImportTarget `json:"fields,omitempty"`

	Can       ImportCan  `json:"can"`
	UndoUntil *time.Time `json:"undo_until,omitempty"`
	Rev       int64      `json:"rev"`
}

// ImportCan says what the reader may do with an import now.
type ImportCan struct {
	Open    bool `json:"open"` // see its lines
	Map     bool `json:"map"`
	Confirm bool `json:"confirm"`
	Drop    bool `json:"drop"`
	Undo    bool `json:"undo"`
}

// ImportColumn is a column of the file: what its header says, what it is taken
// for, and what stands in it.
type ImportColumn struct {
	At     int      `json:"at"`
	Letter string   `json:"letter"`
	Label  string   `json:"label"`
	Key    string   `json:"key"`
	Twin   bool     `json:"twin,omitempty"` // another column has the same header
	Sample []string `json:"sample"`
}

// ImportTarget is what a column can be taken for.
type ImportTarget struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Needed bool   `json:"needed,omitempty"`
	Hint   string `json:"hint,omitempty"`
}

// ImportKind is something that the caller may import.
type ImportKind struct {
	Kind    string         `json:"kind"`
	Program string         `json:"program,omitempty"`
	Record  string         `json:"record,omitempty"`
	Label   string         `json:"label"`
	Fields  []ImportTarget `json:"fields"`
}

func countsView(c domain.ImportCounts) ImportCounts {
	return ImportCounts{Good: c.Good, Warning: c.Warned, Alike: c.Alike, Duplicate: c.Known, Fault: c.Bad, Skipped: c.Skipped, Kept: c.Kept}
}

func (w *work) importView(run *domain.ImportRun) (*ImportView, error) {
	d, err := detailOf(run)
	if err != nil {
		return nil, err
	}
	v := &ImportView{ID: run.ID, Kind: run.Kind, Program: d.Program, Record: d.Record, Name: d.Name, State: run.State, Created: run.Created,
		Total: run.Total, Done: run.Done, Counts: countsView(d.Counts), Written: d.Written, Removed: d.Removed, Rev: run.Rev,
		Sheet: d.Sheet, Sheets: d.Sheets, Encoding: d.Encoding, HeadLine: d.HeadLine, Remembered: d.Remembered}
	v.Label = w.importLabel(d.act(run.Kind))
	if acc, err := w.Account(run.By); err == nil {
		v.By = &AccountRef{acc.ID, acc.Name}
	}
	if run.State == importUndoing || run.State == importFailing {
		v.Total = d.Written
	}
	if d.Fault != "" {
		v.Fault = &ImportFault{Code: d.Fault, Args: d.FaultArgs}
	}
	mine := w.who.System || w.who.Admin || run.By != "" && run.By == w.who.Account
	v.Can.Open = mine
	if !mine || w.mayImport(d.act(run.Kind)) != nil {
		return v, nil
	}
	switch run.State {
	case importMapping:
		v.Can.Map, v.Can.Drop = true, true
	case importChecked:
		v.Can.Map, v.Can.Drop, v.Can.Confirm = true, true, d.Counts.Good+d.Counts.Warned+d.Counts.Alike > 0
	case importReading, importChecking:
		v.Can.Drop = true
	case importDone:
		until := time.UnixMilli(d.Ended).Add(importUndoes).UTC()
		v.Can.Undo = d.Written > 0 && w.Now().Before(until)
		v.UndoUntil = &until
	}
	return v, nil
}

var importLabels = map[string][2]string{
	ImportEnterprises: {"企业", "Enterprises"}, ImportPeople: {"居民", "Residents"}, ImportHouseholds: {"家庭", "Households"}, ImportGroups: {"团体", "Groups"},
	ImportOrganisations: {"单位", "Organisations"}, ImportOffers: {"供给", "Offers"}, ImportRecords: {"记录", "Records"},
}

func (w *work) importLabel(in ImportAct) string {
	words := importLabels[in.Kind]
	label := words[0]
	if w.who.Lang == "en" {
		label = words[1]
	}
	if in.Program == "" {
		return label
	}
	p, err := w.Program(in.Program, 0)
	if err != nil {
		return label
	}
	if t := p.Records.Get(in.Record); t != nil {
		return p.Title + "·" + t.Label
	}
	return label
}

// importColumns adds what the columns mean, with a few values of each.
func (w *work) importColumns(run *domain.ImportRun, d *importDetail, v *ImportView) error {
	if !v.Can.Map {
		return nil
	}
	imp, err := w.importer(d.act(run.Kind))
	if err != nil {
		return err
	}
	v.Fields = targetsOf(imp)
	lists, _, err := importParts[rawLine](w.tx, run.ID, partLines, "", 0, 1)
	if err != nil || len(lists) == 0 {
		return err
	}
	heads := map[string]int{}
	for _, f := range d.Columns {
		name, _ := plainHeader(f.Label)
		heads[name]++
	}
	for _, f := range d.Columns {
		c := ImportColumn{At: f.At, Letter: letter(f.At), Label: f.Label, Key: f.Key, Sample: []string{}}
		name, _ := plainHeader(f.Label)
		c.Twin = name != "" && heads[name] > 1
		for _, l := range lists[0] {
			if l.Line > d.HeadLine && f.At < len(l.Cells) && l.Cells[f.At] != "" && len(c.Sample) < 3 {
				c.Sample = append(c.Sample, cutText(l.Cells[f.At], 40))
			}
		}
		v.Columns = append(v.Columns, c)
	}
	return nil
}

func targetsOf(imp importer) []ImportTarget {
	list := imp.columns()
	out := make([]ImportTarget, 0, len(list))
	for i := range list {
		out = append(out, ImportTarget{Key: list[i].key, Label: list[i].label, Needed: list[i].needed, Hint: list[i].hint()})
	}
	return out
}

// ImportKinds lists what the caller may import.
func (a *App) ImportKinds(ctx context.Context, who *Who) (l List[ImportKind], err error) {
	err = a.read(ctx, who, func(w *work) error {
		out := []ImportKind{}
		for _, in := range w.importActs() {
			imp, err := w.importer(in)
			if err != nil {
				return err
			}
			if imp.allowed(w) {
				out = append(out, ImportKind{in.Kind, in.Program, in.Record, w.importLabel(in), targetsOf(imp)})
			}
		}
		l = listOf(out, "")
		return nil
	})
	return l, err
}

// importActs are all kinds of imports of the county: parties, units, every kind
// of offer that a program has, and every kind of record that comes from files.
func (w *work) importActs() []ImportAct {
	out := []ImportAct{{Kind: ImportEnterprises}, {Kind: ImportPeople}, {Kind: ImportHouseholds}, {Kind: ImportGroups}, {Kind: ImportOrganisations}}
	for _, p := range w.set.set.Programs.All() {
		for _, t := range p.Records.All() {
			if t.Noun == domain.Offer {
				out = append(out, ImportAct{Kind: ImportOffers, Program: p.Key, Record: t.Key})
			} else if importMove(p, t) != nil {
				out = append(out, ImportAct{Kind: ImportRecords, Program: p.Key, Record: t.Key})
			}
		}
	}
	return out
}

// ImportRow is the verdict on one line, worded.
type ImportRow struct {
	Row    int          `json:"row"` // as the spreadsheet counts
	Name   string       `json:"name"`
	State  string       `json:"state"`
	Notes  []ImportNote `json:"notes"`
	OnFile *ImportSeen  `json:"on_file,omitempty"`
	Like   int          `json:"like,omitempty"` // the earlier line it is much like
	Kept   string       `json:"kept,omitempty"` // why it was not taken back
	Made   string       `json:"made,omitempty"` // id of what it became
}

// ImportSeen is the one on file that a line is, or may be.
type ImportSeen struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // party, org, record
	Name string `json:"name"`
}

// ImportNote is what is wrong, or noticed, in one cell.
type ImportNote struct {
	Column  string `json:"column"` // the header
	Letter  string `json:"letter,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Value   string `json:"value,omitempty"` // what stands there
	Fault   bool   `json:"fault"`
}

// importFilters are the counts by which lines are paged (store.ImportParts).
var importFilters = map[string]string{"": "", lineGood: "good", lineWarning: "warned", lineAlike: "alike", lineDuplicate: "known", lineFault: "bad",
	lineSkipped: "skipped", "kept": "kept"}

// ImportRows pages through the lines of an import, of one verdict if asked. The
// cursor is the part to go on in, and the line after which.
func (a *App) ImportRows(ctx context.Context, who *Who, id, state, cursor string, limit int) (l List[ImportRow], err error) {
	with, ok := importFilters[state]
	if !ok {
		return l, domain.E(domain.KindInvalid, "fields_invalid").With("state", "option")
	}
	from, after := 0, 0
	if cursor != "" {
		if n, err := fmt.Sscanf(cursor, "%d.%d", &from, &after); n != 2 || err != nil || from < 0 {
			return l, domain.E(domain.KindInvalid, "cursor")
		}
	}
	limit = limitOf(limit)
	keep := func(v *lineVerdict) bool {
		return v.Line > after && (state == "" || v.State == state || state == "kept" && v.Kept != "")
	}
	err = a.read(ctx, who, func(w *work) error {
		run, _, err := w.importRun(id)
		if err != nil {
			return err
		}
		out, next := []ImportRow{}, ""
		for seq := from; next == ""; {
			lists, seqs, err := importParts[lineVerdict](w.tx, run.ID, partVerdicts, with, seq, 1)
			if err != nil {
				return err
			}
			if len(lists) == 0 {
				break
			}
			rows, err := w.importRows(run, slices.DeleteFunc(lists[0], func(v lineVerdict) bool { return !keep(&v) }), seqs[0], limit+1-len(out))
			if err != nil {
				return err
			}
			if out = append(out, rows...); len(out) > limit {
				out = out[:limit]
				next = fmt.Sprintf("%d.%d", seqs[0], out[limit-1].Row)
			}
			seq = seqs[0] + 1
		}
		l = listOf(out, next)
		return nil
	})
	return l, err
}

// importRows words lines of one part, at most some.
func (w *work) importRows(run *domain.ImportRun, list []lineVerdict, seq, most int) ([]ImportRow, error) {
	if len(list) == 0 {
		return nil, nil
	}
	raw, seqs, err := importParts[rawLine](w.tx, run.ID, partLines, "", seq, 1)
	if err != nil {
		return nil, err
	}
	cells := map[int][]string{}
	if len(raw) > 0 && seqs[0] == seq {
		for _, l := range raw[0] {
			cells[l.Line] = l.Cells
		}
	}
	var out []ImportRow
	for i := range list[:min(len(list), most)] {
		out = append(out, w.importRow(run, &list[i], cells[list[i].Line]))
	}
	return out, nil
}

func (w *work) importRow(run *domain.ImportRun, v *lineVerdict, cells []string) ImportRow {
	row := ImportRow{Row: v.Line, Name: v.Name, State: v.State, Like: v.Like, Made: v.Made, Notes: []ImportNote{}, OnFile: w.importSeen(run, v.OnFile)}
	if v.Kept != "" {
		row.Kept = importSay(w.who.Lang, "kept_"+v.Kept, nil)
	}
	for _, n := range v.Notes {
		note := ImportNote{Column: n.Column, Code: n.Word, Message: importSay(w.who.Lang, n.Word, n.Args), Fault: n.Bad}
		if n.At >= 0 {
			note.Letter = letter(n.At)
			if n.At < len(cells) {
				note.Value = cutText(cells[n.At], 60)
			}
		}
		row.Notes = append(row.Notes, note)
	}
	slices.SortStableFunc(row.Notes, func(a, b ImportNote) int { // faults first
		if a.Fault == b.Fault {
			return 0
		}
		if a.Fault {
			return -1
		}
		return 1
	})
	return row
}

// importSeen names the one on file, when the reader may see it.
func (w *work) importSeen(run *domain.ImportRun, id string) *ImportSeen {
	if id == "" {
		return nil
	}
	switch run.Kind {
	case ImportOrganisations:
		if o, err := w.Org(domain.OrgID(id)); err == nil {
			return &ImportSeen{id, "org", o.Name}
		}
	case ImportOffers:
		if r, err := w.tx.Record(domain.RecordID(id)); err == nil {
			return &ImportSeen{id, "record", r.RefNo}
		}
	case ImportRecords:
		if r, _, err := w.row(domain.RecordID(id)); err == nil {
			return &ImportSeen{id, "record", r.Title()}
		}
	default:
		if p, err := w.party(domain.PartyID(id)); err == nil {
			return &ImportSeen{id, "party", shownName(p, w.partyClass(p))}
		}
	}
	return nil
}
