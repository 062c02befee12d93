package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/exchange"
	"linqiao/store"
)

// PartnerItemView is one event that went out or came in, for who watches the way. It
// names the record and shows nothing of what the event says.
type PartnerItemView struct {
	ID      string     `json:"id"`
	Kind    string     `json:"kind"`
	RefNo   string     `json:"ref_no,omitempty"`
	Type    string     `json:"type,omitempty"`
	State   string     `json:"state"`
	Tries   int        `json:"tries,omitempty"`
	At      time.Time  `json:"at"`
	Next    *time.Time `json:"next,omitempty"`
	Error   string     `json:"error,omitempty"`
	Problem string     `json:"problem,omitempty"` // the same in words
}

// PartnerItemQuery selects events of a partner.
type PartnerItemQuery struct {
	State  string // queued, sent, dead; held, taken, dropped
	Cursor string
	Limit  int
}

// PartnerItems lists what goes out or comes in, newest first.
func (a *App) PartnerItems(ctx context.Context, who *Who, id string, q PartnerItemQuery) (out List[PartnerItemView], err error) {
	limit := min(max(q.Limit, 1), 200)
	if q.Limit == 0 {
		limit = 50
	}
	err = a.read(ctx, who, func(w *work) error {
		pt, err := w.tx.Partner(id)
		if err != nil {
			return err
		}
		var items []PartnerItemView
		switch q.State {
		case domain.PartnerQueued, domain.PartnerSent, domain.PartnerDead:
			items, err = w.outItems(pt, q.State, q.Cursor, limit+1)
		case domain.PartnerHeld, domain.PartnerTaken, domain.PartnerDrop:
			items, err = w.inItems(pt, q.State, q.Cursor, limit+1)
		default:
			return domain.E(domain.KindInvalid, "fields").With("state", "option")
		}
		next := ""
		if len(items) > limit {
			items = items[:limit]
			next = items[limit-1].ID
		}
		out = listOf(items, next)
		return err
	})
	return out, err
}

func (w *work) outItems(pt *domain.Partner, state, cursor string, limit int) ([]PartnerItemView, error) {
	before, _ := strconv.ParseInt(cursor, 10, 64)
	list, err := w.tx.PartnerOuts(pt.ID, state, before, limit)
	items := make([]PartnerItemView, 0, len(list))
	for i := range list {
		o := &list[i]
		v := PartnerItemView{ID: itoa64(o.Seq), Type: "changed", State: o.State, Tries: o.Tries, At: o.Created, Error: o.Error, Problem: w.outProblem(o.Error)}
		if o.Type == exchange.TypeWithdrawn {
			v.Type = "withdrawn"
		}
		if o.State == domain.PartnerQueued {
			v.Next = instant(o.NextAt)
		}
		v.Kind, v.RefNo = w.partnerRecord(pt, o.Record, "")
		items = append(items, v)
	}
	return items, err
}

func (w *work) inItems(pt *domain.Partner, state, cursor string, limit int) ([]PartnerItemView, error) {
	list, err := w.tx.PartnerIns(pt.ID, state, cursor, limit)
	items := make([]PartnerItemView, 0, len(list))
	for i := range list {
		in := &list[i]
		v := PartnerItemView{ID: in.ID, State: in.State, At: in.At, Error: in.Error, Problem: w.inProblem(in.Error)}
		v.Kind, v.RefNo = w.partnerRecord(pt, in.Record, in.Kind)
		items = append(items, v)
	}
	return items, err
}

// partnerRecord names a record to who watches the way: its kind and number.
func (w *work) partnerRecord(pt *domain.Partner, id domain.RecordID, kind string) (label, refNo string) {
	p, _ := w.mappingOf(pt)
	if id != "" {
		if r, err := w.unit.Load(id); err == nil {
			return w.words(r.P).Kind(r.T), r.RefNo
		}
	}
	if p != nil && p.Records.Has(kind) {
		return w.words(p).Kind(p.Records.Get(kind)), ""
	}
	return "", ""
}

