package store_test

import (
	"testing"

	"linqiao/store/storetest"
)

// TestStore plays the conformance suite on every engine at hand.
func TestStore(t *testing.T) {
	for _, e := range storetest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, e)
		})
	}
}
