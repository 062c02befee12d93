package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// PublicTable is what a notice shows: one page of its rows. It is made once, when
// something is published, and holds nothing that may not be read by everybody.
type PublicTable struct {
	Label       string            `json:"label"`
	Period      string            `json:"period,omitempty"`
	Columns     []LedgerColumn    `json:"columns"`
	Rows        []LedgerRow       `json:"rows"`
	Total       map[string]any    `json:"total"`
	TotalLabels map[string]string `json:"total_labels"`
	Corrections []LedgerRow       `json:"corrections"`
	Count       int               `json:"count"` // rows of all pages
	Page        int               `json:"page"`
	Pages       int               `json:"pages"`
	Hash        string            `json:"hash"`
	FrozenAt    *time.Time        `json:"frozen_at,omitempty"`
	Draw        *ChoiceView       `json:"draw,omitempty"`  // what recomputing a draw takes; no names
	Texts       []TextVersion     `json:"texts,omitempty"` // a living text: its versions, the newest first
}

// Bounds of one publication: a page stays within the budget of a public page, and
// what is longer than the cap is a ledger to download, not a notice to read.
const (
	noticePageRows = 100
	noticeRowCap   = 5000
)

// noticeTable makes the table of a notice with all its rows.
func (w *work) noticeTable(p *program.Program, nt *program.Notice, target, path string) (*PublicTable, error) {
	t := &PublicTable{Label: nt.Label, Rows: []LedgerRow{}, Columns: []LedgerColumn{}, Corrections: []LedgerRow{}, Total: map[string]any{}, TotalLabels: map[string]string{}}
	head, key, _ := strings.Cut(nt.Of, ".")
	if head == "ledger" {
		return t, w.noticeLedger(p, nt, key, target, t)
	}
	for _, c := range nt.Cols {
		t.Columns = append(t.Columns, LedgerColumn{Key: c.Path, Label: w.colTitle(p, nt.Of, &c)})
	}
	var err error
	switch {
	case head == "account":
		err = w.noticeBalances(p, nt, p.Accounts.Get(key), target, t)
	case head == "document":
		err = w.noticeDocument(p, nt, target, t)
	case head == "choice":
		err = w.noticeChoice(nt, key, domain.RecordID(target), t)
	case head == "ballot":
		err = w.noticeBallot(key, domain.RecordID(target), t)
	case key == "" && target != "":
		err = w.noticeRow(p, nt, domain.RecordID(target), t)
	case key == "":
		err = w.noticeRows(p, nt, path, "", t)
	default:
		err = domain.E(domain.KindInvalid, "notice_target")
	}
	if err != nil {
		return nil, err
	}
	if nt.Where != nil || target != "" || len(t.Rows) > 0 {
		t.Count = len(t.Rows)
	}
	b, err := json.Marshal(t.Rows)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	t.Hash = hex.EncodeToString(sum[:])
	return t, nil
}

// colTitle names a column; the columns of an account have no field to name them.
func (w *work) colTitle(p *program.Program, of string, c *program.Col) string {
	acc := p.Accounts.Get(strings.TrimPrefix(of, "account."))
	switch {
	case acc != nil && slices.Contains(acc.By, c.Path):
		return w.dimHead(p, c.Path, c.Path)
	case acc != nil && (c.Path == "balance" || c.Path == "amount"):
		return acc.Label
	case c.Label != "" && c.Label != c.Path:
		return c.Label
	}
	for _, rt := range p.Records.All() {
		if f := rt.Fields.Get(c.Path); f != nil {
			return f.Label
		}
	}
	if s := holderTitles[c.Path]; s != "" {
		return s
	}
	return c.Path
}

// holderTitles are the usual dimensions of accounts (see the glossary).
var holderTitles = map[string]string{"volunteer": "志愿者", "person": "姓名", "household": "户", "holder": "姓名", "account": "姓名",
	"org": "单位", "provider": "单位", "enterprise": "企业"}

// noticeLedger shows a frozen ledger, cut to the columns of `show`: figures of areas
// are whole as they are.
func (w *work) noticeLedger(p *program.Program, nt *program.Notice, key, target string, t *PublicTable) error {
	fz, err := w.tx.LedgerByID(target)
	if err != nil {
		return err
	}
	l := p.Ledgers.Get(key)
	if l == nil {
		return domain.E(domain.KindInvalid, "notice_target")
	}
	v, err := w.frozenView(p, l, fz, false)
	if err != nil {
		return err
	}
	publicCut(nt, v)
	t.Label, t.Period, t.Columns, t.Rows = v.Label, v.Period, v.Columns, v.Rows
	t.Total, t.TotalLabels, t.Corrections = v.Total, v.TotalLabels, v.Corrections
	for i := range t.Corrections {
		t.Corrections[i].Record = ""
	}
	t.Count, t.Hash, t.FrozenAt = len(v.Rows), fz.Hash, &fz.FrozenAt
	return nil
}

// noticeRows are the rows of a record that satisfy `where`, in the area of who
// publishes, oldest first; of a row that they hang on, those below it. Rows that came
// to nothing are not shown.
func (w *work) noticeRows(p *program.Program, nt *program.Notice, path string, below domain.RecordID, t *PublicTable) error {
	f := store.RecordFilter{Program: p.Key, Keys: []string{nt.Of}, Path: path, Access: store.AccessAll, Oldest: true, Limit: 1000}
	if below != "" {
		top, err := w.unit.Load(below)
		if err != nil {
			return err
		}
		f.Path, f.Root = "", top.Root
	}
	for {
		page, err := w.tx.Records(f)
		if err != nil {
			return err
		}
		for i := range page.Items {
			if err := w.takeNoticeRow(nt, &page.Items[i], below, t); err != nil {
				return err
			}
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return nil
		}
	}
}