// outProblem words why an event was not taken by the other side.
func (w *work) outProblem(code string) string {
	head, _, _ := strings.Cut(code, " ")
	switch head {
	case "":
		return ""
	case "network", "timeout", "502", "503", "504":
		return w.pick("连不上对方", "The partner cannot be reached")
	case "address":
		return w.pick("对方地址不允许访问", "The address is not allowed")
	case "401", "403":
		return w.pick("对方不认我们的密钥，请向对方要新的密钥", "The partner does not accept our key; ask for a new one")
	case "404", "410":
		return w.pick("对方地址上没有接收接口，请核对地址", "Nothing receives at the address; check it")
	case "413":
		return w.pick("内容太大，对方不收", "Too large for the partner")
	case "422", "400":
		return w.pick("对方认为内容有误，请与对方核对字段对照", "The partner says the content is wrong; compare the mappings")
	case "429":
		return w.pick("发得太快，稍后再发", "Too fast; sent again later")
	}
	return w.pick("对方系统出错", "The partner's system failed")
}

// inProblem words why an event that came is held.
func (w *work) inProblem(code string) string {
	if say, ok := strings.CutPrefix(code, "guard:"); ok {
		return say
	}
	switch code {
	case "":
		return ""
	case "partner_subject":
		return w.pick("没有找到这个人（单位），建档后再处理", "Nobody on file by this number; put him on file, then try again")
	case "partner_ambiguous":
		return w.pick("对应不上唯一的一件，请先核对", "No single record fits; look first")
	case "partner_when", "no_consent":
		return w.pick("没有同意或依据，不能接收", "No consent or ground to take it in")
	case "partner_ended":
		return w.pick("本地的事项已经办结", "The record here has ended")
	case "partner_intake":
		return w.pick("这类事项不能由对方新建", "The partner may not begin records of this kind")
	case "partner_unknown":
		return w.pick("没有对应的事项", "No such record here")
	case "partner_mapping":
		return w.pick("机制里没有这个对接", "The programme has no such mapping")
	case "partner_event":
		return w.pick("内容有误，请与对方核对字段对照", "The content is wrong; compare the mappings")
	}
	return w.pick("暂时不能接收，请核对后重试", "Cannot be taken in yet; look and try again")
}

// PartnerRedo says what to do with events that stand.
type PartnerRedo struct {
	IDs  []string `json:"ids,omitempty" maxItems:"200"`
	All  bool     `json:"all,omitempty"`
	What string   `json:"what" enum:"resend,retake,drop"`
}

// PartnerRedone says how many were dealt with.
type PartnerRedone struct {
	Done int  `json:"done"`
	Left int  `json:"left"` // held still, with what is wrong
	More bool `json:"more"`
}

const partnerRedo = 200

// RedoPartner sends dead letters again, takes held events in again or drops them.
func (a *App) RedoPartner(ctx context.Context, who *Who, once Once, id string, in PartnerRedo) (*PartnerRedone, error) {
	if !in.All && len(in.IDs) == 0 {
		return nil, domain.E(domain.KindInvalid, "fields").With("ids", "required")
	}
	if in.What == "retake" {
		return a.retake(ctx, who, id, in)
	}
	return onceAnswered(ctx, a, who, once, func(w *work) (*PartnerRedone, error) {
		if err := w.adminOnly(); err != nil {
			return nil, err
		}
		pt, err := w.tx.Partner(id)
		if err != nil {
			return nil, err
		}
		out := &PartnerRedone{}
		do, detail := w.resend, "partner_resend"
		if in.What == "drop" {
			do, detail = w.dropHeld, "partner_drop"
		}
		if err := do(pt, in, out); err != nil {
			return nil, err
		}
		return out, w.audit(detail, "partner/"+id, "", map[string]any{"n": out.Done})
	})
}

