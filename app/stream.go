package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"strings"
	"sync"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// StreamEvent says that something changed for its reader. Only an id leaves by this
// way: who receives it asks for the record, and is then shown what he may see.
//
//	record  a record that he may list has changed
//	job     his own background work has gone on; rev counts what is done
//	notice  he was told something; ask for the number of unread messages
//	reset   changes were missed: what is on the screen must be asked for again
//	closed  another screen of the same account has taken the place of this one
type StreamEvent struct {
	Type string          `json:"type"`
	ID   domain.RecordID `json:"id,omitempty"`
	Rev  int64           `json:"rev,omitempty"`

	// Mark is where a reader stands once he has this event; he gives it back when he
	// comes again.
	Mark string `json:"-"`
}

const (
	hubKept     = 4096 // changes a reader may miss and still catch up on
	hubQueue    = 64   // changes that wait for one slow reader
	streamsEach = 6    // open streams of one account in one process
)

// hub fans changes out to the open screens of those who may list the record. It is
// one process's; what other processes changed comes in by relay. A slow screen loses
// its place, never holds a writer up.
type hub struct {
	mu   sync.Mutex
	name string // of this process: marks of another one mean nothing here
	seq  int64  // of the last change
	last [hubKept]change
	subs map[*Stream]struct{}
	send func(change) // to the other processes; nil = there are none
}

// change is one change as it is kept for readers who come again: what decides who
// may know of it, and no more.
type change struct {
	seq     int64
	county  domain.CountyCode
	record  *domain.Record // nil: of account only
	account domain.AccountID
	job     string // its background work; "" = it was told something
	done    int64  // how far the work is
	reset   bool   // of everybody in the county, or of all counties when it is ""
}

func newHub() *hub {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return &hub{name: hex.EncodeToString(b[:]), subs: map[*Stream]struct{}{}}
}

// Stream is one open screen's feed.
type Stream struct {
	hub    *hub
	who    *Who
	access []store.AccessClause
	opened time.Time
	queue  chan StreamEvent
	full   chan struct{}
}

// changed tells those who may list the record.
func (h *hub) changed(rec *domain.Record) {
	h.publish(change{county: rec.County, record: outline(rec)}, true)
}

// told tells the screens of one account that a message has come.
func (h *hub) told(county domain.CountyCode, acc domain.AccountID) {
	h.publish(change{county: county, account: acc}, true)
}

// job tells the owner of background work that it has gone on.
func (h *hub) job(j *domain.Job) {
	if j.Owner != "" {
		h.publish(change{county: j.County, account: j.Owner, job: j.ID, done: j.Done}, true)
	}
}

// outline keeps of a record what decides who may list it.
func outline(r *domain.Record) *domain.Record {
	return &domain.Record{County: r.County, ID: r.ID, Program: r.Program, Key: r.Key, Class: r.Class, Path: r.Path, Subject: r.Subject, Owner: r.Owner,
		OwnerOrg: r.OwnerOrg, Provider: r.Provider, Org: r.Org, Parent: r.Parent, Root: r.Root, Rev: r.Rev}
}

func (h *hub) publish(c change, own bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	c.seq = h.seq
	h.last[h.seq%hubKept] = c
	for s := range h.subs {
		if e, ok := s.sees(c); ok {
			s.push(h.marked(e, c.seq))
		}
	}
	if own && h.send != nil {
		h.send(c)
	}
}

func (h *hub) marked(e StreamEvent, seq int64) StreamEvent {
	e.Mark = h.name + "-" + strconv.FormatInt(seq, 36)
	return e
}

// sees gives the event a reader gets of a change, if any.
func (s *Stream) sees(c change) (StreamEvent, bool) {
	switch {
	case c.reset:
		return StreamEvent{Type: "reset"}, c.county == "" || c.county == s.who.County
	case c.county != s.who.County:
	case c.job != "":
		return StreamEvent{Type: "job", ID: domain.RecordID(c.job), Rev: c.done}, c.account == s.who.Account
	case c.record == nil:
		return StreamEvent{Type: "notice"}, c.account == s.who.Account
	case store.Allows(s.access, c.record):
		return StreamEvent{Type: "record", ID: c.record.ID, Rev: c.record.Rev}, true
	}
	return StreamEvent{}, false
}

