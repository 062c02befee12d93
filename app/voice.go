package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Voices: intakes without sign-in. By ticket (`ticket`), which somebody took signed
// in and which nothing joins to him; or by anybody, where a role `is: public` may
// make the move. The author follows the answer by his code (`follow: code`).

const (
	// trayLeast is how many voices wait together before records are made of them:
	// one alone would tell by its time whose it was. At the day's end, and before
	// the record they belong to moves on, all come out.
	trayLeast = 5
	trayBatch = 200
	// Limits at this door count by county, never by whoever comes: an address or a
	// device would be a trace.
	voicesMost  = 120
	voicesWrong = 60
	voicesFor   = 10 * time.Minute
)

// VoiceAct is what is handed in without a name.
type VoiceAct struct {
	Ticket  string            `json:"ticket,omitempty" maxLength:"40"`
	County  domain.CountyCode `json:"county,omitempty" maxLength:"12"`
	Program string            `json:"program,omitempty" maxLength:"64"`
	Move    string            `json:"move,omitempty" maxLength:"130" doc:"record.move，没有票时填"`
	Parent  domain.RecordID   `json:"parent,omitempty" maxLength:"64"`
	Region  domain.RegionID   `json:"region,omitempty" maxLength:"64"`
	Fields  map[string]any    `json:"fields"`
}

// VoiceIn answers what was handed in: the code by which its author follows it.
type VoiceIn struct {
	Code   string       `json:"code"`
	Label  string       `json:"label"`
	Say    string       `json:"say,omitempty"` // what the form says to this score
	Urgent []UrgentView `json:"urgent,omitempty"`
}

// TicketView is a ticket as its holder gets it, once.
type TicketView struct {
	Code string `json:"code"`
	Left int    `json:"left"`
}

// TicketState says on a record that the reader may take tickets for what hangs on it.
type TicketState struct {
	Move  string `json:"move"` // record.move
	Label string `json:"label"`
	Left  int    `json:"left"`
}

// VoiceForm is what an intake without sign-in asks.
type VoiceForm struct {
	Program      string              `json:"program"`
	ProgramLabel string              `json:"program_label"`
	Move         string              `json:"move"`
	Label        string              `json:"label"`
	About        string              `json:"about,omitempty"`
	Nameless     bool                `json:"nameless"`
	Source       string              `json:"source,omitempty"` // of a scale
	Licence      string              `json:"licence,omitempty"`
	Need         []string            `json:"need"`
	Fields       []program.FieldView `json:"fields"`
	State        string              `json:"state,omitempty"` // of a ticket: free, in, out
}

// VoiceView is what the author of a voice may see by his code.
type VoiceView struct {
	Label      string        `json:"label"`
	Waits      bool          `json:"waits"` // in the tray still
	StageLabel string        `json:"stage_label,omitempty"`
	Ended      bool          `json:"ended"`
	Day        domain.Date   `json:"-"`
	On         string        `json:"on"` // day of handing in
	Answers    []VoiceAnswer `json:"answers"`
}

// VoiceAnswer is one public field of the record.
type VoiceAnswer struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// errTry takes a trial back: nothing of it may stay.
var errTry = errors.New("a trial")

// nobody is whoever comes without a name.
func nobody(county domain.CountyCode, lang string) *Who {
	return &Who{County: county, Actor: &record.Actor{}, Lang: lang}
}

// ticketMoves lists the intakes by ticket that hang on a kind of record.
func ticketMoves(p *program.Program, t *program.RecordType) (out []*program.Move) {
	for _, key := range t.Children {
		c := p.Records.Get(key)
		if c == nil {
			continue
		}
		for _, mv := range c.Moves.All() {
			if mv.Intake() && mv.Ticket != nil {
				out = append(out, mv)
			}
		}
	}
	return out
}

func moveAddr(mv *program.Move) string { return mv.Record.Key + "." + mv.Key }

// viewTickets says which tickets the reader may take here.
func (w *work) viewTickets(r *record.Row, v *RecordView) error {
	for _, mv := range ticketMoves(r.P, r.T) {
		if !w.unit.Holds(r, mv.Ticket.To) || !r.Ended.IsZero() {
			continue
		}
		taken, err := w.tx.TicketsTaken(store.Voice{Parent: r.ID, Move: moveAddr(mv)}, w.holderOf())
		if err != nil {
			return err
		}
		v.Tickets = append(v.Tickets, TicketState{moveAddr(mv), w.words(r.P).Move(mv), max(mv.Ticket.Uses-taken, 0)})
	}
	return nil
}

// holderOf is on whose line tickets are counted: one person, whatever account.
func (w *work) holderOf() string {
	if len(w.who.Parties) > 0 {
		return string(w.who.Parties[0])
	}
	return string(w.who.Account)
}

