package app

import (
	"context"
	"slices"
	"strconv"
	"time"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// FormResult is the answer to a filled form.
type FormResult struct {
	ID     string       `json:"id"`
	Score  *int         `json:"score,omitempty"`
	Band   string       `json:"band,omitempty"`
	Words  string       `json:"band_label,omitempty"`
	Say    string       `json:"say,omitempty"` // of the band, to who filled it in
	Urgent []UrgentView `json:"urgent,omitempty"`
}

type UrgentView struct {
	Say  string   `json:"say"`
	Call []string `json:"call"`
}

// FillForm files a response on a record.
func (a *App) FillForm(ctx context.Context, who *Who, once Once, id domain.RecordID, key string, answers map[string]any, at *time.Time) (*FormResult, error) {
	return onceAnswered(ctx, a, who, once, func(w *work) (*FormResult, error) {
		r, _, err := w.row(id)
		if err != nil {
			return nil, err
		}
		f := r.P.Forms.Get(key)
		if f == nil || !slices.Contains(f.Of, r.Key) {
			return nil, domain.NotFound("form")
		}
		if err := w.unit.FillRefused(r, f); err != nil {
			return nil, err
		}
		return w.fill(r.P, f, r, r.Subject, answers, at)
	})
}

// fill checks, scores and stores a response, then acts on what is urgent.
func (w *work) fill(p *program.Program, f *program.Form, r *record.Row, subject domain.PartyID, answers map[string]any, at *time.Time) (*FormResult, error) {
	vals, ferr := form.Take("answers.", f, answers, domain.DateOf(w.Now()), nil)
	if len(ferr) == 0 && len(vals) == 0 {
		for k, x := range f.Fields.All() {
			if x.Type != program.TypeText && x.Type != program.TypePhoto && x.Type != program.TypeFile {
				ferr = []domain.FieldError{{Path: "answers." + k, Code: "required", Args: map[string]string{"label": x.Label}}}
				break
			}
		}
	}
	if len(ferr) == 0 {
		ferr = form.Require(f, vals, domain.DateOf(w.Now()))
	}
	if len(ferr) > 0 {
		e := domain.E(domain.KindInvalid, "fields_invalid")
		e.Fields = ferr
		return nil, e
	}
	resp := &domain.Response{ID: store.NewID(), Program: p.Key, Form: f.Key, Subject: subject, ByAccount: w.who.Account, At: w.Now(), RecordedAt: w.Now(), Class: f.Class}
	if err := w.captured(f, resp, at); err != nil {
		return nil, err
	}
	if r != nil {
		resp.Record = r.ID
	}
	if len(w.who.Parties) > 0 {
		resp.ByParty = w.who.Parties[0]
	}
	resp.Data, resp.Secret = record.SplitAnswers(f, vals)
	vars := form.NewVars(f, vals, domain.DateOf(w.Now()))
	urgents := form.Urgents(f, vars)
	if err := w.inWindow(p, f, subject, resp.At, len(urgents) > 0); err != nil {
		return nil, err
	}
	res := &FormResult{ID: resp.ID}
	if total, band, ok := form.Score(f, vals); ok {
		resp.Score, resp.Band, resp.Scored = total, band, true
		res.Score, res.Band, res.Words = &total, band, form.BandLabel(f, band)
		if len(urgents) == 0 {
			res.Say = form.BandSay(f, band)
		}
	}
	given := map[string]any{} // as conditions read it
	for k := range f.Fields.All() {
		if x, err := vars.Var(k); err == nil {
			given[k] = x
		}
	}
	if err := w.file(p, f, r, resp, len(urgents) > 0, given); err != nil {
		return nil, err
	}
	for _, u := range urgents {
		res.Urgent = append(res.Urgent, UrgentView{u.Say, u.Call})
		if err := w.unit.Urgent(p, r, subject, u.Do, given); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// File keeps a form that a move's dialog filled; it implements the engine's filer.
func (w *work) File(r *record.Row, f *program.Form, resp *domain.Response, urgent bool, given map[string]any) error {
	if err := w.inWindow(r.P, f, resp.Subject, resp.At, urgent); err != nil {
		return err
	}
	return w.file(r.P, f, r, resp, urgent, given)
}

func (w *work) file(p *program.Program, f *program.Form, r *record.Row, resp *domain.Response, urgent bool, given map[string]any) error {
	if err := w.tx.InsertResponse(resp); err != nil {
		return err
	}
	return w.formHappened(p, f, r, resp.Subject, resp, urgent, given)
}

// formHappened counts the response and lets the record look again.
func (w *work) formHappened(p *program.Program, f *program.Form, r *record.Row, subject domain.PartyID, resp *domain.Response, urgent bool, answers map[string]any) error {
	if r != nil {
		delete(w.c.responses, string(r.ID)+f.Key)
		if err := w.unit.Note(r, "form", map[string]any{"label": f.Label, "form": f.Key}); err != nil {
			return err
		}
	}
	if err := w.countForm(p, f, r, subject, answers, resp.At); err != nil {
		return err
	}
	return w.dutyForm(p, f, r, subject, resp, urgent)
}

// countForm feeds the figures of `flow: form.k`.
func (w *work) countForm(p *program.Program, f *program.Form, r *record.Row, subject domain.PartyID, answers map[string]any, at time.Time) error {
	if r == nil {
		row, err := w.unit.SubjectRow(p, subject)
		if err != nil {
			return err
		}
		r = row
	}
	list, err := w.unit.HappenedOn(r, "form."+f.Key, answers, domain.DateOf(at))
	if err != nil {
		return err
	}
	w.unit.CountHappened(p, "form", subject, list)
	return nil
}

// captured settles when a form was filled: by the clock of whoever filled it where the
// form says so, but never in the future and never too long ago.
func (w *work) captured(f *program.Form, resp *domain.Response, at *time.Time) error {
	switch {
	case at == nil:
	case f.Time == "captured" && at.Sub(w.Now()) > clockSlack:
		return domain.E(domain.KindInvalid, "clock_ahead", "minutes", strconv.Itoa(int(at.Sub(w.Now())/time.Minute))).With("at", "clock_ahead")
	case f.Time == "captured" && w.Now().Sub(*at) > maxEarly:
		return domain.E(domain.KindInvalid, "at_too_early").With("at", "at_too_early")
	case at.Before(w.Now()) && w.Now().Sub(*at) < maxEarly && f.Time != "received":
		resp.At = at.UTC().Truncate(time.Millisecond)
	}
	return nil
}

// FormResponse is one filled form as a reader may see it.
type FormResponse struct {
	ID      string         `json:"id"`
	Form    string         `json:"form"`
	Label   string         `json:"label"`
	By      *AccountRef    `json:"by,omitempty"`
	At      time.Time      `json:"at"`
	Answers map[string]any `json:"answers"`
	Labels  []Choice       `json:"labels"`
	Score   *int           `json:"score,omitempty"`
	Band    string         `json:"band,omitempty"`
	Words   string         `json:"band_label,omitempty"` // of the band
}

// Forms lists the responses on a record.
func (a *App) Forms(ctx context.Context, who *Who, id domain.RecordID) (l List[FormResponse], err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		var items []FormResponse
		for k, f := range r.P.Forms.All() {
			if !slices.Contains(f.Of, r.Key) || f.Fields.Len() == 0 {
				continue
			}
			list, err := w.Responses(r.ID, k)
			if err != nil {
				return err
			}
			blind, hidden, err := w.unit.BlindForm(r, f)
			if err != nil {
				return err
			}
			for _, x := range list {
				own := x.ByAccount == w.who.Account
				if !own && (hidden || !s.full || f.Class > s.class) {
					continue
				}
				class := s.class
				if own {
					class = domain.Sealed
				}
				v := w.responseView(r.P, f, x, class)
				if blind && !own {
					v.By = nil // back to back: whose sheet it is stands in the audit only
				}
				items = append(items, v)
			}
		}
		l = listOf(items, "")
		return nil
	})
	return l, err
}

// responseView is a response as somebody reads it who reads up to a class: an answer
// of a higher one is not there.
func (w *work) responseView(p *program.Program, f *program.Form, x *domain.Response, class domain.Class) FormResponse {
	v := FormResponse{ID: x.ID, Form: f.Key, Label: w.words(p).Form(f), At: x.At, Answers: map[string]any{}, Labels: []Choice{}, Band: x.Band}
	if x.Scored {
		v.Score, v.Words = &x.Score, form.BandLabel(f, x.Band)
	}
	if a, err := w.Account(x.ByAccount); err == nil && x.ByAccount != "" {
		v.By = w.personBehind(a, class)
	}
	for k, fd := range f.Fields.All() {
		if fd.Class > class {
			continue
		}
		y, ok := x.Data[k]
		if !ok {
			y, ok = x.Secret[k]
		}
		if ok && y != nil {
			v.Answers[k] = y
			v.Labels = append(v.Labels, Choice{w.words(p).Field(fd), w.display(fd, y)})
		}
	}
	return v
}
