package store

import (
	"errors"
	"time"

	"linqiao/domain"
)

// ErrHangs says that something refers to a row that was to be dropped.
var ErrHangs = errors.New("store: something hangs on the record")

// hanging are the tables whose rows show that somebody has used a record.
var hanging = []string{"rung", "panel_run", "response", "duty_item", "pass", "document", "attachment", "entry", "standing"}

// UnmakeRecord deletes a record that was made at r.Rev and that nobody has used
// since: taking back what made it. Its events stay. ErrHangs when it is in use.
func (tx *Tx) UnmakeRecord(r *domain.Record) error {
	for _, table := range hanging {
		n, err := one(tx, table, scanInt, "SELECT COUNT(*) FROM (SELECT 1 FROM "+table+" WHERE county = $1 AND record = $2 AND record <> '' LIMIT 1) AS t", tx.county, r.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return ErrHangs
		}
	}
	n, err := one(tx, "record", scanInt, "SELECT COUNT(*) FROM (SELECT 1 FROM record WHERE county = $1 AND parent = $2 LIMIT 1) AS t", tx.county, r.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return ErrHangs
	}
	for _, table := range []string{"clock", "record_unique", "match_run"} {
		if _, err := tx.exec("DELETE FROM "+table+" WHERE county = $1 AND record = $2", tx.county, r.ID); err != nil {
			return err
		}
	}
	if err := tx.IndexText("record", string(r.ID), r.Path); err != nil {
		return err
	}
	return tx.change("record", "DELETE FROM record WHERE county = $1 AND id = $2 AND rev = $3", tx.county, r.ID, r.Rev)
}

// UnmakeMatchRun deletes a run that was made at a version.
func (tx *Tx) UnmakeMatchRun(id string, rev int64) error {
	return tx.change("match_run", "DELETE FROM match_run WHERE county = $1 AND id = $2 AND rev = $3", tx.county, id, rev)
}

// UnmakeSignature deletes what waits for signatures and has none yet.
func (tx *Tx) UnmakeSignature(id string, rev int64) error {
	signed, err := tx.Signs(id)
	if err != nil {
		return err
	}
	if len(signed) > 0 {
		return ErrHangs
	}
	return tx.change("signature", "DELETE FROM signature WHERE county = $1 AND id = $2 AND rev = $3", tx.county, id, rev)
}

// UnmakeClock deletes a clock that was not there before.
func (tx *Tx) UnmakeClock(record domain.RecordID, key string) error {
	_, err := tx.exec("DELETE FROM clock WHERE county = $1 AND record = $2 AND key = $3", tx.county, record, key)
	return err
}

// RecallDelivery takes back a message that has not gone out, or was not read in
// the office's own inbox.
func (tx *Tx) RecallDelivery(id string) error {
	_, err := tx.exec("DELETE FROM delivery WHERE county = $1 AND id = $2 AND (state = 'queued' OR state = 'sent' AND channel = 'push')", tx.county, id)
	return err
}

// RecordImage is a whole record as a JSON object, to be sealed and put back later.
func RecordImage(r *domain.Record) map[string]any {
	hist := make(map[string]any, len(r.Hist))
	for k, t := range r.Hist {
		hist[k] = millis(t)
	}
	walk := make([]any, len(r.Walk))
	for i, s := range r.Walk {
		walk[i] = s
	}
	return map[string]any{"id": string(r.ID), "version": int64(r.Version), "ref_no": r.RefNo, "subject": string(r.Subject), "class": int64(r.Class),
		"unique": r.Unique, "stage": r.Stage, "phase": string(r.Phase), "owner": string(r.Owner), "owner_org": string(r.OwnerOrg),
		"provider": string(r.Provider), "org": string(r.Org), "region": string(r.Region), "path": r.Path, "channel": r.Channel, "reason": r.Reason,
		"entered": millis(r.Entered), "ended": millis(r.Ended), "data": r.Data, "secret": r.Secret, "hist": hist, "walk": walk}
}

// PutBack gives a record read now the values of an image; key, noun, program,
// parent, creation and version for stale edits stay.
func PutBack(r *domain.Record, image map[string]any) {
	str := func(k string) string { s, _ := image[k].(string); return s }
	num := func(k string) int64 { n, _ := image[k].(int64); return n }
	obj := func(k string) map[string]any {
		if m, ok := image[k].(map[string]any); ok {
			return m
		}
		return map[string]any{}
	}
	r.Version, r.RefNo, r.Subject, r.Class = int(num("version")), str("ref_no"), domain.PartyID(str("subject")), domain.Class(num("class"))
	r.Unique, r.Stage, r.Phase = str("unique"), str("stage"), domain.Phase(str("phase"))
	r.Owner, r.OwnerOrg, r.Provider, r.Org = domain.AccountID(str("owner")), domain.OrgID(str("owner_org")), domain.OrgID(str("provider")), domain.OrgID(str("org"))
	r.Region, r.Path, r.Channel, r.Reason = domain.RegionID(str("region")), str("path"), str("channel"), str("reason")
	r.Entered, r.Ended, r.Data, r.Secret = fromMillis(num("entered")), fromMillis(num("ended")), obj("data"), obj("secret")
	r.Hist, r.Walk = map[string]time.Time{}, nil
	for k, v := range obj("hist") {
		ms, _ := v.(int64)
		r.Hist[k] = fromMillis(ms)
	}
	if list, ok := image["walk"].([]any); ok {
		for _, v := range list {
			s, _ := v.(string)
			r.Walk = append(r.Walk, s)
		}
	}
}
