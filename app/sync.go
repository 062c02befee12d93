package app

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// A phone keeps what its person will need at a door without a network: the running
// records that are with him, his units or about his own parties, and the dossiers of
// those they are about. It asks page by page; when all is here, only for what has
// changed since. Which records there should be is said as one number (Held), so that
// what was handed over, withdrawn or forbidden meanwhile is noticed and dropped.

const (
	// heldMost bounds what one phone holds of records and of dossiers.
	heldMost = 5000
	// syncPage is how many come at once: a few hundred kilobytes.
	syncPage = 100
	// syncOverlap: events written by transactions that began earlier may appear later
	// (PostgreSQL); what is sent twice does no harm.
	syncOverlap = 10 * time.Second
)

var heldNouns = []domain.Noun{domain.Case, domain.Order, domain.Visit, domain.Session, domain.Booking, domain.Item, domain.Activity}

// SyncItem is one thing to keep. Without a value the reader may not see it (any more):
// its copy is dropped, its key stays counted.
type SyncItem struct {
	Kind  string `json:"kind"` // record, party
	Key   string `json:"key"`  // 16 hex digits; says nothing of the id
	ID    string `json:"id,omitempty"`
	Value any    `json:"value,omitempty"`
}

// SyncHeld is what the phone should hold when it has taken the last page: the number
// of keys, and all keys XORed.
type SyncHeld struct {
	Count int    `json:"count"`
	Mark  string `json:"mark"`
}

// SyncView is one page. Held and Duties come with the last page of a run.
type SyncView struct {
	Items    []SyncItem     `json:"items"`
	Cursor   string         `json:"cursor"`
	More     bool           `json:"more"`
	Whole    bool           `json:"whole"` // the run began anew: what is not in it is not held
	Held     *SyncHeld      `json:"held,omitempty"`
	Duties   []DutyItemView `json:"duties,omitempty"`
	Programs []SyncProgram  `json:"programs,omitempty"`
}

// SyncProgram names a version of a program that held records run on.
type SyncProgram struct {
	Program string `json:"program"`
	Version int    `json:"version"`
}

// syncCursor is where a run stands.
type syncCursor struct {
	Part  string `json:"p"` // record, party, done
	After string `json:"a,omitempty"`
	Count int    `json:"c,omitempty"` // of this part, in this run
	Since string `json:"s,omitempty"` // of this run; "" = everything
	Next  string `json:"n"`           // Since of the next run
	Stand string `json:"w"`           // standing of the reader and live programs when the run began
}

func (c *syncCursor) String() string {
	raw, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func readCursor(s string) (*syncCursor, error) {
	c := &syncCursor{}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(raw, c)
	}
	whole := domain.Storable(c.After+c.Since+c.Next+c.Stand) && c.Count >= 0
	if err != nil || !whole || !slices.Contains([]string{"record", "party", "done"}, c.Part) {
		return nil, domain.E(domain.KindInvalid, "cursor").With("cursor", "cursor")
	}
	return c, nil
}

// Sync gives the next page of what the caller's phone keeps.
func (a *App) Sync(ctx context.Context, who *Who, cursor string) (v *SyncView, err error) {
	v = &SyncView{Items: []SyncItem{}}
	err = a.read(ctx, who, func(w *work) error {
		c, err := w.syncRun(cursor)
		if err != nil {
			return err
		}
		v.Whole = c.Since == ""
		if c.Part == "record" {
			if err := w.syncRecords(c, v); err != nil {
				return err
			}
		}
		if c.Part == "party" && len(v.Items) < syncPage {
			if err := w.syncParties(c, v); err != nil {
				return err
			}
		}
		if v.More = c.Part != "done"; !v.More {
			err = w.syncEnd(v)
		}
		v.Cursor = c.String()
		return err
	})
	return v, err
}

// syncRun goes on with a run, or begins the next one; one whose reader or programs
// have changed begins anew with everything.
func (w *work) syncRun(cursor string) (*syncCursor, error) {
	stand := w.standingMark()
	overlap := syncOverlap
	if w.app.DB.Engine() == "sqlite" { // one writer: ids are committed in their order
		overlap = 0
	}
	fresh := &syncCursor{Part: "record", Next: store.FloorNow(overlap), Stand: stand}
	if cursor == "" {
		return fresh, nil
	}
	c, err := readCursor(cursor)
	switch {
	case err != nil:
		return nil, err
	case c.Stand != stand:
		return fresh, nil
	case c.Part == "done":
		fresh.Since = c.Next
		return fresh, nil
	}
	return c, nil
}

