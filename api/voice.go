package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

// nameless is the rule of routes for those who are nobody: whoever they may be
// signed in as is not looked at, not even to note that the sign-in is in use.
var nameless = rule{name: "nameless", open: true, blind: true}

type voiceIn struct{ Body app.VoiceAct }

// handIn keeps no answer: a ticket is its own key, and without one the same request
// gets the same code.
func (s *Server) handIn(ctx context.Context, _ *app.Who, in *voiceIn) (*body[*app.VoiceIn], error) {
	q := requestOf(ctx)
	return answer(s.app.HandIn(ctx, q.lang, q.once.Key, in.Body))
}

func (s *Server) voiceForm(ctx context.Context, _ *app.Who, in *struct {
	Body struct {
		Ticket  string            `json:"ticket,omitempty" maxLength:"40"`
		County  domain.CountyCode `json:"county,omitempty" maxLength:"12"`
		Program string            `json:"program,omitempty" maxLength:"64"`
		Move    string            `json:"move,omitempty" maxLength:"130" doc:"record.move，没有票时填"`
	}
}) (*body[*app.VoiceForm], error) {
	b := in.Body
	return answer(s.app.VoiceForm(ctx, requestOf(ctx).lang, app.VoiceAct{Ticket: b.Ticket, County: b.County, Program: b.Program, Move: b.Move}))
}

func (s *Server) followVoice(ctx context.Context, _ *app.Who, in *struct {
	Body struct {
		Code   string            `json:"code" maxLength:"40"`
		County domain.CountyCode `json:"county,omitempty" maxLength:"12"`
	}
}) (*body[*app.VoiceView], error) {
	return answer(s.app.FollowVoice(ctx, requestOf(ctx).lang, in.Body.County, in.Body.Code))
}

func (s *Server) takeTicket(ctx context.Context, who *app.Who, in *struct {
	RecordPath
	Move string `path:"move" maxLength:"130"`
}) (*body[*app.TicketView], error) {
	return answer(s.app.TakeTicket(ctx, who, in.ID, in.Move))
}