// resend lets dead letters go again, as the records stand now: an event says all, so an
// old one is never worth more than a new one.
func (w *work) resend(pt *domain.Partner, in PartnerRedo, out *PartnerRedone) error {
	list, err := w.tx.PartnerOuts(pt.ID, domain.PartnerDead, 0, partnerRedo+1)
	if err != nil {
		return err
	}
	for i := range list {
		o := &list[i]
		if !in.All && !slices.Contains(in.IDs, itoa64(o.Seq)) {
			continue
		}
		if out.Done == partnerRedo {
			out.More = true
			break
		}
		o.State, o.NextAt, o.Fails, o.FirstFail, o.Ended = domain.PartnerQueued, w.Now(), 0, time.Time{}, time.Time{}
		if _, err := w.tx.SavePartnerOut(o); err != nil {
			return err
		}
		if err := w.tx.MarkPartnerDue(pt.ID, o.Record); err != nil {
			return err
		}
		out.Done++
	}
	return nil
}

func (w *work) dropHeld(pt *domain.Partner, in PartnerRedo, out *PartnerRedone) error {
	return w.eachHeld(pt, in, out, func(row *domain.PartnerIn) error {
		out.Done++
		return w.tx.EndPartnerIn(row, domain.PartnerDrop)
	})
}

func (w *work) eachHeld(pt *domain.Partner, in PartnerRedo, out *PartnerRedone, do func(*domain.PartnerIn) error) error {
	list, err := w.tx.PartnerIns(pt.ID, domain.PartnerHeld, "", partnerRedo+1)
	if err != nil {
		return err
	}
	n := 0
	for i := range list {
		if !in.All && !slices.Contains(in.IDs, list[i].ID) {
			continue
		}
		if n++; n > partnerRedo {
			out.More = true
			break
		}
		if err := do(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

// retake takes held events in, each in a transaction of its own, oldest first: what was
// taken is no longer held, so doing it again does nothing.
func (a *App) retake(ctx context.Context, who *Who, id string, in PartnerRedo) (*PartnerRedone, error) {
	out := &PartnerRedone{}
	var ids []string
	if err := a.read(ctx, who, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		pt, err := w.tx.Partner(id)
		if err != nil {
			return err
		}
		return w.eachHeld(pt, in, out, func(row *domain.PartnerIn) error {
			ids = append(ids, row.ID)
			return nil
		})
	}); err != nil {
		return nil, err
	}
	slices.Sort(ids)
	for _, k := range ids {
		err := a.retakeOne(ctx, who.County, k)
		switch code := heldFor(err); {
		case err == nil:
			out.Done++
		case code == "" && domain.CodeOf(err) != "partner_event":
			return nil, err
		default:
			out.Left++
			if err := a.DB.Write(ctx, func(tx *store.Tx) error {
				return tx.In(who.County).FaultPartnerIn(k, orElse(code, "partner_event"))
			}); err != nil {
				return nil, err
			}
		}
	}
	return out, a.write(ctx, who, func(w *work) error {
		return w.audit("partner_retake", "partner/"+id, "", map[string]any{"n": out.Done})
	})
}

func (a *App) retakeOne(ctx context.Context, county domain.CountyCode, id string) error {
	return a.write(ctx, System(county), func(w *work) error {
		row, err := w.tx.PartnerIn(id)
		if err != nil || row.State != domain.PartnerHeld {
			return err
		}
		pt, err := w.tx.Partner(row.Partner)
		if err != nil {
			return err
		}
		ev, err := exchange.Parse([]byte(row.Body))
		if err != nil {
			return domain.E(domain.KindInvalid, "partner_event").Wrap(err)
		}
		if row.Record, _, err = w.apply(pt, ev); err != nil {
			return err
		}
		return w.tx.EndPartnerIn(row, domain.PartnerTaken)
	})
}
