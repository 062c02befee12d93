package app

import (
	"context"
	"strconv"
	"syscall"
	"time"
)

// What keeps the system from saving, or will soon. It is asked for by everybody who looks
// at a screen, so that it is worked out once for all of them every few seconds.

// Ill is one thing that is wrong, by the code of its words.
type Ill struct {
	Code string
	Args map[string]string
}

const (
	healthFor  = 5 * time.Second
	healthWait = 3 * time.Second
	fullBelow  = 64 << 20  // bytes of the disk with the data; less, and nothing more fits soon
	lowBelow   = 512 << 20 // time to clear up
)

// Health gives what keeps everybody from saving, and what only operators need to know.
func (a *App) Health(ctx context.Context) (saving, operating []Ill) {
	v, _ := a.health.get(struct{}{}, healthFor, func() (v [2][]Ill, _ error) {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), healthWait)
		defer stop()
		if a.DB.Ready(ctx) != nil {
			v[0] = append(v[0], Ill{Code: "health_store"})
		}
		for _, dir := range a.dataDirs {
			switch free, ok := freeBytes(dir); {
			case !ok:
			case free < fullBelow:
				v[0] = append(v[0], Ill{Code: "health_full"})
			case free < lowBelow:
				v[1] = append(v[1], Ill{"health_low", map[string]string{"left": strconv.FormatInt(free>>20, 10)}})
			}
		}
		if behind := a.DB.ClockBehind(); behind > 0 {
			v[1] = append(v[1], Ill{"health_clock", map[string]string{"by": behind.Round(time.Second).String()}})
		}
		return v, nil
	})
	return v[0], v[1]
}

// freeBytes is what an ordinary process may still write to the disk that holds dir.
func freeBytes(dir string) (int64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
