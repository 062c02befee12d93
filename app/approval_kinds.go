package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/store"
)

// The kinds of changes that one proposes and another approves.
const (
	ApproveJoin     = "account_join"
	ApproveLeave    = "account_leave"
	ApproveLock     = "account_lock"
	ApproveUnlock   = "account_unlock"
	ApprovePhone    = "account_phone"
	ApprovePassword = "account_password"
	ApproveFactors  = "account_factors"
	ApproveOrg      = "org_edit"
	ApprovePowers   = "powers"
	ApproveProgram  = "program"
)

// approvalKind says of a kind of change what is kept of a proposal, what of its object
// must not move until it is decided, how it reads, and how it is made. Without apply
// an approval only allows its proposer to do it (see carry).
type approvalKind struct {
	zh, en  string
	prepare func(w *work, x *domain.Approval, in ApprovalAct) error
	seen    func(w *work, x *domain.Approval) (string, error)
	lines   func(w *work, x *domain.Approval) []ApprovalLine
	apply   func(w *work, x *domain.Approval) error
}

// approvalKinds is filled at start: its functions refer back to it.
var approvalKinds map[string]approvalKind

func init() {
	approvalKinds = map[string]approvalKind{
		ApproveJoin:     {"增加任职", "Give posts", prepareJoin, seenPosts, joinLines, applyJoin},
		ApproveLeave:    {"解除任职", "End a post", prepareLeave, seenPosts, joinLines, applyLeave},
		ApproveLock:     {"停用管理账号", "Lock an officer's account", prepareAccount, seenActive, activeLines, applyActive},
		ApproveUnlock:   {"启用账号", "Unlock an account", prepareAccount, seenActive, activeLines, applyActive},
		ApprovePhone:    {"修改登录手机号", "Change the phone that signs in", preparePhone, seenPhone, phoneLines, applyPhone},
		ApprovePassword: {"重置密码", "Reset a password", prepareAccount, seenPassword, passwordLines, nil},
		ApproveFactors:  {"解除第二因素", "Clear second factors", prepareFactors, seenFactors, factorLines, applyFactors},
		ApproveOrg:      {"修改单位的类别、区域或标记", "Change a unit's kind, area or marks", prepareOrg, seenOrg, orgLines, applyOrg},
		ApprovePowers:   {"合并管理权限", "Join the powers", preparePowers, seenPowers, powersLines, applyPowers},
		ApproveProgram:  {"启用机制的新版本", "Enable new versions of mechanisms", prepareProgram, seenProgram, programLines, applyProgram},
	}
}

// keep puts a part of a request into a proposal, in the shape in which it comes back.
func keep(x *domain.Approval, key string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var back any
	if err := json.Unmarshal(raw, &back); err != nil {
		return err
	}
	x.Change[key] = back
	return nil
}

func keptAs[T any](x *domain.Approval, key string) (v T, err error) {
	raw, err := json.Marshal(x.Change[key])
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(raw, &v)
}

func keptLines(x *domain.Approval) []ApprovalLine {
	out, err := keptAs[[]ApprovalLine](x, "lines")
	if err != nil {
		return nil
	}
	return out
}

func digest(parts ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q", parts)))
	return hex.EncodeToString(sum[:])
}

func (w *work) approvalAccount(x *domain.Approval) (*domain.Account, error) {
	return w.tx.Account(domain.AccountID(strings.TrimPrefix(x.Object, "account/")))
}

func prepareAccount(w *work, x *domain.Approval, in ApprovalAct) error {
	x.Object = "account/" + string(in.Account)
	acc, err := w.approvalAccount(x)
	if err == nil && (in.Kind == ApproveLock && !acc.Active || in.Kind == ApproveUnlock && acc.Active) {
		return domain.E(domain.KindRefused, "approval_nothing")
	}
	return err
}

// Posts.

func prepareJoin(w *work, x *domain.Approval, in ApprovalAct) error {
	if err := prepareAccount(w, x, in); err != nil {
		return err
	}
	if len(in.Memberships) == 0 {
		return domain.E(domain.KindInvalid, "fields").With("memberships", "required", "label", "任职")
	}
	for _, m := range in.Memberships {
		if _, err := w.checkPost(in.Account, m); err != nil {
			return err
		}
	}
	return keep(x, "posts", in.Memberships)
}

