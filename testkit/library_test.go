package testkit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestLibrary: an item is written, refused without a transcript, checked by a second
// person, read by everybody in pieces, counted without a reader, and withdrawn; what is
// for some is nowhere for others.
func TestLibrary(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			d := openReading(t, testkit.Open(t, engine, storetest.Home))
			d.article(t)
			d.recording(t)
			d.ranges(t)
			d.shelf(t)
			d.audience(t)
			d.counted(t)
			d.withdrawn(t)
		})
	}
}

type reading struct {
	*testkit.County
	editor, checker, warden, resident, stranger *testkit.Client
	text, sound                                 string // items
	wav                                         []byte
}

func openReading(t *testing.T, c *testkit.County) *reading {
	t.Helper()
	c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("reading-desk")); err != nil {
		t.Fatal(err)
	}
	d := &reading{County: c, stranger: c.Stranger(), wav: tone()}
	one := func(kind, login string) *testkit.Client {
		_, people := c.Staff(t, kind, "county", string(c.Code), login)
		return people[0]
	}
	d.editor, d.checker, d.warden = one("read_desk", "bianji"), one("read_check", "shengao"), one("read_grid", "wangge")
	_, d.resident = c.Resident(t, "jumin", string(c.Code))
	return d
}

// tone is a tenth of a second of silence, 8 kHz, 16 bit, one channel.
func tone() []byte {
	const samples = 800
	b := new(bytes.Buffer)
	put := func(v any) { _ = binary.Write(b, binary.LittleEndian, v) }
	b.WriteString("RIFF")
	put(uint32(36 + 2*samples))
	b.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(8000), uint32(16000), uint16(2), uint16(16)} {
		put(v)
	}
	b.WriteString("data")
	put(uint32(2 * samples))
	b.Write(make([]byte, 2*samples))
	return b.Bytes()
}

func (d *reading) attach(t *testing.T, name string, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(data)
	m.Close()
	return testkit.Text(d.editor.Must(t, http.MethodPost, "/attachments", b.Bytes(), testkit.Header{Name: "Content-Type", Value: m.FormDataContentType()}), "id")
}

func (d *reading) write(t *testing.T, record string, fields testkit.Object) string {
	t.Helper()
	return testkit.Text(d.editor.Must(t, http.MethodPost, "/programs/reading-desk/records/"+record+"/write", testkit.Object{"region": d.Code, "fields": fields}), "id")
}

func (d *reading) act(t *testing.T, who *testkit.Client, id, move string, body testkit.Object) *testkit.Answer {
	t.Helper()
	if body == nil {
		body = testkit.Object{}
	}
	return who.Do(t, http.MethodPost, "/records/"+id+"/moves/"+move, body)
}

// publish proposes an item and lets the checker sign.
func (d *reading) publish(t *testing.T, id string) {
	t.Helper()
	if a := d.act(t, d.editor, id, "publish", nil); a.Status != http.StatusOK {
		t.Fatalf("publish: %d %s", a.Status, a.Raw)
	}
	wait(t, d.stranger.Do(t, http.MethodGet, "/library-items/"+id, nil), http.StatusNotFound)
	signs := testkit.Items(d.checker.Must(t, http.MethodGet, "/records/"+id, nil), "signatures")
	if len(signs) == 0 {
		t.Fatal("nothing to sign")
	}
	d.checker.Must(t, http.MethodPost, "/records/"+id+"/sign/"+testkit.Text(signs[len(signs)-1], "id"), testkit.Object{"decision": "sign"})
}

func wait(t *testing.T, a *testkit.Answer, status int, says ...string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("status %d, want %d: %s", a.Status, status, a.Raw)
	}
	for _, s := range says {
		if !bytes.Contains(a.Raw, []byte(s)) {
			t.Errorf("the answer does not say %q: %s", s, a.Raw)
		}
	}
}

