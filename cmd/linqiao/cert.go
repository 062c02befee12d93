package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// How long what cert makes is good for. Phones refuse a server's certificate of more
// than 825 days also from an authority that their owner installed.
const (
	authorityDays = 3650
	serverDays    = 398
)

// cert makes a certificate for a trial in a local network: an authority of its own, to
// be installed on the phones once, and a server's certificate signed by it. The
// authority is kept, so that the next one needs nothing on the phones.
func cert(_ context.Context, c *config, args []string) error {
	if len(args) < 2 {
		return errUsage("要写目录，和手机、电脑将用来访问的域名或 IP 地址")
	}
	dir, hosts := args[0], args[1:]
	for _, h := range hosts {
		if net.ParseIP(h) == nil && !hostName.MatchString(h) {
			return errUsage("域名或 IP 地址只写名字本身，如 linqiao.lan 或 192.168.1.20")
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	now := time.Now()
	ca, err := authority(dir, now)
	if err != nil {
		return err
	}
	if err := serverPair(dir, ca, hosts, now); err != nil {
		return err
	}
	fmt.Printf("已写入 %s：\n  ca.crt      装到手机和电脑上，设为受信任（只装一次）\n  server.crt  服务器证书，%d 天有效\n  server.key  私钥，不要外传\n  ca.key      签发用的私钥，不要外传；再次运行本命令会沿用\n运行：linqiao serve --addr 0.0.0.0:8443 --tls-cert %s --tls-key %s\n",
		dir, serverDays, filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"))
	return nil
}

// authority is the one in the folder, or a new one.
func authority(dir string, now time.Time) (*tls.Certificate, error) {
	certFile, keyFile := filepath.Join(dir, "ca.crt"), filepath.Join(dir, "ca.key")
	if _, err := os.Stat(certFile); err == nil {
		return readPair(certFile, keyFile, now)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	self := &x509.Certificate{Subject: pkix.Name{CommonName: "Linqiao trial authority " + now.Format(time.DateOnly)},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, authorityDays), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	if err := issue(certFile, keyFile, self, nil); err != nil {
		return nil, err
	}
	return readPair(certFile, keyFile, now)
}

func serverPair(dir string, ca *tls.Certificate, hosts []string, now time.Time) error {
	leaf := &x509.Certificate{Subject: pkix.Name{CommonName: hosts[0]}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, serverDays),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, h)
		}
	}
	return issue(filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"), leaf, ca)
}

// issue makes a key, signs the certificate (by itself when there is no authority), and
// writes both; the certificate last, so that half a pair is no renewal.
func issue(certFile, keyFile string, made *x509.Certificate, ca *tls.Certificate) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if made.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return err
	}
	parent, signer := made, crypto.PrivateKey(key)
	if ca != nil {
		parent, signer = ca.Leaf, ca.PrivateKey
	}
	raw, err := x509.CreateCertificate(rand.Reader, made, parent, &key.PublicKey, signer)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := replaceFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600); err != nil {
		return err
	}
	return replaceFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o644)
}

// replaceFile writes a whole file in place of a former one, and who may read it.
func replaceFile(name string, raw []byte, mode fs.FileMode) error {
	err := writeWhole(name, func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
	if err != nil {
		return err
	}
	return os.Chmod(name, mode)
}
