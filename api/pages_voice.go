package api

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"linqiao/app"
	"linqiao/domain"
)

// The pages for those who say something without a name: whole without a script,
// nothing in the address, and the sign-in of the browser is not looked at.

// voiceData is one of the steps: the doors, a form, what was handed in, an answer.
type voiceData struct {
	Open    []app.VoiceForm
	Form    *app.VoiceForm
	Ticket  string
	Request string // key of the request, where there is no ticket
	Asked   []voiceField
	Faults  []voiceSay
	Code    string // of what was handed in
	Say     string // what a scale says to its score
	Urgent  []app.UrgentView
	Answer  *app.VoiceView
}

// voiceSay is a fault, and the field that it is about.
type voiceSay struct{ Say, Field string }

type voiceField struct {
	Key, Label, Value, Fault string
	Must, Long               bool
	Options                  any
	Type                     string
}

func (s *Server) voicePages() {
	s.mux.HandleFunc("GET /voices", s.voicesPage)
	s.mux.HandleFunc("GET /voices/{p}/{move}", s.voiceOpenPage)
	s.mux.HandleFunc("POST /voices/write", s.voiceWritePage)
	s.mux.HandleFunc("POST /voices/send", s.voiceSendPage)
	s.mux.HandleFunc("POST /voices/answer", s.voiceAnswerPage)
}

func (s *Server) showVoice(w http.ResponseWriter, r *http.Request, status int, d voiceData) {
	w.Header().Set("Cache-Control", "no-store")
	s.pages.show(w, r, status, "voices", "voices", "voices", s.app.Demo, d)
}

func (s *Server) voicesPage(w http.ResponseWriter, r *http.Request) {
	list, err := s.app.OpenVoices(r.Context(), langOf(r))
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	s.showVoice(w, r, http.StatusOK, voiceData{Open: list})
}

func (s *Server) voiceOpenPage(w http.ResponseWriter, r *http.Request) {
	f, err := s.app.VoiceForm(r.Context(), langOf(r), app.VoiceAct{Program: r.PathValue("p"), Move: r.PathValue("move")})
	if err != nil {
		s.voiceFault(w, r, err, voiceData{})
		return
	}
	var key [16]byte
	rand.Read(key[:])
	s.showVoice(w, r, http.StatusOK, voiceData{Form: f, Request: hex.EncodeToString(key[:]), Asked: voiceFields(f, nil)})
}

func (s *Server) voiceWritePage(w http.ResponseWriter, r *http.Request) {
	ticket := r.PostFormValue("ticket")
	f, err := s.app.VoiceForm(r.Context(), langOf(r), app.VoiceAct{Ticket: ticket})
	if err != nil {
		s.voiceFault(w, r, err, voiceData{})
		return
	}
	if f.State != "free" {
		s.answerVoice(w, r, ticket)
		return
	}
	s.showVoice(w, r, http.StatusOK, voiceData{Form: f, Ticket: ticket, Asked: voiceFields(f, nil)})
}

func (s *Server) voiceSendPage(w http.ResponseWriter, r *http.Request) {
	in := app.VoiceAct{Ticket: r.PostFormValue("ticket"), Program: r.PostFormValue("program"), Move: r.PostFormValue("move"), Fields: map[string]any{}}
	f, err := s.app.VoiceForm(r.Context(), langOf(r), in)
	if err != nil {
		s.voiceFault(w, r, err, voiceData{})
		return
	}
	for _, x := range f.Fields {
		if v := strings.TrimSpace(r.PostFormValue("f-" + x.Key)); v != "" {
			in.Fields[x.Key] = v
		}
	}
	request := r.PostFormValue("request")
	if in.Ticket == "" && len(request) != 32 {
		s.voiceFault(w, r, domain.E(domain.KindInvalid, "idempotency_key_bad"), voiceData{})
		return
	}
	done, err := s.app.HandIn(r.Context(), langOf(r), request, in)
	if err != nil {
		s.voiceFault(w, r, err, voiceData{Form: f, Ticket: in.Ticket, Request: request, Asked: voiceFields(f, in.Fields)})
		return
	}
	s.showVoice(w, r, http.StatusOK, voiceData{Code: done.Code, Say: done.Say, Urgent: done.Urgent, Form: f})
}

func (s *Server) voiceAnswerPage(w http.ResponseWriter, r *http.Request) {
	s.answerVoice(w, r, r.PostFormValue("code"))
}

func (s *Server) answerVoice(w http.ResponseWriter, r *http.Request, code string) {
	v, err := s.app.FollowVoice(r.Context(), langOf(r), "", code)
	if err != nil {
		s.voiceFault(w, r, err, voiceData{})
		return
	}
	s.showVoice(w, r, http.StatusOK, voiceData{Answer: v})
}

// voiceFault shows what is wrong on the same page, with what was typed.
func (s *Server) voiceFault(w http.ResponseWriter, r *http.Request, err error, d voiceData) {
	q := *requestOf(r.Context())
	if q.lang = "zh-CN"; langOf(r) == "en" {
		q.lang = "en"
	}
	p := problemOf(err, &q)
	if p.Status >= http.StatusInternalServerError {
		s.pages.broken(w, r, err)
		return
	}
	for _, f := range p.Fields {
		if i := slices.IndexFunc(d.Asked, func(x voiceField) bool { return "fields."+x.Key == f.Path }); i >= 0 {
			d.Asked[i].Fault = f.Message
			d.Faults = append(d.Faults, voiceSay{f.Message, "f-" + d.Asked[i].Key})
		} else {
			d.Faults = append(d.Faults, voiceSay{f.Message, ""})
		}
	}
	if len(p.Fields) == 0 {
		d.Faults = append(d.Faults, voiceSay{strings.TrimSpace(p.Title + " " + p.Detail), ""})
	}
	if d.Form == nil {
		if d.Open, err = s.app.OpenVoices(r.Context(), langOf(r)); err != nil {
			s.pages.broken(w, r, err)
			return
		}
	}
	s.showVoice(w, r, p.Status, d)
}

func voiceFields(f *app.VoiceForm, said map[string]any) []voiceField {
	out := make([]voiceField, 0, len(f.Fields))
	for _, x := range f.Fields {
		v := voiceField{Key: x.Key, Label: x.Label, Must: slices.Contains(f.Need, x.Key), Long: x.Type == "text", Type: inputType[string(x.Type)]}
		if len(x.Options) > 0 {
			v.Options = x.Options
		}
		v.Value, _ = said[x.Key].(string)
		out = append(out, v)
	}
	return out
}

// inputType is how a browser asks for a kind of value; text when it is not here.
var inputType = map[string]string{"int": "number", "date": "date", "money": "number"}
