package app

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// HoldingView is an account of which somebody holds a part, with what stands on it.
type HoldingView struct {
	Program      string `json:"program"`
	ProgramTitle string `json:"program_title"`
	Account      string `json:"account"`
	Label        string `json:"label"`
	Holder       Choice `json:"holder"`
	Unit         string `json:"unit"`
	Amount       int64  `json:"amount"`
	Shown        string `json:"shown"`
}

// StatementQuery asks for a holder's entries of some days, both ends in.
type StatementQuery struct {
	Holder      string
	From, Until string // days; "" = from the beginning, until today
	Cursor      string
	Limit       int
}

// StatementView is an account statement (对账单): what stood at the beginning, each
// entry with what stands after it, and what stands at the end.
type StatementView struct {
	Program string          `json:"program"`
	Account string          `json:"account"`
	Label   string          `json:"label"`
	Unit    string          `json:"unit"`
	Holder  Choice          `json:"holder"`
	From    string          `json:"from,omitempty"`
	Until   string          `json:"until"`
	Opening int64           `json:"opening"`
	In      int64           `json:"in"`
	Out     int64           `json:"out"`
	Closing int64           `json:"closing"`
	Count   int64           `json:"count"`
	Parts   []Choice        `json:"parts"` // the parts that the holder has, when several
	Items   []StatementLine `json:"items"`
	Next    *string         `json:"next"`
}

// StatementLine is one entry. Record is there when the reader may open it.
type StatementLine struct {
	ID      string          `json:"id"`
	At      time.Time       `json:"at"`
	What    string          `json:"what"`
	Record  domain.RecordID `json:"record,omitempty"`
	RefNo   string          `json:"ref_no,omitempty"`
	Part    string          `json:"part,omitempty"`
	Amount  int64           `json:"amount"`
	Balance int64           `json:"balance"`
	Undoes  bool            `json:"undoes,omitempty"` // reverses an earlier entry
}

// holdingsMost bounds the parts of accounts that one statement or list reads.
const holdingsMost = 500

// Holdings lists the accounts of one holder as far as the reader may see them;
// without a holder his own and those of the parties he acts for.
func (a *App) Holdings(ctx context.Context, who *Who, holder string) (l List[HoldingView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		holders := []string{holder}
		if holder == "" {
			holders = []string{string(who.Account)}
			for _, p := range who.Parties {
				holders = append(holders, string(p))
			}
		}
		var items []HoldingView
		for _, h := range holders {
			list, err := w.holdings(h)
			if err != nil {
				return err
			}
			items = append(items, list...)
		}
		l = listOf(items, "")
		return nil
	})
	return l, err
}

func (w *work) holdings(holder string) ([]HoldingView, error) {
	list, amounts, err := w.tx.Holdings(holder, "", "", holdingsMost)
	if err != nil {
		return nil, err
	}
	var out []HoldingView
	for i, h := range list {
		p, err := w.Program(h.Program, 0)
		if err != nil {
			continue // a program that is no longer here
		}
		acc := p.Accounts.Get(h.Account)
		if acc == nil || acc.Outside || !w.mayStatement(p, holder) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Program == h.Program && out[n-1].Account == h.Account {
			out[n-1].Amount += amounts[i]
			continue
		}
		out = append(out, HoldingView{Program: p.Key, ProgramTitle: w.words(p).Title(), Account: acc.Key, Label: w.words(p).Named("accounts", acc.Key, acc.Label),
			Holder: Choice{holder, w.holderShown(holder)}, Unit: acc.Unit, Amount: amounts[i]})
	}
	for i := range out {
		out[i].Shown = showAmount(out[i].Amount, out[i].Unit)
	}
	return out, nil
}

