package app

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/sheet"
	"linqiao/store"
)

// An import reads a spreadsheet into the county's files. A person sends the file,
// sees what every line would do, and says the word; the rest is done in the
// background, part by part, so that it can be left, found again, and goes on
// after a restart. Nothing is written before the word, and a whole import can be
// taken back.

// Kinds of imports.
const (
	ImportEnterprises   = "enterprises"
	ImportPeople        = "people"
	ImportHouseholds    = "households"
	ImportGroups        = "groups" // organisations as subjects of service, not units that act
	ImportOrganisations = "organisations"
	ImportOffers        = "offers"  // of one record of one program
	ImportRecords       = "records" // of one record of one program whose intake takes imports
)

// States of an import (domain.ImportRun.State).
const (
	importReading  = "reading"  // the file becomes lines
	importMapping  = "mapping"  // waits for somebody to say what the columns mean
	importChecking = "checking" // every line gets its verdict
	importChecked  = "checked"  // waits for the word
	importWriting  = "writing"
	importDone     = "done"
	importUndoing  = "undoing"
	importUndone   = "undone"
	importFailing  = "failing" // what was written is taken back
	importFailed   = "failed"
	importDropped  = "dropped"
	importExpired  = "expired"
)

// importActive are the states in which the background has something to do.
var importActive = []string{importReading, importChecking, importWriting, importUndoing, importFailing}

const (
	importChunk  = 250            // lines of one part, and of one transaction: other writers wait that long
	importGroup  = 8              // parts written together where nothing of the county changes
	importPiece  = 4 << 20        // bytes of the file in one part
	importKept   = 24 * time.Hour // an unconfirmed import is dropped after
	importUndoes = 7 * 24 * time.Hour
)

// Kinds of parts (domain.ImportPart.Kind).
const (
	partFile     = "file"
	partLines    = "lines"
	partVerdicts = "verdicts"
)

// ImportAct says what a file holds. Program and Record are for offers and records.
type ImportAct struct {
	Kind    string `json:"kind"`
	Program string `json:"program,omitempty"`
	Record  string `json:"record,omitempty"`
	Name    string `json:"name,omitempty"` // of the file
}

