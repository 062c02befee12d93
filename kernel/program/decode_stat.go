package program

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// stats and ledgers. A stat's where, value and dimensions read the row that the
// happening or the stock is about.

var aggregates = []string{"sum", "distinct", "median", "p90"}

// kernelDims are dimensions that every happening has, with their labels.
var kernelDims = map[string]string{
	"area": "地区", "month": "月份", "quarter": "季度", "year": "年份", "day": "日期", "provider": "承接单位",
	"org": "单位", "channel": "来源", "reason": "理由", "period": "期", "window": "时段",
}

func (s *source) stat(key string, n *node) *Stat {
	st := &Stat{Key: key, Label: n.str("label"), LabelEN: s.en(n, "label"), Agg: "count", Unit: "count", Suppress: s.num(n, "suppress"), At: n.str("at")}
	for _, k := range []string{"flow", "stock", "ratio", "per"} {
		if !n.has(k) {
			continue
		}
		if st.Kind != "" {
			s.fault(n, "two-kinds", "指标只能是 flow、stock、ratio、per 之一", "")
		}
		st.Kind = k
	}
	switch st.Kind {
	case "":
		s.fault(n, "missing-key", "指标须有 flow、stock、ratio 或 per", "")
		return st
	case "flow", "stock":
		st.Sources = n.strs(st.Kind)
	default:
		st.Parts = n.strs(st.Kind)
		if len(st.Parts) != 2 {
			s.fault(n.get(st.Kind), "bad-ratio", st.Kind+" 须有两项", "[分子, 分母]")
		}
		st.Unit = map[string]string{"ratio": "bp", "per": "count"}[st.Kind]
	}
	for _, v := range n.get(st.Kind).each() {
		s.later(func() { s.statSource(st, v) })
	}
	s.statReads(st, n)
	return st
}

// statReads compiles where, value and dims in the scope of every source; the
// first fills the stat, the others must only agree.
func (s *source) statReads(st *Stat, n *node) {
	var agg *node
	for _, a := range aggregates {
		if v := n.get(a); v != nil {
			if agg != nil {
				s.fault(v, "two-aggregates", "指标只能有 sum、distinct、median、p90 之一", "")
			}
			agg, st.Agg = v, a
			st.Value = new(rule.Expr)
		}
	}
	if agg == nil && st.Kind == "stock" && strings.HasPrefix(st.firstSource(), "account.") {
		st.Agg = "sum" // what stands in an account is its balance
	}
	if n.has("where") {
		st.Where = new(rule.Expr)
	}
	by := n.get("by").each()
	st.By = make([]Dim, len(by))
	for i, v := range by {
		st.By[i].Key = v.val
	}
	if st.Kind == "" {
		return
	}
	s.later(func() { st.Record = s.statRecord(st) })
	s.exprs = append(s.exprs, func() {
		s.compileStat(st, n, agg, by)
		s.statGoal(st, n)
	})
}

// statGoal reads goals in the writing of the stat's unit, which is known only once
// its value is: yuan with 万 and 亿, a percentage, or a whole number.
func (s *source) statGoal(st *Stat, n *node) {
	g := n.get("goal")
	if g == nil {
		return
	}
	st.Goals = map[string]int64{}
	for _, p := range g.pairs {
		text := p.val.val
		var v int64
		var ok bool
		switch st.Unit {
		case "fen":
			v, ok = ParseMoney(text)
		case "bp":
			v, ok = parseBP(text)
		default:
			var err error
			v, err = strconv.ParseInt(text, 10, 64)
			ok = err == nil
		}
		if !slices.Contains([]string{"month", "quarter", "year", "any"}, p.key.val) {
			s.fault(p.val, "bad-goal", "目标的期是 month、quarter、year 或 any", "")
		} else if !ok || v < 0 {
			s.fault(p.val, "bad-goal", "目标写成这个指标的单位：整数、金额（元，可写 300万）或百分数", "")
		}
		st.Goals[p.key.val] = v
	}
}

