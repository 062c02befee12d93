package app

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// AttachmentMost is the largest file that is taken in, in bytes.
const AttachmentMost = 20 << 20

// RecordingUsual is the largest sound or film that is taken in where nothing else is
// set: an hour of plain film. They come in parts.
const RecordingUsual = 200 << 20

// BlobMost is the largest file that is kept: what an export writes is longer than
// what people attach.
const BlobMost = 128 << 20

// What people attach: pictures, sound, film, documents. Anything that a browser
// might run is not among them.
var attachmentKinds = []string{"image/jpeg", "image/png", "image/webp", "audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/amr", "audio/wav",
	"audio/ogg", "video/mp4", "video/webm", "text/vtt", "application/pdf", "text/plain", "text/csv",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/msword", "application/vnd.ms-excel", "application/ofd", "application/zip"}

type AttachmentView struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Size    int64           `json:"size"`
	MIME    string          `json:"mime"`
	Record  domain.RecordID `json:"record,omitempty"`
	Created time.Time       `json:"created"`
	Chained bool            `json:"-"` // each look at it is noted in its chain of custody
}

// Upload takes a file in: at most 20 MiB, of a kind seen in its bytes, pictures
// without the place and device they carry. With a record it is bound to it at
// once and takes its class; without, it waits for the move that names it and only
// its uploader can open it.
func (a *App) Upload(ctx context.Context, who *Who, once Once, name string, rec domain.RecordID, r io.Reader) (*AttachmentView, error) {
	if who.Account == "" {
		return nil, errSignedOut()
	}
	class := domain.Personal
	if rec != "" {
		err := a.read(ctx, who, func(w *work) error {
			row, s, err := w.row(rec)
			if err == nil && !s.full {
				err = domain.NotFound("record")
			}
			if err == nil {
				class = attachmentClass(row)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	up, err := store.TakeIn(ctx, a.Blobs, r, AttachmentMost, attachmentKinds...)
	if err != nil {
		return nil, err
	}
	var att *domain.Attachment
	id, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		att = &domain.Attachment{SHA256: up.SHA256, Size: up.Size, MIME: up.MIME, Name: fileName(name), Record: rec, ByAccount: who.Account, Class: class}
		if err := w.tx.InsertAttachment(att); err != nil {
			return "", err
		}
		return domain.RecordID(att.ID), w.audit("upload", "attachment/"+att.ID, "", map[string]any{"record": string(rec), "size": att.Size, "mime": att.MIME})
	})
	if err != nil {
		return nil, err
	}
	if att == nil || att.ID != string(id) { // a retry
		if err := a.read(ctx, who, func(w *work) error { att, err = w.tx.Attachment(string(id)); return err }); err != nil {
			return nil, err
		}
	}
	return attachmentView(att), nil
}

// attachmentClass: a picture of a person is personal whatever the record's own
// class.
func attachmentClass(r *record.Row) domain.Class { return max(r.Class, domain.Personal) }

func attachmentView(x *domain.Attachment) *AttachmentView {
	return &AttachmentView{ID: x.ID, Name: x.Name, Size: x.Size, MIME: x.MIME, Record: x.Record, Created: x.Created}
}

// fileName keeps the last part of a name, without characters that break headers
// or terminals.
func fileName(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`"<>|*?`, r) {
			return -1
		}
		return r
	}, name)
	if name == "" || name == "." || name == "/" {
		return "附件"
	}
	return cutText(name, 180)
}

// OpenAttachment gives a file to whoever may see its record; one that is not bound
// yet, to its uploader. The caller closes the stream.
func (a *App) OpenAttachment(ctx context.Context, who *Who, id string) (*AttachmentView, io.ReadCloser, error) {
	var att *domain.Attachment
	chained := false
	err := a.read(ctx, who, func(w *work) error {
		x, err := w.tx.Attachment(id)
		if err != nil {
			return err
		}
		if err := w.maySeeFile(x); err != nil {
			return err
		}
		att = x
		chained, err = w.inCustody(x)
		return err
	})
	if err == nil && chained { // what is not written down is not given out
		err = a.openedInCustody(ctx, who, id)
	}
	if err != nil {
		return nil, nil, err
	}
	body, err := a.Blobs.Get(ctx, att.SHA256)
	if err != nil {
		return nil, nil, err
	}
	v := attachmentView(att)
	v.Chained = chained
	return v, body, nil
}

// maySeeFile: whoever reads the record at the file's class; or to whom one of the
// fields that hold the file is shown.
func (w *work) maySeeFile(x *domain.Attachment) error {
	hidden := domain.NotFound("attachment")
	if x.Record == "" {
		if x.ByAccount == w.who.Account && x.ByAccount != "" || w.who.System {
			return nil
		}
		return hidden
	}
	r, s, err := w.row(x.Record)
	if err != nil {
		if w.shownByOrder(x) {
			return nil
		}
		return hidden
	}
	if s.full && s.class >= x.Class || x.ByAccount == w.who.Account {
		return nil
	}
	for k, f := range r.T.Fields.All() {
		if s.may(r, f) && holdsFile(r.Value(k), x.ID) {
			return nil
		}
	}
	return hidden
}

// shownByOrder: one of the record's orders that the caller may see shows him the file.
func (w *work) shownByOrder(x *domain.Attachment) bool {
	r, err := w.unit.Load(x.Record)
	if err != nil {
		return false
	}
	for _, key := range r.T.Children {
		if t := r.P.Records.Get(key); t == nil || t.Noun != domain.Order {
			continue
		}
		orders, err := w.unit.Children(r, key)
		if err != nil {
			return false
		}
		for _, o := range orders {
			if _, err := w.look(o); err != nil {
				continue
			}
			for _, path := range w.unit.ShownPaths(o) {
				if _, v := w.unit.ShownValue(o, path); holdsFile(v, x.ID) {
					return true
				}
			}
		}
	}
	return false
}

func holdsFile(v any, id string) bool {
	if list, ok := v.([]any); ok {
		for _, x := range list {
			if x == id {
				return true
			}
		}
		return false
	}
	return v == id
}

// dropBlob deletes a worked-off file that only one thing named.
func (a *App) dropBlob(ctx context.Context, sha string) {
	if sha == "" {
		return
	}
	if err := a.Blobs.Delete(ctx, sha); err != nil {
		a.Log.Warn("file not deleted", "error", err)
	}
}
