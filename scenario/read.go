package scenario

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
)

// read opens an item of a content library as its audience does, so many times.
func (w *world) read(ctx context.Context, who *login, s Step) error {
	t, err := w.get(s.On)
	if err != nil {
		return err
	}
	return w.each(s.Times, func(int) error {
		return w.call(ctx, who, http.MethodGet, "/library-items/"+t.id, nil, nil)
	})
}

const (
	soundWord = "音频"
	soundMost = 60 * time.Second
	soundRate = 8000 // samples a second, of 8 bit
)

// uploadSound sends a quiet tone made on the spot: 音频20s.
func (w *world) uploadSound(ctx context.Context, who *login, text string) (string, error) {
	long, err := time.ParseDuration(strings.TrimPrefix(text, soundWord))
	if err != nil || long <= 0 || long > soundMost {
		return "", fmt.Errorf("「%s」不是一分钟以内的音频（应写 音频20s）", text)
	}
	return w.uploadFile(ctx, who, "音频.wav", tone(long))
}

// tone is a WAV file: 220 Hz that swell and fade every ten seconds, as slow breath.
func tone(long time.Duration) []byte {
	n := int(long.Seconds() * soundRate)
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("RIFF")
	put(uint32(36 + n))
	b.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(soundRate), uint32(soundRate), uint16(1), uint16(8)} {
		put(v)
	}
	b.WriteString("data")
	put(uint32(n))
	for i := range n {
		t := float64(i) / soundRate
		b.WriteByte(byte(128 + 40*math.Sin(2*math.Pi*220*t)*math.Pow(math.Sin(math.Pi*t/10), 2)))
	}
	return b.Bytes()
}