func (s *source) compileStat(st *Stat, n, agg *node, by []*node) {
	scopes := s.statScopes(st)
	if a := s.p.Accounts.Get(strings.TrimPrefix(st.firstSource(), "account.")); a != nil && st.Agg == "sum" {
		st.Unit = a.Unit
	}
	for i, sc := range scopes {
		where, val := st.Where, st.Value
		if i > 0 { // later sources are only checked
			where, val = new(rule.Expr), new(rule.Expr)
		}
		if v := n.get("where"); v != nil && v.kind == scalarNode {
			s.compile(v, where, sc, tBool)
		}
		if agg != nil && agg.kind == scalarNode {
			s.statValue(st, agg, val, sc)
		}
		if at := n.get("at"); at != nil && at.kind == scalarNode {
			s.compile(at, new(rule.Expr), sc, tDate, tTime)
		}
		for j, v := range by {
			if i == 0 || st.By[j].Expr != nil {
				s.statDim(&st.By[j], v, sc, i == 0)
			}
		}
	}
}

func (s *source) statValue(st *Stat, v *node, val *rule.Expr, sc *scope) {
	if st.Agg == "distinct" {
		s.compile(v, val, sc)
		return
	}
	if !s.compile(v, val, sc, tInt, tDouble, tDuration) {
		return
	}
	switch f := sc.field(v.val); {
	case f != nil && f.Type == TypeMoney:
		st.Unit = "fen"
	case f != nil && f.Type == TypeBP:
		st.Unit = "bp"
	case f != nil && f.Unit != "":
		st.Unit = f.Unit
	case val.Type().Kind == rule.Duration:
		st.Unit = "seconds"
	}
}

func (st *Stat) firstSource() string {
	if len(st.Sources) == 0 {
		return ""
	}
	return st.Sources[0]
}

// statDim resolves a dimension: a path of the row, or one of the kernel's.
func (s *source) statDim(d *Dim, v *node, sc *scope, first bool) {
	label, kernel := kernelDims[v.val]
	own := sc.acc != nil && slices.Contains(sc.acc.By, v.val) // a dimension of the account
	if kernel && sc.bare[v.val] == nil && !own {
		d.Label = label
		return
	}
	x := new(rule.Expr)
	if kernel && !own {
		// `provider`, `org`, `channel`, `reason` are built-ins of records too.
		if label2 := sc.bare[v.val].Label; label2 != "" && label == "" {
			label = label2
		}
		if _, ok := sc.vars[v.val]; !ok {
			d.Label = label
			return
		}
		if sc.rec == nil || !sc.rec.Fields.Has(v.val) {
			d.Label = label
			return
		}
	}
	if !s.compile(v, x, sc) || !first {
		return
	}
	d.Expr, d.Field = x, sc.field(v.val)
	d.Label = s.pathLabel(v.val, d.Field, sc)
}

// pathLabel is the Chinese heading of a path: the field's label, with the
// record's before it when the path leaves the row for another record.
func (s *source) pathLabel(path string, f *Field, sc *scope) string {
	if l, ok := kernelDims[path]; ok && f == nil {
		return l
	}
	if f != nil && f.Label != "" {
		return f.Label
	}
	if l, ok := pathLabels[lastOf(path)]; ok {
		return l[0]
	}
	return path
}

// statSource holds a source to name something that happens or stands.
func (s *source) statSource(st *Stat, v *node) {
	if v.kind != scalarNode {
		return
	}
	if (st.Kind == "ratio" || st.Kind == "per") && s.set.statOf(v.val, s.p.Key) != nil {
		return
	}
	if !s.happens(v.val, st.Kind) {
		s.fault(v, "unresolved", "没有“"+v.val+"”可统计", s.sourceHint(v.val, st.Kind))
	}
}