func (w *work) takeNoticeRow(nt *program.Notice, rec *domain.Record, below domain.RecordID, t *PublicTable) error {
	r, err := w.unit.Adopt(rec)
	if err != nil {
		return err
	}
	if below != "" {
		if under, err := w.under(r, below); err != nil || !under {
			return err
		}
	}
	in, err := w.noticeTakes(nt, r)
	if err != nil || !in {
		return err
	}
	if len(t.Rows) >= noticeRowCap {
		return domain.E(domain.KindRefused, "notice_too_long", "max", fmt.Sprint(noticeRowCap))
	}
	return w.addNoticeRow(nt, r, t)
}

// under: a row hangs on another, over any number of steps.
func (w *work) under(r *record.Row, top domain.RecordID) (bool, error) {
	for up, err := w.unit.Parent(r); ; up, err = w.unit.Parent(up) {
		if err != nil || up == nil {
			return false, err
		}
		if up.ID == top {
			return true, nil
		}
	}
}

func (w *work) noticeTakes(nt *program.Notice, r *record.Row) (bool, error) {
	if nt.Where == nil {
		return r.Phase != domain.PhaseVoid, nil
	}
	return w.unit.Test(nt.Where, r.Vars())
}

// noticeRow publishes one row by itself, or the rows below one.
func (w *work) noticeRow(p *program.Program, nt *program.Notice, id domain.RecordID, t *PublicTable) error {
	r, err := w.unit.Load(id)
	if err != nil {
		return err
	}
	if r.P.Key == p.Key && hangsOn(p, nt.Of, r.Key) {
		return w.noticeRows(p, nt, "", id, t)
	}
	if r.Key != nt.Of {
		return domain.E(domain.KindInvalid, "notice_target").With("target", "notice_target")
	}
	in, err := w.noticeTakes(nt, r)
	if err != nil {
		return err
	}
	if !in {
		return domain.E(domain.KindRefused, "notice_not_yet", "label", nt.Label)
	}
	return w.addNoticeRow(nt, r, t)
}

// hangsOn: rows of a record lie below rows of another.
func hangsOn(p *program.Program, key, top string) bool {
	for rt := p.Records.Get(key); rt != nil && rt.Of != ""; rt = p.Records.Get(rt.Of) {
		if rt.Of == top {
			return true
		}
	}
	return false
}

// addNoticeRow writes the columns of a row as they may be read. Only texts go in:
// the stored value stays behind.
func (w *work) addNoticeRow(nt *program.Notice, r *record.Row, t *PublicTable) error {
	return addCells(nt, t, func(c *program.Col) (any, string, error) { return w.noticeCell(c, r) })
}

func addCells(nt *program.Notice, t *PublicTable, cell func(c *program.Col) (any, string, error)) error {
	row := LedgerRow{Cells: map[string]any{}, Labels: map[string]string{}}
	for i := range nt.Cols {
		c := &nt.Cols[i]
		value, shown, err := cell(c)
		if err != nil {
			return err
		}
		if m := nt.MaskOf(c); m != "" {
			shown = maskCell(m, c.Field, value, shown)
		}
		row.Cells[c.Path] = orDash(shown)
	}
	t.Rows = append(t.Rows, row)
	return nil
}

func (w *work) noticeCell(c *program.Col, r *record.Row) (value any, shown string, err error) {
	switch c.Path {
	case "provider":
		if o, err := w.Org(r.Provider); err == nil {
			return string(o.ID), o.Name, nil
		}
		return nil, "", nil
	case "ref_no":
		return r.RefNo, r.RefNo, nil
	case "stage":
		return r.Stage, w.stageLabel(r), nil
	}
	vars := r.Vars()
	x, ok, err := w.unit.Eval(c.Expr, vars)
	if err != nil || !ok {
		return nil, "", err
	}
	return record.Stored(x), w.colLabel(*c, vars, x), nil
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// publicCut leaves of a ledger what may be public: figures, and of rows only the
// columns that the notice shows. People who froze and signed are named by office,
// not here.
func publicCut(nt *program.Notice, l *LedgerView) {
	l.FrozenBy, l.Signatures = nil, nil
	for i := range l.Rows {
		l.Rows[i].Record = ""
	}
	if len(l.Rows) == 0 || l.Rows[0].Labels["_row"] != "" {
		return
	}
	l.Columns = slices.DeleteFunc(l.Columns, func(c LedgerColumn) bool { return !slices.Contains(nt.Show, c.Key) })
	for _, part := range [][]LedgerRow{l.Rows, l.Corrections} {
		for i := range part {
			cutRow(nt, &part[i])
		}
	}
	if len(l.Columns) == 0 {
		l.Rows, l.Corrections = []LedgerRow{}, []LedgerRow{}
	}
}

// cutRow keeps the shown cells, masked where the notice masks them.
func cutRow(nt *program.Notice, row *LedgerRow) {
	for k := range row.Cells {
		if !slices.Contains(nt.Show, k) {
			delete(row.Cells, k)
			delete(row.Labels, k)
			continue
		}
		i := slices.IndexFunc(nt.Cols, func(c program.Col) bool { return c.Path == k })
		if m := nt.MaskOf(&nt.Cols[i]); m != "" {
			row.Cells[k] = maskCell(m, nt.Cols[i].Field, row.Cells[k], row.Labels[k])
			row.Labels[k] = ""
		}
	}
	for k := range row.Labels {
		if _, ok := row.Cells[k]; !ok && !strings.HasPrefix(k, "_") {
			delete(row.Labels, k)
		}
	}
}
