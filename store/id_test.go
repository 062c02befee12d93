package store

import (
	"sync"
	"testing"

	"github.com/google/uuid"
)

// TestNewID: ids are UUIDv7, differ, and grow within a goroutine however many
// others make ids too.
func TestNewID(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			last := ""
			for range 20000 {
				id := NewID()
				if id <= last {
					t.Errorf("%s after %s", id, last)
					return
				}
				last = id
				mu.Lock()
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 160000 {
		t.Errorf("%d different ids", len(seen))
	}
	for id := range seen {
		if u, err := uuid.Parse(id); err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 {
			t.Fatalf("%s is no UUIDv7", id)
		}
	}
	if nextStamp(5<<16|7<<12|0xfff) != 6<<16|7<<12 {
		t.Error("a full sequence does not carry into the milliseconds")
	}
}
