package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// FeedState says whether the caller has a calendar address; the address itself is
// shown once, when it is made.
type FeedState struct {
	Since *time.Time `json:"since,omitempty"`
	Path  string     `json:"path,omitempty"` // /calendar/<token>.ics, only when just made
}

// CalendarFeed tells whether the caller has a calendar address.
func (a *App) CalendarFeed(ctx context.Context, who *Who) (v *FeedState, err error) {
	v = &FeedState{}
	err = a.read(ctx, who, func(w *work) error {
		at, err := w.tx.CalendarFeed(w.who.Account)
		if !at.IsZero() {
			v.Since = &at
		}
		return err
	})
	return v, err
}

// NewCalendarFeed makes a new address for the caller's calendar; a former one ends.
func (a *App) NewCalendarFeed(ctx context.Context, who *Who) (*FeedState, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	token := string(who.County) + "-" + base64.RawURLEncoding.EncodeToString(secret)
	now := a.Now()
	err := a.write(ctx, who, func(w *work) error {
		return w.tx.SaveCalendarFeed(w.who.Account, feedHash(token))
	})
	if err != nil {
		return nil, err
	}
	return &FeedState{Since: &now, Path: "/calendar/" + token + ".ics"}, nil
}

// EndCalendarFeed takes the caller's calendar address away.
func (a *App) EndCalendarFeed(ctx context.Context, who *Who) error {
	return a.write(ctx, who, func(w *work) error { return w.tx.DeleteCalendarFeed(w.who.Account) })
}

func feedHash(token string) string {
	sum := sha256.Sum256([]byte("calendar:" + token))
	return hex.EncodeToString(sum[:])
}

// Calendar programs ask again and again; who tries tokens is stopped.
const (
	feedWrongMost = 20
	feedWrongFor  = 10 * time.Minute
	feedPast      = 7 * 24 * time.Hour
	feedMost      = 500
)

// CalendarICS writes the calendar behind an address: the times that its account, its
// parties and wards are committed to, never whom they are with, and for a matter
// that is not everybody's to know only that there is one.
func (a *App) CalendarICS(ctx context.Context, address, token string) (string, error) {
	key := "calendar " + address
	if a.door.full(key, feedWrongMost, feedWrongFor, a.Now()) {
		return "", errTooMany("check_too_many", feedWrongFor)
	}
	county, ok := tokenCounty(token)
	var who *Who
	if ok {
		err := a.DB.Read(ctx, func(tx0 *store.Tx) error {
			tx := tx0.In(county)
			id, err := tx.CalendarAccount(feedHash(token))
			if err != nil {
				return err
			}
			acc, err := tx.Account(id)
			if err != nil || !acc.Active {
				return domain.NotFound("account")
			}
			actor, err := actorOf(tx, acc)
			who = &Who{Actor: actor, County: county}
			return err
		})
		if err != nil && domain.KindOf(err) != domain.KindNotFound {
			return "", err
		}
	}
	if who == nil {
		a.door.count(key, feedWrongFor, a.Now())
		return "", domain.NotFound("page")
	}
	var out string
	err := a.read(ctx, who, func(w *work) (err error) {
		out, err = w.ics()
		return err
	})
	return out, err
}

func (w *work) ics() (string, error) {
	holders := []string{record.AccountHolder(w.who.Account)}
	for _, p := range w.who.Parties {
		holders = append(holders, record.PartyHolder(p))
	}
	for _, p := range w.who.Wards {
		holders = append(holders, record.PartyHolder(p))
	}
	list, err := w.tx.Commitments(holders, w.Now().Add(-feedPast), feedMost)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	line := func(format string, args ...any) { foldICS(&b, fmt.Sprintf(format, args...)) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Linqiao//Calendar//ZH")
	line("X-WR-CALNAME:邻桥日程")
	seen := map[domain.RecordID]bool{}
	for i := range list {
		c := &list[i]
		if seen[c.Record] {
			continue
		}
		seen[c.Record] = true
		name, place := w.icsWords(c.Record)
		line("BEGIN:VEVENT")
		line("UID:%s@linqiao", c.Record)
		line("DTSTAMP:%s", icsTime(w.Now()))
		line("DTSTART:%s", icsTime(c.From))
		line("DTEND:%s", icsTime(c.To))
		line("SUMMARY:%s", icsText(name))
		if place != "" {
			line("LOCATION:%s", icsText(place))
		}
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return b.String(), nil
}

// icsWords names a commitment for a calendar that lies outside the county's hands.
func (w *work) icsWords(id domain.RecordID) (name, place string) {
	const plain = "预约"
	r, s, err := w.row(id)
	if err != nil {
		return plain, ""
	}
	if r.P.Class >= domain.Sensitive || r.Class >= domain.Sensitive {
		return plain, ""
	}
	v, err := w.myBooking(r, s)
	if err != nil {
		return plain, ""
	}
	if r.Noun == domain.Session {
		v.Name = w.sessionName(r)
	}
	return v.Name, v.Place
}

func icsTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

var icsEscape = strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\r", "", "\n", "\\n")

// icsText escapes a text; control characters have no place in a calendar (RFC 5545 §3.1).
func icsText(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return -1
		}
		return c
	}, icsEscape.Replace(strings.ToValidUTF8(s, "")))
}

// foldICS writes a content line, folded at 75 octets between characters (RFC 5545).
func foldICS(b *strings.Builder, s string) {
	n := 0
	for _, c := range s {
		size := len(string(c))
		if n+size > 74 {
			b.WriteString("\r\n ")
			n = 1
		}
		b.WriteRune(c)
		n += size
	}
	b.WriteString("\r\n")
}
