package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var operators = []string{"=", ">", "<", "~", "含", "≠", ">=", "<="}

// compare finds ` op value` in the words of an expectation: everything before
// the operator is the rest, everything after it the value.
func compare(w []string) (rest []string, c Compare, err error) {
	for i, x := range w {
		if !slices.Contains(operators, x) {
			continue
		}
		if i == len(w)-1 {
			return nil, c, fmt.Errorf("「%s」后缺少值", x)
		}
		c.Op = x
		c.Want, err = parseValue(strings.Join(w[i+1:], " "))
		return w[:i], c, err
	}
	return nil, c, fmt.Errorf("缺少比较（= > < ~ 含，两边留空格）")
}

func (p *parser) expect(w []string, args string) (Sentence, error) {
	if err := need(w, 2, "应 …"); err != nil {
		return nil, err
	}
	switch w[1] {
	case "钟":
		return p.expectClock(w[2:])
	case "送达":
		return p.expectDelivery(w[2:])
	case "指标":
		return p.expectStat(w[2:])
	case "台账":
		return p.expectLedger(w[2:])
	case "计数":
		return p.expectCount(w[2:])
	case "结果":
		a, err := parseArgs(args)
		if err == nil && len(a) == 0 {
			err = fmt.Errorf("应写成「应 结果: 名=可申请(理由)」")
		}
		return ExpectResult{Args: a}, err
	case "名册":
		rest, c, err := compare(w[2:])
		if err == nil && len(rest) != 1 {
			err = fmt.Errorf("应写成「应 名册 k = n」")
		}
		if err != nil {
			return nil, err
		}
		return ExpectRoster{Roster: rest[0], Compare: c}, nil
	case "时段":
		return p.expectWindow(w[2:])
	case "对接":
		return p.expectPartner(w[2:], args)
	case "重算":
		if len(w) != 3 || w[2] != "相同" {
			return nil, fmt.Errorf("应写成「应 重算 相同」")
		}
		return ExpectSame{}, nil
	case "冲突":
		if err := need(w, 3, "应 冲突 Y: k=ours/theirs"); err != nil {
			return nil, err
		}
		a, err := parseArgs(args)
		if err != nil {
			return nil, err
		}
		return ExpectConflict{Of: w[2], Args: a}, p.names(w[2])
	}
	return p.expectOf(w[1:], args)
}

// expectOf reads what a record, or a person's screen, should show.
func (p *parser) expectOf(w []string, args string) (Sentence, error) {
	if err := need(w, 3, "应 Y 在 stage，或 应 Y k = v"); err != nil {
		return nil, err
	}
	of := w[0]
	if err := p.names(of); err != nil {
		return nil, err
	}
	switch w[1] {
	case "在":
		return p.expectStage(of, strings.Join(w[2:], " "))
	case "走过":
		return ExpectWalk{Of: of, Stages: strings.Join(w[2:], " ")}, nil
	case "待签":
		return ExpectWaiting{Of: of, Role: w[2]}, nil
	case "看见", "看不见":
		s := ExpectSee{Who: of, Of: w[2], Not: w[1] == "看不见", Keys: splitTop(args, ',')}
		return s, p.names(w[2])
	case "出示":
		if len(w) != 5 || w[3] != "于" {
			return nil, fmt.Errorf("应写成「应 某 出示 order 于 Y: 路径=有|空|扣下|不给看|无」")
		}
		a, err := parseArgs(args)
		if err != nil {
			return nil, err
		}
		return ExpectPacket{Who: of, Order: w[2], Of: w[4], Args: a}, p.names(w[4])
	case "见结论":
		a, err := parseArgs(args)
		if err != nil {
			return nil, err
		}
		return ExpectConclusions{Who: of, Of: w[2], Args: a}, p.names(w[2])
	}
	rest, c, err := compare(w[1:])
	if err != nil {
		return nil, err
	}
	c.Key = strings.Join(rest, " ")
	return ExpectValue{Of: of, Compare: c}, nil
}

func (p *parser) expectStage(of, text string) (Sentence, error) {
	parts := splitTop(text, ';')
	s := ExpectStage{Of: of, Stage: parts[0]}
	for _, part := range parts[1:] {
		rest, c, err := compare(words(part))
		if err != nil {
			return nil, err
		}
		c.Key = strings.Join(rest, " ")
		s.Also = append(s.Also, c)
	}
	return s, nil
}