// standingMark changes when the reader's posts, parties or the programs change.
func (w *work) standingMark() string {
	h := sha256.New()
	fmt.Fprintf(h, "%v %v %v %v %v %v", w.who.Account, w.who.Memberships, w.who.Parties, w.who.Wards, w.who.Admin, w.who.Lang)
	for k, p := range w.set.set.Programs.All() {
		fmt.Fprintf(h, " %s@%d", k, p.Version)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func (w *work) heldFilter(after, since string, limit int) store.HeldFilter {
	return store.HeldFilter{Account: w.who.Account, Orgs: orgIDs(w.who.Memberships), Parties: slices.Concat(w.who.Parties, w.who.Wards),
		Nouns: heldNouns, After: after, Since: since, Limit: limit}
}

func (w *work) syncRecords(c *syncCursor, v *SyncView) error {
	ids, err := w.tx.HeldRecords(w.heldFilter(c.After, c.Since, syncPage))
	if err != nil {
		return err
	}
	for _, id := range ids {
		item := SyncItem{Kind: "record", Key: heldKey("record", string(id))}
		r, s, err := w.row(id)
		if err == nil {
			item.ID = string(id)
			item.Value, err = w.view(r, s)
		}
		if err != nil && domain.KindOf(err) != domain.KindNotFound {
			return err
		}
		v.Items = append(v.Items, item)
		c.After = string(id)
		c.Count++
	}
	if len(ids) < syncPage || c.Count >= heldMost {
		c.Part, c.After, c.Count = "party", "", 0
	}
	return nil
}

func (w *work) syncParties(c *syncCursor, v *SyncView) error {
	room := syncPage - len(v.Items)
	ids, err := w.tx.HeldParties(w.heldFilter(c.After, c.Since, room))
	if err != nil {
		return err
	}
	for _, id := range ids {
		item := SyncItem{Kind: "party", Key: heldKey("party", string(id))}
		d, err := w.dossier(id)
		if err == nil {
			item.ID, item.Value = string(id), d
		} else if domain.KindOf(err) != domain.KindNotFound {
			return err
		}
		v.Items = append(v.Items, item)
		c.After = string(id)
		c.Count++
	}
	if len(ids) < room || c.Count >= heldMost {
		c.Part, c.After, c.Count = "done", "", 0
	}
	return nil
}

// heldKey tells the phone which one is meant without telling the id of what its person
// may not see.
func heldKey(kind, id string) string {
	h := sha256.Sum256([]byte("held/" + kind + "/" + id))
	return hex.EncodeToString(h[:8])
}

// heldKeys are the keys of all that the phone should hold now.
func (w *work) heldKeys() ([]string, error) {
	records, err := w.tx.HeldRecords(w.heldFilter("", "", heldMost))
	if err != nil {
		return nil, err
	}
	parties, err := w.tx.HeldParties(w.heldFilter("", "", heldMost))
	if err != nil {
		return nil, err
	}
	keys := make([]string, 0, len(records)+len(parties))
	for _, id := range records {
		keys = append(keys, heldKey("record", string(id)))
	}
	for _, id := range parties {
		keys = append(keys, heldKey("party", string(id)))
	}
	return keys, nil
}

// syncEnd says what the phone should hold now, and what it owes.
func (w *work) syncEnd(v *SyncView) error {
	keys, err := w.heldKeys()
	if err != nil {
		return err
	}
	var mark uint64
	for _, k := range keys {
		raw, _ := hex.DecodeString(k)
		mark ^= binary.BigEndian.Uint64(raw)
	}
	v.Held = &SyncHeld{len(keys), fmt.Sprintf("%016x", mark)}
	work := &WorkView{Duties: []DutyItemView{}, Forms: []DutyItemView{}}
	if err := w.workDuties(work); err != nil {
		return err
	}
	v.Duties = append(work.Duties, work.Forms...)
	for key := range w.set.set.Programs.All() {
		v.Programs = append(v.Programs, SyncProgram{key, w.set.set.Program(key).Version})
	}
	return nil
}

// SyncKeys lists the keys of what the phone should hold: it drops the rest.
func (a *App) SyncKeys(ctx context.Context, who *Who) (l List[string], err error) {
	err = a.read(ctx, who, func(w *work) error {
		keys, err := w.heldKeys()
		l = listOf(keys, "")
		return err
	})
	return l, err
}
