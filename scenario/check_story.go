package scenario

import (
	"fmt"
	"slices"
	"strings"

	"linqiao/kernel/program"
)

// Check resolves the names of a story's program against the compiled set without
// playing it: records, moves, fields, forms, roles, stages, figures. All faults
// come back at once, with their lines.
func Check(story *Story, set *program.Set) []Issue {
	p := set.Program(story.Program)
	if p == nil {
		return []Issue{{File: story.Name, Line: 1, Msg: "没有程序「" + story.Program + "」"}}
	}
	c := &checker{w: &world{story: story, set: set, prog: p}, bound: map[string]*program.RecordType{}, shortcuts: map[string]bool{}}
	if story.Version != 0 && story.Version != p.Version {
		c.issues = append(c.issues, Issue{File: story.Name, Line: 1, Msg: fmt.Sprintf("程序「%s」是版本 %d", p.Key, p.Version)})
	}
	for _, sc := range story.Scenes {
		for _, l := range sc.Lines {
			if err := c.sentence(l.Sentence); err != nil {
				c.issues = append(c.issues, Issue{File: l.File, Line: l.No, Msg: err.Error()})
			}
		}
	}
	return c.issues
}

type checker struct {
	w         *world
	issues    []Issue
	bound     map[string]*program.RecordType // names of records, as far as the text tells
	last      *program.RecordType
	shortcuts map[string]bool
}

func (c *checker) sentence(s Sentence) error {
	switch s := s.(type) {
	case Member:
		return c.member(s)
	case Party:
		return c.party(s)
	case Supply:
		rec, err := c.w.recordNamed(s.Record)
		if err != nil {
			return err
		}
		return knownFields(rec, s.Args)
	case Roster:
		_, err := pick("名册", strings.TrimPrefix(s.Key, "roster."), c.w.prog.Rosters, func(r *program.Roster) string { return r.Label })
		return err
	case Keeper:
		return c.sentence(Roster{Key: s.Roster})
	case Daily:
		return c.sentence(s.Do)
	case Acts:
		return c.steps(s.Steps)
	case Shortcut:
		c.shortcuts[s.Name] = true
		return c.steps(s.Steps)
	case Batch:
		if s.Register {
			return nil
		}
		return c.steps(s.Steps)
	case Remember:
		return c.remember(s)
	}
	return c.expectation(s)
}

func (c *checker) member(s Member) error {
	_, err := c.w.roleNamed(s.Role)
	return err
}

func (c *checker) party(s Party) error {
	for _, a := range s.Args {
		if slices.Contains([]string{"region", "区", "place", "位置", "标签", "tags"}, a.Key) || identifiers[a.Key] != "" || relationKinds[a.Key] != "" {
			continue
		}
		if _, ok := c.w.partyField(s.Kind, a.Key); !ok && !isLogin(a.Key) {
			return fmt.Errorf("档案里没有字段「%s」", a.Key)
		}
	}
	return nil
}

func knownFields(rec *program.RecordType, args Args) error {
	for _, a := range args {
		if _, ok := fieldNamed(rec, a.Key); !ok {
			return fmt.Errorf("%s没有字段「%s」", rec.Label, a.Key)
		}
	}
	return nil
}

func (c *checker) remember(s Remember) error {
	if s.Latest == "" || s.Whom {
		c.bound[s.Name] = c.last
		return nil
	}
	rec, err := c.w.recordNamed(s.Latest)
	c.bound[s.Name] = rec
	return err
}

