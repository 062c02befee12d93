package app

import (
	"context"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// The board of a duty with windows: who has reported, who is missing, what is
// abnormal, by group; and what somebody may report himself.

// WindowView is one window on one day.
type WindowView struct {
	ID     string    `json:"id"`
	Window string    `json:"window"`
	Label  string    `json:"label"` // 07:00–09:00
	Day    string    `json:"day"`
	Opens  time.Time `json:"opens"`
	Closes time.Time `json:"closes"`
	State  string    `json:"state"` // open, closed
	Due    int       `json:"due"`
	Done   int       `json:"done"`
	Missed int       `json:"missed"`
	Urgent *int      `json:"urgent,omitempty"` // only for those who may read the form
}

// WindowBoard is the board of one duty: its latest windows, newest first.
type WindowBoard struct {
	Program string       `json:"program"`
	Duty    string       `json:"duty"`
	Label   string       `json:"label"`
	Form    string       `json:"form"`
	Every   string       `json:"every"`
	Windows []WindowView `json:"windows"`
	Next    *time.Time   `json:"next,omitempty"` // when the next window opens
	Roster  string       `json:"roster,omitempty"`
	Groups  bool         `json:"groups"`  // the roster has groups with contacts
	Keepers bool         `json:"keepers"` // and the reader may see who they are
	Now     time.Time    `json:"now"`
}

// WindowGroup is one group of a window's rows.
type WindowGroup struct {
	Region *RegionRef   `json:"region,omitempty"`
	People []AccountRef `json:"people"`
	Due    int          `json:"due"`
	Done   int          `json:"done"`
	Missed int          `json:"missed"`
	Urgent *int         `json:"urgent,omitempty"`
}

// WindowDetail is one window with its groups.
type WindowDetail struct {
	WindowView
	Program string        `json:"program"`
	Duty    string        `json:"duty"`
	Title   string        `json:"title"`
	Groups  []WindowGroup `json:"groups"`
	Remind  bool          `json:"can_remind"`
}

// WindowRow is one row of a window.
type WindowRow struct {
	ID       string      `json:"id"`
	Party    *PartyRef   `json:"party,omitempty"`
	Phone    string      `json:"phone,omitempty"` // masked
	Region   *RegionRef  `json:"region,omitempty"`
	State    string      `json:"state"`              // waiting, done, missed
	At       *time.Time  `json:"at,omitempty"`       // when it was filled, by the clock of whoever filled it
	Received *time.Time  `json:"received,omitempty"` // when it reached the server
	By       *AccountRef `json:"by,omitempty"`       // who filed it for somebody else
	Urgent   bool        `json:"urgent,omitempty"`
	Brief    string      `json:"brief,omitempty"` // the answers, for those who may read them
	Reminded bool        `json:"reminded,omitempty"`
}

// boardSight is what a reader may see of a duty's windows.
type boardSight struct {
	paths []string
	class domain.Class // up to which answers may be read
}

// sightOfBoard: the areas of roles that see figures, start the duty or are told
// by its ladder, and the groups that the caller keeps.
func (w *work) sightOfBoard(p *program.Program, d *program.Duty) (s boardSight) {
	if w.who.System {
		return boardSight{[]string{w.countyTop()}, domain.Sealed}
	}
	for k, role := range p.Roles.All() {
		told := slices.ContainsFunc(d.Ladder, func(g program.Rung) bool { return slices.Contains(g.To, k) })
		var paths []string
		switch {
		case role.Is == "area" && (told || role.FiguresAll || len(role.Figures) > 0 || slices.Contains(d.By, k)):
			for _, m := range w.who.Qualified(role) {
				paths = append(paths, m.Paths...)
			}
		case role.Is == "keeper":
			paths = w.who.KeptPaths(p, role)
		}
		if len(paths) > 0 {
			s.paths = append(s.paths, paths...)
			s.class = max(s.class, role.TopClass())
		}
	}
	return s
}

func (s boardSight) urgents(p *program.Program, d *program.Duty) bool {
	f := p.Forms.Get(d.Form)
	return f != nil && s.class >= f.Class
}

// boardDuty finds a duty with windows that the caller may look at.
func (w *work) boardDuty(prog, key string) (*program.Program, *program.Duty, boardSight, error) {
	p, d, err := w.duty(prog, key)
	if err != nil {
		return nil, nil, boardSight{}, err
	}
	s := w.sightOfBoard(p, d)
	if d.Windows.Len() == 0 || len(s.paths) == 0 {
		return nil, nil, s, domain.NotFound("duty")
	}
	return p, d, s, nil
}

// boardWindows is how many windows the board and its trend look back.
const boardWindows = 28

// WindowBoard gives the latest windows of a duty within the caller's sight.
func (a *App) WindowBoard(ctx context.Context, who *Who, prog, key string) (v *WindowBoard, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, d, s, err := w.boardDuty(prog, key)
		if err != nil {
			return err
		}
		v = &WindowBoard{Program: p.Key, Duty: d.Key, Label: w.words(p).Duty(d), Form: d.Form, Every: d.Every.Raw, Windows: []WindowView{}, Now: w.Now()}
		if ro, ok := cutRoster(d.Over); ok && p.Rosters.Has(ro) {
			v.Roster, v.Groups = ro, p.Rosters.Get(ro).GroupBy != ""
			v.Keepers = v.Groups && len(w.keepingPaths(p, p.Rosters.Get(ro))) > 0
		}
		list, err := w.tx.DutyRounds(prog, key, boardWindows)
		if err != nil {
			return err
		}
		for i := range list {
			if !d.Windows.Has(asText(list[i].Note["window"])) {
				continue
			}
			x, _, err := w.windowView(p, d, &list[i], s)
			if err != nil {
				return err
			}
			v.Windows = append(v.Windows, x)
		}
		v.Next = w.nextOpening(d)
		return nil
	})
	return v, err
}

