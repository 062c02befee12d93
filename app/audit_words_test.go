package app

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestAuditActionsWorded: every action that the package notes has words; an auditor
// never reads a bare code.
func TestAuditActionsWorded(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	direct := regexp.MustCompile(`\.audit\("([a-z_]+)"|Action: "([a-z_]+)"`)
	change := regexp.MustCompile(`\.changed\("([a-z_]+)", "([a-z_]+)"`)
	for i, a := range auditActions {
		if slices.ContainsFunc(auditActions[:i], func(x struct{ key, zh, en string }) bool { return x.key == a.key }) {
			t.Errorf("%q is worded twice", a.key)
		}
	}
	seen := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var actions []string
		for _, m := range direct.FindAllStringSubmatch(string(src), -1) {
			actions = append(actions, m[1]+m[2])
		}
		for _, m := range change.FindAllStringSubmatch(string(src), -1) {
			actions = append(actions, m[1]+"_"+m[2])
		}
		for _, a := range actions {
			seen++
			if a == "roster_" {
				continue // joined to "join" and "leave", which stand in the table
			}
			if !slices.ContainsFunc(auditActions, func(x struct{ key, zh, en string }) bool { return x.key == a && x.zh != "" && x.en != "" }) {
				t.Errorf("%s notes %q, which has no words in auditActions", name, a)
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d actions found", seen)
	}
}
