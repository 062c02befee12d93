package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// halfWidth maps full-width punctuation to the half-width signs that the parser
// reads. Text inside 「」 is left as written.
var halfWidth = strings.NewReplacer(
	"：", ":", "，", ",", "；", ";", "（", "(", "）", ")", "＝", "=", "［", "[", "］", "]",
	"｛", "{", "｝", "}", "＞", ">", "＜", "<", "～", "~", "％", "%", "＃", "#", "．", ".", "　", " ", "＋", "+", "\t", " ",
)

// clean drops the comment and makes punctuation half-width outside quotes.
func clean(line string) (string, error) {
	var b strings.Builder
	for line != "" {
		open := strings.Index(line, "「")
		part := line
		if open >= 0 {
			part = line[:open]
		}
		part = halfWidth.Replace(part)
		if c := strings.Index(part, "#"); c >= 0 {
			b.WriteString(part[:c])
			break
		}
		b.WriteString(part)
		if open < 0 {
			break
		}
		end := strings.Index(line[open:], "」")
		if end < 0 {
			return "", fmt.Errorf("「 没有对应的 」")
		}
		end += open + len("」")
		b.WriteString(line[open:end])
		line = line[end:]
	}
	return strings.TrimSpace(b.String()), nil
}

// scan calls f for every rune outside quotes with the bracket depth there; f
// returns true to stop. It gives the byte offset where it stopped, or -1.
func scan(s string, f func(i int, r rune, depth int) bool) int {
	depth, quoted := 0, false
	for i, r := range s {
		switch {
		case r == '「':
			quoted = true
		case r == '」':
			quoted = false
		case quoted:
		case r == '[' || r == '(' || r == '{':
			if f(i, r, depth) {
				return i
			}
			depth++
		case r == ']' || r == ')' || r == '}':
			depth--
		default:
			if f(i, r, depth) {
				return i
			}
		}
	}
	return -1
}

// splitTop cuts at sep outside brackets and quotes; parts are trimmed, empty
// parts dropped.
func splitTop(s string, sep rune) []string {
	var out []string
	start := 0
	scan(s, func(i int, r rune, depth int) bool {
		if r == sep && depth == 0 {
			out = appendTrimmed(out, s[start:i])
			start = i + 1
		}
		return false
	})
	return appendTrimmed(out, s[start:])
}

func appendTrimmed(out []string, s string) []string {
	if s = strings.TrimSpace(s); s != "" {
		out = append(out, s)
	}
	return out
}

// headAndArgs cuts a sentence at its first colon that does not stand inside a
// clock time.
func headAndArgs(s string) (head, args string, has bool) {
	i := scan(s, func(i int, r rune, depth int) bool {
		if r != ':' || depth > 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+1:])
		return !unicode.IsDigit(before) || !unicode.IsDigit(after)
	})
	if i < 0 {
		return strings.TrimSpace(s), "", false
	}
	return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:]), true
}

// words splits a head by spaces outside brackets and quotes.
func words(s string) []string { return splitTop(s, ' ') }

// parseArgs reads `k=v, k=v`.
func parseArgs(s string) (Args, error) {
	var out Args
	for _, part := range splitTop(s, ',') {
		eq := scan(part, func(_ int, r rune, depth int) bool { return r == '=' && depth == 0 })
		if eq <= 0 {
			return nil, fmt.Errorf("「%s」应写成 名=值", part)
		}
		key := strings.TrimSpace(part[:eq])
		v, err := parseValue(strings.TrimSpace(part[eq+1:]))
		if err != nil {
			return nil, fmt.Errorf("%s：%w", key, err)
		}
		if _, dup := out.Get(key); dup {
			return nil, fmt.Errorf("「%s」写了两次", key)
		}
		out = append(out, Arg{key, v})
	}
	return out, nil
}

func parseValue(s string) (Value, error) {
	switch {
	case s == "":
		return Value{}, fmt.Errorf("缺少值")
	case strings.HasPrefix(s, "「") && strings.HasSuffix(s, "」"):
		return Value{Kind: Quoted, Text: strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(s, "「"), "」"), `\n`, "\n")}, nil
	case strings.HasPrefix(s, "["):
		if !strings.HasSuffix(s, "]") {
			return Value{}, fmt.Errorf("[ 没有对应的 ]")
		}
		return parseBracket(s[1 : len(s)-1])
	case strings.HasPrefix(s, "分摊("):
		return parseSplit(s)
	case strings.HasPrefix(s, "格点("):
		return parseLattice(s)
	case strings.HasPrefix(s, "轮流("):
		return parseTurns(s)
	}
	return Value{Kind: Word, Text: s}, nil
}

// parseBracket reads a list, or a selection when every part is `where:value`.
func parseBracket(s string) (Value, error) {
	if cases, ok, err := parseSelect(s); ok || err != nil {
		return Value{Kind: Select, Cases: cases, Text: s}, err
	}
	v := Value{Kind: ListOf}
	for _, part := range splitTop(s, ',') {
		for _, name := range expand(part) {
			x, err := parseValue(name)
			if err != nil {
				return Value{}, err
			}
			v.List = append(v.List, x)
		}
	}
	return v, nil
}