// push queues an event. A full queue is emptied: its reader is told to ask again,
// which costs less than the events it has missed. The hub is locked.
func (s *Stream) push(e StreamEvent) {
	select {
	case s.queue <- e:
		return
	default:
	}
	for len(s.queue) > 0 {
		select {
		case <-s.queue:
		default:
		}
	}
	s.queue <- StreamEvent{Type: "reset", Mark: e.Mark}
}

// Events is the feed; it is never closed.
func (s *Stream) Events() <-chan StreamEvent { return s.queue }

// Full ends when another screen of the account has taken this one's place.
func (s *Stream) Full() <-chan struct{} { return s.full }

// Close ends the feed.
func (s *Stream) Close() {
	s.hub.mu.Lock()
	delete(s.hub.subs, s)
	s.hub.mu.Unlock()
}

// Subscribe opens a feed of changes that the reader may see. since is the mark of
// the last event he has; what came after it follows first, or a reset when that is
// no longer known. The oldest of too many feeds of one account is closed.
func (a *App) Subscribe(ctx context.Context, who *Who, since string) (*Stream, error) {
	s := &Stream{hub: a.stream, who: who, opened: time.Now(), queue: make(chan StreamEvent, hubQueue), full: make(chan struct{})}
	if err := a.read(ctx, who, func(w *work) error {
		s.access = w.access("", "")
		return nil
	}); err != nil {
		return nil, err
	}
	h := a.stream
	h.mu.Lock()
	defer h.mu.Unlock()
	h.makeRoom(who)
	h.subs[s] = struct{}{}
	h.catchUp(s, since)
	return s, nil
}

func (h *hub) makeRoom(who *Who) {
	n := 0
	var oldest *Stream
	for s := range h.subs {
		if s.who.County != who.County || s.who.Account != who.Account {
			continue
		}
		n++
		if oldest == nil || s.opened.Before(oldest.opened) {
			oldest = s
		}
	}
	if n >= streamsEach {
		delete(h.subs, oldest)
		close(oldest.full)
	}
}

// catchUp sends what a reader missed. The first event of a new feed only marks where
// it stands.
func (h *hub) catchUp(s *Stream, since string) {
	if since == "" {
		s.push(h.marked(StreamEvent{Type: "ready"}, h.seq))
		return
	}
	name, at, _ := strings.Cut(since, "-")
	from, err := strconv.ParseInt(at, 36, 64)
	if err != nil || name != h.name || from > h.seq || h.seq-from >= hubKept {
		s.push(h.marked(StreamEvent{Type: "reset"}, h.seq))
		return
	}
	for seq := from + 1; seq <= h.seq; seq++ {
		if e, ok := s.sees(h.last[seq%hubKept]); ok {
			s.push(h.marked(e, seq))
		}
	}
	s.push(h.marked(StreamEvent{Type: "ready"}, h.seq))
}

// Renew looks again at what the reader may see, and whether he is still signed in: a
// feed does not outlive the sign-in or the post it rests on. It does not count as
// a use of the sign-in.
func (a *App) Renew(ctx context.Context, s *Stream) error {
	fresh, err := a.loadSignIn(ctx, s.who.County, s.who.session)
	if err != nil {
		return err
	}
	if !a.live(fresh) {
		return errSignedOut()
	}
	who := &Who{County: s.who.County, Actor: fresh.actor, Lang: s.who.Lang, session: s.who.session}
	var access []store.AccessClause
	if err := a.read(ctx, who, func(w *work) error {
		access = w.access("", "")
		return nil
	}); err != nil {
		return err
	}
	a.stream.mu.Lock()
	defer a.stream.mu.Unlock()
	s.who, s.access = who, access
	return nil
}
