package testkit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// paper is a plain text of n bytes: nothing is taken out of it on the way in.
func paper(n int) []byte { return bytes.Repeat([]byte("服务记录 line\n"), n/18+1)[:n/18*18] }

func sumOf(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func sendPart(t *testing.T, c *testkit.Client, id string, whole []byte, at, end int) *testkit.Answer {
	t.Helper()
	return c.Do(t, http.MethodPut, fmt.Sprintf("/uploads/%s?at=%d", id, at), whole[at:end], testkit.Header{Name: "Content-Type", Value: "application/octet-stream"})
}

// TestUploadResumes: an upload cut at 99 % goes on where it broke, in another process
// too, and is filed once, whole, by its hash.
func TestUploadResumes(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			empty := e.rows(t)
			whole := paper(1_300_000)
			begin := testkit.Object{"name": "记录.txt", "size": len(whole), "sha256": sumOf(whole)}
			key := testkit.Key(testkit.NewKey())
			v := e.team.Must(t, http.MethodPost, "/uploads", begin, key)
			id := testkit.Text(v, "id")
			if again := e.team.Must(t, http.MethodPost, "/uploads", begin, key); testkit.Text(again, "id") != id {
				t.Fatal("the same request began a second upload")
			}
			cut := len(whole) * 99 / 100
			for at := 0; at < cut; at += app.PartMost {
				if a := sendPart(t, e.team, id, whole, at, min(at+app.PartMost, cut)); a.Status != http.StatusOK {
					t.Fatal(a.Status, string(a.Raw))
				}
			}
			if a := e.team.Do(t, http.MethodPost, "/uploads/"+id+"/finish", nil); testkit.Text(a.Object(), "type") != "upload_short" {
				t.Fatal(string(a.Raw))
			}
			if a := sendPart(t, e.team, id, whole, 0, app.PartMost); a.Status != http.StatusOK || a.Object()["received"] != float64(cut) {
				t.Fatal("a part that is here already:", string(a.Raw))
			}
			if a := sendPart(t, e.team, id, whole, cut+10, len(whole)); testkit.Text(a.Object(), "type") != "upload_gap" || a.Status != http.StatusConflict {
				t.Fatal("a gap:", string(a.Raw))
			}
			for _, c := range []*testkit.Client{e.desk, e.self} {
				for _, a := range []*testkit.Answer{c.Do(t, http.MethodGet, "/uploads/"+id, nil), sendPart(t, c, id, whole, cut, len(whole)), c.Do(t, http.MethodPost, "/uploads/"+id+"/finish", nil)} {
					if a.Status != http.StatusNotFound {
						t.Errorf("somebody else's upload: %d %s", a.Status, a.Raw)
					}
				}
			}
			e.Clock.Set(e.Clock.Now().Add(8 * 24 * time.Hour)) // the phone was away a week
			if _, err := e.App.House(t.Context()); err != nil {
				t.Fatal(err)
			}
			e.team = e.SignIn(t, "team") // the sitting is over, the upload is not
			if s := e.team.Must(t, http.MethodGet, "/uploads/"+id, nil); s["received"] != float64(cut) {
				t.Fatal(s)
			}
			sendPart(t, e.team, id, whole, cut, len(whole))
			done := e.team.Must(t, http.MethodPost, "/uploads/"+id+"/finish", nil)
			file := testkit.Text(done, "file", "id")
			if twice := e.team.Must(t, http.MethodPost, "/uploads/"+id+"/finish", nil); file == "" || testkit.Text(twice, "file", "id") != file {
				t.Fatal("finished twice:", twice)
			}
			if got := e.team.Do(t, http.MethodGet, "/attachments/"+file, nil); !bytes.Equal(got.Raw, whole) {
				t.Errorf("%d bytes came back, %d were sent", len(got.Raw), len(whole))
			}
			if e.rows(t)["upload_part"] != empty["upload_part"] {
				t.Error("parts are left")
			}
			e.Clock.Set(e.Clock.Now().Add(15 * 24 * time.Hour))
			if _, err := e.App.House(t.Context()); err != nil {
				t.Fatal(err)
			}
			if e.rows(t)["upload"] != empty["upload"] {
				t.Error("uploads are left")
			}
		})
	}
}

