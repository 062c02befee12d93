package app

import (
	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// orgImport imports units. Kind is a word of the programs (bank, station…).
type orgImport struct {
	have  map[string]string // name and kind of those on file → id
	kinds map[string]bool   // kinds that some role names
}

func (o *orgImport) columns() []importColumn {
	return append([]importColumn{
		{key: "name", label: "名称", also: []string{"单位名称", "机构名称"}, needed: true},
		{key: "kind", label: "类别", also: []string{"单位类别", "机构类别", "类型"}, needed: true},
		{key: "short_name", label: "简称"},
		{key: "level", label: "层级", also: []string{"级别"}},
		{key: identUSCC, label: "统一社会信用代码", also: []string{"信用代码"}},
		{key: identPhone, label: "电话", also: []string{"联系电话", "办公电话"}},
		{key: "area", label: "服务区域", also: []string{"服务范围", "服务区"}},
	}, placeColumns...)
}

// levelWords are what people write for a platform level.
var levelWords = map[string]string{"县级": "county", "县": "county", "镇级": "town", "镇": "town", "乡镇": "town", "村级": "village", "村": "village",
	"county": "county", "town": "town", "village": "village", "网格": "grid", "grid": "grid"}

func (o *orgImport) load(w *work) error {
	if o.have != nil {
		return nil
	}
	list, err := w.tx.Orgs(store.OrgFilter{})
	if err != nil {
		return err
	}
	o.have, o.kinds = map[string]string{}, map[string]bool{}
	for _, x := range list {
		o.have[x.Kind+"/"+x.Name] = string(x.ID)
		o.kinds[x.Kind] = true
	}
	for _, p := range w.set.set.Programs.All() {
		for _, role := range p.Roles.All() {
			for _, k := range role.HeldBy.Org {
				o.kinds[k] = true
			}
		}
	}
	return nil
}

func (o *orgImport) check(w *work, r *rowReader, cells map[string]string, v *RowVerdict, seen seenLines) any {
	if err := o.load(w); err != nil {
		v.bad("", "import_rule", map[string]string{"say": "查重没有完成，请稍后再试"})
		return nil
	}
	name, phone, short := cells["name"], cells[identPhone], cells["short_name"]
	in := OrgAct{Name: &name, ShortName: &short, Kind: cells["kind"], Phone: &phone, USCC: cells[identUSCC]}
	if in.Kind != "" && !o.kinds[in.Kind] {
		v.bad(r.label("kind"), "kind", nil)
	}
	if g, code := r.names.find(cells["region"]); code != "" {
		v.bad(r.label("region"), code, nil)
	} else {
		in.Region = g.ID
	}
	if s := cells["level"]; s != "" {
		if in.Level = levelWords[s]; in.Level == "" {
			v.bad(r.label("level"), "option", nil)
		}
	}
	if s := splitTags(cells["area"]); len(s) > 0 {
		area := []domain.RegionID{}
		for _, part := range s {
			g, code := r.names.find(part)
			if code != "" {
				v.bad(r.label("area"), code, nil)
				continue
			}
			area = append(area, g.ID)
		}
		in.Area = &area
	}
	tags := splitTags(cells["tags"])
	in.Tags, in.Place = &tags, placeCells(cells, v)
	org := &domain.Org{Active: true}
	if err := w.fillOrg(org, in); err != nil {
		if e, ok := err.(*domain.Error); ok {
			for _, f := range e.Fields {
				if f.Code != "required" { // said already, by column
					v.bad(r.label(f.Path), f.Code, f.Args)
				}
			}
		}
	}
	if v.OK {
		if v.Duplicate = o.have[org.Kind+"/"+org.Name]; v.Duplicate == "" {
			seen.again("org", org.Kind+"/"+org.Name, r.label("name"), v)
		}
	}
	return org
}

func (o *orgImport) write(w *work, draft any, _ *RowVerdict) (string, error) {
	org := draft.(*domain.Org)
	err := w.tx.InsertOrg(org)
	return string(org.ID), err
}

// undo closes a unit, if nobody works in it.
func (o *orgImport) undo(w *work, id string) error {
	org, err := orNil(w.tx.Org(domain.OrgID(id)))
	if err != nil || org == nil || !org.Active {
		return err
	}
	members, err := w.tx.Memberships(store.MembershipFilter{Org: org.ID})
	if err != nil {
		return err
	}
	recs, err := w.tx.Records(store.RecordFilter{Providers: []domain.OrgID{org.ID}, Access: store.AccessAll, Limit: 1})
	if err != nil {
		return err
	}
	if len(members) > 0 || len(recs.Items) > 0 {
		return domain.E(domain.KindRefused, "import_in_use", "name", org.Name)
	}
	org.Active = false
	w.forgetPlaces()
	return w.tx.UpdateOrg(org)
}

// offerBatch is the number of offers of one transaction: each runs the engine.
const offerBatch = 200

// offerImport imports offers of one record of one program, each kept by the unit
// that its row names.
type offerImport struct {
	p  *program.Program
	t  *program.RecordType
	mv *program.Move // the intake move; nil when the record has none
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

const providerColumn = "\x00provider" // no field of a program has this key

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
		if f.Calc == nil && f.Type != program.TypeRows && f.Type != program.TypeChecks && f.Type != program.TypeFile && f.Type != program.TypePhoto && f.Type != program.TypeRef {
			out = append(out, importColumn{key: k, label: f.Label, field: f, needed: need[k]})
		}
	}
	return out
}

