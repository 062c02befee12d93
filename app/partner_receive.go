package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/exchange"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

const (
	partnerWrong = 20 // tries with a wrong key from one address
	// PartnerPerMinute is how many requests of one partner are answered in a minute.
	PartnerPerMinute = 600
)

// Signed is a request of a partner as it came.
type Signed struct {
	Address   string // county and partner, as in the path
	Access    string
	Stamp     string
	Signature string
	Method    string
	Target    string // path and query as in the request line
	Body      []byte
	From      Client
}

// admitPartner lets a machine in: its key, a fresh stamp, and a signature over exactly
// what came. It says which of these is wrong to nobody but the log.
func (a *App) admitPartner(ctx context.Context, in *Signed) (*domain.Partner, error) {
	refused := domain.E(domain.KindUnauthenticated, "partner_key")
	code, id, ok := strings.Cut(in.Address, "-")
	tries := "partner/" + in.From.Address
	if !ok || a.door.full(tries, partnerWrong, wrongFor, a.Now()) {
		return nil, refused
	}
	var pt *domain.Partner
	why := ""
	err := a.write(ctx, System(domain.CountyCode(code)), func(w *work) (err error) {
		why = ""
		if pt, err = orNil(w.tx.Partner(id)); err != nil || pt == nil {
			why = "unknown"
			return err
		}
		if why = w.checkKey(pt, in); why != "" {
			return nil
		}
		return w.heard(pt, exchange.AccessHash(in.Access))
	})
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, err
	}
	if pt == nil || why != "" {
		a.door.count(tries, wrongFor, a.Now())
		a.Log.Warn("partner refused", "address", in.Address, "why", orElse(why, "unknown"))
		return nil, refused
	}
	rate := "partner-rate/" + in.Address
	if a.door.full(rate, PartnerPerMinute, time.Minute, a.Now()) {
		return nil, domain.E(domain.KindRateLimited, "partner_rate", "n", itoa64(PartnerPerMinute))
	}
	a.door.count(rate, time.Minute, a.Now())
	return pt, nil
}

func (w *work) checkKey(pt *domain.Partner, in *Signed) (why string) {
	hash := exchange.AccessHash(in.Access)
	secret := ""
	switch {
	case !pt.Active:
		return "inactive"
	case pt.Hash != "" && sameText(hash, pt.Hash):
		secret = asText(pt.Secret["sign"])
	case pt.Next != "" && sameText(hash, pt.Next):
		secret = asText(pt.Secret["next"])
	default:
		return "key"
	}
	switch {
	case !exchange.Fresh(in.Stamp, w.Now()):
		return "stamp"
	case !exchange.Verify(secret, in.Stamp, in.Signature, in.Method, in.Target, in.Body):
		return "signature"
	}
	return ""
}

// heard notes that the partner lives. The first use of a new key ends the former one.
func (w *work) heard(pt *domain.Partner, hash string) error {
	if pt.Next != "" && hash == pt.Next {
		pt.Hash, pt.Next = pt.Next, ""
		pt.Secret["sign"] = pt.Secret["next"]
		delete(pt.Secret, "next")
		if err := w.tx.UpdatePartner(pt); err != nil {
			return err
		}
	}
	if w.Now().Sub(pt.LastIn) < time.Minute && pt.Told.IsZero() {
		return nil
	}
	return w.tx.HeardPartner(pt.ID)
}

// ReceiveEvent takes one event of a partner in. Its answer stands only when what it did
// is durable; the same event again does nothing.
func (a *App) ReceiveEvent(ctx context.Context, in *Signed) (*exchange.Receipt, error) {
	pt, err := a.admitPartner(ctx, in)
	if err != nil {
		return nil, err
	}
	if len(in.Body) > exchange.BodyMost {
		return nil, domain.E(domain.KindTooLarge, "body_too_large", "max", "256 KB")
	}
	return a.receive(ctx, pt.County, pt.ID, in.Body, nil)
}

// receive takes an event in, from either way; after runs in its transaction.
func (a *App) receive(ctx context.Context, county domain.CountyCode, partner string, body []byte, after func(w *work) error) (*exchange.Receipt, error) {
	ev, err := exchange.Parse(body)
	var fault *exchange.Fault
	if errors.As(err, &fault) {
		return nil, domain.E(domain.KindInvalid, "partner_event").With(fault.Path, fault.Code)
	} else if err != nil {
		return nil, err
	}
	var out *exchange.Receipt
	take := func(hold string) error {
		return a.write(ctx, System(county), func(w *work) (err error) {
			pt, err := w.tx.Partner(partner)
			if err != nil {
				return err
			}
			if out, err = w.takeIn(pt, ev, body, hold); err != nil || after == nil {
				return err
			}
			return after(w)
		})
	}
	err = take("")
	if hold := heldFor(err); hold != "" {
		err = take(hold) // nothing of the first try is left; now it is only kept
	}
	return out, err
}