func (c *checker) steps(steps []Step) error {
	c.last = nil
	for _, s := range steps {
		if err := c.step(s); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) step(s Step) error {
	switch s.Verb {
	case VerbMove:
		return c.move(s)
	case VerbFind:
		rec, err := c.w.recordNamed(s.Target)
		if err != nil {
			return err
		}
		return knownFields(rec, s.Args)
	case VerbFill:
		f, err := c.w.formNamed(s.Target)
		if err != nil {
			return err
		}
		rec := c.bound[s.On]
		for _, a := range s.Args {
			_, err := pick("题目", a.Key, f.Fields, func(f *program.Field) string { return f.Label })
			if err != nil && rec != nil {
				err = knownFields(rec, Args{a})
			}
			if err != nil {
				return err
			}
		}
	case VerbConsent, VerbWithdraw:
		_, err := c.w.consentNamed(s.Target)
		return err
	case VerbFreeze:
		_, err := c.w.ledgerNamed(s.Target)
		return err
	case VerbStart, VerbLook:
		return c.block(s.Target)
	}
	return nil
}

// block resolves duty.k, match.k, notice.k, ledger.k.
func (c *checker) block(target string) error {
	kind, key, _ := strings.Cut(target, ".")
	p := c.w.prog
	known := map[string]bool{"duty": p.Duties.Has(key), "match": p.Matches.Has(key), "notice": p.Notices.Has(key), "ledger": p.Ledgers.Has(key)}
	if ok, is := known[kind]; !is || !ok {
		return fmt.Errorf("没有「%s」", target)
	}
	return nil
}

var commonKeys = []string{
	"channel", "渠道", "来源", "reason", "理由", "text", "说明", "note", "备注", "定位", "照片", "凭码", "签到码", "证明",
	"region", "区", "subject", "对象", "offer", "供给", "members", "成员", "选", "pick", "发生",
}

func (c *checker) move(s Step) error {
	rec, m, err := c.w.moveNamed(s.Target)
	if err != nil {
		return err
	}
	c.last = rec
	n := c.w.needsOf(rec, m)
	for _, a := range s.Args {
		if _, ok := namedIn(n.own, a.Key); ok {
			continue
		}
		if _, ok := namedIn(n.kids, a.Key); ok || slices.Contains(commonKeys, a.Key) {
			continue
		}
		if err := knownFields(rec, Args{a}); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) expectation(s Sentence) error {
	switch s := s.(type) {
	case ExpectStage:
		if rec := c.bound[s.Of]; rec != nil {
			_, err := c.w.stageNamed(rec, s.Stage)
			return err
		}
	case ExpectWalk:
		rec := c.bound[s.Of]
		if rec == nil {
			return nil
		}
		for _, x := range splitTop(s.Stages, ',') {
			if _, err := c.w.stageNamed(rec, x); err != nil {
				return err
			}
		}
	case ExpectWaiting:
		_, err := c.w.roleNamed(s.Role)
		return err
	case ExpectClock:
		name, key, _ := strings.Cut(s.Clock, ".")
		rec, err := c.w.recordNamed(name)
		if err != nil {
			return err
		}
		_, err = pick("钟", key, rec.Clocks, func(c *program.Clock) string { return c.Label })
		return err
	case ExpectStat:
		return c.stat(s)
	case ExpectLedger:
		_, err := c.w.ledgerNamed(s.Ledger)
		return err
	case ExpectCount:
		return c.count(s)
	case ExpectRoster:
		return c.sentence(Roster{Key: s.Roster})
	case ExpectWindow:
		_, err := c.w.dutyNamed(s.Duty)
		return err
	case PartnerLink:
		return c.partner(s.Partner)
	case ExpectPartner:
		return c.partner(s.Partner)
	case ExpectDelivery:
		if !c.w.prog.Messages.Has(s.Message) && !slices.Contains(ownMessages, s.Message) {
			return fmt.Errorf("没有讯息「%s」", s.Message)
		}
	}
	return nil
}

func (c *checker) stat(s ExpectStat) error {
	stat, err := c.w.statNamed(s.Stat)
	if err != nil {
		return err
	}
	for _, a := range s.Where {
		if !slices.ContainsFunc(stat.By, func(d program.Dim) bool { return d.Key == a.Key || d.Label == a.Key }) {
			return fmt.Errorf("指标「%s」没有维度「%s」", stat.Label, a.Key)
		}
	}
	return nil
}

func (c *checker) count(s ExpectCount) error {
	if slices.Contains([]string{"单位", "区划", "服务对象"}, s.Record) {
		return nil
	}
	rec, err := c.w.recordNamed(s.Record)
	if err != nil || s.Stage == "" {
		return err
	}
	_, err = c.w.stageNamed(rec, s.Stage)
	return err
}

// ownMessages are those that the product itself writes: of a system in step, of a device,
// of an empty shift.
var ownMessages = []string{"partner", "device", "shift"}
