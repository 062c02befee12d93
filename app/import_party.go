package app

import (
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// partyImport imports enterprises, people, households or groups into the county's files.
type partyImport struct {
	w      *work
	kind   domain.PartyKind
	before time.Time
	ident  map[string]map[string]store.Namesake // on file, by kind and value
	sound  map[string][]store.Namesake          // on file, by reading of the name
}

// Columns that both have beside the fields of the programs' files.
var placeColumns = []importColumn{
	{key: "region", label: "所在区划", also: []string{"区划", "所在镇街", "镇街", "所在乡镇", "乡镇", "所属镇街", "所属乡镇", "所在村", "村居", "村社区", "区划代码", "属地", "所属区域", "所在地"}},
	{key: "address", label: "地址", also: []string{"详细地址", "经营地址", "注册地址", "住址", "家庭住址", "住所", "经营场所"}},
	{key: "lng", label: "经度"},
	{key: "lat", label: "纬度"},
	{key: "tags", label: "标签", also: []string{"分类标签", "人员类别", "重点对象类别"}},
}

// allowed: staff who may put somebody on file (mayKeepParty) may import.
func (p *partyImport) allowed(w *work) bool {
	if w.who.System || w.who.Admin {
		return true
	}
	for _, m := range w.who.Memberships {
		if len(m.Paths) > 0 {
			return !w.who.Auditor
		}
	}
	return false
}

func (p *partyImport) columns() []importColumn {
	var out []importColumn
	phone := importColumn{key: identPhone, label: "联系电话", also: []string{"电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "联系人电话", "法人电话"}}
	switch p.kind {
	case domain.Household:
		out = append(out, importColumn{key: "name", label: "户名", also: []string{"户主姓名", "户主", "家庭名称", "农户姓名", "农户"}, needed: true}, phone)
	case domain.Person:
		out = append(out, importColumn{key: "name", label: "姓名", also: []string{"名字", "户主姓名", "老人姓名", "居民姓名"}, needed: true},
			importColumn{key: identID, label: "身份证号", also: []string{"身份证号码", "公民身份号码", "证件号码", "身份证", "居民身份证号", "公民身份证号码"}}, phone)
		for _, f := range commonFields {
			out = append(out, importColumn{key: f.Key, label: f.Label, field: f})
		}
	default:
		out = append(out, importColumn{key: "name", label: "名称", also: []string{"社会组织名称", "团体名称", "企业名称", "单位名称", "公司名称", "市场主体名称", "经营主体名称", "商户名称", "字号名称"}, needed: true},
			importColumn{key: identUSCC, label: "统一社会信用代码", also: []string{"信用代码", "社会信用代码", "统一信用代码", "统一代码", "信用代码证号"}}, phone)
	}
	out = append(out, placeColumns...)
	for _, pr := range p.w.set.set.Programs.All() {
		file := pr.Files[p.kind]
		if file == nil {
			continue
		}
		for k, f := range file.Fields.All() {
			if f.Calc == nil && f.Type != program.TypeRows && f.Type != program.TypeChecks && !hasColumn(out, k) {
				out = append(out, importColumn{key: k, label: f.Label, field: f})
			}
		}
	}
	return out
}

func hasColumn(list []importColumn, key string) bool {
	for i := range list {
		if list[i].key == key {
			return true
		}
	}
	return false
}

// prepare reads in a few statements whom the lines may be.
func (p *partyImport) prepare(w *work, r *rowReader, lines []map[string]string, before time.Time) error {
	values := map[string][]string{}
	var sounds []string
	for _, cells := range lines {
		for kind, text := range map[string]string{identUSCC: cells[identUSCC], identID: cells[identID], identPhone: cells[identPhone]} {
			if norm := normIdent(kind, text); norm != "" {
				values[kind] = append(values[kind], norm)
			}
		}
		if s := store.Pinyin(cells["name"]); s != "" {
			sounds = append(sounds, s)
		}
	}
	p.before, p.ident = before, map[string]map[string]store.Namesake{}
	for kind, list := range values {
		found, err := w.tx.PartiesByIdents(kind, list)
		if err != nil {
			return err
		}
		p.ident[kind] = found
	}
	var err error
	p.sound, err = w.tx.Namesakes(p.kind, sounds)
	return err
}

func normIdent(kind, text string) string {
	switch kind {
	case identUSCC:
		if c := domain.CheckUSCC(text); c.Form {
			return c.Norm
		}
	case identID:
		if c := domain.CheckResidentID(text); c.Form {
			return c.Norm
		}
	case identPhone:
		if n, _, ok := domain.CheckPhone(text); ok {
			return n
		}
	}
	return ""
}

func (p *partyImport) check(w *work, r *rowReader, cells map[string]string, v *lineVerdict, seen seenLines) any {
	d := &partyDraft{p: &domain.Party{Kind: p.kind, Name: cells["name"], Active: true, Data: map[string]any{}, Secret: map[string]any{}}}
	if len([]rune(d.p.Name)) > 120 {
		v.fault(r, "name", "too_long", map[string]string{"max": "120"})
	}
	g, code := r.names.find(cells["region"])
	if cells["region"] == "" {
		g = p.home(w, g)
	}
	switch {
	case code != "":
		v.fault(r, "region", code, nil)
	case !w.mayKeepParty(g.Path):
		v.fault(r, "region", "region_forbidden", nil)
	case cells["region"] == "" && r.has("region"): // without the column the whole file is meant so
		v.warn(r, "region", "region_default", nil)
	}
	if g != nil {
		d.p.Region, d.p.Path = g.ID, g.Path
	}
	if pl := r.placeCells(cells, v); pl != nil {
		d.p.Lat, d.p.Lng, d.p.Address = pl.Lat, pl.Lng, cutText(pl.Address, 600)
	}
	d.p.Tags = retag(nil, splitTags(cells["tags"]), w.today())
	p.idents(w, r, cells, d, v)
	for k, x := range r.fields(w, cells, v) {
		putFile(d.p, w.fileField(p.kind, k), x)
	}
	for _, i := range d.idents {
		if i.kind != identPhone {
			seen.again(r, i.kind, i.value, v)
		}
	}
	if v.ok() {
		p.onFile(w, r, d, v, seen)
	}
	return d
}

// home is where somebody without a division is put: in the area of who imports.
func (p *partyImport) home(w *work, county *domain.Region) *domain.Region {
	if w.who.System || w.who.Admin {
		return county
	}
	for _, m := range w.who.Memberships {
		if len(m.Paths) == 1 {
			if g, err := w.Region(lastOf(m.Paths[0])); err == nil {
				return g
			}
		}
	}
	return county
}

// idents checks identifiers by the rules of CreateParty, and words them by column.
func (p *partyImport) idents(w *work, r *rowReader, cells map[string]string, d *partyDraft, v *lineVerdict) {
	for _, k := range []string{identID, identUSCC} {
		if r.spoiled(cells[k]) {
			v.fault(r, k, "number_spoiled", nil)
			delete(cells, k)
		}
	}
	w.fillIdents(d, Identifiers{USCC: cells[identUSCC], IDNumber: cells[identID], Phone: cells[identPhone]})
	for _, e := range d.errs {
		v.fault(r, strings.TrimPrefix(e.Path, "identifiers."), e.Code, nil)
	}
	d.errs = nil
	strong := identUSCC
	switch p.kind {
	case domain.Person:
		strong = identID
	case domain.Household:
		strong = identPhone
	}
	for _, code := range d.warn {
		v.warn(r, strong, code, nil)
	}
	d.warn = nil
	if cells[identID] == "" && cells[identUSCC] == "" && cells[identPhone] == "" && v.ok() {
		v.warn(r, strong, "no_ident", nil)
	}
}

// onFile looks for the row on file: by identifier, else by a name that is, or
// sounds, the same.
func (p *partyImport) onFile(w *work, r *rowReader, d *partyDraft, v *lineVerdict, seen seenLines) {
	strong := false
	for n := range d.idents {
		i := &d.idents[n]
		found, on := p.ident[i.kind][i.value]
		switch {
		case i.kind != identPhone:
			strong = true
			if on {
				v.known(r, i.kind, "on_file", string(found.ID), p.shown(w, found))
				return
			}
		case !i.indexed:
		case on && !strong && found.Name == d.p.Name:
			v.known(r, i.kind, "on_file", string(found.ID), p.shown(w, found))
			return
		default:
			twin := seen.first("phone and name", i.value+"/"+d.p.Name, v.Line)
			if twin > 0 && !strong {
				v.fault(r, identPhone, "duplicate_in_file", map[string]string{"line": lineName(twin)})
				return
			}
			if on || seen.first("indexed phone", i.value, v.Line) > 0 {
				i.indexed = false
				v.warn(r, identPhone, "phone_shared", nil)
			}
		}
	}
	sound := store.Pinyin(d.p.Name)
	for _, o := range p.sound[sound] {
		if !p.before.IsZero() && !o.Created.Before(p.before) || strong && o.Strong {
			continue // of this import itself; or both have numbers, which differ
		}
		same, near := o.Name == d.p.Name, townPath(o.Path) == townPath(d.p.Path)
		switch {
		case same && o.Region == d.p.Region && len(d.idents) == 0:
			v.known(r, "name", "on_file_name", string(o.ID), p.shown(w, o))
			return
		case same && (near || p.kind == domain.Enterprise):
			v.alike(r, "alike_name", string(o.ID), 0, p.shown(w, o))
			return
		case !same && near:
			v.alike(r, "alike_sound", string(o.ID), 0, p.shown(w, o))
			return
		}
	}
	p.inFile(r, d, v, seen, sound, strong)
}

// inFile compares a line with those before it.
func (p *partyImport) inFile(r *rowReader, d *partyDraft, v *lineVerdict, seen seenLines, sound string, strong bool) {
	if seen == nil {
		return
	}
	if !strong {
		key := d.p.Name + "/" + string(d.p.Region) + "/" + partyText(d.p, identPhone)
		if at := seen.first("same", key, v.Line); at > 0 {
			v.fault(r, "name", "duplicate_in_file", map[string]string{"line": lineName(at)})
			return
		}
	}
	place := sound + "/" + townPath(d.p.Path)
	like := seen.first("sound", place, v.Line)
	if strong { // another number is another one: only a line without a number can be the same
		like = seen[seenKey("weak sound", place)]
	} else {
		seen.first("weak sound", place, v.Line)
	}
	if like > 0 && like != v.Line {
		v.alike(r, "alike_line", "", like, map[string]string{"line": lineName(like)})
	}
}

// shown is what a message may say of the one on file: nothing of whom the caller
// may not see.
func (p *partyImport) shown(w *work, o store.Namesake) map[string]string {
	full := &domain.Party{ID: o.ID, Kind: p.kind, Name: o.Name, Path: o.Path, Region: o.Region}
	if !w.maySeeParty(full) {
		return nil
	}
	args := map[string]string{"name": shownName(full, w.partyClass(full))}
	if g, err := w.Region(o.Region); err == nil {
		args["region"] = g.Name
	}
	return args
}

// townPath cuts a region path to the town: province, city, county, town.
func townPath(path string) string {
	n := 0
	for i := range len(path) {
		if path[i] == '/' {
			if n++; n == 4 {
				return path[:i]
			}
		}
	}
	return path
}

func (p *partyImport) write(w *work, draft any) (string, error) {
	d := draft.(*partyDraft)
	var idents []store.Ident
	for _, i := range d.idents {
		if i.indexed {
			idents = append(idents, store.Ident{Kind: i.kind, Value: i.value})
		}
	}
	if err := w.tx.InsertPartyLater(d.p, idents...); err != nil {
		return "", err
	}
	for _, i := range d.idents {
		if i.indexed && p.ident[i.kind] != nil { // later lines of the same part
			p.ident[i.kind][i.value] = store.Namesake{ID: d.p.ID, Name: d.p.Name, Path: d.p.Path, Region: d.p.Region, Created: w.Now()}
		}
	}
	return string(d.p.ID), nil
}

// undo takes a party off the files, if nobody has touched it and nothing has come
// to rest on it.
func (p *partyImport) undo(w *work, id string) (string, error) {
	party, err := orNil(w.tx.Party(domain.PartyID(id)))
	if err != nil || party == nil {
		return "", err
	}
	if party.Rev > 1 {
		return "edited", nil
	}
	use, err := w.tx.PartyUse(party.ID)
	if err != nil || use != "" {
		return use, err
	}
	return "", w.tx.DeleteParty(party.ID)
}
