package app

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// A shelf is everything of one kind that is on offer, laid out before anybody has
// filed a need: what suits a party and what it lacks, by the conditions of the match
// through which he would choose.

// ShelfRef is one kind of offer that the reader may look through.
type ShelfRef struct {
	Program      string     `json:"program"`
	ProgramTitle string     `json:"program_title"`
	Record       string     `json:"record"`
	Label        string     `json:"label"`   // of the match, else of the offer: 金融超市
	Offers       string     `json:"offers"`  // what lies there: 贷款产品
	Parties      []PartyRef `json:"parties"` // for whom the reader could choose
}

// ShelfQuery are the filters of a shelf.
type ShelfQuery struct {
	Subject domain.PartyID
	Q       string
	Where   map[string]string // option by field
	Need    map[string]any    // what the need would say, as far as it is known
	Cursor  string
	Limit   int
}

// ShelfView is a shelf as it stands for a party, best first.
type ShelfView struct {
	ShelfRef
	Match   string              `json:"match,omitempty"`
	Max     int                 `json:"max,omitempty"`     // how many may be chosen together
	Subject *PartyRef           `json:"subject,omitempty"` // whom the verdicts are about
	Asks    []program.FieldView `json:"asks"`              // of the need: what the conditions read
	Begin   *ShelfBegin         `json:"begin,omitempty"`   // how a need is filed
	Needs   []RecordSummary     `json:"needs"`             // running needs of the party
	Facets  []ShelfFacet        `json:"facets"`
	Total   int                 `json:"total"`
	Items   []ShelfItem         `json:"items"`
	Next    string              `json:"next,omitempty"`
}

// ShelfBegin names the intake by which the reader files the need himself.
type ShelfBegin struct {
	Record string `json:"record"`
	Move   string `json:"move"`
	Label  string `json:"label"`
}

// ShelfFacet is a field by which the shelf is sorted out, with how many of each.
type ShelfFacet struct {
	Key     string        `json:"key"`
	Label   string        `json:"label"`
	Options []ShelfOption `json:"options"`
}

type ShelfOption struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

// ShelfItem is one offer; without a party it has no verdict.
type ShelfItem struct {
	Offer   OfferCard `json:"offer"`
	Verdict string    `json:"verdict,omitempty"`
	Reasons []string  `json:"reasons"`
	Missing []string  `json:"missing"`
	Ask     []string  `json:"ask"`
	row     *record.Row
}

// Shelves lists the kinds of offers that the reader may look through.
func (a *App) Shelves(ctx context.Context, who *Who) (l List[ShelfRef], err error) {
	err = a.read(ctx, who, func(w *work) error {
		var out []ShelfRef
		for _, p := range w.set.set.Programs.All() {
			for _, t := range p.Records.All() {
				if m, ok := w.shelf(p, t); ok {
					ref, err := w.shelfRef(p, t, m)
					if err != nil {
						return err
					}
					out = append(out, ref)
				}
			}
		}
		l = listOf(out, "")
		return nil
	})
	return l, err
}

// shelf reports whether the reader may look through the offers of a type: those that
// are public, and those that he may choose from. The match may be nil.
func (w *work) shelf(p *program.Program, t *program.RecordType) (*program.Match, bool) {
	if t.Noun != domain.Offer {
		return nil, false
	}
	for _, m := range p.Matches.All() {
		if m.Offers == t.Key && w.picks(p, m) {
			return m, true
		}
	}
	return nil, t.Class == domain.Public
}

// picks: the reader holds a role that chooses in the match's first step.
func (w *work) picks(p *program.Program, m *program.Match) bool {
	return len(m.Steps) > 0 && m.Steps[0].Mode == "pick" && slices.ContainsFunc(m.Steps[0].By, func(k string) bool {
		role := p.Roles.Get(k)
		return role != nil && w.who.HoldsStatic(role)
	})
}

func (w *work) shelfRef(p *program.Program, t *program.RecordType, m *program.Match) (ShelfRef, error) {
	ref := ShelfRef{Program: p.Key, ProgramTitle: titleOf(p, w.who.Lang), Record: t.Key, Offers: w.words(p).Kind(t), Parties: []PartyRef{}}
	ref.Label = ref.Offers
	if m == nil {
		return ref, nil
	}
	ref.Label = w.words(p).Match(m)
	for _, id := range append(slices.Clone(w.who.Parties), w.who.Wards...) {
		party, err := w.Party(id)
		if err != nil {
			return ref, err
		}
		if mayNeed(p, m, party) {
			ref.Parties = append(ref.Parties, PartyRef{party.ID, party.Kind, party.Name})
		}
	}
	return ref, nil
}