// mayStatement: the holder and who acts for him, the unit's own people, and those who
// see all figures of the program in an area that covers the holder. Where the holder
// is a record, who sees all of it.
func (w *work) mayStatement(p *program.Program, holder string) bool {
	if w.who.System || holder == string(w.who.Account) || w.actsFor(domain.PartyID(holder)) {
		return true
	}
	if slices.ContainsFunc(w.who.Memberships, func(m record.Membership) bool { return string(m.Org) == holder }) {
		return true
	}
	path := ""
	if pt, err := w.Party(domain.PartyID(holder)); err == nil {
		path = pt.Path
	} else if o, err := w.Org(domain.OrgID(holder)); err == nil {
		path = o.Path
	} else if g, err := w.Region(domain.RegionID(holder)); err == nil {
		path = g.Path
	} else if r, s, err := w.row(domain.RecordID(holder)); err == nil {
		if !s.full || r.Program != p.Key {
			return false
		}
		path = r.Path
	} else {
		return false
	}
	return w.seesFiguresAt(p, path)
}

func (w *work) seesFiguresAt(p *program.Program, path string) bool {
	return slices.ContainsFunc(p.Roles.Keys(), func(k string) bool {
		r := p.Roles.Get(k)
		return r.FiguresAll && covers(w.who.Qualified(r), path)
	})
}

// holderShown names a holder as the reader may read him.
func (w *work) holderShown(id string) string {
	if a, err := w.Account(domain.AccountID(id)); err == nil {
		return a.Name
	}
	if p, err := w.Party(domain.PartyID(id)); err == nil {
		return shownName(p, w.partyClass(p))
	}
	if o, err := w.Org(domain.OrgID(id)); err == nil {
		return o.Name
	}
	if g, err := w.Region(domain.RegionID(id)); err == nil {
		return g.Name
	}
	if r, _, err := w.row(domain.RecordID(id)); err == nil {
		return r.Title()
	}
	return "—"
}

// Statement gives a page of a holder's statement.
func (a *App) Statement(ctx context.Context, who *Who, prog, key string, q StatementQuery) (v *StatementView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		v, err = w.statement(prog, key, q, limitOf(q.Limit))
		return err
	})
	return v, err
}

func (w *work) statement(prog, key string, q StatementQuery, limit int) (*StatementView, error) {
	p, err := w.Program(prog, 0)
	if err != nil {
		return nil, err
	}
	acc := p.Accounts.Get(key)
	if acc == nil || q.Holder == "" || !w.mayStatement(p, q.Holder) {
		return nil, domain.NotFound("account")
	}
	s, err := w.days(q.From, q.Until)
	if err != nil {
		return nil, err
	}
	parts, _, err := w.tx.Holdings(q.Holder, prog, key, holdingsMost)
	if err != nil {
		return nil, err
	}
	v := &StatementView{Program: prog, Account: key, Label: w.words(p).Named("accounts", key, acc.Label), Unit: acc.Unit, Holder: Choice{q.Holder, w.holderShown(q.Holder)},
		From: q.From, Until: s.until.String(), Parts: []Choice{}, Items: []StatementLine{}}
	f := store.StatementFilter{Program: prog, Account: key, From: s.from.Start(), Until: s.until.End(), Limit: limit + 1}
	names := map[string]string{}
	for _, h := range parts {
		f.Dims = append(f.Dims, h.Dims)
		if names[h.Dims] = w.partName(p, h.Dims, q.Holder); names[h.Dims] != "" {
			v.Parts = append(v.Parts, Choice{h.Dims, names[h.Dims]})
		}
	}
	if err := w.statementSums(f, v); err != nil {
		return nil, err
	}
	balance := v.Opening
	if q.Cursor != "" {
		f.After = q.Cursor
		in, out, _, err := w.tx.Booked(f)
		if err != nil {
			return nil, err
		}
		balance += in + out
	}
	entries, err := w.tx.Statement(f)
	if err != nil {
		return nil, err
	}
	if len(entries) > limit {
		entries = entries[:limit]
		v.Next = &entries[limit-1].ID
	}
	for i := range entries {
		e := &entries[i]
		balance += e.Amount
		line := StatementLine{ID: e.ID, At: e.At, Part: names[e.Dims], Amount: e.Amount, Balance: balance, Undoes: e.Reverses != ""}
		w.statementWhat(e, &line)
		v.Items = append(v.Items, line)
	}
	return v, nil
}

