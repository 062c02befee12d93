package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"linqiao/app"
	"linqiao/domain"
)

// RecordQuery are the filters of a list of records.
type RecordQuery struct {
	Program string          `query:"program" maxLength:"64"`
	Record  string          `query:"record" maxLength:"64"`
	Stage   string          `query:"stage" maxLength:"64"`
	Phase   string          `query:"phase" maxLength:"32"`
	Noun    string          `query:"noun" maxLength:"32"`
	Subject domain.PartyID  `query:"subject" maxLength:"64"`
	Parent  domain.RecordID `query:"parent" maxLength:"64"`
	Owner   string          `query:"owner" maxLength:"64" doc:"me = 我主办的，none = 无人主办，或账号"`
	Region  domain.RegionID `query:"region" maxLength:"64"`
	Q       string          `query:"q" maxLength:"100"`
	Overdue bool            `query:"overdue"`
	Running bool            `query:"running"`
	Mine    bool            `query:"mine" doc:"只看与本人有关的：自己的、交给自己或本单位的"`
}

func (f *RecordQuery) query() app.RecordQuery {
	return app.RecordQuery{Program: f.Program, Record: f.Record, Noun: domain.Noun(f.Noun), Stage: f.Stage, Phase: f.Phase, Subject: f.Subject, Parent: f.Parent,
		Owner: domain.AccountID(f.Owner), Region: f.Region, Q: f.Q, Overdue: f.Overdue, Running: f.Running, Mine: f.Mine}
}

// Paging are the cursor and the length of a page.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"400"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type recordsIn struct {
	RecordQuery
	Paging
}

func (s *Server) records(ctx context.Context, who *app.Who, in *recordsIn) (*body[app.List[app.RecordSummary]], error) {
	q := in.query()
	q.Cursor, q.Limit = in.Cursor, in.Limit
	return answer(s.app.Records(ctx, who, q))
}

// Count is how many rows a list has; more past the cap.
type Count struct {
	Count int  `json:"count"`
	More  bool `json:"more,omitempty"`
}

func (s *Server) countRecords(ctx context.Context, who *app.Who, in *RecordQuery) (*body[Count], error) {
	n, more, err := s.app.CountRecords(ctx, who, in.query())
	return answer(Count{n, more}, err)
}

// recordOut is the page of a record with its version, or, for clients that only
// want to know that it is done, its id and version.
type recordOut struct {
	ETag string `header:"ETag"`
	Body any
}

// recordSlim is the short answer to a mutation.
type recordSlim struct {
	ID  domain.RecordID `json:"id"`
	Rev int64           `json:"rev"`
}

// recordAfter answers a mutation with the record as it stands after the commit.
func (s *Server) recordAfter(ctx context.Context, who *app.Who, id domain.RecordID, err error) (*recordOut, error) {
	if err != nil {
		return nil, err
	}
	if q := requestOf(ctx); q.slim {
		rev := q.rev
		if rev == 0 { // a retry: the record may have gone on since
			if rev, err = s.app.RecordRev(ctx, who, id); err != nil {
				return nil, err
			}
		}
		return &recordOut{ETag: etag(rev), Body: recordSlim{id, rev}}, nil
	}
	v, err := s.app.Record(ctx, who, id)
	if domain.KindOf(err) == domain.KindNotFound && err != nil { // made, but not his to read
		return &recordOut{Body: recordSlim{ID: id}}, nil
	}
	if err != nil {
		return nil, err
	}
	return &recordOut{ETag: etag(v.Rev), Body: v}, nil
}

func etag(rev int64) string { return `"` + strconv.FormatInt(rev, 10) + `"` }

type RecordPath struct {
	ID domain.RecordID `path:"id" maxLength:"64"`
}

func (s *Server) record(ctx context.Context, who *app.Who, in *RecordPath) (*recordOut, error) {
	v, err := s.app.Record(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &recordOut{ETag: etag(v.Rev), Body: v}, nil
}

// IfMatch carries the version that an edit saw, when not in the body.
type IfMatch struct {
	IfMatch string `header:"If-Match" maxLength:"40"`
}

// rev gives the version of the header, or the one in the body.
func (m IfMatch) rev(body int64) (int64, error) {
	if m.IfMatch == "" || m.IfMatch == "*" {
		return body, nil
	}
	n, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(m.IfMatch, "W/"), `"`), 10, 64)
	if err != nil || body != 0 && body != n {
		return 0, domain.E(domain.KindInvalid, "if_match").With("If-Match", "if_match")
	}
	return n, nil
}

// seen is rev for an edit that must say which version it saw: one that does not
// would write over what somebody else has just put there.
func (m IfMatch) seen(body int64) (int64, error) {
	rev, err := m.rev(body)
	if err == nil && rev == 0 {
		err = domain.E(domain.KindInvalid, "rev_missing").With("rev", "rev_missing")
	}
	return rev, err
}

// actBody is what comes with a move. A note is an unasked text.
type actBody struct {
	app.Act
	Note string `json:"note,omitempty" maxLength:"4000"`
}

func actOf(b *actBody, m IfMatch) (app.Act, error) {
	if b == nil {
		b = &actBody{}
	}
	act := b.Act
	if act.Text == "" {
		act.Text = b.Note
	}
	var err error
	act.Rev, err = m.rev(act.Rev)
	return act, err
}