// mayNeed: the match's need may be about such a party.
func mayNeed(p *program.Program, m *program.Match, party *domain.Party) bool {
	need := p.Records.Get(m.Need)
	return party.Active && (len(need.For) == 0 || slices.Contains(need.For, string(party.Kind)))
}

// Shelf lays out the offers of one kind.
func (a *App) Shelf(ctx context.Context, who *Who, prog, rec string, q ShelfQuery) (v *ShelfView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		t := p.Records.Get(rec)
		if t == nil {
			return domain.NotFound("record")
		}
		m, ok := w.shelf(p, t)
		if !ok {
			return domain.NotFound("record")
		}
		v = &ShelfView{Asks: []program.FieldView{}, Needs: []RecordSummary{}, Facets: []ShelfFacet{}, Items: []ShelfItem{}}
		if v.ShelfRef, err = w.shelfRef(p, t, m); err != nil {
			return err
		}
		items, err := w.shelfItems(v, p, t, m, q)
		if err != nil {
			return err
		}
		items = slices.DeleteFunc(items, func(i ShelfItem) bool { return !i.mentions(q.Q) })
		v.Facets = w.facets(t, items)
		items = slices.DeleteFunc(items, func(i ShelfItem) bool { return !i.has(q.Where) })
		v.Total = len(items)
		v.Items, v.Next = pageOf(items, q.Cursor, q.Limit)
		return nil
	})
	return v, err
}