func parseSelect(s string) ([]Case, bool, error) {
	var cases []Case
	for _, part := range words(strings.ReplaceAll(s, ",", " ")) {
		where, text, found := strings.Cut(part, ":")
		from, to, ok := parseRange(where)
		if !found || (!ok && where != "其余") {
			if len(cases) > 0 {
				return nil, true, fmt.Errorf("「%s」应写成 序号:值 或 其余:值", part)
			}
			return nil, false, nil
		}
		v, err := parseValue(text)
		if err != nil {
			return nil, true, err
		}
		cases = append(cases, Case{From: from, To: to, Value: v})
	}
	return cases, len(cases) > 0, nil
}

func parseRange(s string) (from, to int, ok bool) {
	a, b, two := strings.Cut(s, "..")
	if !two {
		b = a
	}
	if a == "" || b == "" || !digits(a) || !digits(b) {
		return 0, 0, false
	}
	from, _ = strconv.Atoi(a)
	to, _ = strconv.Atoi(b)
	return from, to, from >= 1 && from <= to
}

func parseSplit(s string) (Value, error) {
	if !strings.HasSuffix(s, ")") {
		return Value{}, fmt.Errorf("分摊( 没有对应的 )")
	}
	parts := splitTop(strings.TrimSuffix(strings.TrimPrefix(s, "分摊("), ")"), ';')
	if len(parts) == 0 || len(parts) > 2 {
		return Value{}, fmt.Errorf("应写成 分摊(总额; 序号=金额)")
	}
	amount := parseMoney
	v := Value{Kind: Split, Text: s}
	if n, ok := strings.CutSuffix(parts[0], "个"); ok { // whole things, not money
		parts[0], v.Cols = n, 1
		amount = parseInt
	}
	total, err := amount(parts[0])
	if err != nil {
		return Value{}, err
	}
	v.Total = total
	if len(parts) == 1 {
		return v, nil
	}
	for _, p := range splitTop(parts[1], ',') {
		where, text, found := strings.Cut(p, "=")
		from, to, ok := parseRange(strings.TrimSpace(where))
		if !ok || !found {
			return Value{}, fmt.Errorf("分摊里的「%s」应写成 序号=金额", p)
		}
		share, err := amount(strings.TrimSuffix(strings.TrimSpace(text), "个"))
		if err != nil {
			return Value{}, err
		}
		v.Cases = append(v.Cases, Case{From: from, To: to, Amount: share})
	}
	return v, nil
}

// parseTurns reads 轮流(甲，乙，丙): the items of a batch get them in turn.
func parseTurns(s string) (Value, error) {
	list, err := parseBracket(strings.TrimSuffix(strings.TrimPrefix(s, "轮流("), ")"))
	if err != nil || !strings.HasSuffix(s, ")") || list.Kind != ListOf || len(list.List) == 0 {
		return Value{}, fmt.Errorf("应写成 轮流(甲，乙，丙)")
	}
	return Value{Kind: Turns, List: list.List, Text: s}, nil
}

func parseLattice(s string) (Value, error) {
	bad := fmt.Errorf("应写成 格点(纬度,经度; 间隔度数; 列数)")
	parts := splitTop(strings.TrimSuffix(strings.TrimPrefix(s, "格点("), ")"), ';')
	if !strings.HasSuffix(s, ")") || len(parts) != 3 {
		return Value{}, bad
	}
	lat, lng, err := parseLatLng(parts[0])
	step, err2 := strconv.ParseFloat(parts[1], 64)
	cols, err3 := strconv.Atoi(parts[2])
	if err != nil || err2 != nil || err3 != nil || cols < 1 {
		return Value{}, bad
	}
	return Value{Kind: Lattice, At: lat, Lng: lng, Step: step, Cols: cols, Text: s}, nil
}

func parseLatLng(s string) (lat, lng float64, err error) {
	a, b, ok := strings.Cut(strings.ReplaceAll(s, "，", ","), ",")
	if !ok {
		return 0, 0, fmt.Errorf("「%s」不是坐标（应写 纬度,经度）", s)
	}
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	lng, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if err1 != nil || err2 != nil || lat < -90 || lat > 90 || lng < -180 || lng > 180 {
		return 0, 0, fmt.Errorf("「%s」不是坐标（应写 纬度,经度）", s)
	}
	return lat, lng, nil
}

// parseSpan reads 5m, 2h, 3d or 2wd.
func parseSpan(s string) (d time.Duration, workDays int, err error) {
	unit := strings.TrimLeft(s, "0123456789")
	n, convErr := strconv.Atoi(strings.TrimSuffix(s, unit))
	if convErr == nil {
		switch unit {
		case "m", "分钟":
			return time.Duration(n) * time.Minute, 0, nil
		case "h", "小时":
			return time.Duration(n) * time.Hour, 0, nil
		case "d", "天":
			return time.Duration(n) * 24 * time.Hour, 0, nil
		case "wd", "个工作日":
			return 0, n, nil
		}
	}
	return 0, 0, fmt.Errorf("「%s」不是时长（应写 5m、2h、3d 或 2wd）", s)
}
