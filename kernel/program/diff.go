package program

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// Kinds of change (program-format §8): what protects people more strengthens,
// less weakens; the rest is neutral.
const (
	Strengthens = "strengthens"
	Weakens     = "weakens"
	Neutral     = "neutral"
)

// Change is one difference between two versions of a program.
type Change struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
	Text string `json:"text"` // Chinese
}

// Diff lists what a new version changes, in the order of the file.
func Diff(old, new *Program) []Change {
	d := &differ{}
	d.value("version", fmt.Sprint(old.Version), fmt.Sprint(new.Version))
	d.value("title", old.Title, new.Title)
	d.class("class", old.Class, new.Class)
	params(d, old, new)
	eachPair(d, "lists", old.Lists, new.Lists, Neutral, Weakens, d.list)
	eachPair(d, "consents", old.Consents, new.Consents, Strengthens, Weakens, d.consent)
	eachPair(d, "rosters", old.Rosters, new.Rosters, Neutral, Weakens, func(p string, a, b *Roster) { d.expr(p+".where", a.Where, b.Where) })
	eachPair(d, "roles", old.Roles, new.Roles, Neutral, Neutral, d.role)
	eachPair(d, "records", old.Records, new.Records, Neutral, Weakens, d.record)
	eachPair(d, "forms", old.Forms, new.Forms, Neutral, Weakens, d.form)
	eachPair(d, "matches", old.Matches, new.Matches, Neutral, Weakens, d.match)
	eachPair(d, "duties", old.Duties, new.Duties, Strengthens, Weakens, d.duty)
	eachPair(d, "notices", old.Notices, new.Notices, Strengthens, Weakens, d.notice)
	eachPair(d, "libraries", old.Libraries, new.Libraries, Neutral, Weakens, d.library)
	eachPair(d, "stats", old.Stats, new.Stats, Neutral, Weakens, d.stat)
	eachPair(d, "ledgers", old.Ledgers, new.Ledgers, Neutral, Weakens, func(p string, a, b *Ledger) {
		d.set(p+".sign", a.Sign, b.Sign, Strengthens, Weakens, "签字角色")
		d.span(p+".closes", a.Closes, b.Closes, Neutral, Neutral)
	})
	eachPair(d, "documents", old.Documents, new.Documents, Neutral, Weakens, func(p string, a, b *Document) {
		d.set(p+".sign", a.Sign, b.Sign, Strengthens, Weakens, "签发角色")
		d.class(p+".class", a.Class, b.Class)
	})
	return d.out
}

type differ struct{ out []Change }

func (d *differ) add(path, kind, format string, args ...any) {
	d.out = append(d.out, Change{path, kind, fmt.Sprintf(format, args...)})
}

func (d *differ) value(path, a, b string) {
	if a != b {
		d.add(path, Neutral, "由“%s”改为“%s”", a, b)
	}
}

func (d *differ) class(path string, a, b domain.Class) {
	switch {
	case b > a:
		d.add(path, Strengthens, "级别由 %s 提高到 %s", a, b)
	case b < a:
		d.add(path, Weakens, "级别由 %s 降低到 %s", a, b)
	}
}

// expr compares conditions as written: whether one implies the other cannot be
// told, so a changed condition counts as weaker until a person has read it.
func (d *differ) expr(path string, a, b *rule.Expr) {
	x, y := srcOf(a), srcOf(b)
	switch {
	case x == y:
	case x == "":
		d.add(path, Strengthens, "增加条件：%s", y)
	case y == "":
		d.add(path, Weakens, "去掉条件：%s", x)
	default:
		d.add(path, Weakens, "条件由“%s”改为“%s”，须人核对", x, y)
	}
}

// span compares durations: shorter and longer say what each means there.
func (d *differ) span(path string, a, b Span, shorter, longer string) {
	if a.String() == b.String() {
		return
	}
	if a.Per != nil && b.Per != nil && a.Per.Path == b.Per.Path {
		for _, opt := range slices.Sorted(maps.Keys(b.Per.Is)) {
			if old, ok := a.Per.Is[opt]; ok {
				d.span(path+"."+opt, old, b.Per.Is[opt], shorter, longer)
			}
		}
		return
	}
	kind := Neutral
	if c, ok := compareValues(b, a); ok && c != 0 {
		kind = longer
		if c < 0 {
			kind = shorter
		}
	} else if !ok {
		kind = Weakens
	}
	d.add(path, kind, "由 %s 改为 %s", orNone(a.String()), orNone(b.String()))
}

