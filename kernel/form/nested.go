package form

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Values with parts: places, checklists, rows.

func init() {
	kinds[program.TypePlace] = kind{normPlace, textPlace, func(_ *program.Field, v any) string { return showPlace(v) }}
	kinds[program.TypeChecks] = kind{normChecks, textChecks, showChecks}
	kinds[program.TypeRows] = kind{normRowList, textRows, func(_ *program.Field, v any) string {
		list, _ := v.([]any)
		return strconv.Itoa(len(list)) + " 行"
	}}
}

// normPlace wants coordinates (WGS 84 degrees, kept to about a decimetre), an
// address, or both. A field that must be taken on the spot wants coordinates.
func normPlace(f *program.Field, raw any) (any, *fault) {
	m, ok := raw.(map[string]any)
	if !ok {
		if s, isText := raw.(string); isText {
			return readOne(f, s)
		}
		return nil, bad("type")
	}
	out := map[string]any{}
	_, hasLat := m["lat"]
	_, hasLng := m["lng"]
	if hasLat || hasLng {
		lat, w := degree(m["lat"], 90)
		if w != nil {
			return nil, w.under("lat")
		}
		lng, w := degree(m["lng"], 180)
		if w != nil {
			return nil, w.under("lng")
		}
		out["lat"], out["lng"] = lat, lng
	} else if f.Live || f.Track {
		return nil, bad("required").under("lat")
	}
	if !isNothing(m["address"]) {
		address, w := short(m["address"])
		if w != nil {
			return nil, w.under("address")
		}
		if address != "" {
			out["address"] = address
		}
	}
	if acc, ok := toFloat(m["accuracy"]); ok && acc >= 0 && acc < 1e6 { // metres
		out["accuracy"] = math.Round(acc*10) / 10
	}
	if region, ok := m["region"].(string); ok {
		if _, known := domain.RegionLevelOf(domain.RegionID(region)); known {
			out["region"] = region
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

func degree(raw any, most float64) (float64, *fault) {
	if raw == nil {
		return 0, bad("required")
	}
	n, ok := toFloat(raw)
	switch {
	case !ok:
		return 0, bad("type")
	case math.Abs(n) > most:
		bound := strconv.FormatFloat(most, 'f', -1, 64)
		return 0, bad("range", "min", "-"+bound, "max", bound)
	}
	return math.Round(n*1e6)/1e6 + 0, nil
}

var placeRE = regexp.MustCompile(`^(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)(?:\s*,?\s+(.+))?$`)

// textPlace reads "21.662, 110.925 红旗街道1号" or an address alone.
// degreeWords leave the numbers of what Degrees writes.
var degreeWords = strings.NewReplacer("北纬 ", "", "南纬 ", "-", "东经 ", "", "西经 ", "-", "°", "")

func textPlace(_ *program.Field, s string) (any, *fault) {
	m := placeRE.FindStringSubmatch(degreeWords.Replace(half(s)))
	if m == nil {
		return map[string]any{"address": s}, nil
	}
	lat, _ := strconv.ParseFloat(m[1], 64)
	lng, _ := strconv.ParseFloat(m[2], 64)
	out := map[string]any{"lat": lat, "lng": lng}
	if m[3] != "" {
		out["address"] = m[3]
	}
	return out, nil
}

func showPlace(v any) string {
	m, _ := v.(map[string]any)
	if s, _ := m["address"].(string); s != "" {
		return s
	}
	lat, ok1 := toFloat(m["lat"])
	lng, ok2 := toFloat(m["lng"])
	if !ok1 || !ok2 {
		return ""
	}
	return Degrees(lat, lng, false)
}

// Degrees words a position without an address.
func Degrees(lat, lng float64, en bool) string {
	ns, ew := map[bool][2]string{true: {"北纬", "N"}, false: {"南纬", "S"}}[lat >= 0], map[bool][2]string{true: {"东经", "E"}, false: {"西经", "W"}}[lng >= 0]
	a, b := degrees(lat), degrees(lng)
	if en {
		return a + "° " + ns[1] + ", " + b + "° " + ew[1]
	}
	return ns[0] + " " + a + "°，" + ew[0] + " " + b + "°"
}

// degrees writes at most five decimals: one metre.
func degrees(x float64) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(math.Abs(x), 'f', 5, 64), "0"), ".")
}

// Outcomes of a checklist item.
const (
	Pass    = "pass"
	Fail    = "fail"
	Unknown = "unknown"
)

var checkWords = map[string]string{
	"pass": Pass, "通过": Pass, "合格": Pass, "符合": Pass, "是": Pass, "√": Pass, "true": Pass,
	"fail": Fail, "不通过": Fail, "未通过": Fail, "不合格": Fail, "不符合": Fail, "否": Fail, "×": Fail, "false": Fail,
	"unknown": Unknown, "未知": Unknown, "待查": Unknown, "不清楚": Unknown, "未查": Unknown,
}

// normChecks completes the list: an item nobody answered is unknown.
func normChecks(f *program.Field, raw any) (any, *fault) {
	m, ok := raw.(map[string]any)
	if !ok {
		if s, isText := raw.(string); isText {
			return readOne(f, s)
		}
		return nil, bad("type")
	}
	for _, key := range sortedKeys(m) {
		if !f.Items.Has(key) {
			return nil, bad("unknown_field").under(SafeKey(key))
		}
	}
	out := map[string]any{}
	for key := range f.Items.All() {
		one, w := normCheck(m[key])
		if w != nil {
			return nil, w.under(key)
		}
		out[key] = one
	}
	return out, nil
}