func prepareLeave(w *work, x *domain.Approval, in ApprovalAct) error {
	if err := prepareAccount(w, x, in); err != nil {
		return err
	}
	m, err := w.membership(in.Account, in.Membership)
	if err != nil {
		return err
	}
	x.Change["membership"] = m.ID
	act := MembershipAct{Org: m.Org, Region: m.Region, Post: m.Post, Role: m.Role}
	if m.From != 0 {
		act.From = m.From.String()
	}
	if m.Until != 0 {
		act.Until = m.Until.String()
	}
	return keep(x, "posts", []MembershipAct{act})
}

// seenPosts: the posts that the account holds, and whether it works.
func seenPosts(w *work, x *domain.Approval) (string, error) {
	acc, err := w.approvalAccount(x)
	if err != nil {
		return "", err
	}
	list, err := w.tx.Memberships(store.MembershipFilter{Account: acc.ID, AnyDay: true})
	if err != nil {
		return "", err
	}
	parts := []any{acc.Active}
	for _, m := range list {
		parts = append(parts, m.ID, m.Org, m.Role, m.Post, m.Region, m.From, m.Until)
	}
	return digest(parts...), nil
}

func joinLines(w *work, x *domain.Approval) []ApprovalLine {
	posts, err := keptAs[[]MembershipAct](x, "posts")
	if err != nil {
		return nil
	}
	out := make([]ApprovalLine, 0, len(posts))
	for _, m := range posts {
		l := ApprovalLine{Label: w.pick("任职", "Post"), After: w.postWords(m)}
		if x.Kind == ApproveLeave {
			l.Before, l.After = l.After, w.pick("解除", "ended")
		}
		out = append(out, l)
	}
	return out
}

// postWords is a post as a person reads it: unit, post or office, area, days.
func (w *work) postWords(m MembershipAct) string {
	parts := []string{}
	if o, err := w.Org(m.Org); err == nil {
		parts = append(parts, o.Name)
		if m.Post != "" {
			parts = append(parts, w.postLabel(o, m.Post))
		}
	}
	if office, ok := officeWords[m.Role]; ok {
		parts = append(parts, w.pick(office[0], office[1]))
	}
	if m.Region != "" {
		if g, err := w.Region(m.Region); err == nil {
			parts = append(parts, g.Name)
		}
	}
	if m.From != "" || m.Until != "" {
		parts = append(parts, m.From+"–"+m.Until)
	}
	return strings.Join(parts, " · ")
}

var officeWords = map[string][2]string{RoleAdmin: {"系统管理员", "system administrator"}, RoleSecurity: {"安全管理员", "security administrator"}, RoleAuditor: {"审计管理员", "audit administrator"}}

func applyJoin(w *work, x *domain.Approval) error {
	acc, err := w.approvalAccount(x)
	if err != nil {
		return err
	}
	posts, err := keptAs[[]MembershipAct](x, "posts")
	if err != nil {
		return err
	}
	for _, m := range posts {
		if _, err := w.join(acc.ID, m); err != nil {
			return err
		}
		if err := w.changed("account", "join", string(acc.ID), "", map[string]any{"org": string(m.Org), "post": m.Post, "role": m.Role}); err != nil {
			return err
		}
	}
	return nil
}

func applyLeave(w *work, x *domain.Approval) error {
	acc, err := w.approvalAccount(x)
	if err != nil {
		return err
	}
	return w.leave(acc.ID, asText(x.Change["membership"]))
}

// Accounts shut and opened.

func seenActive(w *work, x *domain.Approval) (string, error) {
	acc, err := w.approvalAccount(x)
	if err != nil {
		return "", err
	}
	return digest(acc.Active), nil
}

func activeLines(w *work, x *domain.Approval) []ApprovalLine {
	on, off := w.pick("启用", "active"), w.pick("停用", "locked")
	if x.Kind == ApproveLock {
		on, off = off, on
	}
	return []ApprovalLine{{Label: w.pick("账号状态", "State"), Before: off, After: on}}
}

func applyActive(w *work, x *domain.Approval) error {
	acc, err := w.approvalAccount(x)
	if err != nil {
		return err
	}
	typ := "lock"
	if acc.Active = x.Kind == ApproveUnlock; acc.Active {
		typ = "unlock"
	}
	return w.saveAccount(acc, typ)
}