// statementSums adds up what came before and what happened in the days asked for.
func (w *work) statementSums(f store.StatementFilter, v *StatementView) error {
	before := f
	before.From, before.Until = time.Time{}, f.From
	in, out, _, err := w.tx.Booked(before)
	if err != nil {
		return err
	}
	v.Opening = in + out
	if v.In, v.Out, v.Count, err = w.tx.Booked(f); err != nil {
		return err
	}
	v.Closing = v.Opening + v.In + v.Out
	return nil
}

// days reads two days; without them all days until today.
func (w *work) days(from, until string) (span, error) {
	s := span{from: allTime.from, until: domain.DateOf(w.Now())}
	var err error
	if from != "" {
		if s.from, err = domain.ParseDate(from); err != nil {
			return s, domain.E(domain.KindInvalid, "period").With("from", "period")
		}
	}
	if until != "" {
		if s.until, err = domain.ParseDate(until); err != nil {
			return s, domain.E(domain.KindInvalid, "period").With("until", "period")
		}
	}
	if from != "" && s.until < s.from {
		return s, domain.E(domain.KindInvalid, "period").With("until", "period")
	}
	return s, nil
}

// partName words the other dimensions of a part: year 2026, the purpose, the unit.
func (w *work) partName(p *program.Program, dims, holder string) string {
	var words []string
	for part := range strings.SplitSeq(dims, "&") {
		_, id, _ := strings.Cut(part, "=")
		if id == holder || id == "" {
			continue
		}
		word := w.holderShown(id)
		if word == "—" {
			word = w.optionWord(p, id)
		}
		words = append(words, word)
	}
	return strings.Join(words, " · ")
}

// optionWord is the label of an option, or what stands there when it is a plain value
// such as a year; an id that the reader may not know stays a dash.
func (w *work) optionWord(p *program.Program, key string) string {
	for _, l := range p.Lists.All() {
		if o := l.Options.Get(key); o != nil {
			return w.words(p).Option(o)
		}
	}
	if len(key) <= 12 {
		return key
	}
	return "—"
}

// statementWhat says what an entry was for: the record's kind, and its name where the
// reader may open it.
func (w *work) statementWhat(e *domain.Entry, line *StatementLine) {
	if e.Record == "" {
		line.What = w.pick("调整", "Adjustment")
		return
	}
	r, err := w.unit.Load(e.Record)
	if err != nil {
		line.What = "—"
		return
	}
	line.What = w.words(r.P).Kind(r.T)
	if s, err := w.look(r); err == nil && s.full {
		line.Record, line.RefNo = r.ID, r.RefNo
		if v, err := w.summary(r, s); err == nil && v.Title != "" && v.Title != line.What {
			line.What += " · " + v.Title
		}
	}
}

// statementMost bounds one exported statement; a longer one is taken by periods.
const statementMost = 20_000

// ExportStatement writes a whole statement as a spreadsheet; taking it out is noted.
func (a *App) ExportStatement(ctx context.Context, who *Who, prog, key string, q StatementQuery, out io.Writer) error {
	var v *StatementView
	if err := a.read(ctx, who, func(w *work) (err error) {
		v, err = w.wholeStatement(prog, key, q)
		return err
	}); err != nil {
		return err
	}
	var head paperHead
	if err := a.write(ctx, who, func(w *work) error {
		head = w.paperHead()
		return w.audit("export", "statement/"+prog+"/"+key, "", map[string]any{"rows": len(v.Items), "period": v.From + ".." + v.Until})
	}); err != nil {
		return err
	}
	return writeStatement(v, head, out)
}

// wholeStatement joins the pages of a statement.
func (w *work) wholeStatement(prog, key string, q StatementQuery) (*StatementView, error) {
	q.Cursor = ""
	all, err := w.statement(prog, key, q, 900)
	if err != nil {
		return nil, err
	}
	if all.Count > statementMost {
		return nil, domain.E(domain.KindRefused, "statement_too_long", "max", itoa64(statementMost))
	}
	for all.Next != nil {
		q.Cursor = *all.Next
		page, err := w.statement(prog, key, q, 900)
		if err != nil {
			return nil, err
		}
		all.Items, all.Next = append(all.Items, page.Items...), page.Next
	}
	return all, nil
}
