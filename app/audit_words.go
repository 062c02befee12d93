package app

import (
	"slices"
	"strings"
	"time"

	"linqiao/domain"
)

// auditActions word what the journal notes, in Chinese and English. The order is
// that of the auditor's filter.
var auditActions = []struct{ key, zh, en string }{
	{"reveal", "查看隐藏信息", "Revealed hidden data"}, {"read", "打开档案", "Opened a file"}, {"read_record", "查看敏感内容", "Read sensitive data"},
	{"pass_open", "扫卡打开", "Opened by a card's code"},
	{"export", "导出", "Exported"}, {"audit_read", "查阅审计", "Read the journal"},
	{"sign_in", "登录", "Signed in"}, {"sign_in_failed", "登录失败", "Failed sign-in"}, {"sign_in_revoke", "退出其他设备", "Signed another device out"}, {"password", "修改密码", "Changed the password"},
	{"factor_add", "绑定第二因素", "Added a second factor"}, {"factor_drop", "删除第二因素", "Removed a second factor"}, {"factor_wrong", "第二步验证失败", "Failed second step"}, {"factors_clear", "解除第二因素", "Cleared second factors"}, {"step_up", "再次验证身份", "Proved identity again"}, {"recovery_codes", "更换恢复码", "Renewed recovery codes"}, {"sign_in_rules", "修改登录规则", "Changed the sign-in rules"},
	{"party_create", "建立档案", "Opened a file anew"}, {"party_edit", "修改档案", "Edited a file"}, {"party_relation", "登记关系", "Noted a relation"},
	{"consent", "登记同意", "Noted a consent"}, {"withdraw", "登记撤回同意", "Noted a withdrawal of consent"},
	{"ground", "援引依据", "Took a legal ground"}, {"glass", "紧急查看密封资料", "Broke the glass"}, {"glass_read", "紧急查看期间查看", "Read through a broken glass"},
	{"roster_shift", "排班", "Changed a duty roster"}, {"gateway_create", "开通设备平台", "Let a device platform in"}, {"gateway_stop", "停用设备平台", "Stopped a device platform"},
	{"partner_create", "新增数据对接", "Tied a partner's system"}, {"partner_edit", "修改数据对接", "Changed a partner's system"}, {"partner_key", "生成对接密钥", "Made a partner's key"}, {"partner_revoke", "吊销对接密钥", "Revoked a partner's key"},
	{"partner_resend", "重发对接数据", "Sent to a partner again"}, {"partner_retake", "重收对接数据", "Took a partner's events in again"}, {"partner_drop", "放弃对接数据", "Dropped a partner's events"},
	{"ground_sign", "会签紧急查看", "Countersigned a glass"}, {"ground_refuse", "不同意紧急查看", "Refused a glass"}, {"ground_accept", "复核：妥当", "Reviewed: right"},
	{"ground_object", "复核：不当，已终止", "Reviewed: wrong, ended"}, {"ground_end", "终止依据", "Ended a ground"},
	{"roster_join", "列入名册", "Put on a roster"}, {"roster_leave", "移出名册", "Taken off a roster"},
	{"roster_keeper", "指定包组联系人", "Group contact named"}, {"window_remind", "提醒未报的人", "Reminded who had not reported"},
	{"upload", "上传附件", "Uploaded a file"}, {"download", "下载导出文件", "Fetched an export"}, {"import_check", "检查导入文件", "Checked an import"}, {"import", "导入", "Imported"}, {"import_confirm", "确认导入", "Confirmed an import"}, {"import_drop", "放弃导入", "Dropped an import"}, {"import_undo", "撤回导入", "Took an import back"}, {"import_undone", "导入已撤回", "An import was taken back"},
	{"account_create", "开设账号", "Opened an account"}, {"account_edit", "修改账号", "Edited an account"}, {"account_join", "增加任职", "Gave a post"}, {"account_leave", "解除任职", "Ended a post"},
	{"account_lock", "停用账号", "Locked an account"}, {"account_unlock", "启用账号", "Unlocked an account"}, {"account_password", "重置密码", "Reset a password"},
	{"propose", "提出变更", "Proposed a change"}, {"approve", "批准变更", "Approved a change"}, {"refuse", "不批准变更", "Refused a change"}, {"approval_withdraw", "撤回变更", "Withdrew a change"}, {"powers", "改变管理权限的分法", "Changed how powers are divided"},
	{"org_create", "新建单位", "Created a unit"}, {"org_edit", "修改单位", "Edited a unit"}, {"region_create", "增设区划", "Added a division"}, {"region_edit", "修改区划", "Edited a division"}, {"region_import", "导入区划", "Imported divisions"},
	{"print", "打印", "Printed"}, {"map_check", "检查地图文件", "Checked a map file"}, {"map_draw", "启用地图", "Drew a map"}, {"map_undo", "撤回地图", "Took a map back"},
	{"channel_create", "设置发送渠道", "Set up a channel"}, {"channel_edit", "修改发送渠道", "Changed a channel"}, {"channel_test", "试发消息", "Sent a test message"},
	{"delivery_replay", "重发消息", "Sent messages again"}, {"contact_phone", "修改联系电话", "Changed a contact phone"},
	{"bulk", "批量办理", "Worked on many at once"}, {"bulk_undo", "撤回一批", "Took a batch back"},
	{"publish", "公布", "Published"}, {"unpublish", "停止公布", "Took a publication down"},
	{"duty_reassign", "改派任务", "Reassigned tasks"}, {"simulate", "推演机制改动", "Tried a change of a mechanism"},
}

