package testkit_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestFaults is what goes wrong around a process that lives on: the disk fills up, the
// database goes away, restarts, or cuts its connections. Clients write all the while and
// send again, with the keys they used, what was not acknowledged. As long as it lasts
// they are told so and nothing else; when it is over the server works on by itself, and
// in the end everything that was acknowledged has happened exactly once.
func TestFaults(t *testing.T) {
	bin := testkit.Binary(t)
	for _, engine := range storetest.Engines(t) {
		dir := t.TempDir()
		if engine.Name == "sqlite" {
			t.Run("disk full", func(t *testing.T) {
				disk := filepath.Join(dir, "disk")
				smallDisk(t, disk, 384<<20)
				k := newKilling(t, bin, filepath.Join(disk, "county.db"), dir)
				k.suffer(t, "store_full", func() { fill(t, filepath.Join(disk, "filler")) }, func() { remove(t, filepath.Join(disk, "filler")) })
			})
			continue
		}
		t.Run("connections cut", func(t *testing.T) {
			line := newLine(t, testkit.NewDatabase(t, engine.Name, dir))
			k := newKilling(t, bin, line.dsn, dir)
			k.suffer(t, "store_busy", func() { line.cut(true) }, func() { line.cut(false) })
		})
		t.Run("database restarted", func(t *testing.T) {
			restart := os.Getenv("LINQIAO_TEST_PG_RESTART")
			if restart == "" {
				t.Skip("restarts the database under everybody: scripts/faults.sh does it to its own")
			}
			dir := t.TempDir()
			k := newKilling(t, bin, testkit.NewDatabase(t, engine.Name, dir), dir)
			k.suffer(t, "store_busy", func() {
				if out, err := exec.CommandContext(t.Context(), restart, "halt").CombinedOutput(); err != nil {
					t.Errorf("halt: %v %s", err, out)
				}
			}, func() {
				if out, err := exec.CommandContext(t.Context(), restart, "resume").CombinedOutput(); err != nil {
					t.Errorf("resume: %v %s", err, out)
				}
			})
		})
	}
}

// TestDiskRefuses: a disk that may only be read, a page of the file that is spoiled, and a
// backup whose making is killed. Each is told in words; none is taken for good.
func TestDiskRefuses(t *testing.T) {
	bin := testkit.Binary(t)
	dir := t.TempDir()
	disk := filepath.Join(dir, "disk")
	smallDisk(t, disk, 256<<20)
	k := newKilling(t, bin, filepath.Join(disk, "county.db"), dir)
	k.install.Must(t, "account", "create-admin", "--powers", "joint")
	k.start(t)
	k.hire(t)
	for range 12 {
		for _, w := range k.clients {
			if !w.next(t.Context()) {
				t.Fatal("a fresh county takes nothing")
			}
		}
	}
	t.Run("backup killed", func(t *testing.T) {
		whole := filepath.Join(dir, "whole.jsonl")
		k.install.Must(t, "backup", whole)
		for i := range 5 {
			part := filepath.Join(dir, strconv.Itoa(i)+".jsonl")
			ctx, cut := context.WithTimeout(t.Context(), time.Duration(20+rand.IntN(120))*time.Millisecond)
			err := k.install.Command(ctx, "backup", part).Run()
			cut()
			if _, missing := os.Stat(part); err != nil && missing == nil {
				k.install.Must(t, "verify", part) // it was whole before the kill
			} else if err == nil && missing != nil {
				t.Errorf("ended well and left nothing: %v", missing)
			}
		}
		k.install.Must(t, "verify", whole)
	})
	k.server.Stop(t)
	t.Run("read-only", func(t *testing.T) {
		if err := syscall.Mount("tmpfs", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		s := k.install.Serve(t, testkit.FreeAddress(t))
		err := s.Wait()
		if log := s.Log(); err == nil || !strings.Contains(log, "只读") || !strings.Contains(log, "county.db") {
			t.Errorf("started on a read-only disk: %v\n%s", err, log)
		}
		if err := syscall.Mount("tmpfs", disk, "", syscall.MS_REMOUNT, ""); err != nil {
			t.Fatal(err)
		}
		k.start(t)
		k.look(t)
		k.server.Stop(t)
	})
	t.Run("page spoiled", func(t *testing.T) {
		f, err := os.OpenFile(k.install.DB, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		st, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		rubbish := make([]byte, 64)
		for i := range rubbish {
			rubbish[i] = byte(rand.IntN(256))
		}
		for at := int64(4096) * 8; at+4096 < st.Size(); at += 4096 * 16 { // the head of every 16th page
			if _, err := f.WriteAt(rubbish, at); err != nil {
				t.Fatal(err)
			}
		}
		out, code := k.install.Run(t, "verify")
		if code == 0 || strings.Contains(out, "数据库完好") || !strings.Contains(out, "损坏") && !strings.Contains(out, "不完好") {
			t.Errorf("verify of a spoiled file: exit %d\n%s", code, out)
		}
	})
}

// faultLasts is how long a fault stands: long enough for every client to meet it.
func faultLasts() time.Duration {
	if n, err := strconv.Atoi(os.Getenv("LINQIAO_FAULT_SECONDS")); err == nil {
		return time.Duration(n) * time.Second
	}
	return 2 * time.Second
}

// suffer lets all clients write, breaks something, mends it, and counts. While it is
// broken nothing may be answered but success, or that it is unavailable for this reason.
func (k *killing) suffer(t *testing.T, reason string, wreck, mend func()) {
	k.install.Must(t, "account", "create-admin", "--powers", "joint")
	k.start(t)
	k.hire(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	var told, acknowledged atomic.Int64
	for _, w := range k.clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				err := w.again(ctx)
				var no toldNo
				switch {
				case err == nil:
					acknowledged.Add(1)
				case errors.As(err, &no):
					if told.Add(1); no.status != http.StatusServiceUnavailable || !strings.Contains(no.raw, `"`+reason+`"`) {
						t.Errorf("while it lasts: %s", no.Error())
					}
					fallthrough
				default:
					time.Sleep(50 * time.Millisecond)
				}
			}
		})
	}
	time.Sleep(time.Second)
	before := acknowledged.Load()
	wreck()
	time.Sleep(faultLasts())
	k.saves(t, false)
	mend()
	mended := time.Now()
	after := acknowledged.Load()
	for acknowledged.Load() < after+4*killClients && time.Since(mended) < 30*time.Second {
		time.Sleep(20 * time.Millisecond)
	}
	recovered := time.Since(mended)
	if acknowledged.Load() < after+4*killClients {
		t.Errorf("it does not work on after the fault: %d, %d", after, acknowledged.Load())
	}
	if told.Load() == 0 {
		t.Error("nobody met the fault")
	}
	stop()
	wg.Wait()
	k.saves(t, true)
	k.repeat(t)
	k.look(t)
	k.await(t)
	k.compare(t)
	k.server.Stop(t)
	k.audit(t)
	t.Logf("acknowledged: %d before, %d while it lasted, %d after; %d times told to wait; at work again %d ms after it was over",
		before, after-before, acknowledged.Load()-after, told.Load(), recovered.Milliseconds())
}

