package app

import (
	"context"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// Papers that must be read (`reading`): whoever has one in sight says that he has read
// it. What he says holds for the version he read; a new one asks anew.

// ReadingView says who has read a paper. Names are for those who may read personal
// data of the record; others see how many.
type ReadingView struct {
	Mine   bool     `json:"mine"` // the reader has said so
	Can    bool     `json:"can"`  // it is his to say
	Count  int64    `json:"count"`
	Latest []ReadBy `json:"latest"`
}

// ReadBy is one who has read, and when.
type ReadBy struct {
	Account AccountRef `json:"account"`
	At      time.Time  `json:"at"`
}

// readingsShown bounds the names beside a paper.
const readingsShown = 50

// States of a paper.
const (
	docValid = "有效"
	docOld   = "已有新版"
)

// docSight is a paper with its definition and record, as far as the caller may see it.
func (w *work) docSight(id string) (*domain.Document, *program.Document, *record.Row, sight, error) {
	doc, err := orNil(w.tx.Document(id))
	if err != nil || doc == nil || doc.Record == "" {
		return nil, nil, nil, sight{}, orHidden(err, "document")
	}
	r, s, err := w.row(doc.Record)
	if err != nil {
		return nil, nil, nil, sight{}, hide(err)
	}
	d := r.P.Documents.Get(doc.Key)
	if d == nil || !s.full || d.Class > s.class {
		return nil, nil, nil, sight{}, domain.NotFound("document")
	}
	return doc, d, r, s, nil
}

func orHidden(err error, what string) error {
	if err != nil {
		return err
	}
	return domain.NotFound(what)
}

// readingOf is what a reader is told of the reading of a paper; nil when it need not
// be read.
func (w *work) readingOf(doc *domain.Document, d *program.Document, s sight) (*ReadingView, error) {
	if d == nil || !d.Reading {
		return nil, nil
	}
	n, latest, err := w.tx.Readings(doc.ID, readingsShown)
	if err != nil {
		return nil, err
	}
	v := &ReadingView{Count: n, Latest: []ReadBy{}}
	if v.Mine, err = w.tx.HasRead(doc.ID, w.who.Account); err != nil {
		return nil, err
	}
	v.Can = !v.Mine && doc.State == docValid && w.who.Account != "" && !w.who.System
	if s.class < domain.Personal {
		return v, nil
	}
	for _, x := range latest {
		by := AccountRef{ID: x.Account}
		if a, err := w.Account(x.Account); err == nil {
			by.Name = a.Name
		}
		v.Latest = append(v.Latest, ReadBy{by, x.At})
	}
	return v, nil
}

// ReadDocument notes that the caller has read a paper. Said again it changes nothing.
func (a *App) ReadDocument(ctx context.Context, who *Who, once Once, id string) (domain.RecordID, error) {
	return a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		doc, d, r, _, err := w.docSight(id)
		if err != nil {
			return "", err
		}
		switch {
		case !d.Reading:
			return "", domain.E(domain.KindRefused, "document_no_reading", "label", d.Label)
		case doc.State != docValid:
			return "", domain.E(domain.KindConflict, "document_replaced", "label", d.Label)
		}
		x := &domain.Reading{Document: doc.ID, Account: who.Account, At: w.Now()}
		if len(who.Parties) > 0 {
			x.Party = who.Parties[0]
		}
		first, err := w.tx.ReadDocument(x)
		if err != nil || !first {
			return doc.Record, err
		}
		return doc.Record, w.tx.AppendEvent(&domain.Event{Record: r.ID, Root: r.Root, Subject: r.Subject, Program: r.P.Key, Key: "document", Type: "read",
			Class: max(d.Class, domain.Personal), Actor: who.Account, Data: map[string]any{"document": d.Key, "serial": doc.Serial, "version": int64(doc.Version)}})
	})
}

// versionOf settles serial and version of a paper that is about to be issued: one
// that keeps its versions goes on under its serial, and the former one is not valid
// any more.
func (w *work) versionOf(d *program.Document, rec domain.RecordID, doc *domain.Document) error {
	if !d.Versions || rec == "" {
		return nil
	}
	list, err := w.tx.Documents(rec, d.Key)
	if err != nil || len(list) == 0 {
		return err
	}
	last := &list[len(list)-1]
	doc.Serial, doc.Version = last.Serial, last.Version+1
	for i := range list {
		if list[i].State == docValid {
			list[i].State = docOld
			if err := w.tx.UpdateDocument(&list[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// docTexts are the versions of a paper's text up to one, the newest first, each with
// what changed in it.
func (w *work) docTexts(doc *domain.Document, d *program.Document) ([]TextVersion, error) {
	list := []domain.Document{*doc}
	if d.Versions {
		var err error
		if list, err = w.tx.Documents(doc.Record, doc.Key); err != nil {
			return nil, err
		}
	}
	out := []TextVersion{}
	before := ""
	for i := range list {
		if list[i].Version > doc.Version {
			break
		}
		x, _ := list[i].Data[docText].(map[string]any)
		text := asText(x["shown"])
		out = append(out, TextVersion{At: list[i].IssuedAt, Version: list[i].Version, Text: text, Diff: differences(before, text)})
		before = text
	}
	slices.Reverse(out)
	return out[:min(len(out), versionsMost)], nil
}

// newestOf is the newest version of a paper: a publication that keeps up follows it.
func (w *work) newestOf(doc *domain.Document) (*domain.Document, error) {
	list, err := w.tx.Documents(doc.Record, doc.Key)
	if err != nil || len(list) == 0 {
		return doc, err
	}
	return &list[len(list)-1], nil
}
