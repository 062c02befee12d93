package store

import (
	"time"

	"linqiao/domain"
)

const approvalColumns = "county, id, kind, object, proposer, reason, state, seen, decider, note, created, expires, decided"

func approvalAAD(id string) string { return "approval/" + id }

func (tx *Tx) scanApproval(rows rowScanner, a *domain.Approval) error {
	var sealed []byte
	if err := rows.Scan((*string)(&a.County), &a.ID, &a.Kind, &a.Object, (*string)(&a.Proposer), &a.Reason, (*string)(&a.State), &a.Seen,
		(*string)(&a.Decider), &a.Note, instant{&a.Created}, instant{&a.Expires}, instant{&a.Decided}, &sealed); err != nil {
		return err
	}
	var err error
	a.Change, err = tx.open(approvalAAD(a.ID), sealed)
	return err
}

// InsertApproval writes a proposed change.
func (tx *Tx) InsertApproval(a *domain.Approval) error {
	if err := tx.home(&a.County); err != nil {
		return err
	}
	a.ID, a.Created, a.State = NewID(), tx.now, domain.ApprovalOpen
	if a.Change == nil {
		a.Change = map[string]any{}
	}
	sealed, err := tx.seal(approvalAAD(a.ID), a.Change)
	if err != nil {
		return err
	}
	return tx.insert(insertSQL("approval", approvalColumns+", secret"), a.County, a.ID, a.Kind, a.Object, a.Proposer, a.Reason, string(a.State), a.Seen,
		a.Decider, a.Note, a.Created, a.Expires, a.Decided, sealed)
}

// Approval reads one.
func (tx *Tx) Approval(id string) (*domain.Approval, error) {
	a, err := one(tx, "approval", tx.scanApproval, "SELECT "+approvalColumns+", secret FROM approval WHERE county = $1 AND id = $2", tx.county, id)
	return &a, err
}

// DecideApproval moves an approval on from the state that was read: of two who decide
// at once one is told that the other was faster.
func (tx *Tx) DecideApproval(a *domain.Approval, to domain.ApprovalState) error {
	if err := tx.change("approval", "UPDATE approval SET state = $4, decider = $5, note = $6, decided = $7 WHERE county = $1 AND id = $2 AND state = $3",
		tx.county, a.ID, string(a.State), string(to), a.Decider, a.Note, a.Decided); err != nil {
		return err
	}
	a.State = to
	return nil
}

// ApprovalFilter selects approvals; Waiting are those still to be decided.
type ApprovalFilter struct {
	State   domain.ApprovalState
	Object  string
	Waiting time.Time // open, and not expired at this instant
	Cursor  string
	Limit   int
}

// Approvals lists them, newest first.
func (tx *Tx) Approvals(f ApprovalFilter) (Page[domain.Approval], error) {
	var none Page[domain.Approval]
	if tx.county == "" {
		return none, errNoCounty
	}
	w := tx.where()
	w.eq("state", string(f.State))
	w.eq("object", f.Object)
	if !f.Waiting.IsZero() {
		w.add("expires > ?", f.Waiting)
	}
	if f.Cursor != "" {
		c, err := decodeCursor(f.Cursor)
		if err != nil {
			return none, err
		}
		w.add("id < ?", c.id)
	}
	limit := pageSize(f.Limit)
	rows, err := many(tx, tx.scanApproval, "SELECT "+approvalColumns+", secret FROM approval"+w.String()+" ORDER BY id DESC"+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return none, err
	}
	return cut(rows, limit, func(a *domain.Approval) (time.Time, string) { return a.Created, a.ID }), nil
}
