package app

import (
	"context"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/sheet"
)

// importer knows one kind of rows. check may look rows up but writes nothing.
type importer interface {
	// allowed reports whether the caller may import such rows at all.
	allowed(w *work) bool
	columns() []importColumn
	// prepare looks up, for many lines at once, what is on file. Not before: only
	// what was there before that instant counts as alike.
	prepare(w *work, r *rowReader, lines []map[string]string, before time.Time) error
	// check gives the verdict on a line; seen holds what earlier lines of the file
	// had, nil when that is settled.
	check(w *work, r *rowReader, cells map[string]string, v *lineVerdict, seen seenLines) (draft any)
	write(w *work, draft any) (id string, err error)
	// undo takes a row back, or says why it stays.
	undo(w *work, id string) (kept string, err error)
}

func (w *work) importer(in ImportAct) (importer, error) {
	switch in.Kind {
	case ImportEnterprises:
		return &partyImport{w: w, kind: domain.Enterprise}, nil
	case ImportPeople:
		return &partyImport{w: w, kind: domain.Person}, nil
	case ImportHouseholds:
		return &partyImport{w: w, kind: domain.Household}, nil
	case ImportGroups:
		return &partyImport{w: w, kind: domain.Organization}, nil
	case ImportOrganisations:
		return &orgImport{}, nil
	case ImportOffers:
		return newOfferImport(w, in)
	case ImportRecords:
		return newRecordImport(w, in)
	}
	return nil, domain.E(domain.KindInvalid, "import_kind").With("kind", "import_kind")
}

// lineReader reads lines by the columns of a run.
func (w *work) lineReader(imp importer, d *importDetail) (*rowReader, error) {
	names, err := w.regionNames()
	if err != nil {
		return nil, err
	}
	r := &rowReader{excel: d.Excel, date1904: d.Date1904, names: names, known: imp.columns()}
	for _, f := range d.Columns {
		if f.Key == "" {
			continue
		}
		for i := range r.known {
			if r.known[i].key != f.Key {
				continue
			}
			h := heading{at: f.At, label: f.Label, column: &r.known[i], factor: factorOf(f.Label, &r.known[i])}
			if h.label == "" {
				h.label = letter(f.At) + " 列"
			}
			r.heads = append(r.heads, h)
		}
	}
	return r, nil
}

// check gives every line its verdict, part by part. After a restart it begins
// again: what stood in earlier lines is known in memory only.
func (j *importJob) check(ctx context.Context) error {
	seen := seenLines{}
	var counts domain.ImportCounts
	for from := 0; from < j.d.Parts; from += importGroup {
		var parts []*domain.ImportPart
		lines := 0
		err := j.a.read(ctx, j.who, func(w *work) (err error) {
			parts, lines, err = w.checkParts(&j.run, &j.d, from, seen)
			return err
		})
		if err != nil {
			return err
		}
		for _, p := range parts {
			counts = counts.Add(p.Counts)
		}
		last := from+importGroup >= j.d.Parts
		err = j.advance(ctx, func(w *work, run *domain.ImportRun, d *importDetail) error {
			for _, p := range parts {
				if err := w.tx.SaveImportPart(p); err != nil {
					return err
				}
			}
			run.Done += lines
			if !last {
				return nil
			}
			d.Counts, d.Tries, run.Failed = counts, 0, counts.Bad
			run.Total = counts.Good + counts.Warned + counts.Alike + counts.Known + counts.Bad
			run.State, run.Done = importChecked, run.Total
			if run.Total == 0 {
				return domain.E(domain.KindInvalid, "import_empty")
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// checkParts checks a group of parts in one snapshot.
func (w *work) checkParts(run *domain.ImportRun, d *importDetail, from int, seen seenLines) (parts []*domain.ImportPart, lines int, err error) {
	imp, err := w.importer(d.act(run.Kind))
	if err != nil {
		return nil, 0, err
	}
	r, err := w.lineReader(imp, d)
	if err != nil {
		return nil, 0, err
	}
	lists, seqs, err := importParts[rawLine](w.tx, run.ID, partLines, "", from, importGroup)
	if err != nil {
		return nil, 0, err
	}
	for i, list := range lists {
		list = slices.DeleteFunc(list, func(l rawLine) bool { return l.Line <= d.HeadLine })
		if err := imp.prepare(w, r, r.allCells(list), time.Time{}); err != nil {
			return nil, 0, err
		}
		verdicts := make([]lineVerdict, 0, len(list))
		for k := range list {
			if v, _ := r.verdict(w, imp, &list[k], seen); v != nil {
				verdicts = append(verdicts, *v)
			}
		}
		p, err := verdictPart(run.ID, seqs[i], verdicts)
		if err != nil {
			return nil, 0, err
		}
		parts, lines = append(parts, p), lines+len(list)
	}
	return parts, lines, nil
}

// verdict checks one line; nil for one that is blank in the columns that are read.
func (r *rowReader) verdict(w *work, imp importer, line *rawLine, seen seenLines) (*lineVerdict, any) {
	cells := r.cells(line)
	if cells == nil {
		return nil, nil
	}
	v := &lineVerdict{Line: line.Line, Name: cutText(cells["name"], 60), State: lineGood}
	spoiled := map[string]bool{}
	for _, n := range line.Notes {
		for _, h := range r.heads {
			if h.at != n.At {
				continue
			}
			if n.Code == sheet.Merged {
				v.warn(r, h.column.key, n.Code, map[string]string{"at": n.Ref})
				continue
			}
			spoiled[h.column.key] = true
			v.fault(r, h.column.key, n.Code, map[string]string{"at": n.Ref})
		}
	}
	for _, h := range r.heads {
		if h.column.needed && cells[h.column.key] == "" && !spoiled[h.column.key] {
			v.fault(r, h.column.key, "required", nil)
		}
	}
	return v, imp.check(w, r, cells, v, seen)
}
