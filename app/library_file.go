package app

import (
	"bytes"
	"context"
	"io"

	"linqiao/domain"
)

// LibraryFile is the recording or the captions of an item, to be sent in ranges.
type LibraryFile struct {
	MIME   string
	SHA256 string
	Body   io.ReadSeekCloser
}

// LibraryFile opens the recording of an item, or its captions, for whoever may read
// the item. Nothing is counted: a player asks many times. The caller closes the body.
func (a *App) LibraryFile(ctx context.Context, who *Who, id domain.RecordID, captions bool) (*LibraryFile, error) {
	f := &LibraryFile{}
	err := a.findItem(ctx, who, func(w *work, _ domain.Tenant) error {
		_, r, l, err := w.item(id)
		if err != nil {
			return err
		}
		key := l.Media
		if captions {
			key = l.Captions
		}
		file := ""
		if key != "" {
			file = asText(r.Value(key))
		}
		if file == "" {
			return domain.NotFound("attachment")
		}
		att, err := w.tx.Attachment(file)
		if err == nil {
			f.MIME, f.SHA256 = att.MIME, att.SHA256
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	body, err := a.Blobs.Get(ctx, f.SHA256)
	if err != nil {
		return nil, err
	}
	seek, ok := body.(io.ReadSeekCloser)
	if !ok { // an object store gives a stream: it is kept at hand, and a file is bounded
		if seek, err = buffered(body); err != nil {
			return nil, err
		}
	}
	f.Body = seek
	return f, nil
}

type heldBody struct{ *bytes.Reader }

// Close implements io.Closer.
func (heldBody) Close() error { return nil }

func buffered(body io.ReadCloser) (io.ReadSeekCloser, error) {
	defer body.Close()
	b, err := io.ReadAll(io.LimitReader(body, BlobMost))
	return heldBody{bytes.NewReader(b)}, err
}