// TestUploadRefused: what is damaged on the way is not filed and begins anew; what is
// too large, empty or without its hash is refused before a byte is sent.
func TestUploadRefused(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			whole := paper(5_000)
			for name, x := range map[string]struct {
				body testkit.Object
				code string
			}{
				"60 MB":   {testkit.Object{"name": "a.jpg", "size": app.RecordingUsual + 1, "sha256": sumOf(whole)}, "recording_too_large"},
				"nothing": {testkit.Object{"name": "a.jpg", "size": 0, "sha256": sumOf(whole)}, "file_empty"},
				"no hash": {testkit.Object{"name": "a.jpg", "size": 5, "sha256": "zz"}, "fields_invalid"},
			} {
				if a := e.team.Do(t, http.MethodPost, "/uploads", x.body); testkit.Text(a.Object(), "type") != x.code {
					t.Errorf("%s: %s", name, a.Raw)
				}
			}
			damaged := bytes.Clone(whole)
			damaged[100] ^= 1
			id := testkit.Text(e.team.Must(t, http.MethodPost, "/uploads", testkit.Object{"name": "a.txt", "size": len(whole), "sha256": sumOf(whole)}), "id")
			sendPart(t, e.team, id, damaged, 0, len(damaged))
			files := e.rows(t)["attachment"]
			if a := e.team.Do(t, http.MethodPost, "/uploads/"+id+"/finish", nil); testkit.Text(a.Object(), "type") != "upload_hash" {
				t.Fatal(string(a.Raw))
			}
			if s := e.team.Must(t, http.MethodGet, "/uploads/"+id, nil); s["received"] != float64(0) || e.rows(t)["attachment"] != files {
				t.Fatal("damaged bytes were kept", s)
			}
			sendPart(t, e.team, id, whole, 0, len(whole))
			if v := e.team.Must(t, http.MethodPost, "/uploads/"+id+"/finish", nil); testkit.Text(v, "file", "id") == "" {
				t.Fatal(v)
			}
			for range 20 {
				e.team.Must(t, http.MethodPost, "/uploads", testkit.Object{"name": "b.txt", "size": 9, "sha256": sumOf(whole)})
			}
			if a := e.team.Do(t, http.MethodPost, "/uploads", testkit.Object{"name": "b.txt", "size": 9, "sha256": sumOf(whole)}); a.Status != http.StatusTooManyRequests {
				t.Error(a.Status, string(a.Raw))
			}
		})
	}
}

// TestLongFilm: a film longer than other files may be comes in parts, and is kept as it
// was sent; a document of that size is turned away at its first part.
func TestLongFilm(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			film := make([]byte, app.AttachmentMost+3<<20)
			copy(film, "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")
			for i := 24; i < len(film); i += 4096 { // no part like another
				film[i], film[i+1], film[i+2] = byte(i>>12), byte(i>>20), 7
			}
			begin := func(name string, whole []byte) string {
				t.Helper()
				return testkit.Text(e.team.Must(t, http.MethodPost, "/uploads", testkit.Object{"name": name, "size": len(whole), "sha256": sumOf(whole)}), "id")
			}
			book := bytes.Clone(film)
			copy(book, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n")
			if a := sendPart(t, e.team, begin("册.pdf", book), book, 0, app.PartMost); testkit.Text(a.Object(), "type") != "recording_too_large" || a.Status != http.StatusRequestEntityTooLarge {
				t.Errorf("a long document: %d %s", a.Status, a.Raw)
			}
			id := begin("讲座.mp4", film)
			for at := 0; at < len(film); at += app.PartMost {
				if a := sendPart(t, e.team, id, film, at, min(at+app.PartMost, len(film))); a.Status != http.StatusOK {
					t.Fatal(a.Status, string(a.Raw))
				}
			}
			v := e.team.Must(t, http.MethodPost, "/uploads/"+id+"/finish", nil)
			if testkit.Text(v, "file", "mime") != "video/mp4" || testkit.Text(v, "file", "name") != "讲座.mp4" {
				t.Fatalf("filed as %v", v)
			}
			if got := e.team.Do(t, http.MethodGet, "/attachments/"+testkit.Text(v, "file", "id"), nil); got.Status != http.StatusOK || sumOf(got.Raw) != sumOf(film) {
				t.Errorf("kept %d bytes of %d, status %d", len(got.Raw), len(film), got.Status)
			}
		})
	}
}
