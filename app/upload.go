package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// A file may come in parts: what is here stays here when the network breaks, and the
// sender goes on where it broke. It becomes an attachment only when it is whole and its
// bytes have the hash that the sender said before the first part.

const (
	// PartMost is the largest part, in bytes: small enough to arrive on a poor network.
	PartMost = 256 << 10
	// openUploads bounds what one account may leave half done.
	openUploads = 20
	// keepUploads is how long a broken upload can go on; a phone may be a week away.
	keepUploads = 14 * 24 * time.Hour
)

// UploadAct begins a file in parts.
type UploadAct struct {
	Name   string `json:"name" maxLength:"255"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256" maxLength:"64"`
}

// UploadView says how far a file has come.
type UploadView struct {
	ID       string          `json:"id"`
	Size     int64           `json:"size"`
	Received int64           `json:"received"`
	Part     int             `json:"part"` // largest part taken, bytes
	File     *AttachmentView `json:"file,omitempty"`
}

func uploadView(u *domain.Upload) *UploadView {
	return &UploadView{u.ID, u.Size, u.Received, PartMost, nil}
}

// BeginUpload opens a file in parts.
func (a *App) BeginUpload(ctx context.Context, who *Who, once Once, in UploadAct) (*UploadView, error) {
	raw, err := hex.DecodeString(in.SHA256)
	switch {
	case err != nil || len(raw) != sha256.Size:
		return nil, domain.E(domain.KindInvalid, "fields_invalid").With("sha256", "format", "label", "sha256")
	case in.Size <= 0:
		return nil, domain.E(domain.KindInvalid, "file_empty").With("size", "file_empty")
	case in.Size > a.recordingMost:
		return nil, a.tooLong()
	}
	return onceAnswered(ctx, a, who, once, func(w *work) (*UploadView, error) {
		n, err := w.tx.OpenUploads(who.Account)
		if err != nil {
			return nil, err
		}
		if n >= openUploads {
			return nil, domain.E(domain.KindRateLimited, "uploads_open", "max", itoa64(openUploads))
		}
		u := &domain.Upload{Account: who.Account, Name: fileName(in.Name), Size: in.Size, SHA256: hex.EncodeToString(raw)}
		err = w.tx.InsertUpload(u)
		return uploadView(u), err
	})
}

// tooLong says what is taken: sound and film may be longer than other files.
func (a *App) tooLong() error {
	return domain.E(domain.KindTooLarge, "recording_too_large", "max", itoa64(a.recordingMost>>20), "other", itoa64(AttachmentMost>>20))
}

// mayBeLong refuses, at its first part, a long file that is no recording.
func (a *App) mayBeLong(u *domain.Upload, part []byte) error {
	if u.Size <= AttachmentMost || store.IsRecording(part) {
		return nil
	}
	return a.tooLong()
}

// UploadState says how far a file in parts has come: where its sender goes on.
func (a *App) UploadState(ctx context.Context, who *Who, id string) (v *UploadView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		u, err := w.ownUpload(id)
		if err != nil {
			return err
		}
		v = uploadView(u)
		if u.Attachment == "" {
			return nil
		}
		att, err := w.tx.Attachment(u.Attachment)
		if err == nil {
			v.File = attachmentView(att)
		}
		return err
	})
	return v, err
}

// ownUpload: nobody else's is there.
func (w *work) ownUpload(id string) (*domain.Upload, error) {
	u, err := w.tx.Upload(id)
	if err == nil && u.Account == w.who.Account {
		return u, nil
	}
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, err
	}
	return nil, domain.NotFound("upload")
}

// AddPart takes the bytes that begin at `at`. A part that is here already changes
// nothing; one that leaves a gap is refused with where to go on.
func (a *App) AddPart(ctx context.Context, who *Who, id string, at int64, part []byte) (v *UploadView, err error) {
	if len(part) == 0 || len(part) > PartMost {
		return nil, domain.E(domain.KindInvalid, "part_size", "max", itoa64(PartMost>>10)).With("body", "part_size", "max", itoa64(PartMost>>10))
	}
	err = a.write(ctx, who, func(w *work) error {
		u, err := w.ownUpload(id)
		if err != nil {
			return err
		}
		end := at + int64(len(part))
		switch {
		case at < 0 || end > u.Size || at > u.Received || at < u.Received && end > u.Received:
			return domain.E(domain.KindConflict, "upload_gap", "received", itoa64(u.Received))
		case at < u.Received:
			v = uploadView(u)
			return nil
		}
		if at == 0 {
			if err := a.mayBeLong(u, part); err != nil {
				return err
			}
		}
		err = w.tx.AppendPart(u, part)
		v = uploadView(u)
		return err
	})
	return v, err
}

