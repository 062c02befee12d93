package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"linqiao/app"
	"linqiao/domain"
)

type calendarIn struct {
	Program string          `query:"program" maxLength:"64"`
	Parent  domain.RecordID `query:"parent" maxLength:"64"`
	From    string          `query:"from" maxLength:"10" doc:"first day"`
	To      string          `query:"to" maxLength:"10" doc:"last day"`
	Open    bool            `query:"open" doc:"only those the caller may book"`
	Paging
}

func (s *Server) calendar(ctx context.Context, who *app.Who, in *calendarIn) (*body[app.List[app.OccasionView]], error) {
	q := app.CalendarQuery{Program: in.Program, Parent: in.Parent, Open: in.Open, Cursor: in.Cursor, Limit: in.Limit}
	for _, x := range []struct {
		text, name string
		at         *time.Time
		next       domain.Date
	}{{in.From, "from", &q.From, 0}, {in.To, "to", &q.Until, 1}} {
		if x.text == "" {
			continue
		}
		d, err := domain.ParseDate(x.text)
		if err != nil {
			return nil, domain.E(domain.KindInvalid, "fields_invalid").With(x.name, "date")
		}
		*x.at = (d + x.next).Start()
	}
	return answer(s.app.Occasions(ctx, who, q))
}

func (s *Server) roll(ctx context.Context, who *app.Who, in *RecordPath) (*body[*app.RollView], error) {
	return answer(s.app.Roll(ctx, who, in.ID))
}

func (s *Server) myBookings(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.BookingView]], error) {
	return answer(s.app.MyBookings(ctx, who))
}

func (s *Server) calendarFeed(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.FeedState], error) {
	return answer(s.app.CalendarFeed(ctx, who))
}

func (s *Server) newCalendarFeed(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.FeedState], error) {
	return answer(s.app.NewCalendarFeed(ctx, who))
}

func (s *Server) endCalendarFeed(ctx context.Context, who *app.Who, _ *struct{}) (*none, error) {
	return nil, s.app.EndCalendarFeed(ctx, who)
}

// calendarICS is what a calendar program fetches by the private address.
func (s *Server) calendarICS(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutSuffix(r.PathValue("token"), ".ics")
	if !ok {
		writeProblem(w, r, notFound())
		return
	}
	text, err := s.app.CalendarICS(r.Context(), requestOf(r.Context()).client.Address, token)
	if err != nil {
		writeProblem(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Robots-Tag", "noindex")
	_, _ = w.Write([]byte(text))
}
