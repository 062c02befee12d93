package program

import "regexp"

// callOnly is a single has(path) call: unambiguous in YAML, so it may stand
// without quotes.
var callOnly = regexp.MustCompile(`^[a-z_][a-z0-9_.]*\([a-z0-9_., ]*\)$`)

// Short makers, so that the tables below read like the format document.

func text() slot                 { return slot{kind: anyText} }
func ref() slot                  { return slot{kind: name} }
func cel() slot                  { return slot{kind: celSlot} }
func flag() slot                 { return slot{kind: boolSlot} }
func number() slot               { return slot{kind: intSlot} }
func class() slot                { return slot{kind: classSlot} }
func raw() slot                  { return slot{kind: rawSlot} }
func oneOf(words ...string) slot { return slot{kind: keyword, enum: words} }
func entry(s *shape) slot        { return slot{kind: object, obj: s} }
func mapping(keys string, e slot) slot {
	return slot{kind: mapOf, elem: &e, keys: keys}
}
func (s slot) list() slot { s.many = true; return s }
func (s slot) alt(o ...slot) slot {
	s.or = append(s.or[:len(s.or):len(s.or)], o...)
	return s
}

func entries(s *shape) slot { return mapping("key", entry(s)) }

func need(w word) word { w.need = true; return w }
func w(name string, s slot, doc string) word {
	return word{name: name, slot: s, doc: doc}
}

// block makes the shape of a block entry with the common words; label is
// required unless the entry is written `like` a sibling.
func block(title string, words ...word) *shape {
	common := []word{
		need(w("label", text(), "中文名称")),
		w("like", ref(), "照抄同级条目，自己的键替换"),
		w("was", ref(), "旧名"),
	}
	return &shape{title: title, words: append(common, words...), like: true}
}

func part(title string, words ...word) *shape { return &shape{title: title, words: words} }

var (
	spanBare = slot{kind: spanSlot}
	span     = spanBare.alt(mapping("any", raw()))
	recur    = slot{kind: recurSlot}.alt(mapping("any", raw()))
	roles    = ref().list()

	assigns = mapping("any", cel())

	guardShape = part("条件",
		need(w("if", cel(), "成立才放行")),
		need(w("say", text(), "不成立时对人说的话，可含 {路径}")),
	)
	guards    = entry(guardShape).list()
	guardsCEL = guards.alt(cel())

	actionShape = part("动作",
		w("open", ref(), "新建记录：record[.move]"),
		w("move", ref(), "推动记录：record.move 或本记录的 move"),
		w("start", ref(), "启动 match.k panel.k duty.k choice.k ballot.k notice.k"),
		w("stop", ref(), "停止 match.k pass.k notice.k partner.k choice.k"),
		w("enter", entry(enterShape), "记一笔流水"),
		w("reverse", ref(), "冲销本记录的全部流水：it"),
		w("issue", ref(), "出具 document.k 或 pass.k"),
		w("mark", ref(), "标注 standing.k"),
		w("join", ref(), "进名册 roster.k"),
		w("leave", ref(), "出名册 roster.k"),
		w("notify", ref().list(), "通知角色"),
		w("of", cel(), "作用于哪些记录"),
		w("when", cel(), "何时才做"),
		w("each", cel(), "对列表逐个做，当前项为 each"),
		w("with", assigns, "带去的值"),
		w("as", ref(), "资格的状态"),
		w("copies", cel(), "份数"),
		w("say", ref(), "消息 messages.k"),
	)
	enterShape = part("流水",
		need(w("from", ref(), "转出账户")),
		need(w("to", ref(), "转入账户")),
		need(w("amount", cel(), "数量")),
		w("at", assigns, "各维度"),
	)
	actions = entry(actionShape).list()

	rungShape = part("阶梯的一级",
		w("to", roles, "告诉谁"),
		w("say", ref(), "消息"),
		w("do", actions, "动作"),
	)
	ladder = mapping("rung", ref().list().alt(entry(rungShape)))

	signShape = part("会签",
		need(w("by", roles, "会签角色")),
		w("when", cel(), "何时须会签"),
		w("proof", oneOf("code", "pass", "signature", "photo").list(), "凭据"),
		w("silent", span, "逾此时限视为同意"),
	)
	signs = ref().list().alt(entry(signShape))
)

var fieldTypes = []string{
	"text", "int", "number", "money", "bp", "rate", "bool", "date", "time", "span", "interval", "schedule",
	"place", "region", "org", "person", "party", "account", "phone", "photo", "file", "checks", "rows", "ref",
}

func init() {
	// fieldShape and rankShape refer to themselves, so they are closed here.
	fieldShape.words = append(fieldShape.words, w("fields", entries(fieldShape), "rows 的列"))
}

var (
	checkShape = block("检查项", w("suggest", cel(), "建议值"))

	fieldShape = block("字段",
		w("type", oneOf(fieldTypes...), "类型"),
		w("list", ref().alt(mapping("key", text())), "选项表，或就地写选项"),
		w("many", flag(), "可多个"),
		w("class", class(), "级别"),
		w("unit", text(), "单位"),
		w("range", raw().list(), "[最小, 最大]"),
		w("digits", number(), "小数位"),
		w("default", raw().list(), "缺省值"),
		w("items", entries(checkShape), "checks 的检查项"),
		w("to", ref(), "ref 指向的记录"),
		w("calc", cel(), "自动计算"),
		w("suggest", cel(), "建议值，人确认"),
		w("differ", ref().list(), "改动建议值的理由"),
		w("versions", flag(), "保留旧值"),
		w("custody", flag(), "查看与交接须签名"),
		w("coarse", oneOf("village", "town", "county", "month", "year"), "存前化简"),
		w("live", flag(), "只许现场拍摄"),
		w("track", flag(), "只追加的位置"),
		w("hint", text(), "填写提示"),
	)
	fields = entries(fieldShape)
)
