package app

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"linqiao/domain"
	"linqiao/exchange"
	"linqiao/kernel/program"
	"linqiao/notify"
	"linqiao/store"
)

const (
	partnerLease = time.Minute          // longer than a request takes
	partnerBuild = 50                   // events built in one transaction
	partnerTurn  = 200                  // events handed over in one pass
	partnerFill  = 200                  // records looked at in one step of the first run
	partnerFails = 8                    // failures of its own after which an event is given up
	partnerWait  = 10 * time.Minute     // the longest pause between two tries
	partnerKept  = 180 * 24 * time.Hour // how long the ids of what came are remembered
)

// ExchangeDue builds events of what has changed, hands them over, asks partners for
// theirs, and tells of a silence. It reports how many it moved on.
func (a *App) ExchangeDue(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		var list []domain.Partner
		if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
			list, err = tx.In(county).Partners()
			return err
		}); err != nil {
			return err
		}
		for i := range list {
			if busy, err := a.partnerBusy(ctx, county, &list[i]); err != nil || !busy {
				if err != nil {
					return err
				}
				continue
			}
			k, err := a.exchangeWith(ctx, county, list[i].ID)
			n += k
			if err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// partnerBusy looks, without writing, whether there is anything to do for a partner.
func (a *App) partnerBusy(ctx context.Context, county domain.CountyCode, pt *domain.Partner) (busy bool, err error) {
	if !pt.Active || pt.Health.Lease.After(a.Now()) {
		return false, nil
	}
	err = a.DB.Read(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(county)
		due, err := tx.PartnersDue(pt.ID, 1)
		if err != nil {
			return err
		}
		waiting, err := tx.QueuedPartnerOut(pt.ID, pt.Seq, 1)
		busy = pt.Pull || pt.Filled != domain.PartnerFull || len(due) > 0 || len(waiting) > 0
		return err
	})
	return busy, err
}

