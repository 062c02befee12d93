package store

import (
	"time"

	"linqiao/domain"
)

// What an import asks of many parties at once, and how it takes them back.

// Namesake is what an import compares of a party on file.
type Namesake struct {
	ID                 domain.PartyID
	Name, Pinyin, Path string
	Region             domain.RegionID
	Created            time.Time
	Strong             bool // has an identifier that is its own: no telephone
}

const namesakeColumns = "party.id, party.name, party.pinyin, party.path, party.region, party.created," +
	" CASE WHEN EXISTS (SELECT 1 FROM party_ident i WHERE i.county = party.county AND i.party = party.id AND i.kind <> 'phone') THEN 1 ELSE 0 END"

func (n *Namesake) targets() []any {
	return []any{(*string)(&n.ID), &n.Name, &n.Pinyin, &n.Path, (*string)(&n.Region), instant{&n.Created}, yesNo{&n.Strong}}
}

// PartiesByIdents finds the parties of many identifiers of one kind, by value.
func (tx *Tx) PartiesByIdents(kind string, values []string) (map[string]Namesake, error) {
	out := map[string]Namesake{}
	if len(values) == 0 {
		return out, nil
	}
	byHash := make(map[string]string, len(values))
	hashes := make([]string, 0, len(values))
	for _, v := range values {
		hash, err := tx.Index(kind, v)
		if err != nil {
			return nil, err
		}
		byHash[hash] = v
		hashes = append(hashes, hash)
	}
	w := &where{tx: tx, conds: []string{"h.county = $1"}, args: []any{tx.county}}
	w.add("h.kind = ?", kind)
	in(w, "h.index_hash", hashes)
	type hit struct {
		hash string
		Namesake
	}
	list, err := many(tx, func(rows rowScanner, h *hit) error { return rows.Scan(append([]any{&h.hash}, h.targets()...)...) },
		"SELECT h.index_hash, "+namesakeColumns+" FROM party_ident h JOIN party ON party.county = h.county AND party.id = h.party"+w.String(), w.args...)
	for _, h := range list {
		out[byHash[h.hash]] = h.Namesake
	}
	return out, err
}

// namesakesMost bounds how many of one reading are looked at.
const namesakesMost = 5000

// Namesakes lists the active parties of a kind whose names have one of some
// readings (see Pinyin), by reading.
func (tx *Tx) Namesakes(kind domain.PartyKind, pinyin []string) (map[string][]Namesake, error) {
	out := map[string][]Namesake{}
	if len(pinyin) == 0 {
		return out, nil
	}
	w := tx.where()
	w.add("kind = ?", string(kind))
	in(w, "pinyin", pinyin)
	w.add("active = 1")
	list, err := many(tx, func(rows rowScanner, n *Namesake) error { return rows.Scan(n.targets()...) },
		"SELECT "+namesakeColumns+" FROM party"+w.String()+w.fill(" ORDER BY created, id LIMIT ?", int64(namesakesMost)), w.args...)
	for _, n := range list {
		out[n.Pinyin] = append(out[n.Pinyin], n)
	}
	return out, err
}

// Rows of many parties go in together; a party comes before its identifiers.
var (
	partyIn = newInsertion("party", partyColumns+", secret", 2, "").each()
	identIn = newInsertion("party_ident", "county, kind, index_hash, party", 3, "").each()
)

// Ident is one identifier of a party.
type Ident struct{ Kind, Value string }

// InsertPartyLater is InsertParty and AddIdent for many new parties in one
// transaction. The caller has made sure, in this transaction, that nobody has the
// identifiers: one that is taken fails the transaction as a whole.
func (tx *Tx) InsertPartyLater(p *domain.Party, idents ...Ident) error {
	values, err := tx.newParty(p)
	if err != nil {
		return err
	}
	if err := tx.put(partyIn, values...); err != nil {
		return err
	}
	for _, i := range idents {
		hash, err := tx.Index(i.Kind, i.Value)
		if err != nil {
			return err
		}
		if err := tx.put(identIn, tx.county, i.Kind, hash, p.ID); err != nil {
			return err
		}
	}
	return tx.addGrams("party", string(p.ID), p.Path, nameGrams(p.Name))
}

// partyUses are the places where a party may have come to be used, each with the
// word for it.
var partyUses = []struct{ what, table, where string }{
	{"record", "record", "subject = $2"},
	{"account", "account", "party = $2 AND party <> ''"},
	{"relation", "party_relation", "a = $2"},
	{"relation", "party_relation", "b = $2"},
	{"consent", "consent", "party = $2"},
	{"roster", "roster_member", "member = $2"},
	{"standing", "standing", "party = $2"},
	{"response", "response", "subject = $2 AND subject <> ''"},
	{"duty", "duty_item", "over_id = $2"},
	{"document", "document", "party = $2 AND party <> ''"},
	{"message", "delivery", "to_party = $2 AND to_party <> ''"},
	{"event", "event", "subject = $2 AND subject <> ''"},
}

// PartyUse names something that rests on a party, or "".
func (tx *Tx) PartyUse(id domain.PartyID) (string, error) { return tx.firstUse(partyUses, string(id)) }

func (tx *Tx) firstUse(uses []struct{ what, table, where string }, id string) (string, error) {
	query := "SELECT CASE"
	for _, u := range uses {
		query += " WHEN EXISTS (SELECT 1 FROM " + u.table + " WHERE county = $1 AND " + u.where + ") THEN '" + u.what + "'"
	}
	return one(tx, "party", scanText, query+" ELSE '' END", tx.county, id)
}

// DeleteParty takes a party that nothing rests on away, with its identifiers and
// what it is found by.
func (tx *Tx) DeleteParty(id domain.PartyID) error {
	return tx.deleteRow(string(id), "DELETE FROM party_ident WHERE county = $1 AND party = $2",
		"DELETE FROM gram WHERE county = $1 AND kind = 'party' AND id = $2", "DELETE FROM party WHERE county = $1 AND id = $2")
}

func (tx *Tx) deleteRow(id string, queries ...string) error {
	if tx.county == "" {
		return errNoCounty
	}
	for _, q := range queries {
		if _, err := tx.exec(q, tx.county, id); err != nil {
			return err
		}
	}
	return nil
}

var orgUses = []struct{ what, table, where string }{
	{"member", "membership", "org = $2"},
	{"record", "record", "provider = $2 AND provider <> ''"},
	{"record", "record", "owner_org = $2 AND owner_org <> ''"},
	{"duty", "duty_item", "to_org = $2 AND done_at = 0 AND missed_at = 0"},
	{"roster", "roster_member", "member = $2"},
}

// OrgUse names something that rests on an organization, or "".
func (tx *Tx) OrgUse(id domain.OrgID) (string, error) { return tx.firstUse(orgUses, string(id)) }

// DeleteOrg takes an organization that nothing rests on away.
func (tx *Tx) DeleteOrg(id domain.OrgID) error {
	return tx.deleteRow(string(id), "DELETE FROM gram WHERE county = $1 AND kind = 'org' AND id = $2", "DELETE FROM org WHERE county = $1 AND id = $2")
}