// article: nothing of a draft is seen; the signature of a second person makes it public.
func (d *reading) article(t *testing.T) {
	d.text = d.write(t, "leaflet", testkit.Object{"title": "烧水防烫伤", "topic": []string{"safety", "health"}})
	wait(t, d.act(t, d.editor, d.text, "publish", nil), http.StatusUnprocessableEntity, "须填写“正文”")
	wait(t, d.act(t, d.editor, d.text, "revise", testkit.Object{"fields": testkit.Object{"body": "## 水壶\n壶嘴朝里。\n- 先关火\n- 再提壶\n<script>alert(1)</script>" + strings.Repeat("慢慢来。", 1200)}}), http.StatusOK)
	for _, path := range []string{"/library-items/" + d.text, "/libraries/reading-desk/room?q=%E7%83%AB%E4%BC%A4"} {
		if a := d.stranger.Do(t, http.MethodGet, path, nil); bytes.Contains(a.Raw, []byte("烧水")) {
			t.Errorf("a draft is seen at %s: %s", path, a.Raw)
		}
	}
	d.publish(t, d.text)
	v := d.stranger.Must(t, http.MethodGet, "/library-items/"+d.text, nil)
	blocks := testkit.Items(v, "text")
	if len(blocks) != 4 || testkit.Text(blocks[0], "kind") != "head" || testkit.Text(blocks[2], "kind") != "list" || testkit.Text(v, "kind") != "article" {
		t.Errorf("the article: %v", v)
	}
	page := d.stranger.Page(t, "/library/items/"+d.text)
	wait(t, page, http.StatusOK, "烧水防烫伤", "<h2>水壶</h2>", "&lt;script&gt;")
}

// recording: refused as another kind of file, without a transcript, and cut short;
// whole and with its words it is published.
func (d *reading) recording(t *testing.T) {
	paper := d.attach(t, "说明.txt", []byte("这不是音频"))
	wait(t, d.editor.Do(t, http.MethodPost, "/programs/reading-desk/records/leaflet/write", testkit.Object{"region": d.Code, "fields": testkit.Object{"title": "放松", "topic": []string{"health"}, "clip": paper}}),
		http.StatusUnprocessableEntity, "fields.clip", "这里只能放音频或视频")
	d.sound = d.write(t, "leaflet", testkit.Object{"title": "呼吸放松三分钟", "topic": []string{"health"}, "clip": d.inParts(t)})
	wait(t, d.act(t, d.editor, d.sound, "revise", testkit.Object{"fields": testkit.Object{"captions": paper}}), http.StatusUnprocessableEntity, "fields.captions", "WebVTT")
	wait(t, d.act(t, d.editor, d.sound, "publish", nil), http.StatusUnprocessableEntity, "fields.transcript", "须有“文字稿”才能发布")
	wait(t, d.stranger.Do(t, http.MethodGet, "/library-items/"+d.sound+"/media", nil), http.StatusNotFound)
	captions := d.attach(t, "字幕.vtt", []byte("WEBVTT\n\n00:00.000 --> 00:00.100\n慢慢吸气\n"))
	wait(t, d.act(t, d.editor, d.sound, "revise", testkit.Object{"fields": testkit.Object{"transcript": "慢慢吸气，数到四。慢慢呼气，数到六。", "captions": captions}}), http.StatusOK)
	d.publish(t, d.sound)
	a := d.stranger.Do(t, http.MethodGet, "/library-items/"+d.sound+"/captions", nil)
	if wait(t, a, http.StatusOK, "慢慢吸气"); !strings.HasPrefix(a.Header.Get("Content-Type"), "text/vtt") {
		t.Errorf("captions are %s", a.Header.Get("Content-Type"))
	}
	wait(t, d.stranger.Page(t, "/library/items/"+d.sound), http.StatusOK, "<audio", "文字稿", "数到六")
}

// inParts sends the recording in parts over a line that breaks, and goes on.
func (d *reading) inParts(t *testing.T) string {
	t.Helper()
	sum := sha256.Sum256(d.wav)
	up := d.editor.Must(t, http.MethodPost, "/uploads", testkit.Object{"name": "放松.wav", "size": len(d.wav), "sha256": hex.EncodeToString(sum[:])})
	at := "/uploads/" + testkit.Text(up, "id")
	part := func(from, to int) *testkit.Answer {
		return d.editor.Do(t, http.MethodPut, fmt.Sprint(at, "?at=", from), d.wav[from:to], testkit.Header{Name: "Content-Type", Value: "application/octet-stream"})
	}
	wait(t, part(0, 700), http.StatusOK)
	wait(t, d.editor.Do(t, http.MethodPost, at+"/finish", nil), http.StatusConflict, "upload_short")
	wait(t, part(900, len(d.wav)), http.StatusConflict, "upload_gap")
	wait(t, part(700, len(d.wav)), http.StatusOK)
	return testkit.Text(d.editor.Must(t, http.MethodPost, at+"/finish", nil), "file", "id")
}

