package app

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/argon2"

	"linqiao/domain"
)

// HashCost is what one password check costs (argon2id, RFC 9106).
type HashCost struct {
	Time      uint32
	MemoryKiB uint32
	Threads   uint8
}

// RealCost is for counties; LightCost for tests and load generators only.
var (
	RealCost  = HashCost{Time: 3, MemoryKiB: 64 << 10, Threads: 2}
	LightCost = HashCost{Time: 1, MemoryKiB: 64, Threads: 1}
)

const (
	saltBytes     = 16
	hashBytes     = 32
	passwordMin   = 10
	passwordMost  = 128
	passwordsKept = 5 // former ones that are not taken again
	hashersMost   = 4 // at once: each takes 64 MiB
)

//go:embed passwords.txt
var commonPasswords string

// hasher makes and checks password hashes, a few at a time.
type hasher struct {
	cost  HashCost
	slots chan struct{}
}

func newHasher(cost HashCost) *hasher {
	if cost == (HashCost{}) {
		cost = RealCost
	}
	return &hasher{cost: cost, slots: make(chan struct{}, hashersMost)}
}

// hash writes the usual text form: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func (h *hasher) hash(password string) string {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	sum := h.run(password, salt, h.cost)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.MemoryKiB, h.cost.Time, h.cost.Threads,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

func (h *hasher) run(password string, salt []byte, c HashCost) []byte {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, c.Time, c.MemoryKiB, c.Threads, hashBytes)
}

// check reports whether the password made the hash. An empty or broken hash
// takes as long as a real one, and is never right.
func (h *hasher) check(password, stored string) bool {
	cost, salt, sum, ok := readHash(stored)
	if !ok {
		cost, salt, sum = h.cost, make([]byte, saltBytes), make([]byte, hashBytes)
	}
	got := h.run(password, salt, cost)
	return subtle.ConstantTimeCompare(got, sum) == 1 && ok
}

// usedBefore reports whether a new password made one of the hashes.
func (a *App) usedBefore(password string, hashes []string) bool {
	for _, h := range hashes {
		if h != "" && a.door.hasher.check(password, h) {
			return true
		}
	}
	return false
}

// giveUpPassword keeps the hash of a password before another takes its place.
func (w *work) giveUpPassword(acc *domain.Account) error {
	if acc.PasswordHash == "" {
		return nil
	}
	return w.tx.KeepPassword(acc.ID, acc.PasswordHash, passwordsKept)
}

func readHash(s string) (c HashCost, salt, sum []byte, ok bool) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return c, nil, nil, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Time, &c.Threads); err != nil || c.Time == 0 || c.Threads == 0 {
		return c, nil, nil, false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	return c, salt, sum, err1 == nil && err2 == nil && len(sum) == hashBytes
}

// checkPassword refuses passwords that are short, common, or the login itself.
func checkPassword(login, password string) error {
	n := len([]rune(password))
	low := strings.ToLower(password)
	code := ""
	switch {
	case n < passwordMin:
		code = "password_short"
	case n > passwordMost:
		code = "password_long"
	case login != "" && (low == strings.ToLower(login) || strings.Contains(low, strings.ToLower(login)) && n < len(login)+4):
		code = "password_login"
	case common(low):
		code = "password_common"
	}
	if code == "" {
		return nil
	}
	return domain.E(domain.KindInvalid, code).With("password", code, "min", fmt.Sprint(passwordMin))
}

// common reports passwords that guessers try first, and repeated characters.
func common(low string) bool {
	kinds := map[rune]bool{}
	for _, r := range low {
		kinds[r] = true
	}
	if len(kinds) < 4 {
		return true
	}
	for line := range strings.Lines(commonPasswords) {
		if strings.TrimSpace(line) == low {
			return true
		}
	}
	return false
}

// Letters that are not mistaken for one another when read aloud or copied.
const plainLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// randomText makes n letters of the plain alphabet.
func randomText(n int) string {
	var b strings.Builder
	top := big.NewInt(int64(len(plainLetters)))
	for range n {
		i, _ := rand.Int(rand.Reader, top)
		b.WriteByte(plainLetters[i.Int64()])
	}
	return b.String()
}

// newPassword is a generated one, in groups of four: k7mp-x3fz-9qhd.
func newPassword() string {
	return randomText(4) + "-" + randomText(4) + "-" + randomText(4)
}
