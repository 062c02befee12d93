package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"sync"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"

	"linqiao/domain"
)

// Suite names a set of algorithms.
type Suite byte

const (
	SuiteAES Suite = 1 // AES-256-GCM, SHA-256
	SuiteSM  Suite = 2 // SM4-GCM, SM3 (GM/T 0002, GM/T 0004), for GB/T 39786 assessments
)

// KeySize is the length of a master key.
const KeySize = 32

// A sealed value is: suite (1 byte), key id (4), nonce (12), ciphertext and tag.
// So old values stay readable when the key or the suite changes.
const (
	keyIDSize = 4
	nonceSize = 12
	headSize  = 1 + keyIDSize + nonceSize
)

var errSealed = errors.New("store: sealed value cannot be opened")

// Keyring is the Sealer: master keys, from which each county has keys of its
// own. New values are sealed with the first key; all keys open. Blind indexes
// use the last (oldest) key, so that they survive a rotation.
type Keyring struct {
	suite Suite
	keys  []masterKey
	made  sync.Map // derivation → cipher.AEAD or []byte
}

type masterKey struct {
	id     [keyIDSize]byte
	secret []byte
}

// NewKeyring makes a keyring from master keys of 32 bytes, newest first.
func NewKeyring(suite Suite, keys ...[]byte) (*Keyring, error) {
	if suite != SuiteAES && suite != SuiteSM {
		return nil, fmt.Errorf("store: unknown cipher suite %d", suite)
	}
	if len(keys) == 0 {
		return nil, errors.New("store: no key")
	}
	k := &Keyring{suite: suite}
	for _, secret := range keys {
		if len(secret) != KeySize {
			return nil, fmt.Errorf("store: key has %d bytes, want %d", len(secret), KeySize)
		}
		m := masterKey{secret: bytes.Clone(secret)}
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte("linqiao key id"))
		copy(m.id[:], mac.Sum(nil))
		k.keys = append(k.keys, m)
	}
	return k, nil
}

// ReadKeyFile reads a master key: 32 raw bytes, or 64 hexadecimal digits.
func ReadKeyFile(path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(raw) == KeySize {
		return raw, nil
	}
	key, err := hex.DecodeString(string(bytes.TrimSpace(raw)))
	if err != nil || len(key) != KeySize {
		return nil, fmt.Errorf("key file %s: want %d bytes or %d hexadecimal digits", path, KeySize, 2*KeySize)
	}
	return key, nil
}

// CreateKeyFile makes a new master key, readable by its owner only; it never
// overwrites one.
func CreateKeyFile(path string) error {
	key := make([]byte, KeySize)
	rand.Read(key)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(f, hex.EncodeToString(key)); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

type derivation struct {
	suite  Suite
	id     [keyIDSize]byte
	county domain.CountyCode
	use    string
}

func (s Suite) hash() func() hash.Hash {
	if s == SuiteSM {
		return sm3.New
	}
	return sha256.New
}

// derive makes the key of one county for one use (HKDF, RFC 5869).
func (s Suite) derive(m *masterKey, county domain.CountyCode, use string, size int) []byte {
	key, err := hkdf.Key(s.hash(), m.secret, []byte(county), "linqiao "+use, size)
	if err != nil {
		panic(err) // only when size is out of the algorithm's range
	}
	return key
}

func (k *Keyring) aead(suite Suite, m *masterKey, county domain.CountyCode) cipher.AEAD {
	at := derivation{suite, m.id, county, "seal"}
	if made, ok := k.made.Load(at); ok {
		return made.(cipher.AEAD)
	}
	var block cipher.Block
	var err error
	if suite == SuiteSM {
		block, err = sm4.NewCipher(suite.derive(m, county, "seal", 16))
	} else {
		block, err = aes.NewCipher(suite.derive(m, county, "seal", 32))
	}
	if err == nil {
		var gcm cipher.AEAD
		if gcm, err = cipher.NewGCM(block); err == nil {
			k.made.Store(at, gcm)
			return gcm
		}
	}
	panic(err) // only when the key size is wrong
}

// Seal encrypts a value with the current key.
func (k *Keyring) Seal(county domain.CountyCode, aad string, plain []byte) []byte {
	m := &k.keys[0]
	out := make([]byte, headSize, headSize+len(plain)+16)
	out[0] = byte(k.suite)
	copy(out[1:], m.id[:])
	nonce := out[1+keyIDSize : headSize]
	rand.Read(nonce)
	return k.aead(k.suite, m, county).Seal(out, nonce, plain, []byte(aad))
}

// Open decrypts a value sealed by any key of the ring, for the same county and aad.
func (k *Keyring) Open(county domain.CountyCode, aad string, sealed []byte) ([]byte, error) {
	if len(sealed) < headSize {
		return nil, errSealed
	}
	suite := Suite(sealed[0])
	if suite != SuiteAES && suite != SuiteSM {
		return nil, errSealed
	}
	for i := range k.keys {
		if bytes.Equal(k.keys[i].id[:], sealed[1:1+keyIDSize]) {
			plain, err := k.aead(suite, &k.keys[i], county).Open(nil, sealed[1+keyIDSize:headSize], sealed[headSize:], []byte(aad))
			if err != nil {
				return nil, errSealed
			}
			return plain, nil
		}
	}
	return nil, fmt.Errorf("%w: its key is not in the ring", errSealed)
}

// Index makes a blind index: HMAC under a key of the county, 32 hex digits.
func (k *Keyring) Index(county domain.CountyCode, kind, value string) string {
	m := &k.keys[len(k.keys)-1]
	at := derivation{k.suite, m.id, county, "index"}
	key, ok := k.made.Load(at)
	if !ok {
		key = k.suite.derive(m, county, "index", 32)
		k.made.Store(at, key)
	}
	mac := hmac.New(k.suite.hash(), key.([]byte))
	mac.Write([]byte(kind + "\x00" + value))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