func orNone(s string) string {
	if s == "" {
		return "无"
	}
	return s
}

// set compares unordered names.
func (d *differ) set(path string, a, b []string, added, removed, what string) {
	for _, x := range b {
		if !slices.Contains(a, x) {
			d.add(path, added, "增加%s“%s”", what, x)
		}
	}
	for _, x := range a {
		if !slices.Contains(b, x) {
			d.add(path, removed, "去掉%s“%s”", what, x)
		}
	}
}

func eachPair[T any](d *differ, block string, a, b Map[T], added, removed string, both func(path string, x, y T)) {
	for k, y := range b.All() {
		path := join(block, k)
		if x, ok := a.Find(k); ok {
			both(path, x, y)
		} else {
			d.add(path, added, "新增")
		}
	}
	for k := range a.All() {
		if !b.Has(k) {
			d.add(join(block, k), removed, "删去")
		}
	}
}

func params(d *differ, old, new *Program) {
	eachPair(d, "params", old.Params, new.Params, Neutral, Weakens, func(p string, a, b *Param) {
		if asJSON(a.Value) != asJSON(b.Value) {
			d.add(p+".value", Neutral, "值由 %v 改为 %v", jsonValue(a.Value), jsonValue(b.Value))
		}
		if asJSON(a.Range) != asJSON(b.Range) {
			d.add(p+".range", Weakens, "可调范围改变，须人核对")
		}
	})
}

func asJSON(x any) string {
	b, _ := json.Marshal(x)
	return string(b)
}

func (d *differ) list(p string, a, b *List) {
	d.set(p+".options", a.Options.Keys(), b.Options.Keys(), Neutral, Weakens, "选项")
	for k, o := range b.Options.All() {
		if x, ok := a.Options.Find(k); ok {
			d.value(p+".options."+k, x.Label, o.Label)
		}
	}
}

func (d *differ) consent(p string, a, b *Consent) {
	d.set(p+".evidence", a.Evidence, b.Evidence, Weakens, Strengthens, "凭据")
	d.set(p+".shares", a.Shares, b.Shares, Weakens, Strengthens, "出示对象")
	d.span(p+".lasts", a.Lasts, b.Lasts, Strengthens, Weakens)
	if a.Under != b.Under {
		kind := Strengthens
		if b.Under < a.Under {
			kind = Weakens
		}
		d.add(p+".under", kind, "监护人代为同意的年龄由 %d 改为 %d", a.Under, b.Under)
	}
}

func (d *differ) role(p string, a, b *Role) {
	d.value(p+".is", a.Is, b.Is)
	switch {
	case a.Named && !b.Named:
		d.add(p+".named", Weakens, "由只归本人放宽到本单位")
	case b.Named && !a.Named:
		d.add(p+".named", Strengthens, "由本单位收窄到只归本人")
	}
	if a.ReadAll != nil && b.ReadAll != nil {
		// Reading more is less protection.
		switch {
		case *b.ReadAll > *a.ReadAll:
			d.add(p+".read", Weakens, "可读级别由 %s 放宽到 %s", *a.ReadAll, *b.ReadAll)
		case *b.ReadAll < *a.ReadAll:
			d.add(p+".read", Strengthens, "可读级别由 %s 收窄到 %s", *a.ReadAll, *b.ReadAll)
		}
		return
	}
	for _, k := range slices.Sorted(maps.Keys(b.Read)) {
		x, y := a.Read[k], b.Read[k]
		switch {
		case a.ReadAll == nil && x == nil:
			d.add(p+".read."+k, Weakens, "可读记录增加“%s”", k)
		case x != nil && y.Class > x.Class:
			d.add(p+".read."+k, Weakens, "可读级别由 %s 放宽到 %s", x.Class, y.Class)
		case x != nil && y.Class < x.Class:
			d.add(p+".read."+k, Strengthens, "可读级别由 %s 收窄到 %s", x.Class, y.Class)
		}
		if x != nil {
			d.set(p+".read."+k, x.Fields, y.Fields, Weakens, Strengthens, "可读字段")
		}
	}
	for _, k := range slices.Sorted(maps.Keys(a.Read)) {
		if b.Read[k] == nil && b.ReadAll == nil {
			d.add(p+".read."+k, Strengthens, "不再可读“%s”", k)
		}
	}
}

