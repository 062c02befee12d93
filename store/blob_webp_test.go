package store

import (
	"bytes"
	"encoding/binary"
	"testing"

	"linqiao/domain"
)

func riff(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func webpChunk(kind string, body []byte) []byte {
	c := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body)))
	if c = append(c, body...); len(body)%2 == 1 {
		c = append(c, 0)
	}
	return c
}

// TestStripWEBP: where and when go, the picture stays, and what is broken is refused.
func TestStripWEBP(t *testing.T) {
	head := webpChunk("VP8X", []byte{0x1c, 0, 0, 0, 39, 0, 0, 29, 0, 0}) // alpha, Exif and XMP announced
	pixels := webpChunk("VP8L", []byte("the pixels"))
	in := riff(head, pixels, webpChunk("EXIF", []byte("II*\x00SECRETGPS")), webpChunk("XMP ", []byte("<x>SECRET</x>")))
	dir, err := NewDiskBlobs(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	up, err := TakeIn(t.Context(), dir, bytes.NewReader(in), 1<<20, "image/webp")
	if err != nil || up.MIME != "image/webp" {
		t.Fatal(up, err)
	}
	out, err := stripWEBP(in)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte("SECRET")) || !bytes.Contains(out, []byte("the pixels")) || int(binary.LittleEndian.Uint32(out[4:])) != len(out)-8 {
		t.Errorf("%q", out)
	}
	if out[20] != 0x10 {
		t.Errorf("flags %#x", out[20])
	}
	for name, bad := range map[string][]byte{"cut": in[:len(in)-3], "no head": []byte("RIFF"), "size": riff([]byte("VP8L\xff\xff\xff\xffx"))} {
		if _, err := stripWEBP(bad); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// TestHEIC: its metadata cannot be taken out, so it is refused by its own words.
func TestHEIC(t *testing.T) {
	dir, err := NewDiskBlobs(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	heic := append([]byte{0, 0, 0, 24}, "ftypheic\x00\x00\x00\x00mif1heic"...)
	if _, err := TakeIn(t.Context(), dir, bytes.NewReader(heic), 1<<20); domain.CodeOf(err) != "file_heic" {
		t.Error(err)
	}
}
