// Package draw orders a frozen pool by chance so that anybody can check it
// afterwards: docs/draw.md describes the same steps for the reader who wants to
// recompute a result with other means. It draws, hashes and compares; who may be
// in a pool and when it is frozen is the caller's.
//
// The chance comes from two halves. The secret is committed to (its hash is
// shown) when the pool is frozen; the public number becomes known later and is
// nobody's to choose. Whoever froze the pool cannot steer the public number, and
// whoever knows the public number first cannot change the secret or the pool.
package draw

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Method is published beside each result; another way of drawing gets another name.
const Method = "linqiao-draw-1"

// Entry is one candidate of a pool under the code that is published in place of
// a name.
type Entry struct {
	Code   string `json:"code"`
	Weight int64  `json:"weight"` // tickets in the urn, at least 1
	Group  string `json:"group,omitempty"`
}

// Sort puts a pool into the order in which it is hashed and drawn.
func Sort(pool []Entry) {
	slices.SortFunc(pool, func(a, b Entry) int { return strings.Compare(a.Code, b.Code) })
}

// PoolHash is the SHA-256 of the pool, in hex: a line "code TAB weight TAB group
// LF" each, in the order of codes.
func PoolHash(pool []Entry) string {
	h := sha256.New()
	for _, e := range pool {
		fmt.Fprintf(h, "%s\t%d\t%s\n", e.Code, e.Weight, e.Group)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Commit is the SHA-256 of a secret's hex digits: what may be shown before the draw.
func Commit(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Seed joins the secret, the frozen pool and the public number.
func Seed(secret, poolHash, public string) [32]byte {
	return sha256.Sum256([]byte(Method + "\n" + secret + "\n" + poolHash + "\n" + public + "\n"))
}

// Order draws the whole pool: the first of the answer is drawn first, and those
// after the places to be filled are the reserve, in order. With spread the groups
// take turns: at each step only the groups that gave fewest so far take part.
// Cost: n log n for a pool of n.
func Order(pool []Entry, seed [32]byte, spread bool) []string {
	urn := newUrn(pool, spread)
	out := make([]string, 0, len(pool))
	for k := range pool {
		out = append(out, urn.take(number(seed, k, urn.tickets())))
	}
	return out
}

// number is the k-th number below n, without bias: HMAC-SHA256(seed, "k.attempt"),
// its first eight bytes, taken again while they lie in the uneven rest.
func number(seed [32]byte, k int, n uint64) uint64 {
	rest := (math.MaxUint64%n + 1) % n
	for attempt := 0; ; attempt++ {
		if x := word(seed, strconv.Itoa(k)+"."+strconv.Itoa(attempt)); x <= math.MaxUint64-rest {
			return x % n
		}
	}
}

// Lot is the number that settles a tie between candidates: the smaller goes first.
func Lot(seed [32]byte, code string) uint64 { return word(seed, code) }

func word(seed [32]byte, text string) uint64 {
	m := hmac.New(sha256.New, seed[:])
	m.Write([]byte(text))
	return binary.BigEndian.Uint64(m.Sum(nil))
}
