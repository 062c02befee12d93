package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// Chain of custody. A field with `custody` holds files whose every step is written
// down: who filed them, who opened them, with which paper they were handed over. Each
// link carries the hash of the one before; nobody can take one out unseen.

// Acts of a chain.
const (
	heldFiled  = "filed"
	heldSeen   = "seen"
	heldHanded = "handed"
)

// HeldView is one link as it is shown.
type HeldView struct {
	Seq  int64       `json:"seq"`
	Act  string      `json:"act"`
	By   *AccountRef `json:"by,omitempty"`
	Org  string      `json:"org,omitempty"`
	At   time.Time   `json:"at"`
	Note string      `json:"note,omitempty"` // the paper it was handed over with
	Hash string      `json:"hash"`
}

// CustodyView is the chain of a file.
type CustodyView struct {
	File   string     `json:"file"`
	Name   string     `json:"name"`
	SHA256 string     `json:"sha256"`
	Whole  bool       `json:"whole"` // no link is missing or changed
	Items  []HeldView `json:"items"`
}

func (w *work) chain(att *domain.Attachment, rec domain.RecordID, act, note string) error {
	return w.tx.Hold(&domain.Held{Attachment: att.ID, Record: rec, Act: act, Account: w.who.Account, At: w.Now(), SHA256: att.SHA256, Note: note})
}

// beginChain writes the first link of a file's chain, once.
func (w *work) beginChain(id string, rec domain.RecordID) error {
	chain, _, err := w.tx.Custody(id)
	if err != nil || len(chain) > 0 {
		return err
	}
	att, err := orNil(w.tx.Attachment(id))
	if err != nil || att == nil {
		return err
	}
	by := w.who.Account
	if att.ByAccount != "" {
		by = att.ByAccount // a move that is signed takes effect by the signer; who brought the file is another
	}
	return w.tx.Hold(&domain.Held{Attachment: att.ID, Record: rec, Act: heldFiled, Account: by, At: w.Now(), SHA256: att.SHA256})
}

// Custody shows the chain of a file to whoever may open the file.
func (a *App) Custody(ctx context.Context, who *Who, id string) (v *CustodyView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		att, err := w.tx.Attachment(id)
		if err != nil {
			return hide(err)
		}
		if err := w.maySeeFile(att); err != nil {
			return err
		}
		chain, whole, err := w.tx.Custody(id)
		if err != nil {
			return err
		}
		if len(chain) == 0 {
			return domain.NotFound("custody")
		}
		v = &CustodyView{File: id, Name: att.Name, SHA256: att.SHA256, Whole: whole && chain[0].SHA256 == att.SHA256, Items: []HeldView{}}
		for i := range chain {
			v.Items = append(v.Items, w.heldView(&chain[i]))
		}
		return nil
	})
	return v, err
}

func (w *work) heldView(h *domain.Held) HeldView {
	out := HeldView{Seq: h.Seq, Act: h.Act, At: h.At, Note: h.Note, Hash: h.Hash}
	by, org := w.actorOf(h.Account)
	if out.By = by; org != nil {
		out.Org = org.Name
	}
	return out
}

// openedInCustody writes a look at a file down before the file is given out.
func (a *App) openedInCustody(ctx context.Context, who *Who, id string) error {
	return a.write(ctx, who, func(w *work) error {
		att, err := w.tx.Attachment(id)
		if err != nil {
			return hide(err)
		}
		if err := w.maySeeFile(att); err != nil {
			return err
		}
		return w.chain(att, att.Record, heldSeen, "")
	})
}

// inCustody reports whether a file has a chain.
func (w *work) inCustody(att *domain.Attachment) (bool, error) {
	if att.Record == "" || w.who.System {
		return false, nil
	}
	chain, _, err := w.tx.Custody(att.ID)
	return len(chain) > 0, err
}

// docFileList is the list of files that a paper hands over: of each column that holds
// files, name, size and hash, so that whoever receives them can check what he has.
func (w *work) docFileList(d *program.Document, r *record.Row) ([]any, error) {
	var out []any
	err := w.docFiles(d, r, func(f *program.Field, att *domain.Attachment) error {
		out = append(out, map[string]any{"field": f.Label, "id": att.ID, "name": att.Name, "size": att.Size, "sha256": att.SHA256})
		return nil
	})
	return out, err
}

func (w *work) docFiles(d *program.Document, r *record.Row, fn func(f *program.Field, att *domain.Attachment) error) error {
	for _, col := range d.Cols {
		f := r.T.Fields.Get(col)
		if f == nil || f.Type != program.TypeFile && f.Type != program.TypePhoto {
			continue
		}
		for _, id := range fileIDs(r.Value(col)) {
			att, err := orNil(w.tx.Attachment(id))
			if err != nil {
				return err
			}
			if att == nil {
				continue
			}
			if err := fn(f, att); err != nil {
				return err
			}
		}
	}
	return nil
}

// handFiles notes in the chains of a paper's files that they went out with it.
func (w *work) handFiles(d *program.Document, r *record.Row, doc *domain.Document) error {
	return w.docFiles(d, r, func(f *program.Field, att *domain.Attachment) error {
		if !f.Custody {
			return nil
		}
		return w.chain(att, r.ID, heldHanded, d.Label+" "+doc.Serial)
	})
}

// custodyOf lists the files of a record that lie in fields with `custody`.
func custodyOf(r *record.Row) []string {
	var out []string
	for k, f := range r.T.Fields.All() {
		if f.Custody {
			out = append(out, fileIDs(r.Value(k))...)
		}
	}
	return out
}