func (d *differ) record(p string, a, b *RecordType) {
	d.value(p+".label", a.Label, b.Label)
	d.value(p+".is", string(a.Noun), string(b.Noun))
	d.class(p+".class", a.Class, b.Class)
	d.span(p+".keep", a.Keep, b.Keep, Weakens, Strengthens)
	if a.Identity != b.Identity {
		d.add(p+".identity", Weakens, "署名由 %s 改为 %s", a.Identity, b.Identity)
	}
	d.expr(p+".where", a.Where, b.Where)
	eachPair(d, p+".fields", a.Fields, b.Fields, Neutral, Weakens, d.field)
	eachPair(d, p+".stages", a.Stages, b.Stages, Neutral, Weakens, func(p string, x, y *Stage) {
		d.value(p+".label", x.Label, y.Label)
		d.value(p+".phase", string(x.Phase), string(y.Phase))
	})
	eachPair(d, p+".moves", a.Moves, b.Moves, Neutral, Neutral, d.move)
	if a.Concludes != b.Concludes {
		d.add(p+".concludes", pickKind(b.Concludes != ""), "结论由“%s”改为“%s”", a.Concludes, b.Concludes)
	}
	eachPair(d, p+".clocks", a.Clocks, b.Clocks, Strengthens, Weakens, d.clock)
	if a.Shows != nil && b.Shows != nil {
		d.set(p+".shows.before", a.Shows.Before, b.Shows.Before, Weakens, Strengthens, "接单前可见")
		d.set(p+".shows.after", a.Shows.After, b.Shows.After, Weakens, Strengthens, "接单后可见")
		d.set(p+".shows.never", a.Shows.Never, b.Shows.Never, Strengthens, Weakens, "从不可见")
	}
}

func (d *differ) field(p string, a, b *Field) {
	d.value(p+".label", a.Label, b.Label)
	if a.Type != b.Type || a.Many != b.Many {
		d.add(p+".type", Weakens, "类型由 %s 改为 %s", a.Type, b.Type)
	}
	d.class(p+".class", a.Class, b.Class)
	d.expr(p+".calc", a.Calc, b.Calc)
}

func (d *differ) move(p string, a, b *Move) {
	d.value(p+".label", a.Label, b.Label)
	d.value(p+".to", a.To, b.To)
	d.set(p+".from", a.From, b.From, Weakens, Strengthens, "起始阶段")
	d.set(p+".by", a.By, b.By, Weakens, Strengthens, "可做角色")
	d.set(p+".need", a.Need, b.Need, Strengthens, Weakens, "必填项")
	d.expr(p+".when", a.When, b.When)
	d.set(p+".guard", guardTexts(a.Guard), guardTexts(b.Guard), Strengthens, Weakens, "条件")
	d.set(p+".sign", signTexts(a.Sign), signTexts(b.Sign), Strengthens, Weakens, "会签")
	d.set(p+".joint", a.Joint, b.Joint, Strengthens, Weakens, "须有结论的派单")
	if a.TextRequired != b.TextRequired {
		d.add(p+".text", pickKind(b.TextRequired), "是否须写说明改变")
	}
	if (a.Proof != nil) != (b.Proof != nil) {
		d.add(p+".proof", pickKind(b.Proof != nil), "是否须现场凭据改变")
	}
}

func pickKind(stronger bool) string {
	if stronger {
		return Strengthens
	}
	return Weakens
}

func guardTexts(gs []Guard) []string {
	var out []string
	for _, g := range gs {
		out = append(out, srcOf(g.If))
	}
	return out
}

func signTexts(ss []Sign) []string {
	var out []string
	for _, s := range ss {
		out = append(out, strings.TrimSpace(strings.Join(s.By, "或")+" "+srcOf(s.When)))
	}
	return out
}

func (d *differ) clock(p string, a, b *Clock) {
	d.span(p+".limit", a.Limit, b.Limit, Strengthens, Weakens)
	d.expr(p+".due", a.Due, b.Due)
	for _, w := range []struct {
		word string
		x, y *rule.Expr
	}{{"from", a.From, b.From}, {"until", a.Until, b.Until}, {"when", a.When, b.When}, {"pause", a.Pause, b.Pause}} {
		d.expr(p+"."+w.word, w.x, w.y)
	}
	d.set(p+".ladder", rungTexts(a.Ladder), rungTexts(b.Ladder), Strengthens, Weakens, "阶梯")
}

