package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// Sheets that are printed. What lies on paper has left the system: every sheet that
// can hold a person's data is noted with its purpose before it is shown.
const (
	SheetContacts    = "contacts"    // 联系名册, of a round or of one party
	SheetVisit       = "visit"       // 走访表, of a record
	SheetCertificate = "certificate" // 证明
	SheetLedger      = "ledger"      // 台账签字页
	SheetPass        = "pass"        // 凭码卡片，如联系卡
)

// PrintAct asks for a sheet; which of the ids counts depends on the sheet.
type PrintAct struct {
	Sheet    string          `json:"sheet"`
	Program  string          `json:"program,omitempty"`
	Round    string          `json:"round,omitempty"`
	Party    domain.PartyID  `json:"party,omitempty"`
	Record   domain.RecordID `json:"record,omitempty"`
	Pass     string          `json:"pass,omitempty"`
	Document string          `json:"document,omitempty"`
	Ledger   string          `json:"ledger,omitempty"`
	Period   string          `json:"period,omitempty"`
	Purpose  string          `json:"purpose"`
}

// PrintView is a sheet with who printed it, when and why.
type PrintView struct {
	Sheet     string         `json:"sheet"`
	Title     string         `json:"title"`
	County    string         `json:"county"`
	By        AccountRef     `json:"by"`
	Org       string         `json:"org,omitempty"`
	At        time.Time      `json:"at"`
	Purpose   string         `json:"purpose"`
	Contacts  []PrintContact `json:"contacts,omitempty"`
	More      bool           `json:"more,omitempty"` // there are more than one sheet holds
	Record    *RecordView    `json:"record,omitempty"`
	Responses []FormResponse `json:"responses,omitempty"`
	Document  *PrintDocument `json:"document,omitempty"`
	Ledger    *LedgerView    `json:"ledger,omitempty"`
	Card      *PrintCard     `json:"card,omitempty"`
}

// PrintContact is one line of a contact list.
type PrintContact struct {
	Party   PartyRef `json:"party"`
	Region  string   `json:"region,omitempty"`
	Address string   `json:"address,omitempty"`
	Phone   string   `json:"phone,omitempty"` // whole only where the reader may read it
	Org     string   `json:"org,omitempty"`   // who is to go there
	State   string   `json:"state,omitempty"`
}

// PrintDocument is an issued paper with its frozen columns.
type PrintDocument struct {
	ID     string    `json:"id"`
	Label  string    `json:"label"`
	Serial string    `json:"serial"`
	Issued time.Time `json:"issued"`
	State  string    `json:"state"`
	Check  bool      `json:"check"` // can be looked up in public by its serial
	Cols   []Choice  `json:"cols"`
	// Of a paper with `rows`: its table as it was issued. Of one with `text`: the text,
	// and how each version differs from the one before.
	Heads   []Choice            `json:"heads,omitempty"`
	Rows    []map[string]string `json:"rows,omitempty"`
	Version int                 `json:"version,omitempty"`
	Texts   []TextVersion       `json:"texts,omitempty"`
	Files   []PrintFile         `json:"files,omitempty"`
}

// contactsMost is how many lines one contact list holds.
const contactsMost = 500