type intakeIn struct {
	Program string `path:"p" maxLength:"64"`
	Record  string `path:"record" maxLength:"64"`
	Move    string `path:"move" maxLength:"64"`
	Body    *actBody
}

func (s *Server) intake(ctx context.Context, who *app.Who, in *intakeIn) (*recordOut, error) {
	act, err := actOf(in.Body, IfMatch{})
	if err != nil {
		return nil, err
	}
	id, err := s.app.Create(ctx, who, requestOf(ctx).once, in.Program, in.Record, in.Move, act)
	return s.recordAfter(ctx, who, id, err)
}

type moveIn struct {
	RecordPath
	IfMatch
	Move string `path:"move" maxLength:"64"`
	Body *actBody
}

func (s *Server) move(ctx context.Context, who *app.Who, in *moveIn) (*recordOut, error) {
	act, err := actOf(in.Body, in.IfMatch)
	if err != nil {
		return nil, err
	}
	return s.recordAfter(ctx, who, in.ID, s.app.Move(ctx, who, requestOf(ctx).once, in.ID, in.Move, act))
}

type editIn struct {
	RecordPath
	IfMatch
	Body struct {
		Rev    int64          `json:"rev,omitempty"`
		Fields map[string]any `json:"fields"`
	}
}

func (s *Server) edit(ctx context.Context, who *app.Who, in *editIn) (*recordOut, error) {
	rev, err := in.seen(in.Body.Rev)
	if err != nil {
		return nil, err
	}
	return s.recordAfter(ctx, who, in.ID, s.app.Edit(ctx, who, requestOf(ctx).once, in.ID, app.Act{Fields: in.Body.Fields, Rev: rev}))
}

type signatureIn struct {
	RecordPath
	Signature string `path:"signature" maxLength:"64"`
	Body      app.SignAct
}

func (s *Server) sign(ctx context.Context, who *app.Who, in *signatureIn) (*recordOut, error) {
	return s.recordAfter(ctx, who, in.ID, s.app.Sign(ctx, who, requestOf(ctx).once, in.ID, in.Signature, in.Body))
}

type ownerIn struct {
	RecordPath
	Body struct {
		Account domain.AccountID `json:"account" maxLength:"64"`
		Org     domain.OrgID     `json:"org,omitempty" maxLength:"64"`
	}
}

func (s *Server) handOver(ctx context.Context, who *app.Who, in *ownerIn) (*recordOut, error) {
	return s.recordAfter(ctx, who, in.ID, s.app.HandOver(ctx, who, requestOf(ctx).once, in.ID, in.Body.Account, in.Body.Org))
}

type eventsIn struct {
	RecordPath
	Paging
}

func (s *Server) events(ctx context.Context, who *app.Who, in *eventsIn) (*body[app.List[app.TimelineEntry]], error) {
	return answer(s.app.Events(ctx, who, in.ID, in.Cursor, in.Limit))
}

// formBody are the answers of a form, and when they were given.
type formBody struct {
	Answers map[string]any `json:"answers"`
	At      *time.Time     `json:"at,omitempty"`
}

type formIn struct {
	RecordPath
	Form string `path:"form" maxLength:"64"`
	Body formBody
}

func (s *Server) fillForm(ctx context.Context, who *app.Who, in *formIn) (*body[*app.FormResult], error) {
	return answer(s.app.FillForm(ctx, who, requestOf(ctx).once, in.ID, in.Form, in.Body.Answers, in.Body.At))
}

func (s *Server) forms(ctx context.Context, who *app.Who, in *RecordPath) (*body[app.List[app.FormResponse]], error) {
	return answer(s.app.Forms(ctx, who, in.ID))
}

type MatchPath struct {
	RecordPath
	Match string `path:"match" maxLength:"64"`
}

func (s *Server) match(ctx context.Context, who *app.Who, in *MatchPath) (*body[*app.MatchView], error) {
	return answer(s.app.Match(ctx, who, in.ID, in.Match))
}

type packetIn struct {
	RecordPath
	Order string `path:"order" maxLength:"64"`
}

func (s *Server) packet(ctx context.Context, who *app.Who, in *packetIn) (*body[*app.PacketView], error) {
	return answer(s.app.Packet(ctx, who, in.ID, in.Order))
}

type chooseIn struct {
	MatchPath
	Body struct {
		Offers []string `json:"offers" maxItems:"200"`
	}
}

func (s *Server) choose(ctx context.Context, who *app.Who, in *chooseIn) (*recordOut, error) {
	return s.recordAfter(ctx, who, in.ID, s.app.Choose(ctx, who, requestOf(ctx).once, in.ID, in.Match, in.Body.Offers))
}

type passIn struct {
	RecordPath
	Pass string `path:"pass" maxLength:"64"`
}

func (s *Server) showPass(ctx context.Context, who *app.Who, in *passIn) (*body[*app.PassView], error) {
	return answer(s.app.ShowPass(ctx, who, in.ID, in.Pass))
}

func (s *Server) recordFiles(ctx context.Context, who *app.Who, in *RecordPath) (*body[app.List[app.FileView]], error) {
	return answer(s.app.RecordFiles(ctx, who, in.ID))
}
