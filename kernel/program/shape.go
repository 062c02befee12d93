package program

import (
	"strings"
)

// The shape of program.yaml is one table (words_*.go) with three readers: the
// validator below, the decoder (which trusts what the validator let pass) and
// the published JSON Schema.

type slotKind uint8

const (
	anyText   slotKind = iota // free text a person reads
	keyword                   // one of enum
	name                      // a name or dotted address that must resolve
	celSlot                   // CEL
	boolSlot                  //
	intSlot                   // an integer or param.k
	spanSlot                  // duration, param.k, path
	recurSlot                 // recurrence or path
	classSlot                 // field class
	rawSlot                   // any scalar; its own decoder checks it
	object                    // a map with the words of shape
	mapOf                     // a map with free keys, values by elem
)

// slot is what may stand at one place.
type slot struct {
	kind slotKind
	many bool // a list; one element may stand without brackets
	enum []string
	obj  *shape
	elem *slot
	or   []slot // other forms, chosen by the kind of the YAML node
	keys string // of mapOf: "key", "rung", "any"
}

// word is one key of a block entry.
type word struct {
	name string
	slot slot
	need bool
	doc  string
}

// shape is the closed list of words of one kind of entry.
type shape struct {
	title string
	words []word
	like  bool // `like`, `was` and `label` may stand
}

func (s *shape) find(name string) *word {
	for i := range s.words {
		if s.words[i].name == name {
			return &s.words[i]
		}
	}
	return nil
}

func (s *shape) names() []string {
	out := make([]string, 0, len(s.words))
	for _, w := range s.words {
		out = append(out, w.name)
	}
	return out
}

// check validates a node against a slot; the faults land in the reader.
func (r *reader) check(n *node, s slot) {
	if n == nil || n.kind == nullNode {
		return
	}
	if n.kind == listNode {
		if one, ok := s.element(); ok {
			for _, e := range n.items {
				r.check(e, one)
			}
			return
		}
	}
	s, ok := s.pick(n)
	if !ok {
		r.fault(n, "wrong-form", "这里应是"+s.say()+"，不是"+n.kind.say(), "")
		return
	}
	switch s.kind {
	case object:
		r.checkObject(n, s.obj)
	case mapOf:
		r.checkMap(n, s)
	default:
		r.checkScalar(n, s)
	}
}

// element is what each item of a list may be; ok is false where no list may
// stand. When the first form is a list, its other forms are items too.
func (s slot) element() (one slot, ok bool) {
	var forms []slot
	for _, f := range append([]slot{s.bare()}, s.or...) {
		if f.many || s.many {
			f.many = false
			forms = append(forms, f)
		}
	}
	if len(forms) == 0 {
		return slot{}, false
	}
	one = forms[0]
	one.or = forms[1:]
	return one, true
}

// pick chooses among alternative forms by the node's kind. A list form also
// takes one bare element.
func (s slot) pick(n *node) (slot, bool) {
	for _, f := range append([]slot{s.bare()}, s.or...) {
		f.many = false
		if f.fits(n) {
			return f, true
		}
	}
	return s.bare(), false
}

func (s slot) bare() slot { s.or = nil; return s }

func (s slot) fits(n *node) bool {
	wantMap := s.kind == object || s.kind == mapOf
	return n.kind == mapNode && wantMap || n.kind == scalarNode && !wantMap
}

func (r *reader) checkObject(n *node, sh *shape) {
	if n.kind != mapNode {
		r.fault(n, "wrong-form", sh.title+"应写成 {键: 值}", "")
		return
	}
	for _, p := range n.pairs {
		w := sh.find(p.key.val)
		if w == nil {
			r.fault(p.key, "unknown-key", sh.title+"没有“"+p.key.val+"”这个词", hintWords(p.key.val, sh))
			continue
		}
		r.check(p.val, w.slot)
	}
	for _, w := range sh.words {
		if w.need && !n.has(w.name) {
			r.fault(n, "missing-key", sh.title+"缺“"+w.name+"”", w.doc)
		}
	}
}

func hintWords(key string, sh *shape) string {
	if h := didYouMean(key, sh.names()); h != "" {
		return h
	}
	return "可用的词：" + strings.Join(sh.names(), " ")
}

func (r *reader) checkMap(n *node, s slot) {
	if n.kind != mapNode {
		r.fault(n, "wrong-form", "这里应写成 {键: 值}", "")
		return
	}
	if s.elem.kind == object && s.elem.obj.like {
		r.copyLike(n)
	}
	for _, p := range n.pairs {
		r.checkKey(p.key, s.keys)
		if s.elem.kind == object && p.val.kind == nullNode {
			r.fault(p.key, "missing-value", "“"+p.key.val+"”没有内容", "")
			continue
		}
		r.check(p.val, *s.elem)
	}
}

