package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// suites are what TLS 1.2 may use: forward secrecy and authenticated encryption. TLS 1.3
// has no others.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// door is how the server is reached: in the clear (behind a proxy, or on this machine),
// or by TLS with a certificate of its own.
type door struct {
	cert *certificate // nil = in the clear
	http string       // address that sends browsers on to HTTPS; "" = none
	acme string       // folder in which an outside tool lays answers for its authority
	log  *slog.Logger
}

// openDoor reads the certificate, so that a bad one is said before anything else begins.
func openDoor(c *config, log *slog.Logger) (*door, error) {
	d := &door{http: c.HTTP, acme: c.ACME, log: log}
	switch {
	case c.TLSCert == "" && c.TLSKey == "":
		if c.HTTP != "" {
			return nil, errUsage("--http-addr 只在有证书时有用：请同时写 --tls-cert 和 --tls-key")
		}
	case c.TLSCert == "" || c.TLSKey == "":
		return nil, errUsage("--tls-cert 和 --tls-key 要一起写")
	default:
		d.cert = &certificate{certFile: c.TLSCert, keyFile: c.TLSKey, log: log}
		if _, err := d.cert.load(time.Now()); err != nil {
			return nil, err
		}
	}
	if c.ACME != "" {
		if c.HTTP == "" {
			return nil, errUsage("--acme 要和 --http-addr 一起写")
		}
		if info, err := os.Stat(c.ACME); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("--acme：没有这个目录 %s", c.ACME)
		}
	}
	return d, nil
}

func (d *door) secure() bool { return d.cert != nil }

func (d *door) scheme() string {
	if d.secure() {
		return "https"
	}
	return "http"
}

// serve answers on the listener until the server is shut down.
func (d *door) serve(srv *http.Server, ln net.Listener) error {
	if !d.secure() {
		return srv.Serve(ln)
	}
	srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: suites, GetCertificate: d.cert.get}
	return srv.ServeTLS(ln, "", "")
}

// sendOn listens for browsers that came by plain HTTP and sends them to the port of the
// HTTPS listener; it gives what ends it.
func (d *door) sendOn(httpsAt net.Addr) (end func(), err error) {
	if d.http == "" {
		return func() {}, nil
	}
	ln, err := net.Listen("tcp", d.http)
	if err != nil {
		return nil, err
	}
	srv := &http.Server{Handler: d.toHTTPS(httpsAt), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second,
		WriteTimeout: 5 * time.Second, IdleTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(d.log.Handler(), slog.LevelDebug)}
	go func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			d.log.Error("http listener", "cause", err)
		}
	}()
	d.log.Info("sends on to https", "address", ln.Addr().String())
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = srv.Shutdown(ctx)
	}, nil
}

var hostName = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$`)

// toHTTPS sends reads on. What is sent to be done has already crossed the net in the
// clear: it is refused, so that the fault is seen and mended.
func (d *door) toHTTPS(httpsAt net.Addr) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			if host = h; net.ParseIP(h) != nil && net.ParseIP(h).To4() == nil {
				host = "[" + h + "]"
			}
		}
		if !hostName.MatchString(host) || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
			http.Error(w, "请改用 https:// 开头的地址。", http.StatusBadRequest)
			return
		}
		if a, ok := httpsAt.(*net.TCPAddr); ok && a.Port != 443 {
			host += ":" + strconv.Itoa(a.Port)
		}
		http.Redirect(w, r, "https://"+host+r.URL.RequestURI(), http.StatusPermanentRedirect)
	})
	if d.acme != "" {
		mux.HandleFunc("GET /.well-known/acme-challenge/{token}", d.challenge)
	}
	return mux
}

var acmeToken = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// challenge gives what an outside ACME tool laid into its folder (RFC 8555 §8.3), and
// nothing else of the disk.
func (d *door) challenge(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	root, err := os.OpenRoot(d.acme)
	if err != nil || !acmeToken.MatchString(token) {
		http.NotFound(w, r)
		return
	}
	defer root.Close()
	raw, err := root.ReadFile(path.Join(".well-known/acme-challenge", token))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	_, _ = w.Write(raw)
}

// certificate is a pair of files, read anew when they change: what a tool renews is
// used from the next handshake on. A pair that cannot be used is logged and passed over.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu    sync.Mutex
	pair  *tls.Certificate
	stamp [2]fileStamp // of the pair last tried, good or bad
}

type fileStamp struct {
	size int64
	at   time.Time
}

// get implements tls.Config.GetCertificate.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.load(time.Now()) }

// load gives the pair as the files now hold it, or the last good one.
func (c *certificate) load(now time.Time) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamp, err := c.stamps()
	if err == nil && c.pair != nil && stamp == c.stamp {
		return c.pair, nil
	}
	var pair *tls.Certificate
	if err == nil {
		pair, err = readPair(c.certFile, c.keyFile, now)
	}
	if err != nil {
		if c.pair == nil {
			return nil, err
		}
		if stamp != c.stamp {
			c.stamp = stamp
			c.log.Error("the new certificate cannot be used; the old one stays", "cause", err)
		}
		return c.pair, nil
	}
	if c.pair != nil {
		c.log.Info("certificate renewed", "until", pair.Leaf.NotAfter)
	}
	c.pair, c.stamp = pair, stamp
	return pair, nil
}

func (c *certificate) stamps() (out [2]fileStamp, err error) {
	for n, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return out, fmt.Errorf("证书或私钥文件读不到：%w", err)
		}
		out[n] = fileStamp{info.Size(), info.ModTime()}
	}
	return out, nil
}

// readPair reads a certificate and its key, and says what is wrong with them.
func readPair(certFile, keyFile string, now time.Time) (*tls.Certificate, error) {
	cert, err := os.ReadFile(certFile)
	if err != nil {
		return nil, fmt.Errorf("证书文件读不到：%w", err)
	}
	info, err := os.Stat(keyFile)
	if err == nil && info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("私钥文件 %s 谁都能读：请 chmod 600", keyFile)
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, fmt.Errorf("私钥文件读不到：%w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("证书 %s 和私钥 %s 不能用（须是 PEM 格式，并且是一对）：%w", certFile, keyFile, err)
	}
	if now.After(pair.Leaf.NotAfter) {
		return nil, fmt.Errorf("证书 %s 已在 %s 过期：请换新的", certFile, pair.Leaf.NotAfter.Format(time.DateOnly))
	}
	return &pair, nil
}
