package record

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// KindRoster is the round that keeps a roster's copy for the record whose move
// froze it. Its list of members may be of a hundred thousand: it lies in a round of its
// own, kindRosterList, which is read only where the members are asked for.
const (
	KindRoster     = "roster"
	kindRosterList = "roster_list"
)

// freezeRosters takes a copy of the rosters that this move freezes: the members
// inside the record's region, a hash of the list, and how many were left out for
// which reason. A second freeze on the same record is a new round; the former
// copy stays.
func (u *Unit) freezeRosters(r *Row, mv *program.Move) error {
	for _, k := range r.P.Rosters.All() {
		if k.Freeze != mv.Key && k.Freeze != r.Key+"."+mv.Key {
			continue
		}
		if err := u.freezeRoster(r, k); err != nil {
			return err
		}
	}
	return nil
}

func (u *Unit) freezeRoster(r *Row, k *program.Roster) error {
	if !u.freezes(r, k) {
		return nil
	}
	ids, out, err := u.w.RosterFreeze(r.P.Key, k.Key, r.Path)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return domain.Refuse("“" + k.Label + "”是空的，无法冻结")
	}
	slices.Sort(ids)
	round := 1
	if old, err := u.w.Round(KindRoster, r.ID, k.Key); err != nil {
		return err
	} else if old != nil {
		round = old.Round + 1
	}
	list := strings.Join(ids, "\n") + "\n"
	sum := sha256.Sum256([]byte(list))
	left := map[string]any{}
	for reason, n := range out {
		left[reason] = n
	}
	for kind, data := range map[string]map[string]any{
		KindRoster:     {"hash": hex.EncodeToString(sum[:]), "size": int64(len(ids)), "except": left, "frozen": stamp(u.w.Now())},
		kindRosterList: {"members": list},
	} {
		if err := u.w.SaveRound(&domain.PanelRun{County: r.County, ID: u.w.NewID(), Kind: kind, Record: r.ID, Program: r.P.Key, Key: k.Key, Round: round, State: PoolFrozen, Data: data}); err != nil {
			return err
		}
	}
	return nil
}

// frozenList is the copy that a row has made of a roster, a member on each line; ok is
// false when it has made none. Copies of older versions hold their list themselves.
func (u *Unit) frozenList(record domain.RecordID, key string) (list string, ok bool, err error) {
	run, err := u.w.Round(kindRosterList, record, key)
	if run == nil && err == nil {
		run, err = u.w.Round(KindRoster, record, key)
	}
	if run == nil || err != nil {
		return "", false, err
	}
	return text(run.Data["members"]), true, nil
}

// freezes: `freeze: made.lock` means the record that has a move of that name and
// uses the roster; `freeze: record.move` names it.
func (u *Unit) freezes(r *Row, k *program.Roster) bool {
	if rec, _, named := strings.Cut(k.Freeze, "."); named {
		return rec == r.Key
	}
	name := "roster." + k.Key
	for _, c := range r.P.Choices.All() {
		if c.From == name {
			return c.Of == r.Key
		}
	}
	for _, b := range r.P.Ballots.All() {
		if b.Roll == name {
			return b.Of == r.Key
		}
	}
	return true
}

// FrozenRoster is a roster as it was frozen for a record.
type FrozenRoster struct {
	Roster *program.Roster
	Size   int64
	Hash   string
	Frozen string // when
	Except map[string]int64
}

// FrozenRosters lists the copies that a row has made, the latest of each roster.
func (u *Unit) FrozenRosters(r *Row) ([]FrozenRoster, error) {
	var out []FrozenRoster
	for _, k := range r.P.Rosters.All() {
		if k.Freeze == "" {
			continue
		}
		run, err := u.w.Round(KindRoster, r.ID, k.Key)
		if err != nil {
			return nil, err
		}
		if run == nil {
			continue
		}
		f := FrozenRoster{Roster: k, Size: whole(run.Data["size"]), Hash: text(run.Data["hash"]), Frozen: text(run.Data["frozen"]), Except: map[string]int64{}}
		if m, ok := run.Data["except"].(map[string]any); ok {
			for reason, n := range m {
				f.Except[reason] = whole(n)
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// rosterFor lists a roster's members as a row reads them: the copy frozen for the
// row or for what it lies below, else those inside the row's region now.
func (u *Unit) rosterFor(r *Row, p *program.Program, key string) ([]string, error) {
	path := ""
	if r != nil {
		path = r.Path
	}
	if k := p.Rosters.Get(key); k != nil && k.Freeze != "" {
		for up := r; up != nil; {
			list, ok, err := u.frozenList(up.ID, key)
			if err != nil {
				return nil, err
			}
			if ok {
				return strings.Split(strings.TrimSuffix(list, "\n"), "\n"), nil
			}
			if up, err = u.Parent(up); err != nil {
				return nil, err
			}
		}
	}
	return u.w.RosterMembers(p.Key, key, path)
}

// rosterHasFor is rosterFor for one member.
func (u *Unit) rosterHasFor(r *Row, p *program.Program, key, member string) (bool, error) {
	k := p.Rosters.Get(key)
	if r == nil || k == nil || k.Freeze == "" {
		return u.w.RosterHas(p.Key, key, member)
	}
	for up := r; up != nil; {
		list, ok, err := u.frozenList(up.ID, key)
		if err != nil {
			return false, err
		}
		if ok {
			return strings.Contains("\n"+list, "\n"+member+"\n") && member != "", nil
		}
		if up, err = u.Parent(up); err != nil {
			return false, err
		}
	}
	return u.w.RosterHas(p.Key, key, member)
}