// Ways to sign in.

func preparePhone(w *work, x *domain.Approval, in ApprovalAct) error {
	if err := prepareAccount(w, x, in); err != nil {
		return err
	}
	n := ""
	if in.Phone != "" {
		var ok bool
		if n, _, ok = domain.CheckPhone(in.Phone); !ok {
			return domain.E(domain.KindInvalid, "fields").With("phone", "phone")
		}
	}
	x.Change["phone"] = n
	return nil
}

func seenPhone(w *work, x *domain.Approval) (string, error) {
	acc, err := w.approvalAccount(x)
	if err != nil {
		return "", err
	}
	return digest(acc.PhoneIndex, acc.Active), nil
}

func phoneLines(w *work, x *domain.Approval) []ApprovalLine {
	after := w.pick("不用手机号登录", "no sign-in by phone")
	if n := asText(x.Change["phone"]); n != "" {
		after = maskPhone(n)
	}
	return []ApprovalLine{{Label: w.pick("登录手机号", "Phone"), After: after}}
}

func applyPhone(w *work, x *domain.Approval) error {
	acc, err := w.approvalAccount(x)
	if err != nil {
		return err
	}
	number := ""
	acc.PhoneIndex = ""
	if n := asText(x.Change["phone"]); n != "" {
		if number, err = w.setPhone(acc, n); err != nil {
			return err
		}
	}
	if err := w.saveAccount(acc, "edit"); err != nil {
		return err
	}
	return w.keepPhone(acc.ID, number)
}

func seenPassword(w *work, x *domain.Approval) (string, error) {
	acc, err := w.approvalAccount(x)
	if err != nil {
		return "", err
	}
	return digest(acc.PasswordHash, acc.Active), nil
}

func passwordLines(w *work, _ *domain.Approval) []ApprovalLine {
	return []ApprovalLine{{Label: w.pick("密码", "Password"), After: w.pick("批准后由提出人重置，新密码只显示一次", "its proposer resets it; the new one is shown once")}}
}

// Second factors that their person has lost: who asks and who approves are two, so that
// no officer opens somebody's account by himself.

func prepareFactors(w *work, x *domain.Approval, in ApprovalAct) error {
	if err := prepareAccount(w, x, in); err != nil {
		return err
	}
	has, err := w.tx.HasFactor(in.Account)
	if err == nil && !has {
		return domain.E(domain.KindRefused, "approval_nothing")
	}
	return err
}

func seenFactors(w *work, x *domain.Approval) (string, error) {
	acc, err := w.approvalAccount(x)
	if err != nil {
		return "", err
	}
	list, err := w.tx.Factors(acc.ID)
	if err != nil {
		return "", err
	}
	ids := []any{acc.Active}
	for _, f := range activeOf(list) {
		ids = append(ids, f.ID)
	}
	return digest(ids...), nil
}

func factorLines(w *work, _ *domain.Approval) []ApprovalLine {
	return []ApprovalLine{{Label: w.pick("第二因素", "Second factors"),
		After: w.pick("全部解除，已登录的设备退出；本人下次登录重新绑定", "all cleared, signed-in devices signed out; bound anew at the next sign-in")}}
}

func applyFactors(w *work, x *domain.Approval) error {
	acc, err := w.approvalAccount(x)
	if err != nil {
		return err
	}
	return w.clearFactors(acc.ID)
}

// Units: what decides which roles their people hold, and where.

func prepareOrg(w *work, x *domain.Approval, in ApprovalAct) error {
	x.Object = "org/" + string(in.Org)
	o, err := w.tx.Org(in.Org)
	if err != nil {
		return err
	}
	if in.Unit == nil || !changesRights(o, *in.Unit, w.today()) {
		return domain.E(domain.KindRefused, "approval_nothing")
	}
	before := *o
	if err := w.fillOrg(o, *in.Unit); err != nil {
		return err
	}
	if err := keep(x, "unit", in.Unit); err != nil {
		return err
	}
	return keep(x, "lines", w.orgChange(&before, o))
}

