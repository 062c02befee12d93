package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// binary is the command, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "linqiao-cmd-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "linqiao")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		os.Stderr.Write(out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// call runs the command in a folder of its own and gives its exit code and all
// that it wrote.
func call(t *testing.T, dir string, args ...string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, binary, args...)
	c.Dir = dir
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), out.String()
}

func TestCheckFindsAllTenFaults(t *testing.T) {
	code, out := call(t, ".", "check", "testdata/ten-faults")
	if code != 1 {
		t.Errorf("exit code %d, want 1\n%s", code, out)
	}
	place := regexp.MustCompile(`^testdata/ten-faults/window/program\.yaml:(\d+):\d+: \S`)
	lines := map[string]bool{}
	for line := range strings.SplitSeq(strings.TrimSpace(out), "\n") {
		if m := place.FindStringSubmatch(line); m != nil {
			lines[m[1]] = true
		} else if !strings.HasSuffix(line, "处问题") {
			t.Errorf("no place in %q", line)
		}
	}
	for _, at := range []string{"4", "6", "13", "14", "23", "24", "27", "30", "31", "33"} {
		if !lines[at] {
			t.Errorf("nothing is said of line %s\n%s", at, out)
		}
	}
	if !strings.Contains(out, "提示：") {
		t.Error("no hint is given")
	}
}

func TestCheckOfGoodFolders(t *testing.T) {
	for _, arg := range []string{"testdata/old/window", "testdata/new", "../../programs"} {
		if code, out := call(t, ".", "check", arg); code != 0 {
			t.Errorf("check %s: %d\n%s", arg, code, out)
		}
	}
	if code, out := call(t, ".", "check", "testdata"); code == 0 {
		t.Errorf("a folder without programs passes: %s", out)
	}
}

func TestDiffSaysWhatProtectsMoreOrLess(t *testing.T) {
	code, out := call(t, ".", "diff", "testdata/old/window", "testdata/new/window")
	if code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	for _, want := range []string{`加强  records.matter.clocks.finish.limit`, `减弱  records.matter.moves.open.need`, `lists.kind`} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing of %q in\n%s", want, out)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"nonsense"}, {"check"}, {"diff", "one"}, {"serve", "--nonsense"}, {"serve", "--films", "two"}, {"serve", "--films", "-1"}} {
		if code, out := call(t, t.TempDir(), args...); code != 2 || out == "" {
			t.Errorf("%v: %d %s", args, code, out)
		}
	}
	t.Setenv("LINQIAO_FILMS", "two") // a setting that is none is said, not passed over
	if code, out := call(t, t.TempDir(), "serve"); code != 2 || !strings.Contains(out, "films") {
		t.Errorf("%d %s", code, out)
	}
}

// A county from nothing: set up, backed up, restored, verified.
func TestCountyRoundTrip(t *testing.T) {
	dir := t.TempDir()
	steps := []struct {
		args []string
		code int
		says string
	}{
		{[]string{"migrate"}, 0, "最新结构"},
		{[]string{"account", "create-admin"}, 1, "--county"},
		{[]string{"account", "create-admin", "--county", "440902", "--powers", "joint"}, 0, "密码"},
		{[]string{"account", "create-admin", "--county", "440902"}, 1, "已经存在"},
		{[]string{"account", "create-auditor"}, 0, "auditor"},
		{[]string{"account", "password", "--login", "admin"}, 0, "新密码"},
		{[]string{"import", "divisions", "--county", "440902"}, 0, "已有"},
		{[]string{"apply", mustAbs(t, "testdata/old/window")}, 0, "window@1 已应用"},
		{[]string{"simulate", mustAbs(t, "testdata/new/window")}, 0, "1 → 2"},
		{[]string{"apply", mustAbs(t, "testdata/ten-faults/window")}, 1, "program.yaml:4:"},
		{[]string{"verify"}, 0, "数据库完好"},
		{[]string{"backup", "b.gz"}, 0, "张表"},
		{[]string{"verify", "b.gz"}, 0, "备份文件完好"},
		{[]string{"restore", "b.gz"}, 1, "已有数据"},
		{[]string{"restore", "--db", "data/second.db", "--key", "data/linqiao.db.key", "b.gz"}, 0, "张表"},
		{[]string{"verify", "--db", "data/second.db", "--key", "data/linqiao.db.key"}, 0, "数据库完好"},
		{[]string{"export", "records", "--program", "window", "--record", "matter", "out.xlsx"}, 0, "已导出 0 行"},
	}
	for _, s := range steps {
		if code, out := call(t, dir, s.args...); code != s.code || !strings.Contains(out, s.says) {
			t.Errorf("%v: exit %d, want %d with %q:\n%s", s.args, code, s.code, s.says, out)
		}
	}
	st, err := os.Stat(filepath.Join(dir, "data/linqiao.db.key"))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v %v", st, err)
	}
	if err := os.Remove(filepath.Join(dir, "data/linqiao.db.key")); err != nil {
		t.Fatal(err)
	}
	if code, out := call(t, dir, "verify"); code != 1 || !strings.Contains(out, "找不到它的密钥") {
		t.Errorf("a lost key: %d %s", code, out)
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

func TestTestPlaysStories(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "window")
	if err := os.CopyFS(at, os.DirFS("testdata/old/window")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(at, "scenarios"), 0o700); err != nil {
		t.Fatal(err)
	}
	story := "剧本 窗口\n程序 window@1\n地区 440902 茂南区\n日历 2026\n种子 1\n时间 2026-03-02 09:00\n区划 甲镇 级=镇 上级=茂南区\n单位 窗口 是 bench_window 区=甲镇\n" +
		"人员 小赵 任 window 在 窗口\n小赵 做 matter.open: kind=咨询，title=问路\n应 上句 在 doing\n应 计数 matter(doing) = "
	for count, want := range map[string]int{"1": 0, "2": 1} {
		if err := os.WriteFile(filepath.Join(at, "scenarios", "a.txt"), []byte(story+count+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out := call(t, dir, "test", "window"); code != want {
			t.Errorf("count %s: exit %d, want %d\n%s", count, code, want, out)
		}
	}
}

// TestProductionSeparatesPowers: a county begun by the command line has its powers
// separated; an office is filled there once, and new programs wait for approval.
func TestProductionSeparatesPowers(t *testing.T) {
	dir := t.TempDir()
	old := mustAbs(t, "testdata/old/window")
	for _, step := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"account", "create-admin", "--county", "440902"}, 0, "linqiao account create-security"},
		{[]string{"account", "create-security"}, 0, "linqiao account create-auditor"},
		{[]string{"account", "create-security", "--login", "two"}, 1, "安全管理员已经存在"},
		{[]string{"apply", old}, 0, "等安全管理员"},
		{[]string{"apply", old}, 1, "正等批准"},
	} {
		if code, out := call(t, dir, step.args...); code != step.code || !strings.Contains(out, step.want) {
			t.Errorf("%v: exit %d, want %d with %q:\n%s", step.args, code, step.code, step.want, out)
		}
	}
}
