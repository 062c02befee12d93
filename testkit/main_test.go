package testkit_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain collects garbage seldom: a fifth of the time of these tests went there. A
// machine with little memory is spared.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(3 << 30)
	os.Exit(m.Run())
}
