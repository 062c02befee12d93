package app

import (
	"context"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// Kinds of items, by what their file is.
const (
	itemArticle = "article"
	itemAudio   = "audio"
	itemVideo   = "video"
	itemLive    = "live"
	itemOver    = "over"
)

// leadMost is how much of an item stands in a list, in characters.
const leadMost = 50

// shelve keeps a library's line of a record in step with it: made when it is first
// shown, made anew with each change, struck out when it is withdrawn. The files are
// looked at in drafts, too: a wrong one is told at once.
func (w *work) shelve(rec *domain.Record) error {
	p, err := w.Program(rec.Program, rec.Version)
	if err != nil {
		return err
	}
	l := p.LibraryOf(rec.Key)
	if l == nil {
		return nil
	}
	kind, err := w.itemKind(rec, l)
	if err != nil {
		return err
	}
	old, err := orNil(w.tx.LibraryItem(rec.ID))
	if err != nil {
		return err
	}
	live := rec.Phase == domain.PhaseLive
	if old == nil && !live {
		return nil
	}
	w.lasting()
	text, transcript := asText(rec.Data[l.Text]), asText(rec.Data[l.Transcript])
	x := &domain.LibraryItem{ID: rec.ID, Program: rec.Program, Key: l.Key, Title: asText(rec.Data[l.Title]), Kind: kind, State: itemLive,
		Lead: leadOf(text, transcript), Topics: fileIDs(rec.Data[l.Topic]), Published: w.Now()}
	if old != nil {
		x.Published, x.Ended = old.Published, old.Ended
	}
	if !live {
		if x.State = itemOver; old.State == itemLive {
			x.Ended = w.Now()
		}
	}
	return w.tx.SaveLibraryItem(x, rec.Path, append(topicLabels(p, rec.Key, l, x.Topics), x.Title, text, transcript)...)
}

func topicLabels(p *program.Program, rec string, l *program.Library, topics []string) []string {
	var out []string
	if f := p.Records.Get(rec).Fields.Get(l.Topic); f != nil && f.List != nil {
		for _, k := range topics {
			if o := f.List.Options.Get(k); o != nil {
				out = append(out, o.Label)
			}
		}
	}
	return out
}

// leadOf gives the first words of an item on one line, without the marks of headings
// and lists.
func leadOf(texts ...string) string {
	for _, s := range texts {
		var words []string
		for _, b := range readText(s) {
			words = append(words, b.Text)
			words = append(words, b.Items...)
		}
		if s = strings.Join(words, " "); s != "" {
			if r := []rune(s); len(r) > leadMost {
				return string(r[:leadMost-1]) + "…"
			}
			return s
		}
	}
	return ""
}

// itemKind tells what an item is by its file, and refuses a file of another kind.
func (w *work) itemKind(rec *domain.Record, l *program.Library) (string, error) {
	kind := itemArticle
	if id := asText(rec.Data[l.Media]); l.Media != "" && id != "" {
		att, err := w.tx.Attachment(id)
		if err != nil {
			return "", err
		}
		switch {
		case strings.HasPrefix(att.MIME, "audio/"):
			kind = itemAudio
		case strings.HasPrefix(att.MIME, "video/"):
			kind = itemVideo
		default:
			return "", domain.E(domain.KindInvalid, "recording_type").With("fields."+l.Media, "recording_type")
		}
	}
	if id := asText(rec.Data[l.Captions]); l.Captions != "" && id != "" {
		if att, err := w.tx.Attachment(id); err != nil {
			return "", err
		} else if att.MIME != captionType {
			return "", domain.E(domain.KindInvalid, "caption_type").With("fields."+l.Captions, "caption_type")
		}
	}
	return kind, nil
}

// captionType is timed captions, WebVTT.
const captionType = "text/vtt"

// LibrariesDue counts the openings of days that are over: one event for an item and a
// day, so that no event tells when somebody read. It may run in several processes, and
// what comes late is counted the next time.
func (a *App) LibrariesDue(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		var list []domain.LibraryDay
		if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
			list, err = tx.In(county).UncountedOpenings(domain.DateOf(a.Now()), tickBatch)
			return err
		}); err != nil {
			return err
		}
		for i := range list {
			if err := a.countOpenings(ctx, county, &list[i]); err != nil {
				if lostRace(err) {
					continue // another process has counted this day
				}
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

func (a *App) countOpenings(ctx context.Context, county domain.CountyCode, d *domain.LibraryDay) error {
	return a.write(ctx, System(county), func(w *work) error {
		if err := w.tx.CountOpenings(d); err != nil {
			return err
		}
		r, err := w.unit.Load(d.Item)
		if err != nil {
			return err
		}
		l := r.P.LibraryOf(r.Key)
		if l == nil {
			return nil
		}
		counts, err := w.unit.Opened(r, l, d.Day, d.N-d.Counted)
		if err != nil || len(counts) == 0 {
			return err
		}
		return w.Append(&domain.Event{County: county, ID: domain.EventID(store.NewID()), Program: r.P.Key, Key: "library", Type: "library_day",
			OccurredAt: w.Now(), RecordedAt: w.Now(), Class: r.Class, Stats: map[string]any{"counts": counts},
			Data: map[string]any{"item": string(d.Item), "day": d.Day.String(), "n": d.N - d.Counted}})
	})
}