// auditActionList is the auditor's filter.
func (w *work) auditActionList() []Choice {
	out := make([]Choice, 0, len(auditActions))
	for _, a := range auditActions {
		out = append(out, Choice{a.key, w.pick(a.zh, a.en)})
	}
	return out
}

func (w *work) auditLabel(action string) string {
	i := slices.IndexFunc(auditActions, func(a struct{ key, zh, en string }) bool { return a.key == action })
	if i < 0 {
		return action
	}
	return w.pick(auditActions[i].zh, auditActions[i].en)
}

// auditAbout names the object of a row: `noun/id`. A person's name is masked: an
// auditor watches over readers, and does not read the files.
func (w *work) auditAbout(object string) string {
	noun, id, _ := strings.Cut(object, "/")
	switch noun {
	case "party":
		if p, err := w.Party(domain.PartyID(id)); err == nil {
			return shownName(p, domain.Internal)
		}
	case "account":
		if a, err := w.Account(domain.AccountID(id)); err == nil {
			return w.personBehind(a, domain.Internal).Name
		}
	case "org":
		if o, err := w.Org(domain.OrgID(id)); err == nil {
			return o.Name
		}
	case "region":
		if g, err := w.Region(domain.RegionID(id)); err == nil {
			return g.Name
		}
	case "county":
		if t, err := w.tx.Tenant(); err == nil {
			return t.Name
		}
	case "approval":
		if x, err := w.tx.Approval(id); err == nil {
			k := approvalKinds[x.Kind]
			return w.pick(k.zh, k.en) + " · " + w.auditAbout(x.Object)
		}
	case "map":
		if m, err := w.tx.Map(id); err == nil {
			return m.Name
		}
	case "ledger", "records", "roster", "program", "round", "statement":
		return w.auditPart(noun, id)
	case "notice":
		if n, err := w.tx.Notice(id); err == nil {
			return asText(n.Data["title"])
		}
	case "attachment":
		if x, err := w.tx.Attachment(id); err == nil {
			return x.Name
		}
	}
	if l, ok := auditNouns[noun]; ok {
		return w.pick(l[0], l[1])
	}
	return ""
}

var auditNouns = map[string][2]string{
	"party": {"服务对象", "a file"}, "account": {"账号", "an account"}, "org": {"单位", "a unit"}, "region": {"区划", "a division"},
	"channel": {"消息通道", "a channel"}, "map": {"地图", "a map"}, "bulk": {"批量办理", "a batch"}, "delivery": {"消息", "messages"},
	"notice": {"公示", "a publication"}, "attachment": {"附件", "a file"}, "import": {"导入", "an import"}, "job": {"后台任务", "background work"}, "audit": {"审计日志", "the journal"}, "record": {"办件", "a record"},
	"ledger": {"台账", "a ledger"}, "records": {"办件", "records"}, "roster": {"名册", "a roster"}, "program": {"机制", "a mechanism"}, "round": {"任务轮次", "a round"},
	"approval": {"变更", "a change"}, "county": {"县区", "the county"},
	"statement": {"对账单", "a statement"},
}

