package app

import (
	"context"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// roundBatch is how many rows of a roster one transaction owes at a time, so
// that a round over ten thousand enterprises never holds others up for long.
const roundBatch = 200

// RoundView is one round of a duty with its coverage.
type RoundView struct {
	ID         string     `json:"id"`
	Program    string     `json:"program"`
	Duty       string     `json:"duty"`
	Label      string     `json:"label"`
	From       string     `json:"from"`
	To         string     `json:"to"`
	Region     *RegionRef `json:"region,omitempty"`
	Due        int        `json:"due"`
	Done       int        `json:"done"`
	Missed     int        `json:"missed"`
	Unassigned int        `json:"unassigned"`
	State      string     `json:"state"`
	Regions    []Coverage `json:"regions,omitempty"`
	Teams      []Coverage `json:"teams,omitempty"`
	Lost       []PartyRef `json:"unassigned_list,omitempty"`
	Visitors   []Coverage `json:"visitors,omitempty"` // by the person in charge
	Pace       *Pace      `json:"pace,omitempty"`     // of a round that is not over
	CanAssign  bool       `json:"can_assign"`
	CanList    bool       `json:"can_list"` // the things owed, one by one, and their sheets
}

// Pace compares what is done with what should be by now, counted in working days.
type Pace struct {
	Days     int `json:"days"`     // of the round
	Gone     int `json:"gone"`     // before today
	Left     int `json:"left"`     // today among them
	Expected int `json:"expected"` // done by now at an even pace
	PerDay   int `json:"per_day"`  // needed on each day left, rounded up
}

// Coverage is due and done of one region or one team.
type Coverage struct {
	Region *RegionRef  `json:"region,omitempty"`
	Org    *OrgRef     `json:"org,omitempty"`
	Person *AccountRef `json:"person,omitempty"`
	Due    int         `json:"due"`
	Done   int         `json:"done"`
	Missed int         `json:"missed"`
}

// StartRound starts a duty that people start (`by`), with dates: something is
// owed for every row of the roster within the starter's area, shared among teams.
func (a *App) StartRound(ctx context.Context, who *Who, once Once, prog, key, from, to string, region domain.RegionID) (*RoundView, error) {
	fromDay, err1 := domain.ParseDate(from)
	toDay, err2 := domain.ParseDate(to)
	if err1 != nil || err2 != nil || toDay < fromDay {
		return nil, domain.E(domain.KindInvalid, "round_dates").With("to", "round_dates")
	}
	round, err := onceAnswered(ctx, a, who, once, func(w *work) (*domain.DutyRound, error) {
		p, d, err := w.duty(prog, key)
		if err != nil {
			return nil, err
		}
		path, err := w.roundPath(p, d, region)
		if err != nil {
			return nil, err
		}
		todo, err := w.planRound(p, d, path)
		if err != nil {
			return nil, err
		}
		round := &domain.DutyRound{ID: store.NewID(), Program: prog, Key: key, From: fromDay, Until: toDay, ByAccount: who.Account,
			Region: region, Path: path, Created: w.Now(), State: "open", Note: map[string]any{"total": len(todo)}}
		if err := w.tx.InsertDutyRound(round); err != nil {
			return nil, err
		}
		if err := w.oweSome(p, d, round, todo[:min(roundBatch, len(todo))]); err != nil || len(todo) <= roundBatch {
			return round, err
		}
		_, err = w.startJob(jobRound, map[string]any{"round": round.ID}, len(todo))
		return round, err
	})
	if err != nil {
		return nil, err
	}
	return a.Round(ctx, who, round.ID)
}

// roundPath: the region asked for, within the area of a role that may start it.
func (w *work) roundPath(p *program.Program, d *program.Duty, region domain.RegionID) (string, error) {
	want := ""
	if region != "" {
		reg, err := w.Region(region)
		if err != nil {
			return "", domain.E(domain.KindInvalid, "region_unknown").With("region", "region_unknown")
		}
		want = reg.Path
	}
	for _, k := range d.By {
		role := p.Roles.Get(k)
		if role == nil {
			continue
		}
		for _, m := range w.who.Qualified(role) {
			for _, path := range m.Paths {
				if want == "" {
					return path, nil
				}
				if record.InPath(want, path) {
					return want, nil
				}
			}
		}
	}
	return "", domain.E(domain.KindForbidden, "round_forbidden", "duty", d.Label)
}

// planRound lists what is owed and shares it among those who may do it.
func (w *work) planRound(p *program.Program, d *program.Duty, path string) ([]owed, error) {
	list, err := w.dutyRows(p, d, path)
	if err != nil {
		return nil, err
	}
	return list, w.assignAll(p, d, list)
}

// oweSome writes items of a round, and what they make.
func (w *work) oweSome(p *program.Program, d *program.Duty, round *domain.DutyRound, todo []owed) error {
	for _, x := range todo {
		if err := w.owe(p, d, round.ID, x, round.From.Start(), round.Until.End(), round.Until.End()); err != nil {
			return err
		}
	}
	return nil
}

// jobRound is the kind of job that opens a round over more rows than one
// transaction should hold.
const jobRound = "round"

// runRound owes the rest of a round. Who does what is planned anew when the job is
// taken up again; what was owed before stays as it is, for an item is owed once.
func (a *App) runRound(ctx context.Context, r *JobRun) error {
	var round *domain.DutyRound
	var todo []owed
	if err := a.read(ctx, r.who, func(w *work) error {
		var err error
		if round, err = w.tx.DutyRound(asText(r.Job.Payload["round"])); err != nil {
			return err
		}
		p, d, err := w.duty(round.Program, round.Key)
		if err != nil {
			return err
		}
		todo, err = w.planRound(p, d, round.Path)
		return err
	}); err != nil {
		return err
	}
	for from := 0; from < len(todo); from += roundBatch {
		batch := todo[from:min(from+roundBatch, len(todo))]
		if err := r.Write(ctx, func(w *work, j *domain.Job) error {
			p, d, err := w.duty(round.Program, round.Key)
			if err != nil {
				return err
			}
			j.Done, j.Total = int64(from+len(batch)), int64(len(todo))
			j.Result["label"] = d.Label
			return w.oweSome(p, d, round, batch)
		}); err != nil {
			return err
		}
	}
	return nil
}

// Rounds lists the rounds of a duty, newest first.
func (a *App) Rounds(ctx context.Context, who *Who, prog, key string) (l List[RoundView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, d, err := w.duty(prog, key)
		if err != nil {
			return err
		}
		if !w.seesRounds(p, d) {
			return domain.NotFound("duty")
		}
		rounds, err := w.tx.DutyRounds(prog, key, 50)
		if err != nil {
			return err
		}
		var items []RoundView
		for i := range rounds {
			v, err := w.roundView(d, &rounds[i], false)
			if err != nil {
				return err
			}
			items = append(items, v)
		}
		l = listOf(items, "")
		return nil
	})
	return l, err
}

