package app

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
	"linqiao/store"
)

// importColumn is a column that an import knows: its own ones (name, region…) or
// a field of a program.
type importColumn struct {
	key    string
	label  string
	also   []string // other headers people write
	field  *program.Field
	needed bool
}

// heading ties a column of the file to a known one.
type heading struct {
	at     int
	label  string // as written, for messages
	column *importColumn
	factor string // of money: 万 when the header says 万元
}

func headingOf(cell string, known []importColumn) (heading, bool) {
	name, _ := plainHeader(cell)
	if name == "" {
		return heading{}, false
	}
	for i := range known {
		k := &known[i]
		if name != k.key && name != plainName(k.label) && !slices.Contains(k.also, name) {
			continue
		}
		return heading{label: cell, column: k}, true
	}
	return heading{}, false
}

// factorOf is what figures of a column are multiplied by when its header says so.
func factorOf(label string, k *importColumn) string {
	if k.field != nil && k.field.Type == program.TypeMoney {
		if _, unit := plainHeader(label); strings.Contains(unit, "万") {
			return "万"
		}
	}
	return ""
}

// plainHeader strips what stands around a header: stars, blanks, a unit in
// brackets.
func plainHeader(cell string) (name, unit string) {
	s := strings.NewReplacer("*", "", "＊", "", " ", "", "\n", "", "\t", "", "　", "", "：", "", ":", "", "（", "(", "）", ")").Replace(cell)
	name, rest, ok := strings.Cut(s, "(")
	if ok {
		unit, _, _ = strings.Cut(rest, ")")
	}
	return name, unit
}

func plainName(label string) string {
	name, _ := plainHeader(label)
	return name
}

// regionNames finds divisions by what people write for them.
type regionNames struct {
	top  domain.RegionID
	byID map[domain.RegionID]*domain.Region
	kids map[domain.RegionID][]*domain.Region
	name map[string][]*domain.Region
}

func (w *work) regionNames() (*regionNames, error) {
	top, err := w.Region(domain.RegionID(w.who.County))
	if err != nil {
		return nil, err
	}
	list, err := w.tx.Regions(store.RegionFilter{Path: top.Path})
	if err != nil {
		return nil, err
	}
	n := &regionNames{top: top.ID, byID: map[domain.RegionID]*domain.Region{}, kids: map[domain.RegionID][]*domain.Region{}, name: map[string][]*domain.Region{}}
	for i := range list {
		g := &list[i]
		n.byID[g.ID] = g
		n.kids[g.Parent] = append(n.kids[g.Parent], g)
		for _, s := range shortNames(g.Name) {
			n.name[s] = append(n.name[s], g)
		}
	}
	return n, nil
}

// shortNames are a division's name and its usual short forms.
func shortNames(name string) []string {
	out := []string{name}
	for _, end := range []string{"街道办事处", "社区居民委员会", "社区居委会", "村民委员会", "村委会", "居委会", "街道", "社区", "镇", "乡", "村"} {
		if s, ok := strings.CutSuffix(name, end); ok && len([]rune(s)) >= 2 {
			out = append(out, s)
			switch end {
			case "村民委员会", "村委会":
				out = append(out, s+"村")
			case "社区居民委员会", "社区居委会":
				out = append(out, s+"社区")
			case "街道办事处":
				out = append(out, s+"街道")
			}
			break
		}
	}
	return out
}

// find reads a code, a name, or a walk down (金塘镇白土村, 金塘镇/白土村). code is
// "" when it is found.
func (n *regionNames) find(s string) (g *domain.Region, code string) {
	s = strings.TrimSpace(s)
	if s == "" {
		return n.byID[n.top], ""
	}
	if id, ok := domain.TrimRegionCode(s); ok {
		if g := n.byID[id]; g != nil {
			return g, ""
		}
		if !strings.HasPrefix(string(id), string(n.top)) {
			return nil, "region_elsewhere" // the code of another county's
		}
		return nil, "region_unknown"
	}
	if g := n.byID[domain.RegionID(s)]; g != nil {
		return g, ""
	}
	if list := n.name[s]; len(list) == 1 {
		return list[0], ""
	} else if len(list) > 1 {
		return nil, "region_ambiguous"
	}
	return n.walk(s)
}

// walk goes down from the county, taking the longest name each time.
func (n *regionNames) walk(s string) (*domain.Region, string) {
	at := n.byID[n.top]
	if at == nil {
		return nil, "region_unknown"
	}
	rest := strings.TrimPrefix(s, at.Name)
	for rest = trimJoin(rest); rest != ""; rest = trimJoin(rest) {
		var next *domain.Region
		taken := 0
		for _, g := range n.kids[at.ID] {
			for _, name := range shortNames(g.Name) {
				if strings.HasPrefix(rest, name) && len(name) > taken {
					next, taken = g, len(name)
				}
			}
		}
		if next == nil {
			return nil, "region_unknown"
		}
		at, rest = next, rest[taken:]
	}
	return at, ""
}

func trimJoin(s string) string { return strings.TrimLeft(s, " /-—·,，>　") }

// rowReader turns a line into values by column, and says what is wrong with each.
type rowReader struct {
	heads    []heading
	known    []importColumn
	names    *regionNames
	excel    bool // numbers may be dates counted from 1899-12-30
	date1904 bool // or from 1904-01-01
}

// place is where a column stands in the file, and its header as the file has it.
func (r *rowReader) place(key string) (at int, label string) {
	for _, h := range r.heads {
		if h.column.key == key {
			return h.at, h.label
		}
	}
	return -1, labelOf(r.known, key)
}

