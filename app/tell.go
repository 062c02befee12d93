package app

import (
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/notify"
	"linqiao/store"
)

// deliverWithin is how long a message is worth sending when its program does not
// say: a gateway may be away over a weekend's night, not over a week.
const deliverWithin = 72 * time.Hour

// telling is one message on its way to several people.
type telling struct {
	program string
	message string // key, or "" for words of the kernel
	text    string
	record  *domain.Record
	via     []string
	urgent  bool
	lasts   program.Span
}

// Notify tells everybody who holds the role relative to the row; sending is the
// background's work, after the commit.
func (w *work) Notify(n record.Notice) error {
	p, err := w.Program(n.Program, 0)
	if err != nil {
		return err
	}
	role := p.Roles.Get(n.Role)
	if role == nil {
		return nil
	}
	accounts, err := w.holders(role, n.Record)
	if err != nil {
		return err
	}
	return w.tell(telling{program: n.Program, message: n.Message, text: n.Text, record: n.Record, via: n.Via, urgent: n.Urgent, lasts: n.Lasts}, accounts)
}

// tell writes the message for each person: always inside the product, where he
// finds it again, and beside that by the channels it names.
func (w *work) tell(t telling, accounts []domain.AccountID) error {
	accounts = slices.Clone(accounts)
	slices.Sort(accounts)
	accounts = slices.Compact(accounts)
	for _, acc := range accounts {
		w.put(w.delivery(t, acc, domain.InApp, t.text))
		w.told(acc)
	}
	out := slices.DeleteFunc(slices.Clone(t.via), func(v string) bool { return v == domain.InApp || v == "screen" })
	if len(out) == 0 || len(accounts) == 0 {
		return nil
	}
	text, err := w.outward(t.record, t.text)
	if err != nil {
		return err
	}
	ways, err := w.channels()
	if err != nil {
		return err
	}
	for _, via := range out {
		if notify.Personal(via) {
			err = w.tellEach(t, ways, via, text, accounts)
		} else {
			err = w.tellGroups(t, ways, text, accounts)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tellEach queues one message a person, by the channel of his unit or the county's.
func (w *work) tellEach(t telling, ways []domain.Channel, via, text string, accounts []domain.AccountID) error {
	accounts, err := w.persons(accounts)
	if err != nil {
		return err
	}
	for _, acc := range accounts {
		d := w.delivery(t, acc, via, text)
		way, err := w.wayFor(ways, acc, via)
		if err != nil {
			return err
		}
		if way == nil {
			d.State, d.NextAt, d.Ended, d.Answer = domain.DeliverySkipped, time.Time{}, w.Now(), "no_channel"
		} else {
			d.Route = way.ID
		}
		w.put(d)
	}
	return nil
}

// persons keeps one account of each person: who signs in by password and by phone has
// two accounts and one telephone. The one that said how to be told counts.
func (w *work) persons(accounts []domain.AccountID) ([]domain.AccountID, error) {
	var out []domain.AccountID
	at := map[domain.PartyID]int{}
	for _, id := range accounts {
		acc, err := w.Account(id)
		if err != nil {
			return nil, err
		}
		i, known := at[acc.Party]
		if acc.Party == "" || !known {
			at[acc.Party] = len(out)
			out = append(out, id)
			continue
		}
		if c, err := orNil(w.tx.Contact(id)); err != nil {
			return nil, err
		} else if c != nil {
			out[i] = id
		}
	}
	return out, nil
}

// tellGroups queues one message for each group that one of the people belongs to:
// forty members of a unit are one message to its robot.
func (w *work) tellGroups(t telling, ways []domain.Channel, text string, accounts []domain.AccountID) error {
	seen := map[string]bool{}
	for _, acc := range accounts {
		way, err := w.wayFor(ways, acc, notify.WeCom, notify.DingTalk)
		if err != nil {
			return err
		}
		if way == nil || seen[way.ID] {
			continue
		}
		seen[way.ID] = true
		d := w.delivery(t, "", way.Kind, text)
		d.Route = way.ID
		w.put(d)
	}
	return nil
}

// wayFor is the active channel of a kind of one of the account's units, otherwise
// of the county.
func (w *work) wayFor(ways []domain.Channel, acc domain.AccountID, kinds ...string) (*domain.Channel, error) {
	if len(ways) == 0 {
		return nil, nil
	}
	posts, err := w.tx.Memberships(store.MembershipFilter{Account: acc})
	if err != nil {
		return nil, err
	}
	var county *domain.Channel
	for i := range ways {
		c := &ways[i]
		if !c.Active || !slices.Contains(kinds, c.Kind) {
			continue
		}
		if c.Org == "" {
			if county == nil {
				county = c
			}
		} else if slices.ContainsFunc(posts, func(m domain.Membership) bool { return m.Org == c.Org }) {
			return c, nil
		}
	}
	return county, nil
}

// channels lists the county's channels, once a transaction.
func (w *work) channels() ([]domain.Channel, error) {
	return memo(&w.c.channels, "", w.tx.Channels)
}

// delivery is one message to one account, not written yet.
func (w *work) delivery(t telling, acc domain.AccountID, channel, text string) *domain.Delivery {
	d := &domain.Delivery{ID: store.NewID(), ToAccount: acc, Channel: channel, Program: t.program, Message: t.message, Text: text,
		State: domain.DeliverySent, Urgent: t.urgent, Created: w.Now()}
	if t.record != nil {
		d.Record = t.record.ID
	}
	if channel != domain.InApp {
		d.State, d.NextAt, d.Expires = domain.DeliveryQueued, w.Now(), w.Now().Add(deliverWithin)
		if t.lasts.N > 0 {
			d.Expires, _ = w.app.cal.Due(w.Now(), t.lasts.N, t.lasts.Unit, false)
		}
	}
	return d
}

// put writes a message once what it refers to is written.
func (w *work) put(d *domain.Delivery) {
	if w.trace != nil {
		w.trace.sent = append(w.trace.sent, d.ID)
	}
	w.later("", func() error { return w.tx.InsertDelivery(d) })
}

// told lets the person's open screens know after the commit.
func (w *work) told(acc domain.AccountID) {
	w.after = append(w.after, func() { w.app.stream.told(w.who.County, acc) })
}

// holders lists the accounts that hold a role relative to a record.
func (w *work) holders(role *program.Role, r *domain.Record) ([]domain.AccountID, error) {
	switch role.Is {
	case "self":
		return w.accountsOf(r.Subject)
	case "guardian":
		list, err := w.Guardians(r.Subject)
		if err != nil {
			return nil, err
		}
		var out []domain.AccountID
		for _, g := range list {
			acc, err := w.accountsOf(g)
			if err != nil {
				return nil, err
			}
			out = append(out, acc...)
		}
		return out, nil
	case "owner":
		if r.Owner != "" {
			return []domain.AccountID{r.Owner}, nil
		}
		return w.members(store.MembershipFilter{Org: r.OwnerOrg}, r.OwnerOrg != "")
	case "receiver":
		if len(role.HeldBy.Party) > 0 { // people hold it for themselves
			if r.Owner == "" {
				return nil, nil
			}
			return []domain.AccountID{r.Owner}, nil
		}
		return w.members(store.MembershipFilter{Org: r.Provider}, r.Provider != "")
	case "member":
		return w.placeHolders(r.Program, role)
	case "area":
		return w.areaHolders(role, r.Path)
	case "keeper":
		return w.keepersOf(r.Program, role, r.Path)
	}
	return nil, nil
}

func (w *work) accountsOf(p domain.PartyID) ([]domain.AccountID, error) {
	if p == "" {
		return nil, nil
	}
	list, err := w.tx.AccountsOf(p)
	var out []domain.AccountID
	for _, a := range list {
		out = append(out, a.ID)
	}
	return out, err
}

func (w *work) members(f store.MembershipFilter, set bool) ([]domain.AccountID, error) {
	if !set {
		return nil, nil
	}
	list, err := w.tx.Memberships(f)
	var out []domain.AccountID
	for _, m := range list {
		if m.Active {
			out = append(out, m.Account)
		}
	}
	return out, err
}

// areaHolders: members of units of the role's kinds whose area covers the path.
func (w *work) areaHolders(role *program.Role, path string) ([]domain.AccountID, error) {
	var out []domain.AccountID
	for _, kind := range role.HeldBy.Org {
		orgs, err := w.tx.Orgs(store.OrgFilter{Kinds: []string{kind}, Covers: path})
		if err != nil {
			return nil, err
		}
		for i := range orgs {
			o := &orgs[i]
			if role.HeldBy.Level != "" && o.Level != role.HeldBy.Level || !orgCovers(o, path) {
				continue
			}
			list, err := w.tx.Memberships(store.MembershipFilter{Org: o.ID})
			if err != nil {
				return nil, err
			}
			for _, m := range list {
				if m.Active && holdsAt(role, &m, path) {
					out = append(out, m.Account)
				}
			}
		}
	}
	return out, nil
}

// holdsAt: the post is one that the role asks for, and a post over a part of the
// unit's area covers the path.
func holdsAt(role *program.Role, m *domain.Membership, path string) bool {
	return (len(role.HeldBy.Post) == 0 || slices.Contains(role.HeldBy.Post, m.Post)) && (m.Path == "" || record.InPath(path, m.Path))
}

func orgCovers(o *domain.Org, path string) bool {
	for _, p := range areaPaths(o) {
		if record.InPath(path, p) {
			return true
		}
	}
	return false
}
