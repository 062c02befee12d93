package app

import (
	"context"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// approvalDays is how long a proposed change waits for a decision: what nobody has
// looked at in two weeks is asked for again, with today's reason.
const approvalDays = 14

// ApprovalAct proposes a change of a right. Which parts it needs is said by its kind.
type ApprovalAct struct {
	Kind        string           `json:"kind" enum:"account_join,account_leave,account_lock,account_unlock,account_phone,account_password,account_factors,org_edit,powers"`
	Account     domain.AccountID `json:"account,omitempty" maxLength:"64"`
	Memberships []MembershipAct  `json:"memberships,omitempty" maxItems:"20"` // account_join
	Membership  string           `json:"membership,omitempty" maxLength:"64"` // account_leave
	Phone       string           `json:"phone,omitempty" maxLength:"40"`      // account_phone; "" takes it away
	Org         domain.OrgID     `json:"org,omitempty" maxLength:"64"`        // org_edit
	Unit        *OrgAct          `json:"unit,omitempty"`                      // org_edit
	Powers      string           `json:"powers,omitempty" enum:"joint"`       // powers
	Reason      string           `json:"reason" maxLength:"500"`

	programs map[string]any // the folders of a program change
}

// ApprovalLine is one thing that would change, in words.
type ApprovalLine struct {
	Label  string `json:"label"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Words names the texts by which a screen words the values, where they are codes.
	Words string `json:"words,omitempty"`
}

type ApprovalView struct {
	ID       string               `json:"id"`
	Kind     string               `json:"kind"`
	Label    string               `json:"label"` // the kind in words
	About    string               `json:"about"` // what it changes, in words
	Lines    []ApprovalLine       `json:"lines"`
	Proposer *AccountRef          `json:"proposer,omitempty"` // none: at the server's own console
	Reason   string               `json:"reason"`
	State    domain.ApprovalState `json:"state" enum:"open,granted,applied,refused,withdrawn,stale,expired"`
	Decider  *AccountRef          `json:"decider,omitempty"`
	Note     string               `json:"note,omitempty"`
	Created  time.Time            `json:"created"`
	Expires  time.Time            `json:"expires"`
	Decided  *time.Time           `json:"decided,omitempty"`
	// What this reader may do now; Bar says why he may not decide what is open.
	Decide   bool   `json:"decide"`
	Withdraw bool   `json:"withdraw"`
	Carry    bool   `json:"carry"` // approved: its proposer may now do it
	Bar      string `json:"bar,omitempty"`
	// Account is set where the change is of an account.
	Account domain.AccountID `json:"account,omitempty"`
}

// ApprovalDecision says yes or no; a no says why.
type ApprovalDecision struct {
	Note string `json:"note,omitempty" maxLength:"500"`
}

// ApprovalQuery selects proposals; Open are those that wait.
type ApprovalQuery struct {
	Open   bool
	Cursor string
	Limit  int
}

// Approvals lists proposed changes for the three offices, newest first.
func (a *App) Approvals(ctx context.Context, who *Who, q ApprovalQuery) (l List[ApprovalView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		if err := w.officersOnly(); err != nil {
			return err
		}
		f := store.ApprovalFilter{Cursor: q.Cursor, Limit: limitOf(q.Limit)}
		if q.Open {
			f.State, f.Waiting = domain.ApprovalOpen, w.tx.Now()
		}
		page, err := w.tx.Approvals(f)
		if err != nil {
			return err
		}
		out := make([]ApprovalView, 0, len(page.Items))
		for i := range page.Items {
			v, err := w.approvalView(&page.Items[i])
			if err != nil {
				return err
			}
			out = append(out, *v)
		}
		l = listOf(out, page.Next)
		return nil
	})
	return l, err
}

// Approval reads one proposed change.
func (a *App) Approval(ctx context.Context, who *Who, id string) (v *ApprovalView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		if err := w.officersOnly(); err != nil {
			return err
		}
		x, err := w.tx.Approval(id)
		if err != nil {
			return err
		}
		v, err = w.approvalView(x)
		return err
	})
	return v, err
}

func (w *work) approvalView(x *domain.Approval) (*ApprovalView, error) {
	k := approvalKinds[x.Kind]
	v := &ApprovalView{ID: x.ID, Kind: x.Kind, Label: w.pick(k.zh, k.en), About: w.auditAbout(x.Object), Reason: x.Reason, State: x.State,
		Note: x.Note, Created: x.Created, Expires: x.Expires, Lines: k.lines(w, x)}
	v.Proposer, _ = w.actorOf(x.Proposer)
	v.Decider, _ = w.actorOf(x.Decider)
	if id, ok := strings.CutPrefix(x.Object, "account/"); ok {
		v.Account = domain.AccountID(id)
	}
	if !x.Decided.IsZero() {
		v.Decided = &x.Decided
	}
	fault := w.approvalFault(x)
	switch {
	case x.State == domain.ApprovalOpen && w.who.Security && fault == nil:
		v.Decide = true
	case x.State == domain.ApprovalOpen && fault != nil:
		v.Bar = errorCode(fault)
	}
	waiting := x.State == domain.ApprovalOpen || x.State == domain.ApprovalGranted
	mine := x.Proposer == w.who.Account && w.who.Account != ""
	switch {
	case waiting && !w.tx.Now().Before(x.Expires):
		v.State, v.Bar = domain.ApprovalExpired, ""
	case waiting && v.Bar == "approval_stale":
		v.State = domain.ApprovalStale
	case x.State == domain.ApprovalGranted && mine:
		v.Carry = true
	}
	v.Withdraw = waiting && mine && v.State != domain.ApprovalExpired
	return v, nil
}

func errorCode(err error) string {
	if e, ok := err.(*domain.Error); ok {
		return e.Code
	}
	return ""
}

// approvalFault says why this reader may not decide a proposal: it waits no longer, it
// is his own, it is about himself, or what it would change has changed.
func (w *work) approvalFault(x *domain.Approval) error {
	if x.State != domain.ApprovalOpen {
		return domain.E(domain.KindConflict, "approval_decided")
	}
	if !w.tx.Now().Before(x.Expires) {
		return domain.E(domain.KindRefused, "approval_expired")
	}
	if x.Proposer != "" && x.Proposer == w.who.Account {
		return domain.E(domain.KindRefused, "approval_own")
	}
	if x.Object == "account/"+string(w.who.Account) {
		return domain.E(domain.KindRefused, "approval_self")
	}
	seen, err := approvalKinds[x.Kind].seen(w, x)
	if err != nil {
		return err
	}
	if seen != x.Seen {
		return domain.E(domain.KindConflict, "approval_stale")
	}
	return nil
}

// Propose asks for a change of a right that somebody else has to approve.
func (a *App) Propose(ctx context.Context, who *Who, once Once, in ApprovalAct) (*ApprovalView, error) {
	id, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		if err := w.adminOnly(); err != nil {
			return "", err
		}
		x, err := w.proposeChange(in)
		if err != nil {
			return "", err
		}
		return domain.RecordID(x.ID), nil
	})
	if err != nil {
		return nil, err
	}
	return a.Approval(ctx, who, string(id))
}

// proposeChange keeps a change for approval. Nothing of it is done yet, but all that can be
// checked now is.
func (w *work) proposeChange(in ApprovalAct) (*domain.Approval, error) {
	p, err := w.powers()
	if err != nil {
		return nil, err
	}
	if p == PowersJoint {
		return nil, domain.E(domain.KindRefused, "approval_not_needed")
	}
	k, ok := approvalKinds[in.Kind]
	if !ok {
		return nil, domain.E(domain.KindInvalid, "fields").With("kind", "option")
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if n := len([]rune(in.Reason)); n < 4 {
		return nil, domain.E(domain.KindInvalid, "fields").With("reason", "too_short", "min", "4", "label", "理由")
	}
	x := &domain.Approval{Kind: in.Kind, Proposer: w.who.Account, Reason: in.Reason, Expires: w.tx.Now().AddDate(0, 0, approvalDays), Change: map[string]any{}}
	if err := k.prepare(w, x, in); err != nil {
		return nil, err
	}
	if x.Proposer != "" && x.Object == "account/"+string(x.Proposer) {
		return nil, domain.E(domain.KindRefused, "approval_self")
	}
	if x.Seen, err = k.seen(w, x); err != nil {
		return nil, err
	}
	if err := w.sameOpen(x); err != nil {
		return nil, err
	}
	if err := w.tx.InsertApproval(x); err != nil {
		return nil, err
	}
	return x, w.audit("propose", "approval/"+x.ID, x.Reason, map[string]any{"approval": x.Kind, "object": x.Object})
}

// sameOpen refuses a second proposal of one kind for one thing while the first waits:
// the approver could not tell which is meant.
func (w *work) sameOpen(x *domain.Approval) error {
	for _, state := range []domain.ApprovalState{domain.ApprovalOpen, domain.ApprovalGranted} {
		page, err := w.tx.Approvals(store.ApprovalFilter{State: state, Object: x.Object, Waiting: w.tx.Now(), Limit: 50})
		if err != nil {
			return err
		}
		for i := range page.Items {
			o := &page.Items[i]
			if o.Kind == x.Kind && o.Seen == x.Seen {
				return domain.E(domain.KindConflict, "approval_waits")
			}
		}
	}
	return nil
}

// Approve makes a proposed change, or allows its proposer to make it where he alone
// may see what comes of it (a new password).
func (a *App) Approve(ctx context.Context, who *Who, once Once, id string, in ApprovalDecision) (*ApprovalView, error) {
	return a.decide(ctx, who, once, id, func(w *work, x *domain.Approval) error {
		if err := w.approvalFault(x); err != nil {
			return err
		}
		k := approvalKinds[x.Kind]
		to := domain.ApprovalGranted
		if k.apply != nil {
			to = domain.ApprovalApplied
			if err := k.apply(w, x); err != nil {
				return err
			}
		}
		return w.decided(x, to, "approve", in.Note)
	})
}

// Refuse ends a proposal without doing anything; it says why.
func (a *App) Refuse(ctx context.Context, who *Who, once Once, id string, in ApprovalDecision) (*ApprovalView, error) {
	in.Note = strings.TrimSpace(in.Note)
	return a.decide(ctx, who, once, id, func(w *work, x *domain.Approval) error {
		// A stale proposal may still be refused: it only goes away.
		if err := w.approvalFault(x); err != nil && errorCode(err) != "approval_stale" {
			return err
		}
		if len([]rune(in.Note)) < 2 {
			return domain.E(domain.KindInvalid, "fields").With("note", "too_short", "min", "2", "label", "不批准的理由")
		}
		return w.decided(x, domain.ApprovalRefused, "refuse", in.Note)
	})
}

func (a *App) decide(ctx context.Context, who *Who, once Once, id string, fn func(w *work, x *domain.Approval) error) (*ApprovalView, error) {
	err := a.onceOnly(ctx, who, once, func(w *work) error {
		if !w.who.Security {
			return domain.E(domain.KindForbidden, "security_only")
		}
		x, err := w.tx.Approval(id)
		if err != nil {
			return err
		}
		return fn(w, x)
	})
	// Whatever was granted or taken holds from the next request on.
	a.people.forgetAll()
	a.accounts.forget()
	a.programs.forget(who.County)
	if err != nil {
		return nil, err
	}
	return a.Approval(ctx, who, id)
}

func (w *work) decided(x *domain.Approval, to domain.ApprovalState, act, note string) error {
	x.Decider, x.Note, x.Decided = w.who.Account, strings.TrimSpace(note), w.tx.Now()
	if err := w.tx.DecideApproval(x, to); err != nil {
		return err
	}
	return w.audit(act, "approval/"+x.ID, x.Note, map[string]any{"approval": x.Kind, "object": x.Object, "proposer": string(x.Proposer)})
}

// WithdrawApproval takes one's own proposal back.
func (a *App) WithdrawApproval(ctx context.Context, who *Who, once Once, id string) error {
	return a.onceOnly(ctx, who, once, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		x, err := w.tx.Approval(id)
		if err != nil {
			return err
		}
		if x.Proposer != w.who.Account {
			return domain.E(domain.KindForbidden, "approval_not_yours")
		}
		if x.State != domain.ApprovalOpen && x.State != domain.ApprovalGranted {
			return domain.E(domain.KindConflict, "approval_decided")
		}
		return w.decided(x, domain.ApprovalWithdrawn, "approval_withdraw", "")
	})
}

// carry uses up the approval of something that its proposer does himself.
func (w *work) carry(kind, object string) error {
	if w.who.System {
		return nil
	}
	p, err := w.powers()
	if err != nil || p == PowersJoint {
		return err
	}
	page, err := w.tx.Approvals(store.ApprovalFilter{State: domain.ApprovalGranted, Object: object, Waiting: w.tx.Now(), Limit: 50})
	if err != nil {
		return err
	}
	for i := range page.Items {
		x := &page.Items[i]
		if x.Kind != kind || x.Proposer != w.who.Account {
			continue
		}
		if seen, err := approvalKinds[kind].seen(w, x); err != nil || seen != x.Seen {
			if err != nil {
				return err
			}
			return domain.E(domain.KindConflict, "approval_stale")
		}
		return w.tx.DecideApproval(x, domain.ApprovalApplied)
	}
	return domain.E(domain.KindRefused, "needs_approval")
}
