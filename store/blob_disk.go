package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"linqiao/domain"
)

// DiskBlobs keeps files under a directory: dir/ab/abcdef….
type DiskBlobs struct {
	dir string
	max int64
}

// NewDiskBlobs opens (and makes) a directory for blobs of at most max bytes each.
func NewDiskBlobs(dir string, max int64) (*DiskBlobs, error) {
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return nil, fmt.Errorf("blobs: %w", err)
	}
	return &DiskBlobs{dir: dir, max: max}, nil
}

// Put writes to a temporary file, syncs it, and renames it to its hash: a crash
// leaves either the whole blob or none.
func (b *DiskBlobs) Put(ctx context.Context, r io.Reader) (string, int64, error) {
	tmp, err := os.CreateTemp(filepath.Join(b.dir, "tmp"), "put-*")
	if err != nil {
		return "", 0, fmt.Errorf("blobs: %w", err)
	}
	defer os.Remove(tmp.Name())
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(tmp, hash), &limited{r: contextReader{ctx, r}, left: b.max})
	if err == nil {
		err = tmp.Sync()
	}
	if end := tmp.Close(); err == nil {
		err = end
	}
	if err != nil {
		if isTooLarge(err) {
			return "", 0, errTooLarge()
		}
		return "", 0, fmt.Errorf("blobs: %w", err)
	}
	sha := hex.EncodeToString(hash.Sum(nil))
	return sha, size, b.settle(tmp.Name(), sha)
}

// settle moves a finished file to its place and syncs the directory entry.
func (b *DiskBlobs) settle(tmp, sha string) error {
	path := b.path(sha)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("blobs: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("blobs: %w", err)
	}
	for _, d := range []string{dir, b.dir} {
		if err := syncDir(d); err != nil {
			return fmt.Errorf("blobs: %w", err)
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Get opens a blob for reading.
func (b *DiskBlobs) Get(_ context.Context, sha string) (io.ReadCloser, error) {
	if !isSHA(sha) {
		return nil, domain.NotFound("blob")
	}
	f, err := os.Open(b.path(sha))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, domain.NotFound("blob")
	}
	return f, err
}

// Delete drops a blob.
func (b *DiskBlobs) Delete(_ context.Context, sha string) error {
	if !isSHA(sha) {
		return nil
	}
	if err := os.Remove(b.path(sha)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blobs: %w", err)
	}
	return nil
}

// Verify reads a blob again and reports whether it still has its hash.
func (b *DiskBlobs) Verify(ctx context.Context, sha string) (bool, error) {
	f, err := b.Get(ctx, sha)
	if err != nil {
		return false, err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, contextReader{ctx, f}); err != nil {
		return false, err
	}
	return hex.EncodeToString(hash.Sum(nil)) == sha, nil
}

func (b *DiskBlobs) path(sha string) string { return filepath.Join(b.dir, sha[:2], sha) }

// isSHA keeps anything but a hash out of file paths.
func isSHA(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && s == hex.EncodeToString(raw)
}

// contextReader stops a copy when its caller is gone.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
