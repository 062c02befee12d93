package scenario

import (
	"fmt"
	"strconv"
	"strings"

	"linqiao/domain"
)

// levels of the administrative tree and of platforms, by their Chinese names.
var levels = map[string]domain.RegionLevel{
	"省": domain.Province, "市": domain.City, "县": domain.County, "区": domain.County,
	"镇": domain.Town, "乡": domain.Town, "街道": domain.Town, "村": domain.Village, "社区": domain.Village,
	"网格": domain.Grid, "圈": domain.Circle, "服务圈": domain.Circle,
}

var partyKinds = map[string]domain.PartyKind{
	"个人": domain.Person, "家庭": domain.Household, "企业": domain.Enterprise, "团体": domain.Organization,
}

// tail reads `k=v` words that stand in the head itself: 区划 名 级=镇 上级=某县.
func tail(w []string, args string) (Args, error) {
	joined := strings.Join(w, ",")
	if args != "" {
		joined += "," + args
	}
	return parseArgs(joined)
}

func (p *parser) region(w []string, args string) (Sentence, error) {
	if err := need(w, 3, "区划 名 级=镇 上级=某县"); err != nil {
		return nil, err
	}
	a, err := tail(w[2:], args)
	if err != nil {
		return nil, err
	}
	if _, ok := levels[a.Text("级")]; !ok {
		return nil, fmt.Errorf("级「%s」不认识（省 市 县 镇 村 网格 圈）", a.Text("级"))
	}
	if err := p.names(a.Text("上级")); err != nil {
		return nil, err
	}
	names := expand(w[1])
	return Region{Names: names, Args: a}, p.register(names...)
}

func (p *parser) org(w []string, args string) (Sentence, error) {
	if err := need(w, 4, "单位 名 是 类别 [区=…]"); err != nil || w[2] != "是" {
		return nil, fmt.Errorf("应写成「单位 名 是 类别 [区=…]」")
	}
	a, err := tail(w[4:], args)
	if err != nil {
		return nil, err
	}
	if err := p.names(a.Text("区")); err != nil {
		return nil, err
	}
	names := expand(w[1])
	return Org{Names: names, Kind: w[3], Args: a}, p.register(names...)
}