// changesRights tells whether an edit of a unit touches what its people may do.
func changesRights(o *domain.Org, in OrgAct, day domain.Date) bool {
	area := func() bool {
		if in.Area == nil {
			return false
		}
		had := []string{}
		for _, p := range strings.Split(o.AreaPath, ",") {
			if p != "" {
				had = append(had, p[strings.LastIndex(p, "/")+1:])
			}
		}
		want := []string{}
		for _, r := range *in.Area {
			want = append(want, string(r))
		}
		slices.Sort(had)
		slices.Sort(want)
		return !slices.Equal(had, want)
	}
	tags := func() bool {
		if in.Tags == nil {
			return false
		}
		had, want := tagsOn(o.Tags, day), slices.Clone(*in.Tags)
		slices.Sort(had)
		slices.Sort(want)
		return !slices.Equal(had, want)
	}
	return in.Kind != "" && in.Kind != o.Kind || in.Level != "" && in.Level != o.Level || in.Region != "" && in.Region != o.Region ||
		in.Active != nil && *in.Active != o.Active || area() || tags()
}

// orgParts word what an edit of a unit changes.
var orgParts = map[string][2]string{"kind": {"类别", "Kind"}, "level": {"级别", "Level"}, "region": {"所在区划", "Region"},
	"area": {"服务区域", "Area"}, "tags": {"标记", "Marks"}, "active": {"状态", "State"}}

// orgChange lists what differs, each part by its key.
func (w *work) orgChange(a, b *domain.Org) []ApprovalLine {
	out := []ApprovalLine{}
	add := func(key, words, before, after string) {
		if before != after {
			out = append(out, ApprovalLine{Label: key, Before: before, After: after, Words: words})
		}
	}
	place := func(o *domain.Org) string {
		if g, err := w.Region(o.Region); err == nil {
			return g.Name
		}
		return ""
	}
	area := func(o *domain.Org) string {
		names := []string{}
		for _, p := range strings.Split(o.AreaPath, ",") {
			if g, err := w.Region(domain.RegionID(p[strings.LastIndex(p, "/")+1:])); err == nil {
				names = append(names, g.Name)
			}
		}
		return strings.Join(names, "、")
	}
	state := func(o *domain.Org) string {
		if o.Active {
			return "active"
		}
		return "locked"
	}
	tags := func(o *domain.Org) string { return strings.Join(tagsOn(o.Tags, w.today()), "、") }
	add("kind", "orgKind", a.Kind, b.Kind)
	add("level", "regionLevel", a.Level, b.Level)
	add("region", "", place(a), place(b))
	add("area", "", area(a), area(b))
	add("tags", "", tags(a), tags(b))
	add("active", "account", state(a), state(b))
	return out
}

func seenOrg(w *work, x *domain.Approval) (string, error) {
	o, err := w.tx.Org(domain.OrgID(strings.TrimPrefix(x.Object, "org/")))
	if err != nil {
		return "", err
	}
	return digest(o.Rev), nil
}

func orgLines(w *work, x *domain.Approval) []ApprovalLine {
	out := keptLines(x)
	for i := range out {
		l := orgParts[out[i].Label]
		out[i].Label = w.pick(l[0], l[1])
	}
	return out
}

func applyOrg(w *work, x *domain.Approval) error {
	o, err := w.tx.Org(domain.OrgID(strings.TrimPrefix(x.Object, "org/")))
	if err != nil {
		return err
	}
	in, err := keptAs[OrgAct](x, "unit")
	if err != nil {
		return err
	}
	return w.saveOrg(o, in)
}

// The division of powers itself.

func preparePowers(w *work, x *domain.Approval, in ApprovalAct) error {
	if in.Powers != PowersJoint {
		return domain.E(domain.KindInvalid, "fields").With("powers", "option")
	}
	x.Object = "county/" + string(w.who.County)
	x.Change["powers"] = in.Powers
	return nil
}

func seenPowers(w *work, _ *domain.Approval) (string, error) { return w.powers() }

func powersLines(w *work, _ *domain.Approval) []ApprovalLine {
	return []ApprovalLine{{Label: w.pick("管理权限", "Powers"), Before: w.pick("三员分立", "separated"), After: w.pick("合并：管理员一人可改权限", "joint: the administrator alone changes rights")}}
}

func applyPowers(w *work, x *domain.Approval) error { return w.savePowers(asText(x.Change["powers"])) }