func (p *parser) expectClock(w []string) (Sentence, error) {
	const form = "应 钟 record.clock 于 Y 到期|余|用时|状态 = v"
	rest, c, err := compare(w)
	if err != nil {
		return nil, err
	}
	if len(rest) != 4 || rest[1] != "于" || !slices.Contains([]string{"到期", "余", "用时", "状态"}, rest[3]) {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	if c.Op != "=" {
		return nil, fmt.Errorf("钟只能用「=」比较")
	}
	return ExpectClock{Clock: rest[0], Of: rest[2], What: rest[3], Compare: c}, p.names(rest[2])
}

func (p *parser) expectDelivery(w []string) (Sentence, error) {
	const form = "应 送达 X 讯 message [n 次]"
	if err := need(w, 3, form); err != nil || w[1] != "讯" {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	s := ExpectDelivery{Who: w[0], Message: w[2], Times: -1}
	if len(w) == 5 && w[4] == "次" {
		n, err := strconv.Atoi(w[3])
		if err != nil {
			return nil, fmt.Errorf("次数「%s」不是整数", w[3])
		}
		s.Times = n
	} else if len(w) != 3 {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	return s, p.names(w[0])
}

func (p *parser) expectStat(w []string) (Sentence, error) {
	const form = "应 指标 k [条件 k=v，…] [区=…] [期=…] = v"
	rest, c, err := compare(w)
	if err != nil {
		return nil, err
	}
	if len(rest) == 0 {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	s := ExpectStat{Stat: rest[0], Compare: c}
	for i := 1; i < len(rest); i++ {
		if rest[i] == "条件" {
			continue
		}
		a, err := parseArgs(rest[i])
		if err != nil {
			return nil, err
		}
		for _, x := range a {
			switch x.Key {
			case "期":
				s.Period = period(x.Value.Text)
			case "区":
				s.Region = x.Value.Text
			default:
				s.Where = append(s.Where, x)
			}
		}
	}
	return s, p.names(s.Region)
}

func (p *parser) expectLedger(w []string) (Sentence, error) {
	const form = "应 台账 k 期=… 冻结，或 应 台账 k 期=… 行 = n"
	if err := need(w, 3, form); err != nil || !strings.HasPrefix(w[1], "期=") {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	s := ExpectLedger{Ledger: w[0], Period: period(strings.TrimPrefix(w[1], "期="))}
	if len(w) == 3 {
		s.What = w[2]
		if s.What != "冻结" && s.What != "已签" {
			return nil, fmt.Errorf("应写成「%s」", form)
		}
		return s, nil
	}
	rest, c, err := compare(w[2:])
	if err != nil {
		return nil, err
	}
	s.What, s.Compare = strings.Join(rest, " "), c
	return s, nil
}

func (p *parser) expectCount(w []string) (Sentence, error) {
	const form = "应 计数 record(stage) [于 Y] = n"
	rest, c, err := compare(w)
	if err != nil {
		return nil, err
	}
	if len(rest) != 1 && (len(rest) != 3 || rest[1] != "于") {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	s := ExpectCount{Compare: c}
	name, stage, found := strings.Cut(rest[0], "(")
	s.Record, s.Stage = name, strings.TrimSuffix(stage, ")")
	if found && !strings.HasSuffix(stage, ")") {
		return nil, fmt.Errorf("( 没有对应的 )")
	}
	if len(rest) == 3 {
		s.Of = rest[2]
	}
	return s, p.names(s.Of)
}

func (p *parser) expectRefused(w []string, args string) (Sentence, error) {
	if len(w) != 2 || args != "" {
		return nil, fmt.Errorf("应写成「应拒 「说明」」或「应拒 code」")
	}
	scene := p.lastLine()
	if scene == nil {
		return nil, fmt.Errorf("「应拒」前须有一次操作")
	}
	if strings.HasPrefix(w[1], "「") {
		return ExpectRefused{Text: strings.Trim(w[1], "「」")}, nil
	}
	return ExpectRefused{Code: w[1]}, nil
}

// lastLine gives the line before when it is an act.
func (p *parser) lastLine() Sentence {
	if len(p.story.Scenes) == 0 {
		return nil
	}
	lines := p.story.Scenes[len(p.story.Scenes)-1].Lines
	if len(lines) == 0 {
		return nil
	}
	switch s := lines[len(lines)-1].Sentence.(type) {
	case Acts, Supply, Roster:
		return s
	}
	return nil
}

var absentPlaces = []string{"全库", "事件", "讯", "页"}

func (p *parser) expectAbsent(w []string, _ string) (Sentence, error) {
	const form = "应无 X 于 全库|事件|讯|页 [除 …]"
	if err := need(w, 4, form); err != nil || w[2] != "于" {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	s := ExpectAbsent{Names: splitTop(w[1], ','), Where: splitTop(w[3], ',')}
	for _, x := range s.Where {
		if !slices.Contains(absentPlaces, x) {
			return nil, fmt.Errorf("「%s」不是查找范围（全库 事件 讯 页）", x)
		}
	}
	if len(w) >= 6 && w[4] == "除" {
		s.Except = splitTop(w[5], ',')
	}
	return s, nil
}