// exchangeWith works one partner under a lease: of several processes one does.
func (a *App) exchangeWith(ctx context.Context, county domain.CountyCode, id string) (int, error) {
	mine := false
	if err := a.DB.Write(ctx, func(tx *store.Tx) (err error) {
		mine, err = tx.In(county).LeasePartner(id, tx.Now().Add(partnerLease))
		return err
	}); err != nil || !mine {
		return 0, err
	}
	defer func() {
		if err := a.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.In(county).FreePartner(id) }); err != nil {
			a.Log.Warn("free partner", "partner", id, "err", err)
		}
	}()
	total := 0
	for _, step := range []func(context.Context, domain.CountyCode, string) (int, error){a.fillPartner, a.buildEvents, a.pushEvents, a.pullEvents, a.watchPartner} {
		n, err := step(ctx, county, id)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// fillPartner marks the running records of a new partner, some at a time; how far it has
// come survives a restart.
func (a *App) fillPartner(ctx context.Context, county domain.CountyCode, id string) (n int, err error) {
	err = a.write(ctx, System(county), func(w *work) error {
		n = 0
		pt, err := w.tx.Partner(id)
		if err != nil || pt.Filled == domain.PartnerFull {
			return err
		}
		_, def := w.mappingOf(pt)
		if def == nil {
			return nil
		}
		var keys []string
		for k, rt := range def.Records.All() {
			if rt.Out {
				keys = append(keys, k)
			}
		}
		next := domain.PartnerFull
		if len(keys) > 0 {
			page, err := w.tx.Records(store.RecordFilter{Program: pt.Program, Keys: keys, Running: true, Access: store.AccessAll, Oldest: true, Cursor: pt.Filled, Limit: partnerFill})
			if err != nil {
				return err
			}
			for i := range page.Items {
				if err := w.tx.MarkPartnerDue(id, page.Items[i].ID); err != nil {
					return err
				}
			}
			n = len(page.Items)
			if page.Next != "" {
				next = page.Next
			}
		}
		return w.tx.SaveFilled(id, pt.Filled, next)
	})
	return n, err
}

// buildEvents makes the events of records that were marked, in one transaction each
// batch: the mark goes with the event that says what it marked.
func (a *App) buildEvents(ctx context.Context, county domain.CountyCode, id string) (total int, err error) {
	for {
		n := 0
		if err = a.write(ctx, System(county), func(w *work) error {
			n = 0
			pt, err := w.tx.Partner(id)
			if err != nil {
				return err
			}
			due, err := w.tx.PartnersDue(id, partnerBuild)
			if err != nil {
				return err
			}
			for i := range due {
				if err := w.buildEvent(pt, &due[i]); err != nil {
					return err
				}
			}
			n = len(due)
			return nil
		}); err != nil {
			return total, err
		}
		if total += n; n < partnerBuild || ctx.Err() != nil {
			return total, nil
		}
	}
}

// buildEvent builds what one record has to tell, if anything is new to the partner.
func (w *work) buildEvent(pt *domain.Partner, due *domain.PartnerDue) error {
	if err := w.tx.DropPartnerDue(due); err != nil {
		return err
	}
	p, def := w.mappingOf(pt)
	if def == nil {
		return nil
	}
	r, err := w.unit.Load(due.Record)
	if err != nil {
		return hideGone(err)
	}
	rt := def.Records.Get(r.Key)
	if rt == nil {
		return nil
	}
	link, err := orNil(w.tx.PartnerLink(pt.ID, r.ID))
	if err != nil {
		return err
	}
	vals, tells, err := w.tellable(pt, def, rt, r)
	if err != nil {
		return err
	}
	if !tells && (link == nil || link.SentSeq == 0 || link.Gone) {
		return nil
	}
	if link == nil {
		link = &domain.PartnerLink{Partner: pt.ID, Record: r.ID, Secret: map[string]any{}}
	}
	st := stateOf(link)
	open, err := w.openNames(pt, r)
	if err != nil {
		return err
	}
	if tells && !link.Gone && len(st.Chose) == 0 && len(vals) == len(st.Known) && sameOnWire(vals, st.Known) && (link.SentSeq > 0 || link.External != "") {
		return nil // the partner knows all this
	}
	return w.queueEvent(pt, p, rt, r.Record, link, st, vals, tells, open)
}

func hideGone(err error) error {
	if domain.KindOf(err) == domain.KindNotFound {
		return nil
	}
	return err
}

func (w *work) queueEvent(pt *domain.Partner, p *program.Program, rt *program.PartnerRecord, rec *domain.Record, link *domain.PartnerLink, st *linkState, vals map[string]any, tells bool, open []string) error {
	if err := w.tx.NextPartnerSeq(pt); err != nil {
		return err
	}
	ev := &exchange.Event{ID: w.NewID(), Source: "urn:linqiao:" + string(pt.County) + ":" + pt.ID, Type: exchange.TypeWithdrawn, Time: w.Now(),
		Data: exchange.Data{Program: p.Key, Record: rt.Key, ID: string(rec.ID), External: link.External, Version: pt.Seq, Seen: link.Theirs}}
	if tells {
		for k, v := range vals {
			if !sameOnWire(v, st.Known[k]) {
				st.Changed[k] = w.Now().UnixMilli()
			}
		}
		ev.Type, ev.Data.Fields, ev.Data.Open, ev.Data.Chose = exchange.TypeChanged, vals, open, st.Chose
		ev.Data.Changed = map[string]time.Time{}
		for k := range vals {
			if ms, ok := st.Changed[k]; ok {
				ev.Data.Changed[k] = time.UnixMilli(ms).UTC()
			}
		}
		for _, k := range st.Chose {
			st.Decided[k] = pt.Seq
		}
		st.Known, st.Chose = maps.Clone(vals), nil
		st.Sent = append(st.Sent, sentValues{pt.Seq, maps.Clone(vals)})
		if len(st.Sent) > sentMost {
			st.Sent = st.Sent[1:]
		}
	} else {
		st.Known, st.Sent = map[string]any{}, nil
	}
	link.SentSeq, link.Gone = pt.Seq, !tells
	st.into(link)
	body, err := ev.Encode()
	if err != nil {
		return err
	}
	if err := w.tx.SavePartnerLink(link); err != nil {
		return err
	}
	if err := w.countPartner(p, pt, rec, "queued"); err != nil {
		return err
	}
	return w.tx.InsertPartnerOut(&domain.PartnerOut{Partner: pt.ID, Seq: pt.Seq, ID: ev.ID, Record: rec.ID, Type: ev.Type, State: domain.PartnerQueued,
		NextAt: w.Now(), Body: string(body)})
}

// countPartner feeds the figures `partner.k.queued` and `partner.k.delivered`.
func (w *work) countPartner(p *program.Program, pt *domain.Partner, rec *domain.Record, end string) error {
	list, err := w.unit.Happened(p, "partner."+pt.Key+"."+end, rec.Subject, rec.Path, rec.Provider, nil, domain.DateOf(w.Now()))
	if err == nil {
		w.unit.CountHappened(p, "partner_"+end, rec.Subject, list)
	}
	return err
}

// pushEvents hands over what is due, oldest first, until nothing is or the way is closed.
func (a *App) pushEvents(ctx context.Context, county domain.CountyCode, id string) (total int, err error) {
	var last *domain.PartnerOut
	var receipt *exchange.Receipt
	var failure *notify.Failure
	for {
		var client *exchange.Client
		var next *domain.PartnerOut
		step := ctx
		if last != nil {
			step = context.WithoutCancel(ctx) // what was handed over is noted even when the process stops
		}
		if err = a.write(step, System(county), func(w *work) error {
			next, client = nil, nil
			pt, err := w.tx.Partner(id)
			if err != nil {
				return err
			}
			if last != nil {
				if err := w.notePush(pt, last, receipt, failure); err != nil {
					return err
				}
			}
			if !pt.Push || !pt.Active || pt.Health.OpenAt.After(w.Now()) || total >= partnerTurn || ctx.Err() != nil {
				return nil
			}
			if client = a.partnerClient(pt); client == nil {
				return nil
			}
			next, err = w.claimOut(pt)
			return err
		}); err != nil || next == nil {
			return total, err
		}
		total++
		last, receipt, failure = next, nil, nil
		if receipt, err = client.Push(ctx, []byte(next.Body)); err != nil {
			failure = notify.FailureOf(err)
		}
	}
}

// partnerClient is the way to a partner, nil while address or key lack.
func (a *App) partnerClient(pt *domain.Partner) *exchange.Client {
	key, ok := exchange.ParseKey(asText(pt.Secret["key"]))
	url := asText(pt.Secret["url"])
	if !ok || exchange.CheckURL(url) != nil {
		return nil
	}
	return exchange.NewClient(url, key, a.Now)
}

// claimOut takes the next event in hand. A crash leaves it claimed; after the lease it
// is handed over again as the same event. What may no longer be told is built anew.
func (w *work) claimOut(pt *domain.Partner) (*domain.PartnerOut, error) {
	for range partnerBuild {
		o, err := w.tx.DuePartnerOut(pt.ID)
		if err != nil || o == nil {
			return nil, err
		}
		if ok, err := w.stillTells(pt, o); err != nil {
			return nil, err
		} else if !ok {
			if err := w.tx.MarkPartnerDue(pt.ID, o.Record); err != nil {
				return nil, err
			}
			continue
		}
		o.Tries++
		o.NextAt, o.Error = w.Now().Add(partnerLease), ""
		_, err = w.tx.SavePartnerOut(o)
		return o, err
	}
	return nil, nil
}

// stillTells asks the condition again when an event leaves: a consent may have run out
// since it was built.
func (w *work) stillTells(pt *domain.Partner, o *domain.PartnerOut) (bool, error) {
	if o.Type == exchange.TypeWithdrawn {
		return true, nil
	}
	_, def := w.mappingOf(pt)
	if def == nil {
		return false, nil
	}
	r, err := w.unit.Load(o.Record)
	if err != nil {
		return false, err
	}
	rt := def.Records.Get(r.Key)
	if rt == nil || !rt.Out {
		return false, nil
	}
	return w.travelsNow(def, rt, r)
}

// notePush notes how an event and the way fared.
func (w *work) notePush(pt *domain.Partner, o *domain.PartnerOut, receipt *exchange.Receipt, f *notify.Failure) error {
	w.app.judgeChannel(w.Now(), &pt.Health, linkFault(f))
	if err := w.tx.SavePartnerHealth(pt.ID, pt.Health); err != nil {
		return err
	}
	now, err := orNil(w.tx.PartnerOut(pt.ID, o.Seq))
	if err != nil || now == nil || now.State != domain.PartnerQueued || now.Tries != o.Tries {
		return err // a newer event has taken its place
	}
	if f == nil {
		return w.delivered(pt, now, receipt)
	}
	now.Error = cutText(f.Code+" "+f.Answer, 300)
	switch {
	case f.Fault == notify.Down:
		now.NextAt = w.Now().Add(jitter(20 * time.Second))
	case f.Fault == notify.Later:
		if now.FirstFail.IsZero() {
			now.FirstFail = w.Now()
		}
		// While nothing at all goes through it is the way's fault, however long it lasts.
		if now.Fails++; now.Fails < partnerFails || !pt.Health.LastOK.After(now.FirstFail) {
			now.NextAt = w.Now().Add(max(f.After, backoff(now.Fails, partnerWait)))
			break
		}
		now.State, now.NextAt, now.Ended = domain.PartnerDead, time.Time{}, w.Now()
	default:
		now.State, now.NextAt, now.Ended = domain.PartnerDead, time.Time{}, w.Now()
	}
	dead, err := w.tx.CountPartnerOut(pt.ID, domain.PartnerDead)
	if err != nil {
		return err
	}
	if now.State == domain.PartnerDead && dead == 0 { // whoever looks finds the others too
		if err := w.tellPartner(pt, "发给“"+pt.Name+"”的一件没有被接受，请在“数据对接”里查看"); err != nil {
			return err
		}
	}
	_, err = w.tx.SavePartnerOut(now)
	return err
}

// linkFault is what a failure says of the way: that an event was refused shows that the
// way is open.
func linkFault(f *notify.Failure) *notify.Failure {
	if f == nil || f.Fault == notify.Refused {
		return nil
	}
	return f
}

func (w *work) delivered(pt *domain.Partner, o *domain.PartnerOut, receipt *exchange.Receipt) error {
	o.State, o.NextAt, o.Ended, o.Error = domain.PartnerSent, time.Time{}, w.Now(), ""
	if _, err := w.tx.SavePartnerOut(o); err != nil {
		return err
	}
	if err := w.tx.HeardPartner(pt.ID); err != nil {
		return err
	}
	p, _ := w.mappingOf(pt)
	r, err := w.unit.Load(o.Record)
	if err != nil || p == nil {
		return hideGone(err)
	}
	if err := w.countPartner(p, pt, r.Record, "delivered"); err != nil || receipt == nil || receipt.Status == "held" {
		return err
	}
	link, err := orNil(w.tx.PartnerLink(pt.ID, o.Record))
	if err != nil || link == nil {
		return err
	}
	st := stateOf(link)
	st.acknowledged(o.Seq, receipt.Open)
	st.into(link)
	if link.External == "" && receipt.ID != "" && len(receipt.ID) <= 200 {
		other, err := orNil(w.tx.PartnerLinkByExternal(pt.ID, receipt.ID))
		if err != nil {
			return err
		}
		if other == nil {
			link.External = receipt.ID
		}
	}
	return w.tx.SavePartnerLink(link)
}

// pullEvents asks a partner for what came after our mark and takes it in; the mark
// moves with each event.
func (a *App) pullEvents(ctx context.Context, county domain.CountyCode, id string) (total int, err error) {
	for {
		var pt *domain.Partner
		if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
			pt, err = tx.In(county).Partner(id)
			return err
		}); err != nil {
			return total, err
		}
		client := a.partnerClient(pt)
		if !pt.Pull || !pt.Active || pt.Health.OpenAt.After(a.Now()) || client == nil || total >= partnerTurn {
			return total, nil
		}
		page, err := client.Pull(ctx, pt.Pulled)
		if ctx.Err() != nil {
			return total, nil
		}
		if err != nil {
			return total, a.notePull(ctx, county, pt, notify.FailureOf(err))
		}
		for _, raw := range page.Items {
			if err := a.takePulled(ctx, county, id, raw); err != nil {
				return total, err
			}
			total++
		}
		if err := a.markPulled(ctx, county, pt, page.Next); err != nil || !page.More || page.Next <= pt.Pulled {
			return total, err
		}
	}
}

