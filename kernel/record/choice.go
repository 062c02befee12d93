package record

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/draw"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// Kinds of rounds.
const (
	KindPanel  = "panel"
	KindChoice = "choice"
	KindBallot = "ballot"
)

// States of a choice's round.
const (
	PoolFrozen = "frozen" // the pool is fixed and hashed, the secret committed to
	Drawn      = "drawn"
)

// Pool is what a choice draws from, as its round keeps it. Members stand under
// codes that say nothing about them; IDs holds whom a code means.
type Pool struct {
	Entries  []draw.Entry
	IDs      map[string]string // code → party, record or organisation
	Hash     string
	Excluded int // candidates that `where` or a weight of 0 left out
}

// freezePools fixes the pools that this move commits to.
func (u *Unit) freezePools(r *Row, mv *program.Move) error {
	for _, c := range r.P.Choices.All() {
		if c.Of != r.Key || c.SeedCommit != "made."+mv.Key {
			continue
		}
		if _, err := u.freezePool(r, c); err != nil {
			return err
		}
	}
	return nil
}

func (u *Unit) freezePool(r *Row, c *program.Choice) (*domain.PanelRun, error) {
	round := 1
	if old, err := u.w.Round(KindChoice, r.ID, c.Key); err != nil {
		return nil, err
	} else if old != nil {
		if c.By == "random" {
			return nil, domain.Refuse("“" + c.Label + "”的名单已经冻结，不能再次冻结")
		}
		round = old.Round + 1
	}
	secret := u.w.Secret()
	pool, err := u.pool(r, c, secret)
	if err != nil {
		return nil, err
	}
	if len(pool.Entries) == 0 {
		return nil, domain.Refuse("“" + c.Label + "”没有符合条件的候选，无法冻结名单")
	}
	run := &domain.PanelRun{County: r.County, ID: u.w.NewID(), Kind: KindChoice, Record: r.ID, Program: r.P.Key, Key: c.Key, Round: round, State: PoolFrozen}
	sealed, err := u.w.Conceal("choice/"+run.ID, secret)
	if err != nil {
		return nil, err
	}
	run.Data = map[string]any{"pool": packPool(pool), "excluded": int64(pool.Excluded), "pool_hash": pool.Hash, "commit": draw.Commit(secret),
		"sealed": sealed, "frozen": stamp(u.w.Now())}
	return run, u.w.SaveRound(run)
}

// pool asks `where` and `weight` of every candidate. Codes are dealt in an order
// that hangs on the secret: nobody reads from a code whose it is.
func (u *Unit) pool(r *Row, c *program.Choice, secret string) (*Pool, error) {
	list, err := u.candidates(r, c)
	if err != nil {
		return nil, err
	}
	p := &Pool{IDs: map[string]string{}}
	var in []candidate
	for _, m := range list {
		v := r.varsWith(map[string]any{"member": m.val})
		if c.Where != nil {
			if ok, err := u.test(c.Where, v); err != nil {
				return nil, err
			} else if !ok {
				p.Excluded++
				continue
			}
		}
		if m.weight, err = u.ticketsOf(c, v); err != nil {
			return nil, err
		}
		if m.weight <= 0 {
			p.Excluded++
			continue
		}
		if m.group, err = u.spreadOf(c, m); err != nil {
			return nil, err
		}
		in = append(in, m)
	}
	hide := draw.Seed(secret, "", "")
	sort.Slice(in, func(i, j int) bool { return lotLess(hide, in[i].id, in[j].id) })
	width := len(fmt.Sprint(len(in)))
	for i, m := range in {
		code := fmt.Sprintf("%0*d", width, i+1)
		p.Entries = append(p.Entries, draw.Entry{Code: code, Weight: m.weight, Group: m.group})
		p.IDs[code] = m.id
	}
	p.Hash = draw.PoolHash(p.Entries)
	return p, nil
}

func lotLess(seed [32]byte, a, b string) bool {
	if x, y := draw.Lot(seed, a), draw.Lot(seed, b); x != y {
		return x < y
	}
	return a < b
}

// candidate is somebody or something that may be chosen.
type candidate struct {
	id     string
	val    any // as `member`
	path   string
	weight int64
	group  string
}

