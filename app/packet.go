package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// What goes out with an order before it goes, and what its receivers concluded. Both
// are cut to who reads them: a sender who may not read a fact learns that it goes
// along, and not what it says.

// PacketView is what the receiver of an order would be shown.
type PacketView struct {
	Order string `json:"order"`
	Label string `json:"label"`
	// Before is shown while he considers, After once he has accepted.
	Before []PacketLine `json:"before"`
	After  []PacketLine `json:"after"`
	// Carried names the consents and grounds that stand behind the personal facts;
	// Withheld is set while none does, and those facts stay here.
	Carried  []string `json:"carried"`
	Withheld bool     `json:"withheld"`
}

// PacketLine is one fact of a packet.
type PacketLine struct {
	Path   string `json:"path"`
	Label  string `json:"label"`
	Value  string `json:"value,omitempty"`
	Empty  bool   `json:"empty,omitempty"`  // nothing is written there yet
	Hidden bool   `json:"hidden,omitempty"` // it goes along, and is not the reader's to see
	Held   bool   `json:"held,omitempty"`   // kept back: neither consent nor ground
}

// ConclusionView is what the receiver of one order found.
type ConclusionView struct {
	ID    domain.RecordID `json:"id"`
	Label string          `json:"label"`
	Unit  string          `json:"unit,omitempty"`
	Stage string          `json:"stage"`
	Open  bool            `json:"open"` // a joint conclusion waits for it
	Text  string          `json:"text,omitempty"`
	By    string          `json:"by,omitempty"`
	At    *time.Time      `json:"at,omitempty"`
}

// Packet answers what an order of a kind, sent out from a record, would show.
func (a *App) Packet(ctx context.Context, who *Who, id domain.RecordID, order string) (v *PacketView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		t := r.P.Records.Get(order)
		if !s.full || t == nil || t.Shows == nil || t.Of != r.Key {
			return domain.NotFound("record")
		}
		v = &PacketView{Order: order, Label: w.words(r.P).Kind(t), Carried: []string{}}
		v.Withheld = len(t.Shows.Personal) > 0 && !w.unit.MayShare(r.P, t, r.Subject)
		o := w.unit.Packet(r, t)
		if v.Before, err = w.packetLines(r, o, s, t.Shows.Before, v.Withheld); err != nil {
			return err
		}
		if v.After, err = w.packetLines(r, o, s, t.Shows.After, v.Withheld); err != nil {
			return err
		}
		v.Carried, err = w.carriers(r, t)
		return err
	})
	return v, err
}

func (w *work) packetLines(r, o *record.Row, s sight, paths []string, withheld bool) ([]PacketLine, error) {
	out := []PacketLine{}
	for _, path := range paths {
		f, x := w.unit.ShownValue(o, path)
		if f == nil && x == nil {
			f = w.shownField(r, path)
		}
		line := PacketLine{Path: path, Label: w.shownHead(o, path, f)}
		sees, err := w.seesPath(r, s, o.T, path, f)
		switch {
		case err != nil:
			return nil, err
		case withheld && o.T.Shows.Personal[path]:
			line.Held = true
		case !sees:
			line.Hidden = true
		case x == nil:
			line.Empty = true
		case f != nil:
			line.Value = w.display(f, x)
		default:
			line.Value = asText(x)
		}
		out = append(out, line)
	}
	return out, nil
}

// shownField is the field of a path whose record carries no value of it.
func (w *work) shownField(r *record.Row, path string) *program.Field {
	head, key, _ := strings.Cut(path, ".")
	if t := r.P.Records.Get(head); t != nil {
		return record.FieldOf(t, key)
	}
	return nil
}

// seesPath: the sender himself may read what a path of `shows` opens.
func (w *work) seesPath(r *record.Row, s sight, t *program.RecordType, path string, f *program.Field) (bool, error) {
	head, _, _ := strings.Cut(path, ".")
	if head == "subject" || head == "guardian" {
		need := domain.Internal
		if t.Shows.Personal[path] {
			need = domain.Personal
		}
		if f != nil {
			need = max(need, f.Class)
		}
		return s.full && s.class >= need, nil
	}
	for up := r; up != nil; {
		if up.Key == head {
			us, err := w.look(up)
			if domain.KindOf(err) == domain.KindNotFound && err != nil {
				return false, nil
			}
			return err == nil && f != nil && us.may(up, f), err
		}
		var err error
		if up, err = w.unit.Parent(up); err != nil {
			return false, err
		}
	}
	return false, nil
}

// carriers names what stands behind personal facts in orders of the kind.
func (w *work) carriers(r *record.Row, t *program.RecordType) ([]string, error) {
	out := []string{}
	if r.Subject == "" {
		return out, nil
	}
	named := false
	for key, c := range r.P.Consents.All() {
		if !slices.Contains(c.Shares, t.Key) {
			continue
		}
		named = true
		if ok, err := w.Consent(r.P.Key, key, r.Subject); err != nil {
			return nil, err
		} else if ok {
			out = append(out, w.words(r.P).Consent(c))
		}
	}
	if !named {
		return out, nil
	}
	for key, g := range r.P.Grounds.All() {
		if ok, err := w.Ground(r.P.Key, key, r.Subject); err != nil {
			return nil, err
		} else if ok {
			out = append(out, w.words(r.P).Named("grounds", key, g.Label))
		}
	}
	return out, nil
}

// viewConclusions lists what the helpers of a matter have found, and who still owes it.
func (w *work) viewConclusions(r *record.Row, s sight, v *RecordView) error {
	if !s.full {
		return nil
	}
	list, err := w.unit.Conclusions(r, nil)
	if err != nil {
		return err
	}
	for _, c := range list {
		o := c.Order
		os, err := w.look(o)
		if err != nil {
			if domain.KindOf(err) == domain.KindNotFound {
				continue
			}
			return err
		}
		x := ConclusionView{ID: o.ID, Label: w.words(r.P).Kind(o.T), Stage: w.words(r.P).Stage(o.T, o.Stage),
			Open: o.Phase == domain.PhaseProposed || o.Phase == domain.PhaseAccepted}
		if org, err := w.Org(o.Provider); err == nil {
			x.Unit = org.Name
		}
		f := o.T.Fields.Get(o.T.Concludes)
		if val := o.Value(f.Key); val != nil && os.may(o, f) {
			x.Text = w.display(f, val)
		}
		if c.By != "" {
			x.At = &o.Entered
			if a, err := w.app.accounts.get(w.tx, c.By, w.tx.Account); err == nil {
				x.By = w.personBehind(a, os.class).Name
			}
		}
		v.Conclusions = append(v.Conclusions, x)
	}
	return nil
}