func (p *parser) member(w []string, args string) (Sentence, error) {
	const form = "人员 名 任 角色 在 单位"
	if err := need(w, 6, form); err != nil || w[2] != "任" || w[4] != "在" {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	a, err := tail(w[6:], args)
	if err != nil {
		return nil, err
	}
	if err := p.names(w[5]); err != nil {
		return nil, err
	}
	names := expand(w[1])
	return Member{Names: names, Role: w[3], Org: w[5], Args: a}, p.register(names...)
}

func (p *parser) party(w []string, args string) (Sentence, error) {
	if err := need(w, 2, w[0]+" 名: k=v"); err != nil {
		return nil, err
	}
	a, err := tail(w[2:], args)
	if err != nil {
		return nil, err
	}
	names := expand(w[1])
	return Party{Kind: partyKinds[w[0]], Names: names, Args: a}, p.register(names...)
}

func (p *parser) relation(w []string, _ string) (Sentence, error) {
	if err := need(w, 4, "关系 甲 监护人 乙"); err != nil {
		return nil, err
	}
	return Relation{A: w[1], Kind: w[2], B: w[3]}, p.names(w[1], w[3])
}

func (p *parser) shift(w []string, args string) (Sentence, error) {
	const form = "值班 roster 2025-11-14 18:00 至 2025-11-15 08:00: first=何一"
	before, after, ok := strings.Cut(strings.Join(w[min(2, len(w)):], " "), " 至 ")
	if !ok || len(w) < 4 {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	from, err := parseInstant(before)
	if err != nil {
		return nil, err
	}
	until, err := parseInstant(after)
	if err != nil {
		return nil, err
	}
	a, err := parseArgs(args)
	if err != nil {
		return nil, err
	}
	for _, x := range a {
		if err := p.names(x.Value.Text); err != nil {
			return nil, err
		}
	}
	return Shift{Roster: w[1], From: from, Until: until, Args: a}, nil
}

func (p *parser) roster(w []string, _ string) (Sentence, error) {
	if err := need(w, 4, "名册 roster 加 名"); err != nil {
		return nil, err
	}
	if w[2] == "包组" {
		return p.keeper(w)
	}
	if w[2] != "加" && w[2] != "减" {
		return nil, fmt.Errorf("名册只能「加」「减」或「包组」")
	}
	v, err := parseValue(w[3])
	if err != nil {
		return nil, err
	}
	s := Roster{Key: w[1], Remove: w[2] == "减"}
	if v.Kind == ListOf {
		for _, x := range v.List {
			s.Names = append(s.Names, x.Text)
		}
	} else {
		s.Names = expand(v.Text)
	}
	return s, p.names(s.Names...)
}

func (p *parser) supply(w []string, args string) (Sentence, error) {
	const form = "供给 record 名 由 单位: k=v"
	if err := need(w, 5, form); err != nil || w[3] != "由" {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	a, err := tail(w[5:], args)
	if err != nil {
		return nil, err
	}
	if err := p.names(w[4]); err != nil {
		return nil, err
	}
	return Supply{Record: w[1], Name: w[2], By: w[4], Args: a}, p.register(w[2])
}

func (p *parser) remember(w []string, _ string) (Sentence, error) {
	const form = "记 名 = 上句，或 记 名 = 最新|最早 record [于 Y] [由 单位]，或 记 名 = 对象 于 Y"
	if err := need(w, 4, form); err != nil || w[2] != "=" {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	s := Remember{Name: w[1]}
	switch {
	case w[3] == "上句":
	case w[3] == "对象" && len(w) == 6 && w[4] == "于":
		s.Whom, s.On = true, w[5]
	case (w[3] == "最新" || w[3] == "最早") && len(w) >= 5:
		s.Latest, s.Oldest = w[4], w[3] == "最早"
		for i := 5; i+1 < len(w); i += 2 {
			switch w[i] {
			case "于":
				s.On = w[i+1]
			case "由":
				s.By = w[i+1]
			default:
				return nil, fmt.Errorf("应写成「%s」", form)
			}
		}
	default:
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	if err := p.names(s.On, s.By); err != nil {
		return nil, err
	}
	return s, p.register(s.Name)
}

func (p *parser) shortcut(w []string, args string) (Sentence, error) {
	const form = "捷径 名 = 步骤，步骤"
	text := strings.Join(w[min(3, len(w)):], " ")
	if err := need(w, 4, form); err != nil || w[2] != "=" || args != "" {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	steps, err := p.steps(text)
	if err != nil {
		return nil, err
	}
	return Shortcut{Name: w[1], Steps: steps}, p.register("捷径·" + w[1])
}

// steps reads `m1，m2(k=v) 于 Y，同意 c，签，推送`.
func (p *parser) steps(text string) ([]Step, error) {
	var out []Step
	for _, part := range splitTop(text, ',') {
		s, err := p.step(part)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func (p *parser) step(part string) (Step, error) {
	w := words(part)
	s := Step{Verb: VerbMove}
	switch w[0] {
	case "签", "拒签":
		s.Verb, w = Verb(w[0]), w[1:]
	case "同意", "填", "启动", "撤回", "找", "投":
		s.Verb, w = Verb(w[0]), w[1:]
		if len(w) == 0 {
			return s, fmt.Errorf("「%s」后缺少名称", part)
		}
	}
	if len(w) > 0 && w[0] != "于" {
		target, args, err := callForm(w[0])
		if err != nil {
			return s, err
		}
		s.Target, s.Args, w = target, args, w[1:]
	}
	if len(w) == 2 && w[0] == "于" {
		s.On, w = w[1], nil
	}
	if len(w) > 0 {
		return s, fmt.Errorf("步骤「%s」看不懂", part)
	}
	if s.Verb == VerbMove && p.known["捷径·"+s.Target] {
		s.Verb = VerbRun
	}
	return s, nil
}

// callForm reads `target(k=v，k=v)`.
func callForm(s string) (string, Args, error) {
	name, rest, found := strings.Cut(s, "(")
	if !found {
		return s, nil, nil
	}
	if !strings.HasSuffix(rest, ")") {
		return "", nil, fmt.Errorf("( 没有对应的 )")
	}
	args, err := parseArgs(strings.TrimSuffix(rest, ")"))
	return name, args, err
}

var batchUnits = map[string]bool{"家": true, "人": true, "次": true, "户": true, "个": true, "名": true, "处": true}

func (p *parser) batch(w []string, args string) (Sentence, error) {
	const form = "批量 N 家 [企业|个人|单位|人员|区划] 名{n} 走 捷径|record.move|登记 [由 X]: k=v"
	at := 3
	if err := need(w, 6, form); err != nil || !batchUnits[w[2]] {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	n, err := strconv.Atoi(w[1])
	if err != nil || n < 1 || n > 100_000 {
		return nil, fmt.Errorf("批量的数「%s」须在 1 至 100000 之间", w[1])
	}
	s := Batch{N: n}
	if _, ok := partyKinds[w[at]]; ok || w[at] == "单位" || w[at] == "人员" || w[at] == "区划" {
		s.Kind = w[at]
		at++
	}
	if len(w) < at+3 || w[at+1] != "走" || (n > 1 && !strings.Contains(w[at], "{n}")) {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	s.Name = w[at]
	if w[at+2] == "登记" {
		s.Register = true
	} else {
		text := strings.Join(w[at+2:], " ")
		if i := strings.LastIndex(text, " 由 "); i >= 0 {
			s.By, text = strings.TrimSpace(text[i+len(" 由 "):]), text[:i]
		}
		if s.Steps, err = p.steps(text); err != nil {
			return nil, err
		}
	}
	if s.Args, err = parseArgs(args); err != nil {
		return nil, err
	}
	if err := p.names(s.By); err != nil {
		return nil, err
	}
	if s.Register && s.Kind == "" {
		return nil, fmt.Errorf("登记须写明类别（企业、个人、单位、人员、区划）")
	}
	return s, p.batchNames(s)
}

// importTable reads `导入 N 家 企业 名{n}: k=v`.
func (p *parser) importTable(w []string, args string) (Sentence, error) {
	if err := need(w, 5, "导入 N 家 企业|个人|家庭|团体 名{n}: k=v"); err != nil || len(w) != 5 || partyKinds[w[3]] == "" {
		return nil, fmt.Errorf("应写成「导入 N 家 企业|个人|家庭|团体 名{n}: k=v」")
	}
	s, err := p.batch(append(w, "走", "登记"), args)
	if err != nil {
		return nil, err
	}
	b := s.(Batch)
	b.Import = true
	return b, nil
}

// batchNames registers the names that the batch makes, or checks those it uses.
func (p *parser) batchNames(s Batch) error {
	for i := 1; i <= s.N; i++ {
		name := strings.ReplaceAll(s.Name, "{n}", strconv.Itoa(i))
		if s.Kind != "" {
			p.known[name] = true
		} else if !p.known[name] {
			return fmt.Errorf("名称「%s」没有登记过", name)
		}
	}
	return nil
}

func (p *parser) network(w []string, _ string) (Sentence, error) {
	if err := need(w, 2, w[0]+" 名"); err != nil {
		return nil, err
	}
	return Network{Who: w[1], Down: w[0] == "断网"}, p.names(w[1])
}

func (p *parser) partner(w []string, _ string) (Sentence, error) {
	if err := need(w, 2, w[0]+" partner"); err != nil {
		return nil, err
	}
	return PartnerLink{Partner: w[1], Down: w[0] == "断"}, nil
}

func (p *parser) machine(w []string, _ string) (Sentence, error) {
	return Machine{Down: w[0] == "停机"}, nil
}

func (p *parser) rebuild(w []string, _ string) (Sentence, error) {
	if len(w) != 2 || w[1] != "全部" {
		return nil, fmt.Errorf("应写成「重算 全部」")
	}
	return Rebuild{}, nil
}
