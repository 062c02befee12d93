package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// OccasionView is a session on the calendar, with what the reader can do about it.
type OccasionView struct {
	RecordSummary
	Name     string     `json:"name"` // of what it is a session of
	Start    time.Time  `json:"start"`
	End      time.Time  `json:"end"`
	Place    string     `json:"place,omitempty"`
	Capacity *int64     `json:"capacity,omitempty"`
	Taken    int64      `json:"taken"`
	Present  int64      `json:"present"`
	Open     []OpenMove `json:"open"` // bookings the reader may make here
}

// OpenMove is an intake that the reader may make below a row.
type OpenMove struct {
	Record string `json:"record"`
	Move   string `json:"move"`
	Label  string `json:"label"`
	Waits  bool   `json:"waits"` // it only puts on the waiting list
}

// RollView is the list of who is booked into a session.
type RollView struct {
	Session OccasionView `json:"session"`
	Rows    []RollRow    `json:"rows"`
}

// RollRow is one booking with the moves that the reader may make on it.
type RollRow struct {
	RecordSummary
	Number int64      `json:"number,omitempty"`
	Lane   int64      `json:"lane,omitempty"`
	Heads  int64      `json:"heads"`
	InAt   string     `json:"in_at,omitempty"`
	OutAt  string     `json:"out_at,omitempty"`
	Moves  []RollMove `json:"moves"`
}

// RollMove is a move on a booking; a quick one asks for nothing and is one tap.
type RollMove struct {
	Key     string `json:"key"`
	Label   string `json:"label"`
	Quick   bool   `json:"quick"`
	Offline bool   `json:"offline"`
	Phase   string `json:"phase,omitempty"` // where it leads to
}

// CalendarQuery selects sessions by time.
type CalendarQuery struct {
	Program string
	Parent  domain.RecordID
	From    time.Time
	Until   time.Time
	Open    bool // only those the reader may book himself into
	Cursor  string
	Limit   int
}

// calendarScan bounds how many sessions one page looks at: most readers may see few.
const calendarScan = 600

type calendarCursor struct {
	At time.Time `json:"t"`
	ID string    `json:"i"`
}

func readCalendarCursor(s string) (c calendarCursor, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(raw, &c) != nil || !domain.Storable(c.ID) {
		return c, domain.E(domain.KindInvalid, "cursor").With("cursor", "cursor")
	}
	return c, nil
}

// Occasions lists sessions in the order in which they begin, as far as the reader
// may see them.
func (a *App) Occasions(ctx context.Context, who *Who, q CalendarQuery) (l List[OccasionView], err error) {
	l.Items = []OccasionView{}
	limit := min(max(q.Limit, 1), 200)
	if q.Limit == 0 {
		limit = 50
	}
	err = a.read(ctx, who, func(w *work) error {
		f := store.OccasionFilter{Program: q.Program, Parent: q.Parent, From: q.From, Until: q.Until, Limit: 200}
		if f.From.IsZero() {
			f.From = domain.DateOf(w.Now()).Start()
		}
		if q.Cursor != "" {
			c, err := readCalendarCursor(q.Cursor)
			if err != nil {
				return err
			}
			f.From, f.After = c.At, c.ID
		}
		for looked := 0; ; {
			list, err := w.tx.Occasions(f)
			if err != nil {
				return err
			}
			for i := range list {
				o := &list[i]
				f.From, f.After = o.Start, string(o.Record)
				v, err := w.sessionAt(o.Record)
				if err != nil {
					return err
				}
				if v != nil && (!q.Open || len(v.Open) > 0) {
					l.Items = append(l.Items, *v)
				}
				if looked++; len(l.Items) >= limit || looked >= calendarScan {
					raw, _ := json.Marshal(calendarCursor{f.From, f.After})
					next := base64.RawURLEncoding.EncodeToString(raw)
					l.Next = &next
					return nil
				}
			}
			if len(list) < f.Limit {
				return nil
			}
		}
	})
	return l, err
}

// sessionAt gives a session as the reader may see it, nil when he may not.
func (w *work) sessionAt(id domain.RecordID) (*OccasionView, error) {
	r, s, err := w.row(id)
	if err != nil {
		if domain.KindOf(err) == domain.KindNotFound {
			return nil, nil
		}
		return nil, err
	}
	return w.session(r, s)
}