// auditPart names a part of a program: `ledger/program/key`, `roster/program.key`.
func (w *work) auditPart(noun, id string) string {
	prog, key, _ := strings.Cut(strings.Replace(id, ".", "/", 1), "/")
	p := w.set.set.Program(prog)
	if p == nil {
		l := auditNouns[noun]
		return w.pick(l[0], l[1])
	}
	words := w.words(p)
	name := ""
	switch noun {
	case "ledger":
		if l := p.Ledgers.Get(key); l != nil {
			name = words.Ledger(l)
		}
	case "statement":
		if x := p.Accounts.Get(key); x != nil {
			name = words.Named("accounts", key, x.Label)
		}
	case "records":
		if t := p.Records.Get(key); t != nil {
			name = words.Kind(t)
		}
	case "roster":
		if r := p.Rosters.Get(key); r != nil {
			name = words.Named("rosters", key, r.Label)
		}
	case "round":
		if d := p.Duties.Get(key); d != nil {
			name = words.Duty(d)
		}
	}
	return strings.TrimSpace(words.Title() + " " + name)
}

// auditDetails word the keys of a row's detail; others are for machines.
var auditDetails = map[string][2]string{
	"field": {"内容", "Field"}, "ref_no": {"编号", "Number"}, "period": {"统计期", "Period"}, "rows": {"行数", "Rows"}, "do": {"办理", "Act"}, "failed": {"未办成", "Refused"}, "how": {"方式", "How"},
	"kind": {"类别", "Kind"}, "size": {"大小", "Size"}, "actor": {"查阅操作人", "Actor"}, "action": {"查阅操作", "Action"}, "stage": {"状态", "Stage"}, "n": {"件数", "Items"}, "to": {"改派给", "To"}, "powers": {"管理权限", "Powers"}, "approval": {"变更", "Change"}, "object": {"关于", "About"}, "proposer": {"提出人", "Proposed by"},
	"second_factor": {"第二因素", "Second factor"}, "before": {"原来", "Before"}, "idle_days": {"长期未用（天）", "Unused days"},
}

// auditValues word closed values of details.
var auditValues = map[string][2]string{
	"password": {"密码", "password"}, "phone": {"电话", "phone"}, "id_number": {"身份证号", "ID number"}, "code": {"验证码", "code"}, "create": {"开户", "creation"},
	"joint": {"合并", "joint"}, "separated": {"三员分立", "separated"},
	"owner": {"移交", "handed over"}, "remind": {"催办", "reminded"}, "people": {"个人", "people"}, "enterprises": {"企业", "enterprises"}, "organisations": {"单位", "units"}, "offers": {"供给", "offers"}, "divisions": {"区划", "divisions"},
	"oidc": {"统一身份认证", "identity provider"}, "totp": {"动态口令", "one-time code"}, "passkey": {"通行密钥", "passkey"}, "recovery": {"恢复码", "recovery code"}, "factor": {"还差第二步", "second step to come"}, "enrol": {"还须绑定第二因素", "second factor to be set up"},
	"off": {"不要求", "not asked"}, "reveal": {"能看个人信息的人", "who may read personal data"}, "all": {"全部工作人员", "all staff"},
}

func (w *work) auditWords(detail map[string]any) []Choice {
	out := []Choice{}
	for _, k := range sortedKeys(detail) {
		l, ok := auditDetails[k]
		text := asText(detail[k])
		if !ok || text == "" {
			continue
		}
		switch k {
		case "actor", "proposer":
			if a, err := w.Account(domain.AccountID(text)); err == nil {
				text = a.Name
			}
		case "action":
			text = w.auditLabel(text)
		case "object":
			if about := w.auditAbout(text); about != "" {
				text = about
			}
		case "approval":
			if k, ok := approvalKinds[text]; ok {
				text = w.pick(k.zh, k.en)
			}
		case "field":
			text = w.fieldWord(domain.Person, text)
		}
		if v, ok := auditValues[text]; ok {
			text = w.pick(v[0], v[1])
		}
		out = append(out, Choice{w.pick(l[0], l[1]), text})
	}
	return out
}

// auditLine is a row of the journal as one row of a spreadsheet.
func auditLine(v AuditView) []any {
	actor, org := "", ""
	if v.Actor != nil {
		actor = v.Actor.Name
	}
	if v.Org != nil {
		org = v.Org.Name
	}
	words := make([]string, 0, len(v.Words))
	for _, x := range v.Words {
		words = append(words, x.Key+" "+x.Label)
	}
	return []any{v.At.In(domain.Beijing).Format(time.DateTime), safeCell(actor), safeCell(org), v.Label, safeCell(v.About), safeCell(v.Purpose),
		safeCell(strings.Join(words, "；")), v.Seq, v.Hash}
}