// nextOpening is when a window of the duty opens next.
func (w *work) nextOpening(d *program.Duty) *time.Time {
	today := domain.DateOf(w.Now())
	for day := today; day < today+370; day++ {
		for _, win := range w.app.windowsOn(d, day) {
			if win.Opens.After(w.Now()) {
				return &win.Opens
			}
		}
	}
	return nil
}

// windowTallies sums a window by region: kept ones once it is settled, else counted.
func (w *work) windowTallies(rd *domain.DutyRound) ([]store.RoundTally, error) {
	groups, settled := rd.Note["groups"].(map[string]any)
	if !settled {
		return w.tx.RoundTallies(rd.ID)
	}
	var out []store.RoundTally
	for _, path := range sortedKeys(groups) {
		t := tallyOf(groups[path])
		t.Path = path
		out = append(out, t)
	}
	return out, nil
}

func (w *work) windowView(p *program.Program, d *program.Duty, rd *domain.DutyRound, s boardSight) (WindowView, []store.RoundTally, error) {
	win := windowOf(d, rd)
	v := WindowView{ID: rd.ID, Window: win.Key, Label: win.label(), Day: rd.From.String(), Opens: win.Opens, Closes: win.Closes, State: "open"}
	if !w.Now().Before(win.Closes) {
		v.State = "closed"
	}
	all, err := w.windowTallies(rd)
	if err != nil {
		return v, nil, err
	}
	var seen []store.RoundTally
	urgent := 0
	for _, t := range all {
		if inPaths(t.Path, s.paths) {
			seen = append(seen, t)
			v.Due, v.Done, v.Missed, urgent = v.Due+t.Due, v.Done+t.Done, v.Missed+t.Missed, urgent+t.Urgent
		}
	}
	if s.urgents(p, d) {
		v.Urgent = &urgent
	}
	return v, seen, nil
}

func (w *work) windowRound(id string) (*program.Program, *program.Duty, *domain.DutyRound, boardSight, error) {
	rd, err := w.tx.DutyRound(id)
	if err != nil {
		return nil, nil, nil, boardSight{}, err
	}
	p, d, s, err := w.boardDuty(rd.Program, rd.Key)
	if err == nil && !d.Windows.Has(asText(rd.Note["window"])) {
		err = domain.NotFound("duty_round")
	}
	return p, d, rd, s, err
}

// Window gives one window with its groups and their contacts.
func (a *App) Window(ctx context.Context, who *Who, id string) (v *WindowDetail, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, d, rd, s, err := w.windowRound(id)
		if err != nil {
			return err
		}
		x, tallies, err := w.windowView(p, d, rd, s)
		if err != nil {
			return err
		}
		v = &WindowDetail{WindowView: x, Program: p.Key, Duty: d.Key, Title: w.words(p).Duty(d), Groups: []WindowGroup{}}
		v.Remind = x.State == "open" && x.Done < x.Due && s.class >= domain.Personal
		return w.windowGroups(v, p, d, tallies, s)
	})
	return v, err
}