// takePulled takes one event of a feed in. One that is wrong in itself is kept for a
// person: nobody there would learn of a refusal.
func (a *App) takePulled(ctx context.Context, county domain.CountyCode, id string, raw json.RawMessage) error {
	_, err := a.receive(ctx, county, id, raw, nil)
	if domain.KindOf(err) != domain.KindInvalid {
		return err
	}
	return a.write(ctx, System(county), func(w *work) error {
		row := &domain.PartnerIn{Partner: id, Source: "feed", Event: w.NewID(), State: domain.PartnerHeld, Error: domain.CodeOf(err), Body: string(raw)}
		var ev struct{ ID, Source string }
		if json.Unmarshal(raw, &ev) == nil && ev.ID != "" && len(ev.ID) <= 200 && len(ev.Source) <= 200 {
			row.Source, row.Event = ev.Source, ev.ID
			if seen, err := orNil(w.tx.PartnerInBy(id, ev.Source, ev.ID)); err != nil || seen != nil {
				return err
			}
		}
		return w.tx.InsertPartnerIn(row)
	})
}

func (a *App) notePull(ctx context.Context, county domain.CountyCode, pt *domain.Partner, f *notify.Failure) error {
	return a.DB.Write(ctx, func(tx *store.Tx) error {
		a.judgeChannel(tx.Now(), &pt.Health, f)
		return tx.In(county).SavePartnerHealth(pt.ID, pt.Health)
	})
}

