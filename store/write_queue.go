package store

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"linqiao/domain"
)

// writeQueue brings closures to whoever runs them in groups.
type writeQueue struct {
	jobs    chan *writeJob
	closing chan struct{} // no more closures are taken
	stopped chan struct{} // all that were taken have their answer
	once    sync.Once
}

func newWriteQueue() writeQueue {
	return writeQueue{jobs: make(chan *writeJob, groupMax), closing: make(chan struct{}), stopped: make(chan struct{})}
}

// writeJob is one closure on its way through a group. state decides the race
// between the caller giving up and the writer starting it: whoever swaps first.
type writeJob struct {
	fn    func(session, time.Time) error
	state atomic.Int32 // 0 waiting, 1 started, 2 given up
	err   error
	done  chan struct{}
}

func errClosed() error { return domain.E(domain.KindUnavailable, "store_closed") }

// do hands fn over and waits. A caller that gives up before its group
// has started it leaves nothing behind; one that gives up later still waits
// for the truth, which comes within one group.
func (q *writeQueue) do(ctx context.Context, fn func(session, time.Time) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	job := &writeJob{fn: fn, done: make(chan struct{})}
	select {
	case q.jobs <- job:
	case <-ctx.Done():
		return ctx.Err()
	case <-q.closing:
		return errClosed()
	}
	select {
	case <-job.done:
	case <-ctx.Done():
		if job.state.CompareAndSwap(0, 2) {
			return ctx.Err()
		}
		<-job.done
	case <-q.stopped:
		select {
		case <-job.done:
		default:
			return errClosed()
		}
	}
	return job.err
}