func (w *work) windowGroups(v *WindowDetail, p *program.Program, d *program.Duty, tallies []store.RoundTally, s boardSight) error {
	ro, _ := cutRoster(d.Over)
	r := p.Rosters.Get(ro)
	level := domain.Town
	if r != nil && r.GroupBy != "" {
		level = domain.RegionLevel(r.GroupBy)
	}
	at := map[domain.RegionID]int{}
	for _, t := range tallies {
		id := domain.PathAt(t.Path, level)
		i, ok := at[id]
		if !ok {
			g, err := w.windowGroup(p, r, id, t.Path)
			if err != nil {
				return err
			}
			i = len(v.Groups)
			at[id] = i
			v.Groups = append(v.Groups, g)
		}
		g := &v.Groups[i]
		g.Due, g.Done, g.Missed = g.Due+t.Due, g.Done+t.Done, g.Missed+t.Missed
		if s.urgents(p, d) {
			if g.Urgent == nil {
				g.Urgent = new(int)
			}
			*g.Urgent += t.Urgent
		}
	}
	return nil
}

func (w *work) windowGroup(p *program.Program, r *program.Roster, id domain.RegionID, path string) (WindowGroup, error) {
	g := WindowGroup{People: []AccountRef{}}
	reg, err := w.Region(id)
	if id == "" || err != nil {
		return g, nil
	}
	g.Region = &RegionRef{reg.ID, reg.Name, reg.Level}
	if r == nil || r.GroupBy == "" {
		return g, nil
	}
	list, err := w.keepers(p.Key, r.Key)
	if err != nil {
		return g, err
	}
	for _, k := range list {
		if record.InPath(path, k.Path) {
			if acc, err := w.Account(k.Account); err == nil {
				g.People = append(g.People, AccountRef{acc.ID, acc.Name})
			}
		}
	}
	return g, nil
}

// WindowQuery selects rows of a window.
type WindowQuery struct {
	State  string // missing (waiting or missed), done, urgent
	Region domain.RegionID
	Cursor string
	Limit  int
}

// WindowRows lists rows of a window within the caller's sight.
func (a *App) WindowRows(ctx context.Context, who *Who, id string, q WindowQuery) (l List[WindowRow], err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, d, rd, s, err := w.windowRound(id)
		if err != nil {
			return err
		}
		f := store.DutyFilter{Program: p.Key, Key: d.Key, Round: rd.ID, Paths: s.paths, Cursor: q.Cursor, Limit: limitOf(q.Limit)}
		switch q.State {
		case "missing":
			f.Undone = true
		case "done":
			f.Done = true
		case "urgent":
			if !s.urgents(p, d) {
				return domain.E(domain.KindForbidden, "form_forbidden", "form", d.Label)
			}
			f.Urgent = true
		}
		if q.Region != "" {
			g, err := w.Region(q.Region)
			if err != nil {
				return err
			}
			f.Path = g.Path
		}
		page, err := w.tx.DutyItems(f)
		if err != nil {
			return err
		}
		items := make([]WindowRow, 0, len(page.Items))
		for i := range page.Items {
			x, err := w.windowRow(p, d, &page.Items[i])
			if err != nil {
				return err
			}
			items = append(items, x)
		}
		l = listOf(items, page.Next)
		return nil
	})
	return l, err
}

func (w *work) windowRow(p *program.Program, d *program.Duty, it *domain.DutyItem) (WindowRow, error) {
	v := WindowRow{ID: it.ID, State: "waiting"}
	if g, err := w.Region(it.Region); it.Region != "" && err == nil {
		v.Region = &RegionRef{g.ID, g.Name, g.Level}
	}
	pt, err := orNil(w.Party(it.Party))
	if err != nil {
		return v, err
	}
	class := domain.Internal
	if pt != nil {
		class = w.partyClass(pt)
		if c, ok := w.areaClassOf(p, pt); ok { // what was reported belongs to the program that asked for it
			class = max(class, c)
		}
		v.Party = &PartyRef{pt.ID, pt.Kind, shownName(pt, class)}
		if !w.maySeeParty(pt) {
			v.Party.ID = ""
		}
		if class >= domain.Personal {
			v.Phone = masked(pt)["phone"]
		}
	}
	v.Reminded = it.Data["reminded"] != nil
	switch {
	case !it.DoneAt.IsZero():
		v.State, v.At = "done", &it.DoneAt
	case !it.MissedAt.IsZero() || !w.Now().Before(it.Closes):
		v.State = "missed"
	}
	if f := p.Forms.Get(d.Form); v.State == "done" && f != nil {
		err = w.windowAnswer(p, f, it, &v, class, pt)
	}
	return v, err
}

