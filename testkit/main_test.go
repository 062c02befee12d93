package testkit_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain collects garbage seldom: a fifth of the time of these tests went there, and
// what they hold at a time is small.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