// FinishUpload checks the whole and makes the attachment. Finishing again gives the same
// one; a file whose bytes are not what was said begins anew, so that nothing damaged on
// the way is ever filed.
func (a *App) FinishUpload(ctx context.Context, who *Who, id string) (*UploadView, error) {
	v, err := a.UploadState(ctx, who, id)
	if err != nil || v.File != nil {
		return v, err
	}
	if v.Received < v.Size {
		return nil, domain.E(domain.KindConflict, "upload_short", "received", itoa64(v.Received))
	}
	var u *domain.Upload
	if err := a.read(ctx, who, func(w *work) error { u, err = w.ownUpload(id); return err }); err != nil {
		return nil, err
	}
	up, err := a.takeInParts(ctx, who, u)
	if domain.CodeOf(err) == "upload_hash" {
		return nil, orRefusal(a.write(ctx, who, func(w *work) error { return w.tx.EndUpload(id, "") }), err)
	}
	if err != nil {
		return nil, err
	}
	err = a.write(ctx, who, func(w *work) error {
		u, err := w.ownUpload(id)
		if err != nil || u.Attachment != "" {
			return err
		}
		return w.fileUpload(u, u.Name, up)
	})
	if err != nil {
		return nil, err
	}
	return a.UploadState(ctx, who, id)
}

// takeInParts stores the whole of an upload if its bytes have the hash that was said. A
// long recording is never held in memory: it is read twice, part by part.
func (a *App) takeInParts(ctx context.Context, who *Who, u *domain.Upload) (up store.Upload, err error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, a.partsOf(ctx, who, u)); err != nil {
		return up, err
	}
	if hex.EncodeToString(sum.Sum(nil)) != u.SHA256 {
		return up, domain.E(domain.KindRefused, "upload_hash")
	}
	if u.Size > AttachmentMost {
		return store.TakeInRecording(ctx, a.Blobs, a.partsOf(ctx, who, u), a.recordingMost)
	}
	return store.TakeIn(ctx, a.Blobs, a.partsOf(ctx, who, u), AttachmentMost, attachmentKinds...)
}

// partReader reads an upload part by part.
type partReader struct {
	next func(at int64) ([]byte, error)
	at   int64
	size int64
	left []byte
}

func (a *App) partsOf(ctx context.Context, who *Who, u *domain.Upload) io.Reader {
	return &partReader{size: u.Size, next: func(at int64) (part []byte, err error) {
		err = a.read(ctx, who, func(w *work) error {
			part, err = w.tx.UploadPart(u.ID, at)
			return err
		})
		return part, err
	}}
}

// Read implements io.Reader.
func (r *partReader) Read(p []byte) (int, error) {
	if len(r.left) == 0 {
		if r.at >= r.size {
			return 0, io.EOF
		}
		part, err := r.next(r.at)
		if err != nil {
			return 0, err
		}
		r.left, r.at = part, r.at+int64(len(part))
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

func (w *work) fileUpload(u *domain.Upload, name string, up store.Upload) error {
	att := &domain.Attachment{SHA256: up.SHA256, Size: up.Size, MIME: up.MIME, Name: name, ByAccount: w.who.Account, Class: domain.Personal}
	if err := w.tx.InsertAttachment(att); err != nil {
		return err
	}
	if err := w.tx.EndUpload(u.ID, att.ID); err != nil {
		return err
	}
	return w.audit("upload", "attachment/"+att.ID, "", map[string]any{"size": att.Size, "mime": att.MIME, "parts": true})
}

func orRefusal(err, refusal error) error {
	if err != nil {
		return err
	}
	return refusal
}