func normCheck(raw any) (map[string]any, *fault) {
	v, note := Unknown, ""
	switch x := raw.(type) {
	case nil:
	case string:
		v = checkWords[x]
	case bool:
		v = map[bool]string{true: Pass, false: Fail}[x]
	case map[string]any:
		if !isNothing(x["v"]) {
			s, _ := x["v"].(string)
			v = checkWords[s]
		}
		if !isNothing(x["note"]) {
			var w *fault
			if note, w = short(x["note"]); w != nil {
				return nil, w.under("note")
			}
		}
	default:
		return nil, bad("type")
	}
	if v == "" {
		return nil, bad("option", "options", "pass、fail、unknown")
	}
	out := map[string]any{"v": v}
	if note != "" {
		out["note"] = note
	}
	return out, nil
}

// textChecks reads 全通过, 全通过 除 a、b (those fail), 营业=通过，场所=不通过.
func textChecks(f *program.Field, s string) (any, *fault) {
	s = half(s)
	if strings.HasPrefix(s, "{") {
		return fromJSON(s)
	}
	out := map[string]any{}
	for _, all := range []string{"全部通过", "全通过", "全部合格"} {
		rest, ok := strings.CutPrefix(s, all)
		if !ok {
			continue
		}
		for key := range f.Items.All() {
			out[key] = Pass
		}
		rest = strings.TrimSpace(rest)
		if rest == "" {
			return out, nil
		}
		except, ok := strings.CutPrefix(rest, "除")
		if !ok {
			return nil, bad("format")
		}
		for _, name := range splitMany(strings.TrimSuffix(strings.TrimPrefix(except, "了"), "外")) {
			key := itemKey(f, name)
			if key == "" {
				return nil, bad("option", "options", itemLabels(f))
			}
			out[key] = Fail
		}
		return out, nil
	}
	for _, part := range splitMany(s) {
		name, v, ok := strings.Cut(strings.Replace(part, ":", "=", 1), "=")
		key := itemKey(f, strings.TrimSpace(name))
		switch {
		case key == "":
			return nil, bad("option", "options", itemLabels(f))
		case !ok:
			return nil, bad("format").under(key)
		}
		out[key] = strings.ToLower(strings.TrimSpace(v))
	}
	return out, nil
}

func itemKey(f *program.Field, name string) string {
	if f.Items.Has(name) {
		return name
	}
	for key, item := range f.Items.All() {
		if half(item.Label) == name {
			return key
		}
	}
	return ""
}

func itemLabels(f *program.Field) string {
	var labels []string
	for _, item := range f.Items.All() {
		labels = append(labels, item.Label)
	}
	return strings.Join(labels, "、")
}

func showChecks(f *program.Field, v any) string {
	m, _ := v.(map[string]any)
	var failed, unknown []string
	for key, item := range f.Items.All() {
		one, _ := m[key].(map[string]any)
		switch one["v"] {
		case Pass:
		case Fail:
			failed = append(failed, item.Label)
		default:
			unknown = append(unknown, item.Label)
		}
	}
	var parts []string
	if len(failed) > 0 {
		parts = append(parts, "不通过："+strings.Join(failed, "、"))
	}
	if len(unknown) > 0 {
		parts = append(parts, "待查："+strings.Join(unknown, "、"))
	}
	if len(parts) == 0 {
		return "全部通过"
	}
	return strings.Join(parts, "；")
}

// normRowList checks every cell; rows without any value are dropped.
func normRowList(f *program.Field, raw any) (any, *fault) {
	if s, isText := raw.(string); isText {
		return readOne(f, s)
	}
	list, ok := raw.([]any)
	if !ok {
		return nil, bad("type")
	}
	if len(list) > maxRows {
		return nil, bad("too_many", "max", strconv.Itoa(maxRows))
	}
	out := make([]any, 0, len(list))
	for i, one := range list {
		if one == nil {
			continue
		}
		m, ok := one.(map[string]any)
		if !ok {
			return nil, bad("type").under(strconv.Itoa(i))
		}
		row, w := normRow(f, m)
		if w != nil {
			return nil, w.under(strconv.Itoa(i))
		}
		if len(row) > 0 {
			out = append(out, row)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

func normRow(f *program.Field, m map[string]any) (map[string]any, *fault) {
	row := map[string]any{}
	for _, key := range sortedKeys(m) {
		col, ok := f.Fields.Find(key)
		if !ok {
			return nil, bad("unknown_field").under(SafeKey(key))
		}
		v, w := normalize(col, m[key])
		if w != nil {
			w = w.under(key)
			w.args = append(w.args, "column", col.Label)
			return nil, w
		}
		if v != nil {
			row[key] = v
		}
	}
	return row, nil
}

// textRows reads JSON only: spreadsheets bring rows as sheets, not as cells.
func textRows(_ *program.Field, s string) (any, *fault) {
	if !strings.HasPrefix(s, "[") && !strings.HasPrefix(s, "{") {
		return nil, bad("type")
	}
	v, w := fromJSON(s)
	if m, ok := v.(map[string]any); ok {
		return []any{m}, w
	}
	return v, w
}

// fromJSON never gives a text: that would come back here.
func fromJSON(s string) (any, *fault) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, bad("format")
	}
	switch v.(type) {
	case map[string]any, []any:
		return v, nil
	}
	return nil, bad("type")
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

var keyRE = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)

// SafeKey names an unknown key only when it can be a key at all: errors must not
// carry what somebody typed.
func SafeKey(key string) string {
	if keyRE.MatchString(key) {
		return key
	}
	return "?"
}