func (a *App) markPulled(ctx context.Context, county domain.CountyCode, pt *domain.Partner, next int64) error {
	return a.write(ctx, System(county), func(w *work) error {
		if pt.Health.Fails > 0 || w.Now().Sub(pt.Health.LastOK) > time.Minute {
			a.judgeChannel(w.Now(), &pt.Health, nil)
			if err := w.tx.SavePartnerHealth(pt.ID, pt.Health); err != nil {
				return err
			}
			if err := w.tx.HeardPartner(pt.ID); err != nil {
				return err
			}
		}
		if next == pt.Pulled {
			return nil
		}
		return w.tx.SavePulled(pt.ID, pt.Pulled, next)
	})
}

// watchPartner tells once when a partner has been silent for too long although
// something waits for it or is asked of it.
func (a *App) watchPartner(ctx context.Context, county domain.CountyCode, id string) (int, error) {
	return 0, a.write(ctx, System(county), func(w *work) error {
		pt, err := w.tx.Partner(id)
		if err != nil || !pt.Told.IsZero() {
			return err
		}
		_, def := w.mappingOf(pt)
		if def == nil || !def.Quiet {
			return nil
		}
		since := pt.LastIn
		if since.IsZero() {
			since = pt.Created
		}
		if w.app.cal.Before(w.Now(), def.QuietFor.N, def.QuietFor.Unit).Before(since) {
			return nil
		}
		waiting, err := w.tx.CountPartnerOut(id, domain.PartnerQueued)
		if err != nil || waiting == 0 && !pt.Pull {
			return err
		}
		if err := w.tx.ToldPartner(id); err != nil {
			return err
		}
		return w.tellPartner(pt, "与“"+pt.Name+"”的数据对接已经中断，待发 "+itoa64(int64(waiting))+" 件，通了会自动补发")
	})
}