// Print gives a sheet and notes it in the journal in the same transaction as what
// it takes from the files.
func (a *App) Print(ctx context.Context, who *Who, in PrintAct) (*PrintView, error) {
	who = who.intact()
	in.Purpose = strings.TrimSpace(in.Purpose)
	if len([]rune(in.Purpose)) < purposeMin {
		return nil, domain.E(domain.KindInvalid, "purpose_short").With("purpose", "purpose_short", "min", itoa64(purposeMin))
	}
	v := &PrintView{Sheet: in.Sheet, Purpose: cutText(in.Purpose, 500)}
	if err := a.printed(ctx, who, in, v); err != nil {
		return nil, err
	}
	err := a.write(ctx, who, func(w *work) error {
		object, err := w.printFiles(in, v)
		if err != nil {
			return err
		}
		v.At, v.By = w.Now(), AccountRef{ID: who.Account, Name: who.Name}
		if acc, err := w.Account(who.Account); err == nil {
			v.By.Name = acc.Name
		}
		if len(who.Memberships) > 0 {
			if o, err := w.Org(who.Memberships[0].Org); err == nil {
				v.Org = o.Name
			}
		}
		if g, err := w.Region(domain.RegionID(who.County)); err == nil {
			v.County = g.Name
		}
		return w.audit("print", object, v.Purpose, map[string]any{"sheet": in.Sheet, "rows": int64(len(v.Contacts))})
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// printed reads the sheets that another use case already cuts to the reader.
func (a *App) printed(ctx context.Context, who *Who, in PrintAct, v *PrintView) (err error) {
	switch in.Sheet {
	case SheetVisit:
		if v.Record, err = a.Record(ctx, who, in.Record); err != nil {
			return err
		}
		l, err := a.Forms(ctx, who, in.Record)
		v.Responses, v.Title = l.Items, v.Record.RecordLabel
		return err
	case SheetLedger:
		if v.Ledger, err = a.Ledger(ctx, who, in.Program, in.Ledger, in.Period); err == nil {
			v.Title = v.Ledger.Label
		}
		return err
	case SheetContacts, SheetCertificate, SheetPass:
		return nil
	}
	return domain.E(domain.KindInvalid, "fields").With("sheet", "option", "label", "sheet", "options", strings.Join([]string{SheetContacts, SheetVisit, SheetCertificate, SheetLedger, SheetPass}, "、"))
}

// printFiles reads what comes from the files themselves, and names the object of
// the row in the journal.
func (w *work) printFiles(in PrintAct, v *PrintView) (object string, err error) {
	v.Contacts, v.More = nil, false // the closure may run again
	switch {
	case in.Sheet == SheetVisit:
		return "record/" + string(in.Record), nil
	case in.Sheet == SheetLedger:
		return "ledger/" + in.Program + "." + in.Ledger + "." + in.Period, nil
	case in.Sheet == SheetCertificate:
		return "document/" + in.Document, w.printDocument(in.Document, v)
	case in.Sheet == SheetPass:
		return "record/" + string(in.Record), w.printPass(in.Record, in.Pass, v)
	case in.Round != "":
		return "round/" + in.Round, w.printRound(in.Round, v)
	}
	p, err := w.party(in.Party)
	if err != nil {
		return "", err
	}
	v.Title = shownName(p, w.partyClass(p))
	v.Contacts = []PrintContact{w.contactLine(p)}
	return "party/" + string(p.ID), nil
}

func (w *work) contactLine(p *domain.Party) PrintContact {
	class := w.partyClass(p)
	c := PrintContact{Party: PartyRef{p.ID, p.Kind, shownName(p, class)}}
	if g := w.regionRef(p.Region); g != nil {
		c.Region = g.Name
	}
	open := class >= domain.Personal
	if open || p.Kind == domain.Enterprise || p.Kind == domain.Organization {
		c.Address = p.Address
	}
	if c.Phone = partyText(p, "phone"); c.Phone != "" && !open {
		c.Phone = domain.MaskPhone(c.Phone)
	}
	return c
}

// printRound lists whom a round goes to: all for those who start it, their own for
// those who go.
func (w *work) printRound(id string, v *PrintView) error {
	rd, err := w.tx.DutyRound(id)
	if err != nil {
		return err
	}
	p, d, err := w.duty(rd.Program, rd.Key)
	if err != nil {
		return err
	}
	if !w.mayDuty(p, d) {
		return domain.NotFound("duty_round")
	}
	v.Title = w.words(p).Duty(d) + " " + rd.From.String() + " – " + rd.Until.String()
	f := store.DutyFilter{Round: id, Limit: contactsMost}
	if !w.startsDuty(p, d) {
		f.Orgs = orgIDs(w.who.Memberships)
	}
	page, err := w.tx.DutyItems(f)
	if err != nil {
		return err
	}
	v.More = page.Next != ""
	for i := range page.Items {
		it := &page.Items[i]
		if it.Party == "" {
			continue
		}
		pt, err := w.party(it.Party)
		if domain.KindOf(err) == domain.KindNotFound && err != nil {
			continue
		} else if err != nil {
			return err
		}
		c := w.contactLine(pt)
		if o, err := w.Org(it.ToOrg); it.ToOrg != "" && err == nil {
			c.Org = o.Name
		}
		x, err := w.dutyView(it)
		if err != nil {
			return err
		}
		c.State = x.State
		v.Contacts = append(v.Contacts, c)
	}
	return nil
}

// printDocument shows a paper to those who see its record, or who sign such papers.
func (w *work) printDocument(id string, v *PrintView) error {
	doc, err := w.tx.Document(id)
	if err != nil {
		return err
	}
	p, err := w.Program(doc.Program, 0)
	if err != nil {
		return err
	}
	d := p.Documents.Get(doc.Key)
	if d == nil {
		return domain.NotFound("document")
	}
	shown := "masked"
	if doc.Record != "" {
		r, s, err := w.row(doc.Record)
		if err != nil {
			return err
		}
		if !s.full || d.Class > s.class {
			return domain.NotFound("document")
		}
		if s.class >= domain.Personal || r.Subject != "" && w.actsFor(r.Subject) {
			shown = "shown"
		}
	} else if !w.who.System && !slices.ContainsFunc(d.Sign, func(k string) bool { r := p.Roles.Get(k); return r != nil && len(w.who.Qualified(r)) > 0 }) {
		return domain.NotFound("document")
	} else {
		shown = "shown"
	}
	v.Title = d.Label
	v.Document = &PrintDocument{ID: doc.ID, Label: d.Label, Serial: doc.Serial, Issued: doc.IssuedAt, State: doc.State, Check: d.Check, Cols: []Choice{}}
	if err := w.printParts(doc, d, shown, v.Document); err != nil {
		return err
	}
	for _, k := range append(slices.Clone(d.Cols), sortedKeys(doc.Data)...) {
		x, ok := doc.Data[k].(map[string]any)
		if strings.HasPrefix(k, "_") {
			continue
		}
		if c := (Choice{asText(x["label"]), asText(x[shown])}); ok && !slices.Contains(v.Document.Cols, c) {
			v.Document.Cols = append(v.Document.Cols, c)
		}
	}
	return nil
}

// PrintFile is one file that a paper hands over, to be checked by its hash.
type PrintFile struct {
	Field  string `json:"field"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// printParts writes a paper's table, its text with the versions, and its files.
func (w *work) printParts(doc *domain.Document, d *program.Document, shown string, v *PrintDocument) error {
	v.Heads = docHeadsOf(doc)
	for _, row := range docRowsOf(doc) {
		line := map[string]string{}
		for _, h := range v.Heads {
			_, text, _ := docCell(row[h.Key], shown)
			line[h.Key] = orDash(text)
		}
		v.Rows = append(v.Rows, line)
	}
	files, _ := doc.Data[docFiles].([]any)
	for _, x := range files {
		if m, ok := x.(map[string]any); ok {
			v.Files = append(v.Files, PrintFile{asText(m["field"]), asText(m["name"]), asInt64(m["size"]), asText(m["sha256"])})
		}
	}
	if doc.Data[docText] == nil {
		return nil
	}
	v.Version = doc.Version
	var err error
	v.Texts, err = w.docTexts(doc, d)
	return err
}
