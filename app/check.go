package app

import (
	"context"
	"strings"
	"time"

	"linqiao/domain"
)

// CheckView is what a certificate's public page shows.
type CheckView struct {
	Serial string   `json:"serial"`
	Title  string   `json:"title"`
	Issued string   `json:"issued"`
	State  string   `json:"state"`
	Cols   []Choice `json:"cols"`
}

// Serials run on, so whoever tries one after the other could read the register: an
// address gets so many looks in a while. An office shares one.
const (
	checkMost = 60
	checkFor  = 10 * time.Minute
)

// CheckSerial looks a certificate up by its serial for somebody at an address. A
// forged one, one that never was and one that is not open to checking are answered
// alike.
func (a *App) CheckSerial(ctx context.Context, address, serial string) (v *CheckView, err error) {
	serial = narrow(serial)
	key := "check " + address
	if a.door.full(key, checkMost, checkFor, a.Now()) {
		return nil, errTooMany("check_too_many", checkFor)
	}
	a.door.count(key, checkFor, a.Now())
	err = a.eachCounty(ctx, "", func(w *work, _ domain.Tenant) error {
		d, err := orNil(w.tx.DocumentBySerial(serial))
		if d == nil && err == nil {
			d, err = orNil(w.tx.DocumentBySerial(strings.ToUpper(serial)))
		}
		if err != nil || d == nil {
			return err
		}
		p, err := w.Program(d.Program, 0)
		if err != nil {
			return err
		}
		doc := p.Documents.Get(d.Key)
		if doc == nil || !doc.Check {
			return nil
		}
		v = &CheckView{Serial: d.Serial, Title: doc.Label, Issued: domain.DateOf(d.IssuedAt).String(), State: d.State, Cols: []Choice{}}
		for _, c := range doc.CheckCols {
			if x, ok := d.Data[c].(map[string]any); ok {
				v.Cols = append(v.Cols, Choice{asText(x["label"]), asText(x["masked"])})
			}
		}
		return nil
	})
	if err == nil && v == nil {
		err = domain.NotFound("serial")
	}
	return v, err
}

// narrow reads a number as people type it: full-width characters, blanks between.
func narrow(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '！' && r <= '～':
			r -= 0xFEE0
		case r == ' ' || r == '\u3000' || r == '\t':
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
