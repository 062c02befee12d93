package linqiao_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"linqiao/testkit"
)

// fence is one fenced block of the tutorial: a file's next piece, or commands.
var fence = regexp.MustCompile("(?s)```(\\w+)(?: ([\\w./-]+))?\n(.*?)```")

// reader follows a tutorial like somebody who copies every block.
type reader struct {
	dir, addr string
	env       []string
	pieces    map[string]int
	said      strings.Builder // all that the commands printed
	server    *exec.Cmd
}

// TestTutorialToTheLetter writes every file block of docs/writing-programs.md and
// runs every command, in the order of the page and with nothing added: only the
// port is another one. In the end the ledger stands on the public page.
func TestTutorialToTheLetter(t *testing.T) {
	bin := testkit.Binary(t)
	r := &reader{dir: t.TempDir(), addr: testkit.FreeAddress(t), pieces: map[string]int{}}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "LINQIAO_") && !strings.HasPrefix(kv, "PATH=") {
			r.env = append(r.env, kv)
		}
	}
	r.env = append(r.env, "PATH="+filepath.Dir(bin)+string(os.PathListSeparator)+os.Getenv("PATH"), "LINQIAO_ADDR="+r.addr)
	for _, m := range fence.FindAllStringSubmatch(read(t, "docs/writing-programs.md"), -1) {
		switch {
		case m[1] == "sh" && m[2] == "server":
			r.serve(t, m[3])
		case m[1] == "sh":
			r.run(t, m[3])
		default:
			r.write(t, m[2], m[3])
		}
	}
	if r.server == nil || len(r.pieces) != 3 {
		t.Fatalf("the tutorial is not read whole: files %v", r.pieces)
	}
	r.sees(t)
}

// write appends a piece to a file of the mechanism; pieces stand a blank line apart.
func (r *reader) write(t *testing.T, name, text string) {
	t.Helper()
	if name == "" {
		t.Fatalf("a block names no file:\n%s", text)
	}
	path := filepath.Join(r.dir, "lamp-repair", name)
	if r.pieces[name]++; r.pieces[name] > 1 {
		text = "\n" + text
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// run runs a block of commands in the reader's terminal: what a block exports the
// next one has, too.
func (r *reader) run(t *testing.T, commands string) {
	t.Helper()
	keep := filepath.Join(r.dir, ".terminal")
	script := "set -e\n[ ! -f " + keep + " ] || . " + keep + "\n" + strings.ReplaceAll(commands, "127.0.0.1:8080", r.addr) + "\nexport -p | grep LINQIAO_ > " + keep + " || :\n"
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Dir, cmd.Env = r.dir, r.env
	out, err := cmd.CombinedOutput()
	r.said.Write(out)
	if err != nil {
		t.Fatalf("%s\n%v\n%s", commands, err, out)
	}
}

// serve runs a block that does not end by itself, and waits until it answers.
func (r *reader) serve(t *testing.T, command string) {
	t.Helper()
	r.server = exec.CommandContext(t.Context(), "sh", "-c", "exec "+strings.TrimSpace(command))
	r.server.Dir, r.server.Env = r.dir, r.env
	if err := r.server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.server.Process.Kill()
		_ = r.server.Wait()
	})
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get("http://" + r.addr + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not answer: %v", command, err)
		}
	}
}

// sees looks at what the tutorial promises.
func (r *reader) sees(t *testing.T) {
	t.Helper()
	said := r.said.String()
	for _, want := range []string{"没有问题", "0 个有不符", "加强"} {
		if !strings.Contains(said, want) {
			t.Errorf("the commands never said %q:\n%s", want, said)
		}
	}
	c := &testkit.Client{Base: "http://" + r.addr, HTTP: http.DefaultClient}
	var list struct {
		Items []struct{ ID, Title string }
	}
	if err := json.Unmarshal(c.Page(t, "/api/v1/public/notices").Raw, &list); err != nil || len(list.Items) != 1 {
		t.Fatalf("publications: %+v, %v", list, err)
	}
	page := string(c.Page(t, "/notices/"+list.Items[0].ID).Raw)
	for _, want := range []string{"路灯月报 20", "上报件数", "180元", "100%"} {
		if !strings.Contains(page, want) {
			t.Errorf("the published ledger lacks %q", want)
		}
	}
	if !strings.Contains(said, list.Items[0].Title) || !strings.Contains(said, `"stage":"fixed"`) {
		t.Error("the calls of the tutorial did not answer with the ledger and the lamp")
	}
	if home := string(c.Page(t, "/").Raw); !strings.Contains(home, "路灯报修") {
		t.Error("the home page does not offer the service")
	}
}
