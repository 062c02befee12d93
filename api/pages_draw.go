package api

import (
	"encoding/json"
	"net/http"

	"linqiao/domain"
)

// noticeDraw gives what recomputing a published draw takes (docs/draw.md).
func (s *Server) noticeDraw(w http.ResponseWriter, r *http.Request) {
	n, err := s.app.PublicNotice(r.Context(), r.PathValue("id"), 1)
	switch {
	case err != nil && domain.KindOf(err) == domain.KindNotFound, err == nil && (n.Table == nil || n.Table.Draw == nil):
		s.pages.missing(w, r)
		return
	case err != nil:
		s.pages.broken(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(n.Table.Draw)
}

// drawScript recomputes a draw in the reader's browser; without it the page says
// the same and offers the data.
func (s *Server) drawScript(w http.ResponseWriter, _ *http.Request) {
	b, err := publicFiles.ReadFile("public/draw.js")
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(b)
}
