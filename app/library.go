package app

import (
	"context"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// A content library shows the live records of one kind to everybody, or to those who
// hold a role. That somebody has read an item is nowhere written down: the item's
// number of the day goes up by one.

// LibraryRef is a library that the reader may look into.
type LibraryRef struct {
	Program      string            `json:"program"`
	ProgramTitle string            `json:"program_title"`
	Key          string            `json:"key"`
	Label        string            `json:"label"`
	Public       bool              `json:"public"`
	Topics       []LibraryTopic    `json:"topics"`
	County       string            `json:"county"`
	code         domain.CountyCode // where it stands, for pages without sign-in
}

// LibraryTopic is a topic about which something is published.
type LibraryTopic struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Count int64  `json:"count"`
}

// LibraryCard is an item in a list. Opened counts the days that are over.
type LibraryCard struct {
	ID        domain.RecordID `json:"id"`
	Title     string          `json:"title"`
	Lead      string          `json:"lead,omitempty"`
	Kind      string          `json:"kind" enum:"article,audio,video"`
	Topics    []Choice        `json:"topics"`
	Published time.Time       `json:"published"`
	Opened    int64           `json:"opened"`
}

// LibraryItem is an item as it is read.
type LibraryItem struct {
	LibraryCard
	Program    string      `json:"program"`
	Library    string      `json:"library"`
	Label      string      `json:"label"` // of the library
	County     string      `json:"county"`
	By         string      `json:"by,omitempty"` // the unit that answers for it
	Text       []TextBlock `json:"text"`
	Media      *MediaView  `json:"media,omitempty"`
	Transcript []TextBlock `json:"transcript"`
	Captions   bool        `json:"captions"`
}

// MediaView is the recording of an item.
type MediaView struct {
	MIME string `json:"mime"`
	Size int64  `json:"size"`
}

// LibraryQuery selects items of a library.
type LibraryQuery struct {
	Program, Key       string
	Topic, Kind, Words string
	Cursor             string
	Limit              int
}

// Visitor is somebody who is not signed in: he reads what is public, in all counties.
func Visitor(lang string) *Who { return &Who{Actor: &record.Actor{}, Lang: lang} }

// inLibraries reads in the reader's county, or in all when nobody is signed in. The
// function says whether it has found what it was after.
func (a *App) inLibraries(ctx context.Context, who *Who, fn func(w *work, t domain.Tenant) (bool, error)) error {
	if who.County != "" {
		return a.read(ctx, who, func(w *work) error {
			t, err := w.tx.Tenant()
			if err == nil {
				_, err = fn(w, *t)
			}
			return err
		})
	}
	done := false
	return a.eachCounty(ctx, "", func(w *work, t domain.Tenant) (err error) {
		if w.who.Lang = who.Lang; !done {
			done, err = fn(w, t)
		}
		return err
	})
}

// reads reports whether the reader is of a library's audience. Nobody is signed in
// where the system reads for a public page.
func (w *work) reads(p *program.Program, l *program.Library) bool {
	if l.Public() {
		return true
	}
	return !w.who.System && slices.ContainsFunc(l.To, func(k string) bool {
		role := p.Roles.Get(k)
		return role != nil && w.inAudience(role)
	})
}

// inAudience: holds the role wherever it may be, and by the kind of party that it is
// for: an employer's reading is not for every resident.
func (w *work) inAudience(role *program.Role) bool {
	if len(role.HeldBy.Party) == 0 || len(role.HeldBy.Org) > 0 {
		return len(w.who.Qualified(role)) > 0
	}
	mine := w.who.Parties
	if role.Is == "guardian" {
		if len(w.who.Wards) == 0 {
			return false
		}
	}
	return slices.ContainsFunc(mine, func(id domain.PartyID) bool {
		party, err := w.Party(id)
		return err == nil && slices.Contains(role.HeldBy.Party, party.Kind)
	})
}

