package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linqiao/app"
	"linqiao/domain"
)

type uploadIn struct {
	RawBody huma.MultipartFormFiles[struct {
		File   huma.FormFile `form:"file" required:"true"`
		Record string        `form:"record" required:"false" maxLength:"64"`
	}]
}

func (s *Server) upload(ctx context.Context, who *app.Who, in *uploadIn) (*body[*app.AttachmentView], error) {
	defer func() { _ = in.RawBody.Form.RemoveAll() }()
	form := in.RawBody.Data()
	if !form.File.IsSet {
		return nil, domain.E(domain.KindInvalid, "fields_invalid").With("file", "required", "label", "file")
	}
	return answer(s.app.Upload(ctx, who, requestOf(ctx).once, form.File.Filename, domain.RecordID(form.Record), form.File))
}

func (s *Server) attachment(ctx context.Context, who *app.Who, in *ByID) (*huma.StreamResponse, error) {
	v, file, err := s.app.OpenAttachment(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer file.Close()
		_, w := humago.Unwrap(c)
		sendFile(w, v, file)
	}}, nil
}

func (s *Server) custody(ctx context.Context, who *app.Who, in *ByID) (*body[*app.CustodyView], error) {
	return answer(s.app.Custody(ctx, who, in.ID))
}

func (s *Server) readDocument(ctx context.Context, who *app.Who, in *ByID) (*recordOut, error) {
	record, err := s.app.ReadDocument(ctx, who, requestOf(ctx).once, in.ID)
	return s.recordAfter(ctx, who, record, err)
}

// sendFile sends what people attached. Pictures, sound and film may show in the
// page; anything else is only ever saved, and nothing in it may run.
func sendFile(w http.ResponseWriter, v *app.AttachmentView, file io.Reader) {
	how := "attachment"
	for _, kind := range []string{"image/", "audio/", "video/"} {
		if strings.HasPrefix(v.MIME, kind) && !strings.Contains(v.MIME, "svg") {
			how = "inline"
		}
	}
	h := w.Header()
	h.Set("Content-Type", v.MIME)
	h.Set("Content-Length", strconv.FormatInt(v.Size, 10))
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": v.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if h.Set("Cache-Control", "private, max-age=3600"); v.Chained { // each look comes here, and is noted
		h.Set("Cache-Control", "no-store")
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(10 * time.Minute))
	_, _ = io.Copy(w, file)
}
