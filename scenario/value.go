package scenario

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
)

// Kind of a written value. What a word means (money, option, name…) depends on
// the field it is given to and is decided by the player.
type ValueKind uint8

const (
	Word    ValueKind = iota // 300万, 是, online, 今日, 全通过 除 use
	Quoted                   // 「…」
	ListOf                   // [a，b]
	Select                   // [1..5:a 其余:b], one value per item of a batch
	Split                    // 分摊(总额; 1=…, 2..5=…), an amount per item of a batch
	Lattice                  // 格点(lat,lng; step; columns), a place per item of a batch
	Fen                      // an amount already worked out
	Turns                    // 轮流(a，b), dealt round to the items of a batch
)

// Value is one written value.
type Value struct {
	Kind  ValueKind
	Text  string // Word, Quoted
	List  []Value
	Cases []Case  // Select, Split
	Total int64   // Split, Fen: fen; a Split of whole things when Cols is 1
	At    float64 // Lattice: start latitude, longitude, step in degrees
	Lng   float64
	Step  float64
	Cols  int
}

// Case gives a value to items From…To (1-based); From 0 = all others (其余).
type Case struct {
	From, To int
	Value    Value
	Amount   int64 // Split: the fen that the items share
}

func (v Value) String() string {
	switch v.Kind {
	case ListOf:
		parts := make([]string, len(v.List))
		for i, x := range v.List {
			parts[i] = x.String()
		}
		return "[" + strings.Join(parts, "，") + "]"
	case Fen:
		return strconv.FormatFloat(float64(v.Total)/100, 'f', -1, 64) + "元"
	}
	return v.Text
}

// Arg is one `k=v`.
type Arg struct {
	Key   string
	Value Value
}

// Args keeps the written order.
type Args []Arg

// Get finds the first of the given spellings of a key.
func (a Args) Get(keys ...string) (Value, bool) {
	for _, x := range a {
		for _, k := range keys {
			if x.Key == k {
				return x.Value, true
			}
		}
	}
	return Value{}, false
}

// Text is the written text of a key, "" when absent.
func (a Args) Text(keys ...string) string {
	v, _ := a.Get(keys...)
	return v.Text
}

// parseMoney reads 300万, 1.62亿, 278.45万元, 1200元 or a plain number of yuan,
// and gives fen. Digits below a fen are refused.
func parseMoney(s string) (int64, error) {
	t := strings.TrimSuffix(strings.ReplaceAll(s, "_", ""), "元")
	scale := int64(100)
	for _, u := range []struct {
		suffix string
		mul    int64
	}{{"万亿", 1e12}, {"亿", 1e8}, {"万", 1e4}, {"千", 1e3}} {
		if strings.HasSuffix(t, u.suffix) {
			t, scale = strings.TrimSuffix(t, u.suffix), u.mul*100
			break
		}
	}
	whole, frac, _ := strings.Cut(t, ".")
	neg := strings.HasPrefix(whole, "-")
	whole = strings.TrimPrefix(whole, "-")
	if whole == "" || !digits(whole) || !digits(frac) || len(whole) > 12 {
		return 0, fmt.Errorf("「%s」不是金额", s)
	}
	n, _ := strconv.ParseInt(whole, 10, 64)
	fen := n * scale
	for _, d := range frac {
		if scale%10 != 0 {
			return 0, fmt.Errorf("金额「%s」小于一分", s)
		}
		scale /= 10
		fen += int64(d-'0') * scale
	}
	if neg {
		fen = -fen
	}
	return fen, nil
}

func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// parseInstant reads `2006-01-02 15:04`, `2006-01-02 24:00` or a bare day (its
// 00:00), all Beijing time.
func parseInstant(s string) (time.Time, error) {
	day, clock, _ := strings.Cut(strings.TrimSpace(s), " ")
	d, err := domain.ParseDate(day)
	if err != nil {
		return time.Time{}, fmt.Errorf("「%s」不是时间（应写 2025-11-14 09:00）", s)
	}
	if clock == "" {
		return d.Start(), nil
	}
	h, m, ok := parseClock(strings.TrimSpace(clock))
	if !ok {
		return time.Time{}, fmt.Errorf("「%s」不是时间（应写 2025-11-14 09:00）", s)
	}
	return d.Start().Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute), nil
}

func parseClock(s string) (h, m int, ok bool) {
	a, b, found := strings.Cut(s, ":")
	if !found || !digits(a) || !digits(b) || len(a) == 0 || len(b) != 2 {
		return 0, 0, false
	}
	h, _ = strconv.Atoi(a)
	m, _ = strconv.Atoi(b)
	return h, m, h <= 24 && m < 60 && (h < 24 || m == 0)
}