// ranges: a player takes pieces; what lies past the end is refused, and what the
// browser has is not sent again.
func (d *reading) ranges(t *testing.T) {
	get := func(headers ...testkit.Header) *testkit.Answer {
		return d.stranger.Do(t, http.MethodGet, "/library-items/"+d.sound+"/media", nil, headers...)
	}
	whole := get()
	if whole.Status != http.StatusOK || !bytes.Equal(whole.Raw, d.wav) || whole.Header.Get("Accept-Ranges") != "bytes" || whole.Header.Get("Content-Type") != "audio/wav" {
		t.Errorf("whole: %d, %d bytes, %v", whole.Status, len(whole.Raw), whole.Header)
	}
	part := get(testkit.Header{Name: "Range", Value: "bytes=100-199"})
	if part.Status != http.StatusPartialContent || !bytes.Equal(part.Raw, d.wav[100:200]) || part.Header.Get("Content-Range") != fmt.Sprintf("bytes 100-199/%d", len(d.wav)) {
		t.Errorf("part: %d, %d bytes, %s", part.Status, len(part.Raw), part.Header.Get("Content-Range"))
	}
	if tail := get(testkit.Header{Name: "Range", Value: "bytes=-44"}); tail.Status != http.StatusPartialContent || !bytes.Equal(tail.Raw, d.wav[len(d.wav)-44:]) {
		t.Errorf("tail: %d, %d bytes", tail.Status, len(tail.Raw))
	}
	past := get(testkit.Header{Name: "Range", Value: "bytes=999999-"})
	if past.Status != http.StatusRequestedRangeNotSatisfiable || past.Header.Get("Content-Range") != fmt.Sprintf("bytes */%d", len(d.wav)) {
		t.Errorf("past the end: %d %s", past.Status, past.Header.Get("Content-Range"))
	}
	if same := get(testkit.Header{Name: "If-None-Match", Value: whole.Header.Get("ETag")}); same.Status != http.StatusNotModified {
		t.Errorf("the same again: %d", same.Status)
	}
}