// shelfItems are all offers of the kind: ranked for the party when one is named,
// else as they came.
func (w *work) shelfItems(v *ShelfView, p *program.Program, t *program.RecordType, m *program.Match, q ShelfQuery) ([]ShelfItem, error) {
	if q.Subject != "" {
		return w.suiting(v, p, m, q)
	}
	cands, err := w.Offers(p.Key, t.Key)
	if err != nil {
		return nil, err
	}
	items := make([]ShelfItem, 0, len(cands))
	for _, c := range cands {
		item := ShelfItem{Reasons: []string{}, Missing: []string{}, Ask: []string{}}
		if err := w.lay(&item, c); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// suiting answers for a party that the reader acts for: what it lacks is told to
// nobody else.
func (w *work) suiting(v *ShelfView, p *program.Program, m *program.Match, q ShelfQuery) ([]ShelfItem, error) {
	i := slices.IndexFunc(v.Parties, func(r PartyRef) bool { return r.ID == q.Subject })
	if i < 0 {
		return nil, domain.NotFound("party")
	}
	v.Subject, v.Match, v.Max = &v.Parties[i], m.Key, max(m.Max, 1)
	need := p.Records.Get(m.Need)
	if err := w.shelfNeed(v, p, m, need); err != nil {
		return nil, err
	}
	values, err := wishes(v.Asks, need, q.Need)
	if err != nil {
		return nil, err
	}
	wish, err := w.unit.Wish(p, need, q.Subject, values)
	if err != nil {
		return nil, err
	}
	found, err := w.unit.Find(wish, m, 0)
	if err != nil {
		return nil, err
	}
	items := make([]ShelfItem, 0, len(found))
	for _, f := range found {
		item := ShelfItem{Verdict: f.Verdict.String(), Reasons: nonNil(f.Reasons), Missing: nonNil(f.Missing), Ask: nonNil(f.Ask)}
		if err := w.lay(&item, f.Candidate); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (w *work) lay(item *ShelfItem, c record.Candidate) (err error) {
	if item.Offer, err = w.offerCard(c); err != nil || c.Offer == nil {
		return err
	}
	item.row, err = w.unit.Adopt(c.Offer)
	return err
}

// shelfNeed says what the conditions ask of a need, how one is filed and which are
// running.
func (w *work) shelfNeed(v *ShelfView, p *program.Program, m *program.Match, need *program.RecordType) error {
	view := p.View(w.who.Lang)
	i := slices.IndexFunc(view.Records, func(r program.RecordView) bool { return r.Key == need.Key })
	reads := map[string]bool{}
	for _, g := range append(slices.Clone(m.Eligible), m.Steps[0].Eligible...) {
		for _, path := range g.If.Reads() {
			if key, ok := strings.CutPrefix(path, "need."); ok {
				reads[strings.SplitN(key, ".", 2)[0]] = true
			}
		}
	}
	for _, f := range view.Records[i].Fields {
		if reads[f.Key] && !f.Calc && slices.Contains(plainTypes, f.Type) {
			v.Asks = append(v.Asks, f)
		}
	}
	for _, mv := range need.Moves.All() {
		if mv.Intake() && slices.ContainsFunc(mv.By, func(k string) bool {
			role := p.Roles.Get(k)
			return role != nil && (role.Is == "self" || role.Is == "guardian" || role.Is == "public") && w.who.HoldsStatic(role)
		}) {
			v.Begin = &ShelfBegin{need.Key, mv.Key, w.words(p).Move(mv)}
			break
		}
	}
	page, err := w.tx.Records(store.RecordFilter{Program: p.Key, Keys: []string{need.Key}, Subject: v.Subject.ID, Running: true, Access: w.access(p.Key, need.Key), Limit: 5})
	if err != nil {
		return err
	}
	list, err := w.summaries(page.Items)
	v.Needs = append(v.Needs, list...)
	return err
}

// plainTypes are those that one short question can ask.
var plainTypes = []program.FieldType{program.TypeMoney, program.TypeInt, program.TypeNumber, program.TypeBool, program.TypeChoice, program.TypeDate, program.TypeBP}

// wishes reads what the need would say.
func wishes(asks []program.FieldView, need *program.RecordType, raw map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for key, x := range raw {
		if !slices.ContainsFunc(asks, func(f program.FieldView) bool { return f.Key == key }) {
			return nil, domain.E(domain.KindInvalid, "fields").With("need."+form.SafeKey(key), "unknown_field")
		}
		value, bad := form.Normalize(need.Fields.Get(key), x)
		if bad != nil {
			bad.Path = "need." + bad.Path
			return nil, &domain.Error{Kind: domain.KindInvalid, Code: "fields", Fields: []domain.FieldError{*bad}}
		}
		out[key] = value
	}
	return out, nil
}

// mentions: every word stands in the title, the provider's name or a public fact.
func (i *ShelfItem) mentions(q string) bool {
	words := strings.Fields(strings.ToLower(q))
	if len(words) == 0 {
		return true
	}
	text := i.Offer.Title
	if i.Offer.Provider != nil {
		text += "\n" + i.Offer.Provider.Name
	}
	for _, l := range i.Offer.Labels {
		text += "\n" + l.Label
	}
	text = strings.ToLower(text)
	return !slices.ContainsFunc(words, func(x string) bool { return !strings.Contains(text, x) })
}

func (i *ShelfItem) has(where map[string]string) bool {
	for key, want := range where {
		if !slices.Contains(i.options(key), want) {
			return false
		}
	}
	return true
}

// options are the values of a public field that has a few.
func (i *ShelfItem) options(key string) []string {
	switch v := i.Offer.Fields[key].(type) {
	case string:
		return []string{v}
	case bool:
		return []string{strconv.FormatBool(v)}
	case []any:
		out := make([]string, 0, len(v))
		for _, x := range v {
			out = append(out, asText(x))
		}
		return out
	}
	return nil
}

// facets counts the options that occur; a field by which nothing can be told apart
// is none.
func (w *work) facets(t *program.RecordType, items []ShelfItem) []ShelfFacet {
	out := []ShelfFacet{}
	for key, f := range t.Fields.All() {
		if f.Class > domain.Public || f.Type != program.TypeChoice && f.Type != program.TypeBool {
			continue
		}
		count := map[string]int{}
		for i := range items {
			for _, o := range items[i].options(key) {
				count[o]++
			}
		}
		if len(count) < 2 {
			continue
		}
		facet := ShelfFacet{Key: key, Options: w.facetOptions(f, count)}
		for i := range items {
			if r := items[i].row; r != nil {
				facet.Label = w.words(r.P).Field(f)
				break
			}
		}
		out = append(out, facet)
	}
	return out
}

func (w *work) facetOptions(f *program.Field, count map[string]int) (out []ShelfOption) {
	add := func(key string, value any) {
		if count[key] > 0 {
			out = append(out, ShelfOption{key, w.display(f, value), count[key]})
		}
	}
	if f.Type == program.TypeBool {
		add("true", true)
		add("false", false)
		return out
	}
	for key := range f.List.Options.All() {
		add(key, key)
	}
	return out
}

// pageOf cuts a page from a list that is ranked as a whole; the cursor is a place in it.
func pageOf[T any](all []T, cursor string, limit int) (page []T, next string) {
	from, err := strconv.Atoi(cursor)
	if err != nil || from < 0 || from > len(all) {
		from = 0
	}
	until := min(from+min(max(limit, 1), 200), len(all))
	if until < len(all) {
		next = strconv.Itoa(until)
	}
	return append([]T{}, all[from:until]...), next
}