// candidates lists what `from` names: a roster, another choice's members, the
// record's own children of a kind, or the running records of a kind in its area.
func (u *Unit) candidates(r *Row, c *program.Choice) ([]candidate, error) {
	kind, key := splitAddr(c.From)
	switch kind {
	case "roster":
		ids, err := u.rosterFor(r, r.P, key)
		if err != nil {
			return nil, err
		}
		return u.partyCandidates(ids)
	case "choice":
		run, err := u.w.Round(KindChoice, r.ID, key)
		if err != nil || run == nil {
			return nil, err
		}
		return u.candidatesOf(r, r.P.Choices.Get(key), members(run))
	}
	rt := r.P.Records.Get(c.From)
	if rt == nil {
		return nil, domain.E(domain.KindInternal, "record_type_missing", "record", c.From)
	}
	if rt.Of == r.Key {
		rows, err := u.Children(r, rt.Key)
		return rowCandidates(rows), err
	}
	recs, err := u.w.RecordsIn(r.P.Key, rt.Key, r.Path)
	if err != nil {
		return nil, err
	}
	rows := make([]*Row, len(recs))
	for i, rec := range recs {
		if rows[i], err = u.Adopt(rec); err != nil {
			return nil, err
		}
	}
	return rowCandidates(rows), nil
}

func rowCandidates(rows []*Row) []candidate {
	out := make([]candidate, len(rows))
	for i, o := range rows {
		out[i] = candidate{id: string(o.ID), val: recordView{o}, path: o.Path}
	}
	return out
}

func (u *Unit) partyCandidates(ids []string) ([]candidate, error) {
	out := make([]candidate, 0, len(ids))
	for _, id := range ids {
		m, err := u.partyOf(domain.PartyID(id), "member")
		if err != nil {
			return nil, err
		}
		c := candidate{id: id, val: m}
		if v, ok := m.(*partyView); ok {
			c.path = v.p.Path
		}
		out = append(out, c)
	}
	return out, nil
}

// candidatesOf turns the ids of a choice's members back into what they are.
func (u *Unit) candidatesOf(r *Row, c *program.Choice, ids []string) ([]candidate, error) {
	if strings.HasPrefix(rootFrom(r.P, c), "roster.") {
		return u.partyCandidates(ids)
	}
	rows := make([]*Row, 0, len(ids))
	for _, id := range ids {
		o, err := u.Load(domain.RecordID(id))
		if err != nil {
			return nil, err
		}
		rows = append(rows, o)
	}
	return rowCandidates(rows), nil
}

func (u *Unit) ticketsOf(c *program.Choice, v *vars) (int64, error) {
	if c.Weight == nil {
		return 1, nil
	}
	val, err := u.value(c.Weight, v)
	if err != nil {
		if isUnset(err) {
			return 1, nil
		}
		return 0, err
	}
	n, _ := integer(val)
	return n, nil
}

// spreadOf is the group of a candidate: its region of a level, or a field.
func (u *Unit) spreadOf(c *program.Choice, m candidate) (string, error) {
	if c.Spread == "" {
		return "", nil
	}
	if domain.IsRegionLevel(c.Spread) {
		id, err := u.w.RegionAt(nil, m.path, domain.RegionLevel(c.Spread))
		return string(id), err
	}
	s, ok := m.val.(rule.Struct)
	if !ok {
		return "", nil
	}
	val, err := s.Get(c.Spread)
	if isUnset(err) {
		return "", nil
	}
	return strings.NewReplacer("\t", " ", "\n", " ").Replace(idOf(val)), err
}