// splitShares gives the amount of each of n items: each case's items share its
// amount, the others share the rest; within a group the largest-remainder rule
// gives the leftover fen to the first items. The sum is exact.
func splitShares(total int64, n int, cases []Case) ([]int64, error) {
	out := make([]int64, n)
	taken := make([]bool, n)
	rest := total
	for _, c := range cases {
		if c.From < 1 || c.To > n || c.From > c.To {
			return nil, fmt.Errorf("分摊的序号 %d..%d 超出 1..%d", c.From, c.To, n)
		}
		var group []int
		for i := c.From - 1; i < c.To; i++ {
			if taken[i] {
				return nil, fmt.Errorf("分摊的序号 %d 重复", i+1)
			}
			taken[i] = true
			group = append(group, i)
		}
		even(out, group, c.Amount)
		rest -= c.Amount
	}
	var others []int
	for i, t := range taken {
		if !t {
			others = append(others, i)
		}
	}
	if rest < 0 || (rest != 0 && len(others) == 0) {
		return nil, fmt.Errorf("分摊的各项合计与总额不符")
	}
	even(out, others, rest)
	return out, nil
}

func even(out []int64, idx []int, amount int64) {
	n := int64(len(idx))
	if n == 0 {
		return
	}
	for k, i := range idx {
		out[i] = amount / n
		if int64(k) < amount%n {
			out[i]++
		}
	}
}

// forItem picks the value of item i (0-based) of n: selections, splits, dealt
// series (`镇{1..152}`) and {n} are worked out; {other} is filled by the caller.
func (v Value) forItem(i, n int) (Value, error) {
	switch v.Kind {
	case Select:
		for _, c := range v.Cases {
			if c.From == 0 || (i+1 >= c.From && i+1 <= c.To) {
				return c.Value.forItem(i, n)
			}
		}
		return Value{}, fmt.Errorf("第 %d 项没有取值", i+1)
	case Split:
		shares, err := splitShares(v.Total, n, v.Cases)
		if err != nil {
			return Value{}, err
		}
		if v.Cols == 1 {
			return Value{Kind: Word, Text: strconv.FormatInt(shares[i], 10)}, nil
		}
		return Value{Kind: Fen, Total: shares[i]}, nil
	case Turns:
		return v.List[i%len(v.List)].forItem(i, n)
	case Lattice:
		lat := v.At + float64(i/v.Cols)*v.Step
		lng := v.Lng + float64(i%v.Cols)*v.Step
		return Value{Kind: Quoted, Text: fmt.Sprintf("%.6f,%.6f", lat, lng)}, nil
	case ListOf:
		out := Value{Kind: ListOf}
		for _, x := range v.List {
			y, err := x.forItem(i, n)
			if err != nil {
				return Value{}, err
			}
			out.List = append(out.List, y)
		}
		return out, nil
	case Word:
		if names, ok := series(v.Text); ok {
			return Value{Kind: Word, Text: names[i%len(names)]}, nil
		}
	}
	v.Text = strings.ReplaceAll(v.Text, "{n}", strconv.Itoa(i+1))
	return v, nil
}

// fill replaces {key} by the item's value of another argument; a word that is
// nothing but {key} becomes that value itself.
func (v Value) fill(args Args) Value {
	if v.Kind == ListOf {
		out := Value{Kind: ListOf, List: make([]Value, len(v.List))}
		for i, x := range v.List {
			out.List[i] = x.fill(args)
		}
		return out
	}
	if !strings.Contains(v.Text, "{") {
		return v
	}
	keys := make([]string, 0, len(args))
	for _, a := range args {
		if v.Text == "{"+a.Key+"}" {
			return a.Value
		}
		keys = append(keys, a.Key)
	}
	sort.Strings(keys)
	for _, k := range keys {
		x, _ := args.Get(k)
		v.Text = strings.ReplaceAll(v.Text, "{"+k+"}", x.String())
	}
	return v
}

// series expands 名{1..6}; ok is false when s is not a series.
func series(s string) (names []string, ok bool) {
	open := strings.Index(s, "{")
	end := strings.Index(s, "}")
	if open < 0 || end < open {
		return nil, false
	}
	a, b, found := strings.Cut(s[open+1:end], "..")
	if !found || !digits(a) || !digits(b) || a == "" || b == "" {
		return nil, false
	}
	from, _ := strconv.Atoi(a)
	to, _ := strconv.Atoi(b)
	if from > to || to-from > 100_000 {
		return nil, false
	}
	pad := 0
	if len(a) == len(b) && a[0] == '0' { // {001..152} keeps its zeros
		pad = 1
	}
	for i := from; i <= to; i++ {
		names = append(names, fmt.Sprintf("%s%0*d%s", s[:open], len(a)*pad, i, s[end+1:]))
	}
	return names, true
}

// expand gives the names that a written name stands for.
func expand(s string) []string {
	if names, ok := series(s); ok {
		return names
	}
	return []string{s}
}
