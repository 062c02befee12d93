package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Shifts (值班): who stands on a roster in which rank, from when until when. A rank
// that is empty within the roster's gap is told beforehand, once a day.

// shiftMost is how long one shift may be.
const shiftMost = 7 * 24 * time.Hour

// ShiftAct puts people on duty for one stretch of time.
type ShiftAct struct {
	From  time.Time                     `json:"from"`
	Until time.Time                     `json:"until"`
	Ranks map[string][]domain.AccountID `json:"ranks"`
}

// ShiftView is one place on a duty roster.
type ShiftView struct {
	Account AccountRef `json:"account"`
	Rank    string     `json:"rank"`
	Label   string     `json:"label"`
	From    time.Time  `json:"from"`
	Until   time.Time  `json:"until"`
	Now     bool       `json:"now"`
}

// ShiftBoard is a duty roster: its ranks, who is on, and where nobody is.
type ShiftBoard struct {
	Label   string      `json:"label"`
	Ranks   []Choice    `json:"ranks"`
	Items   []ShiftView `json:"items"`
	Gaps    []ShiftGap  `json:"gaps"`
	CanKeep bool        `json:"can_keep"`
}

// ShiftGap is a time within the roster's gap in which a rank is empty.
type ShiftGap struct {
	Rank  string    `json:"rank"`
	Label string    `json:"label"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

func (w *work) shiftRoster(prog, key string) (*program.Program, *program.Roster, error) {
	p, r, err := w.rosterOf(prog, key)
	if err == nil && r.Shifts == nil {
		return nil, nil, domain.NotFound("roster")
	}
	return p, r, err
}

// rankLabel is what people call a rank: the label of the role that holds it.
func (w *work) rankLabel(p *program.Program, r *program.Roster, rank string) string {
	for k, role := range p.Roles.All() {
		if role.Rank == rank && slices.Contains(role.Of, "roster."+r.Key) {
			return w.words(p).Role(k)
		}
	}
	return rank
}

// AddShifts puts people on duty, all or none.
func (a *App) AddShifts(ctx context.Context, who *Who, once Once, prog, roster string, in ShiftAct) error {
	defer a.people.forgetAll()
	return a.onceOnly(ctx, who, once, func(w *work) error {
		p, r, err := w.shiftRoster(prog, roster)
		if err != nil {
			return err
		}
		if !w.keepsRoster(p, r) {
			return domain.E(domain.KindForbidden, "roster_forbidden", "roster", r.Label)
		}
		if !in.Until.After(in.From) || in.Until.Sub(in.From) > shiftMost || !in.Until.After(w.Now()) || len(in.Ranks) == 0 {
			return domain.E(domain.KindInvalid, "shift_time").With("until", "shift_time")
		}
		for _, rank := range sortedKeys(in.Ranks) {
			if !slices.Contains(r.Shifts.Ranks, rank) {
				return domain.E(domain.KindInvalid, "shift_rank").With("ranks", "shift_rank")
			}
			for _, id := range in.Ranks[rank] {
				if _, err := w.rosterCandidate(p, r, string(id)); err != nil {
					return err
				}
				m := &domain.RosterMember{Program: prog, Roster: roster, Member: string(id), Group: rank, From: in.From.UTC().Truncate(time.Minute), Until: in.Until.UTC().Truncate(time.Minute)}
				if err := w.tx.PutShift(m); err != nil {
					return err
				}
			}
		}
		return w.changed("roster", "shift", roster, "", map[string]any{"roster": roster, "program": prog})
	})
}

// DropShift takes somebody off a shift that has not ended: from now on, or at all.
func (a *App) DropShift(ctx context.Context, who *Who, once Once, prog, roster string, account domain.AccountID, from time.Time) error {
	defer a.people.forgetAll()
	return a.onceOnly(ctx, who, once, func(w *work) error {
		p, r, err := w.shiftRoster(prog, roster)
		if err != nil {
			return err
		}
		if !w.keepsRoster(p, r) {
			return domain.E(domain.KindForbidden, "roster_forbidden", "roster", r.Label)
		}
		dropped, err := w.tx.DropShift(prog, roster, string(account), from)
		if err != nil {
			return err
		}
		if !dropped {
			return domain.NotFound("member")
		}
		return w.changed("roster", "shift", roster, "", map[string]any{"roster": roster, "program": prog})
	})
}

// Shifts shows a duty roster to the staff who hold a role in the program.
func (a *App) Shifts(ctx context.Context, who *Who, prog, roster string) (v *ShiftBoard, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, r, err := w.shiftRoster(prog, roster)
		if err != nil {
			return err
		}
		if !w.who.Admin && !slices.ContainsFunc(p.Roles.Keys(), func(k string) bool { return w.who.HoldsStatic(p.Roles.Get(k)) }) {
			return domain.NotFound("roster")
		}
		v = &ShiftBoard{Label: w.words(p).Named("rosters", r.Key, r.Label), CanKeep: w.keepsRoster(p, r), Items: []ShiftView{}, Gaps: []ShiftGap{}}
		for _, rank := range r.Shifts.Ranks {
			v.Ranks = append(v.Ranks, Choice{rank, w.rankLabel(p, r, rank)})
		}
		list, err := w.tx.ShiftsFrom(prog, roster, w.Now())
		if err != nil {
			return err
		}
		for _, m := range list {
			acc, err := w.Account(domain.AccountID(m.Member))
			if err != nil {
				continue
			}
			v.Items = append(v.Items, ShiftView{AccountRef{acc.ID, acc.Name}, m.Group, w.rankLabel(p, r, m.Group), m.From, m.Until, !m.From.After(w.Now())})
		}
		v.Gaps = w.shiftGaps(p, r, list)
		return nil
	})
	return v, err
}

// shiftGaps lists the times from now to the roster's gap in which a rank is empty.
func (w *work) shiftGaps(p *program.Program, r *program.Roster, list []domain.RosterMember) []ShiftGap {
	out := []ShiftGap{}
	end := w.Now().Add(48 * time.Hour)
	if !r.Shifts.Gap.IsZero() {
		end, _ = w.app.cal.Due(w.Now(), r.Shifts.Gap.N, r.Shifts.Gap.Unit, false)
	}
	for _, rank := range r.Shifts.Ranks {
		at := w.Now()
		for _, m := range list { // by their beginnings
			if m.Group != rank || !m.Until.After(at) {
				continue
			}
			if m.From.After(at) && m.From.Before(end) {
				out = append(out, ShiftGap{rank, w.rankLabel(p, r, rank), at, m.From})
			}
			if m.From.Before(end) {
				at = m.Until
			}
		}
		if at.Before(end) {
			out = append(out, ShiftGap{rank, w.rankLabel(p, r, rank), at, end})
		}
	}
	return out
}

// placeHolders lists the accounts that stand on the role's rosters now.
func (w *work) placeHolders(prog string, role *program.Role) (out []domain.AccountID, err error) {
	for _, of := range role.Of {
		key, ok := cutRoster(of)
		if !ok {
			continue
		}
		p, r, err := w.rosterOf(prog, key)
		if err != nil || p == nil || r.Of != "account" {
			continue
		}
		list, err := w.tx.Roster(prog, key, w.Now(), "", 0)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			if role.Rank == "" || m.Group == role.Rank {
				out = append(out, domain.AccountID(m.Member))
			}
		}
	}
	return out, nil
}

// ShiftsDue tells once a day of ranks that will be empty.
func (a *App) ShiftsDue(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		return a.write(ctx, System(county), func(w *work) error {
			for _, p := range w.set.set.Programs.All() {
				for _, r := range p.Rosters.All() {
					told, err := w.tellGaps(p, r)
					if err != nil {
						return err
					}
					n += told
				}
			}
			return nil
		})
	})
	return n, err
}

func (w *work) tellGaps(p *program.Program, r *program.Roster) (int, error) {
	if r.Shifts == nil || len(r.Shifts.Tells) == 0 {
		return 0, nil
	}
	mark := "shift/" + p.Key + "/" + r.Key
	if done, err := w.tx.Marked(mark, w.today()); err != nil || done {
		return 0, err
	}
	list, err := w.tx.ShiftsFrom(p.Key, r.Key, w.Now())
	if err != nil || len(list) == 0 { // a roster that nobody has begun to fill
		return 0, err
	}
	if err := w.tx.Mark(mark, w.today()); err != nil {
		return 0, err
	}
	gaps := w.shiftGaps(p, r, list)
	if len(gaps) == 0 {
		return 0, nil
	}
	var words []string
	for _, g := range gaps[:min(len(gaps), 5)] {
		words = append(words, g.Label+" "+g.From.In(domain.Beijing).Format("01-02 15:04")+" 至 "+g.Until.In(domain.Beijing).Format("01-02 15:04"))
	}
	var to []domain.AccountID
	for _, k := range r.Shifts.Tells {
		if role := p.Roles.Get(k); role != nil {
			acc, err := w.holders(role, &domain.Record{Program: p.Key, Path: countyPath(domain.RegionPath(domain.RegionID(w.who.County)))})
			if err != nil {
				return 0, err
			}
			to = append(to, acc...)
		}
	}
	return 1, w.tell(telling{program: p.Key, message: "shift", text: r.Label + "有空班：" + strings.Join(words, "；")}, to)
}