// saves waits until whoever asks is told that the system can save, or cannot.
func (k *killing) saves(t *testing.T, want bool) {
	t.Helper()
	c := &testkit.Client{Base: k.server.Base, HTTP: k.server.HTTP}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		a, err := c.Try(t.Context(), http.MethodGet, "/health", nil)
		if err == nil && a.Status == http.StatusOK && a.Object()["saves"] == want {
			if ills := testkit.Items(a.Object(), "ills"); (len(ills) == 0) != want {
				t.Errorf("saves %v, and says %v", want, ills)
			}
			return
		}
	}
	t.Errorf("nobody is told that it saves: %v", want)
}

// again sends what waits, or the next request.
func (w *writer) again(ctx context.Context) error {
	if w.waiting != nil {
		return w.send(ctx)
	}
	if rand.IntN(24) == 0 {
		w.slip = ""
	}
	if w.next(ctx) {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return w.send(ctx)
}

// smallDisk puts a disk of so many bytes at a path.
func smallDisk(t *testing.T, path string, size int) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size="+strconv.Itoa(size))
	if errors.Is(err, fs.ErrPermission) {
		t.Skip("a disk of its own needs the right to mount one")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(path, 0); err != nil {
			t.Error(err)
		}
	})
}

// fill takes all that is left of a disk.
func fill(t *testing.T, path string) {
	f, err := os.Create(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	for block := make([]byte, 1<<20); len(block) > 0; {
		if _, err := f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
}

func remove(t *testing.T, path string) {
	if err := os.Remove(path); err != nil {
		t.Error(err)
	}
}

// line is a way to the database that can be cut.
type line struct {
	dsn   string
	to    string
	mu    sync.Mutex
	down  bool
	conns map[net.Conn]bool
}

func newLine(t *testing.T, dsn string) *line {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{to: u.Host, conns: map[net.Conn]bool{}}
	u.Host = ln.Addr().String()
	l.dsn = u.String()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go l.carry(c)
		}
	}()
	t.Cleanup(func() { _ = ln.Close(); l.cut(true) })
	return l
}

func (l *line) carry(c net.Conn) {
	defer c.Close()
	d, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer d.Close()
	l.mu.Lock()
	down := l.down
	l.conns[c], l.conns[d] = true, true
	l.mu.Unlock()
	if down {
		return
	}
	go func() {
		_, _ = io.Copy(d, c)
		_ = d.Close()
	}()
	_, _ = io.Copy(c, d)
	l.mu.Lock()
	delete(l.conns, c)
	delete(l.conns, d)
	l.mu.Unlock()
}

// cut ends all connections and takes no more, or takes them again.
func (l *line) cut(down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = down
	if down {
		for c := range l.conns {
			_ = c.Close()
		}
		clear(l.conns)
	}
}
