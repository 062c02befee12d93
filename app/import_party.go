package app

import (
	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// partyImport imports enterprises or people into the county's files.
type partyImport struct {
	w    *work
	kind domain.PartyKind
}

// Columns that both have beside the fields of the programs' files.
var placeColumns = []importColumn{
	{key: "region", label: "所在区划", also: []string{"区划", "所在镇街", "镇街", "所在乡镇", "乡镇", "所属镇街", "所在村", "村居", "区划代码", "属地"}},
	{key: "address", label: "地址", also: []string{"详细地址", "经营地址", "注册地址", "住址", "家庭住址"}},
	{key: "lng", label: "经度"},
	{key: "lat", label: "纬度"},
	{key: "tags", label: "标签", also: []string{"分类标签"}},
}

func (p *partyImport) columns() []importColumn {
	var out []importColumn
	phone := importColumn{key: identPhone, label: "联系电话", also: []string{"电话", "手机", "手机号", "手机号码", "联系方式"}}
	if p.kind == domain.Person {
		out = append(out, importColumn{key: "name", label: "姓名", also: []string{"名字"}, needed: true},
			importColumn{key: identID, label: "身份证号", also: []string{"身份证号码", "公民身份号码", "证件号码", "身份证"}}, phone)
		for _, f := range commonFields {
			out = append(out, importColumn{key: f.Key, label: f.Label, field: f})
		}
	} else {
		out = append(out, importColumn{key: "name", label: "名称", also: []string{"企业名称", "单位名称", "公司名称", "市场主体名称"}, needed: true},
			importColumn{key: identUSCC, label: "统一社会信用代码", also: []string{"信用代码", "社会信用代码", "统一信用代码"}}, phone)
	}
	out = append(out, placeColumns...)
	for _, pr := range p.w.set.set.Programs.All() {
		file := pr.Files[p.kind]
		if file == nil {
			continue
		}
		for k, f := range file.Fields.All() {
			if f.Calc == nil && f.Type != program.TypeRows && f.Type != program.TypeChecks {
				out = append(out, importColumn{key: k, label: f.Label, field: f})
			}
		}
	}
	return out
}

func (p *partyImport) check(w *work, r *rowReader, cells map[string]string, v *RowVerdict, seen seenLines) any {
	d := &partyDraft{p: &domain.Party{Kind: p.kind, Name: cells["name"], Active: true, Data: map[string]any{}, Secret: map[string]any{}}}
	g, code := r.names.find(cells["region"])
	switch {
	case code != "":
		v.bad(r.label("region"), code, nil)
	case cells["region"] == "":
		v.warn("所在区划", "region_default")
		fallthrough
	default:
		d.p.Region, d.p.Path = g.ID, g.Path
	}
	if pl := placeCells(cells, v); pl != nil {
		d.p.Lat, d.p.Lng, d.p.Address = pl.Lat, pl.Lng, pl.Address
	}
	d.p.Tags = retag(nil, splitTags(cells["tags"]), w.today())
	p.idents(w, r, cells, d, v)
	for k, x := range r.fields(w, cells, v) {
		putFile(d.p, w.fileField(p.kind, k), x)
	}
	for _, i := range d.idents {
		if i.kind != identPhone {
			seen.again(i.kind, i.value, r.label(i.kind), v)
		}
	}
	if v.OK {
		p.known(w, d, v, seen)
	}
	return d
}

// idents checks identifiers by the rules of CreateParty, and words them by column.
func (p *partyImport) idents(w *work, r *rowReader, cells map[string]string, d *partyDraft, v *RowVerdict) {
	for _, k := range []string{identID, identUSCC} {
		if r.spoiled(cells[k]) {
			v.bad(r.label(k), "number_spoiled", nil)
			delete(cells, k)
		}
	}
	w.fillIdents(d, Identifiers{USCC: cells[identUSCC], IDNumber: cells[identID], Phone: cells[identPhone]})
	for _, e := range d.errs {
		key := e.Path[len("identifiers."):]
		v.bad(r.label(key), e.Code, nil)
	}
	d.errs = nil
	for _, code := range d.warn {
		v.warn("", code)
	}
	d.warn = nil
	if cells[identID] == "" && cells[identUSCC] == "" && cells[identPhone] == "" {
		v.warn("", "import_rows_no_ident")
	}
}

// known looks for the row on file: by identifier, else by the same name in the
// same place.
func (p *partyImport) known(w *work, d *partyDraft, v *RowVerdict, seen seenLines) {
	strong := false
	for n := range d.idents {
		i := &d.idents[n]
		if !i.indexed {
			continue
		}
		found, err := orNil(w.tx.PartyByIdent(i.kind, i.value))
		if err != nil {
			v.bad("", "import_rule", map[string]string{"say": "查重没有完成，请稍后再试"})
			return
		}
		if i.kind != identPhone {
			strong = true
			if found != nil {
				v.Duplicate = string(found.ID)
				return
			}
			continue
		}
		if found != nil && !strong && found.Name == d.p.Name {
			v.Duplicate = string(found.ID)
			return
		}
		if found != nil || seenPhone(seen, i.value, v.Row) {
			i.indexed = false
			v.warn("联系电话", "phone_shared")
		}
	}
	if strong {
		return
	}
	page, err := w.tx.Parties(store.PartyFilter{Kind: p.kind, Path: d.p.Path, Query: d.p.Name, Limit: 50})
	if err != nil {
		return
	}
	for _, o := range page.Items {
		if o.Name == d.p.Name && o.Region == d.p.Region && len(d.idents) == 0 {
			v.Duplicate = string(o.ID)
			return
		}
	}
	seen.again("name", d.p.Name+"/"+string(d.p.Region)+"/"+partyText(d.p, identPhone), "名称", v)
}

// seenPhone notes a phone and reports whether an earlier line had it.
func seenPhone(seen seenLines, phone string, row int) bool {
	if seen == nil {
		return false
	}
	if _, ok := seen["phone/"+phone]; ok {
		return true
	}
	seen["phone/"+phone] = row
	return false
}

func (p *partyImport) write(w *work, draft any, _ *RowVerdict) (string, error) {
	d := draft.(*partyDraft)
	if err := w.insertParty(d); err != nil {
		return "", err
	}
	return string(d.p.ID), nil
}

// undo takes a party off the files, if nothing has come to rest on it.
func (p *partyImport) undo(w *work, id string) error {
	party, err := orNil(w.tx.PartyOpen(domain.PartyID(id)))
	if err != nil || party == nil || !party.Active {
		return err
	}
	used, err := w.partyUsed(party.ID)
	if err != nil {
		return err
	}
	if used {
		return domain.E(domain.KindRefused, "import_in_use", "name", party.Name)
	}
	party.Active = false
	if err := w.tx.UpdateParty(party); err != nil {
		return err
	}
	for _, k := range []string{identUSCC, identID, identPhone} {
		if err := w.tx.DropIdents(party.ID, k); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) partyUsed(id domain.PartyID) (bool, error) {
	recs, err := w.tx.Records(store.RecordFilter{Subject: id, Access: store.AccessAll, Limit: 1})
	if err != nil || len(recs.Items) > 0 {
		return true, err
	}
	consents, err := w.tx.Consents(id, "")
	if err != nil || len(consents) > 0 {
		return true, err
	}
	accounts, err := w.tx.AccountsOf(id)
	if err != nil || len(accounts) > 0 {
		return true, err
	}
	rosters, err := w.tx.RostersOf(string(id))
	return len(rosters) > 0, err
}
