package app

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// recordImport imports the records of one kind of one program, each through the
// intake move that takes imports (`channels: [import]`), with the rights, guards and
// actions of the single act.
type recordImport struct {
	p  *program.Program
	t  *program.RecordType
	mv *program.Move

	parent *program.RecordType // below which they hang, or nil
	by     string              // the field by which a parent is named; "" = its number

	ident map[string]map[string]store.Namesake // parties on file, by kind and value
	sound map[domain.PartyKind]map[string][]store.Namesake
	image map[string]any // how to take the row back that was written last
}

// recordDraft is a checked row.
type recordDraft struct{ act record.Act }

// lineRefused says that one row cannot be written after all; the others can.
type lineRefused struct{ note cellNote }

func (e *lineRefused) Error() string { return "app: line refused: " + e.note.Word }

// importMove is the intake by which records of a kind come from files: it takes
// imports, and needs nothing that a cell cannot hold.
func importMove(p *program.Program, t *program.RecordType) *program.Move {
	for _, mv := range t.Moves.All() {
		if !mv.Intake() || !slices.Contains(mv.Channels, "import") || t.Noun == domain.Offer {
			continue
		}
		fields, need := record.Accepts(t, p, mv)
		if !slices.ContainsFunc(fields, func(f *program.Field) bool {
			return slices.Contains(need, f.Key) && !inCell(f) && f.Type != program.TypePlace
		}) {
			return mv
		}
	}
	return nil
}

// inCell: a cell of a table can hold such a value.
func inCell(f *program.Field) bool {
	switch f.Type {
	case program.TypeRows, program.TypeChecks, program.TypeFile, program.TypePhoto, program.TypeRef, program.TypePlace:
		return false
	}
	return f.Calc == nil
}

func newRecordImport(w *work, in ImportAct) (*recordImport, error) {
	p, err := w.Program(in.Program, 0)
	if err != nil {
		return nil, err
	}
	bad := domain.E(domain.KindInvalid, "import_not_records").With("record", "import_not_records")
	t := p.Records.Get(in.Record)
	if t == nil {
		return nil, bad
	}
	i := &recordImport{p: p, t: t, mv: importMove(p, t)}
	if i.mv == nil {
		return nil, bad
	}
	if i.parent = p.Records.Get(t.Of); i.parent != nil && len(i.parent.Unique) == 1 {
		if f := record.FieldOf(i.parent, i.parent.Unique[0]); f != nil && f.Type == program.TypeText {
			i.by = f.Key
		}
	}
	return i, nil
}

// allowed: who may take such records in one by one.
func (i *recordImport) allowed(w *work) bool {
	return w.who.System || w.unit.CouldIntake(i.p, i.mv)
}

// Columns beside the fields; no field of a program has such keys.
const (
	parentColumn  = "@parent"
	subjectColumn = "@subject"
	numberColumn  = "@number"
)

// subjectKinds are the kinds of parties that the records are about.
func (i *recordImport) subjectKinds() (out []domain.PartyKind) {
	for _, k := range []domain.PartyKind{domain.Person, domain.Household, domain.Enterprise, domain.Organization} {
		if slices.Contains(i.t.For, string(k)) {
			out = append(out, k)
		}
	}
	return out
}

func (i *recordImport) columns() []importColumn {
	var out []importColumn
	fields, need := record.Accepts(i.t, i.p, i.mv)
	own := map[string]bool{}
	for _, f := range fields {
		own[plainName(f.Label)] = true
	}
	if i.parent != nil {
		c := importColumn{key: parentColumn, label: i.parent.Label + "编号", needed: true}
		if f := record.FieldOf(i.parent, i.by); f != nil {
			c.label = i.parent.Label + f.Label
			for _, s := range []string{plainName(f.Label), i.parent.Label} {
				if !own[s] {
					c.also = append(c.also, s)
				}
			}
		}
		out = append(out, c)
	}
	if kinds := i.subjectKinds(); len(kinds) > 0 {
		label := importLabels[partyImports[kinds[0]]][0]
		if len(kinds) > 1 {
			label = "服务对象"
		}
		out = append(out,
			importColumn{key: subjectColumn, label: label, also: []string{label + "名称", "名称", "姓名", "户主", "单位"}, needed: i.parent == nil && !slices.Contains(i.t.For, "none")},
			importColumn{key: numberColumn, label: label + "证件号码", also: []string{"证件号码", "统一社会信用代码", "身份证号", "身份证号码"}})
	}
	if i.parent == nil {
		out = append(out, importColumn{key: "region", label: "所在区划", also: placeColumns[0].also})
	}
	for _, f := range fields {
		switch {
		case f.Type == program.TypePlace:
			out = append(out, importColumn{key: "lng", label: f.Label + "经度", also: []string{"经度"}, needed: slices.Contains(need, f.Key)},
				importColumn{key: "lat", label: f.Label + "纬度", also: []string{"纬度"}, needed: slices.Contains(need, f.Key)})
		case inCell(f) && !hasColumn(out, f.Key):
			out = append(out, importColumn{key: f.Key, label: f.Label, field: f, needed: slices.Contains(need, f.Key)})
		}
	}
	return out
}