// startChoice draws, or ranks. By chance it happens once, from the frozen pool;
// a ranking may run again, and both results stay.
func (u *Unit) startChoice(r *Row, c *program.Choice) error {
	run, err := u.w.Round(KindChoice, r.ID, c.Key)
	if err != nil {
		return err
	}
	if c.SeedCommit != "" && (run == nil || c.By == "random" && run.State != PoolFrozen) {
		if run == nil {
			return domain.Refuse("“" + c.Label + "”的名单还没有冻结")
		}
		return domain.Refuse("“" + c.Label + "”已经抽取，不能再抽")
	}
	if c.By == "rank" && (run == nil || run.State == Drawn) {
		if run, err = u.freezePool(r, c); err != nil {
			return err
		}
	}
	seed, err := u.seedOf(r, c, run)
	if err != nil {
		return err
	}
	take, err := u.places(r, c)
	if err != nil {
		return err
	}
	pool, err := unpackPool(run)
	if err != nil {
		return err
	}
	if draw.PoolHash(pool.Entries) != text(run.Data["pool_hash"]) {
		return domain.Refuse("“" + c.Label + "”的名单与冻结时的摘要不符，不能抽取")
	}
	order := []string{}
	if c.By == "random" {
		order = draw.Order(pool.Entries, seed, c.Spread != "")
	} else if order, err = u.ranking(r, c, pool, seed, run); err != nil {
		return err
	}
	run.State = Drawn
	run.Data["order"], run.Data["take"], run.Data["drawn"] = order, int64(min(int(take), len(order))), stamp(u.w.Now())
	u.touch(r)
	if err := u.w.SaveRound(run); err != nil {
		return err
	}
	return u.countDrawn(r, c, run)
}

// seedOf joins the secret with the public number and reveals the secret.
func (u *Unit) seedOf(r *Row, c *program.Choice, run *domain.PanelRun) ([32]byte, error) {
	public := ""
	if c.SeedPublic != "" {
		f := FieldOf(r.T, c.SeedPublic)
		if public = text(r.raw(c.SeedPublic)); public == "" && f != nil {
			return [32]byte{}, domain.Refuse("缺" + f.Label)
		}
	}
	secret, err := u.w.Reveal("choice/"+run.ID, text(run.Data["sealed"]))
	if err != nil {
		return [32]byte{}, err
	}
	run.Data["secret"], run.Data["public"] = secret, public
	return draw.Seed(secret, text(run.Data["pool_hash"]), public), nil
}

func (u *Unit) places(r *Row, c *program.Choice) (int64, error) {
	if c.Take == nil {
		return 1, nil
	}
	val, err := u.value(c.Take, r.vars())
	if err != nil {
		if m := missing(err); m != "" {
			return 0, domain.Refuse("缺" + u.labelOf(r, m))
		}
		return 0, err
	}
	n, _ := integer(val)
	return max(n, 0), nil
}

// countDrawn feeds `choice.k.drawn`, once for everybody drawn.
func (u *Unit) countDrawn(r *Row, c *program.Choice, run *domain.PanelRun) error {
	if len(feedsOf(r.P).flow["choice."+c.Key+".drawn"]) == 0 {
		return nil
	}
	list, err := u.candidatesOf(r, c, members(run))
	if err != nil {
		return err
	}
	for _, m := range list {
		for _, f := range feedsOf(r.P).flow["choice."+c.Key+".drawn"] {
			n, err := u.count(r, f, r.varsWith(map[string]any{"member": m.val}), u.Today())
			if err != nil {
				return err
			}
			u.join(r, n)
		}
	}
	return nil
}

// stopChoice takes a member out; the next in order takes the place while the
// time for it (`replace`) lasts.
func (u *Unit) stopChoice(r *Row, c *program.Choice, ids []string) error {
	o := u.nearest(r, []string{c.Of})
	if o == nil {
		return nil
	}
	run, err := u.w.Round(KindChoice, o.ID, c.Key)
	if err != nil || run == nil || run.State != Drawn {
		return err
	}
	out := texts(run.Data["out"])
	for _, id := range ids {
		if slices.Contains(members(run), id) {
			out = append(out, id)
			if u.mayReplace(c, run) {
				run.Data["take"] = whole(run.Data["take"]) + 1
			}
		}
	}
	run.Data["out"] = out
	u.touch(o)
	return u.w.SaveRound(run)
}

func (u *Unit) mayReplace(c *program.Choice, run *domain.PanelRun) bool {
	if c.Replace.IsZero() {
		return false
	}
	at, err := time.Parse(time.RFC3339Nano, text(run.Data["drawn"]))
	if err != nil {
		return false
	}
	until, _ := u.w.Calendar().Due(at, c.Replace.N, c.Replace.Unit, true)
	return !u.w.Now().After(until)
}
