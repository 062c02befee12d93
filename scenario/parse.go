package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"linqiao/domain"
)

// Parse reads a story. It collects all faults; the story is playable only when
// there are none.
func Parse(name string, src []byte) (*Story, []Issue) {
	p := &parser{story: &Story{Name: name}, known: map[string]bool{}}
	for i, raw := range strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n") {
		p.no = i + 1
		text, err := clean(strings.TrimPrefix(raw, "\ufeff"))
		if err != nil {
			p.fault("%v", err)
			continue
		}
		if text == "" {
			continue
		}
		s, err := p.line(text)
		if err != nil {
			p.fault("%v", err)
			continue
		}
		if s == nil {
			continue // header lines go into the story itself
		}
		if len(p.story.Scenes) == 0 {
			p.story.Scenes = append(p.story.Scenes, &Scene{Title: p.story.Title})
		}
		scene := p.story.Scenes[len(p.story.Scenes)-1]
		scene.Lines = append(scene.Lines, Line{File: name, No: p.no, Text: text, Sentence: s})
	}
	p.finish()
	return p.story, p.issues
}

type parser struct {
	story  *Story
	issues []Issue
	no     int
	known  map[string]bool // names registered so far
}

func (p *parser) fault(format string, args ...any) {
	p.issues = append(p.issues, Issue{File: p.story.Name, Line: p.no, Msg: fmt.Sprintf(format, args...)})
}

func (p *parser) finish() {
	p.no = 1
	st := p.story
	switch {
	case st.Title == "":
		p.fault("缺少「剧本 题目」")
	case st.Program == "":
		p.fault("缺少「程序 key@版本」")
	case st.Code == "":
		p.fault("缺少「地区 代码 名」")
	case len(st.Scenes) == 0:
		p.fault("剧本没有内容")
	}
	for _, sc := range st.Scenes {
		if len(sc.Lines) == 0 {
			continue
		}
		if _, ok := sc.Lines[0].Sentence.(SetTime); !ok {
			p.no = sc.Lines[0].No
			p.fault("每一场须先写「时间」")
		}
	}
}

// register notes names, so that later lines may use them.
func (p *parser) register(names ...string) error {
	for _, n := range names {
		if n == "" || strings.ContainsAny(n, "=:;,") {
			return fmt.Errorf("「%s」不能作名称", n)
		}
		p.known[n] = true
	}
	return nil
}

// name checks that a name stands for something registered before.
func (p *parser) name(n string) error {
	if n == "访客" || n == "上句" || p.known[n] || n == p.story.County || strings.Contains(n, "{") {
		return nil
	}
	for _, x := range expand(n) {
		if !p.known[x] {
			return fmt.Errorf("名称「%s」没有登记过", n)
		}
	}
	return nil
}

func (p *parser) names(list ...string) error {
	for _, n := range list {
		if n == "" {
			continue
		}
		if err := p.name(n); err != nil {
			return err
		}
	}
	return nil
}

type rule func(p *parser, w []string, args string) (Sentence, error)

// rules by first word. Words that begin a sentence about a person are handled
// in person.
var rules map[string]rule

func init() {
	rules = map[string]rule{
		"剧本": (*parser).title, "程序": (*parser).program, "地区": (*parser).county, "出处": (*parser).sources,
		"日历": (*parser).calendar, "种子": (*parser).seed, "分场": (*parser).scene,
		"时间": (*parser).setTime, "推进": (*parser).advance,
		"区划": (*parser).region, "单位": (*parser).org, "人员": (*parser).member,
		"个人": (*parser).party, "家庭": (*parser).party, "企业": (*parser).party, "团体": (*parser).party,
		"关系": (*parser).relation, "值班": (*parser).shift, "名册": (*parser).roster, "供给": (*parser).supply,
		"每天": (*parser).daily,
		"记":  (*parser).remember, "捷径": (*parser).shortcut, "批量": (*parser).batch, "导入": (*parser).importTable,
		"断网": (*parser).network, "联网": (*parser).network, "断": (*parser).partner, "通": (*parser).partner,
		"设备": (*parser).device, "停机": (*parser).machine, "开机": (*parser).machine, "重算": (*parser).rebuild,
		"凭票": (*parser).proof, "凭码": (*parser).proof,
		"应": (*parser).expect, "应拒": (*parser).expectRefused, "应无": (*parser).expectAbsent,
	}
}

func (p *parser) line(text string) (Sentence, error) {
	head, args, hasArgs := headAndArgs(text)
	w := words(head)
	if len(w) == 0 {
		return nil, fmt.Errorf("句子没有主语")
	}
	if hasArgs && args == "" {
		return nil, fmt.Errorf("冒号后没有内容")
	}
	if r, ok := rules[w[0]]; ok {
		return r(p, w, args)
	}
	if len(w) < 2 {
		return nil, fmt.Errorf("看不懂「%s」", text)
	}
	if err := p.name(w[0]); err != nil {
		return nil, fmt.Errorf("「%s」既不是句型也不是登记过的名称", w[0])
	}
	return p.person(w, args)
}

