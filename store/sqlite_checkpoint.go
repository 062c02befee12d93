package store

import (
	"encoding/binary"
	"sync/atomic"
)

// The log is carried over into the file beside the writer: doing it inside a commit
// makes everybody wait for thousands of pages. What came in meanwhile is little, and
// the writer carries that over itself, between two groups: only when nothing is left
// can the log begin again at its start.
//
// checkpointPages is how many pages the log grows before it is carried over.
const checkpointPages = 4000

type checkpointer struct {
	conn    *sqliteConn
	due     chan struct{}
	ended   chan struct{}
	carried atomic.Bool // the log was carried over; the writer does the rest
	at      uint32      // pages of the log when it was last asked for; the writer's
}

func newCheckpointer(path string) (*checkpointer, error) {
	conn, err := newSQLiteConn(path, "wal_autocheckpoint(0)")
	if err != nil {
		return nil, err
	}
	c := &checkpointer{conn: conn, due: make(chan struct{}, 1), ended: make(chan struct{})}
	go c.loop()
	return c, nil
}

func (c *checkpointer) loop() {
	defer close(c.ended)
	for range c.due {
		if c.conn.carryOver() == nil {
			c.carried.Store(true)
		}
	}
}

func (c *checkpointer) close() {
	close(c.due)
	<-c.ended
	c.conn.close()
}

// after is called by the writer after each commit with the state it left.
func (c *checkpointer) after(w *sqliteConn, state fileState) {
	pages := state.pages()
	if pages < c.at { // the log began again
		c.at = 0
	}
	switch {
	case c.carried.Swap(false):
		// Fails while another process does the same; then the next one will do.
		_ = w.carryOver()
	case pages >= c.at+checkpointPages:
		c.at = pages
		select {
		case c.due <- struct{}{}:
		default:
		}
	}
}

// carryOver writes the log's pages into the file as far as no reader needs them
// there as they were. It waits for nobody.
func (c *sqliteConn) carryOver() error { return c.run("PRAGMA wal_checkpoint(PASSIVE)") }

// pages is the length of the log in pages.
func (s *fileState) pages() uint32 { return binary.NativeEndian.Uint32(s[16:20]) }