// has reports whether the file has a column.
func (r *rowReader) has(key string) bool {
	at, _ := r.place(key)
	return at >= 0
}

// cells gives the texts of a line by column key; nil for a line that has none.
func (r *rowReader) cells(line *rawLine) map[string]string {
	var out map[string]string
	for _, h := range r.heads {
		if h.at < len(line.Cells) && line.Cells[h.at] != "" {
			if out == nil {
				out = make(map[string]string, len(r.heads))
			}
			out[h.column.key] = line.Cells[h.at]
		}
	}
	if out == nil && len(line.Notes) > 0 {
		return map[string]string{}
	}
	return out
}

func (r *rowReader) allCells(list []rawLine) []map[string]string {
	out := make([]map[string]string, 0, len(list))
	for i := range list {
		if c := r.cells(&list[i]); c != nil {
			out = append(out, c)
		}
	}
	return out
}

// fields reads the program fields of a line. Secret or not is decided later.
func (r *rowReader) fields(w *work, cells map[string]string, v *lineVerdict) map[string]any {
	out := map[string]any{}
	for _, h := range r.heads {
		text := cells[h.column.key]
		if h.column.field == nil || text == "" {
			continue
		}
		x, fe := r.value(w, h, text, v)
		if fe != nil {
			v.fault(r, h.column.key, fe.Code, fe.Args)
			continue
		}
		out[h.column.key] = x
	}
	return out
}

func (r *rowReader) value(w *work, h heading, text string, v *lineVerdict) (any, *domain.FieldError) {
	f := h.column.field
	switch f.Type {
	case program.TypeDate:
		if d, ok := r.serialDate(text); ok {
			if !r.excel {
				v.warn(r, h.column.key, "date_serial", map[string]string{"date": d})
			}
			text = d
		}
	case program.TypeMoney, program.TypeInt, program.TypeNumber:
		if n, ok := r.plainNumber(text); ok {
			text = n + h.factor
		}
	case program.TypeRegion:
		g, code := r.names.find(text)
		if code != "" {
			return nil, &domain.FieldError{Path: f.Key, Code: code}
		}
		return string(g.ID), nil
	case program.TypeOrg:
		o, code := w.orgNamed(text)
		if code != "" {
			return nil, &domain.FieldError{Path: f.Key, Code: code}
		}
		return string(o.ID), nil
	}
	x, fe := form.NormalizeText(f, text)
	if unit := unitIn(text); fe != nil && unit != "" && (f.Type == program.TypeMoney || f.Type == program.TypeInt || f.Type == program.TypeNumber) {
		return nil, &domain.FieldError{Path: f.Key, Code: "unit", Args: map[string]string{"unit": unit}}
	}
	return x, fe
}

// plainNumber writes a spreadsheet's number without exponent and without the
// rests of binary fractions (30.299999999999997). In a text, a leading apostrophe
// is what a spreadsheet shows of a number kept as text.
func (r *rowReader) plainNumber(text string) (string, bool) {
	text = strings.TrimLeft(text, "'‘’")
	if !strings.ContainsAny(text, ".eE") || !r.excel {
		_, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
		return text, err == nil
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	if err != nil {
		return text, false
	}
	s := strings.TrimRight(strconv.FormatFloat(n, 'f', 6, 64), "0")
	return strings.TrimSuffix(s, "."), true
}

// serialDate reads the day number that a spreadsheet stores for a date. In a text
// only five digits of our times are taken for one.
func (r *rowReader) serialDate(text string) (string, bool) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 367 || n > 2_958_465 || strings.Contains(text, "-") || len(text) == 8 && !strings.Contains(text, ".") {
		return "", false
	}
	if !r.excel && (len(text) != 5 || n < 10_000 || n > 73_050) {
		return "", false
	}
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if r.date1904 {
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return base.AddDate(0, 0, int(n)).Format(time.DateOnly), true
}

// orgNamed finds the one unit of a name.
func (w *work) orgNamed(name string) (*domain.Org, string) {
	list, err := w.tx.Orgs(store.OrgFilter{Query: name})
	if err != nil {
		return nil, "org_unknown"
	}
	var hit *domain.Org
	for i := range list {
		if list[i].Name == name || list[i].ShortName == name {
			if hit != nil {
				return nil, "org_ambiguous"
			}
			hit = &list[i]
		}
	}
	if hit == nil {
		return nil, "org_unknown"
	}
	return hit, ""
}

// placeCells reads longitude and latitude columns.
func (r *rowReader) placeCells(cells map[string]string, v *lineVerdict) *PlaceView {
	p := &PlaceView{Address: cells["address"]}
	lat, lng := cells["lat"], cells["lng"]
	if lat != "" || lng != "" {
		var err1, err2 error
		p.Lat, err1 = strconv.ParseFloat(lat, 64)
		p.Lng, err2 = strconv.ParseFloat(lng, 64)
		if err1 != nil || err2 != nil || !validPlace(p) {
			key := "lng"
			if err1 != nil || p.Lat < -90 || p.Lat > 90 {
				key = "lat"
			}
			v.fault(r, key, "place", nil)
			return nil
		}
	}
	if *p == (PlaceView{}) {
		return nil
	}
	return p
}

// spoiled: the spreadsheet has taken an identifier for a number (1.10105E+17) and
// kept 15 digits of it.
func (r *rowReader) spoiled(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	i := strings.IndexAny(s, "eE")
	return err == nil && (i > 0 && strings.Contains(s[i:], "+") || len(s) == 18 && strings.HasSuffix(s, "000"))
}

func splitTags(s string) []string {
	var out []string
	for _, t := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;； ", r) }) {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func lineName(n int) string { return fmt.Sprintf("第 %d 行", n) }
