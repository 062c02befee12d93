package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/notify"
)

// PreferenceView is how the caller is told. Phone is masked; Kinds are the personal
// channels the county has.
type PreferenceView struct {
	Phone      string   `json:"phone,omitempty"`
	Off        []string `json:"off"`
	QuietFrom  string   `json:"quiet_from"`  // 22:00
	QuietUntil string   `json:"quiet_until"` // 08:00; equal = no quiet hours
	Rest       bool     `json:"rest"`
	Gather     int      `json:"gather"` // minutes
	Kinds      []string `json:"kinds"`
	Rev        int64    `json:"rev"`
}

// PreferenceAct changes it; what is left out stays. An empty phone takes the number
// away.
type PreferenceAct struct {
	Rev        int64     `json:"rev"`
	Phone      *string   `json:"phone,omitempty" maxLength:"30"`
	Off        *[]string `json:"off,omitempty" maxItems:"8"`
	QuietFrom  *string   `json:"quiet_from,omitempty" maxLength:"5"`
	QuietUntil *string   `json:"quiet_until,omitempty" maxLength:"5"`
	Rest       *bool     `json:"rest,omitempty"`
	Gather     *int      `json:"gather,omitempty"`
}

// gathers are the choices of how long messages are gathered, in minutes.
var gathers = []int{0, 10, 60, 240}

// Preferences reads how the caller is told.
func (a *App) Preferences(ctx context.Context, who *Who) (v *PreferenceView, err error) {
	if who.Account == "" {
		return nil, errSignedOut()
	}
	err = a.read(ctx, who, func(w *work) error {
		c, err := w.contact(who.Account)
		if err != nil {
			return err
		}
		v, err = w.preferenceView(c)
		return err
	})
	return v, err
}

func (w *work) preferenceView(c *domain.Contact) (*PreferenceView, error) {
	v := &PreferenceView{Off: slices.Clone(c.Off), QuietFrom: clock(c.QuietFrom), QuietUntil: clock(c.QuietUntil), Rest: c.Rest, Gather: c.Gather, Kinds: []string{}, Rev: c.Rev}
	if v.Off == nil {
		v.Off = []string{}
	}
	number, err := w.number(c.Account, c)
	if err != nil {
		return nil, err
	}
	v.Phone = maskPhone(number)
	ways, err := w.channels()
	if err != nil {
		return nil, err
	}
	for _, k := range notify.Kinds {
		if notify.Personal(k) && slices.ContainsFunc(ways, func(c domain.Channel) bool { return c.Active && c.Kind == k }) {
			v.Kinds = append(v.Kinds, k)
		}
	}
	return v, nil
}

// SetPreferences changes how the caller is told.
func (a *App) SetPreferences(ctx context.Context, who *Who, once Once, in PreferenceAct) (*PreferenceView, error) {
	if who.Account == "" {
		return nil, errSignedOut()
	}
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		c, err := w.contact(who.Account)
		if err != nil {
			return "", err
		}
		if in.Rev != c.Rev {
			return "", domain.E(domain.KindConflict, "stale", "rev", itoa64(c.Rev))
		}
		if err := fillContact(c, in); err != nil {
			return "", err
		}
		if err := w.tx.SaveContact(c); err != nil {
			return "", err
		}
		if in.Phone != nil {
			return "", w.audit("contact_phone", "account/"+string(who.Account), "", nil)
		}
		return "", nil
	})
	if err != nil {
		return nil, err
	}
	return a.Preferences(ctx, who)
}

func fillContact(c *domain.Contact, in PreferenceAct) error {
	e := domain.E(domain.KindInvalid, "fields")
	if in.Phone != nil {
		if c.Phone = ""; strings.TrimSpace(*in.Phone) != "" {
			n, mobile, ok := domain.CheckPhone(*in.Phone)
			if !ok || !mobile {
				e.With("phone", "phone")
			}
			c.Phone = n
		}
	}
	if in.Off != nil {
		c.Off = []string{}
		for _, k := range *in.Off {
			if !notify.Personal(k) {
				e.With("off", "option")
			} else if !slices.Contains(c.Off, k) {
				c.Off = append(c.Off, k)
			}
		}
	}
	readClock(e, "quiet_from", in.QuietFrom, &c.QuietFrom)
	readClock(e, "quiet_until", in.QuietUntil, &c.QuietUntil)
	if in.Rest != nil {
		c.Rest = *in.Rest
	}
	if in.Gather != nil {
		if c.Gather = *in.Gather; !slices.Contains(gathers, c.Gather) {
			e.With("gather", "option")
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

func readClock(e *domain.Error, path string, in *string, to *int) {
	if in == nil {
		return
	}
	var h, m int
	if n, err := fmt.Sscanf(*in, "%d:%d", &h, &m); n != 2 || err != nil || len(*in) != 5 || h < 0 || h > 23 || m < 0 || m > 59 {
		e.With(path, "time_of_day")
		return
	}
	*to = h*60 + m
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// maskPhone hides the middle of a number.
func maskPhone(n string) string {
	if len(n) < 8 {
		return strings.Repeat("*", len(n))
	}
	return n[:3] + "****" + n[len(n)-4:]
}

// keepPhone notes the number an account was opened with, so that it can be told by SMS.
func (w *work) keepPhone(acc domain.AccountID, phone string) error {
	c, err := w.contact(acc)
	if err != nil || c.Phone == phone {
		return err
	}
	c.Phone = phone
	return w.tx.SaveContact(c)
}
