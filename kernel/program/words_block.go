package program

// Words of every other block of program.yaml (program-format §3).

var partyKinds = []string{"person", "household", "enterprise", "organization"}

var (
	paramShape = block("参数",
		need(w("type", oneOf(fieldTypes...), "类型")),
		need(w("value", raw().alt(mapping("any", raw())), "值，或按日期的值")),
		w("range", raw().list(), "[最小, 最大]"),
	)
	listShape = block("选项表",
		w("options", mapping("key", text()), "选项"),
		w("open", flag(), "县里可加选项"),
		w("kept_by", ref(), "谁可加"),
	)
	tableShape = block("对照表",
		need(w("fields", fields, "列")),
		w("key", ref().list(), "键列"),
		w("band", ref(), "分段列"),
		w("dated", flag(), "按日期"),
		need(w("file", raw(), "tables/*.csv")),
		w("sign", roles, "谁签发"),
		w("class", class(), "级别"),
	)
	consentShape = block("同意",
		need(w("by", oneOf("self", "guardian").list(), "谁同意")),
		w("under", number(), "此岁以下由监护人"),
		w("evidence", oneOf("tick", "signature", "code", "voice", "paper").list(), "凭据"),
		w("purpose", text(), "用途，给人看的一句话"),
		w("lasts", span, "有效期"),
		w("shares", ref().list(), "向谁出示"),
		w("withdrawn", actions, "撤回后"),
	)
	groundShape = block("依据",
		need(w("law", text().list(), "法律条文")),
		need(w("by", roles, "谁可援引")),
		w("lasts", span, "有效期"),
		w("review", ref(), "谁复核"),
	)
	glassShape = part("破窗查看",
		need(w("by", roles, "谁可")), w("sign", roles, "谁会签"),
		need(w("lasts", span, "多久")), need(w("tells", roles, "通知谁")), w("review", span.alt(ref()), "多久内复核"),
	)
	rosterShape = block("名册",
		need(w("of", oneOf(append([]string{"account"}, partyKinds...)...), "什么的名册")),
		w("where", cel(), "自动成员条件"),
		w("kept_by", roles, "谁维护"),
		w("file", raw(), "导入文件"),
		w("except", entries(block("除外", need(w("if", cel(), "条件")))), "除外理由"),
		w("freeze", ref(), "在哪个操作冻结"),
		w("group", entry(part("分组", need(w("by", ref(), "按区划级")), w("keeper", ref(), "联系人角色"), w("one", flag(), "每组一人"))), "分组"),
		w("shifts", entry(part("值班", need(w("ranks", ref().list(), "班次")), w("gap", span, "交接间隔"), w("tells", roles, "缺班告诉谁"))), "值班"),
		w("proxy", roles, "谁可代办"),
		w("lasts", span, "有效期"),
	)
	heldShape = part("任职",
		w("org", ref().list(), "单位类别"), w("level", ref().list(), "层级"), w("post", text().list(), "岗位"),
		w("team", raw(), "true 或小组名"), w("party", oneOf(partyKinds...).list(), "服务对象类别"),
		w("roster", ref(), "名册"), w("tag", text().list(), "标签"),
	)
	roleShape = block("角色",
		need(w("is", oneOf("owner", "area", "self", "guardian", "receiver", "member", "keeper", "party", "bearer", "public"), "与该行的关系")),
		w("of", ref().list(), "对哪些记录、名册、凭码"),
		w("rank", ref(), "班次"),
		w("named", flag(), "只归本人，不归本单位"),
		w("held_by", entry(heldShape), "由谁担任"),
		need(w("read", class().alt(mapping("key", class().alt(raw().list()))), "可读级别")),
		w("figures", ref().list(), "可见指标：all 或列表"),
	)
	scoreShape = part("计分",
		w("sum", ref().list(), "相加的题"), w("weights", mapping("any", number()), "权重"),
		w("max", number(), "满分"), w("reverse", ref().list(), "反向题"),
		w("bands", mapping("any", raw()).alt(entry(part("分级", w("from", number(), "起分"), w("key", ref(), "键"), w("label", text(), "名称"), w("say", text(), "对填写人的话"))).list()), "分级"),
	)
	urgentShape = part("紧急",
		need(w("if", cel(), "条件")), need(w("say", text(), "当场的话")),
		need(w("call", raw().list(), "拨打的号码")), w("do", actions, "动作"),
	)
	formShape = block("表单",
		need(w("of", ref().list(), "填在哪种记录、subject 或 region 上")),
		w("by", roles, "谁填"), w("ask", ref().list(), "记录自己的字段"), w("fields", fields, "答案"),
		w("show", mapping("any", cel()), "何时显示"), w("require", guards, "填写条件"),
		w("repeat", oneOf("person"), "每人一份"), w("offline", flag(), "可离线"),
		w("time", oneOf("captured", "received"), "以何时为准"), w("late", oneOf("refuse", "accept"), "迟报"),
		w("score", entry(scoreShape), "计分"), w("urgent", entry(urgentShape).list(), "紧急求助"),
		w("class", class(), "级别"), w("keep", span, "保存多久"),
		w("source", text(), "量表来源"), w("licence", text(), "量表许可"),
	)
	stepShape = part("步骤",
		need(w("mode", oneOf("pick", "assign", "claim", "broadcast"), "方式")),
		w("by", roles, "谁"), w("eligible", guardsCEL, "本步条件"),
	)
	rankShape  = part("排序", need(w("w", number(), "权重")), need(w("by", cel(), "依据")), w("say", text(), "说明"))
	matchShape = block("撮合",
		need(w("makes", ref(), "生成哪种派单")),
		need(w("as", oneOf("lead", "co", "refer", "transfer"), "牵头、协办、转介、转办")),
		w("max", cel(), "最多几家"), need(w("steps", entry(stepShape).list(), "步骤")),
		w("eligible", guards, "资格"), w("rank", entry(rankShape).list(), "排序"),
	)
	dutyShape = block("任务",
		need(w("over", ref(), "对谁：roster.k、记录、region.级、org.类、choice.k")),
		w("where", cel(), "条件"), w("by", roles, "由谁发起一轮"), w("every", recur, "周期"),
		w("after", cel(), "从何时起"), w("at", spanBare.list(), "多久之后"),
		w("window", spanBare.list(), "[前, 后]"), w("windows", mapping("key", raw().list()), "每日时段"),
		w("split", ref(), "按何级分给"), need(w("to", roles, "谁做")),
		w("makes", ref(), "生成 record.move"), w("form", ref(), "或填表单"),
		w("done", cel(), "怎样算完成"), w("ladder", ladder, "提醒阶梯"),
	)
	panelShape = block("评审",
		need(w("of", ref(), "评什么")), need(w("members", roles, "谁评")), w("count", number(), "几人"),
		w("exclude", guards, "回避"), need(w("form", ref(), "评审表")), w("blind", flag(), "互不可见"),
		w("quorum", number(), "最少几份"), w("combine", oneOf("mean", "median", "sum"), "合成"),
		w("drop", entry(part("去极值", w("high", number(), "去几个最高"), w("low", number(), "去几个最低"), w("from", number(), "满几份才去"))), "去极值"),
		w("limit", span, "时限"), w("ladder", ladder, "提醒阶梯"),
	)
	seedShape   = part("随机种子", need(w("commit", ref(), "先承诺：made.move")), need(w("public", ref(), "后公开的数：字段")))
	choiceShape = block("抽取",
		need(w("of", ref(), "属于哪种记录")), need(w("from", ref(), "从哪里抽")), w("where", cel(), "条件"),
		need(w("by", oneOf("random", "rank"), "方式")), need(w("take", cel(), "取几个")), w("weight", cel(), "权重"),
		w("rank", entry(rankShape).list().alt(cel()), "名次依据"), w("tie", cel().list(), "同分依据"),
		w("seed", entry(seedShape), "种子"), w("spread", ref(), "分散"), w("replace", span, "递补时限"),
		w("reveal", ref(), "何时揭晓"), w("show", ref().list(), "公布什么"),
	)
	ballotShape = block("投票",
		need(w("of", ref(), "属于哪种记录")), need(w("options", ref().alt(mapping("key", text())), "选项或下级记录")),
		w("where", cel(), "候选条件"), need(w("roll", ref(), "选民名册")), w("open", cel(), "开始"),
		need(w("close", cel(), "截止")), w("change", flag(), "可改票"),
		w("votes", entry(part("票数", w("count", number(), "几票"), w("per", oneOf("day", "person"), "每日或每人"))), "票数"),
		w("marks", raw().list(), "选几项"), need(w("identity", oneOf("named", "sealed", "none"), "记名")),
		w("channels", ref().list(), "渠道"),
		w("paper", entry(part("纸票", need(w("by", roles, "谁录")), w("sign", roles, "谁签"))), "纸票"),
		w("live", flag(), "实时显示"), w("quorum", number(), "参与率下限（基点）"), w("pass", cel(), "通过条件"),
	)
)