// heldFor: what a person here can mend keeps the event, to be tried again; what the
// sender has to mend goes back to him.
func heldFor(err error) string {
	var e *domain.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch {
	case e.Code == "guard":
		return cutText("guard:"+e.Args["say"], 300)
	case e.Kind == domain.KindRefused, e.Kind == domain.KindConflict && e.Args["what"] == "", e.Kind == domain.KindForbidden:
		return e.Code
	case e.Kind == domain.KindInvalid && e.Code != "partner_event":
		return e.Code
	}
	return ""
}

// takeIn does what an event asks, or keeps it when hold says why it cannot be done yet.
func (w *work) takeIn(pt *domain.Partner, ev *exchange.Event, body []byte, hold string) (*exchange.Receipt, error) {
	seen, err := orNil(w.tx.PartnerInBy(pt.ID, ev.Source, ev.ID))
	if err != nil {
		return nil, err
	}
	if seen != nil {
		return w.repeated(pt, seen)
	}
	row := &domain.PartnerIn{Partner: pt.ID, Source: ev.Source, Event: ev.ID, State: domain.PartnerTaken, Kind: ev.Data.Record}
	if hold != "" {
		row.State, row.Error, row.Body = domain.PartnerHeld, hold, string(body)
		return &exchange.Receipt{Status: "held"}, w.tx.InsertPartnerIn(row)
	}
	out := &exchange.Receipt{Status: "applied"}
	if row.Record, out.Open, err = w.apply(pt, ev); err != nil {
		return nil, err
	}
	out.ID = string(row.Record)
	return out, w.tx.InsertPartnerIn(row)
}

func (w *work) repeated(pt *domain.Partner, seen *domain.PartnerIn) (*exchange.Receipt, error) {
	out := &exchange.Receipt{Status: "repeated", ID: string(seen.Record)}
	if seen.State == domain.PartnerHeld {
		out.Status = "held"
		return out, nil
	}
	open, err := w.tx.OpenConflicts(pt.ID, seen.Record)
	for _, c := range open {
		out.Open = append(out.Open, c.Name)
	}
	return out, err
}

// apply lays an event over the record it is about, which it may first make.
func (w *work) apply(pt *domain.Partner, ev *exchange.Event) (domain.RecordID, []string, error) {
	p, def := w.mappingOf(pt)
	if def == nil {
		return "", nil, domain.E(domain.KindRefused, "partner_mapping")
	}
	rt := def.Records.Get(ev.Data.Record)
	if ev.Data.Program != "" && ev.Data.Program != p.Key || rt == nil || !rt.In {
		return "", nil, domain.E(domain.KindInvalid, "partner_event").With("data.record", "option")
	}
	vals, err := w.inward(pt, p, def, rt, ev)
	if err != nil {
		return "", nil, err
	}
	r, link, err := w.recordFor(pt, p, def, rt, ev, vals)
	if err != nil {
		return "", nil, err
	}
	if ev.Type == exchange.TypeWithdrawn {
		return r.ID, nil, w.withdrawnBy(pt, def, r, link, ev)
	}
	open, err := w.mergeEvent(pt, def, rt, r, link, ev, vals)
	return r.ID, open, err
}

// inward reads the fields of an event by the mapping: an unknown name or a value of
// another type goes back to the sender; what is above the ceiling is not looked at.
func (w *work) inward(pt *domain.Partner, p *program.Program, def *program.Partner, rt *program.PartnerRecord, ev *exchange.Event) (map[string]any, error) {
	bad := domain.E(domain.KindInvalid, "partner_event")
	raw := map[string]any{}
	name := map[string]string{}
	for _, k := range ev.Data.Names() {
		f := rt.Field(k)
		switch {
		case f == nil:
			bad.With("data.fields."+safeName(k), "unknown_field")
		case f.Own != "" && f.Col.Class <= grants(pt, def):
			raw[f.Own], name[f.Own] = plainNumbers(ev.Data.Fields[k]), k
		}
	}
	vals, errs := record.Incoming(p.Records.Get(rt.Key), raw)
	for _, e := range errs {
		own := strings.TrimPrefix(e.Path, "fields.")
		own, rest, _ := strings.Cut(own, ".")
		if rest != "" {
			rest = "." + rest
		}
		bad.With("data.fields."+name[own]+rest, e.Code)
	}
	if len(bad.Fields) > 0 {
		return nil, bad
	}
	return vals, nil
}

// safeName is a name of the sender's as it may be repeated in an answer.
func safeName(k string) string {
	for _, c := range k {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return "?"
		}
	}
	return cutText(k, 60)
}