// TakeTicket gives the caller one ticket. The request leaves no answer behind: a
// ticket lost on the way is lost, the holder takes the next.
func (a *App) TakeTicket(ctx context.Context, who *Who, id domain.RecordID, move string) (v *TicketView, err error) {
	err = a.write(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		list := ticketMoves(r.P, r.T)
		i := slices.IndexFunc(list, func(m *program.Move) bool { return moveAddr(m) == move })
		if i < 0 || !s.full {
			return domain.NotFound("move")
		}
		mv := list[i]
		if !w.unit.Holds(r, mv.Ticket.To) || !r.Ended.IsZero() {
			return domain.E(domain.KindForbidden, "move_forbidden", "move", mv.Label)
		}
		like := store.Voice{Parent: r.ID, Program: r.P.Key, Move: moveAddr(mv)}
		code, left, err := w.tx.TakeTicket(like, w.holderOf(), mv.Ticket.Uses)
		if err != nil {
			return err
		}
		w.lasting()
		v = &TicketView{code, left}
		return nil
	})
	return v, err
}

// tidyCode reads a code as people type it.
func tidyCode(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '　' {
			return -1
		}
		return r
	}, s))
}

// voiceMove finds an intake that may be made without sign-in.
func (w *work) voiceMove(prog, addr string) (*program.Program, *program.RecordType, *program.Move, error) {
	p, err := w.Program(prog, 0)
	if err != nil {
		return nil, nil, nil, domain.NotFound("move")
	}
	rec, move, _ := strings.Cut(addr, ".")
	t, ok := p.Records.Find(rec)
	if !ok || t.Moves.Get(move) == nil || !t.Moves.Get(move).Intake() {
		return nil, nil, nil, domain.NotFound("move")
	}
	return p, t, t.Moves.Get(move), nil
}

// openToAll: somebody who is nobody may make this intake, from the web.
func openToAll(p *program.Program, mv *program.Move) bool {
	public := slices.ContainsFunc(mv.By, func(k string) bool { r := p.Roles.Get(k); return r != nil && r.Is == "public" })
	return public && mv.Ticket == nil && (len(mv.Channels) == 0 || slices.Contains(mv.Channels, voiceChannel))
}

const voiceChannel = "web"

// HandIn takes in what somebody says who is not signed in. request is the key of
// the request: without a ticket the same request gets the same code and is kept once.
func (a *App) HandIn(ctx context.Context, lang, request string, in VoiceAct) (v *VoiceIn, err error) {
	county, err := a.countyOf(ctx, in.County)
	if err != nil {
		return nil, err
	}
	if a.door.full("voices/"+string(county), voicesMost, voicesFor, a.Now()) {
		return nil, errTooMany("voices_too_many", voicesFor)
	}
	in.Ticket = tidyCode(in.Ticket)
	if in.Ticket != "" {
		v, err = a.handInTicket(ctx, nobody(county, lang), in)
	} else {
		v, err = a.handInOpen(ctx, nobody(county, lang), request, in)
	}
	a.countVoice(county, err)
	return v, err
}

// countVoice counts what was taken in, and codes that are none.
func (a *App) countVoice(county domain.CountyCode, err error) {
	switch {
	case err == nil:
		a.door.count("voices/"+string(county), voicesFor, a.Now())
	case domain.CodeOf(err) == "ticket_unknown":
		a.door.count("voice-codes/"+string(county), voicesFor, a.Now())
	}
}

// ticketOf finds a ticket; wrong ones are counted against guessing.
func (w *work) ticketOf(code string) (*store.Voice, error) {
	if w.app.door.full("voice-codes/"+string(w.who.County), voicesWrong, voicesFor, w.app.Now()) {
		return nil, errTooMany("voices_too_many", voicesFor)
	}
	v, err := w.tx.Voice(code)
	if domain.KindOf(err) == domain.KindNotFound {
		return nil, domain.E(domain.KindInvalid, "ticket_unknown").With("ticket", "ticket_unknown")
	}
	return v, err
}