func need(w []string, n int, form string) error {
	if len(w) < n {
		return fmt.Errorf("应写成「%s」", form)
	}
	return nil
}

// ---- head of the file ----

func (p *parser) title(w []string, rest string) (Sentence, error) {
	if err := need(w, 2, "剧本 题目"); err != nil {
		return nil, err
	}
	p.story.Title = strings.Join(w[1:], " ")
	if rest != "" {
		p.story.Title += "：" + rest
	}
	return nil, nil
}

var programRef = regexp.MustCompile(`^([a-z][a-z0-9-]*)(?:@(\d+))?$`)

func (p *parser) program(w []string, _ string) (Sentence, error) {
	if err := need(w, 2, "程序 key@版本"); err != nil {
		return nil, err
	}
	m := programRef.FindStringSubmatch(w[1])
	if m == nil {
		return nil, fmt.Errorf("「%s」不是程序名（应写 key@版本）", w[1])
	}
	p.story.Program = m[1]
	p.story.Version, _ = strconv.Atoi(m[2])
	return nil, nil
}

func (p *parser) county(w []string, _ string) (Sentence, error) {
	if err := need(w, 3, "地区 六位代码 名"); err != nil {
		return nil, err
	}
	if len(w[1]) != 6 || !digits(w[1]) {
		return nil, fmt.Errorf("「%s」不是六位区划代码", w[1])
	}
	p.story.Code, p.story.County = domain.CountyCode(w[1]), w[2]
	return nil, p.register(w[2])
}

var mechanism = regexp.MustCompile(`^M(\d{2})(?:-M?(\d{2}))?$`)

func (p *parser) sources(w []string, _ string) (Sentence, error) {
	if err := need(w, 2, "出处 M01 M02-M05"); err != nil {
		return nil, err
	}
	for _, s := range strings.Fields(strings.ReplaceAll(strings.Join(w[1:], " "), ",", " ")) {
		m := mechanism.FindStringSubmatch(s)
		if m == nil {
			return nil, fmt.Errorf("「%s」不是机制编号（应写 M01）", s)
		}
		from, _ := strconv.Atoi(m[1])
		to := from
		if m[2] != "" {
			to, _ = strconv.Atoi(m[2])
		}
		for i := from; i <= to; i++ {
			p.story.Sources = append(p.story.Sources, fmt.Sprintf("M%02d", i))
		}
	}
	return nil, nil
}

func (p *parser) calendar(w []string, _ string) (Sentence, error) {
	if err := need(w, 2, "日历 2025 或 日历 2020=仅周末"); err != nil {
		return nil, err
	}
	p.story.Calendar = strings.Join(w[1:], " ")
	return nil, nil
}

func (p *parser) seed(w []string, _ string) (Sentence, error) {
	if err := need(w, 2, "种子 数"); err != nil {
		return nil, err
	}
	p.story.Seed = w[1]
	return nil, nil
}

func (p *parser) scene(w []string, _ string) (Sentence, error) {
	if err := need(w, 2, "分场 题目"); err != nil {
		return nil, err
	}
	if len(p.story.Scenes) == 0 {
		return nil, fmt.Errorf("「分场」之前须有第一场")
	}
	p.story.Scenes = append(p.story.Scenes, &Scene{Title: strings.Join(w[1:], " ")})
	return nil, nil
}

// ---- time ----

func (p *parser) setTime(w []string, _ string) (Sentence, error) {
	if err := need(w, 2, "时间 2025-11-14 09:00"); err != nil {
		return nil, err
	}
	t, err := parseInstant(strings.Join(w[1:], " "))
	if err != nil {
		return nil, err
	}
	if last := p.lastTime(); last != nil && t.Before(last.At) {
		return nil, fmt.Errorf("时间倒退（只有另起「分场」才能回到从前）")
	}
	return SetTime{At: t}, nil
}

func (p *parser) lastTime() *SetTime {
	if len(p.story.Scenes) == 0 {
		return nil
	}
	lines := p.story.Scenes[len(p.story.Scenes)-1].Lines
	for i := len(lines) - 1; i >= 0; i-- {
		if t, ok := lines[i].Sentence.(SetTime); ok {
			return &t
		}
	}
	return nil
}

func (p *parser) advance(w []string, _ string) (Sentence, error) {
	if err := need(w, 2, "推进 5m"); err != nil {
		return nil, err
	}
	d, wd, err := parseSpan(w[1])
	return Advance{By: d, WorkDays: wd}, err
}