// mayDuty: those who start it, those who do it, and area roles with figures.
func (w *work) mayDuty(p *program.Program, d *program.Duty) bool {
	if w.who.System {
		return true
	}
	if d.Windows.Len() > 0 { // it has a board of its own
		return false
	}
	for _, k := range append(slices.Clone(d.By), d.To...) {
		if role := p.Roles.Get(k); role != nil && w.who.HoldsStatic(role) {
			return true
		}
	}
	for _, role := range p.Roles.All() {
		if role.FiguresAll && w.who.HoldsStatic(role) {
			return true
		}
	}
	return false
}

// seesRounds: those of mayDuty, and who sees a figure that counts the duty: coverage is
// that figure, by area.
func (w *work) seesRounds(p *program.Program, d *program.Duty) bool {
	if w.mayDuty(p, d) {
		return true
	}
	if d.Windows.Len() > 0 {
		return false
	}
	for _, role := range p.Roles.All() {
		if role.Is == "area" && w.who.HoldsStatic(role) && slices.ContainsFunc(role.Figures, func(k string) bool { return countsDuty(p.Stats.Get(k), d) }) {
			return true
		}
	}
	return false
}

// countsDuty: the figure is made of what is due, done or missed of a duty.
func countsDuty(st *program.Stat, d *program.Duty) bool {
	return st != nil && slices.ContainsFunc(append(slices.Clone(st.Sources), st.Parts...), func(source string) bool {
		return strings.HasPrefix(source, "duty."+d.Key+".")
	})
}

// Round gives one round with its coverage by region and by team.
func (a *App) Round(ctx context.Context, who *Who, id string) (v *RoundView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		rd, err := w.tx.DutyRound(id)
		if err != nil {
			return err
		}
		p, d, err := w.duty(rd.Program, rd.Key)
		if err != nil {
			return err
		}
		if !w.seesRounds(p, d) {
			return domain.NotFound("duty_round")
		}
		x, err := w.roundView(d, rd, true)
		if v = &x; !w.mayDuty(p, d) { // coverage is his figure; who is on the list is not
			x.Lost, x.Visitors = nil, nil
		} else {
			x.CanList = true
		}
		return err
	})
	return v, err
}