// windowAnswer adds what the filed form says of itself, and, for those who may read
// it, what was answered.
func (w *work) windowAnswer(p *program.Program, f *program.Form, it *domain.DutyItem, v *WindowRow, class domain.Class, pt *domain.Party) error {
	if ms, ok := wholeNumber(it.Data["received"]); ok {
		at := time.UnixMilli(ms).UTC()
		v.Received = &at
	}
	if by := domain.AccountID(asText(it.Data["by"])); by != "" && by != it.ToAccount {
		if acc, err := w.Account(by); err == nil && (pt == nil || acc.Party != pt.ID) {
			v.By = &AccountRef{acc.ID, acc.Name}
		}
	}
	if class < f.Class {
		return nil
	}
	v.Urgent = it.Urgent
	id := asText(it.Data["response"])
	if id == "" {
		return nil
	}
	resp, err := orNil(w.tx.ResponseOpen(id))
	if err != nil || resp == nil {
		return err
	}
	x := w.responseView(p, f, resp, class)
	for _, l := range x.Labels {
		if v.Brief != "" {
			v.Brief += "，"
		}
		v.Brief += l.Key + " " + l.Label
	}
	return nil
}

// RemindWindow tells those who have not reported in an open window, each once an
// hour at most, and says how many were told.
func (a *App) RemindWindow(ctx context.Context, who *Who, once Once, id string) (*Reminded, error) {
	return onceAnswered(ctx, a, who, once, func(w *work) (*Reminded, error) {
		p, d, rd, s, err := w.windowRound(id)
		if err != nil {
			return nil, err
		}
		if s.class < domain.Personal {
			return nil, domain.E(domain.KindForbidden, "round_forbidden", "duty", d.Label)
		}
		win := windowOf(d, rd)
		if !w.Now().Before(win.Closes) {
			return nil, domain.E(domain.KindRefused, "window_over", "window", win.label())
		}
		page, err := w.tx.DutyItems(store.DutyFilter{Program: p.Key, Key: d.Key, Round: rd.ID, Paths: s.paths, Waiting: true, Limit: assignMost})
		if err != nil {
			return nil, err
		}
		out := &Reminded{}
		for i := range page.Items {
			told, err := w.remindWaiting(p, d, win, &page.Items[i])
			if err != nil {
				return nil, err
			}
			if told {
				out.Told++
			} else {
				out.Unreached++
			}
		}
		return out, w.audit("window_remind", "round/"+p.Key+"."+d.Key, "", map[string]any{"n": out.Told})
	})
}

// Reminded is what a reminder reached.
type Reminded struct {
	Told      int `json:"told"`
	Unreached int `json:"unreached"` // no account, or told within the hour
}

func (w *work) remindWaiting(p *program.Program, d *program.Duty, win dutyWindow, it *domain.DutyItem) (bool, error) {
	if ms, ok := wholeNumber(it.Data["reminded"]); ok && w.Now().Sub(time.UnixMilli(ms)) < time.Hour {
		return false, nil
	}
	rec := &domain.Record{County: it.County, Program: p.Key, Subject: it.Party, Path: it.Path}
	var accs []domain.AccountID
	for _, role := range p.Roles.All() {
		if concernsOne(role) && (slices.Contains(d.To, role.Key) || role.Is == "guardian") {
			list, err := w.holders(role, rec)
			if err != nil {
				return false, err
			}
			accs = append(accs, list...)
		}
	}
	if len(accs) == 0 {
		return false, nil
	}
	it.Data["reminded"] = w.Now().UnixMilli()
	if err := w.tx.UpdateDutyItem(it); err != nil {
		return false, err
	}
	text := d.Label + "：" + win.label() + " 还没有报，请尽快上报。"
	return true, w.tell(telling{program: p.Key, message: "rung", text: text, via: []string{"push", "sms"}, record: rec}, accs)
}