// shelf: by topic, by kind, by words in the title, the text and the transcript.
func (d *reading) shelf(t *testing.T) {
	for query, want := range map[string]string{"": d.sound + d.text, "?topic=safety": d.text, "?topic=craft": "", "?kind=audio": d.sound, "?q=壶嘴": d.text, "?q=数到六": d.sound, "?q=没有的话": "", "?limit=1": d.sound} {
		got := ""
		for _, x := range testkit.Items(d.stranger.Must(t, http.MethodGet, "/libraries/reading-desk/room"+query, nil), "items") {
			got += testkit.Text(x, "id")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	first := d.stranger.Must(t, http.MethodGet, "/libraries/reading-desk/room?limit=1", nil)
	rest := d.stranger.Must(t, http.MethodGet, "/libraries/reading-desk/room?limit=1&cursor="+testkit.Text(first, "next"), nil)
	if list := testkit.Items(rest, "items"); len(list) != 1 || testkit.Text(list[0], "id") != d.text || testkit.At(rest, "next") != nil {
		t.Errorf("the second page: %v", rest)
	}
	topics := testkit.Items(first, "topics")
	if len(topics) != 2 || testkit.Text(topics[1], "label") != "健康" || testkit.At(topics[1], "count") != 2.0 {
		t.Errorf("topics: %v", topics)
	}
	wait(t, d.stranger.Page(t, "/library"), http.StatusOK, "阅览室", "健康（2）")
	wait(t, d.stranger.Page(t, "/library/reading-desk/room?q=%E5%A3%B6%E5%98%B4"), http.StatusOK, "烧水防烫伤")
	wait(t, d.stranger.Do(t, http.MethodGet, "/libraries/reading-desk/room?cursor=broken", nil), http.StatusUnprocessableEntity, "cursor")
	wait(t, d.stranger.Page(t, "/library/reading-desk/none"), http.StatusNotFound)
}

// audience: what is for grid workers is there for them, and nowhere for anybody else.
func (d *reading) audience(t *testing.T) {
	const secret = "入户先敲门"
	id := d.write(t, "manual", testkit.Object{"title": secret, "topic": "craft", "body": "先亮证，再说明来意。"})
	wait(t, d.act(t, d.editor, id, "publish", nil), http.StatusOK)
	v := d.warden.Must(t, http.MethodGet, "/library-items/"+id, nil)
	if testkit.Text(v, "title") != secret {
		t.Errorf("the audience reads: %v", v)
	}
	if list := testkit.Items(d.warden.Must(t, http.MethodGet, "/libraries", nil), "items"); len(list) != 2 {
		t.Errorf("libraries of a grid worker: %v", list)
	}
	for name, who := range map[string]*testkit.Client{"stranger": d.stranger, "resident": d.resident, "checker": d.checker} {
		wait(t, who.Do(t, http.MethodGet, "/library-items/"+id, nil), http.StatusNotFound)
		wait(t, who.Do(t, http.MethodGet, "/libraries/reading-desk/manuals", nil), http.StatusNotFound)
		if list := testkit.Items(who.Must(t, http.MethodGet, "/libraries", nil), "items"); len(list) != 1 {
			t.Errorf("libraries of %s: %v", name, list)
		}
		paths := []string{"/libraries", "/libraries/reading-desk/room?q=敲门", "/library-items/" + d.text, "/libraries/reading-desk/room?topic=craft"}
		if who != d.stranger {
			paths = append(paths, "/search?q=敲门", "/records?program=reading-desk", "/offers", "/programs/reading-desk/offers/manual", "/records/"+id, "/notifications", "/sync")
		}
		for _, path := range paths {
			if a := who.Do(t, http.MethodGet, path, nil); bytes.Contains(a.Raw, []byte(secret)) {
				t.Errorf("%s finds it at %s: %s", name, path, a.Raw)
			}
		}
	}
	for _, path := range []string{"/library", "/library/reading-desk/manuals", "/library/items/" + id, "/services/reading-desk/offers"} {
		if a := d.stranger.Page(t, path); bytes.Contains(a.Raw, []byte(secret)) {
			t.Errorf("the page %s shows it", path)
		}
	}
}

// counted: an opening is a number and nothing else; a browser that has just read is not
// counted again, a machine never; figures have a day once it is over, whole and once.
func (d *reading) counted(t *testing.T) {
	before := d.stat(t, "opened")
	if before != "0" {
		t.Errorf("counted before the day is over: %s", before)
	}
	a := d.resident.Do(t, http.MethodGet, "/library-items/"+d.sound, nil)
	mark := a.Header.Get("Set-Cookie")
	if !strings.HasPrefix(mark, "lq_read=1;") || !strings.Contains(mark, "Path=/api/v1/library-items/"+d.sound) || !strings.Contains(mark, "Max-Age=1800") {
		t.Errorf("the mark: %s", mark)
	}
	d.resident.Do(t, http.MethodGet, "/library-items/"+d.sound, nil, testkit.Header{Name: "Cookie", Value: "lq_read=1"})
	account := testkit.Text(d.resident.Must(t, http.MethodGet, "/session", nil), "account", "id")
	rows := d.rowsAbout(t, account)
	var all sync.WaitGroup
	for range 40 {
		all.Add(1)
		go func() {
			defer all.Done()
			if a, err := d.resident.Try(t.Context(), http.MethodGet, "/library-items/"+d.sound, nil); err != nil || a.Status != http.StatusOK {
				t.Errorf("reading: %v %v", a, err)
			}
		}()
	}
	all.Wait()
	d.Clock.Set(time.Date(2026, 3, 11, 0, 1, 0, 0, domain.Beijing))
	for range 2 { // again changes nothing
		if err := d.App.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	d.editor, d.checker = d.SignIn(t, "bianji"), d.SignIn(t, "shengao") // their sign-ins are over
	// Of the article: the API and the page once each, and three times by others on the
	// way; of the recording the page, and 41 here.
	if got := d.stat(t, "opened"); got != "47" {
		t.Errorf("opened %s times, want 47", got)
	}
	if got := d.stat(t, "manuals"); got != "1" {
		t.Errorf("manuals opened %s times, want 1", got)
	}
	if v := d.stranger.Must(t, http.MethodGet, "/libraries/reading-desk/room?kind=audio", nil); testkit.At(testkit.Items(v, "items")[0], "opened") != 42.0 {
		t.Errorf("on the card: %v", v)
	}
	if changed, err := d.App.RebuildAll(t.Context(), app.System(d.Code)); err != nil || len(changed) > 0 {
		t.Errorf("rebuilt figures differ: %v %v", changed, err)
	}
	desk := d.editor.Must(t, http.MethodGet, "/programs/reading-desk/libraries/room", nil)
	if list := testkit.Items(desk, "items"); len(list) != 2 || testkit.At(list[0], "opened") != 42.0 || testkit.Text(testkit.Items(list[0], "days")[0], "day") != "2026-03-10" || len(testkit.Items(desk, "begin")) != 1 {
		t.Errorf("the desk: %v", desk)
	}
	wait(t, d.SignIn(t, "wangge").Do(t, http.MethodGet, "/programs/reading-desk/libraries/room", nil), http.StatusNotFound)
	if strings.Contains(d.Log.Text(), d.sound) {
		t.Error("the log names an item that was read")
	}
	if after := d.rowsAbout(t, account); after != rows {
		t.Errorf("%d rows name the reader, %d before he read: something was kept of his reading", after, rows)
	}
}

// rowsAbout are the rows of the whole database in which a text stands.
func (d *reading) rowsAbout(t *testing.T, text string) (n int) {
	t.Helper()
	var all bytes.Buffer
	if _, err := d.App.DB.Backup(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(all.String()) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

func (d *reading) stat(t *testing.T, key string) string {
	t.Helper()
	v := d.editor.Must(t, http.MethodGet, "/programs/reading-desk/stats/"+key, nil)
	return fmt.Sprint(testkit.At(v, "value"))
}

// withdrawn: gone at once, and it says so; back in draft it is as if it had not been.
func (d *reading) withdrawn(t *testing.T) {
	wait(t, d.act(t, d.checker, d.text, "withdraw", nil), http.StatusUnprocessableEntity)
	wait(t, d.act(t, d.checker, d.text, "withdraw", testkit.Object{"text": "内容过时"}), http.StatusOK)
	wait(t, d.stranger.Do(t, http.MethodGet, "/library-items/"+d.text, nil), http.StatusGone, "已于 2026-03-11 撤下")
	wait(t, d.stranger.Page(t, "/library/items/"+d.text), http.StatusGone, "撤下")
	if v := d.stranger.Must(t, http.MethodGet, "/libraries/reading-desk/room?topic=safety", nil); len(testkit.Items(v, "items")) != 0 || len(testkit.Items(v, "topics")) != 1 {
		t.Errorf("still there: %v", v)
	}
	if v := d.stranger.Must(t, http.MethodGet, "/libraries/reading-desk/room?q=壶嘴", nil); len(testkit.Items(v, "items")) != 0 {
		t.Errorf("still found: %v", v)
	}
	wait(t, d.act(t, d.editor, d.sound, "revise", testkit.Object{"fields": testkit.Object{"transcript": nil}}), http.StatusUnprocessableEntity, "文字稿")
	wait(t, d.act(t, d.editor, d.sound, "withdraw", testkit.Object{"text": "重录"}), http.StatusOK)
	wait(t, d.stranger.Do(t, http.MethodGet, "/library-items/"+d.sound+"/media", nil), http.StatusGone)
	if list := testkit.Items(d.stranger.Must(t, http.MethodGet, "/libraries", nil), "items"); len(list) != 0 {
		t.Errorf("an empty library is offered: %v", list)
	}
}
