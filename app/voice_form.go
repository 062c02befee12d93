package app

import (
	"context"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/kernel/rule"
	"linqiao/store"
)

// VoiceForm describes what an intake without sign-in asks.
func (a *App) VoiceForm(ctx context.Context, lang string, in VoiceAct) (v *VoiceForm, err error) {
	county, err := a.countyOf(ctx, in.County)
	if err != nil {
		return nil, err
	}
	err = a.read(ctx, nobody(county, lang), func(w *work) error {
		state := ""
		if in.Ticket != "" {
			t, err := w.ticketOf(tidyCode(in.Ticket))
			if err != nil {
				return err
			}
			in.Program, in.Move, in.Parent, state = t.Program, t.Move, t.Parent, t.State
		}
		p, t, mv, err := w.voiceMove(in.Program, in.Move)
		if err != nil {
			return err
		}
		if in.Ticket == "" && !openToAll(p, mv) {
			return domain.NotFound("move")
		}
		v = w.voiceForm(p, t, mv)
		v.State = state
		return nil
	})
	a.countVoice(county, orLooked(err))
	return v, err
}

// orLooked lets only wrong codes count here; looking at a form is no voice.
func orLooked(err error) error {
	if err == nil {
		return errTry
	}
	return err
}

func (w *work) voiceForm(p *program.Program, t *program.RecordType, mv *program.Move) *VoiceForm {
	words := w.words(p)
	v := &VoiceForm{Program: p.Key, ProgramLabel: words.Title(), Move: moveAddr(mv), Label: words.Move(mv), Nameless: t.Identity == "none", Need: []string{}, Fields: []program.FieldView{}}
	fields, need := record.Accepts(t, p, mv)
	for _, f := range fields {
		if askedPlain(f) {
			v.Fields = append(v.Fields, p.ViewOf(f, w.who.Lang))
		}
	}
	v.Need = append(v.Need, need...)
	if f := record.OwnForm(p, mv); f != nil {
		v.Source, v.Licence = f.Source, f.Licence
		for _, x := range f.Fields.All() {
			if askedPlain(x) {
				v.Fields = append(v.Fields, p.ViewOf(x, w.who.Lang))
			}
		}
		v.Need = append(v.Need, form.Items(f)...)
	}
	return v
}

// voiceSays is what the form of an intake without sign-in answers at once: its sentence
// to this score, and where to call for help. Nothing of it is kept.
func (w *work) voiceSays(p *program.Program, mv *program.Move, said map[string]any, out *VoiceIn) {
	f, vals, vars := w.voiceAnswers(p, mv, said)
	if f == nil {
		return
	}
	if _, band, ok := form.Score(f, vals); ok && len(form.Urgents(f, vars)) == 0 {
		out.Say = form.BandSay(f, band)
	}
	for _, u := range form.Urgents(f, vars) {
		out.Urgent = append(out.Urgent, UrgentView{u.Say, u.Call})
	}
}

func (w *work) voiceAnswers(p *program.Program, mv *program.Move, said map[string]any) (*program.Form, map[string]any, rule.Vars) {
	f := record.OwnForm(p, mv)
	if f == nil {
		return nil, nil, nil
	}
	own := map[string]any{}
	for k, v := range said {
		if f.Fields.Has(k) {
			own[k] = v
		}
	}
	vals, _ := form.Take("fields.", f, own, w.today(), nil)
	return f, vals, form.NewVars(f, vals, w.today())
}

// callHelp does at once what is urgent in a nameless answer: the answer itself waits in
// the tray, and what is opened here names neither it nor anybody.
func (w *work) callHelp(v *store.Voice, act record.Act) error {
	p, _, mv, err := w.voiceMove(v.Program, v.Move)
	if err != nil {
		return err
	}
	f, _, vars := w.voiceAnswers(p, mv, act.Fields)
	if f == nil {
		return nil
	}
	region := act.Region
	if v.Parent != "" {
		par, err := w.unit.Load(v.Parent)
		if err != nil {
			return err
		}
		region = par.Region
	}
	for _, u := range form.Urgents(f, vars) {
		if err := w.unit.UrgentHere(p, region, u.Do); err != nil {
			return err
		}
	}
	return nil
}

// FollowVoice shows the author of a voice what became of it.
func (a *App) FollowVoice(ctx context.Context, lang string, code domain.CountyCode, said string) (v *VoiceView, err error) {
	county, err := a.countyOf(ctx, code)
	if err != nil {
		return nil, err
	}
	err = a.read(ctx, nobody(county, lang), func(w *work) error {
		voice, err := w.ticketOf(tidyCode(said))
		if err != nil {
			return err
		}
		if voice.State == store.VoiceFree {
			return domain.E(domain.KindInvalid, "ticket_free").With("ticket", "ticket_free")
		}
		v, err = w.voiceView(voice)
		return err
	})
	a.countVoice(county, orLooked(err))
	return v, err
}

func (w *work) voiceView(voice *store.Voice) (*VoiceView, error) {
	p, t, mv, err := w.voiceMove(voice.Program, voice.Move)
	if err != nil {
		return nil, err
	}
	if mv.Follow == "" {
		return nil, domain.NotFound("move")
	}
	v := &VoiceView{Label: w.words(p).Kind(t), Waits: voice.State == store.VoiceIn, On: voice.Day.String(), Answers: []VoiceAnswer{}}
	if v.Waits {
		return v, nil
	}
	r, err := w.unit.Load(voice.Record)
	if err != nil {
		return nil, err
	}
	v.StageLabel, v.Ended = w.words(r.P).Stage(r.T, r.Stage), !r.Ended.IsZero()
	for _, f := range r.T.Fields.All() {
		if x := r.Value(f.Key); f.Class == domain.Public && x != nil {
			v.Answers = append(v.Answers, VoiceAnswer{w.words(r.P).Field(f), w.display(f, x)})
		}
	}
	return v, nil
}

// askedPlain: what a page without a script can ask. Files are not among them: one
// that is sent may say who made it.
func askedPlain(f *program.Field) bool {
	switch f.Type {
	case program.TypeText, program.TypeInt, program.TypeDate, program.TypeMoney:
		return !f.Many
	}
	return f.List != nil && !f.Many
}

// OpenVoices lists the intakes that anybody may make without sign-in.
func (a *App) OpenVoices(ctx context.Context, lang string) (out []VoiceForm, err error) {
	county, err := a.countyOf(ctx, "")
	if err != nil {
		return []VoiceForm{}, nil // several counties here: their own pages say it
	}
	err = a.read(ctx, nobody(county, lang), func(w *work) error {
		for _, p := range w.set.set.Programs.All() {
			for _, t := range p.Records.All() {
				for _, mv := range t.Moves.All() {
					if mv.Intake() && t.Of == "" && mv.Follow != "" && openToAll(p, mv) {
						out = append(out, *w.voiceForm(p, t, mv))
					}
				}
			}
		}
		return nil
	})
	return out, err
}
