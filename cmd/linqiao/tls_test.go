package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// trial makes a folder with an authority and a certificate for this machine.
func trial(t *testing.T) (dir string, roots *x509.CertPool) {
	t.Helper()
	dir = t.TempDir()
	if code, out := call(t, dir, "cert", "tls", "127.0.0.1", "localhost"); code != 0 {
		t.Fatalf("%d %s", code, out)
	}
	dir = filepath.Join(dir, "tls")
	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		t.Fatal("no authority in ca.crt")
	}
	for _, name := range []string{"ca.key", "server.key"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	return dir, roots
}

func files(dir string) *config {
	return &config{TLSCert: filepath.Join(dir, "server.crt"), TLSKey: filepath.Join(dir, "server.key"), HTTP: "127.0.0.1:0"}
}

// TestTLS shakes hands with the server for real: what is trusted, which versions and
// suites are refused, and that a renewed certificate is used without a restart while a
// broken one is not.
func TestTLS(t *testing.T) {
	dir, roots := trial(t)
	var book bytes.Buffer
	d, err := openDoor(files(dir), slog.New(slog.NewTextHandler(&book, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }), ReadHeaderTimeout: time.Second,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
	ended := make(chan error, 1)
	go func() { ended <- d.serve(srv, ln) }()
	shake := func(c *tls.Config) (tls.ConnectionState, error) {
		c.RootCAs = roots
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", ln.Addr().String(), c)
		if err != nil {
			return tls.ConnectionState{}, err
		}
		defer conn.Close()
		return conn.ConnectionState(), nil
	}
	first, err := shake(&tls.Config{NextProtos: []string{"h2"}})
	if err != nil || first.Version != tls.VersionTLS13 || first.NegotiatedProtocol != "h2" {
		t.Fatalf("%x %q %v", first.Version, first.NegotiatedProtocol, err)
	}
	if old, err := shake(&tls.Config{MaxVersion: tls.VersionTLS12}); err != nil || old.Version != tls.VersionTLS12 {
		t.Errorf("TLS 1.2: %v", err)
	}
	if _, err := shake(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is let in")
	}
	if _, err := shake(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}); err == nil {
		t.Error("a suite without authenticated encryption is let in")
	}

	// Renewed: the same authority, another certificate, from the next handshake on.
	if code, out := call(t, filepath.Dir(dir), "cert", "tls", "127.0.0.1"); code != 0 {
		t.Fatalf("%d %s", code, out)
	}
	second, err := shake(&tls.Config{})
	if err != nil || second.PeerCertificates[0].SerialNumber.Cmp(first.PeerCertificates[0].SerialNumber) == 0 {
		t.Fatalf("the renewed certificate is not used: %v", err)
	}
	// Broken: the one before stays, and the log says so once.
	if err := os.WriteFile(filepath.Join(dir, "server.crt"), []byte("half a certif"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		third, err := shake(&tls.Config{})
		if err != nil || third.PeerCertificates[0].SerialNumber.Cmp(second.PeerCertificates[0].SerialNumber) != 0 {
			t.Fatalf("a broken file ends the service: %v", err)
		}
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
	if n := strings.Count(book.String(), "cannot be used"); n != 1 {
		t.Errorf("said %d times:\n%s", n, book.String())
	}
}

// TestSecondDoor: plain HTTP is sent on, gives the ACME tool's answers, and does nothing else.
func TestSecondDoor(t *testing.T) {
	dir, _ := trial(t)
	c := files(dir)
	c.ACME = t.TempDir()
	answers := filepath.Join(c.ACME, ".well-known/acme-challenge")
	if err := os.MkdirAll(answers, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{filepath.Join(answers, "tok_en-1"): "answer", filepath.Join(c.ACME, "secret"): "secret"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(answers, "link")); err != nil {
		t.Fatal(err)
	}
	d, err := openDoor(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	door := d.toHTTPS(&net.TCPAddr{Port: 8443})
	for _, x := range []struct {
		method, host, path string
		status             int
		says               string
	}{
		{"GET", "linqiao.lan", "/m/?a=1", 308, "https://linqiao.lan:8443/m/?a=1"},
		{"GET", "192.168.1.2:80", "/", 308, "https://192.168.1.2:8443/"},
		{"GET", "[fd00::1]:80", "/", 308, "https://[fd00::1]:8443/"},
		{"GET", "evil.example/x", "/", 400, "https://"},
		{"POST", "linqiao.lan", "/api/v1/session", 400, "https://"},
		{"GET", "linqiao.lan", "/.well-known/acme-challenge/tok_en-1", 200, "answer"},
		{"GET", "linqiao.lan", "/.well-known/acme-challenge/none", 404, ""},
		{"GET", "linqiao.lan", "/.well-known/acme-challenge/link", 404, ""},
		{"GET", "linqiao.lan", "/.well-known/acme-challenge/%2e%2e%2f%2e%2e%2fsecret", 404, ""},
	} {
		r, err := http.NewRequestWithContext(context.Background(), x.method, "http://a"+x.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = x.host
		w := &answer{header: http.Header{}}
		door.ServeHTTP(w, r)
		said := w.body.String() + w.header.Get("Location")
		if w.status != x.status || !strings.Contains(said, x.says) || strings.Contains(said, "secret") {
			t.Errorf("%s %s %s: %d %s", x.method, x.host, x.path, w.status, said)
		}
	}
	end, err := d.sendOn(&net.TCPAddr{Port: 8443})
	if err != nil {
		t.Fatal(err)
	}
	end()
}

type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }
func (a *answer) WriteHeader(s int)   { a.status = s }
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.body.Write(b)
}

// TestBadCertificate: every bad pair is refused at the start, in Chinese, and no database is made.
func TestBadCertificate(t *testing.T) {
	dir, _ := trial(t)
	other, _ := trial(t)
	open := filepath.Join(t.TempDir(), "open.key")
	raw, err := os.ReadFile(filepath.Join(dir, "server.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(open, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	crt, key := filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")
	for _, x := range []struct {
		args []string
		says string
	}{
		{[]string{"--tls-cert", crt}, "一起写"},
		{[]string{"--http-addr", "127.0.0.1:0"}, "证书"},
		{[]string{"--tls-cert", crt, "--tls-key", key, "--acme", dir}, "--http-addr"},
		{[]string{"--tls-cert", crt, "--tls-key", dir + "/none.key"}, "读不到"},
		{[]string{"--tls-cert", crt, "--tls-key", filepath.Join(other, "server.key")}, "是一对"},
		{[]string{"--tls-cert", key, "--tls-key", key}, "PEM"},
		{[]string{"--tls-cert", crt, "--tls-key", open}, "chmod 600"},
	} {
		at := t.TempDir()
		code, out := call(t, at, append([]string{"serve", "--addr", "127.0.0.1:0"}, x.args...)...)
		if code == 0 || !strings.Contains(out, x.says) {
			t.Errorf("%v: %d %s", x.args, code, out)
		}
		if left, _ := os.ReadDir(at); len(left) > 0 {
			t.Errorf("%v: left %v", x.args, left)
		}
	}
	if _, err := readPair(crt, key, time.Now().AddDate(2, 0, 0)); err == nil || !strings.Contains(err.Error(), "过期") {
		t.Errorf("an expired certificate: %v", err)
	}
	if code, out := call(t, t.TempDir(), "cert", "tls", "https://a/b"); code != 2 {
		t.Errorf("%d %s", code, out)
	}
}
