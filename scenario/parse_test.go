package scenario

import (
	"strings"
	"testing"
	"time"

	"linqiao/domain"
)

const header = "剧本 样例：一天\n程序 sme-finance@1\n地区 110114 昌平区\n出处 M07-M09，M11\n日历 2022\n种子 7\n"

// one of every sentence; a line that begins with 应拒 follows an act.
const everySentence = header + `时间 2022-04-01 09:00
区划 江湖镇 级=镇 上级=昌平区
区划 圈{1..3} 级=圈 上级=江湖镇
单位 金融办 是 finance_office 区=江湖镇
单位 工行 是 bank
人员 杨主任 任 taskforce 在 金融办
人员 会员{1..4} 任 bank 在 工行
个人 小禾: birth_date=2014-05-02，place=「21.6601,110.6402」
个人 李奶奶
家庭 李家
企业 康赢餐饮: industry=餐饮业，revenue=600万，chains=[医药，食品]
团体 商会
关系 李奶奶 监护人 小禾
值班 duty 2025-11-14 18:00 至 2025-11-15 08:00: first=杨主任
供给 loan 网络融资 由 工行: min=10万，rate=LPR1Y+0，policies=[tech]
名册 firms 加 [康赢餐饮]
名册 firms 减 康赢餐饮
推进 2wd
杨主任 做 demand.raise 于 康赢餐饮: amount=300万，text=「急用：周转」
应拒 「五项标准」
记 需求 = 上句
记 申请 = 最新 application 于 需求 由 工行
杨主任 依次 application.contact，application.complete(complete_on=今日) 于 申请
杨主任 签 需求
杨主任 拒签 需求
杨主任 签 ledger.policy
杨主任 填 opinion 于 需求: advice=「可」
李奶奶 同意 visit 代 小禾: 方式=voice
康赢餐饮 撤回 share_bank
杨主任 援引 report 于 小禾: 理由=「强制报告」
杨主任 启动 duty.visit_round: 从=2022-04-15，至=2022-05-30
康赢餐饮 看 match.supermarket 于 需求
访客 扫 card 于 需求
访客 查 需求
访客 读 需求
康赢餐饮 读 需求 200 次
杨主任 冻结 ledger.policy 期=2022-06
杨主任 定冲突 需求: phone=theirs
杨主任 在 e12355 改 小禾: dh=13800000009
凭码 需求 查 需求
捷径 推送 = shortlist.draft，shortlist.push，签
捷径 放款 = demand.raise(purpose=working)，同意 share_bank，推送，application.credit(credit={amount})
批量 3 家 企业 户{n} 走 放款 由 工行: amount=分摊(100万; 1=50万)，日=2022-05-01..2022-05-20，how=[1..2:online 其余:counter]
批量 2 人 人员 干事{n} 走 登记: 任=taskforce，在=金融办
批量 2 次 户{n} 走 demand.raise: amount=5万
断网 杨主任
联网 杨主任
断 e12355
通 e12355
停机
开机
重算 全部
应 需求 在 matching; rounds = 1
应 需求 amount = 300万
应 需求 走过 raised，declared
应 需求 待签 taskforce
应 钟 demand.review 于 需求 到期 = 2022-06-08 24:00
应 送达 杨主任 讯 nobody 2 次
应 送达 杨主任 讯 nobody
应 杨主任 看见 需求: amount，subject.phone
应 杨主任 看不见 需求
应 指标 loan_money 条件 provider=工行，how=online 期=2022-05..2022-06 = 900万
应 指标 raised_money > 23亿
应 台账 policy 期=2022-06 冻结
应 台账 policy 期=2022-06 行 = 4
应 计数 单位(bank) = 32
应 计数 demand(raised) 于 康赢餐饮 = 1
应 结果: 网络融资=可申请(利率较低，无需抵押)
应 名册 firms = 2
应 重算 相同
应 冲突 需求: phone=1/2
应 杨主任 出示 assist 于 需求: subject.name=扣下
应 杨主任 见结论 需求: 工行=可贷
应 冲突 需求
应 对接 e12355 待发 = 1
应 对接 e12355 记着 需求: phone=1
应 对接 e12355 不记 需求
应无 小禾，李奶奶 于 讯，页 除 档案
应拒2
`

