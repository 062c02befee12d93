package program

import "linqiao/domain"

// visitModes are the ways a visit is made.
var visitModes = options("onsite", "实地", "phone", "电话", "video", "视频")

func options(pairs ...string) *List {
	l := &List{}
	for i := 0; i < len(pairs); i += 2 {
		l.Options.Set(pairs[i], &Option{Key: pairs[i], Label: pairs[i+1]})
	}
	return l
}

func builtin(key, label string, t FieldType) *Field {
	return &Field{Key: key, Label: label, Type: t, Class: domain.Internal}
}

func manyOf(f *Field) *Field           { f.Many = true; return f }
func inUnit(f *Field, u string) *Field { f.Unit = u; return f }

// Builtins gives the built-in fields of a noun beside the common ones
// (program-format §3). `offer` of an order and `members` of a batch are refs
// whose target the record declares.
func Builtins(n domain.Noun) []*Field {
	switch n {
	case domain.Order:
		return []*Field{
			builtin("offer", "供给", TypeRef), builtin("provider", "承接单位", TypeOrg), builtin("contact", "联系人", TypeAccount),
			builtin("step", "第几步", TypeInt), builtin("as", "办理方式", TypeText),
		}
	case domain.Offer:
		return []*Field{
			builtin("provider", "提供单位", TypeOrg), builtin("place", "地点", TypePlace), manyOf(builtin("area", "服务范围", TypeRegion)),
			builtin("capacity", "容量", TypeInt), builtin("taken", "已占", TypeInt), builtin("open", "余量", TypeInt),
			builtin("stars", "评分", TypeNumber), builtin("assured_on", "核实日期", TypeDate),
		}
	case domain.Visit:
		mode := builtin("mode", "方式", TypeChoice)
		mode.List = visitModes
		return []*Field{
			builtin("place", "地点", TypePlace), mode, manyOf(builtin("team", "同行人员", TypeAccount)),
			builtin("duty", "所属任务", TypeText), builtin("at", "走访时间", TypeTime),
		}
	case domain.Batch:
		return []*Field{manyOf(builtin("members", "成员", TypeRef))}
	case domain.Activity:
		return []*Field{
			manyOf(builtin("hosts", "主办单位", TypeOrg)), builtin("capacity", "容量", TypeInt),
			builtin("taken", "已报", TypeInt), builtin("place", "地点", TypePlace),
		}
	case domain.Session:
		return []*Field{
			builtin("start", "开始", TypeTime), builtin("end", "结束", TypeTime), builtin("place", "地点", TypePlace),
			builtin("capacity", "容量", TypeInt), builtin("taken", "已约", TypeInt), builtin("present", "到场", TypeInt),
			inUnit(builtin("heads", "人数", TypeInt), "人"),
		}
	case domain.Booking:
		return []*Field{
			builtin("number", "序号", TypeInt), builtin("lane", "席位", TypeInt), inUnit(builtin("heads", "人数", TypeInt), "人"),
			builtin("in_at", "到场时间", TypeTime), builtin("out_at", "离开时间", TypeTime), builtin("handed_to", "接走人", TypePerson),
		}
	case domain.Item:
		return []*Field{builtin("index", "序", TypeInt)}
	case domain.Thing:
		return []*Field{
			builtin("code", "编码", TypeText), builtin("holder", "持有人", TypeParty), builtin("place", "位置", TypePlace),
		}
	}
	return nil
}

// Common gives the built-in fields that every record has. Subject and parent
// are refs whose target the record declares.
func Common() []*Field {
	return []*Field{
		builtin("id", "标识", TypeText), builtin("ref_no", "编号", TypeText), builtin("stage", "阶段", TypeText),
		builtin("phase", "状态", TypeText), builtin("subject", "服务对象", TypeParty), builtin("parent", "上级记录", TypeRef),
		builtin("owner", "责任人", TypeAccount), builtin("region", "区划", TypeRegion), builtin("org", "登记单位", TypeOrg),
		builtin("channel", "来源", TypeText), builtin("created", "建立时间", TypeTime), builtin("ended", "结束时间", TypeTime),
		builtin("reason", "理由", TypeText),
	}
}

// Field finds an own, noun or common built-in field of the record.
func (rt *RecordType) Field(key string) *Field {
	if f, ok := rt.Fields.Find(key); ok {
		return f
	}
	for _, f := range Builtins(rt.Noun) {
		if f.Key == key {
			return f
		}
	}
	for _, f := range Common() {
		if f.Key == key {
			return f
		}
	}
	return nil
}

// standardStages are the stages of a record that declares none: one for each
// thing that can be true of its noun when its keeper edits it by hand.
func standardStages(n domain.Noun) []*Stage {
	mk := func(key, label string, ph domain.Phase) *Stage { return &Stage{Key: key, Label: label, Phase: ph} }
	switch n {
	case domain.Offer:
		return []*Stage{
			mk("draft", "草稿", domain.PhaseDraft), mk("live", "上架", domain.PhaseLive),
			mk("paused", "暂停", domain.PhasePaused), mk("ended", "下架", domain.PhaseEnded),
		}
	case domain.Thing:
		return []*Stage{mk("live", "在用", domain.PhaseLive), mk("paused", "停用", domain.PhasePaused), mk("ended", "报废", domain.PhaseEnded)}
	case domain.Activity:
		return []*Stage{
			mk("draft", "筹备", domain.PhaseDraft), mk("live", "进行", domain.PhaseLive),
			mk("done", "结束", domain.PhaseDone), mk("void", "作废", domain.PhaseVoid),
		}
	case domain.Session:
		return []*Stage{
			mk("planned", "待办", domain.PhasePlanned), mk("live", "进行", domain.PhaseLive),
			mk("done", "已办", domain.PhaseDone), mk("void", "取消", domain.PhaseVoid),
		}
	case domain.Batch:
		return []*Stage{mk("draft", "拟定", domain.PhaseDraft), mk("done", "完成", domain.PhaseDone), mk("void", "作废", domain.PhaseVoid)}
	case domain.Booking:
		return []*Stage{mk("in", "已约", domain.PhaseIn), mk("present", "到场", domain.PhasePresent), mk("absent", "未到", domain.PhaseAbsent), mk("out", "已退", domain.PhaseOut)}
	case domain.Order:
		return []*Stage{
			mk("proposed", "待应", domain.PhaseProposed), mk("accepted", "已接", domain.PhaseAccepted), mk("done", "完成", domain.PhaseDone),
			mk("declined", "谢绝", domain.PhaseDeclined), mk("expired", "逾期", domain.PhaseExpired), mk("returned", "退回", domain.PhaseReturned),
		}
	}
	return []*Stage{mk("open", "进行", domain.PhaseOpen), mk("done", "完成", domain.PhaseDone), mk("void", "作废", domain.PhaseVoid)}
}
