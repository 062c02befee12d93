// Package scenario reads and plays stories: plain-text scenes that act through
// the HTTP API as named people and end in figures (docs/program-format.md §7).
//
// The parser knows the sentences, not the programs: record, move and field names
// are resolved against the compiled program set when the story is played. The
// package reads results from the API only, never from the store.
package scenario

import (
	"fmt"
	"time"

	"linqiao/domain"
)

// Story is one parsed file.
type Story struct {
	Name     string // file name
	Title    string
	Program  string
	Version  int // 0 = whatever is loaded
	Code     domain.CountyCode
	County   string
	Sources  []string // mechanisms that the story replays (出处)
	Calendar string   // as written, e.g. 2022 or 2020=仅周末
	Seed     string
	Scenes   []*Scene
}

// Scene is a run of lines on fresh data. Scenes after the first begin with the
// cast of the first (Line.Cast).
type Scene struct {
	Title string
	Lines []Line
}

// Line is one sentence and where it stands.
type Line struct {
	File     string
	No       int
	Text     string // as written, without comment
	Sentence Sentence
}

// Cast reports whether the line registers somebody or something, so that a later
// scene repeats it on its fresh data.
func (l Line) Cast() bool {
	switch s := l.Sentence.(type) {
	case Region, Org, Member, Party, Relation, Supply, Shortcut:
		return true
	case Batch:
		return s.Register
	}
	return false
}

// Issue is a fault of the text. Msg is Chinese: program authors read it.
type Issue struct {
	File string
	Line int
	Msg  string
}

func (i Issue) String() string { return fmt.Sprintf("%s:%d: %s", i.File, i.Line, i.Msg) }

// Sentence is one of the types below.
type Sentence interface{ sentence() }

type (
	// SetTime 时间 moves the clock to an instant.
	SetTime struct{ At time.Time }
	// Advance 推进 moves the clock by a span; WorkDays counts working days.
	Advance struct {
		By       time.Duration
		WorkDays int
	}
	// Region 区划.
	Region struct {
		Names []string
		Args  Args
	}
	// Org 单位 … 是 kind.
	Org struct {
		Names []string
		Kind  string
		Args  Args
	}
	// Member 人员 … 任 role 在 org: an account and its membership.
	Member struct {
		Names     []string
		Role, Org string
		Args      Args
	}
	// Party 个人, 家庭, 企业, 团体.
	Party struct {
		Kind  domain.PartyKind
		Names []string
		Args  Args
	}
	// Relation 关系 A kind B: A is the kind of B.
	Relation struct{ A, Kind, B string }
	// Shift 值班.
	Shift struct {
		Roster      string
		From, Until time.Time
		Args        Args
	}
	// Roster 名册 k 加|减 names.
	Roster struct {
		Key    string
		Remove bool
		Names  []string
	}
	// Supply 供给 record name 由 org.
	Supply struct {
		Record, Name, By string
		Args             Args
	}
	// Acts is one person doing one or several steps in order.
	Acts struct {
		Who   string // 访客 = without sign-in
		Steps []Step
		Proof string // 凭票 / 凭码: the ticket or code that stands for the person
	}
	// Remember 记 name = …
	Remember struct {
		Name   string
		Latest string // record key; empty = result of the line before
		Whom   bool   // 对象: whom the record On is about
		Oldest bool   // 最早: the oldest that still runs, instead of the newest
		On, By string
	}
	// Shortcut 捷径.
	Shortcut struct {
		Name  string
		Steps []Step
	}
	// Batch 批量.
	Batch struct {
		N        int
		Kind     string // 企业 个人 … 单位 人员 区划, empty = names that exist
		Name     string // holds {n}
		Register bool   // 走 登记
		Import   bool   // 导入: one table instead of single acts
		Steps    []Step
		By       string
		Args     Args
	}
	// Network 断网 / 联网.
	Network struct {
		Who  string
		Down bool
	}
	// Report 设备 number 求助|位置: what a device says of itself.
	Report struct {
		Number string
		Alarm  bool
		Args   Args
	}
	// PartnerLink 断 / 通.
	PartnerLink struct {
		Partner string
		Down    bool
	}
	// Machine 停机 / 开机.
	Machine struct{ Down bool }
	// Rebuild 重算 全部.
	Rebuild struct{}
)

// Verb says what a Step does.
type Verb string

const (
	VerbMove     Verb = "做"
	VerbSign     Verb = "签"
	VerbDecline  Verb = "拒签"
	VerbFill     Verb = "填"
	VerbConsent  Verb = "同意"
	VerbWithdraw Verb = "撤回"
	VerbInvoke   Verb = "援引"
	VerbStart    Verb = "启动"
	VerbLook     Verb = "看"
	VerbScan     Verb = "扫"
	VerbCheck    Verb = "查"
	VerbFreeze   Verb = "冻结"
	VerbTicket   Verb = "领"
	VerbShowPass Verb = "出示"
	VerbVote     Verb = "投"
	VerbHandOut  Verb = "发纸票"
	VerbPapers   Verb = "录纸票"
	VerbPaperOK  Verb = "签纸票"
	VerbResolve  Verb = "定冲突"
	VerbPartner  Verb = "改"
	VerbRead     Verb = "读" // an item of a content library, Times times
	VerbRun      Verb = "走" // a shortcut inside a shortcut
	VerbFind     Verb = "找" // in a shortcut: the newest running record whose fields match
)

