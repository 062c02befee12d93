package store

import (
	"time"

	"linqiao/domain"
)

const groundColumns = "county, id, program, key, party, by_account, org, reason, state, given_at, until_at, signer, review_by, told_at, reviewer, reviewed_at, verdict, ended_at"

var (
	groundInsert = insertSQL("ground_use", groundColumns+", rev")
	groundUpdate = updateSQL("ground_use", groundColumns)
	groundSelect = "SELECT " + groundColumns + ", rev FROM ground_use"
	// groundCarries holds of a ground that stands at $now.
	groundCarries = "state IN ('open', 'reviewed') AND ended_at = 0 AND (until_at = 0 OR until_at > ?)"
)

func scanGround(rows rowScanner, g *domain.GroundUse) error {
	return rows.Scan((*string)(&g.County), &g.ID, &g.Program, &g.Key, (*string)(&g.Party), (*string)(&g.By), (*string)(&g.Org), &g.Reason, &g.State,
		instant{&g.GivenAt}, instant{&g.Until}, (*string)(&g.Signer), instant{&g.ReviewBy}, instant{&g.ToldAt}, (*string)(&g.Reviewer),
		instant{&g.Reviewed}, &g.Verdict, instant{&g.EndedAt}, num(&g.Rev))
}

func groundValues(g *domain.GroundUse) []any {
	return []any{g.County, g.ID, g.Program, g.Key, g.Party, g.By, g.Org, g.Reason, g.State, g.GivenAt, g.Until, g.Signer, g.ReviewBy, g.ToldAt,
		g.Reviewer, g.Reviewed, g.Verdict, g.EndedAt, g.Rev}
}

// InsertGround writes a ground taken, or a glass broken.
func (tx *Tx) InsertGround(g *domain.GroundUse) error {
	if err := tx.home(&g.County); err != nil {
		return err
	}
	if g.ID == "" {
		g.ID = NewID()
	}
	g.GivenAt, g.Rev = tx.now, 1
	return tx.insert(groundInsert, groundValues(g)...)
}

// UpdateGround saves what became of it; stale otherwise.
func (tx *Tx) UpdateGround(g *domain.GroundUse) error {
	if err := tx.home(&g.County); err != nil {
		return err
	}
	if err := tx.change("ground", groundUpdate, groundValues(g)...); err != nil {
		return err
	}
	g.Rev++
	return nil
}

// Ground reads one use of a ground.
func (tx *Tx) Ground(id string) (*domain.GroundUse, error) {
	g, err := one(tx, "ground", scanGround, groundSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &g, err
}

// Grounded reports whether a ground of the key stands for the party now.
func (tx *Tx) Grounded(party domain.PartyID, program, key string) (bool, error) {
	w := tx.where()
	w.add("party = ?", party)
	w.add("program = ?", program)
	w.add("key = ?", key)
	w.add(groundCarries, tx.now)
	n, err := one(tx, "ground", scanInt, "SELECT COUNT(*) FROM ground_use"+w.String(), w.args...)
	return n > 0, err
}

// GroundFilter selects uses of grounds.
type GroundFilter struct {
	Party      domain.PartyID
	Program    string
	By         domain.AccountID
	Glass      bool // broken glasses only
	Standing   bool // that carry now
	Unreviewed bool // that somebody has still to review or countersign
	DueBy      time.Time
	Limit      int
}

// Grounds lists uses of grounds, newest first.
func (tx *Tx) Grounds(f GroundFilter) ([]domain.GroundUse, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	w.eq("party", string(f.Party))
	w.eq("program", f.Program)
	w.eq("by_account", string(f.By))
	if f.Glass {
		w.add("key = ''")
	}
	if f.Standing {
		w.add(groundCarries, tx.now)
	}
	if f.Unreviewed {
		w.add("(state = 'waiting' OR review_by > 0 AND reviewed_at = 0 AND state = 'open')")
	}
	if !f.DueBy.IsZero() {
		w.add("review_by > 0 AND review_by <= ? AND told_at = 0 AND reviewed_at = 0 AND state = 'open'", f.DueBy)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 200
	}
	return many(tx, scanGround, groundSelect+w.String()+" ORDER BY given_at DESC, id DESC LIMIT "+w.param(int64(limit)), w.args...)
}
