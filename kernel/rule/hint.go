package rule

import (
	"regexp"
	"strings"

	"cel.dev/cel-go/common/operators"
)

// String names the type in Chinese.
func (t Type) String() string {
	switch t.Kind {
	case Bool:
		return "是否"
	case Int:
		return "整数"
	case Double:
		return "小数"
	case Text:
		return "文字"
	case Date:
		return "日期"
	case Time:
		return "时刻"
	case Duration:
		return "时长"
	case List:
		if t.Elem == nil || t.Elem.Kind == 0 {
			return "列表"
		}
		return t.Elem.String() + "列表"
	case Object:
		return "对象 " + t.Name
	}
	return "未知类型"
}

// didYouMean is the hint for a misspelt name: the nearest known one, when it is
// near enough to be what was meant.
func didYouMean(name string, known []string) string {
	best, limit := "", 1+len(name)/4
	for _, k := range known {
		if d := distance(name, k, limit); d <= limit && k != name {
			if d < limit || best == "" {
				best, limit = k, d
			}
		}
	}
	if best == "" {
		return ""
	}
	return "是不是“" + best + "”？"
}

// ownerOf is the hint for a bare name that is a field of one of the variables.
func (s *Scope) ownerOf(field string) string {
	for _, v := range sortedKeys(s.vars) {
		t := s.vars[v]
		if t.Kind != Object || v == "it" {
			continue
		}
		if _, ok := s.u.structs[t.Name].decl.Fields[field]; ok {
			return "是不是“" + v + "." + field + "”？"
		}
	}
	return ""
}

// distance is the edit distance with neighbouring letters exchanged counting
// once; more than limit is given as limit+1.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit || len(a) > 64 || len(b) > 64 {
		return limit + 1
	}
	var rows [3][65]int
	for j := 0; j <= len(b); j++ {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		old, prev, cur := &rows[(i+2)%3], &rows[i%3], &rows[(i+1)%3]
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], old[j-2]+1)
			}
		}
	}
	return rows[(len(a)+1)%3][len(b)]
}

func keysOf(vars, locals map[string]Type) []string {
	names := sortedKeys(vars)
	for _, l := range sortedKeys(locals) {
		if !strings.HasPrefix(l, "@") && !strings.HasPrefix(l, "__") {
			names = append(names, l)
		}
	}
	return names
}

// functionNames lists the functions written with a name: receivers' when member.
func (u *Universe) functionNames(member bool) []string {
	var out []string
	for name, f := range u.funcs {
		if strings.ContainsAny(name, "_@!-") && name != "first_of" && name != "day_end" && name != "region_of" {
			continue
		}
		for _, o := range f.OverloadDecls() {
			if o.IsMemberFunction() == member {
				out = append(out, name)
				break
			}
		}
	}
	if member {
		out = append(out, "all", "exists", "exists_one", "filter", "map")
	}
	return sortedKeys(setOf(out))
}

func setOf(xs []string) map[string]bool {
	m := make(map[string]bool, len(xs))
	for _, x := range xs {
		m[x] = true
	}
	return m
}

// anyMethod tells whether a member function may stand on a struct that does not
// declare it.
func (u *Universe) anyMethod(name string) bool {
	f, ok := u.funcs[name]
	if !ok {
		return false
	}
	for _, o := range f.OverloadDecls() {
		if strings.HasPrefix(o.ID(), "any.") {
			return true
		}
	}
	return false
}

var (
	reOverload = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'`)
	reMismatch = regexp.MustCompile(`^expected type '([^']*)' but found '([^']*)'`)
	reSyntax   = regexp.MustCompile(`^Syntax error: (.*)`)
	reUndeclar = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	reStruct   = regexp.MustCompile(`@([\w.+-]+)`)
)

var typeWords = strings.NewReplacer(
	"google.protobuf.Timestamp", "时刻", "timestamp", "时刻", "google.protobuf.Duration", "时长",
	"duration", "时长", "list(", "列表(", "string", "文字", "double", "小数", "bool", "是否",
	"date", "日期", "int", "整数", "dyn", "任意", "null", "空", "!error!", "出错处",
)

// chineseTypes renders CEL's type names for a reader. Struct names are kept.
func chineseTypes(s string) string {
	out, last := "", 0
	for _, m := range reStruct.FindAllStringIndex(s, -1) {
		out += typeWords.Replace(s[last:m[0]]) + s[m[0]+1:m[1]]
		last = m[1]
	}
	return out + typeWords.Replace(s[last:])
}

// translate puts a message of the CEL parser or checker into the reader's
// language.
func translate(msg string) (zh, hint string) {
	if m := reOverload.FindStringSubmatch(msg); m != nil {
		return overloadMessage(m[1], m[2])
	}
	if m := reMismatch.FindStringSubmatch(msg); m != nil {
		return "类型不符：应为" + chineseTypes(m[1]) + "，写的是" + chineseTypes(m[2]), ""
	}
	if m := reUndeclar.FindStringSubmatch(msg); m != nil {
		return "没有“" + m[1] + "”这个字段或变量", ""
	}
	if m := reSyntax.FindStringSubmatch(msg); m != nil {
		return "写法有误：" + m[1], syntaxHint(m[1])
	}
	switch {
	case strings.HasPrefix(msg, "invalid duration"), strings.Contains(msg, "duration argument"):
		return "时长写法有误", "例如 duration('24h')、duration('30m')"
	case strings.HasPrefix(msg, "invalid timestamp"), strings.Contains(msg, "timestamp argument"):
		return "时刻写法有误", "例如 timestamp('2025-01-01T00:00:00+08:00')"
	case strings.HasPrefix(msg, "invalid matches"), strings.Contains(msg, "matches argument"):
		return "匹配式写法有误", ""
	case strings.Contains(msg, "recursion"), strings.Contains(msg, "size exceeds"):
		return "表达式太长或嵌套太深", ""
	case strings.Contains(msg, "does not support field selection"):
		return "类型不符：这里没有下级字段", ""
	case strings.Contains(msg, "cannot be range of a comprehension"):
		return "类型不符：只有列表可以逐项判断", ""
	}
	return "写法有误：" + chineseTypes(msg), ""
}

func overloadMessage(fn, args string) (zh, hint string) {
	args = chineseTypes(args)
	if op, ok := operators.FindReverse(fn); ok && op != "" {
		zh = "类型不符：“" + op + "”不能用于" + args
	} else {
		zh = "类型不符：函数 " + fn + " 不接受" + args
	}
	if strings.Contains(args, "日期") && strings.Contains(args, "时刻") {
		hint = "日期与时刻不能混用；day_end(日期) 得到当日二十四时"
	} else if strings.Contains(args, "整数") && strings.Contains(args, "小数") {
		hint = "整数与小数不能混算；用 double(…) 或 int(…) 换算"
	}
	return zh, hint
}

func syntaxHint(msg string) string {
	if strings.Contains(msg, "token recognition error") {
		return "文字用英文单引号括起"
	}
	if strings.Contains(msg, "reserved") {
		return "这是保留字，换一个名字"
	}
	return ""
}
