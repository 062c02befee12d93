package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"linqiao/api"
	"linqiao/app"
	"linqiao/jobs"
)

// stopWithin is how long running requests may take to end when the server stops.
const stopWithin = 10 * time.Second

// serve runs the product until it is told to stop.
func serve(ctx context.Context, c *config, args []string) error {
	if len(args) > 0 {
		return errUsage("serve 没有参数")
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	tuneMemory()
	if c.Pprof != "" {
		if err := profile(c.Pprof, log); err != nil {
			return err
		}
	}
	d, err := openDoor(c, log)
	if err != nil {
		return err
	}
	i, err := open(ctx, c, settings{log: log})
	if err != nil {
		return err
	}
	err = i.prepare(ctx, c)
	if err == nil && c.Watches != "" {
		var stop func()
		if stop, err = i.hearWatches(ctx, c, log); err == nil {
			defer stop()
		}
	}
	if err == nil {
		s := api.New(api.Options{App: i.app, Log: log, Static: screens(), Secure: c.Secure || d.secure()})
		err = listen(ctx, c.Addr, d, s.HTTPServer(), i.app, log, nil)
	}
	return errors.Join(err, i.Close())
}

// prepare applies the built-in programs to counties that have none, and says how
// to begin when there is no county.
func (i *instance) prepare(ctx context.Context, c *config) error {
	list, err := i.counties(ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		if err := i.applyBuiltIn(ctx, c, t.Code); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		fmt.Fprintf(os.Stderr, "还没有县区。另开一个终端运行：\n  linqiao account create-admin --db %s --county 六位县区代码\n它会建好县区、区划和第一位管理员，并显示初始密码。\n", c.DB)
	}
	return nil
}

// listen serves and works off what is due until the context ends, then lets
// running requests finish.
func listen(ctx context.Context, addr string, d *door, srv *http.Server, a *app.App, log *slog.Logger, ready func(url string)) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	endHTTP, err := d.sendOn(ln.Addr())
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer endHTTP()
	work, stop := context.WithCancel(ctx)
	defer stop()
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		jobs.Run(work, a, log)
	}()
	failed := make(chan error, 1)
	go func() { failed <- d.serve(srv, ln) }()
	settled := time.AfterFunc(settling, settleMemory)
	defer settled.Stop()
	log.Info("listening", "address", ln.Addr().String())
	if ready != nil {
		ready(d.scheme() + "://" + ln.Addr().String())
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		err = srv.Shutdown(end)
		cancel()
	}
	stop()
	<-worked
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Memory: the live data of a county are a few tens of MiB, so that collecting at
// twice that would collect all the time. The limit makes the collector work harder
// before the process grows past what a small machine has to spare. Until the programs
// are compiled it collects early: compiling leaves several times what it keeps, and what
// it keeps would lie scattered among it.
const (
	startPercent = 40
	gcPercent    = 300
	memoryLimit  = 320 << 20
	settling     = time.Second
)

// tuneMemory sets the collector for the start, unless the environment says otherwise.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(startPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// settleMemory gives back what the start took and lets the collector rest.
func settleMemory() {
	debug.FreeOSMemory()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