// recordFor finds the record that an event is about: by our id when we have told it to
// this partner, by theirs, by the person; else it is made.
func (w *work) recordFor(pt *domain.Partner, p *program.Program, def *program.Partner, rt *program.PartnerRecord, ev *exchange.Event, vals map[string]any) (*record.Row, *domain.PartnerLink, error) {
	link, err := orNil(w.tx.PartnerLinkByExternal(pt.ID, ev.Data.ID))
	if err != nil {
		return nil, nil, err
	}
	if link == nil && ev.Data.External != "" {
		if link, err = orNil(w.tx.PartnerLink(pt.ID, domain.RecordID(ev.Data.External))); err != nil {
			return nil, nil, err
		}
		if link != nil && link.External != "" && link.External != ev.Data.ID {
			return nil, nil, domain.E(domain.KindRefused, "partner_ambiguous")
		}
	}
	if link == nil {
		return w.firstOf(pt, p, def, rt, ev, vals)
	}
	r, err := w.unit.Load(link.Record)
	if err != nil {
		return nil, nil, err
	}
	if r.Record.Program != pt.Program || r.Key != rt.Key {
		return nil, nil, domain.E(domain.KindInvalid, "partner_event").With("data.external", "option")
	}
	if ok, err := w.travelsNow(def, rt, r); err != nil {
		return nil, nil, err
	} else if !ok && ev.Type != exchange.TypeWithdrawn {
		return nil, nil, domain.E(domain.KindRefused, "partner_when")
	}
	return r, link, nil
}

// firstOf links a record that comes for the first time.
func (w *work) firstOf(pt *domain.Partner, p *program.Program, def *program.Partner, rt *program.PartnerRecord, ev *exchange.Event, vals map[string]any) (*record.Row, *domain.PartnerLink, error) {
	t := p.Records.Get(rt.Key)
	link := &domain.PartnerLink{Partner: pt.ID, External: ev.Data.ID, Secret: map[string]any{}}
	if ev.Type == exchange.TypeWithdrawn {
		return nil, nil, domain.E(domain.KindRefused, "partner_unknown")
	}
	party, err := w.partyFor(def, rt, ev)
	if err != nil {
		return nil, nil, err
	}
	needs := len(t.For) > 0 && !slices.Contains(t.For, "none")
	if needs && party == "" {
		return nil, nil, domain.E(domain.KindRefused, "partner_subject")
	}
	if party != "" {
		list, err := w.runningOf(p.Key, party)
		if err != nil {
			return nil, nil, err
		}
		list = slices.DeleteFunc(list, func(r *record.Row) bool { return r.Key != rt.Key })
		if len(list) > 1 {
			return nil, nil, domain.E(domain.KindRefused, "partner_ambiguous")
		}
		if len(list) == 1 {
			if ok, err := w.travelsNow(def, rt, list[0]); err != nil || !ok {
				return nil, nil, orElseErr(err, domain.E(domain.KindRefused, "partner_when"))
			}
			other, err := orNil(w.tx.PartnerLink(pt.ID, list[0].ID))
			if err != nil {
				return nil, nil, err
			}
			if other != nil && other.External != "" {
				return nil, nil, domain.E(domain.KindRefused, "partner_ambiguous")
			}
			if other != nil {
				other.External = ev.Data.ID
				link = other
			}
			link.Record = list[0].ID
			return list[0], link, nil
		}
	}
	r, err := w.raisedBy(p, t, def, rt, party, vals)
	if err != nil {
		return nil, nil, err
	}
	link.Record = r.ID
	return r, link, nil
}

func orElseErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// raisedBy makes the record that a partner has begun.
func (w *work) raisedBy(p *program.Program, t *program.RecordType, def *program.Partner, rt *program.PartnerRecord, party domain.PartyID, vals map[string]any) (*record.Row, error) {
	act := record.Act{Subject: party, Channel: "partner"}
	if party == "" {
		act.Region = domain.RegionID(w.who.County)
	}
	if t.Of != "" && party != "" {
		rows, err := w.runningOf(p.Key, party)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if r.Key == t.Of {
				act.Parent = r.ID
			}
		}
	}
	if rt.Intake == nil && t.Moves.Len() > 0 {
		return nil, domain.E(domain.KindRefused, "partner_intake")
	}
	r, err := w.unit.Raise(p, t, rt.Intake, act, maps2(vals))
	if err != nil {
		return nil, err
	}
	if ok, err := w.travelsNow(def, rt, r); err != nil || !ok {
		return nil, orElseErr(err, domain.E(domain.KindRefused, "partner_when"))
	}
	return r, nil
}

// maps2 leaves out what is not set: there is nothing to clear on a new record.
func maps2(vals map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range vals {
		if v != nil {
			out[k] = v
		}
	}
	return out
}

// partyFor finds the person or firm that an event is about, by the identifiers that the
// mapping allows; "" when nobody is found.
func (w *work) partyFor(def *program.Partner, rt *program.PartnerRecord, ev *exchange.Event) (domain.PartyID, error) {
	for _, m := range def.Match {
		kind, ok := strings.CutPrefix(m, "subject.")
		if !ok {
			continue
		}
		for i := range rt.Fields {
			if rt.Fields[i].Col.Path != m {
				continue
			}
			value := strings.ToUpper(strings.TrimSpace(asText(ev.Data.Fields[rt.Fields[i].Name])))
			if value == "" {
				continue
			}
			party, err := orNil(w.tx.PartyByIdent(kind, value))
			if err != nil || party != nil {
				return idOf(party), err
			}
		}
	}
	return "", nil
}

func idOf(p *domain.Party) domain.PartyID {
	if p == nil {
		return ""
	}
	return p.ID
}
