package api

// routes is the table of contents of the API: a line a route with the standing it
// asks for and how a retry is kept from acting twice. docs/api.md explains the
// shapes; what a reader may see of a row is decided by package app.
func (s *Server) routes() {
	// Session. Signing in needs no request key: it changes nothing that a second
	// time would spoil.
	post(s, public, reads, "/session", "登录", s.signIn)
	post(s, public, reads, "/session/phone-code", "发手机验证码", s.phoneCode)
	post(s, public, reads, "/session/phone", "手机验证码登录", s.signInPhone)
	get(s, signedIn, "/session", "当前登录", s.session)
	del(s, signedIn, reads, "/session", "退出登录", s.signOut)
	put(s, signedIn, reads, "/session/password", "改密码", s.changePassword)
	get(s, signedIn, "/sessions", "我的登录设备", s.signIns)
	del(s, signedIn, reads, "/sessions/{id}", "使一台设备退出", s.revoke)

	// Programs.
	get(s, signedIn, "/programs", "机制列表", s.programs)
	get(s, signedIn, "/programs/{p}", "机制的词表和界面", s.program)
	get(s, signedIn, "/offers", "可以看的各类供给", s.shelves)
	get(s, signedIn, "/programs/{p}/offers/{record}", "一类供给，哪些合适、还缺什么", s.shelf)
	get(s, signedIn, "/programs/{p}/stages", "各环节在办数", s.stages)
	get(s, overseer, "/programs/{p}/source", "机制文件", s.source)
	get(s, overseer, "/programs/{p}/versions", "机制的各版", s.versions)
	get(s, overseer, "/programs/{p}/diff", "两版之间改了什么", s.diff)
	post(s, admin, again, "/programs/{p}/simulate", "推演一处改动，不改数据", s.simulate)

	// Records.
	get(s, signedIn, "/records", "办件列表", s.records)
	get(s, signedIn, "/records/count", "办件计数", s.countRecords)
	post(s, staff, inTx, "/records/export", "导出办件", s.exportRecords)
	create(s, signedIn, inTx, "/programs/{p}/records/{record}/{move}", "受理、登记、发起", s.intake)
	get(s, signedIn, "/records/{id}", "办件详情", s.record)
	patch(s, signedIn, inTx, "/records/{id}", "修改维护的记录", s.edit)
	post(s, signedIn, inTx, "/records/{id}/moves/{move}", "办理一步", s.move)
	post(s, signedIn, inTx, "/records/{id}/sign/{signature}", "签字或拒签", s.sign)
	post(s, signedIn, inTx, "/records/{id}/confirmations", "当面确认", s.confirm)
	post(s, signedIn, inTx, "/records/{id}/owner", "移交", s.handOver)
	get(s, signedIn, "/records/{id}/events", "办理过程", s.events)
	post(s, signedIn, inTx, "/records/{id}/forms/{form}", "填写表单", s.fillForm)
	get(s, signedIn, "/records/{id}/forms", "已填表单", s.forms)
	get(s, signedIn, "/records/{id}/attachments", "办件的附件", s.recordFiles)
	get(s, signedIn, "/records/{id}/matches/{match}", "匹配结果", s.match)
	post(s, signedIn, inTx, "/records/{id}/matches/{match}", "派单、选择", s.choose)
	post(s, signedIn, again, "/records/{id}/passes/{pass}", "出示凭码", s.showPass)
	post(s, signedIn, inTx, "/records/{id}/clocks/{clock}/extend", "延期", s.extendClock)
	post(s, signedIn, again, "/records/{id}/ballots/{ballot}", "投票", s.vote)
	post(s, signedIn, inTx, "/records/{id}/ballots/{ballot}/desk", "登记领取纸票", s.handOutPaper)
	post(s, signedIn, inTx, "/records/{id}/ballots/{ballot}/papers", "录入纸票统计", s.enterPapers)
	post(s, signedIn, inTx, "/records/{id}/ballots/{ballot}/papers/sign", "签认纸票统计", s.signPapers)

	// Parties and their dossiers.
	get(s, signedIn, "/parties", "服务对象列表", s.parties)
	create(s, signedIn, inTx, "/parties", "建档", s.createParty)
	get(s, signedIn, "/parties/{id}", "档案", s.party)
	patch(s, signedIn, inTx, "/parties/{id}", "修改档案", s.patchParty)
	get(s, signedIn, "/parties/{id}/events", "档案的经过", s.partyEvents)
	get(s, signedIn, "/parties/{id}/tasks", "档案的任务", s.partyTasks)
	get(s, signedIn, "/parties/{id}/attachments", "档案的附件", s.partyFiles)
	get(s, signedIn, "/parties/{id}/access", "谁查看过、为什么", s.accessLog)
	post(s, signedIn, again, "/parties/{id}/reveal", "查看完整号码（须写用途）", s.reveal)
	post(s, signedIn, inTx, "/parties/{id}/consents/{program}/{consent}", "同意", s.giveConsent)
	del(s, signedIn, inTx, "/parties/{id}/consents/{program}/{consent}", "撤回同意", s.withdrawConsent)
	post(s, signedIn, inTx, "/parties/{id}/forms/{program}/{form}", "在档案上填写表单", s.fillPartyForm)
	post(s, signedIn, inTx, "/parties/{id}/relations", "登记关系", s.addRelation)

	// The county: divisions, units, accounts.
	get(s, signedIn, "/regions", "区划列表", s.regions)
	create(s, admin, inTx, "/regions", "新增区划、网格、服务圈", s.createRegion)
	get(s, signedIn, "/regions/{id}", "区划", s.region)
	patch(s, admin, inTx, "/regions/{id}", "修改区划", s.patchRegion)
	get(s, signedIn, "/orgs", "单位列表", s.orgs)
	create(s, admin, inTx, "/orgs", "新增单位", s.createOrg)
	get(s, signedIn, "/orgs/{id}", "单位", s.org)
	patch(s, admin, inTx, "/orgs/{id}", "修改单位", s.patchOrg)
	get(s, overseer, "/accounts", "账号列表", s.accounts)
	get(s, signedIn, "/staff", "找同事", s.staff)
	create(s, admin, inTx, "/accounts", "开户", s.createAccount)
	get(s, overseer, "/accounts/{id}", "账号", s.account)
	patch(s, admin, inTx, "/accounts/{id}", "修改账号", s.editAccount)
	post(s, admin, inTx, "/accounts/{id}/memberships", "任职", s.addMembership)
	del(s, admin, inTx, "/accounts/{id}/memberships/{m}", "免职", s.dropMembership)
	post(s, admin, again, "/accounts/{id}/lock", "停用账号", s.lockAccount)
	post(s, admin, again, "/accounts/{id}/unlock", "启用账号", s.unlockAccount)
	post(s, admin, again, "/accounts/{id}/password", "重置密码", s.resetPassword)

	// Imports: a verdict on every row first, then the word to write. Who may import
	// what is decided by the kind of rows.
	get(s, staff, "/imports", "导入记录", s.imports)
	get(s, staff, "/imports/kinds", "可以导入什么", s.importKinds)
	get(s, staff, "/imports/template.xlsx", "导入模板", s.importTemplate)
	create(s, staff, inTx, "/imports", "上传一份待导入的表", s.startImport)
	get(s, staff, "/imports/{id}", "一次导入", s.importView)
	get(s, staff, "/imports/{id}/rows", "一次导入的各行", s.importRows)
	get(s, staff, "/imports/{id}/verdict.xlsx", "下载检查结果", s.importVerdict)
	put(s, staff, inTx, "/imports/{id}/mapping", "对应各列", s.mapImport)
	post(s, staff, inTx, "/imports/{id}/confirm", "确认导入", s.confirmImport)
	del(s, staff, inTx, "/imports/{id}", "放弃或撤回导入", s.takeBackImport)

	// Many records at once: first what would happen, then doing it, then taking it back.
	post(s, staff, inTx, "/bulk", "批量办理：先预览", s.checkBulk)
	post(s, staff, inTx, "/bulk/{id}/confirm", "批量办理：确认", s.confirmBulk)
	post(s, staff, inTx, "/bulk/{id}/undo", "撤回一批", s.undoBulk)

	// Filters of lists under a name.
	get(s, signedIn, "/filters", "常用筛选", s.savedFilters)
	create(s, signedIn, inTx, "/filters", "存为常用筛选", s.saveFilter)
	del(s, signedIn, inTx, "/filters/{id}", "删除常用筛选", s.dropFilter)

	// Background work: everybody sees his own.
	get(s, signedIn, "/jobs", "我的后台任务", s.jobs)
	get(s, signedIn, "/jobs/{id}", "一项后台任务", s.job)
	get(s, signedIn, "/jobs/{id}/items", "后台任务逐条的结果", s.jobItems)
	post(s, signedIn, again, "/jobs/{id}/cancel", "停止后台任务", s.cancelJob)
	get(s, signedIn, "/jobs/{id}/file", "下载后台任务的结果", s.jobFile)

	// Maps: outlines of divisions, and what is shown on them.
	get(s, overseer, "/maps", "已上传的地图", s.maps)
	create(s, admin, inTx, "/maps", "检查一份地图文件", s.checkMap)
	get(s, overseer, "/maps/{id}", "一份地图文件", s.mapUpload)
	post(s, admin, inTx, "/maps/{id}/confirm", "启用地图", s.confirmMap)
	del(s, admin, inTx, "/maps/{id}", "撤回地图", s.undoMap)
	get(s, staff, "/map/shapes", "区划轮廓", s.shapes)
	post(s, staff, again, "/prints", "打印（须写用途）", s.print)
	get(s, staff, "/programs/{p}/screen", "驾驶舱", s.screen)
	get(s, staff, "/programs/{p}/map/units", "参与单位的位置", s.mapUnits)
	get(s, staff, "/programs/{p}/map/visits", "当日走访的位置", s.mapVisits)

	// Rosters, duties, work.
	get(s, signedIn, "/programs/{p}/rosters/{k}", "名册", s.roster)
	post(s, staff, inTx, "/programs/{p}/rosters/{k}/members", "列入名册", s.addMembers)
	del(s, staff, inTx, "/programs/{p}/rosters/{k}/members/{party}", "移出名册", s.removeMember)
	get(s, staff, "/programs/{p}/duties/{k}/rounds", "任务轮次", s.rounds)
	create(s, staff, inTx, "/programs/{p}/duties/{k}/rounds", "开始一轮", s.startRound)
	get(s, staff, "/duty-rounds/{id}", "一轮任务的进度", s.round)
	get(s, staff, "/duty-rounds/{id}/items", "一轮任务的清单", s.roundItems)
	post(s, staff, inTx, "/duty-rounds/{id}/assign", "改派、分派一轮任务", s.assignItems)
	get(s, signedIn, "/work", "我的今天", s.work)
	get(s, signedIn, "/sync", "手机要存下的", s.sync)
	get(s, signedIn, "/sync/keys", "手机应有的", s.syncKeys)

	// Figures, ledgers, accounts, certificates.
	get(s, staff, "/programs/{p}/stats", "看板", s.dashboard)
	get(s, staff, "/programs/{p}/stats/{k}", "一个指标", s.stat)
	get(s, staff, "/programs/{p}/ledgers", "台账列表", s.ledgers)
	get(s, staff, "/programs/{p}/ledgers/{k}", "台账", s.ledger)
	get(s, staff, "/programs/{p}/ledgers/{k}/export.xlsx", "下载台账", s.exportLedger)
	get(s, staff, "/programs/{p}/ledgers/{k}/cells/{stat}", "一格数由哪些事组成", s.ledgerCell)
	post(s, staff, inTx, "/programs/{p}/ledgers/{k}/freeze", "冻结台账", s.freeze)
	post(s, staff, inTx, "/programs/{p}/ledgers/{k}/sign", "签字", s.signLedger)
	get(s, signedIn, "/programs/{p}/accounts/{k}", "余额", s.balances)
	get(s, signedIn, "/programs/{p}/accounts/{k}/entries", "对账单", s.statement)
	get(s, signedIn, "/programs/{p}/accounts/{k}/entries.xlsx", "下载对账单", s.exportStatement)
	get(s, signedIn, "/holdings", "名下的账户", s.holdings)
	create(s, staff, inTx, "/programs/{p}/documents/{k}", "出具证明", s.issueDocument)

	// What is public.
	get(s, public, "/public/notices", "公布的数据", s.notices)
	get(s, public, "/public/notices/{id}", "一份公布", s.notice)
	get(s, signedIn, "/notices/{id}", "一份公示，公布给某一角色的也在内", s.noticeFor)
	get(s, signedIn, "/programs/{p}/notices", "一个机制的公示，待审核的也在内", s.programNotices)
	get(s, staff, "/programs/{p}/notices/{k}/preview", "预览将要公布的内容", s.noticePreview)
	create(s, staff, inTx, "/programs/{p}/notices/{k}", "公布，或通过待审核的公示", s.publish)
	del(s, staff, inTx, "/programs/{p}/notices/{k}", "停止公布，或退回待审核的公示", s.unpublish)
	get(s, public, "/public/check/{serial}", "查验证明", s.checkSerial)

	// Files, search, journal, messages.
	create(s, signedIn, inTx, "/attachments", "上传附件", s.upload)
	get(s, signedIn, "/attachments/{id}", "下载附件", s.attachment)
	create(s, signedIn, inTx, "/uploads", "开始分段上传", s.beginUpload)
	get(s, signedIn, "/uploads/{id}", "分段上传到哪里了", s.uploadState)
	put(s, signedIn, again, "/uploads/{id}", "上传一段", s.addPart)
	post(s, signedIn, again, "/uploads/{id}/finish", "校验并完成上传", s.finishUpload)
	get(s, signedIn, "/search", "搜索", s.search)
	get(s, auditor, "/audit", "审计日志", s.audit)
	get(s, auditor, "/audit/actions", "审计的操作种类", s.auditActions)
	get(s, auditor, "/audit/export.xlsx", "导出审计日志", s.exportAudit)
	get(s, auditor, "/audit/verify", "校验审计日志", s.verifyAudit)
	get(s, watching, "/stream", "变更推送", s.stream)
	get(s, signedIn, "/notifications", "消息", s.notifications)
	get(s, watching, "/notifications/count", "未读消息数", s.unread)
	post(s, signedIn, again, "/notifications/read", "全部标为已读", s.readNotifications)
	post(s, signedIn, again, "/notifications/{id}/read", "标为已读", s.readNotification)
	get(s, signedIn, "/preferences", "通知设置", s.preferences)
	put(s, signedIn, inTx, "/preferences", "改通知设置", s.setPreferences)

	// Messages that leave the county: channels, what became of each message.
	get(s, overseer, "/channels", "消息渠道", s.channels)
	create(s, admin, inTx, "/channels", "新增渠道", s.createChannel)
	patch(s, admin, inTx, "/channels/{id}", "修改渠道", s.patchChannel)
	post(s, admin, inTx, "/channels/{id}/test", "试发一条", s.testChannel)
	post(s, public, reads, "/channels/{id}/reports", "网关回报到达（须签名）", s.report)
	get(s, overseer, "/deliveries", "送达记录", s.deliveries)
	get(s, overseer, "/deliveries/count", "各状态的消息数", s.countDeliveries)
	post(s, admin, inTx, "/deliveries/replay", "重发", s.replay)

	get(s, demoOnly, "/demo/accounts", "演示账号", s.demoAccounts)
}
