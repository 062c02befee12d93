package app

import (
	"linqiao/domain"
	"linqiao/kernel/program"
)

// A record names files by their ids, in its fields and as proof of presence. When
// it is saved they become its own: whoever sees the record may open them, nobody
// else. Somebody else's upload cannot be taken over by guessing its id.

// bindFields ties the files of a record's fields to it.
func (w *work) bindFields(rec *domain.Record) error {
	p, err := w.Program(rec.Program, rec.Version)
	if err != nil {
		return err
	}
	t := p.Records.Get(rec.Key)
	if t == nil {
		return nil
	}
	for k, f := range t.Fields.All() {
		if f.Type != program.TypePhoto && f.Type != program.TypeFile {
			continue
		}
		v, ok := rec.Data[k]
		if !ok {
			v = rec.Secret[k]
		}
		for _, id := range fileIDs(v) {
			if err := w.bindFile(id, "fields."+k, rec.ID, max(rec.Class, f.Class)); err != nil {
				return err
			}
			if !f.Custody {
				continue
			}
			if err := w.beginChain(id, rec.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// bindProof ties the photos of an event to its record.
func (w *work) bindProof(ev *domain.Event) error {
	photos, _ := ev.Data["photos"].([]string)
	for _, id := range photos {
		if err := w.bindFile(id, "proof.photos", ev.Record, ev.Class); err != nil {
			return err
		}
	}
	return nil
}

// fileIDs reads one id or a list of them.
func fileIDs(v any) []string {
	switch x := v.(type) {
	case string:
		return []string{x}
	case []any:
		out := make([]string, 0, len(x))
		for _, e := range x {
			out = append(out, asText(e))
		}
		return out
	}
	return nil
}

// bindFile ties a fresh upload of the caller to the record. A file that another
// record has already may be named too, by whoever may see it there.
func (w *work) bindFile(id, path string, rec domain.RecordID, class domain.Class) error {
	if w.who.System {
		return nil // rules copy what a person has given
	}
	att, err := orNil(w.tx.Attachment(id))
	if err != nil {
		return err
	}
	unknown := domain.E(domain.KindInvalid, "file_unknown").With(path, "file_unknown")
	switch {
	case att == nil:
		return unknown
	case att.Record == rec:
		return nil
	case att.Record != "":
		if w.maySeeFile(att) != nil {
			return unknown
		}
		return nil
	case att.ByAccount != w.who.Account && (w.mover == "" || att.ByAccount != w.mover):
		return unknown
	}
	return w.tx.BindAttachment(id, rec, max(class, domain.Personal))
}
