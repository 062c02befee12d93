package app

import (
	"context"
	"slices"
	"strconv"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// A round that is under way: whether it keeps pace, who is behind, and giving
// items to other teams.

func (w *work) pace(rd *domain.DutyRound, due, done int) *Pace {
	today := domain.DateOf(w.Now())
	if today < rd.From || today > rd.Until || due == 0 {
		return nil
	}
	p := &Pace{Days: max(w.app.cal.WorkDaysBetween(rd.From-1, rd.Until), 1), Left: max(w.app.cal.WorkDaysBetween(today-1, rd.Until), 1)}
	p.Gone = max(p.Days-p.Left, 0)
	p.Expected = due * p.Gone / p.Days
	p.PerDay = (max(due-done, 0) + p.Left - 1) / p.Left
	return p
}

func (w *work) visitors(round string) ([]Coverage, error) {
	rows, err := w.tx.RoundVisitors(round)
	if err != nil {
		return nil, err
	}
	var out []Coverage
	for _, x := range rows {
		c := Coverage{Due: x.Due, Done: x.Done, Missed: x.Missed}
		if c.Person, _ = w.actorOf(x.Account); c.Person == nil {
			continue
		}
		if o, err := w.Org(x.Org); x.Org != "" && err == nil {
			c.Org = &OrgRef{o.ID, o.Name, o.Kind}
		}
		out = append(out, c)
	}
	return out, nil
}

// assigns: the roles that start the duty, over the area of the round.
func (w *work) assigns(d *program.Duty, rd *domain.DutyRound) bool {
	p, err := w.Program(rd.Program, 0)
	if err != nil || rd.State != "open" {
		return false
	}
	return slices.ContainsFunc(d.By, func(k string) bool {
		role := p.Roles.Get(k)
		return role != nil && slices.ContainsFunc(w.who.Qualified(role), func(m record.Membership) bool {
			return slices.ContainsFunc(m.Paths, func(top string) bool { return record.InPath(rd.Path, top) || rd.Path == "" })
		})
	})
}

// AssignAct gives items of a round to a unit, or shares out those that nobody has.
type AssignAct struct {
	Items []string     `json:"items,omitempty"`
	Org   domain.OrgID `json:"org,omitempty"`
	Split bool         `json:"split,omitempty"` // the unassigned ones, evenly among the teams whose area covers them
}

// assignMost bounds what one request gives away.
const assignMost = 500

// AssignItems moves open items of a round to another unit; what each item made goes
// along, so that it appears in the new unit's work and leaves the old one's.
func (a *App) AssignItems(ctx context.Context, who *Who, once Once, id string, in AssignAct) (*RoundView, error) {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		rd, err := w.tx.DutyRound(id)
		if err != nil {
			return "", err
		}
		p, d, err := w.duty(rd.Program, rd.Key)
		if err != nil {
			return "", err
		}
		if !w.mayDuty(p, d) {
			return "", domain.NotFound("duty_round")
		}
		if !w.assigns(d, rd) {
			return "", domain.E(domain.KindForbidden, "round_forbidden", "duty", d.Label)
		}
		items, to, err := w.assignment(p, d, rd, in)
		if err != nil {
			return "", err
		}
		for i := range items {
			if err := w.assignItem(&items[i], to[i]); err != nil {
				return "", err
			}
		}
		return domain.RecordID(id), w.audit("duty_reassign", "round/"+rd.Program+"."+rd.Key, "", map[string]any{"n": len(items), "to": w.orgName(in.Org)})
	})
	if err != nil {
		return nil, err
	}
	return a.Round(ctx, who, id)
}

func (w *work) orgName(id domain.OrgID) string {
	if o, err := w.Org(id); id != "" && err == nil {
		return o.Name
	}
	return ""
}

// assignment settles which items go to which unit.
func (w *work) assignment(p *program.Program, d *program.Duty, rd *domain.DutyRound, in AssignAct) ([]domain.DutyItem, []domain.OrgID, error) {
	if in.Split {
		return w.splitRest(p, d, rd)
	}
	if len(in.Items) == 0 || len(in.Items) > assignMost {
		return nil, nil, domain.E(domain.KindInvalid, "fields").With("items", "assign_items", "max", strconv.Itoa(assignMost))
	}
	if !w.mayTake(p, d, in.Org) {
		return nil, nil, domain.E(domain.KindInvalid, "fields").With("org", "assign_org")
	}
	var items []domain.DutyItem
	var to []domain.OrgID
	for _, id := range in.Items {
		it, err := w.tx.DutyItem(id)
		if err != nil || it.Round != rd.ID {
			return nil, nil, domain.E(domain.KindInvalid, "fields").With("items", "assign_unknown")
		}
		if it.DoneAt.IsZero() && it.MissedAt.IsZero() && (it.ToOrg != in.Org || it.ToAccount != "") {
			items, to = append(items, *it), append(to, in.Org)
		}
	}
	return items, to, nil
}

// mayTake: an active unit of a kind and level that the duty is done by.
func (w *work) mayTake(p *program.Program, d *program.Duty, id domain.OrgID) bool {
	o, err := w.Org(id)
	if id == "" || err != nil || !o.Active {
		return false
	}
	return slices.ContainsFunc(d.To, func(k string) bool {
		role := p.Roles.Get(k)
		return role != nil && slices.Contains(role.HeldBy.Org, o.Kind) && (role.HeldBy.Level == "" || role.HeldBy.Level == o.Level)
	})
}

// splitRest shares the unassigned items among the teams, as a new round would.
func (w *work) splitRest(p *program.Program, d *program.Duty, rd *domain.DutyRound) ([]domain.DutyItem, []domain.OrgID, error) {
	page, err := w.tx.DutyItems(store.DutyFilter{Round: rd.ID, Nobody: true, Waiting: true, Limit: assignMost})
	if err != nil {
		return nil, nil, err
	}
	list := make([]owed, len(page.Items))
	for i, it := range page.Items {
		list[i] = owed{kind: it.OverKind, over: it.OverID, party: it.Party, path: it.Path, region: it.Region}
		if pt, err := w.Party(it.Party); it.Party != "" && err == nil {
			list[i].lat, list[i].lng = pt.Lat, pt.Lng
		}
	}
	if err := w.assignAll(p, d, list); err != nil {
		return nil, nil, err
	}
	var items []domain.DutyItem
	var to []domain.OrgID
	for i := range list {
		if list[i].org != "" {
			items, to = append(items, page.Items[i]), append(to, list[i].org)
		}
	}
	if len(items) == 0 {
		return nil, nil, domain.E(domain.KindRefused, "assign_nobody")
	}
	return items, to, nil
}

func (w *work) assignItem(it *domain.DutyItem, org domain.OrgID) error {
	it.ToOrg, it.ToAccount = org, ""
	if err := w.tx.UpdateDutyItem(it); err != nil {
		return err
	}
	if it.Record == "" {
		return nil
	}
	r, err := w.unit.Load(it.Record)
	if err != nil {
		return err
	}
	if !r.Ended.Equal(time.Time{}) {
		return nil
	}
	return w.unit.HandOver(r, "", org)
}
