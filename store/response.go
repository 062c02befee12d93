package store

import (
	"time"

	"linqiao/domain"
)

const responseColumns = "county, id, program, form, record, subject, by_account, by_party, at, recorded_at, data, score, scored, band, class"

func responseTargets(r *domain.Response) []any {
	return []any{
		(*string)(&r.County), &r.ID, &r.Program, &r.Form, (*string)(&r.Record), (*string)(&r.Subject), (*string)(&r.ByAccount),
		(*string)(&r.ByParty), instant{&r.At}, instant{&r.RecordedAt}, object{&r.Data}, num(&r.Score), yesNo{&r.Scored}, &r.Band, num(&r.Class),
	}
}

func scanResponse(rows rowScanner, r *domain.Response) error { return rows.Scan(responseTargets(r)...) }

func (tx *Tx) scanOpenResponse(rows rowScanner, r *domain.Response) error {
	var sealed []byte
	if err := rows.Scan(append(responseTargets(r), &sealed)...); err != nil {
		return err
	}
	var err error
	r.Secret, err = tx.open(responseAAD(r.ID), sealed)
	return err
}

func responseAAD(id string) string { return "response/" + id }

// InsertResponse writes a filled form. Responses are never changed.
func (tx *Tx) InsertResponse(r *domain.Response) error {
	if err := tx.home(&r.County); err != nil {
		return err
	}
	if r.ID == "" {
		r.ID = NewID()
	}
	if r.RecordedAt.IsZero() {
		r.RecordedAt = tx.now
	}
	if r.At.IsZero() {
		r.At = r.RecordedAt
	}
	sealed, err := tx.seal(responseAAD(r.ID), r.Secret)
	if err != nil {
		return err
	}
	return tx.insert(insertSQL("response", responseColumns+", secret"), r.County, r.ID, r.Program, r.Form, r.Record, r.Subject,
		r.ByAccount, r.ByParty, r.At, r.RecordedAt, r.Data, r.Score, r.Scored, r.Band, r.Class, sealed)
}

// ResponseOpen reads one response with its answers decrypted.
func (tx *Tx) ResponseOpen(id string) (*domain.Response, error) {
	r, err := one(tx, "response", tx.scanOpenResponse, "SELECT "+responseColumns+", secret FROM response WHERE county = $1 AND id = $2", tx.county, id)
	return &r, err
}

// ResponseFilter selects responses. Set Record or Subject, or Program and Form.
type ResponseFilter struct {
	Program string
	Form    string
	Record  domain.RecordID
	Subject domain.PartyID
	From    time.Time
	Until   time.Time // at in [From, Until)
	Open    bool
	Limit   int
	Cursor  string
}

// Responses lists responses page by page, newest first.
func (tx *Tx) Responses(f ResponseFilter) (Page[domain.Response], error) {
	if tx.county == "" {
		return Page[domain.Response]{}, errNoCounty
	}
	w := tx.where()
	w.eq("program", f.Program)
	w.eq("form", f.Form)
	if f.Record != "" {
		w.add("record = ? AND record <> ''", f.Record)
	}
	if f.Subject != "" {
		w.add("subject = ? AND subject <> ''", f.Subject)
	}
	if !f.From.IsZero() {
		w.add("at >= ?", f.From)
	}
	if !f.Until.IsZero() {
		w.add("at < ?", f.Until)
	}
	if err := w.after("at", "id", f.Cursor, true); err != nil {
		return Page[domain.Response]{}, err
	}
	columns, scan := responseColumns, scanResponse
	if f.Open {
		columns, scan = responseColumns+", secret", tx.scanOpenResponse
	}
	limit := pageSize(f.Limit)
	rows, err := many(tx, scan, "SELECT "+columns+" FROM response"+w.String()+" ORDER BY at DESC, id DESC"+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return Page[domain.Response]{}, err
	}
	return cut(rows, limit, func(r *domain.Response) (time.Time, string) { return r.At, r.ID }), nil
}
