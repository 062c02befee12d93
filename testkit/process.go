package testkit

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linqiao/store/storetest"
)

// Binary builds the product and gives the file.
func Binary(t testing.TB) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "linqiao")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "linqiao/cmd/linqiao")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// Install is the product as somebody runs it: a binary, a database, its files.
type Install struct {
	Bin, DB, Key, Programs string
	Dir                    string // where commands run; attachments lie below
	Env                    []string
}

var schemaNumber atomic.Int64

// NewDatabase gives the address of an empty database of an engine ("sqlite" or
// "postgres"); it is removed when the test ends.
func NewDatabase(t testing.TB, engine, dir string) string {
	t.Helper()
	if engine == "sqlite" {
		return filepath.Join(dir, "county.db")
	}
	schema := fmt.Sprintf("run%d_%d", os.Getpid(), schemaNumber.Add(1))
	admin, err := sql.Open("pgx", os.Getenv(storetest.PostgresEnv))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Errorf("drop schema: %v", err)
		}
		_ = admin.Close()
	})
	u, err := url.Parse(os.Getenv(storetest.PostgresEnv))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// Command is one command of the product, not started.
func (i *Install) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, i.Bin, args...)
	cmd.Dir = i.Dir
	cmd.Env = append(os.Environ(), "LINQIAO_SECOND_FACTOR=off", "LINQIAO_DB="+i.DB, "LINQIAO_KEY="+i.Key, "LINQIAO_PROGRAMS="+i.Programs)
	cmd.Env = append(cmd.Env, i.Env...)
	return cmd
}

// Run runs one command to its end and gives what it printed and its exit code.
func (i *Install) Run(t testing.TB, args ...string) (out string, code int) {
	t.Helper()
	cmd := i.Command(t.Context(), args...)
	b, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatalf("linqiao %s: %v", strings.Join(args, " "), err)
	}
	return string(b), cmd.ProcessState.ExitCode()
}

// Must is Run for a command that must succeed.
func (i *Install) Must(t testing.TB, args ...string) string {
	t.Helper()
	out, code := i.Run(t, args...)
	if code != 0 {
		t.Fatalf("linqiao %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// Running is a server process.
type Running struct {
	Client
	cmd *exec.Cmd
	log bytes.Buffer
}

// Serve starts the server on an address of this machine without waiting for it.
func (i *Install) Serve(t testing.TB, addr string) *Running {
	t.Helper()
	r := &Running{Client: Client{Base: "http://" + addr, HTTP: &http.Client{
		Timeout:   20 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 128},
	}}}
	r.cmd = i.Command(context.WithoutCancel(t.Context()), "serve", "--addr", addr)
	r.cmd.Stderr = &r.log
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// Ready waits until the server says that it is ready.
func (r *Running) Ready(t testing.TB, within time.Duration) {
	t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		res, err := r.HTTP.Get(r.Base + "/readyz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return
		}
	}
	r.Kill()
	t.Fatalf("not ready within %s:\n%s", within, r.Log())
}

// Kill ends the process as a power cut would, and waits for its end.
func (r *Running) Kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait() // says that it was killed
	r.HTTP.CloseIdleConnections()
}

// Wait waits until the process ends by itself.
func (r *Running) Wait() error { return r.cmd.Wait() }

// Stop ends the process as an administrator would.
func (r *Running) Stop(t testing.TB) {
	t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("stopped with %v:\n%s", err, r.Log())
	}
	r.HTTP.CloseIdleConnections()
}

// Log is what the process wrote; whole only after its end.
func (r *Running) Log() string { return r.log.String() }

// FreeAddress gives an address of this machine on which nobody listens.
func FreeAddress(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