func TestEverySentence(t *testing.T) {
	src := strings.TrimSuffix(everySentence, "应拒2\n")
	st, issues := Parse("a.txt", []byte(src))
	for _, i := range issues {
		t.Error(i)
	}
	if st.Title != "样例：一天" || st.Program != "sme-finance" || st.Version != 1 || st.Code != "110114" || st.Seed != "7" {
		t.Fatalf("header read wrong: %+v", st)
	}
	if got := strings.Join(st.Sources, " "); got != "M07 M08 M09 M11" {
		t.Errorf("sources = %s", got)
	}
	if len(st.Scenes) != 1 || len(st.Scenes[0].Lines) != strings.Count(src, "\n")-6 {
		t.Fatalf("want every line after the header in one scene, got %d", len(st.Scenes[0].Lines))
	}
}

func line(t *testing.T, text string) Sentence {
	t.Helper()
	pre := header + "时间 2022-04-01 09:00\n单位 工行 是 bank\n人员 甲 任 bank 在 工行\n个人 乙\n记 丙 = 上句\n捷径 放款 = a.b\n"
	st, issues := Parse("a.txt", []byte(pre+text))
	for _, i := range issues {
		t.Error(i)
	}
	lines := st.Scenes[0].Lines
	return lines[len(lines)-1].Sentence
}

func TestParsedParts(t *testing.T) {
	if s := line(t, "推进 5m").(Advance); s.By != 5*time.Minute {
		t.Errorf("advance %v", s)
	}
	b := line(t, "批量 5 家 企业 户{n} 走 放款 由 工行: amount=分摊(100万; 1..2=50万)，日=2022-05-01").(Batch)
	if b.N != 5 || b.Kind != "企业" || b.By != "工行" || b.Steps[0].Verb != VerbRun || len(b.Args) != 2 {
		t.Errorf("batch %+v", b)
	}
	v := line(t, "应 钟 demand.review 于 丙 到期 = 2022-06-08 24:00").(ExpectClock)
	if v.Clock != "demand.review" || v.Of != "丙" || v.What != "到期" || v.Want.Text != "2022-06-08 24:00" {
		t.Errorf("clock %+v", v)
	}
	c := line(t, "应 指标 loan_money 条件 provider=工行，how=online 期=2022-05..2022-06 ~ 900万").(ExpectStat)
	if c.Period != "2022-05..2022-06" || len(c.Where) != 2 || c.Op != "~" || c.Want.Text != "900万" {
		t.Errorf("stat %+v", c)
	}
	a := line(t, "甲 依次 x.a(k=1)，x.b 于 丙").(Acts)
	if len(a.Steps) != 2 || a.Steps[0].On != "丙" || a.Steps[0].Args.Text("k") != "1" {
		t.Errorf("in order %+v", a)
	}
	k := line(t, "甲 做 x.a 于 丙: note=「写：了，（一）半」，slot=2022-05-01 09:00..11:00，criteria=全通过 除 use").(Acts)
	args := k.Steps[0].Args
	if args.Text("note") != "写：了，（一）半" || args.Text("slot") != "2022-05-01 09:00..11:00" || args.Text("criteria") != "全通过 除 use" {
		t.Errorf("args %+v", args)
	}
	e := line(t, "应 丙 在 matching; rounds = 1; owner = 甲").(ExpectStage)
	if e.Stage != "matching" || len(e.Also) != 2 || e.Also[1].Want.Text != "甲" {
		t.Errorf("stage %+v", e)
	}
}

// Half- and full-width punctuation are the same sentence.
func TestWidths(t *testing.T) {
	half := line(t, "甲 做 x.a 于 丙: amount=300万, list=[a, b], n=分摊(9万; 1=1万)")
	full := line(t, "甲　做　x.a 于 丙： amount＝300万， list＝［a，b］， n＝分摊（9万； 1＝1万）")
	h, f := half.(Acts).Steps[0], full.(Acts).Steps[0]
	if len(h.Args) != 3 || len(f.Args) != 3 {
		t.Fatalf("args %v / %v", h.Args, f.Args)
	}
	for i := range h.Args {
		if h.Args[i].Value.String() != f.Args[i].Value.String() && h.Args[i].Value.Total != f.Args[i].Value.Total {
			t.Errorf("%s differs: %v / %v", h.Args[i].Key, h.Args[i].Value, f.Args[i].Value)
		}
	}
}

