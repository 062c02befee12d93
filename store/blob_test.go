package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linqiao/domain"
)

func picture() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 * 30 {
		img.Set(i%40, i/40, color.RGBA{uint8(i), uint8(i * 7), uint8(i * 13), 255})
	}
	return img
}

// photo is a JPEG as a phone makes it: Exif with orientation 6 and a place, a
// comment, XMP, and a trailing second image.
func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	tiff := []byte("II*\x00\x08\x00\x00\x00\x02\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x25\x88\x04\x00\x01\x00\x00\x00\x20\x00\x00\x00\x00\x00\x00\x00SECRETGPS")
	segment := func(marker byte, body []byte) []byte {
		s := []byte{0xff, marker, 0, 0}
		binary.BigEndian.PutUint16(s[2:], uint16(len(body)+2))
		return append(s, body...)
	}
	out := bytes.Clone(plain[:2])
	out = append(out, segment(0xe1, append([]byte("Exif\x00\x00"), tiff...))...)
	out = append(out, segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00SECRETXMP"))...)
	out = append(out, segment(0xfe, []byte("SECRETCOMMENT"))...)
	out = append(out, plain[2:]...)
	return append(out, "SECRETTRAILER"...)
}

func TestStripJPEG(t *testing.T) {
	t.Parallel()
	in := photo(t)
	out, err := stripJPEG(in)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte("SECRET")) {
		t.Error("something about the photographer stays")
	}
	before, _, err := image.Decode(bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	after, _, err := image.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 * 30 {
		if before.At(i%40, i/40) != after.At(i%40, i/40) {
			t.Fatal("pixels changed")
		}
	}
	at := bytes.Index(out, []byte("Exif\x00\x00"))
	if at < 0 || exifOrientation(out[at+6:]) != 6 {
		t.Error("the orientation is lost")
	}
	again, err := stripJPEG(out)
	if err != nil || !bytes.Equal(again, out) {
		t.Errorf("stripping twice changes: %v", err)
	}
	for cut := range in[:len(in)-20] {
		if _, err := stripJPEG(in[:cut]); err == nil {
			t.Fatalf("a photo cut at %d passes", cut)
		}
	}
}

func TestStripPNG(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := png.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	chunk := func(kind, body string) []byte {
		c := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		c = append(append(c, kind...), body...)
		return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE([]byte(kind+body)))
	}
	head := len(pngSignature) + 25 // signature and IHDR
	in := append(bytes.Clone(plain[:head]), chunk("tEXt", "Author\x00SECRET")...)
	in = append(in, chunk("eXIf", "SECRET")...)
	in = append(append(in, plain[head:]...), "SECRET"...)
	out, err := stripPNG(in)
	if err != nil || !bytes.Equal(out, plain) {
		t.Errorf("stripped is not the plain picture: %v", err)
	}
	if _, err := stripPNG(in[:len(in)-30]); err == nil {
		t.Error("a picture cut short passes")
	}
}

func FuzzStrip(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\x08\x00\x00\x00"))
	f.Add([]byte(pngSignature + "\x00\x00\x00\x00IEND\xaeB`\x82"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if out, err := stripJPEG(in); err == nil && len(out) > len(in)+40 {
			t.Error("a stripped photo grew")
		}
		if out, err := stripPNG(in); err == nil && len(out) > len(in) {
			t.Error("a stripped picture grew")
		}
	})
}

func TestDiskBlobs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := t.TempDir()
	b, err := NewDiskBlobs(dir, 10)
	if err != nil {
		t.Fatal(err)
	}
	sha, size, err := b.Put(ctx, strings.NewReader("0123456789"))
	if err != nil || size != 10 {
		t.Fatal(size, err)
	}
	again, _, err := b.Put(ctx, strings.NewReader("0123456789"))
	if err != nil || again != sha {
		t.Errorf("the same bytes have another name: %s, %v", again, err)
	}
	r, err := b.Get(ctx, sha)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	r.Close()
	if err != nil || string(got) != "0123456789" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, _, err := b.Put(ctx, strings.NewReader("0123456789x")); domain.KindOf(err) != domain.KindTooLarge {
		t.Errorf("above the limit: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) != 0 {
		t.Errorf("%d temporary files stay", len(left))
	}
	for _, bad := range []string{"", "../../etc/passwd", strings.Repeat("g", 64), strings.ToUpper(sha)} {
		if _, err := b.Get(ctx, bad); domain.KindOf(err) != domain.KindNotFound {
			t.Errorf("Get(%q): %v", bad, err)
		}
	}
	if ok, err := b.Verify(ctx, sha); !ok || err != nil {
		t.Errorf("verify: %v %v", ok, err)
	}
	if err := os.WriteFile(b.path(sha), []byte("rotten"), 0o600); err != nil {
		t.Fatal(err)
	}
	if ok, err := b.Verify(ctx, sha); ok || err != nil {
		t.Errorf("rot is not seen: %v %v", ok, err)
	}
	if err := b.Delete(ctx, sha); err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(ctx, sha); err != nil {
		t.Errorf("deleting twice: %v", err)
	}
}

func TestTakeIn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b, err := NewDiskBlobs(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	up, err := TakeIn(ctx, b, bytes.NewReader(photo(t)), 1<<20, "image/")
	if err != nil || up.MIME != "image/jpeg" {
		t.Fatal(up, err)
	}
	r, err := b.Get(ctx, up.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	stored, err := io.ReadAll(r)
	if err != nil || bytes.Contains(stored, []byte("SECRET")) || int64(len(stored)) != up.Size {
		t.Errorf("stored %d bytes, %v", len(stored), err)
	}
	_, err = TakeIn(ctx, b, strings.NewReader("<html><script>1</script>"), 1<<20, "image/", "application/pdf")
	if domain.CodeOf(err) != "file_type" {
		t.Errorf("a page passes as an image: %v", err)
	}
	if _, err = TakeIn(ctx, b, bytes.NewReader(photo(t)), 100, "image/"); domain.KindOf(err) != domain.KindTooLarge {
		t.Errorf("above the limit: %v", err)
	}
}