// addressOf gives a place in words: a list of times has no use for bare coordinates.
func addressOf(v any) string {
	place, _ := v.(map[string]any)
	address, _ := place["address"].(string)
	return address
}

func (w *work) session(r *record.Row, s sight) (*OccasionView, error) {
	sum, err := w.summary(r, s)
	if err != nil {
		return nil, err
	}
	v := &OccasionView{RecordSummary: sum, Name: w.sessionName(r), Open: []OpenMove{}}
	v.Start, v.End, _ = w.unit.Times(r)
	if f := record.FieldOf(r.T, "place"); f != nil && s.may(r, f) {
		v.Place = addressOf(r.Value("place"))
	}
	if n, limited, err := w.unit.Capacity(r); err != nil {
		return nil, err
	} else if limited {
		v.Capacity = &n
	}
	if _, v.Taken, err = w.unit.Seats(r, record.TakenKey); err != nil {
		return nil, err
	}
	if v.Present, _, err = w.unit.Seats(r, record.PresentKey); err != nil {
		return nil, err
	}
	v.Open, err = w.openBookings(r, v.Capacity != nil && v.Taken >= *v.Capacity)
	return v, err
}

// sessionName is the name of what a session is of: the activity's, the offer's.
func (w *work) sessionName(r *record.Row) string {
	par, err := w.unit.Parent(r)
	if err != nil || par == nil || par.Class > domain.Internal {
		return w.words(r.P).Kind(r.T)
	}
	for _, k := range []string{"title", "name", "topic"} {
		f := record.FieldOf(par.T, k)
		if f != nil && f.Class <= domain.Internal && par.Value(k) != nil {
			return w.display(f, par.Value(k))
		}
	}
	for _, f := range par.T.Fields.All() { // the first choice says what it is about
		if f.Type == program.TypeChoice && f.Class <= domain.Internal && par.Value(f.Key) != nil {
			return w.display(f, par.Value(f.Key))
		}
	}
	return w.words(par.P).Kind(par.T)
}

// openBookings are the intakes of bookings that the reader could make here now, by
// his standing; what the program's guards say is told when he tries.
func (w *work) openBookings(r *record.Row, full bool) ([]OpenMove, error) {
	out := []OpenMove{}
	if r.Phase != domain.PhasePlanned && r.Phase != domain.PhaseLive {
		return out, nil
	}
	for _, key := range r.T.Children {
		t := r.P.Records.Get(key)
		if t == nil || t.Noun != domain.Booking {
			continue
		}
		for _, mv := range t.Moves.All() {
			if !mv.Intake() || len(mv.By) == 0 || !w.unit.CouldIntake(r.P, mv) {
				continue
			}
			phase := stagePhase(t, mv.To)
			waits := phase == domain.PhaseWaiting
			if waits != full && (waits || phase == domain.PhaseIn) || phase == domain.PhasePresent && r.Phase == domain.PhasePlanned {
				continue
			}
			out = append(out, OpenMove{Record: key, Move: mv.Key, Label: w.words(r.P).Move(mv), Waits: waits})
		}
	}
	return out, nil
}

func stagePhase(t *program.RecordType, stage string) domain.Phase {
	if s := t.Stages.Get(stage); s != nil {
		return s.Phase
	}
	return ""
}

// rollMost bounds a roll: a session of more is counted, not called.
const rollMost = 1000

// Roll lists the bookings of a session that the reader may see, by number.
func (a *App) Roll(ctx context.Context, who *Who, id domain.RecordID) (v *RollView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		if r.Noun != domain.Session && r.Noun != domain.Activity {
			return domain.NotFound("record")
		}
		ses, err := w.session(r, s)
		if err != nil {
			return err
		}
		v = &RollView{Session: *ses, Rows: []RollRow{}}
		for _, key := range r.T.Children {
			if t := r.P.Records.Get(key); t != nil && t.Noun == domain.Booking {
				if err := w.rollOf(r, t, v); err != nil {
					return err
				}
			}
		}
		slices.SortStableFunc(v.Rows, func(a, b RollRow) int { return int(a.Number - b.Number) })
		return nil
	})
	return v, err
}

