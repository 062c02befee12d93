package app

import (
	"context"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// ScreenView is what a wall screen shows of one program: figures, flow, what is
// overdue at which unit, shares by area, the newest ledger. It holds counts and
// names of units and divisions, nothing of a person.
type ScreenView struct {
	Program  string         `json:"program"`
	Title    string         `json:"title"`
	County   string         `json:"county"`
	At       time.Time      `json:"at"`
	Period   string         `json:"period"`
	Figures  []ScreenFigure `json:"figures"`
	Flows    []ScreenFlow   `json:"flows"`
	Overdue  []ScreenUnit   `json:"overdue"`
	OverdueN int            `json:"overdue_total"`
	Area     *ScreenArea    `json:"area,omitempty"`
	Ledger   *ScreenLedger  `json:"ledger,omitempty"`
}

// ScreenFigure is a figure of the running month with its goal and its last weeks.
type ScreenFigure struct {
	Key        string        `json:"key"`
	Label      string        `json:"label"`
	Unit       string        `json:"unit"`
	Value      int64         `json:"value"`
	Set        bool          `json:"set"`
	Suppressed bool          `json:"suppressed,omitempty"`
	Goal       *int64        `json:"goal,omitempty"`
	Trend      []ScreenPoint `json:"trend"`
}

// ScreenPoint is a week of a trend by its first day.
type ScreenPoint struct {
	From  string `json:"from"`
	Value int64  `json:"value"`
	Set   bool   `json:"set"`
}

// ScreenFlow is a kind of record with how many stand at each stage.
type ScreenFlow struct {
	Record string        `json:"record"`
	Label  string        `json:"label"`
	Stages []ScreenStage `json:"stages"`
}

type ScreenStage struct {
	Key   string       `json:"key"`
	Label string       `json:"label"`
	Phase domain.Phase `json:"phase"`
	Count int          `json:"count"`
	More  bool         `json:"more,omitempty"`
}

// ScreenUnit is a unit with how many of its records are overdue; without one,
// those that no unit answers for.
type ScreenUnit struct {
	Org   *OrgRef `json:"org,omitempty"`
	Count int     `json:"count"`
}

// ScreenArea colours the map: a duty's last round, or a figure by area.
type ScreenArea struct {
	Label string           `json:"label"`
	Unit  string           `json:"unit"`
	Cells []ScreenAreaCell `json:"cells"`
}

type ScreenAreaCell struct {
	Region RegionRef `json:"region"`
	Value  int64     `json:"value"`
	Set    bool      `json:"set"`
	Done   int       `json:"done,omitempty"`
	Due    int       `json:"due,omitempty"`
}

// ScreenLedger are the totals of the ledger that was frozen last.
type ScreenLedger struct {
	Key    string       `json:"key"`
	Label  string       `json:"label"`
	Period string       `json:"period"`
	State  string       `json:"state"`
	Totals []ScreenCell `json:"totals"`
}

type ScreenCell struct {
	Label string `json:"label"`
	Unit  string `json:"unit"`
	Value int64  `json:"value"`
}

const (
	// screenFigures is how many figures are read from five metres.
	screenFigures = 6
	screenWeeks   = 12
	screenFlows   = 3
	screenUnits   = 8
	// screenTTL is how old an answer may be: one computation serves all screens of an
	// account, however often the stream calls them.
	screenTTL = 4 * time.Second
	// trendTTL is how long weeks that are over are held; a late fact shows after it.
	trendTTL = 2 * time.Minute
)

// screenKey: who reads decides what is in it.
type screenKey struct {
	county  domain.CountyCode
	account domain.AccountID
	program string
	lang    string
}

// Screen gives the wall screen of a program to those who see figures of it.
func (a *App) Screen(ctx context.Context, who *Who, prog string) (*ScreenView, error) {
	key := screenKey{who.County, who.Account, prog, who.Lang}
	return a.screens.get(key, screenTTL, func() (v *ScreenView, err error) {
		err = a.read(ctx, who, func(w *work) error {
			v, err = w.screenOf(prog)
			return err
		})
		return v, err
	})
}

func (w *work) screenOf(prog string) (*ScreenView, error) {
	p, err := w.Program(prog, 0)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	v := &ScreenView{Program: p.Key, Title: w.words(p).Title(), At: now, Period: w.today().String()[:7],
		Figures: []ScreenFigure{}, Flows: []ScreenFlow{}, Overdue: []ScreenUnit{}}
	if g, err := w.Region(domain.RegionID(w.who.County)); err == nil {
		v.County = g.Name
	}
	paths, err := w.figurePaths(p)
	if err != nil {
		return nil, err
	}
	for _, part := range []func(*program.Program, map[string]string, *ScreenView) error{w.screenFigures, w.screenFlows, w.screenOverdue, w.screenArea, w.screenLedger} {
		if err := part(p, paths, v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// figurePaths says where the reader sees each figure; who sees none has no screen.
func (w *work) figurePaths(p *program.Program) (map[string]string, error) {
	out := map[string]string{}
	var refused error = domain.E(domain.KindForbidden, "figure_forbidden")
	for _, st := range p.Stats.All() {
		path, err := w.figureScope(p, st, "")
		if err == nil {
			out[st.Key] = path
		} else if domain.KindOf(err) != domain.KindForbidden {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, refused
	}
	return out, nil
}

// screenFigures picks those with a goal first, then those that something was
// counted for this month, then as the program lists them.
func (w *work) screenFigures(p *program.Program, paths map[string]string, v *ScreenView) error {
	type found struct {
		st   *program.Stat
		x    *StatView
		rank int
	}
	var list []found
	for _, st := range p.Stats.All() {
		path, ok := paths[st.Key]
		if !ok {
			continue
		}
		x, err := w.stat(p, st, path, StatQuery{Period: v.Period})
		if err != nil {
			return err
		}
		rank := 3
		switch {
		case !x.Set:
		case len(st.Goals) > 0:
			rank = 0
		case x.Value != 0 || x.Suppressed:
			rank = 1
		default:
			rank = 2
		}
		list = append(list, found{st, x, rank})
	}
	slices.SortStableFunc(list, func(a, b found) int { return a.rank - b.rank })
	for _, f := range list[:min(len(list), screenFigures)] {
		s := ScreenFigure{Key: f.st.Key, Label: w.words(p).Stat(f.st), Unit: f.x.Unit, Value: f.x.Value, Set: f.x.Set, Suppressed: f.x.Suppressed}
		if n, ok := f.st.Goal("month"); ok {
			s.Goal = &n
		}
		var err error
		if s.Trend, err = w.trend(p, f.st, paths[f.st.Key]); err != nil {
			return err
		}
		v.Figures = append(v.Figures, s)
	}
	return nil
}

// trend gives the last weeks, the running one last. Weeks that are over come from
// what is held of them.
func (w *work) trend(p *program.Program, st *program.Stat, path string) ([]ScreenPoint, error) {
	today := w.today()
	monday := today - domain.Date((int(today.Start().Weekday())+6)%7)
	key := trendKey{w.who.County, p.Key, st.Key, path, monday}
	past, err := w.app.trends.get(key, trendTTL, func() ([]ScreenPoint, error) {
		out := make([]ScreenPoint, 0, screenWeeks)
		for n := screenWeeks - 1; n > 0; n-- {
			from := monday - domain.Date(7*n)
			x, err := w.weekOf(p, st, path, from, from+6)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	x, err := w.weekOf(p, st, path, monday, today)
	return append(slices.Clone(past), x), err
}

type trendKey struct {
	county        domain.CountyCode
	program, stat string
	path          string
	monday        domain.Date
}

func (w *work) weekOf(p *program.Program, st *program.Stat, path string, from, until domain.Date) (ScreenPoint, error) {
	x, err := w.stat(p, st, path, StatQuery{Period: from.String() + ".." + until.String()})
	if err != nil {
		return ScreenPoint{}, err
	}
	return ScreenPoint{from.String(), x.Value, x.Set && !x.Suppressed}, nil
}

// screenFlows are the kinds of matters that people carry through stages.
func (w *work) screenFlows(p *program.Program, _ map[string]string, v *ScreenView) error {
	for _, t := range p.Records.All() {
		if t.Noun != domain.Case && t.Noun != domain.Order || len(v.Flows) >= screenFlows {
			continue
		}
		f := store.RecordFilter{Program: p.Key, Keys: []string{t.Key}, Access: w.access(p.Key, t.Key)}
		if len(f.Access) == 0 && !w.who.System {
			continue
		}
		flow := ScreenFlow{Record: t.Key, Label: w.words(p).Kind(t), Stages: []ScreenStage{}}
		for key, st := range t.Stages.All() {
			if st.Phase == domain.PhaseVoid {
				continue
			}
			f.Stages = []string{key}
			n, err := w.tx.CountRecords(f, countCap+1)
			if err != nil {
				return err
			}
			flow.Stages = append(flow.Stages, ScreenStage{key, w.words(p).Stage(t, key), st.Phase, min(n, countCap), n > countCap})
		}
		v.Flows = append(v.Flows, flow)
	}
	return nil
}

// screenOverdue counts overdue records by the unit that holds them.
func (w *work) screenOverdue(p *program.Program, _ map[string]string, v *ScreenView) error {
	list, err := w.tx.OverdueByUnit(w.Now(), p.Key, w.access(p.Key, ""))
	if err != nil {
		return err
	}
	for _, x := range list {
		v.OverdueN += x.N
		if len(v.Overdue) >= screenUnits {
			continue
		}
		u := ScreenUnit{Count: x.N}
		if o, err := w.Org(x.Org); x.Org != "" && err == nil {
			u.Org = &OrgRef{o.ID, o.Name, o.Kind}
		}
		v.Overdue = append(v.Overdue, u)
	}
	return nil
}

// screenArea: the coverage of the newest round of a duty, else the first figure
// that is told by area.
func (w *work) screenArea(p *program.Program, paths map[string]string, v *ScreenView) error {
	for _, d := range p.Duties.All() {
		if len(d.By) == 0 || !w.seesRounds(p, d) {
			continue
		}
		rounds, err := w.tx.DutyRounds(p.Key, d.Key, 1)
		if err != nil {
			return err
		}
		if len(rounds) == 0 {
			continue
		}
		rd, err := w.roundView(d, &rounds[0], true)
		if err != nil {
			return err
		}
		v.Area = &ScreenArea{Label: rd.Label, Unit: "bp", Cells: []ScreenAreaCell{}}
		for _, c := range rd.Regions {
			if c.Region != nil && c.Due > 0 {
				v.Area.Cells = append(v.Area.Cells, ScreenAreaCell{Region: *c.Region, Value: int64(c.Done) * 10_000 / int64(c.Due), Set: true, Done: c.Done, Due: c.Due})
			}
		}
		return nil
	}
	for _, st := range p.Stats.All() {
		path, ok := paths[st.Key]
		if !ok || !statHasDim(p, st, "area") {
			continue
		}
		x, err := w.stat(p, st, path, StatQuery{Period: v.Period, By: []string{"area"}})
		if err != nil {
			return err
		}
		v.Area = &ScreenArea{Label: w.words(p).Stat(st), Unit: x.Unit, Cells: []ScreenAreaCell{}}
		for _, c := range x.Cells {
			if g, err := w.Region(domain.RegionID(c.Dims["area"].Key)); err == nil {
				v.Area.Cells = append(v.Area.Cells, ScreenAreaCell{Region: RegionRef{g.ID, g.Name, g.Level}, Value: c.Value, Set: c.Set && !c.Suppressed})
			}
		}
		return nil
	}
	return nil
}

// screenLedger shows the totals of the ledger frozen last; its rows may name
// people and stay away.
func (w *work) screenLedger(p *program.Program, _ map[string]string, v *ScreenView) error {
	var newest *domain.Ledger
	var of *program.Ledger
	for _, l := range p.Ledgers.All() {
		path, _, err := w.ledgerScope(p, l)
		if err != nil {
			continue
		}
		list, err := w.tx.Ledgers(p.Key, l.Key)
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].Path == path && (newest == nil || list[i].FrozenAt.After(newest.FrozenAt)) {
				newest, of = &list[i], l
			}
		}
	}
	if newest == nil {
		return nil
	}
	x, err := w.frozenView(p, of, newest, false)
	if err != nil {
		return err
	}
	v.Ledger = &ScreenLedger{Key: of.Key, Label: w.words(p).Ledger(of), Period: newest.Period, State: newest.State, Totals: ledgerTotals(x)}
	return nil
}

// ledgerTotals are the numbers among a ledger's totals, in the order of its columns.
func ledgerTotals(x *LedgerView) []ScreenCell {
	out := []ScreenCell{}
	add := func(key, label, unit string) {
		n, ok := wholeNumber(x.Total[key])
		if ok && !slices.ContainsFunc(out, func(c ScreenCell) bool { return c.Label == label }) {
			out = append(out, ScreenCell{label, unit, n})
		}
	}
	for _, c := range x.Columns {
		add(c.Key, c.Label, c.Unit)
	}
	for _, k := range sortedKeys(x.TotalLabels) {
		add(k, x.TotalLabels[k], x.TotalUnits[k])
	}
	return out
}
