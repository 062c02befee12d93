package store

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
)

const (
	pageDefault = 50
	pageMax     = 1000
)

// Page is one page of a list. Next is "" at the end; otherwise it is the cursor
// of the following page, opaque to callers.
type Page[T any] struct {
	Items []T
	Next  string
}

func pageSize(limit int) int {
	switch {
	case limit <= 0:
		return pageDefault
	case limit > pageMax:
		return pageMax
	}
	return limit
}

// cursor is a place in a list ordered by instant, then id: ties have an order.
type cursor struct {
	at int64
	id string
}

func encodeCursor(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(millis(at), 10) + "," + id))
}

func decodeCursor(s string) (cursor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return cursor{}, badCursor(err)
	}
	at, id, _ := strings.Cut(string(raw), ",")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || id == "" || !domain.Storable(id) {
		return cursor{}, badCursor(err)
	}
	return cursor{ms, id}, nil
}

func badCursor(cause error) error {
	return domain.E(domain.KindInvalid, "cursor").With("cursor", "cursor").Wrap(cause)
}

// cut makes a page of up to limit rows out of limit+1.
func cut[T any](rows []T, limit int, key func(*T) (time.Time, string)) Page[T] {
	if len(rows) <= limit {
		return Page[T]{Items: rows}
	}
	rows = rows[:limit]
	at, id := key(&rows[limit-1])
	return Page[T]{Items: rows, Next: encodeCursor(at, id)}
}