func (s *source) happens(addr, kind string) bool {
	parts := strings.Split(addr, ".")
	if kind == "stock" {
		switch parts[0] {
		case "region":
			return true
		case "roster", "account":
			return len(parts) == 2 && slices.Contains(s.p.blockKeys(parts[0]), parts[1])
		}
		return s.p.Records.Has(addr)
	}
	switch {
	case len(parts) == 4 && parts[0] == "clock":
		rt := s.p.Records.Get(parts[1])
		return rt != nil && rt.Clocks.Has(parts[2]) && (parts[3] == "met" || parts[3] == "due")
	case len(parts) == 3:
		ends := map[string][]string{
			"duty": {"done", "due", "missed"}, "choice": {"drawn"}, "pass": {"used"}, "document": {"issued"}, "partner": {"delivered", "queued"}, "library": {"opened"},
		}
		return slices.Contains(ends[parts[0]], parts[2]) && slices.Contains(s.p.blockKeys(parts[0]), parts[1])
	case len(parts) == 2 && (parts[0] == "form" || parts[0] == "account"):
		return slices.Contains(s.p.blockKeys(parts[0]), parts[1])
	}
	return s.set.MoveOf(addr, s.p.Key) != nil
}

func (s *source) sourceHint(addr, kind string) string {
	if kind == "stock" {
		return didYouMean(addr, s.p.Records.Keys())
	}
	var among []string
	for _, rt := range s.p.Records.All() {
		for m := range rt.Moves.All() {
			among = append(among, rt.Key+"."+m)
		}
	}
	if kind != "flow" {
		among = append(among, s.p.Stats.Keys()...)
	}
	return didYouMean(addr, among)
}

// statRecord is the record whose fields a stat reads, "" for none.
func (s *source) statRecord(st *Stat) string {
	for _, src := range st.Sources {
		if rt := s.sourceRecord(src); rt != nil {
			return rt.Key
		}
	}
	return ""
}

func (s *source) sourceRecord(addr string) *RecordType {
	parts := strings.Split(addr, ".")
	switch parts[0] {
	case "clock":
		if len(parts) > 1 {
			return s.p.Records.Get(parts[1])
		}
	case "duty":
		if len(parts) < 2 || s.p.Duties.Get(parts[1]) == nil {
			return nil
		}
		d := s.p.Duties.Get(parts[1])
		if _, _, ok := s.overKind(d.Over); ok {
			if rt := s.set.RecordType(d.Over, s.p.Key); rt != nil {
				return rt
			}
		}
		return s.set.RecordType(d.Makes, s.p.Key)
	case "document":
		if d := s.p.Documents.Get(parts[len(parts)-2]); d != nil {
			return s.p.Records.Get(d.Of)
		}
	case "pass":
		if p := s.p.Passes.Get(parts[len(parts)-2]); p != nil {
			return s.p.Records.Get(p.Of)
		}
	case "library":
		if l := s.p.Libraries.Get(parts[len(parts)-2]); l != nil {
			return s.p.Records.Get(l.Of)
		}
	case "choice":
		if c := s.p.Choices.Get(parts[len(parts)-2]); c != nil {
			return s.p.Records.Get(c.Of)
		}
	case "form":
		if f := s.p.Forms.Get(parts[len(parts)-1]); f != nil {
			return s.formRecord(f)
		}
	case "roster", "account", "region", "partner":
		return nil
	default:
		return s.set.RecordType(addr, s.p.Key)
	}
	return nil
}

// statScopes gives one scope for each source of the stat (for a ratio, of its
// first part that has one).
func (s *source) statScopes(st *Stat) []*scope {
	if st.Kind == "ratio" || st.Kind == "per" {
		for _, part := range st.Parts {
			if other := s.set.statOf(part, s.p.Key); other != nil {
				if other.Kind == "flow" || other.Kind == "stock" {
					return s.otherScopes(part, other)
				}
				continue
			}
			return []*scope{s.sourceScope(part)}
		}
		return []*scope{s.plain()}
	}
	var out []*scope
	for _, src := range st.Sources {
		out = append(out, s.sourceScope(src))
	}
	return out
}

