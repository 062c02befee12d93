package store

import (
	"testing"
	"time"
)

// TestSteady moves the machine's clock about. The store's never goes back, keeps the pace
// of what passes in truth, says by how much the machine is behind, and follows it again
// when it has caught up.
func TestSteady(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	wall, run := start, time.Duration(0)
	c := &steady{wall: func() time.Time { return wall }, run: func() time.Duration { return run }}
	pass := func(d time.Duration) { wall, run = wall.Add(d), run+d }
	for i, s := range []struct {
		set    time.Duration // the clock is put on or back by this
		passes time.Duration
		want   time.Time
		behind time.Duration
	}{
		{0, 0, start, 0},
		{0, time.Minute, start.Add(time.Minute), 0},
		{-time.Hour, time.Minute, start.Add(2 * time.Minute), time.Hour},
		{0, 10 * time.Minute, start.Add(12 * time.Minute), time.Hour},
		{time.Hour, time.Minute, start.Add(13 * time.Minute), 0},
		{30 * time.Minute, 0, start.Add(43 * time.Minute), 0}, // put on: it is believed
		{-365 * 24 * time.Hour, time.Hour, start.Add(103 * time.Minute), 365 * 24 * time.Hour},
	} {
		wall = wall.Add(s.set)
		pass(s.passes)
		if got := c.now(); !got.Equal(s.want) || c.behind != s.behind {
			t.Errorf("%d: %v, behind %v; want %v, %v", i, got, c.behind, s.want, s.behind)
		}
	}
	c.notBefore(start.Add(48 * time.Hour))
	pass(time.Minute)
	if got, want := c.now(), start.Add(48*time.Hour+time.Minute); !got.Equal(want) {
		t.Errorf("after what the store has seen: %v, want %v", got, want)
	}
	c.notBefore(start)
	if got, want := c.now(), start.Add(48*time.Hour+time.Minute); !got.Equal(want) {
		t.Errorf("put back by what is older: %v, want %v", got, want)
	}
}
