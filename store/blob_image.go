package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"linqiao/domain"
)

// TakeIn stores an uploaded file: its type is told from its bytes, never from
// its name; it must be among the accepted types (empty = any; "image/" = all
// images); photos lose where, when and with what they were taken, without their
// pixels being encoded again. max bounds what is held in memory.
func TakeIn(ctx context.Context, b Blobs, r io.Reader, max int64, accept ...string) (Upload, error) {
	data, err := io.ReadAll(&limited{r: contextReader{ctx, r}, left: max})
	if err != nil {
		return Upload{}, err
	}
	kind, _, _ := strings.Cut(mimetype.Detect(data).String(), ";")
	if strings.HasPrefix(kind, "image/hei") { // its metadata cannot be taken out here
		return Upload{}, domain.E(domain.KindInvalid, "file_heic").With("file", "file_heic")
	}
	if !accepted(kind, accept) {
		return Upload{}, domain.E(domain.KindInvalid, "file_type", "got", kind)
	}
	switch kind {
	case "image/jpeg":
		data, err = stripJPEG(data)
	case "image/png":
		data, err = stripPNG(data)
	case "image/webp":
		data, err = stripWEBP(data)
	}
	if err != nil {
		return Upload{}, domain.E(domain.KindInvalid, "file_broken").Wrap(err)
	}
	sha, size, err := b.Put(ctx, bytes.NewReader(data))
	return Upload{SHA256: sha, Size: size, MIME: kind}, err
}

// recordings are the kinds of sound and film that are kept.
var recordings = []string{"audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/amr", "audio/wav", "audio/ogg", "video/mp4", "video/webm"}

// IsRecording tells sound and film by its first bytes.
func IsRecording(head []byte) bool {
	kind, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	return accepted(kind, recordings)
}

// TakeInRecording stores a long recording as it comes, without holding it in memory.
func TakeInRecording(ctx context.Context, b Blobs, r io.Reader, max int64) (Upload, error) {
	head := make([]byte, 4096)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Upload{}, err
	}
	kind, _, _ := strings.Cut(mimetype.Detect(head[:n]).String(), ";")
	if !accepted(kind, recordings) {
		return Upload{}, domain.E(domain.KindInvalid, "file_type", "got", kind)
	}
	sha, size, err := b.Put(ctx, &limited{r: contextReader{ctx, io.MultiReader(bytes.NewReader(head[:n]), r)}, left: max})
	return Upload{SHA256: sha, Size: size, MIME: kind}, err
}

func accepted(kind string, accept []string) bool {
	for _, a := range accept {
		if kind == a || strings.HasSuffix(a, "/") && strings.HasPrefix(kind, a) {
			return true
		}
	}
	return len(accept) == 0
}

var errImage = errors.New("image ends early or is malformed")

// stripJPEG drops the segments that tell about the photographer: Exif and XMP
// (APP1), other application data but the colour ones (JFIF APP0, ICC APP2, Adobe
// APP14), and comments. The orientation is kept in a fresh Exif block, as
// phones store pictures lying on their side. What follows the end of the image
// (a second picture with its own Exif, in multi-picture files) goes too.
func stripJPEG(in []byte) ([]byte, error) {
	if len(in) < 4 || in[0] != 0xff || in[1] != 0xd8 {
		return nil, errImage
	}
	out := append(make([]byte, 0, len(in)), 0xff, 0xd8)
	orientation, placed := uint16(0), false
	for i := 2; ; {
		for i < len(in) && in[i] == 0xff && i+1 < len(in) && in[i+1] == 0xff {
			i++ // fill bytes
		}
		if i+2 > len(in) || in[i] != 0xff {
			return nil, errImage
		}
		marker := in[i+1]
		if marker == 0xd9 {
			return append(out, 0xff, 0xd9), nil
		}
		if i+4 > len(in) {
			return nil, errImage
		}
		size := int(binary.BigEndian.Uint16(in[i+2:]))
		end := i + 2 + size
		if size < 2 || end > len(in) {
			return nil, errImage
		}
		body := in[i+4 : end]
		if marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) && orientation == 0 {
			orientation = exifOrientation(body[6:])
		}
		if keepSegment(marker, body) {
			if marker != 0xe0 && !placed && orientation > 1 {
				out = append(out, orientationSegment(orientation)...)
				placed = true
			}
			out = append(out, in[i:end]...)
		}
		i = end
		if marker == 0xda { // compressed data up to the next real marker
			next := scanEnd(in, i)
			out = append(out, in[i:next]...)
			i = next
		}
	}
}

func keepSegment(marker byte, body []byte) bool {
	switch {
	case marker == 0xfe: // comment
		return false
	case marker == 0xe0:
		return bytes.HasPrefix(body, []byte("JFIF\x00"))
	case marker == 0xe2:
		return bytes.HasPrefix(body, []byte("ICC_PROFILE\x00"))
	case marker == 0xee:
		return bytes.HasPrefix(body, []byte("Adobe"))
	case marker >= 0xe1 && marker <= 0xef:
		return false
	}
	return true
}

// scanEnd finds the marker that ends entropy-coded data; stuffed zeros and
// restart markers belong to it.
func scanEnd(in []byte, i int) int {
	for ; i+1 < len(in); i++ {
		if in[i] == 0xff && in[i+1] != 0 && in[i+1] != 0xff && (in[i+1] < 0xd0 || in[i+1] > 0xd7) {
			return i
		}
	}
	return len(in)
}

// exifOrientation reads tag 0x0112 of the first directory; 0 = none.
func exifOrientation(tiff []byte) uint16 {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 0
	}
	n := int(order.Uint16(tiff[at:]))
	for k := range n {
		e := at + 2 + 12*k
		if e+12 > len(tiff) {
			return 0
		}
		if order.Uint16(tiff[e:]) == 0x0112 && order.Uint16(tiff[e+2:]) == 3 {
			if v := order.Uint16(tiff[e+8:]); v >= 1 && v <= 8 {
				return v
			}
			return 0
		}
	}
	return 0
}

// orientationSegment is an Exif block that holds the orientation and nothing else.
func orientationSegment(v uint16) []byte {
	b := []byte{0xff, 0xe1, 0, 0}
	b = append(b, "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"...)
	b = binary.BigEndian.AppendUint16(b, v)
	b = append(b, 0, 0, 0, 0, 0, 0)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-2))
	return b
}

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngKept are the chunks that make the picture; texts, times, Exif and private
// chunks are dropped.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true, "iCCP": true,
	"sBIT": true, "bKGD": true, "pHYs": true, "cICP": true, "acTL": true, "fcTL": true, "fdAT": true,
}

func stripPNG(in []byte) ([]byte, error) {
	if !bytes.HasPrefix(in, []byte(pngSignature)) {
		return nil, errImage
	}
	out := append(make([]byte, 0, len(in)), pngSignature...)
	for i := len(pngSignature); i+12 <= len(in); {
		size := int(binary.BigEndian.Uint32(in[i:]))
		kind := string(in[i+4 : i+8])
		end := i + 12 + size
		if size < 0 || end > len(in) {
			return nil, errImage
		}
		if pngKept[kind] {
			out = append(out, in[i:end]...)
		}
		if kind == "IEND" {
			return out, nil
		}
		i = end
	}
	return nil, errImage
}