// Libraries lists the libraries that the reader may look into and that have something
// in them. A visitor: the public ones of all counties.
func (a *App) Libraries(ctx context.Context, who *Who) (l List[LibraryRef], err error) {
	out := []LibraryRef{}
	err = a.inLibraries(ctx, who, func(w *work, t domain.Tenant) (bool, error) {
		for _, p := range w.set.set.Programs.All() {
			for _, lib := range p.Libraries.All() {
				if !w.reads(p, lib) {
					continue
				}
				page, err := w.tx.LibraryItems(store.LibraryFilter{Program: p.Key, Key: lib.Key, Limit: 1})
				if err != nil {
					return false, err
				}
				if len(page.Items) == 0 {
					continue
				}
				ref, err := w.libraryRef(p, lib, t)
				if err != nil {
					return false, err
				}
				out = append(out, *ref)
			}
		}
		return false, nil
	})
	return listOf(out, ""), err
}

func (w *work) libraryRef(p *program.Program, l *program.Library, t domain.Tenant) (*LibraryRef, error) {
	ref := &LibraryRef{Program: p.Key, ProgramTitle: titleOf(p, w.who.Lang), Key: l.Key, Label: w.words(p).Named("libraries", l.Key, l.Label),
		Public: l.Public(), County: t.Name, code: t.Code, Topics: []LibraryTopic{}}
	counts, err := w.tx.LibraryTopics(p.Key, l.Key)
	if err != nil {
		return nil, err
	}
	for _, c := range w.topics(p, l, nil) {
		i := slices.IndexFunc(counts, func(x store.TopicCount) bool { return x.Topic == c.Key })
		if i >= 0 {
			ref.Topics = append(ref.Topics, LibraryTopic{c.Key, c.Label, counts[i].N})
		}
	}
	return ref, nil
}

// topics words some topics in the order of the program's list; nil = all.
func (w *work) topics(p *program.Program, l *program.Library, keys []string) []Choice {
	out := []Choice{}
	f := p.Records.Get(l.Of).Fields.Get(l.Topic)
	if f == nil || f.List == nil {
		return out
	}
	for k, o := range f.List.Options.All() {
		if keys == nil || slices.Contains(keys, k) {
			out = append(out, Choice{k, w.words(p).Option(o)})
		}
	}
	return out
}

// library finds a library that the reader may look into; one that is not for him is
// not there.
func (w *work) library(prog, key string) (*program.Program, *program.Library, error) {
	p, err := w.Program(prog, 0)
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, nil, err
	}
	if err == nil {
		if l := p.Libraries.Get(key); l != nil && w.reads(p, l) {
			return p, l, nil
		}
	}
	return nil, nil, domain.NotFound("library")
}

// LibraryPage is a page of a library.
type LibraryPage struct {
	LibraryRef
	Items []LibraryCard `json:"items"`
	Next  *string       `json:"next"`
}

