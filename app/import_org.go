package app

import (
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// orgImport imports units. Kind is a word of the programs (bank, station…).
type orgImport struct {
	have  map[string]string // kind and name of those on file → id
	sound map[string]string // kind and reading of the name → id
	names map[string]string // id → name
	kinds map[string]bool   // kinds that some role names
}

// allowed: units are the administrators' to make.
func (o *orgImport) allowed(w *work) bool { return w.who.System || w.who.Admin }

func (o *orgImport) prepare(w *work, _ *rowReader, _ []map[string]string, _ time.Time) error {
	return o.load(w)
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
	o.have, o.sound, o.names, o.kinds = map[string]string{}, map[string]string{}, map[string]string{}, map[string]bool{}
	for _, x := range list {
		o.have[x.Kind+"/"+x.Name] = string(x.ID)
		o.sound[x.Kind+"/"+store.Pinyin(x.Name)] = string(x.ID)
		o.names[string(x.ID)] = x.Name
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

func (o *orgImport) check(w *work, r *rowReader, cells map[string]string, v *lineVerdict, seen seenLines) any {
	name, phone, short := cells["name"], cells[identPhone], cells["short_name"]
	in := OrgAct{Name: &name, ShortName: &short, Kind: cells["kind"], Phone: &phone, USCC: cells[identUSCC]}
	if in.Kind != "" && !o.kinds[in.Kind] {
		v.fault(r, "kind", "kind", map[string]string{"options": strings.Join(sortedKeys(o.kinds), "、")})
	}
	if g, code := r.names.find(cells["region"]); code != "" {
		v.fault(r, "region", code, nil)
	} else {
		in.Region = g.ID
	}
	if s := cells["level"]; s != "" {
		if in.Level = levelWords[s]; in.Level == "" {
			v.fault(r, "level", "option", map[string]string{"options": "县级、镇级、村级、网格"})
		}
	}
	if s := splitTags(cells["area"]); len(s) > 0 {
		area := []domain.RegionID{}
		for _, part := range s {
			g, code := r.names.find(part)
			if code != "" {
				v.fault(r, "area", code, nil)
				continue
			}
			area = append(area, g.ID)
		}
		in.Area = &area
	}
	tags := splitTags(cells["tags"])
	in.Tags, in.Place = &tags, r.placeCells(cells, v)
	org := &domain.Org{Active: true}
	if err := w.fillOrg(org, in); err != nil {
		if e, ok := err.(*domain.Error); ok {
			for _, f := range e.Fields {
				if f.Code != "required" { // said already, by column
					v.fault(r, f.Path, f.Code, f.Args)
				}
			}
		}
	}
	if !v.ok() {
		return org
	}
	if id := o.have[org.Kind+"/"+org.Name]; id != "" {
		v.known(r, "name", "on_file_org", id, map[string]string{"name": org.Name})
		return org
	}
	seen.again(r, "name", org.Kind+"/"+org.Name, v)
	sound := org.Kind + "/" + store.Pinyin(org.Name)
	if id := o.sound[sound]; id != "" {
		v.alike(r, "alike_sound", id, 0, map[string]string{"name": o.names[id]})
	} else if at := seen.first("sound", sound, v.Line); at > 0 && v.ok() {
		v.alike(r, "alike_line", "", at, map[string]string{"line": lineName(at)})
	}
	return org
}

func (o *orgImport) write(w *work, draft any) (string, error) {
	org := draft.(*domain.Org)
	if err := w.tx.InsertOrg(org); err != nil {
		return "", err
	}
	o.have[org.Kind+"/"+org.Name] = string(org.ID)
	return string(org.ID), nil
}

// undo takes a unit away, if nobody has touched it or works in it.
func (o *orgImport) undo(w *work, id string) (string, error) {
	org, err := orNil(w.tx.Org(domain.OrgID(id)))
	if err != nil || org == nil {
		return "", err
	}
	if org.Rev > 1 {
		return "edited", nil
	}
	use, err := w.tx.OrgUse(org.ID)
	if err != nil || use != "" {
		return use, err
	}
	return "", w.tx.DeleteOrg(org.ID)
}
