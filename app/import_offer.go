package app

import (
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// offerImport imports offers of one record of one program, each kept by the unit
// that its row names.
type offerImport struct {
	p  *program.Program
	t  *program.RecordType
	mv *program.Move // the intake move; nil when the record has none

	have map[string]map[string]string // of each unit: the names of its running offers → id
}

// offerDraft is a checked offer.
type offerDraft struct {
	org    *domain.Org
	region domain.RegionID
	fields map[string]any
}

func newOfferImport(w *work, in ImportAct) (*offerImport, error) {
	p, err := w.Program(in.Program, 0)
	if err != nil {
		return nil, err
	}
	t := p.Records.Get(in.Record)
	if t == nil || t.Noun != domain.Offer {
		return nil, domain.E(domain.KindInvalid, "import_not_offers").With("record", "import_not_offers")
	}
	o := &offerImport{p: p, t: t}
	for _, mv := range t.Moves.All() {
		if mv.Intake() {
			o.mv = mv
			break
		}
	}
	return o, nil
}

// keeper is the membership by which the caller keeps such offers, for a unit; nil
// when he does not.
func (o *offerImport) keeper(w *work, org domain.OrgID) *record.Membership {
	for _, k := range o.t.KeptBy {
		role := o.p.Roles.Get(k)
		if role == nil {
			continue
		}
		for _, m := range w.who.Qualified(role) {
			if org == "" || m.Org == org {
				return &m
			}
		}
	}
	return nil
}

// allowed: administrators, for every unit; who keeps such offers, for his own.
func (o *offerImport) allowed(w *work) bool {
	return w.who.System || w.who.Admin || o.keeper(w, "") != nil
}

// prepare: the offers of a unit are read when a line names it first.
func (o *offerImport) prepare(*work, *rowReader, []map[string]string, time.Time) error {
	if o.have == nil {
		o.have = map[string]map[string]string{}
	}
	return nil
}

const providerColumn = "@provider" // no field of a program has this key

func (o *offerImport) columns() []importColumn {
	out := []importColumn{
		{key: providerColumn, label: "承办单位", also: []string{"单位", "机构", "机构名称", "提供单位", "银行", "产品方"}, needed: true},
		{key: "region", label: "所在区划", also: placeColumns[0].also},
	}
	need := map[string]bool{}
	if o.mv != nil {
		_, keys := record.Accepts(o.t, o.p, o.mv)
		for _, k := range keys {
			need[k] = true
		}
	}
	for k, f := range o.t.Fields.All() {
		if f.Calc == nil && f.Type != program.TypeRows && f.Type != program.TypeChecks && f.Type != program.TypeFile && f.Type != program.TypePhoto && f.Type != program.TypeRef && !hasColumn(out, k) {
			out = append(out, importColumn{key: k, label: f.Label, field: f, needed: need[k]})
		}
	}
	return out
}

func (o *offerImport) check(w *work, r *rowReader, cells map[string]string, v *lineVerdict, seen seenLines) any {
	d := &offerDraft{}
	if s := cells[providerColumn]; s != "" {
		org, code := w.orgNamed(s)
		if code != "" {
			v.fault(r, providerColumn, code, nil)
		} else if !w.who.System && !w.who.Admin && o.keeper(w, org.ID) == nil {
			v.fault(r, providerColumn, "org_forbidden", nil)
		} else {
			d.org, d.region = org, org.Region
		}
	}
	if s := cells["region"]; s != "" {
		g, code := r.names.find(s)
		if code != "" {
			v.fault(r, "region", code, nil)
		} else {
			d.region = g.ID
		}
	}
	d.fields = r.fields(w, cells, v)
	key := "name"
	if v.Name == "" {
		key, v.Name = "title", cutText(cells["title"], 60)
	}
	if d.org == nil || v.Name == "" || !v.ok() {
		return d
	}
	if id := o.twin(w, d.org.ID, cells[key]); id != "" {
		v.known(r, key, "on_file_offer", id, nil)
		return d
	}
	seen.again(r, key, string(d.org.ID)+"/"+cells[key], v)
	return d
}

// twin finds an offer of the same name that the unit has not ended.
func (o *offerImport) twin(w *work, org domain.OrgID, name string) string {
	if have := o.have[string(org)]; have != nil {
		return have[name]
	}
	have, cursor := map[string]string{}, ""
	for {
		page, err := w.tx.Records(store.RecordFilter{Program: o.p.Key, Keys: []string{o.t.Key}, Providers: []domain.OrgID{org}, Running: true,
			Access: store.AccessAll, Limit: 1000, Cursor: cursor})
		if err != nil {
			return ""
		}
		for _, r := range page.Items {
			for _, k := range []string{"name", "title"} {
				if s := asText(r.Data[k]); s != "" {
					have[s] = string(r.ID)
				}
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	o.have[string(org)] = have
	return have[name]
}

func (o *offerImport) write(w *work, draft any) (string, error) {
	d := draft.(*offerDraft)
	r, err := w.unit.Open(o.p, o.t, o.mv, record.Act{Region: d.region, Channel: "import"}, d.fields, "", d.org.ID)
	if err != nil {
		return "", err
	}
	r.Provider = d.org.ID
	return string(r.ID), nil
}

// undo ends an offer that nobody has touched or taken. It is a numbered record with
// a journal: it is not deleted, it stands as ended.
func (o *offerImport) undo(w *work, id string) (string, error) {
	rec, err := orNil(w.tx.Record(domain.RecordID(id)))
	if err != nil || rec == nil || rec.Phase.Final() {
		return "", err
	}
	if rec.Rev > 1 {
		return "edited", nil
	}
	taken, err := w.Taken(rec.Program, rec.ID)
	if err != nil {
		return "", err
	}
	if taken > 0 {
		return "record", nil
	}
	rec.Phase, rec.Ended = domain.PhaseEnded, w.Now()
	if err := w.tx.UpdateRecord(rec); err != nil {
		return "", err
	}
	return "", w.tx.AppendEvent(&domain.Event{Record: rec.ID, Root: rec.Root, Program: rec.Program, Key: rec.Key, Type: "end", Actor: w.who.Account,
		Data: map[string]any{"why": "import_undo"}, Class: rec.Class})
}
