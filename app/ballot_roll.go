package app

import (
	"context"
	"strings"
	"unicode/utf8"

	"linqiao/domain"
	"linqiao/kernel/record"
)

// Voter is somebody on the roll, as the desk that hands out papers finds him.
type Voter struct {
	ID     domain.PartyID `json:"id"`
	Name   string         `json:"name"`
	Region *RegionRef     `json:"region,omitempty"`
}

const (
	votersFound = 20
	voterQuery  = 2 // characters that must be known of a name
)

// Voters finds people on the roll of a running ballot by name, for the desk that
// hands out papers and for nobody else. Whether somebody has voted is not said: that
// is told when a paper is asked for.
func (a *App) Voters(ctx context.Context, who *Who, id domain.RecordID, ballot, query string) (l List[Voter], err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, b, err := w.ballotOn(id, ballot)
		if err != nil {
			return err
		}
		run, err := w.Round(record.KindBallot, r.ID, b.Key)
		if err != nil {
			return err
		}
		if run == nil || run.State != record.BallotOpen || !w.unit.KeepsPapers(r, b) {
			return domain.E(domain.KindForbidden, "no_role")
		}
		out := []Voter{}
		if query = strings.TrimSpace(query); utf8.RuneCountInString(query) >= voterQuery {
			list, err := w.tx.RollParties(run.ID, query, votersFound)
			if err != nil {
				return err
			}
			for i := range list {
				out = append(out, w.voter(&list[i]))
			}
		}
		l = listOf(out, "")
		return nil
	})
	return l, err
}

func (w *work) voter(p *domain.Party) Voter {
	v := Voter{ID: p.ID, Name: p.Name}
	if g, err := w.Region(p.Region); err == nil {
		v.Region = &RegionRef{g.ID, g.Name, g.Level}
	}
	return v
}
