package testkit_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"linqiao/testkit"
)

// link is a search for whatever joins people to what they said or chose: line by line
// through a backup, which holds every table whole, and through the server's log.
type link struct {
	people []string // ids of parties and accounts, logins
	said   []string // picks, texts, and the ids of the records made of them
	never  []string // what may stand nowhere at all, joined or not: tickets, codes
	// hushed are said, too, and may not even stand in the log by themselves.
	hushed []string
}

// seen counts the rows of each table in which a search met one of its words.
type seen map[string]int

// search fails the test on a row or a line of the log that holds both somebody and
// something. `also` may look at each row for more. It gives what it met, so that the
// caller can see that the search was not blind.
func (l link) search(t *testing.T, c *testkit.County, also func(table, line string, somebody, something bool)) (people, said seen) {
	t.Helper()
	holds := func(line string, words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(line, w) })
	}
	for line := range strings.Lines(c.Log.Text()) {
		if holds(line, l.never) || holds(line, l.hushed) || holds(line, l.people) && holds(line, l.said) {
			t.Errorf("the log says: %s", line)
		}
	}
	var backup bytes.Buffer
	if _, err := c.App.DB.Backup(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	people, said = seen{}, seen{}
	table := ""
	for line := range strings.Lines(backup.String()) {
		if strings.HasPrefix(line, `["table"`) {
			table = strings.Split(line, `"`)[3]
			continue
		}
		somebody, something := holds(line, l.people), holds(line, l.said) || holds(line, l.hushed)
		if somebody {
			people[table]++
		}
		if something {
			said[table]++
		}
		if somebody && something {
			t.Errorf("%s joins somebody to what he said or chose: %s", table, line)
		}
		if holds(line, l.never) {
			t.Errorf("%s holds a code: %s", table, line)
		}
		if also != nil {
			also(table, line, somebody, something)
		}
	}
	return people, said
}