func (w *work) roundView(d *program.Duty, rd *domain.DutyRound, deep bool) (RoundView, error) {
	v := RoundView{ID: rd.ID, Program: rd.Program, Duty: rd.Key, Label: w.dutyLabel(rd.Program, d), From: rd.From.String(), To: rd.Until.String(), State: rd.State}
	if g, err := w.Region(rd.Region); rd.Region != "" && err == nil {
		v.Region = &RegionRef{g.ID, g.Name, g.Level}
	}
	rows, err := w.tx.RoundCoverage(rd.ID)
	if err != nil {
		return v, err
	}
	regions, teams := map[string]*Coverage{}, map[domain.OrgID]*Coverage{}
	for _, x := range rows {
		v.Due += x.Due
		v.Done += x.Done
		v.Missed += x.Missed
		if x.Org == "" && x.Account == "" {
			v.Unassigned += x.Due
		}
		if deep {
			w.coverRegion(regions, x)
			w.coverTeam(teams, x)
		}
	}
	if deep {
		v.Regions, v.Teams = sortedCoverage(regions), sortedTeams(teams)
		v.Pace = w.pace(rd, v.Due, v.Done)
		v.CanAssign = w.assigns(d, rd)
		if v.Visitors, err = w.visitors(rd.ID); err != nil {
			return v, err
		}
		v.Lost, err = w.unassigned(rd.ID)
	}
	return v, err
}

func (w *work) coverRegion(m map[string]*Coverage, x store.CoverageRow) {
	parts := strings.Split(x.Path, "/")
	key := strings.Join(parts[:min(4, len(parts))], "/") // by town
	c := m[key]
	if c == nil {
		c = &Coverage{}
		if g, err := w.Region(domain.RegionID(parts[min(3, len(parts)-1)])); err == nil {
			c.Region = &RegionRef{g.ID, g.Name, g.Level}
		}
		m[key] = c
	}
	c.Due, c.Done, c.Missed = c.Due+x.Due, c.Done+x.Done, c.Missed+x.Missed
}

func (w *work) coverTeam(m map[domain.OrgID]*Coverage, x store.CoverageRow) {
	if x.Org == "" {
		return
	}
	c := m[x.Org]
	if c == nil {
		c = &Coverage{}
		if o, err := w.Org(x.Org); err == nil {
			c.Org = &OrgRef{o.ID, o.Name, o.Kind}
		}
		m[x.Org] = c
	}
	c.Due, c.Done, c.Missed = c.Due+x.Due, c.Done+x.Done, c.Missed+x.Missed
}

func sortedCoverage(m map[string]*Coverage) []Coverage {
	out := make([]Coverage, 0, len(m))
	for _, k := range sortedKeys(m) {
		out = append(out, *m[k])
	}
	return out
}

func sortedTeams(m map[domain.OrgID]*Coverage) []Coverage {
	out := make([]Coverage, 0, len(m))
	for _, c := range m {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Coverage) int {
		if a.Org == nil || b.Org == nil {
			return 0
		}
		return strings.Compare(a.Org.Name, b.Org.Name)
	})
	return out
}

func (w *work) unassigned(round string) ([]PartyRef, error) {
	page, err := w.tx.DutyItems(store.DutyFilter{Round: round, Nobody: true, Waiting: true, Limit: 200})
	var out []PartyRef
	for _, it := range page.Items {
		if it.Party == "" {
			continue
		}
		if p, err := w.Party(it.Party); err == nil && w.maySeeParty(p) {
			out = append(out, PartyRef{p.ID, p.Kind, p.Name})
		}
	}
	return out, err
}

// RoundQuery selects items of a round.
type RoundQuery struct {
	State  string // open, done, missed
	Region domain.RegionID
	Org    domain.OrgID
	Nobody bool // not assigned
	Cursor string
	Limit  int
}

// RoundItems lists the items of a round.
func (a *App) RoundItems(ctx context.Context, who *Who, id string, q RoundQuery) (l List[DutyItemView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		rd, err := w.tx.DutyRound(id)
		if err != nil {
			return err
		}
		p, d, err := w.duty(rd.Program, rd.Key)
		if err != nil {
			return err
		}
		if l = listOf([]DutyItemView(nil), ""); !w.mayDuty(p, d) {
			if !w.seesRounds(p, d) {
				return domain.NotFound("duty_round")
			}
			return nil
		}
		f := store.DutyFilter{Round: id, Cursor: q.Cursor, Limit: limitOf(q.Limit), Waiting: q.State == "open", Done: q.State == "done", Missed: q.State == "missed", Nobody: q.Nobody}
		if q.Org != "" {
			f.Orgs = []domain.OrgID{q.Org}
		}
		if q.Region != "" {
			g, err := w.Region(q.Region)
			if err != nil {
				return err
			}
			f.Path = g.Path
		}
		if !w.startsDuty(p, d) { // those who do it see their own
			f.Orgs = orgIDs(w.who.Memberships)
		}
		page, err := w.tx.DutyItems(f)
		if err != nil {
			return err
		}
		var items []DutyItemView
		for i := range page.Items {
			v, err := w.dutyView(&page.Items[i])
			if err != nil {
				return err
			}
			items = append(items, v)
		}
		l = listOf(items, page.Next)
		return nil
	})
	return l, err
}

func (w *work) startsDuty(p *program.Program, d *program.Duty) bool {
	for k, role := range p.Roles.All() {
		if (role.FiguresAll || slices.Contains(d.By, k)) && w.who.HoldsStatic(role) {
			return true
		}
	}
	return false
}
