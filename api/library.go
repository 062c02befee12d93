package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linqiao/app"
	"linqiao/domain"
)

// readJustNow is a cookie that says that this browser has opened this item in the last
// half hour, so that going back to a page is not counted as reading again. It is the
// same for everybody, lies at the item's own address and is kept nowhere but with the
// reader: the server learns from it nothing but not to count.
const (
	readJustNow     = "lq_read"
	readAgainWithin = 30 * time.Minute
)

func readCookie(path string, secure bool) http.Cookie {
	return http.Cookie{Name: readJustNow, Value: "1", Path: path, MaxAge: int(readAgainWithin.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure}
}

// orVisitor stands for whoever is not signed in.
func orVisitor(ctx context.Context, who *app.Who) *app.Who {
	if who == nil {
		return app.Visitor(requestOf(ctx).lang)
	}
	return who
}

func (s *Server) libraries(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.LibraryRef]], error) {
	return answer(s.app.Libraries(ctx, orVisitor(ctx, who)))
}

type libraryIn struct {
	ProgramPart
	County string `query:"county" maxLength:"60" doc:"县区名；不登录而有几个县区时用"`
	Topic  string `query:"topic" maxLength:"64"`
	Kind   string `query:"kind" enum:"article,audio,video"`
	Q      string `query:"q" maxLength:"100" doc:"在题目、正文、文字稿里找"`
	Paging
}

func (s *Server) library(ctx context.Context, who *app.Who, in *libraryIn) (*body[*app.LibraryPage], error) {
	return answer(s.app.LibraryItems(ctx, orVisitor(ctx, who), in.County, app.LibraryQuery{Program: in.Program, Key: in.Key, Topic: in.Topic, Kind: in.Kind,
		Words: in.Q, Cursor: in.Cursor, Limit: in.Limit}))
}

type libraryDeskIn struct {
	ProgramPart
	Cursor string `query:"cursor" maxLength:"200"`
}

func (s *Server) libraryDesk(ctx context.Context, who *app.Who, in *libraryDeskIn) (*body[*app.LibraryDesk], error) {
	return answer(s.app.LibraryDesk(ctx, who, in.Program, in.Key, in.Cursor))
}

type libraryItemIn struct {
	ByID
	Read string `cookie:"lq_read" maxLength:"10"`
}

type libraryItemOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      *app.LibraryItem
}

func (s *Server) libraryItem(ctx context.Context, who *app.Who, in *libraryItemIn) (*libraryItemOut, error) {
	v, err := s.app.LibraryItem(ctx, orVisitor(ctx, who), domain.RecordID(in.ID), in.Read != "")
	if err != nil {
		return nil, err
	}
	return &libraryItemOut{readCookie(apiRoot+"/library-items/"+in.ID, requestOf(ctx).secure), v}, nil
}

func (s *Server) libraryMedia(ctx context.Context, who *app.Who, in *ByID) (*huma.StreamResponse, error) {
	return s.libraryFile(ctx, who, in.ID, false)
}

func (s *Server) libraryCaptions(ctx context.Context, who *app.Who, in *ByID) (*huma.StreamResponse, error) {
	return s.libraryFile(ctx, who, in.ID, true)
}

func (s *Server) libraryFile(ctx context.Context, who *app.Who, id string, captions bool) (*huma.StreamResponse, error) {
	f, err := s.app.LibraryFile(ctx, orVisitor(ctx, who), domain.RecordID(id), captions)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		r, w := humago.Unwrap(c)
		sendRanges(w, r, f)
	}}, nil
}

// sendRanges sends a recording, or the part of it that a player asks for (RFC 9110,
// 14): somebody who has heard half goes on there, also on a poor network. It is asked
// for anew each time, so that what is withdrawn is gone, and not sent again when the
// browser has it.
func sendRanges(w http.ResponseWriter, r *http.Request, f *app.LibraryFile) {
	defer f.Body.Close()
	kind := f.MIME
	if strings.HasPrefix(kind, "text/") {
		kind += "; charset=utf-8"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+f.SHA256+`"`)
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(10 * time.Minute))
	http.ServeContent(w, r, "", time.Time{}, f.Body)
}
