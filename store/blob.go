package store

import (
	"context"
	"errors"
	"io"

	"linqiao/domain"
)

// Blobs keeps the bytes of attachments by content: what is put twice is kept
// once. The disk implementation is DiskBlobs; an object store fits as well.
type Blobs interface {
	// Put stores a stream and returns its SHA-256 (hex) and size. It is durable
	// when Put returns. A stream above the size limit is KindTooLarge.
	Put(ctx context.Context, r io.Reader) (sha string, size int64, err error)
	// Get opens the bytes; unknown ones are NotFound.
	Get(ctx context.Context, sha string) (io.ReadCloser, error)
	// Delete drops the bytes; unknown ones are no error.
	Delete(ctx context.Context, sha string) error
}

// Upload is what came of taking in a file.
type Upload struct {
	SHA256 string
	Size   int64
	MIME   string
}

// errTooLarge says that a stream passed the limit.
func errTooLarge() error { return domain.E(domain.KindTooLarge, "file_too_large") }

// limited fails, rather than ends, when a stream passes its limit.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, errTooLarge()
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n, errTooLarge()
	}
	return n, err
}

func isTooLarge(err error) bool {
	var e *domain.Error
	return errors.As(err, &e) && e.Kind == domain.KindTooLarge
}