func (a *App) handInTicket(ctx context.Context, who *Who, in VoiceAct) (out *VoiceIn, err error) {
	act := record.Act{Fields: in.Fields, Channel: voiceChannel}
	var mv *program.Move
	var answered VoiceIn
	find := func(w *work) (*store.Voice, error) {
		v, err := w.ticketOf(in.Ticket)
		if err != nil {
			return nil, err
		}
		p, t, m, err := w.voiceMove(v.Program, v.Move)
		if err != nil {
			return nil, err
		}
		mv = m
		act.Parent = v.Parent
		if v.State != store.VoiceFree {
			return v, nil // this very ticket was handed in: a retry, or a second use
		}
		_, err = record.Begin(w).TryIn(p, t, m, act)
		return v, err
	}
	if err := a.trial(ctx, who, func(w *work) error { _, err := find(w); return err }); err != nil {
		return nil, err
	}
	err = a.write(ctx, who, func(w *work) error {
		v, err := w.tx.HoldVoice(in.Ticket)
		if err != nil {
			return err
		}
		if v.State != store.VoiceFree {
			return w.sameVoice(v, in)
		}
		v.State, v.Day, v.Said = store.VoiceIn, w.today(), in.Fields
		w.lasting()
		if err := w.tx.SaveVoice(v); err != nil {
			return err
		}
		return w.callHelp(v, act)
	})
	if err != nil {
		return nil, err
	}
	answered.Code, answered.Label = in.Ticket, mv.Label
	return &answered, a.read(ctx, who, func(w *work) error {
		p, err := w.Program(mv.Record.Program, 0)
		if err == nil {
			w.voiceSays(p, mv, in.Fields, &answered)
		}
		return err
	})
}

// sameVoice: a retry brings what was said already; anything else wants a ticket of
// its own. What is out of the tray can no longer be compared, and stands.
func (w *work) sameVoice(v *store.Voice, in VoiceAct) error {
	if v.State == store.VoiceIn && !sameSaid(v.Said, in.Fields) {
		return domain.E(domain.KindConflict, "ticket_used")
	}
	if v.State == store.VoiceOut {
		return domain.E(domain.KindConflict, "ticket_used")
	}
	return nil
}

func sameSaid(a, b map[string]any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// trial runs fn and takes back whatever it wrote.
func (a *App) trial(ctx context.Context, who *Who, fn func(w *work) error) error {
	err := a.write(ctx, who, func(w *work) error {
		if err := fn(w); err != nil {
			return err
		}
		return errTry
	})
	if errors.Is(err, errTry) {
		return nil
	}
	return err
}

// handInOpen takes in what anybody may say. A nameless record waits in the tray as
// by ticket; any other is made at once, with no author.
func (a *App) handInOpen(ctx context.Context, who *Who, request string, in VoiceAct) (out *VoiceIn, err error) {
	act := record.Act{Fields: in.Fields, Channel: voiceChannel, Parent: in.Parent, Region: in.Region}
	if err := a.trial(ctx, who, func(w *work) error {
		p, t, mv, err := w.openVoice(in, &act)
		if err != nil {
			return err
		}
		_, err = record.Begin(w).Create(p, t, mv, act)
		return err
	}); err != nil {
		return nil, err
	}
	err = a.write(ctx, who, func(w *work) error {
		p, t, mv, err := w.openVoice(in, &act)
		if err != nil {
			return err
		}
		code, err := w.tx.VoiceCodeOf(request)
		if err != nil {
			return err
		}
		out = &VoiceIn{Code: code, Label: w.words(p).Move(mv)}
		w.voiceSays(p, mv, in.Fields, out)
		if _, err := w.tx.Voice(code); domain.KindOf(err) != domain.KindNotFound {
			return err // the same request again
		}
		v := store.Voice{Parent: act.Parent, Program: p.Key, Move: moveAddr(mv), State: store.VoiceIn, Day: w.today(), Said: in.Fields}
		if v.Code, err = w.tx.VoiceCode(code); err != nil {
			return err
		}
		if t.Identity != "none" {
			r, err := w.unit.Create(p, t, mv, act)
			if err != nil {
				return err
			}
			v.State, v.Record, v.Said = store.VoiceOut, r.ID, nil
		} else if act.Region != "" {
			v.Said = map[string]any{"_region": string(act.Region)}
			for k, x := range in.Fields {
				v.Said[k] = x
			}
		}
		w.lasting()
		if err := w.tx.AddVoice(&v); err != nil || t.Identity != "none" {
			return err
		}
		return w.callHelp(&v, act)
	})
	return out, err
}

// openVoice finds an intake open to all, and settles where it belongs: the parent
// must be one that anybody may read, the region falls back to the county.
func (w *work) openVoice(in VoiceAct, act *record.Act) (*program.Program, *program.RecordType, *program.Move, error) {
	p, t, mv, err := w.voiceMove(in.Program, in.Move)
	if err != nil {
		return nil, nil, nil, err
	}
	if !openToAll(p, mv) {
		return nil, nil, nil, domain.NotFound("move")
	}
	if act.Parent != "" {
		if _, _, err := w.row(act.Parent); err != nil {
			return nil, nil, nil, domain.E(domain.KindInvalid, "parent_unknown").With("parent", "parent_unknown")
		}
	} else if act.Region == "" {
		act.Region = domain.RegionID(w.who.County)
	}
	return p, t, mv, nil
}
