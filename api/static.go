package api

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

// screens serves a built application below a prefix. Addresses that name no file
// are the application's own routes and get its index.
func (s *Server) screens(prefix string, files fs.FS) {
	s.mux.HandleFunc("GET "+prefix, func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), strings.TrimSuffix(prefix, "/"))
		name = strings.TrimPrefix(name, "/")
		if files == nil {
			s.pages.notBuilt(w, r)
			return
		}
		if name == "" || !isFile(files, name) {
			if path.Ext(name) != "" {
				s.pages.missing(w, r)
				return
			}
			name = "index.html"
		}
		if err := serveFile(w, r, files, name); err != nil {
			s.pages.notBuilt(w, r)
		}
	})
}

func isFile(files fs.FS, name string) bool {
	st, err := fs.Stat(files, name)
	return err == nil && !st.IsDir()
}

// hashed are the names that a build gives to files whose content never changes.
var hashed = regexp.MustCompile(`[-.][A-Za-z0-9_-]{8,}\.(js|css|woff2?|png|svg|webp)$`)

// serveFile sends a file, or the precompressed sibling that the reader takes.
func serveFile(w http.ResponseWriter, r *http.Request, files fs.FS, name string) error {
	h := w.Header()
	h.Set("Content-Type", typeOf(name))
	h.Set("Cache-Control", "no-cache")
	if strings.Contains(name, "assets/") && hashed.MatchString(name) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Add("Vary", "Accept-Encoding")
	send := name
	for _, c := range []struct{ coding, ext string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if accepts(r, c.coding) && isFile(files, name+c.ext) {
			h.Set("Content-Encoding", c.coding)
			send = name + c.ext
			break
		}
	}
	f, err := files.Open(send)
	if err != nil {
		return err
	}
	defer f.Close()
	body, err := seekable(f)
	if err != nil {
		return err
	}
	http.ServeContent(w, r, "", modified(f), body)
	return nil
}

func seekable(f fs.File) (io.ReadSeeker, error) {
	if s, ok := f.(io.ReadSeeker); ok {
		return s, nil
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, errors.Join(errors.New("read static file"), err)
	}
	return bytes.NewReader(b), nil
}

// modified is zero for embedded files: they have no time, and are asked for anew.
func modified(f fs.File) time.Time {
	st, err := f.Stat()
	if err != nil {
		return time.Time{}
	}
	return st.ModTime()
}

// typeOf does not ask the machine's own table, which differs from host to host.
func typeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".json":
		return "application/json"
	default:
		return orText(mime.TypeByExtension(ext), "application/octet-stream")
	}
}

// accepts reports whether the reader takes a coding (RFC 9110 §12.5.3).
func accepts(r *http.Request, coding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}