func TestFaultsHaveTheirLine(t *testing.T) {
	cases := []struct{ text, say string }{
		{"张三 做 demand.raise", "既不是句型也不是登记过的名称"},
		{"甲 做 demand", "record.move"},
		{"甲 跳 demand.raise", "动词"},
		{"甲 做 demand.raise 于 无名", "没有登记过"},
		{"单位 某局", "单位 名 是 类别"},
		{"时间 2021-01-01 09:00", "时间倒退"},
		{"时间 明天", "不是时间"},
		{"推进 5x", "不是时长"},
		{"区划 某处 级=州", "级"},
		{"批量 0 家 企业 户{n} 走 登记: 是=x", "批量的数"},
		{"批量 3 家 企业 户 走 登记: 是=x", "应写成"},
		{"甲 做 x.a: amount=分摊(1万; 9)", "序号=金额"},
		{"甲 做 x.a: a=1，a=2", "写了两次"},
		{"甲 做 x.a: note=「没有完", "没有对应的"},
		{"应 指标 loan_money 900万", "缺少比较"},
		{"应 丙 走", "应 Y"},
		{"应 钟 demand.review 到期 = 1", "应 钟"},
		{"应无 甲 于 天上", "查找范围"},
		{"出处 M1", "不是机制编号"},
		{"重算 一半", "重算 全部"},
		{"名册 k 看 甲", "加"},
	}
	pre := header + "时间 2022-04-01 09:00\n单位 工行 是 bank\n人员 甲 任 bank 在 工行\n记 丙 = 上句\n"
	for _, c := range cases {
		_, issues := Parse("b.txt", []byte(pre+c.text+"\n应 重算 相同\n"))
		if len(issues) != 1 {
			t.Errorf("%q: %d issues %v", c.text, len(issues), issues)
			continue
		}
		if issues[0].Line != 11 || issues[0].File != "b.txt" || !strings.Contains(issues[0].Msg, c.say) {
			t.Errorf("%q: got %v, want line 11 and %q", c.text, issues[0], c.say)
		}
	}
}

func TestRefusedNeedsAnAct(t *testing.T) {
	_, issues := Parse("b.txt", []byte(header+"时间 2022-04-01 09:00\n应拒 stale\n"))
	if len(issues) != 1 || issues[0].Line != 8 {
		t.Errorf("issues %v", issues)
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	_, issues := Parse("c.txt", []byte("程序 X\n时间 2022-04-01 09:00\n乱写 一气\n推进 x\n"))
	if len(issues) != 4 {
		t.Errorf("want four issues (program, sentence, span, missing head), got %v", issues)
	}
}

func TestSceneRepeatsTheCast(t *testing.T) {
	st, issues := Parse("a.txt", []byte(header+"时间 2022-04-01 09:00\n单位 工行 是 bank\n名册 firms 加 工行\n分场 二\n时间 2022-02-01 09:00\n应 计数 单位(bank) = 1\n"))
	if len(issues) > 0 {
		t.Fatal(issues)
	}
	lines := sceneLines(st, 1)
	if len(lines) != 3 {
		t.Fatalf("lines %v", lines)
	}
	if at := lines[0].Sentence.(SetTime).At; domain.DateOf(at).String() != "2022-02-01" {
		t.Errorf("begins %v", at)
	}
	if _, ok := lines[1].Sentence.(Org); !ok {
		t.Errorf("the cast follows the time, got %T", lines[1].Sentence)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(everySentence)
	f.Add("批量 3 家 企业 户{n} 走 放款: a=[1:x 其余:y]，日=")
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 1<<16 {
			return
		}
		st, issues := Parse("f.txt", []byte(src))
		if st == nil || (len(issues) == 0 && st.Title == "") {
			t.Error("a story without title must have an issue")
		}
	})
}