func (o *offerImport) check(w *work, r *rowReader, cells map[string]string, v *RowVerdict, seen seenLines) any {
	d := &offerDraft{}
	if s := cells[providerColumn]; s != "" {
		org, code := w.orgNamed(s)
		if code != "" {
			v.bad(r.label(providerColumn), code, nil)
		} else {
			d.org, d.region = org, org.Region
		}
	}
	if s := cells["region"]; s != "" {
		g, code := r.names.find(s)
		if code != "" {
			v.bad(r.label("region"), code, nil)
		} else {
			d.region = g.ID
		}
	}
	d.fields = r.fields(w, cells, v)
	v.Name = cells["name"]
	if v.Name == "" {
		v.Name = cells["title"]
	}
	if d.org != nil && v.Name != "" {
		if v.Duplicate = o.twin(w, d.org.ID, v.Name); v.Duplicate == "" {
			seen.again("offer", string(d.org.ID)+"/"+v.Name, r.label("name"), v)
		}
	}
	return d
}

// twin finds an offer of the same name that the unit has not ended.
func (o *offerImport) twin(w *work, org domain.OrgID, name string) string {
	page, err := w.tx.Records(store.RecordFilter{Program: o.p.Key, Keys: []string{o.t.Key}, Providers: []domain.OrgID{org}, Running: true, Access: store.AccessAll, Limit: 1000})
	if err != nil {
		return ""
	}
	for _, r := range page.Items {
		if r.Data["name"] == name || r.Data["title"] == name {
			return string(r.ID)
		}
	}
	return ""
}

func (o *offerImport) write(w *work, draft any, _ *RowVerdict) (string, error) {
	d := draft.(*offerDraft)
	r, err := w.unit.Open(o.p, o.t, o.mv, record.Act{Region: d.region, Channel: "import"}, d.fields, "", d.org.ID)
	if err != nil {
		return "", err
	}
	r.Provider = d.org.ID
	return string(r.ID), nil
}

// undo ends an offer that nobody has taken.
func (o *offerImport) undo(w *work, id string) error {
	rec, err := orNil(w.tx.Record(domain.RecordID(id)))
	if err != nil || rec == nil || rec.Phase.Final() {
		return err
	}
	taken, err := w.Taken(rec.Program, rec.ID)
	if err != nil {
		return err
	}
	if taken > 0 {
		return domain.E(domain.KindRefused, "import_in_use", "name", rec.RefNo)
	}
	rec.Phase, rec.Ended = domain.PhaseEnded, w.Now()
	if err := w.tx.UpdateRecord(rec); err != nil {
		return err
	}
	return w.tx.AppendEvent(&domain.Event{Record: rec.ID, Root: rec.Root, Program: rec.Program, Key: rec.Key, Type: "end", Actor: w.who.Account,
		Data: map[string]any{"why": "import_undo"}, Class: rec.Class})
}
