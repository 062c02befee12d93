package app

import (
	"context"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// What the withdrawal of a consent stops: what the program says of it, and, at once
// and everywhere, every view of personal facts that hung on it.

// ConsentStops says before a withdrawal what it would stop, for the person to see.
type ConsentStops struct {
	Label  string      `json:"label"`
	Hides  []StopShare `json:"hides"`  // who is shown personal facts by it, and no more afterwards
	Does   []string    `json:"does"`   // what ends with it
	Blocks []string    `json:"blocks"` // what can no longer be asked for
}

// StopShare is one unit that loses its view.
type StopShare struct {
	Org   string `json:"org"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

// consentRows are the running records about the party that a consent may stop.
func (w *work) consentRows(prog string, party domain.PartyID) ([]*record.Row, error) {
	return w.runningOf(prog, party)
}

// stopFor does what a withdrawn consent stops, and lets the screens of those who
// lose their view know.
func (w *work) stopFor(p *program.Program, key string, party domain.PartyID) error {
	rows, err := w.consentRows(p.Key, party)
	if err != nil {
		return err
	}
	for _, r := range rows {
		c := r.P.Consents.Get(key)
		if c == nil {
			continue
		}
		if record.Shares(r, c) {
			rec := r.Record
			w.after = append(w.after, func() { w.app.stream.changed(rec) })
		}
		if _, err := w.unit.Withdraw(r, c); err != nil {
			return err
		}
	}
	return nil
}

// ConsentEffects tells who may withdraw a consent what that stops. It changes nothing.
func (a *App) ConsentEffects(ctx context.Context, who *Who, party domain.PartyID, prog, key string) (v *ConsentStops, err error) {
	err = a.read(ctx, who, func(w *work) error {
		subject, err := w.party(party)
		if err != nil {
			return err
		}
		p, c, err := w.consentOf(prog, key)
		if err != nil {
			return err
		}
		if !w.actsFor(subject.ID) && !w.mayRecordConsent(p, c) {
			return domain.E(domain.KindForbidden, "consent_forbidden")
		}
		rows, err := w.consentRows(prog, subject.ID)
		if err != nil {
			return err
		}
		v = &ConsentStops{Label: w.words(p).Consent(c), Hides: []StopShare{}, Does: []string{}, Blocks: w.consentBlocks(p, key)}
		for _, r := range rows {
			if rc := r.P.Consents.Get(key); rc != nil {
				w.addStops(v, r, rc)
			}
		}
		return nil
	})
	return v, err
}

func (w *work) addStops(v *ConsentStops, r *record.Row, c *program.Consent) {
	if record.Shares(r, c) {
		s := StopShare{Label: w.words(r.P).Kind(r.T), Count: 1}
		if o, err := w.Org(r.Provider); err == nil {
			s.Org = o.Name
		}
		i := slices.IndexFunc(v.Hides, func(x StopShare) bool { return x.Org == s.Org && x.Label == s.Label })
		if i < 0 {
			v.Hides = append(v.Hides, s)
		} else {
			v.Hides[i].Count++
		}
	}
	for _, a := range w.unit.Stops(r, c) {
		if text := w.stopWords(r, a); !slices.Contains(v.Does, text) {
			v.Does = append(v.Does, text)
		}
	}
}

// stopWords says what one action of a withdrawal does.
func (w *work) stopWords(r *record.Row, a *program.Action) string {
	_, key, _ := strings.Cut(a.Target, ".")
	words := w.words(r.P)
	switch a.Verb {
	case "move":
		if mv := r.T.Moves.Get(key); mv != nil {
			return words.Kind(r.T) + w.pick("：", ": ") + words.Move(mv)
		}
	case "stop":
		if p := r.P.Passes.Get(key); p != nil {
			return words.Named("passes", key, p.Label) + w.pick("失效", " ends")
		}
		if n := r.P.Notices.Get(key); n != nil {
			return words.Named("notices", key, n.Label) + w.pick("撤下", " is taken down")
		}
		if m := r.P.Matches.Get(key); m != nil {
			return words.Named("matches", key, m.Label) + w.pick("停止", " stops")
		}
		if pt := r.P.Partners.Get(key); pt != nil {
			return w.pick("不再与“"+pt.Label+"”同步", "No more is exchanged with "+words.Named("partners", key, pt.Label))
		}
	case "leave":
		if ro := r.P.Rosters.Get(key); ro != nil {
			return w.pick("移出", "Taken off ") + words.Named("rosters", key, ro.Label)
		}
	case "notify":
		return w.pick("告知经办人", "Those who work on it are told")
	}
	return words.Kind(r.T) + w.pick("停止", " stops")
}

// consentBlocks lists the moves that ask for the consent.
func (w *work) consentBlocks(p *program.Program, key string) []string {
	out := []string{}
	for _, t := range p.Records.All() {
		for _, mv := range t.Moves.All() {
			if record.NeedsConsent(mv, key) {
				out = append(out, w.words(p).Kind(t)+w.pick("·", ": ")+w.words(p).Move(mv))
			}
		}
	}
	return out
}
