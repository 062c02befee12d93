package store

import (
	"bytes"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"linqiao/domain"
)

func ring(t testing.TB, suite Suite, keys ...[]byte) *Keyring {
	t.Helper()
	k, err := NewKeyring(suite, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var oldKey, newKey = bytes.Repeat([]byte{1}, KeySize), bytes.Repeat([]byte{2}, KeySize)

// TestKeyring: what is sealed opens with the same county and row only, under
// either suite; no changed byte passes.
func TestKeyring(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		suite := rapid.SampledFrom([]Suite{SuiteAES, SuiteSM}).Draw(t, "suite")
		k, err := NewKeyring(suite, newKey, oldKey)
		if err != nil {
			t.Fatal(err)
		}
		county := domain.CountyCode(rapid.StringMatching(`[0-9]{6}`).Draw(t, "county"))
		aad := rapid.String().Draw(t, "aad")
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed := k.Seal(county, aad, plain)
		got, err := k.Open(county, aad, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("opened %x, %v", got, err)
		}
		if len(plain) > 8 && bytes.Contains(sealed, plain) {
			t.Fatal("the plain text stands in the sealed one")
		}
		if _, err := k.Open(county, aad+"x", sealed); err == nil {
			t.Fatal("opens in another row")
		}
		if _, err := k.Open(county+"0", aad, sealed); err == nil {
			t.Fatal("opens in another county")
		}
		bad := bytes.Clone(sealed)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := k.Open(county, aad, bad); err == nil {
			t.Fatal("a changed byte passes")
		}
		if _, err := k.Open(county, aad, sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")]); err == nil {
			t.Fatal("a cut value passes")
		}
	})
}

func TestKeyring_Rotation(t *testing.T) {
	t.Parallel()
	before := ring(t, SuiteAES, oldKey)
	after := ring(t, SuiteSM, newKey, oldKey)
	sealed := before.Seal("440902", "a", []byte("x"))
	if got, err := after.Open("440902", "a", sealed); err != nil || string(got) != "x" {
		t.Errorf("an old value after a rotation: %q, %v", got, err)
	}
	if _, err := before.Open("440902", "a", after.Seal("440902", "a", []byte("x"))); err == nil {
		t.Error("an unknown key opens")
	}
	rotated := ring(t, SuiteAES, newKey, oldKey)
	if before.Index("440902", "phone", "1") != rotated.Index("440902", "phone", "1") {
		t.Error("blind indexes change with a rotation")
	}
	seen := map[string]bool{}
	for _, i := range []string{before.Index("440902", "phone", "1"), before.Index("440902", "phone", "2"), before.Index("440902", "id", "1"),
		before.Index("440903", "phone", "1"), after.Index("440902", "phone", "1"), ring(t, SuiteAES, newKey).Index("440902", "phone", "1")} {
		if seen[i] {
			t.Error("two different things have one index")
		}
		seen[i] = true
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if err := CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	key, err := ReadKeyFile(path)
	if err != nil || len(key) != KeySize {
		t.Errorf("%d bytes, %v", len(key), err)
	}
	if err := CreateKeyFile(path); err == nil {
		t.Error("a key was overwritten")
	}
	if _, err := NewKeyring(SuiteAES, key[:16]); err == nil {
		t.Error("a short key passes")
	}
}