var partyImports = map[domain.PartyKind]string{domain.Person: ImportPeople, domain.Household: ImportHouseholds, domain.Enterprise: ImportEnterprises, domain.Organization: ImportGroups}

// prepare reads in a few statements whom the lines name.
func (i *recordImport) prepare(w *work, _ *rowReader, lines []map[string]string, _ time.Time) error {
	kinds := i.subjectKinds()
	i.ident, i.sound = map[string]map[string]store.Namesake{}, map[domain.PartyKind]map[string][]store.Namesake{}
	if len(kinds) == 0 {
		return nil
	}
	values := map[string][]string{}
	var sounds []string
	for _, cells := range lines {
		for _, kind := range []string{identUSCC, identID, identPhone} {
			if norm := normIdent(kind, cells[numberColumn]); norm != "" {
				values[kind] = append(values[kind], norm)
			}
		}
		if s := store.Pinyin(cells[subjectColumn]); s != "" && !slices.Contains(sounds, s) {
			sounds = append(sounds, s)
		}
	}
	var err error
	for kind, list := range values {
		if i.ident[kind], err = w.tx.PartiesByIdents(kind, list); err != nil {
			return err
		}
	}
	for _, k := range kinds {
		if i.sound[k], err = w.tx.Namesakes(k, sounds); err != nil {
			return err
		}
	}
	return nil
}

func (i *recordImport) check(w *work, r *rowReader, cells map[string]string, v *lineVerdict, seen seenLines) any {
	if v.Name == "" {
		v.Name = cutText(strings.TrimSpace(cells[parentColumn]+" "+cells[subjectColumn]), 60)
	}
	d := &recordDraft{act: record.Act{Channel: "import"}}
	d.act.Parent = i.parentOf(w, r, cells, v)
	d.act.Subject = i.subjectOf(w, r, cells, v)
	if cells["region"] != "" {
		if g, code := r.names.find(cells["region"]); code != "" {
			v.fault(r, "region", code, nil)
		} else {
			d.act.Region = g.ID
		}
	}
	d.act.Fields = r.fields(w, cells, v)
	fields, _ := record.Accepts(i.t, i.p, i.mv)
	for _, f := range fields {
		if f.Type != program.TypePlace {
			continue
		}
		if pl := r.placeCells(map[string]string{"lat": cells["lat"], "lng": cells["lng"]}, v); pl != nil {
			d.act.Fields[f.Key] = map[string]any{"lat": pl.Lat, "lng": pl.Lng}
		}
	}
	if !v.ok() {
		return d
	}
	unique, err := w.unit.Try(i.p, i.t, i.mv, d.act)
	if err != nil {
		i.refused(r, v, err)
		return d
	}
	i.twin(w, r, v, seen, unique)
	return d
}

// parentOf finds the record that a line hangs below, among those that the caller may
// see.
func (i *recordImport) parentOf(w *work, r *rowReader, cells map[string]string, v *lineVerdict) domain.RecordID {
	text := strings.TrimSpace(cells[parentColumn])
	if i.parent == nil || text == "" {
		return ""
	}
	var rec *domain.Record
	var err error
	if i.by != "" {
		rec, err = w.tx.RecordByUnique(i.p.Key, i.parent.Key, i.by+"="+text+";")
	} else {
		rec, err = w.tx.RecordByRef(text)
	}
	if err == nil && rec.Program == i.p.Key && rec.Key == i.parent.Key {
		if _, _, err = w.row(rec.ID); err == nil {
			return rec.ID
		}
	}
	v.fault(r, parentColumn, "parent_unknown", map[string]string{"record": i.parent.Label})
	return ""
}

// subjectOf finds the party that a line is about: by number, else by the one name.
func (i *recordImport) subjectOf(w *work, r *rowReader, cells map[string]string, v *lineVerdict) domain.PartyID {
	name, number := strings.TrimSpace(cells[subjectColumn]), cells[numberColumn]
	kinds := i.subjectKinds()
	see := func(n store.Namesake) *domain.Party {
		p, err := w.Party(n.ID)
		if err != nil || !slices.Contains(kinds, p.Kind) || !w.who.System && !w.maySeeParty(p) {
			return nil
		}
		return p
	}
	if number != "" {
		for _, kind := range []string{identUSCC, identID, identPhone} {
			n, ok := i.ident[kind][normIdent(kind, number)]
			if p := see(n); ok && p != nil {
				if name != "" && p.Name != name {
					v.fault(r, subjectColumn, "subject_other", nil)
					return ""
				}
				return p.ID
			}
		}
		v.fault(r, numberColumn, "subject_unknown", nil)
		return ""
	}
	if name == "" || len(kinds) == 0 {
		return ""
	}
	var hits []*domain.Party
	for _, k := range kinds {
		for _, n := range i.sound[k][store.Pinyin(name)] {
			if n.Name != name {
				continue
			}
			if p := see(n); p != nil {
				hits = append(hits, p)
			}
		}
	}
	switch len(hits) {
	case 1:
		return hits[0].ID
	case 0:
		v.fault(r, subjectColumn, "subject_unknown", nil)
	default:
		v.fault(r, subjectColumn, "subject_ambiguous", nil)
	}
	return ""
}