// tellPartner tells those whom the mapping names; the text names nobody's record.
func (w *work) tellPartner(pt *domain.Partner, text string) error {
	p, def := w.mappingOf(pt)
	if def == nil {
		return nil
	}
	top := &domain.Record{County: pt.County, Program: pt.Program, Region: domain.RegionID(pt.County), Path: w.countyTop(), Data: map[string]any{}}
	var to []domain.AccountID
	for _, k := range def.Tells {
		role := p.Roles.Get(k)
		if role == nil {
			continue
		}
		list, err := w.holders(role, top)
		if err != nil {
			return err
		}
		to = append(to, list...)
	}
	return w.tell(telling{program: pt.Program, message: "partner", text: text}, to)
}

// Feed gives a partner what came after its mark. Asking is taking: what stands before
// the mark has arrived.
func (a *App) Feed(ctx context.Context, in *Signed, after int64) (*exchange.Page, error) {
	pt, err := a.admitPartner(ctx, in)
	if err != nil {
		return nil, err
	}
	page := &exchange.Page{Items: []json.RawMessage{}, Next: after}
	err = a.write(ctx, System(pt.County), func(w *work) error {
		page.Items, page.Next, page.More = page.Items[:0], after, false
		now, err := w.tx.Partner(pt.ID)
		if err != nil {
			return err
		}
		if after > now.Seq { // this side was restored from a copy: all is told again
			after, page.Next = 0, 0
		}
		if err := w.arrived(pt, after); err != nil {
			return err
		}
		list, err := w.tx.PartnerFeed(pt.ID, after, exchange.PageMost+1)
		if err != nil {
			return err
		}
		for i := range list {
			o := &list[i]
			due, err := w.tx.AnyPartnerDue(pt.ID, o.Record)
			if err != nil {
				return err
			}
			ok, err := w.stillTells(pt, o)
			if err != nil {
				return err
			}
			if due || !ok { // built anew first, and then it stands at the end
				if !ok {
					err = w.tx.MarkPartnerDue(pt.ID, o.Record)
				}
				return err
			}
			if i == exchange.PageMost {
				page.More = true
				return nil
			}
			page.Items, page.Next = append(page.Items, json.RawMessage(o.Body)), o.Seq
		}
		return nil
	})
	return page, err
}

// arrived notes the events before a mark as taken.
func (w *work) arrived(pt *domain.Partner, mark int64) error {
	list, err := w.tx.QueuedPartnerOut(pt.ID, mark, exchange.PageMost)
	if err != nil {
		return err
	}
	for i := range list {
		if err := w.delivered(pt, &list[i], nil); err != nil {
			return err
		}
	}
	return nil
}
