package app

import (
	"context"

	"linqiao/domain"
	"linqiao/store"
)

// How a county divides the power over its own system (三员分立, 等保 8.1.5). Joint: the
// administrator changes rights by himself, as small and demonstration counties do.
// Separated: he proposes, the security administrator approves, the auditor watches.
const (
	PowersJoint     = "joint"
	PowersSeparated = "separated"
)

const settingPowers = "powers"

// PowersView tells how power is divided, and whether each office is filled.
type PowersView struct {
	Powers   string `json:"powers" enum:"joint,separated"`
	Admins   int    `json:"admins"`
	Security int    `json:"security"`
	Auditors int    `json:"auditors"`
	Days     int    `json:"days"` // how long a proposal waits
}

// PowersAct changes how power is divided; Reason is asked for where somebody has to
// approve it.
type PowersAct struct {
	Powers string `json:"powers" enum:"joint,separated"`
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

// officer: one of the three offices.
func (w *Who) officer() bool { return w.System || w.Admin || w.Auditor || w.Security }

func (w *work) officersOnly() error {
	if w.who.officer() {
		return nil
	}
	return domain.E(domain.KindForbidden, "officer_only")
}

// powers reads how power is divided here; what was never said is joint.
func (w *work) powers() (string, error) {
	t, err := w.tx.Tenant()
	if err != nil {
		return "", err
	}
	if t.Settings[settingPowers] == PowersSeparated {
		return PowersSeparated, nil
	}
	return PowersJoint, nil
}

func (w *work) savePowers(to string) error {
	t, err := w.tx.Tenant()
	if err != nil {
		return err
	}
	if t.Settings == nil {
		t.Settings = map[string]any{}
	}
	t.Settings[settingPowers] = to
	if err := w.tx.SaveTenant(t); err != nil {
		return err
	}
	return w.audit("powers", "county/"+string(w.who.County), "", map[string]any{"powers": to})
}

// alone lets a change of rights be made by one person only where powers are joint.
// The machine itself (first accounts, recovery at the console of the server) is not
// held up: whoever commands it commands the database too.
func (w *work) alone() error {
	if w.who.System {
		return nil
	}
	p, err := w.powers()
	if err != nil || p == PowersJoint {
		return err
	}
	return domain.E(domain.KindRefused, "needs_approval")
}

// Powers tells the officers how power is divided.
func (a *App) Powers(ctx context.Context, who *Who) (v *PowersView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		if err := w.officersOnly(); err != nil {
			return err
		}
		v, err = w.powersView()
		return err
	})
	return v, err
}

func (w *work) powersView() (*PowersView, error) {
	v := &PowersView{Days: approvalDays}
	var err error
	if v.Powers, err = w.powers(); err != nil {
		return nil, err
	}
	for role, n := range map[string]*int{RoleAdmin: &v.Admins, RoleSecurity: &v.Security, RoleAuditor: &v.Auditors} {
		if *n, err = w.officersOf(role); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// officersOf counts the working accounts that hold an office today.
func (w *work) officersOf(role string) (n int, err error) {
	list, err := w.tx.Memberships(store.MembershipFilter{Role: role})
	if err != nil {
		return 0, err
	}
	seen := map[domain.AccountID]bool{}
	for _, m := range list {
		acc, err := w.Account(m.Account)
		if err != nil {
			return 0, err
		}
		if acc.Active && !seen[acc.ID] {
			seen[acc.ID] = true
			n++
		}
	}
	return n, nil
}

// SetPowers separates the powers at once, when each office is filled; joining them
// again is a change that has to be approved.
func (a *App) SetPowers(ctx context.Context, who *Who, once Once, in PowersAct) (*PowersView, error) {
	err := a.onceOnly(ctx, who, once, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		now, err := w.powersView()
		if err != nil || now.Powers == in.Powers {
			return err
		}
		if in.Powers == PowersJoint {
			if !w.who.System {
				_, err = w.proposeChange(ApprovalAct{Kind: ApprovePowers, Powers: in.Powers, Reason: in.Reason})
				return err
			}
			return w.savePowers(in.Powers)
		}
		if !w.who.System && (now.Security == 0 || now.Auditors == 0) {
			return domain.E(domain.KindRefused, "powers_unfilled")
		}
		return w.savePowers(in.Powers)
	})
	if err != nil {
		return nil, err
	}
	return a.Powers(ctx, who)
}

// FirstOfficer refuses to fill an office from the server's command line a second time
// where powers are separated: the next one is proposed and approved like everybody.
func (a *App) FirstOfficer(ctx context.Context, county domain.CountyCode, role string) error {
	return a.read(ctx, System(county), func(w *work) error {
		p, err := w.powers()
		if err != nil || p == PowersJoint {
			return err
		}
		if n, err := w.officersOf(role); err != nil || n == 0 {
			return err
		}
		return domain.E(domain.KindConflict, "office_filled", "office", officeWords[role][0])
	})
}