// LibraryItems lists what a library has, the newest first. For a
// visitor, the first county that has such a library, unless one is named.
func (a *App) LibraryItems(ctx context.Context, who *Who, county string, q LibraryQuery) (v *LibraryPage, err error) {
	err = a.inLibraries(ctx, who, func(w *work, t domain.Tenant) (bool, error) {
		if county != "" && t.Name != county {
			return false, nil
		}
		p, l, err := w.library(q.Program, q.Key)
		if domain.KindOf(err) == domain.KindNotFound && err != nil {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		v, err = w.libraryPage(p, l, t, q)
		return len(v.itemsOrNone()) > 0, err
	})
	if err == nil && v == nil {
		err = domain.NotFound("library")
	}
	return v, err
}

func (v *LibraryPage) itemsOrNone() []LibraryCard {
	if v == nil {
		return nil
	}
	return v.Items
}

func (w *work) libraryPage(p *program.Program, l *program.Library, t domain.Tenant, q LibraryQuery) (*LibraryPage, error) {
	ref, err := w.libraryRef(p, l, t)
	if err != nil {
		return nil, err
	}
	page, err := w.tx.LibraryItems(store.LibraryFilter{Program: p.Key, Key: l.Key, Topic: q.Topic, Kind: q.Kind, Query: q.Words, Cursor: q.Cursor, Limit: q.Limit})
	if err != nil {
		return nil, err
	}
	v := &LibraryPage{LibraryRef: *ref, Items: []LibraryCard{}}
	for i := range page.Items {
		c, err := w.libraryCard(p, l, &page.Items[i])
		if err != nil {
			return nil, err
		}
		v.Items = append(v.Items, *c)
	}
	if page.Next != "" {
		v.Next = &page.Next
	}
	return v, nil
}

func (w *work) libraryCard(p *program.Program, l *program.Library, x *domain.LibraryItem) (*LibraryCard, error) {
	keys, err := w.tx.ItemTopics(x.ID)
	if err != nil {
		return nil, err
	}
	if keys == nil {
		keys = []string{}
	}
	return &LibraryCard{x.ID, x.Title, x.Lead, x.Kind, w.topics(p, l, keys), x.Published, x.Opened}, nil
}

// errWithdrawn says that what was published here is no more.
func errWithdrawn(x *domain.LibraryItem) error {
	return domain.E(domain.KindGone, "item_withdrawn", "day", domain.DateOf(x.Ended).String())
}

// item finds an item that the reader may read. One that is not for him, and one that
// was never published, is not there; of one that is withdrawn he learns that much.
func (w *work) item(id domain.RecordID) (*domain.LibraryItem, *record.Row, *program.Library, error) {
	x, err := orNil(w.tx.LibraryItem(id))
	if err != nil {
		return nil, nil, nil, hide(err)
	}
	if x == nil {
		return nil, nil, nil, domain.NotFound("item")
	}
	_, l, err := w.library(x.Program, x.Key)
	if err != nil {
		if domain.KindOf(err) == domain.KindNotFound {
			err = domain.NotFound("item")
		}
		return nil, nil, nil, err
	}
	if x.State != itemLive {
		return nil, nil, nil, errWithdrawn(x)
	}
	r, err := w.unit.Load(id)
	return x, r, l, err
}

// LibraryItem gives one item to read, and counts that it was opened unless the reader's
// own browser says that it has read it just now.
func (a *App) LibraryItem(ctx context.Context, who *Who, id domain.RecordID, again bool) (v *LibraryItem, err error) {
	var county domain.CountyCode
	err = a.findItem(ctx, who, func(w *work, t domain.Tenant) error {
		x, r, l, err := w.item(id)
		if err != nil {
			return err
		}
		county = t.Code
		v, err = w.itemView(x, r, l, t)
		return err
	})
	if err != nil || again {
		return v, err
	}
	if err := a.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.In(county).AddOpening(id, domain.DateOf(a.Now()))
	}, store.Small); err != nil { // who reads is not kept from it by a count
		a.Log.Warn("opening not counted", "error", err)
	}
	return v, nil
}

// findItem looks for an item in the reader's county or in all; that it is withdrawn in
// one says more than that it is absent in another.
func (a *App) findItem(ctx context.Context, who *Who, fn func(w *work, t domain.Tenant) error) error {
	var missing error
	found := false
	err := a.inLibraries(ctx, who, func(w *work, t domain.Tenant) (bool, error) {
		err := fn(w, t)
		if err != nil && domain.KindOf(err) == domain.KindNotFound {
			if missing == nil {
				missing = err
			}
			return false, nil
		}
		found = err == nil
		return found, err
	})
	if err == nil && !found {
		err = missing
	}
	if err == nil && !found {
		err = domain.NotFound("item")
	}
	return err
}

func (w *work) itemView(x *domain.LibraryItem, r *record.Row, l *program.Library, t domain.Tenant) (*LibraryItem, error) {
	card, err := w.libraryCard(r.P, l, x)
	if err != nil {
		return nil, err
	}
	v := &LibraryItem{LibraryCard: *card, Program: x.Program, Library: x.Key, Label: w.words(r.P).Named("libraries", l.Key, l.Label), County: t.Name,
		Text: readText(asText(r.Value(l.Text))), Transcript: readText(asText(r.Value(l.Transcript)))}
	if r.OwnerOrg != "" {
		org, err := w.Org(r.OwnerOrg)
		if err != nil {
			return nil, err
		}
		v.By = org.Name
	}
	if id := asText(r.Value(l.Media)); id != "" {
		att, err := w.tx.Attachment(id)
		if err != nil {
			return nil, err
		}
		v.Media = &MediaView{att.MIME, att.Size}
		v.Captions = l.Captions != "" && asText(r.Value(l.Captions)) != ""
	}
	return v, nil
}
