package app

import (
	"crypto/subtle"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Small helpers of the county side.

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }

// sameText compares secrets in constant time.
func sameText(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// cutText keeps at most n bytes, whole characters.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// sortNewest orders by an instant, latest first.
func sortNewest[T any](list []T, at func(T) time.Time) {
	slices.SortStableFunc(list, func(a, b T) int { return at(b).Compare(at(a)) })
}

// limitOf bounds the size of a page.
func limitOf(n int) int {
	if n <= 0 {
		return 50
	}
	return min(n, 200)
}

func orText2(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