// Step is one act. Target is a move, form, consent, duty… as written; On the
// name after 于; For the person after 代.
type Step struct {
	Verb   Verb
	Target string
	On     string
	For    string
	Args   Args
	Times  int    // 连做 N 件: the same intake so many times
	Each   bool   // 逐件: on every record of the kind that can make the move now
	Day    string // 逐件 … 日=: only the sessions of that day and what lies below them
}

// The expectations.
type (
	// ExpectStage 应 Y 在 stage[; k = v].
	ExpectStage struct {
		Of, Stage string
		Also      []Compare
	}
	// ExpectValue 应 Y k = v.
	ExpectValue struct {
		Of string
		Compare
	}
	ExpectWalk    struct{ Of, Stages string }
	ExpectWaiting struct{ Of, Role string }
	// ExpectClock 应 钟 record.clock 于 Y 到期|余|用时|状态 = v.
	ExpectClock struct {
		Clock, Of, What string
		Compare
	}
	ExpectDelivery struct {
		Who, Message string
		Times        int // -1 = at least once
	}
	ExpectSee struct {
		Who, Of string
		Not     bool
		Keys    []string
	}
	ExpectStat struct {
		Stat, Period, Region string
		Where                Args
		Compare
	}
	// ExpectLedger: What is 冻结, 签, 行 or a column.
	ExpectLedger struct {
		Ledger, Period, What string
		Compare
	}
	// ExpectCount 应 计数 record(stage) [于 Y] = n; Record may be 单位 or 区划.
	ExpectCount struct {
		Record, Stage, Of string
		Compare
	}
	ExpectResult struct{ Args Args }
	ExpectRoster struct {
		Roster string
		Compare
	}
	// Keeper 名册 roster 包组 region 由 who.
	Keeper struct{ Roster, Region, By string }
	// Daily 每天 A..B HH:MM sentence.
	Daily struct {
		From, Until domain.Date
		At          string
		Do          Sentence
	}
	// ExpectWindow 应 时段 duty window [日=…] 应报|已报|未报|异常 = n. Without a day it is
	// today.
	ExpectWindow struct {
		Duty, Window, Day string
		Compare
	}
	ExpectSame struct{} // 应 重算 相同
	// ExpectPacket 应 某 出示 order 于 Y: 路径=有|空|扣下|不给看|无.
	ExpectPacket struct {
		Who, Order, Of string
		Args           Args
	}
	// ExpectConclusions 应 某 见结论 Y: 单位=结论, all of them and no others.
	ExpectConclusions struct {
		Who, Of string
		Args    Args
	}
	ExpectConflict struct {
		Of   string
		Args Args
	}
	// ExpectPartner 应 对接 k …: a count of the county's, or what the other side holds.
	ExpectPartner struct {
		Partner string
		Count   string
		Compare
		Of   string
		Args Args
	}
	// ExpectRefused 应拒 「text」|code.
	ExpectRefused struct {
		Text string
		Code string
	}
	// ExpectAbsent 应无 X 于 …
	ExpectAbsent struct {
		Names, Where, Except []string
	}
)

// Compare is `key op value`; op is = > < ~ 含 or ≠.
type Compare struct {
	Key, Op string
	Want    Value
}

func (SetTime) sentence()           {}
func (Advance) sentence()           {}
func (Region) sentence()            {}
func (Org) sentence()               {}
func (Member) sentence()            {}
func (Party) sentence()             {}
func (Relation) sentence()          {}
func (Shift) sentence()             {}
func (Keeper) sentence()            {}
func (Daily) sentence()             {}
func (ExpectWindow) sentence()      {}
func (Roster) sentence()            {}
func (Supply) sentence()            {}
func (Acts) sentence()              {}
func (Remember) sentence()          {}
func (Shortcut) sentence()          {}
func (Batch) sentence()             {}
func (Network) sentence()           {}
func (Report) sentence()            {}
func (PartnerLink) sentence()       {}
func (Machine) sentence()           {}
func (Rebuild) sentence()           {}
func (ExpectStage) sentence()       {}
func (ExpectValue) sentence()       {}
func (ExpectWalk) sentence()        {}
func (ExpectWaiting) sentence()     {}
func (ExpectClock) sentence()       {}
func (ExpectDelivery) sentence()    {}
func (ExpectSee) sentence()         {}
func (ExpectStat) sentence()        {}
func (ExpectLedger) sentence()      {}
func (ExpectCount) sentence()       {}
func (ExpectResult) sentence()      {}
func (ExpectRoster) sentence()      {}
func (ExpectSame) sentence()        {}
func (ExpectConflict) sentence()    {}
func (ExpectPacket) sentence()      {}
func (ExpectConclusions) sentence() {}
func (ExpectPartner) sentence()     {}
func (ExpectRefused) sentence()     {}
func (ExpectAbsent) sentence()      {}
