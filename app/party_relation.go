package app

import (
	"context"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// RelationAct: the named party is Kind of the one in the path.
type RelationAct struct {
	Kind  string         `json:"kind"`
	Party domain.PartyID `json:"party"`
	Until string         `json:"until,omitempty"` // date; ends a relation that holds
}

// AddRelation notes a relation from today. It gives powers (a guardian acts for
// his ward), so only staff who keep the party's file may add one.
func (a *App) AddRelation(ctx context.Context, who *Who, once Once, id domain.PartyID, in RelationAct) error {
	defer a.people.forgetAll() // whoever acts for one of the two
	return a.onceOnly(ctx, who, once, func(w *work) error {
		p, err := w.party(id)
		if err != nil {
			return err
		}
		if !w.mayKeepParty(p.Path) {
			return domain.E(domain.KindForbidden, "party_forbidden")
		}
		if in.Kind == "legal_representative" {
			in.Kind = relLegal
		}
		if _, ok := relationLabels[in.Kind]; !ok {
			return domain.E(domain.KindInvalid, "relation_kind").With("kind", "relation_kind")
		}
		o, err := w.party(in.Party)
		if err != nil || o.ID == p.ID {
			return domain.E(domain.KindInvalid, "party_unknown").With("party", "party_unknown")
		}
		rel := &domain.Relation{A: o.ID, Kind: in.Kind, B: p.ID, From: w.today()}
		if err := w.relate(rel, in.Until); err != nil {
			return err
		}
		return w.changed("party", "relation", string(p.ID), p.ID, map[string]any{"kind": in.Kind, "party": string(o.ID)})
	})
}

// relate writes a relation, or sets the end of the one that holds.
func (w *work) relate(rel *domain.Relation, until string) error {
	if until != "" {
		d, err := domain.ParseDate(until)
		if err != nil {
			return domain.E(domain.KindInvalid, "date").With("until", "date")
		}
		rel.Until = d
	}
	list, err := w.tx.Relations(rel.B, w.today())
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.A == rel.A && r.B == rel.B && r.Kind == rel.Kind {
			rel.From = r.From
		}
	}
	return w.tx.SaveRelation(rel)
}

// RevealAct asks for one identifier or field in full; the purpose is kept.
type RevealAct struct {
	Field   string `json:"field"`
	Purpose string `json:"purpose"`
}

const purposeMin = 4 // characters

// Reveal shows one masked value and writes down who asked, and why.
func (a *App) Reveal(ctx context.Context, who *Who, id domain.PartyID, in RevealAct) (value any, err error) {
	purpose := strings.TrimSpace(in.Purpose)
	if len([]rune(purpose)) < purposeMin {
		return nil, domain.E(domain.KindInvalid, "purpose_short").With("purpose", "purpose_short", "min", itoa64(purposeMin))
	}
	err = a.write(ctx, who, func(w *work) error {
		p, err := w.party(id)
		if err != nil {
			return err
		}
		f := w.fileField(p.Kind, in.Field)
		if in.Field == identPhone || in.Field == identID {
			f = &program.Field{Key: in.Field, Type: program.TypeText, Class: domain.Personal}
		}
		if f == nil || w.fileValue(p, f) == nil {
			return domain.NotFound("field")
		}
		if f.Class > w.partyClass(p) {
			return domain.E(domain.KindForbidden, "field_forbidden").With("field", "field_forbidden")
		}
		value = w.fileValue(p, f)
		return w.audit("reveal", "party/"+string(p.ID), cutText(purpose, 500), map[string]any{"field": in.Field})
	})
	return value, err
}

func anyList[T any](list []T) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = x
	}
	return out
}
