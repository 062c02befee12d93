package store

import (
	"bytes"
	"encoding/binary"
)

// webpKept are the chunks that make the picture; Exif, XMP and unknown ones are dropped.
var webpKept = map[string]bool{"VP8 ": true, "VP8L": true, "VP8X": true, "ALPH": true, "ANIM": true, "ANMF": true, "ICCP": true}

// Flags of a VP8X chunk that announce what is dropped.
const webpExifXMP = 0x08 | 0x04

// stripWEBP drops where, when and with what a picture was taken (RIFF container).
func stripWEBP(in []byte) ([]byte, error) {
	if len(in) < 12 || !bytes.HasPrefix(in, []byte("RIFF")) || string(in[8:12]) != "WEBP" {
		return nil, errImage
	}
	out := append(make([]byte, 0, len(in)), in[:12]...)
	for i := 12; i < len(in); {
		if i+8 > len(in) {
			return nil, errImage
		}
		kind, size := string(in[i:i+4]), int64(binary.LittleEndian.Uint32(in[i+4:]))
		end := int64(i) + 8 + size + size%2 // chunks are padded to even sizes
		if end > int64(len(in)) {
			return nil, errImage
		}
		if webpKept[kind] {
			from := len(out)
			out = append(out, in[i:end]...)
			if kind == "VP8X" && size > 0 {
				out[from+8] &^= webpExifXMP
			}
		}
		i = int(end)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}