// twin looks for the same record on file, or in an earlier line.
func (i *recordImport) twin(w *work, r *rowReader, v *lineVerdict, seen seenLines, unique string) {
	if unique == "" {
		return
	}
	key := parentColumn
	for _, k := range i.t.Unique {
		if r.has(k) {
			key = k
			break
		}
	}
	rec, err := orNil(w.tx.RecordByUnique(i.p.Key, i.t.Key, unique))
	if err == nil && rec != nil {
		v.known(r, key, "on_file_record", string(rec.ID), map[string]string{"record": i.t.Label})
		return
	}
	seen.again(r, key, unique, v)
}

// refused words why a row would be refused, in the column that is to be mended.
func (i *recordImport) refused(r *rowReader, v *lineVerdict, err error) {
	var e *domain.Error
	if !errors.As(err, &e) {
		e = domain.E(domain.KindInternal, "internal")
	}
	for _, f := range e.Fields {
		key := strings.TrimPrefix(f.Path, "fields.")
		if column, ok := map[string]string{"subject": subjectColumn, "parent": parentColumn}[key]; ok {
			key = column
		}
		v.fault(r, key, f.Code, f.Args)
	}
	if len(e.Fields) > 0 {
		return
	}
	if e.Code != "guard" {
		v.fault(r, "", e.Code, e.Args)
		return
	}
	at := ""
	for _, k := range strings.Split(e.Args["fields"], ",") {
		if r.has(k) {
			at = k
			break
		}
	}
	v.fault(r, at, "guard", map[string]string{"say": e.Args["say"]})
}

// write makes the record as its move does, in a part of the transaction of its own.
func (i *recordImport) write(w *work, draft any) (string, error) {
	d := draft.(*recordDraft)
	var x *work
	var made *record.Row
	err := w.tx.Nested(func(tx *store.Tx) (err error) {
		x = w.fork(tx)
		if x.who.System {
			made, err = x.unit.Open(i.p, i.t, i.mv, d.act, nil, "", "")
		} else {
			made, err = x.unit.Create(i.p, i.t, i.mv, d.act)
		}
		if err != nil {
			return err
		}
		return x.unit.Finish()
	})
	w.c.offers = nil
	if err != nil {
		var e *domain.Error
		if passing(err) || !errors.As(err, &e) {
			return "", err
		}
		v := &lineVerdict{}
		i.refused(&rowReader{known: i.columns()}, v, err)
		return "", &lineRefused{v.Notes[0]}
	}
	w.after = append(w.after, x.after...)
	if i.image = map[string]any{"lasting": true}; !x.trace.lasting {
		i.image = x.trace.image()
	}
	return string(made.ID), nil
}

func (i *recordImport) lastImage() map[string]any { return i.image }

func (i *recordImport) undo(*work, string) (string, error) { return "edited", nil } // see undoLine

// undoLine takes back all that a row did, if nothing has moved on since.
func (i *recordImport) undoLine(w *work, v *lineVerdict, known *aliases) (kept string, err error) {
	if v.Undo["lasting"] == true || v.Undo == nil {
		return "lasting", nil
	}
	known.item = map[string][2]int64{}
	var x *work
	err = w.tx.Nested(func(tx *store.Tx) error {
		x = w.fork(tx)
		x.trace = nil
		return x.takeBack(domain.RecordID(v.Made), v.Undo, known, i.mv.Key)
	})
	if err != nil && passing(err) {
		return "", err
	}
	if err != nil {
		return "edited", nil
	}
	w.after = append(w.after, x.after...)
	for id, pair := range known.item {
		known.step[id] = pair
	}
	v.Undo = nil
	return "", nil
}

// figureWithUnit is a number with something behind it that is not part of it.
var figureWithUnit = regexp.MustCompile(`^[-+]?[\d,，.．]+\s*([^\d\s,，.．].*)$`)

// unitIn gives the unit that somebody wrote into a cell for numbers; "" for none.
func unitIn(text string) string {
	m := figureWithUnit.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return ""
	}
	return cutText(m[1], 10)
}
