package app

import (
	"sync"
	"time"

	"linqiao/domain"
)

// Limits at the door (等保 8.1.4.1 b: lock-out after failures).
const (
	wrongMost    = 5 // wrong passwords per login and address…
	wrongFor     = 15 * time.Minute
	addressMost  = 100 // …and per address over all logins
	codeLasts    = 5 * time.Minute
	codeTries    = 5
	codeGap      = time.Minute
	codeDayMost  = 10
	codeAddress  = 60 // codes an address may ask for in an hour: an office shares one
	doorKeysMost = 100_000
)

// door keeps what is counted before anybody is known: wrong tries and codes sent
// to phones. It lives in memory: a restart forgives, which harms nobody, and a
// code that is lost is asked for again.
type door struct {
	hasher *hasher
	mu     sync.Mutex
	tries  map[string]*window
	codes  map[string]*phoneCode // by county and phone
}

// window counts within a stretch of time that began at the first count.
type window struct {
	from time.Time
	n    int
}

// phoneCode is a code on its way, and how often the phone has asked.
type phoneCode struct {
	phone string
	code  string // "" when used or spent
	sent  time.Time
	tries int
	day   domain.Date
	count int // sent on that day
}

func newDoor(cost HashCost) *door {
	return &door{hasher: newHasher(cost), tries: map[string]*window{}, codes: map[string]*phoneCode{}}
}

// full reports whether a key has reached its limit within the stretch.
func (d *door) full(key string, most int, span time.Duration, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.tries[key]
	return w != nil && now.Sub(w.from) < span && w.n >= most
}

// count notes one try.
func (d *door) count(key string, span time.Duration, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.tries[key]
	if w == nil || now.Sub(w.from) >= span {
		if len(d.tries) >= doorKeysMost {
			d.sweep(now)
		}
		w = &window{from: now}
		d.tries[key] = w
	}
	w.n++
	if w.n == wrongMost {
		w.from = now // the lock begins with the last wrong try
	}
}

// sweep drops what no longer counts; all, if that is not enough.
func (d *door) sweep(now time.Time) {
	for k, w := range d.tries {
		if now.Sub(w.from) >= time.Hour {
			delete(d.tries, k)
		}
	}
	if len(d.tries) >= doorKeysMost {
		clear(d.tries)
	}
}

func (d *door) clear(key string) {
	d.mu.Lock()
	delete(d.tries, key)
	d.mu.Unlock()
}

func errTooMany(code string, wait time.Duration) error {
	return domain.E(domain.KindRateLimited, code, "minutes", itoa64(int64((wait+time.Minute-1)/time.Minute)))
}

// newCode keeps a fresh code for a phone, within the phone's limits.
func (d *door) newCode(key, phone, code string, now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	day := domain.DateOf(now)
	c := d.codes[key]
	if c == nil {
		if len(d.codes) >= doorKeysMost {
			d.sweepCodes(now)
		}
		c = &phoneCode{phone: phone, day: day}
		d.codes[key] = c
	}
	if c.day != day {
		c.day, c.count = day, 0
	}
	switch {
	case now.Sub(c.sent) < codeGap:
		return errTooMany("code_too_soon", codeGap)
	case c.count >= codeDayMost:
		return errTooMany("code_too_many", (day + 1).Start().Sub(now))
	}
	c.code, c.sent, c.tries = code, now, 0
	c.count++
	return nil
}

func (d *door) sweepCodes(now time.Time) {
	for k, c := range d.codes {
		if c.day != domain.DateOf(now) && now.Sub(c.sent) > codeLasts {
			delete(d.codes, k)
		}
	}
}

// useCode takes a code in: right, in time, and once.
func (d *door) useCode(key, code string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.codes[key]
	if c == nil || c.code == "" || now.Sub(c.sent) >= codeLasts {
		return false
	}
	c.tries++
	right := sameText(c.code, code)
	if right || c.tries >= codeTries {
		c.code = ""
	}
	return right
}

// DemoCode is one code on the fake phone of a demo county.
type DemoCode struct {
	Phone string    `json:"phone"`
	Code  string    `json:"code"`
	At    time.Time `json:"at"`
}

// DemoCodes lists the codes that wait to be used, newest first. It is empty
// unless the county is a demo.
func (a *App) DemoCodes() []DemoCode {
	out := []DemoCode{}
	if !a.Demo {
		return out
	}
	now := a.Now()
	a.door.mu.Lock()
	defer a.door.mu.Unlock()
	for _, c := range a.door.codes {
		if c.code != "" && now.Sub(c.sent) < codeLasts {
			out = append(out, DemoCode{c.phone, c.code, c.sent})
		}
	}
	sortNewest(out, func(c DemoCode) time.Time { return c.At })
	return out
}
