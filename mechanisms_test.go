package linqiao_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linqiao/programs"
)

// mechanism is a row of testdata/mechanisms.json: what one of the source articles
// describes.
type mechanism struct {
	ID, Group, Place, Source string
	Title                    string `json:"title_zh"`
	Figures                  string `json:"numbers_deadlines"`
}

// notYetFile names the mechanisms that no scenario plays, an id a line. It only
// shrinks: -update takes out what has come to be played and adds nothing.
const notYetFile = "testdata/mechanisms-not-yet.txt"

var (
	playsRE     = regexp.MustCompile(`(?m)^# mechanisms:(.*)$`)
	mechanismRE = regexp.MustCompile(`^M\d\d$`)
)

// TestMechanismsPlayed keeps docs/mechanisms.md: every mechanism of the articles
// names the scenarios that play it, which testkit's TestReplays runs, or stands in
// the list of those not yet played.
func TestMechanismsPlayed(t *testing.T) {
	var data struct{ Mechanisms []mechanism }
	if err := json.Unmarshal([]byte(read(t, "testdata/mechanisms.json")), &data); err != nil {
		t.Fatal(err)
	}
	if len(data.Mechanisms) != 72 {
		t.Fatalf("%d mechanisms, want 72", len(data.Mechanisms))
	}
	stories := playedBy(t)
	known := map[string]bool{}
	for _, m := range data.Mechanisms {
		known[m.ID] = true
	}
	for id, names := range stories {
		if !known[id] {
			t.Errorf("%v: there is no mechanism %s", names, id)
		}
	}
	notYet := strings.Fields(read(t, notYetFile))
	if *update {
		notYet = slices.DeleteFunc(notYet, func(id string) bool { return len(stories[id]) > 0 })
		slices.Sort(notYet)
		notYet = slices.Compact(notYet)
		writeFile(t, notYetFile, lineEach(notYet))
	}
	for _, m := range data.Mechanisms {
		switch late, played := slices.Contains(notYet, m.ID), len(stories[m.ID]) > 0; {
		case late && played:
			t.Errorf("%s is played by %v and stands in %s; run: go test . -update", m.ID, stories[m.ID], notYetFile)
		case !late && !played:
			t.Errorf("no scenario plays %s (%s): one with “# mechanisms: %s” in it must", m.ID, m.Title, m.ID)
		}
	}
	generated(t, "docs/mechanisms.md", "mechanisms", mechanismTable(data.Mechanisms, stories))
}

// playedBy gives the scenarios of the embedded programs by the mechanisms they
// play: the very files that TestReplays runs.
func playedBy(t *testing.T) map[string][]string {
	t.Helper()
	dirs, err := programs.FS()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for key, dir := range dirs {
		names, err := fs.Glob(dir, "scenarios/*.txt")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			src, err := fs.ReadFile(dir, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range playsRE.FindAllStringSubmatch(strings.ReplaceAll(string(src), "\r\n", "\n"), -1) {
				for _, id := range strings.Fields(m[1]) {
					if !mechanismRE.MatchString(id) {
						t.Errorf("%s/%s: %q is not the id of a mechanism", key, name, id)
						continue
					}
					out[id] = append(out[id], path.Join(key, name))
				}
			}
		}
	}
	for id := range out {
		slices.Sort(out[id])
		out[id] = slices.Compact(out[id])
	}
	return out
}

func mechanismTable(all []mechanism, stories map[string][]string) string {
	var b strings.Builder
	group, played := "", 0
	for _, m := range all {
		if m.Group != group {
			group = m.Group
			fmt.Fprintf(&b, "\n## %s\n| 编号 | 机制 | 地方 | 报道里的数 | 剧本 |\n|---|---|---|---|---|\n", group)
		}
		var links []string
		for _, s := range stories[m.ID] {
			links = append(links, fmt.Sprintf("[%s](../programs/%s)", strings.TrimSuffix(strings.Replace(s, "/scenarios/", "/", 1), ".txt"), s))
		}
		if len(links) > 0 {
			played++
		} else {
			links = []string{"尚无"}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", m.ID, m.Title, m.Place, m.Figures, strings.Join(links, "、"))
	}
	return fmt.Sprintf("\n共 %d 项，有剧本 %d 项。\n%s", len(all), played, b.String())
}

func lineEach(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, "\n") + "\n"
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