// copyLike fills entries written `like: sibling` with the sibling's words; own
// words replace whole values.
func (r *reader) copyLike(block *node) {
	done := map[string]bool{}
	var fill func(key string, depth int)
	fill = func(key string, depth int) {
		n := block.get(key)
		from := n.get("like")
		if n == nil || from == nil || done[key] {
			return
		}
		done[key] = true
		sibling := block.get(from.val)
		if sibling == nil || from.val == key || depth > 8 {
			r.fault(from, "unknown-sibling", "同级没有“"+from.val+"”可以照抄", didYouMean(from.val, block.keyNames()))
			return
		}
		fill(from.val, depth+1)
		for _, p := range sibling.pairs {
			if !n.has(p.key.val) && p.key.val != "was" {
				n.put(p.key, p.val)
			}
		}
	}
	for _, p := range block.pairs {
		fill(p.key.val, 0)
	}
}

func (r *reader) checkKey(k *node, form string) {
	switch form {
	case "key":
		if yamlTraps[k.val] && !k.quoted {
			r.fault(k, "forbidden-key", "“"+k.val+"”不能作键：有的 YAML 把它读成真假或空", "换一个名字")
		} else if !keyRE.MatchString(k.val) {
			r.fault(k, "bad-key", "键“"+k.val+"”须是小写字母开头的小写字母、数字、下划线", "")
		}
	case "rung":
		if _, ok := parseRung(k.val); !ok {
			r.fault(k, "bad-rung", "“"+k.val+"”不是阶梯刻度", "写 75%、-2wd、due、+1h 或 0m")
		}
	}
}

func (r *reader) checkScalar(n *node, s slot) {
	switch s.kind {
	case keyword:
		for _, e := range s.enum {
			if e == n.val {
				return
			}
		}
		hint := didYouMean(n.val, s.enum)
		if hint == "" {
			hint = "可选：" + strings.Join(s.enum, " ")
		}
		r.fault(n, "unknown-value", "“"+n.val+"”不在可选值内", hint)
	case boolSlot:
		if n.val != "true" && n.val != "false" {
			r.fault(n, "bad-bool", "应写 true 或 false，不是“"+n.val+"”", "")
		}
	case intSlot:
		if !digits(strings.TrimPrefix(n.val, "-")) && !strings.HasPrefix(n.val, "param.") {
			r.fault(n, "bad-int", "应是整数，不是“"+n.val+"”", "")
		}
	case spanSlot:
		if _, ok := parseSpan(n.val); !ok && !isPath(n.val) {
			r.fault(n, "bad-span", "“"+n.val+"”不是时长", "写 30m、2h、4wh、5d、3wd，或 param.k")
		}
	case recurSlot:
		if _, ok := parseRecur(n.val); !ok && (!isPath(n.val) || nearRecur(n.val) != "") {
			r.fault(n, "bad-recurrence", "“"+n.val+"”不是周期", "写 14d、day 08:30、week mon 08:00、month、year 03-01…")
		}
	case classSlot:
		if h := didYouMean(n.val, classNames); !contains(classNames, n.val) {
			if h == "" {
				h = "可选：" + strings.Join(classNames, " ")
			}
			r.fault(n, "unknown-class", "没有“"+n.val+"”这个级别", h)
		}
	case celSlot:
		r.checkCELQuote(n)
	}
}

// checkCELQuote holds authors to §2: a condition that is more than one path or
// a plain comparison is quoted, so that YAML never cuts it in two.
func (r *reader) checkCELQuote(n *node) {
	if n.quoted || n.val == "" {
		return
	}
	if n.val[0] == '-' && !digits(n.val[1:]) || strings.ContainsAny(n.val, "(:#?![{,") && !callOnly.MatchString(n.val) {
		r.fault(n, "unquoted-cel", "条件里有括号或 : # ? ! [ { , 时要放进双引号", `写成 "`+strings.ReplaceAll(n.val, `"`, "'")+`"`)
	}
}

func isPath(s string) bool {
	for _, p := range strings.Split(s, ".") {
		if !keyRE.MatchString(p) {
			return false
		}
	}
	return s != ""
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

var classNames = []string{"public", "internal", "personal", "sensitive", "sealed"}

func (k nodeKind) say() string {
	return [...]string{"空", "单个值", "映射", "列表"}[k]
}

func (s slot) say() string {
	switch s.kind {
	case keyword:
		return "词"
	case name:
		return "名字"
	case celSlot:
		return "条件"
	case boolSlot:
		return "真假值"
	case intSlot:
		return "整数"
	case spanSlot:
		return "时长"
	case recurSlot:
		return "周期"
	case object:
		return "映射"
	}
	return "一个值"
}