func rungTexts(l []Rung) []string {
	var out []string
	for _, r := range l {
		out = append(out, r.Key+": "+strings.Join(r.To, "、"))
	}
	return out
}

func (d *differ) form(p string, a, b *Form) {
	d.class(p+".class", a.Class, b.Class)
	d.set(p+".by", a.By, b.By, Neutral, Neutral, "填写角色")
	eachPair(d, p+".fields", a.Fields, b.Fields, Neutral, Weakens, d.field)
	d.set(p+".require", guardTexts(a.Require), guardTexts(b.Require), Strengthens, Weakens, "条件")
	if len(b.Urgent) < len(a.Urgent) {
		d.add(p+".urgent", Weakens, "减少了紧急求助")
	}
}

func (d *differ) match(p string, a, b *Match) {
	d.set(p+".eligible", guardTexts(a.Eligible), guardTexts(b.Eligible), Strengthens, Weakens, "资格")
	if asJSON(stepTexts(a)) != asJSON(stepTexts(b)) {
		d.add(p+".steps", Neutral, "步骤由 %s 改为 %s", strings.Join(stepTexts(a), "→"), strings.Join(stepTexts(b), "→"))
	}
	if len(a.Rank) != len(b.Rank) || !slices.EqualFunc(a.Rank, b.Rank, func(x, y Rank) bool { return x.W == y.W && srcOf(x.By) == srcOf(y.By) }) {
		d.add(p+".rank", Neutral, "排序依据改变")
	}
}

func stepTexts(m *Match) []string {
	var out []string
	for _, s := range m.Steps {
		out = append(out, s.Mode+"("+strings.Join(s.By, "、")+")")
	}
	return out
}

func (d *differ) duty(p string, a, b *Duty) {
	d.value(p+".over", a.Over, b.Over)
	d.expr(p+".where", a.Where, b.Where)
	d.expr(p+".done", a.Done, b.Done)
	if recurText(a.Every) != recurText(b.Every) {
		d.add(p+".every", Weakens, "周期由 %s 改为 %s，须人核对", orNone(recurText(a.Every)), orNone(recurText(b.Every)))
	}
	d.set(p+".ladder", rungTexts(a.Ladder), rungTexts(b.Ladder), Strengthens, Weakens, "阶梯")
}

func recurText(r *Recur) string {
	if r == nil {
		return ""
	}
	return r.Raw
}

func (d *differ) notice(p string, a, b *Notice) {
	d.set(p+".show", a.Show, b.Show, Weakens, Weakens, "公布内容")
	d.span(p+".lasts", a.Lasts, b.Lasts, Weakens, Strengthens)
	d.set(p+".review", a.Review, b.Review, Strengthens, Weakens, "审核角色")
	d.set(p+".mask", slices.Sorted(maps.Keys(a.Mask)), slices.Sorted(maps.Keys(b.Mask)), Strengthens, Weakens, "遮盖")
}

// library: who has read may lose what he read; who may not read must not come to by
// mistake.
func (d *differ) library(p string, a, b *Library) {
	d.set(p+".to", a.To, b.To, Weakens, Weakens, "读者")
	if a.Transcript != "" && b.Transcript == "" {
		d.add(p+".transcript", Weakens, "不再要求文字稿")
	}
}

// stat: what a figure means may not change under its name.
func (d *differ) stat(p string, a, b *Stat) {
	if a.Kind != b.Kind || a.Agg != b.Agg || !slices.Equal(a.Sources, b.Sources) || !slices.Equal(a.Parts, b.Parts) ||
		srcOf(a.Value) != srcOf(b.Value) || srcOf(a.Where) != srcOf(b.Where) {
		d.add(p, Weakens, "指标口径改变")
	}
	if b.Suppress < a.Suppress {
		d.add(p+".suppress", Weakens, "小数隐藏由 %d 降到 %d", a.Suppress, b.Suppress)
	} else if b.Suppress > a.Suppress {
		d.add(p+".suppress", Strengthens, "小数隐藏由 %d 升到 %d", a.Suppress, b.Suppress)
	}
}
