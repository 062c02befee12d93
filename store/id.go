package store

import (
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// idState makes ids of one process strictly increasing: an outbox and a list in
// id order then follow the order of creation, also within one millisecond.
var idState struct {
	sync.Mutex
	last [8]byte
}

// NewID makes a UUIDv7 in text form. Ids of one process only grow.
func NewID() string {
	id := uuid.Must(uuid.NewV7())
	idState.Lock()
	defer idState.Unlock()
	// The first 8 bytes hold 48 bits of milliseconds, 4 of version, 12 of
	// sequence; google/uuid keeps them growing unless the wall clock steps back.
	now, last := binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(idState.last[:])
	if now <= last {
		now = nextStamp(last)
		binary.BigEndian.PutUint64(id[:8], now)
	}
	copy(idState.last[:], id[:8])
	return id.String()
}

// nextStamp adds one to the 60 bits around the version nibble.
func nextStamp(v uint64) uint64 {
	seq := v & 0x0fff
	ms := v >> 16
	if seq++; seq > 0x0fff {
		seq, ms = 0, ms+1
	}
	return ms<<16 | 7<<12 | seq
}

// idAt is the beginning of the ids that NewID gives from a time on.
func idAt(t time.Time) string {
	ms := fmt.Sprintf("%012x", max(t.UnixMilli(), 0))
	return ms[:8] + "-" + ms[8:]
}
