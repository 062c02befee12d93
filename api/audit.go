package api

import (
	"context"
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"linqiao/app"
	"linqiao/domain"
)

type auditIn struct {
	Actor  domain.AccountID `query:"actor" maxLength:"64"`
	Object string           `query:"object" maxLength:"100"`
	Action string           `query:"action" maxLength:"64"`
	From   string           `query:"from" maxLength:"40" doc:"日期或时间"`
	To     string           `query:"to" maxLength:"40" doc:"日期（含当天）或时间"`
	Paging
}

func (in *auditIn) query() (q app.AuditQuery, err error) {
	q = app.AuditQuery{Actor: in.Actor, Object: in.Object, Action: in.Action, Cursor: in.Cursor, Limit: in.Limit}
	if q.From, err = moment("from", in.From, false); err != nil {
		return q, err
	}
	q.Until, err = moment("to", in.To, true)
	return q, err
}

func (s *Server) audit(ctx context.Context, who *app.Who, in *auditIn) (*body[app.List[app.AuditView]], error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	return answer(s.app.Audit(ctx, who, q))
}

func (s *Server) auditActions(ctx context.Context, who *app.Who, _ *struct{}) (*body[Items[app.Choice]], error) {
	return items(s.app.AuditActions(ctx, who))
}

func (s *Server) exportAudit(ctx context.Context, who *app.Who, in *auditIn) (*huma.StreamResponse, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	q.Cursor = ""
	return download("audit.xlsx", func(w io.Writer) error { return s.app.ExportAudit(ctx, who, q, w) }), nil
}

// moment reads a day (its start, or its end) or an instant; "" is none.
func moment(path, s string, end bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	d, err := domain.ParseDate(s)
	if err != nil {
		return time.Time{}, domain.E(domain.KindInvalid, "fields_invalid").With(path, "date", "label", path)
	}
	if end {
		return d.End(), nil
	}
	return d.Start(), nil
}

// AuditCheck is what came of walking the journal's hash chain.
type AuditCheck struct {
	Whole  bool         `json:"whole"`
	Breaks []auditBreak `json:"breaks"` // the first hundred
	Linked int64        `json:"linked"`
}

// auditBreak says where rows are missing, or that the row From is not what was written.
type auditBreak struct {
	From    int64     `json:"from"`
	Until   int64     `json:"until"`
	ID      string    `json:"id"` // of the row, or of the next
	At      time.Time `json:"at"`
	Missing bool      `json:"missing"`
}

func (s *Server) verifyAudit(ctx context.Context, who *app.Who, _ *struct{}) (*body[AuditCheck], error) {
	breaks, n, err := s.app.VerifyAudit(ctx, who)
	v := AuditCheck{len(breaks) == 0, []auditBreak{}, n}
	for _, b := range breaks {
		v.Breaks = append(v.Breaks, auditBreak(b))
	}
	return answer(v, err)
}