// importDetail is what a run keeps beside its columns (domain.ImportRun.Data).
type importDetail struct {
	Name    string `json:"name"`
	Program string `json:"program,omitempty"`
	Record  string `json:"record,omitempty"`

	Excel    bool   `json:"excel,omitempty"`
	Date1904 bool   `json:"date1904,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	Sheet    string `json:"sheet,omitempty"`
	Sheets   int    `json:"sheets,omitempty"`

	Parts      int           `json:"parts,omitempty"` // of lines
	HeadLine   int           `json:"head_line,omitempty"`
	Columns    []importField `json:"columns,omitempty"`
	Remembered bool          `json:"remembered,omitempty"`

	Counts    domain.ImportCounts `json:"counts,omitzero"`
	SkipAlike bool                `json:"skip_alike,omitempty"`
	LeaveOut  []int               `json:"leave_out,omitempty"` // lines
	Confirmed int64               `json:"confirmed,omitempty"` // ms
	Ended     int64               `json:"ended,omitempty"`
	Next      int                 `json:"next,omitempty"` // part at which the present state goes on
	Written   int                 `json:"written,omitempty"`
	Removed   int                 `json:"removed,omitempty"`
	Fault     string              `json:"fault,omitempty"`
	FaultArgs map[string]string   `json:"fault_args,omitempty"`

	Holder string `json:"holder,omitempty"` // process that works on it
	Held   int64  `json:"held,omitempty"`   // until, ms
	Tries  int    `json:"tries,omitempty"`
}

// importField is one column of the file.
type importField struct {
	At    int    `json:"at"`
	Label string `json:"label"`
	Key   string `json:"key"` // of what it means; "" = it is not read
}

func detailOf(run *domain.ImportRun) (*importDetail, error) {
	raw, err := json.Marshal(run.Data)
	if err != nil {
		return nil, err
	}
	d := &importDetail{}
	return d, json.Unmarshal(raw, d)
}

func (d *importDetail) data() map[string]any {
	raw, err := json.Marshal(d)
	if err != nil {
		return nil // of plain fields: cannot be
	}
	out := map[string]any{}
	_ = json.Unmarshal(raw, &out)
	return out
}

func (d *importDetail) act(kind string) ImportAct {
	return ImportAct{Kind: kind, Program: d.Program, Record: d.Record, Name: d.Name}
}

// Import takes a file in. What is no table at all is refused at once; the rest is
// found out in the background (WorkImports).
func (a *App) Import(ctx context.Context, who *Who, once Once, in ImportAct, file io.Reader) (*ImportView, error) {
	data, err := io.ReadAll(io.LimitReader(file, sheet.MostBytes+1))
	if err != nil {
		return nil, err
	}
	if _, err := sheet.Sniff(data); err != nil {
		return nil, err
	}
	id, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		if err := w.mayImport(in); err != nil {
			return "", err
		}
		d := &importDetail{Name: fileName(in.Name), Program: in.Program, Record: in.Record}
		run := &domain.ImportRun{Kind: in.Kind, By: who.Account, State: importReading, Data: d.data()}
		if err := w.tx.InsertImportRun(run); err != nil {
			return "", err
		}
		seq := 0
		for piece := range slices.Chunk(data, importPiece) {
			if err := w.tx.SaveImportPart(&domain.ImportPart{Run: run.ID, Kind: partFile, Seq: seq, Data: piece}); err != nil {
				return "", err
			}
			seq++
		}
		return domain.RecordID(run.ID), w.audit("import_check", "import/"+run.ID, "", map[string]any{"kind": in.Kind, "bytes": int64(len(data))})
	})
	if err != nil {
		return nil, err
	}
	return a.ImportView(ctx, who, string(id))
}

// mayImport: who may make such rows one by one may import them, no more.
func (w *work) mayImport(in ImportAct) error {
	imp, err := w.importer(in)
	if err != nil {
		return err
	}
	if !imp.allowed(w) {
		return domain.E(domain.KindForbidden, "import_forbidden")
	}
	return nil
}

// importRun reads an import that the caller may work on: his own, or any of an
// administrator. To all others it is not there.
func (w *work) importRun(id string) (*domain.ImportRun, *importDetail, error) {
	run, err := w.tx.ImportRun(id)
	if err != nil {
		return nil, nil, err
	}
	if !w.who.Admin && !w.who.System && (run.By == "" || run.By != w.who.Account) {
		return nil, nil, domain.NotFound("import_run")
	}
	d, err := detailOf(run)
	return run, d, err
}

// ConfirmAct is the word to write. Lines with faults are left out; they must be
// said to be.
type ConfirmAct struct {
	SkipBad   bool  `json:"skip_bad,omitempty"`
	SkipAlike bool  `json:"skip_alike,omitempty"` // leave out those much like somebody on file
	LeaveOut  []int `json:"leave_out,omitempty"`  // lines that somebody does not want
	Rev       int64 `json:"rev,omitempty"`
}

// leaveOutMost bounds how many lines are left out one by one.
const leaveOutMost = 1000

// ConfirmImport says the word; the background writes.
func (a *App) ConfirmImport(ctx context.Context, who *Who, once Once, id string, in ConfirmAct) (*ImportView, error) {
	return a.changeImport(ctx, who, once, id, in.Rev, func(w *work, run *domain.ImportRun, d *importDetail) error {
		if run.State != importChecked {
			return errImportState(run)
		}
		if len(in.LeaveOut) > leaveOutMost {
			return domain.E(domain.KindInvalid, "fields_invalid").With("leave_out", "too_many", "label", "不导入的行", "max", itoa64(leaveOutMost))
		}
		if d.Counts.Bad > 0 && !in.SkipBad {
			return domain.E(domain.KindRefused, "import_bad_rows", "n", itoa64(int64(d.Counts.Bad)))
		}
		if d.Counts.Good+d.Counts.Warned+d.Counts.Alike == 0 {
			return domain.E(domain.KindRefused, "import_nothing")
		}
		d.SkipAlike, d.LeaveOut, d.Confirmed, d.Next, d.Tries = in.SkipAlike, in.LeaveOut, w.Now().UnixMilli(), 0, 0
		run.State, run.Done = importWriting, 0
		return w.audit("import_confirm", "import/"+run.ID, "", map[string]any{"kind": run.Kind, "rows": int64(run.Total - d.Counts.Bad - d.Counts.Known)})
	})
}

// TakeBackImport gives an import up: before it was written it is thrown away,
// afterwards it is undone, within a week. What has come to be used stays, and is
// named.
func (a *App) TakeBackImport(ctx context.Context, who *Who, once Once, id string) (*ImportView, error) {
	return a.changeImport(ctx, who, once, id, 0, func(w *work, run *domain.ImportRun, d *importDetail) error {
		switch run.State {
		case importDone:
			if w.Now().UnixMilli()-d.Ended > importUndoes.Milliseconds() {
				return domain.E(domain.KindRefused, "import_undo_late")
			}
			run.State, run.Done, d.Next, d.Tries = importUndoing, 0, 0, 0
			return w.audit("import_undo", "import/"+run.ID, "", nil)
		case importReading, importMapping, importChecking, importChecked:
			run.State = importDropped
			if err := w.tx.DropImportParts(run.ID); err != nil {
				return err
			}
			return w.audit("import_drop", "import/"+run.ID, "", nil)
		}
		return errImportState(run)
	})
}

func errImportState(run *domain.ImportRun) error {
	return domain.E(domain.KindConflict, "import_state", "state", importStates[run.State])
}

// importStates word the states for messages.
var importStates = map[string]string{
	importReading: "正在读取", importMapping: "待对应列", importChecking: "正在检查", importChecked: "待确认", importWriting: "正在写入",
	importDone: "已导入", importUndoing: "正在撤回", importUndone: "已撤回", importFailing: "正在退回", importFailed: "没有成功",
	importDropped: "已放弃", importExpired: "已过期",
}

// changeImport changes an import once per request key, at the version the caller
// saw.
func (a *App) changeImport(ctx context.Context, who *Who, once Once, id string, rev int64, fn func(*work, *domain.ImportRun, *importDetail) error) (*ImportView, error) {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		run, d, err := w.importRun(id)
		if err != nil {
			return "", err
		}
		if err := w.mayImport(d.act(run.Kind)); err != nil {
			return "", err
		}
		if rev != 0 && rev != run.Rev {
			return "", domain.E(domain.KindConflict, "stale", "rev", itoa64(run.Rev))
		}
		if err := fn(w, run, d); err != nil {
			return "", err
		}
		run.Data = d.data()
		return domain.RecordID(run.ID), w.tx.UpdateImportRun(run)
	})
	if err != nil {
		return nil, err
	}
	return a.ImportView(ctx, who, id)
}

// Imports lists imports, newest first: an administrator's and an auditor's list
// holds all, everybody else's his own.
func (a *App) Imports(ctx context.Context, who *Who, cursor string, limit int) (l List[ImportView], err error) {
	by := who.Account
	if who.Admin || who.Auditor || who.System {
		by = ""
	}
	err = a.read(ctx, who, func(w *work) error {
		page, err := w.tx.ImportRuns(by, cursor, limitOf(limit))
		if err != nil {
			return err
		}
		out := make([]ImportView, 0, len(page.Items))
		for i := range page.Items {
			v, err := w.importView(&page.Items[i])
			if err != nil {
				return err
			}
			out = append(out, *v)
		}
		l = listOf(out, page.Next)
		return nil
	})
	return l, err
}

// ImportView reads one import with what its columns mean.
func (a *App) ImportView(ctx context.Context, who *Who, id string) (v *ImportView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		run, d, err := w.importRun(id)
		if err != nil {
			return err
		}
		if v, err = w.importView(run); err != nil {
			return err
		}
		return w.importColumns(run, d, v)
	})
	return v, err
}

// importParts reads parts and decodes what is in them.
func importParts[T any](tx *store.Tx, run, kind, with string, from, limit int) (list [][]T, seqs []int, err error) {
	parts, err := tx.ImportParts(run, kind, with, from, limit)
	if err != nil {
		return nil, nil, err
	}
	for i := range parts {
		var rows []T
		if err := json.Unmarshal(parts[i].Data, &rows); err != nil {
			return nil, nil, err
		}
		list, seqs = append(list, rows), append(seqs, parts[i].Seq)
	}
	return list, seqs, nil
}
