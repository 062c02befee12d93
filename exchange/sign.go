package exchange

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Headers of a signed request.
const (
	HeaderTime      = "X-Timestamp" // Unix seconds
	HeaderSignature = "X-Signature" // v1=<hex>
)

// Window is how far the clocks of two systems may be apart. A request that was
// recorded can be played again only within it, and then changes nothing: its event is
// known.
const Window = 5 * time.Minute

const (
	keyMark = "lqx1"
	keyHalf = 32 // bytes
)

// Key is what one system gives to another. Its first half is shown with each request
// and kept as a hash by whoever gave it; the second half only ever signs.
type Key struct{ access, sign string }

// NewKey draws a key.
func NewKey() (Key, error) {
	var raw [2 * keyHalf]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return Key{}, err
	}
	enc := base64.RawURLEncoding
	return Key{enc.EncodeToString(raw[:keyHalf]), enc.EncodeToString(raw[keyHalf:])}, nil
}

// ParseKey reads a key as it was shown.
func ParseKey(text string) (Key, bool) {
	p := strings.Split(strings.TrimSpace(text), ".")
	if len(p) != 3 || p[0] != keyMark {
		return Key{}, false
	}
	for _, half := range p[1:] {
		if raw, err := base64.RawURLEncoding.DecodeString(half); err != nil || len(raw) != keyHalf {
			return Key{}, false
		}
	}
	return Key{p[1], p[2]}, true
}

// Text is the key as one person hands it to another.
func (k Key) Text() string { return keyMark + "." + k.access + "." + k.sign }

// Access is the half that is shown with each request.
func (k Key) Access() string { return k.access }

// Secret is the half that signs.
func (k Key) Secret() string { return k.sign }

// AccessHash is what is kept of the half that is shown. It is drawn by chance, so a
// plain hash is as good as a slow one.
func AccessHash(access string) string {
	h := sha256.Sum256([]byte("linqiao exchange\n" + access))
	return hex.EncodeToString(h[:])
}

// Sign gives the signature of a request: over the time, the method, the address as it
// stands in the request line, and the exact body.
func Sign(secret string, at time.Time, method, target string, body []byte) (stamp, signature string) {
	stamp = strconv.FormatInt(at.Unix(), 10)
	return stamp, "v1=" + hex.EncodeToString(mac(secret, stamp, method, target, body))
}

func mac(secret, stamp, method, target string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(stamp + "\n" + method + "\n" + target + "\n"))
	h.Write(body)
	return h.Sum(nil)
}

// Fresh reports whether a stamp lies within the window.
func Fresh(stamp string, now time.Time) bool {
	n, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return false
	}
	d := now.Sub(time.Unix(n, 0))
	return d <= Window && d >= -Window
}

// Verify reports whether a signature is that of the request, in constant time.
func Verify(secret, stamp, signature, method, target string, body []byte) bool {
	raw, err := hex.DecodeString(strings.TrimPrefix(signature, "v1="))
	return err == nil && strings.HasPrefix(signature, "v1=") && secret != "" &&
		subtle.ConstantTimeCompare(raw, mac(secret, stamp, method, target, body)) == 1
}