// otherScopes asks the program that owns the stat.
func (s *source) otherScopes(addr string, st *Stat) []*scope {
	p, _ := s.set.owner(addr, s.p.Key)
	for _, o := range s.sources {
		if o.p == p && len(st.Sources) > 0 {
			return []*scope{o.sourceScope(st.Sources[0])}
		}
	}
	return []*scope{s.plain()}
}

func (s *source) sourceScope(addr string) *scope {
	return s.cached("source:"+s.p.Key+":"+addr, func() *scope { return s.makeSourceScope(addr) })
}

func (s *source) makeSourceScope(addr string) *scope {
	parts := strings.Split(addr, ".")
	switch {
	case parts[0] == "region" && len(parts) <= 2 && !s.p.Records.Has("region"):
		v := s.programVars()
		maps.Copy(v, s.set.structs["region"].Fields)
		return s.newScope(v)
	case parts[0] == "account" && len(parts) == 2:
		if a := s.p.Accounts.Get(parts[1]); a != nil {
			return s.ofAccount(a)
		}
	case parts[0] == "roster" && len(parts) == 2:
		if r := s.p.Rosters.Get(parts[1]); r != nil {
			t := s.memberOf(r.Of)
			return s.ofMember(t).with(typeMap{"subject": t})
		}
	case parts[0] == "duty" && len(parts) == 3:
		if d := s.p.Duties.Get(parts[1]); d != nil {
			return s.dutyRow(addr, d)
		}
	case parts[0] == "form" && len(parts) == 2:
		if f := s.p.Forms.Get(parts[1]); f != nil {
			return s.urgentScope(f)()
		}
	}
	if rt := s.sourceRecord(addr); rt != nil {
		return s.ofRecord(rt)
	}
	return s.plain()
}

// dutyRow is one thing owed: its record's fields bare, `member` and `subject`.
func (s *source) dutyRow(addr string, d *Duty) *scope {
	row := s.ofDuty(d)
	rt := s.sourceRecord(addr)
	if rt == nil {
		return row
	}
	more := typeMap{}
	for _, k := range []string{"member", "subject", "window", "round"} {
		if t, ok := row.vars[k]; ok {
			more[k] = t
		}
	}
	return s.ofRecord(rt).with(more)
}

func (s *source) ledger(key string, n *node) *Ledger {
	l := &Ledger{
		Key: key, Label: n.str("label"), Rows: n.str("rows"), Group: n.str("group"), Total: n.strs("total"), Stats: n.strs("stats"),
		By: n.strs("by"), Closes: s.span(n, "closes", nil), Sign: s.roles(n, "sign"), Layout: n.str("layout"),
	}
	if n.str("every") == "window" {
		l.Window = true
	} else {
		l.Every = s.recur(n, "every", nil)
	}
	if n.has("rows") == n.has("stats") {
		s.fault(n, "rows-or-stats", "台账须有且只有 rows 或 stats", "")
	}
	for _, w := range []string{"total", "stats"} {
		for _, v := range n.get(w).each() {
			s.resolve(v, "指标", func(k string) bool { return s.set.statOf(k, s.p.Key) != nil }, func() []string { return s.p.Stats.Keys() })
		}
	}
	if v := n.get("rows"); v != nil {
		s.later(func() {
			if !s.happens(v.val, "stock") && !s.happens(v.val, "flow") {
				s.fault(v, "unresolved", "没有“"+v.val+"”可列成台账", didYouMean(v.val, s.p.Records.Keys()))
			}
		})
		sc := func() *scope { return s.sourceScope(l.Rows) }
		l.Where = s.cel(n, "where", sc, tBool)
		l.Cols = s.cols(n, "cols", sc)
		if g := n.get("group"); g != nil {
			s.exprs = append(s.exprs, func() {
				if _, kernel := kernelDims[g.val]; !kernel && !domain.IsRegionLevel(g.val) {
					s.compile(g, new(rule.Expr), sc())
				}
			})
		}
	}
	return l
}
