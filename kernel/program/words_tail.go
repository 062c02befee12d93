package program

// Words of the blocks that come out of a mechanism: documents, figures, notices.

var (
	documentShape = block("文书",
		need(w("of", ref(), "属于 record、account.k 或 choice.k")), need(w("layout", raw(), "版式文件")),
		w("text", ref(), "正文字段"), w("rows", ref(), "明细记录"), w("cols", cel().list(), "列"),
		w("stats", ref().list(), "指标"), w("versions", flag(), "保留旧版"), w("from", cel(), "生效"),
		w("sign", roles, "签发"), w("serial", text(), "文号"),
		w("check", flag().alt(ref().list()), "公开核验页"), w("reading", flag(), "须读回执"), w("class", class(), "级别"),
	)
	passShape = block("凭码",
		need(w("of", ref(), "属于哪种记录")), w("lasts", span, "有效期"), w("uses", number(), "次数"),
		w("rotates", span, "轮换"), w("print", ref(), "打印样式"), w("offline", flag(), "可离线验"),
		w("proof", ref().list(), "另须凭据"), w("logs", flag(), "每次扫码留痕"),
	)
	standingShape = block("资格",
		need(w("of", oneOf(partyKinds...), "对象类别")), need(w("states", mapping("key", text()), "状态")),
		w("lasts", span, "有效期"),
	)
	accountShape = block("账户",
		need(w("unit", oneOf("fen", "minutes", "piece", "point"), "单位")), w("by", ref().list(), "维度"),
		w("floor", number(), "下限"), w("outside", flag(), "体系外"),
	)
	messageShape = part("消息",
		need(w("text", text(), "正文，可含 {路径}")),
		need(w("via", oneOf("push", "sms", "call", "wecom", "screen").list(), "渠道")),
		w("phones", text().list(), "附电话"), w("urgent", flag(), "急件：不受免打扰和合并限制"), w("lasts", span, "过了多久就不再发送，缺省 3d"),
		w("like", ref(), ""), w("was", ref(), ""), w("label", text(), ""),
	)
	partnerShape = block("协同系统",
		need(w("records", mapping("key", oneOf("in", "out", "both")), "哪些记录，往哪个方向")), w("when", cel(), "条件"),
		w("ceiling", class(), "最高级别"), w("match", ref().list(), "认同一条的依据"),
		w("map", mapping("any", mapping("any", ref())), "字段对照"), w("wins", mapping("any", oneOf("ask", "ours", "theirs", "newer")), "冲突时"),
		w("asks", ref(), "问谁"), w("quiet", span, "多久无声即报"), w("tells", roles, "告诉谁"),
	)
	deviceShape = block("设备",
		need(w("of", ref(), "哪种物件，按编码认")), need(w("raises", ref(), "求助时生成 record.move")),
		w("position", ref(), "位置填进哪个字段"), w("number", ref(), "编码填进哪个字段"),
		w("reach", number(), "离住处几公里以外的位置视为可疑，缺省 60"), w("battery", number(), "电量低于百分之几即报"),
		w("silent", span, "多久没有联系即报"), w("tells", roles, "告诉谁"),
	)
	libraryShape = block("内容库",
		need(w("of", ref(), "哪种供给是一篇内容")), need(w("title", ref(), "题目字段")), need(w("text", ref(), "正文字段")),
		w("media", ref(), "音频、视频字段"), w("transcript", ref(), "文字稿字段"), w("captions", ref(), "字幕字段（WebVTT）"),
		w("topic", ref(), "主题字段"), need(w("to", ref().list(), "给谁看：public 或角色")),
	)
	objectShape = part("异议", need(w("by", roles, "谁可提")), need(w("opens", ref(), "生成的记录")), w("limit", span, "期限"))
	noticeShape = block("公示",
		need(w("of", ref(), "公布什么")), w("where", cel(), "条件"), w("show", cel().list(), "公布的列"),
		w("mask", ref().list().alt(mapping("any", raw())), "遮盖"), need(w("to", ref(), "公布给谁")),
		w("lasts", span, "公示期"), w("review", roles, "谁审"), w("refresh", raw(), "true 随改随更，或周期"),
		w("objection", entry(objectShape), "异议"),
	)
	statShape = block("指标",
		w("flow", ref().list(), "期内发生"), w("stock", ref(), "期末存量"), w("ratio", ref().list(), "比率"),
		w("per", ref().list(), "均值"), w("sum", cel(), "求和"), w("distinct", cel(), "去重计数"),
		w("median", cel(), "中位数"), w("p90", cel(), "九成位"), w("where", cel(), "条件"),
		w("by", ref().list(), "维度"), w("at", ref(), "以何日计"), w("suppress", number(), "小数隐藏"),
		w("goal", mapping("key", raw()), "目标，按期：month quarter year any"),
	)
	ledgerShape = block("台账",
		w("rows", ref(), "逐行列什么"), w("where", cel(), "条件"), w("cols", cel().list(), "列"), w("group", ref(), "分组"),
		w("total", ref().list(), "合计指标"), w("stats", ref().list(), "指标表"), w("by", ref().list(), "维度"),
		need(w("every", recur, "周期")), need(w("closes", span, "期后多久冻结")), w("sign", roles, "谁签"), w("layout", raw(), "版式文件"),
	)
	migrateShape = part("迁移",
		need(w("from", number(), "旧版本")), w("stages", mapping("any", ref()), "旧阶段到新阶段"),
		w("fields", mapping("any", ref()), "旧字段到新字段"), w("drop", ref().list(), "丢弃的字段"),
	)

	programShape = part("程序",
		need(w("program", raw(), "程序键，与文件夹同名")), need(w("version", number(), "版本")), need(w("title", text(), "名称")),
		w("class", class(), "缺省级别"), w("uses", raw().list(), "所用的包与程序"), w("extends", raw(), "叠加于"), w("law", text().list(), "依据"),
		w("params", entries(paramShape), "参数"), w("lists", entries(listShape), "选项表"), w("tables", entries(tableShape), "对照表"),
		w("files", mapping("key", fields), "对象档案字段"), w("consents", entries(consentShape), "同意"),
		w("grounds", entries(groundShape), "依据"), w("break_glass", entry(glassShape), "破窗"),
		w("rosters", entries(rosterShape), "名册"), w("roles", entries(roleShape), "角色"), w("records", entries(recordShape), "记录"),
		w("forms", entries(formShape), "表单"), w("matches", entries(matchShape), "撮合"), w("duties", entries(dutyShape), "任务"),
		w("panels", entries(panelShape), "评审"), w("choices", entries(choiceShape), "抽取"), w("ballots", entries(ballotShape), "投票"),
		w("documents", entries(documentShape), "文书"), w("passes", entries(passShape), "凭码"), w("standings", entries(standingShape), "资格"),
		w("accounts", entries(accountShape), "账户"), w("messages", entries(messageShape), "消息"), w("partners", entries(partnerShape), "协同系统"), w("devices", entries(deviceShape), "设备"),
		w("libraries", entries(libraryShape), "内容库"),
		w("notices", entries(noticeShape), "公示"), w("stats", entries(statShape), "指标"), w("ledgers", entries(ledgerShape), "台账"),
		w("migrate", entry(migrateShape), "迁移"),
	)
)
