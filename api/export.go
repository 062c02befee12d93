package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linqiao/app"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// download streams a file that a use case writes. The headers go out with the
// first byte, so that a refusal before it is still an ordinary problem answer.
func download(name string, write func(io.Writer) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		r, w := humago.Unwrap(c)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(10 * time.Minute))
		out := &late{w: w, name: name}
		err := write(out)
		switch {
		case err != nil && !out.begun:
			writeProblem(w, r, err)
		case err != nil:
			requestOf(r.Context()).cause = err
			panic(http.ErrAbortHandler) // the reader must not take half a file for a whole one
		}
	}}
}

type late struct {
	w     http.ResponseWriter
	name  string
	begun bool
}

// Write implements io.Writer.
func (l *late) Write(b []byte) (int, error) {
	if !l.begun {
		l.begun = true
		l.w.Header().Set("Content-Type", xlsxType)
		l.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": l.name}))
	}
	return l.w.Write(b)
}

func (s *Server) exportLedger(ctx context.Context, who *app.Who, in *ledgerIn) (*huma.StreamResponse, error) {
	return download(in.Key+" "+in.Period+".xlsx", func(w io.Writer) error {
		_, err := s.app.ExportLedger(ctx, who, in.Program, in.Key, in.Period, w)
		return err
	}), nil
}

type exportIn struct{ Body app.ExportAct }

func (s *Server) exportRecords(ctx context.Context, who *app.Who, in *exportIn) (*jobAccepted, error) {
	v, err := s.app.StartExport(ctx, who, requestOf(ctx).once, in.Body)
	return accepted(ctx, v, err)
}