func (w *work) rollOf(r *record.Row, t *program.RecordType, v *RollView) error {
	page, err := w.tx.Records(store.RecordFilter{Parent: r.ID, Keys: []string{t.Key}, Access: w.access(r.P.Key, t.Key), Oldest: true, Limit: rollMost})
	if err != nil {
		return err
	}
	for i := range page.Items {
		b, err := w.unit.Adopt(&page.Items[i])
		if err != nil {
			return err
		}
		bs, err := w.look(b)
		if err != nil {
			continue
		}
		row, err := w.rollRow(b, bs)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, row)
	}
	return nil
}

func (w *work) rollRow(b *record.Row, s sight) (RollRow, error) {
	sum, err := w.summary(b, s)
	row := RollRow{RecordSummary: sum, Heads: 1, InAt: asText(b.Value("in_at")), OutAt: asText(b.Value("out_at")), Moves: []RollMove{}}
	if sum.Subject != nil {
		row.Title = sum.Subject.Name
	}
	if n, ok := b.Int("number"); ok {
		row.Number = n
	}
	if n, ok := b.Int("lane"); ok {
		row.Lane = n
	}
	if n, ok := b.Int("heads"); ok {
		row.Heads = n
	}
	for _, mv := range b.T.Moves.All() {
		if mv.Intake() || !slices.Contains(mv.From, b.Stage) || !w.unit.MayMove(b, mv) {
			continue
		}
		row.Moves = append(row.Moves, RollMove{Key: mv.Key, Label: w.words(b.P).Move(mv), Offline: mv.Offline, Phase: string(stagePhase(b.T, mv.To)),
			Quick: len(mv.Need) == 0 && mv.Reason == "" && !mv.TextRequired && mv.Form == "" && (mv.Proof == nil || mv.Proof.Or == "text" && mv.Proof.Near == nil && mv.Proof.Photo == 0)})
	}
	return row, err
}

// BookingView is a booking of the reader's own or of his ward.
type BookingView struct {
	RecordSummary
	Name  string     `json:"name"`
	Start time.Time  `json:"start"`
	End   time.Time  `json:"end"`
	Place string     `json:"place,omitempty"`
	Moves []RollMove `json:"moves"`
}

// MyBookings lists the running bookings of the reader's own parties and wards: the
// sessions they are booked into, in order, and what they wait for.
func (a *App) MyBookings(ctx context.Context, who *Who) (l List[BookingView], err error) {
	l.Items = []BookingView{}
	parties := slices.Concat(who.Parties, who.Wards)
	if len(parties) == 0 {
		return l, nil
	}
	err = a.read(ctx, who, func(w *work) error {
		page, err := w.tx.Records(store.RecordFilter{Nouns: []domain.Noun{domain.Booking}, Subjects: parties, Running: true, Access: w.access("", ""), Limit: 200})
		if err != nil {
			return err
		}
		for i := range page.Items {
			b, err := w.unit.Adopt(&page.Items[i])
			if err != nil {
				return err
			}
			s, err := w.look(b)
			if err != nil {
				continue
			}
			v, err := w.myBooking(b, s)
			if err != nil {
				return err
			}
			l.Items = append(l.Items, v)
		}
		slices.SortStableFunc(l.Items, func(a, b BookingView) int { return a.Start.Compare(b.Start) })
		return nil
	})
	return l, err
}

func (w *work) myBooking(b *record.Row, s sight) (BookingView, error) {
	row, err := w.rollRow(b, s)
	v := BookingView{RecordSummary: row.RecordSummary, Moves: row.Moves, Name: w.words(b.P).Kind(b.T)}
	v.Start, v.End, _ = w.unit.Times(b)
	par, perr := w.unit.Parent(b)
	if perr != nil || par == nil {
		return v, err
	}
	if par.Noun == domain.Session {
		v.Name = w.sessionName(par)
	} else {
		v.Name = w.rowName(par)
	}
	if f := record.FieldOf(par.T, "place"); f != nil && par.Class <= domain.Internal && par.Value("place") != nil {
		v.Place = addressOf(par.Value("place"))
	}
	return v, err
}

// rowName is the name that an activity goes by.
func (w *work) rowName(r *record.Row) string {
	for _, k := range []string{"title", "name"} {
		if f := record.FieldOf(r.T, k); f != nil && f.Class <= domain.Internal && r.Value(k) != nil {
			return w.display(f, r.Value(k))
		}
	}
	return r.Title()
}
