package app

import (
	"time"

	"github.com/sergi/go-diff/diffmatchpatch"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// TextVersion is one version of a field that keeps them all (`versions`): the text
// as it then was, and how it differs from the one before.
type TextVersion struct {
	At      time.Time   `json:"at"`
	By      *AccountRef `json:"by,omitempty"`
	Version int         `json:"version,omitempty"` // of a paper
	Text    string      `json:"text"`
	Diff    []DiffPart  `json:"diff"`
}

// DiffPart is a piece of a comparison.
type DiffPart struct {
	Op   string `json:"op"` // same, added, gone
	Text string `json:"text"`
}

// versionsMost bounds how many versions a page shows; older ones stand in the
// timeline.
const versionsMost = 50

// viewVersions lists the versions of the fields that keep them, the newest first.
// They are read from the record's own events: no version can be changed or lost.
func (w *work) viewVersions(r *record.Row, s sight, v *RecordView) error {
	var fields []*program.Field
	for _, f := range r.T.Fields.All() {
		if f.Versions && f.Class <= domain.Internal && s.may(r, f) {
			fields = append(fields, f)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	page, err := w.tx.Events(store.EventFilter{Record: r.ID, Types: []string{"create", "edit", "move", "amend", "received"}, MaxClass: domain.Sealed, Newest: true, Limit: 200})
	if err != nil {
		return err
	}
	v.Versions = map[string][]TextVersion{}
	for _, f := range fields {
		v.Versions[f.Key] = w.versionsOf(f, page.Items)
	}
	return nil
}

func (w *work) versionsOf(f *program.Field, newest []domain.Event) []TextVersion {
	out := []TextVersion{}
	for i := range newest {
		e := &newest[i]
		values, _ := e.Data["values"].(map[string]any)
		x, ok := values[f.Key]
		if !ok || len(out) == versionsMost {
			continue
		}
		one := TextVersion{At: e.OccurredAt, Text: w.display(f, x)}
		if a, err := w.Account(e.Actor); e.Actor != "" && err == nil {
			one.By = &AccountRef{a.ID, a.Name}
		}
		if n := len(out); n > 0 && out[n-1].Text == one.Text {
			out[n-1] = one // said again unchanged: it holds since the earlier one
			continue
		}
		out = append(out, one)
	}
	for i := range out {
		before := ""
		if i+1 < len(out) {
			before = out[i+1].Text
		}
		out[i].Diff = differences(before, out[i].Text)
	}
	return out
}

// differences compares two texts, in pieces that people can read.
func differences(before, after string) []DiffPart {
	d := diffmatchpatch.New()
	out := []DiffPart{}
	for _, x := range d.DiffCleanupSemantic(d.DiffMain(before, after, false)) {
		op := "same"
		switch x.Type {
		case diffmatchpatch.DiffInsert:
			op = "added"
		case diffmatchpatch.DiffDelete:
			op = "gone"
		}
		out = append(out, DiffPart{op, x.Text})
	}
	return out
}
