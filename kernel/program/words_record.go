package program

// Words of records, their stages, moves and clocks (program-format §3).

var nounNames = []string{"case", "order", "offer", "visit", "batch", "activity", "session", "booking", "item", "thing"}

var phaseNames = []string{
	"open", "waiting", "done", "void", "proposed", "accepted", "declined", "expired", "returned", "draft",
	"live", "paused", "ended", "planned", "asked", "in", "present", "absent", "out",
}

var (
	stageShape = block("阶段", need(w("phase", oneOf(phaseNames...), "内核阶段")))

	moveShape = block("操作",
		w("from", ref().list(), "从哪些阶段；没有就是新建"),
		w("to", ref(), "到哪个阶段；没有就是不变"),
		w("by", roles, "谁可做"),
		w("when", cel(), "事实成立时自动做"),
		w("channels", ref().list(), "渠道"),
		w("form", ref(), "所用表单"),
		w("need", ref().list(), "必填字段"),
		w("ask", ref().list(), "可填字段"),
		w("guard", guards, "放行条件"),
		w("sign", signs, "会签"),
		w("joint", ref().list(), "合并结论：这些派单都已有结论或已撤回"),
		w("reason", ref(), "理由选项表"),
		w("text", oneOf("required"), "须写说明"),
		w("proof", entry(proofShape), "现场凭据"),
		w("offline", flag(), "可离线"),
		w("ticket", entry(ticketShape), "一次性凭票"),
		w("follow", oneOf("code"), "凭码查答复"),
		w("sets", assigns, "写入的值"),
		w("do", actions, "随后的动作"),
	)
	proofShape = part("凭据",
		w("near", cel(), "在何处附近"),
		w("within", raw(), "多少米内：500m"),
		w("photo", number(), "照片张数"),
		w("pass", ref(), "扫 passes.k"),
		w("when", cel(), "何时须凭据"),
		w("or", oneOf("text", "pass"), "或以此代替"),
	)
	ticketShape = part("凭票", need(w("to", ref(), "发给谁")), need(w("uses", number(), "次数")))

	clockShape = block("时限",
		need(w("from", cel(), "起点")),
		need(w("until", cel(), "止点")),
		w("limit", span, "时长"),
		w("due", cel(), "到期时刻"),
		w("when", cel(), "何时才计"),
		w("pause", cel(), "何时停计"),
		w("extend", entry(extendShape), "延长"),
		w("ladder", ladder, "提醒阶梯"),
	)
	extendShape = part("延长",
		need(w("by", roles, "谁可延长")),
		need(w("most", span, "每次最多")),
		w("times", number(), "几次"),
	)

	sameShape = part("查重",
		need(w("by", ref().list(), "哪些字段相同")),
		w("within", spanBare, "多久以内，或 open"),
		need(w("then", oneOf("warn", "join", "refuse"), "怎样处理")),
	)
	showsShape = part("接单方所见",
		w("before", ref().list(), "接单前"),
		w("after", ref().list(), "接单后"),
		w("packet", mapping("key", class().alt(raw().list())), "接单后按级别出示：记录 → 级别，或 [级别, 字段…]"),
		w("never", ref().list(), "从不"),
		w("keeps", span, "结束后保留多久"),
	)
	termsShape = part("五个定",
		need(w("task", cel(), "任务")),
		need(w("standard", cel(), "标准")),
		need(w("duty", cel(), "责任")),
		need(w("limit", ref(), "时限（本派单的时钟）")),
	)
	planShape = part("排期",
		w("at", cel(), "一次，何时"),
		w("every", recur, "周期"),
		w("hours", oneOf("offer"), "按供给的时间表"),
		w("length", span, "每场多久"),
		w("gap", span, "间隔"),
		w("while", cel(), "何时继续排"),
	)
	bookShape = part("预约",
		w("opens", span, "提前多久开放"),
		w("closes", span, "提前多久截止"),
		w("cancel", span, "提前多久可退"),
		w("most", number(), "每人最多"),
		w("wait", flag(), "候补"),
		w("missed", entry(missedShape), "爽约"),
	)
	missedShape = part("爽约",
		need(w("count", number(), "几次")),
		need(w("bars", span, "停多久")),
	)

	recordShape = block("记录",
		need(w("is", oneOf(nounNames...), "内核名词")),
		w("of", ref(), "上级记录"),
		w("alone", flag(), "可无上级"),
		w("for", ref().list(), "服务对象"),
		w("where", cel(), "对象条件"),
		w("unique", ref().list(), "唯一键"),
		w("period", oneOf("day", "week", "month", "quarter", "year"), "按期"),
		w("same", entry(sameShape), "查重"),
		w("search", flag(), "可搜索"),
		w("class", class(), "级别"),
		w("identity", oneOf("named", "sealed", "none"), "署名"),
		w("kept_by", roles, "谁维护"),
		w("keep", span, "保存多久"),
		w("fields", fields, "字段"),
		w("stages", entries(stageShape), "阶段"),
		w("moves", entries(moveShape), "操作"),
		w("clocks", entries(clockShape), "时限"),
		w("offers", ref(), "派给哪种供给"),
		w("shows", entry(showsShape), "接单方所见"),
		w("terms", entry(termsShape), "五个定"),
		w("concludes", ref(), "承接方的结论（字段）"),
		w("assured", span, "核实有效期"),
		w("takes", cel(), "批次收哪些"),
		w("plan", entry(planShape), "排期"),
		w("capacity", cel(), "容量"),
		w("lanes", cel(), "并行席位"),
		w("book", entry(bookShape), "预约规则"),
	)
)
