package store

import (
	"time"

	"linqiao/domain"
)

const partyColumns = "county, id, kind, name, pinyin, region, path, lat, lng, address, tags, data, created, active, merged_into, rev"

var (
	partyInsert = insertSQL("party", partyColumns+", secret")
	partySelect = "SELECT " + partyColumns + " FROM party"
	partyOpened = "SELECT " + partyColumns + ", secret FROM party"
)

func partyTargets(p *domain.Party) []any {
	return []any{
		(*string)(&p.County), (*string)(&p.ID), (*string)(&p.Kind), &p.Name, &p.Pinyin, (*string)(&p.Region), &p.Path,
		&p.Lat, &p.Lng, &p.Address, tags{&p.Tags}, object{&p.Data}, instant{&p.Created}, yesNo{&p.Active},
		(*string)(&p.MergedInto), num(&p.Rev),
	}
}

func scanParty(rows rowScanner, p *domain.Party) error { return rows.Scan(partyTargets(p)...) }

func (tx *Tx) scanOpenParty(rows rowScanner, p *domain.Party) error {
	var sealed []byte
	if err := rows.Scan(append(partyTargets(p), &sealed)...); err != nil {
		return err
	}
	var err error
	p.Secret, err = tx.open(partyAAD(p.ID), sealed)
	return err
}

func partyAAD(id domain.PartyID) string { return "party/" + string(id) }

// Party reads one party; its Secret stays closed (nil).
func (tx *Tx) Party(id domain.PartyID) (*domain.Party, error) {
	p, err := one(tx, "party", scanParty, partySelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &p, err
}

// PartyOpen reads one party with its Secret decrypted.
func (tx *Tx) PartyOpen(id domain.PartyID) (*domain.Party, error) {
	p, err := one(tx, "party", tx.scanOpenParty, partyOpened+" WHERE county = $1 AND id = $2", tx.county, id)
	return &p, err
}

// PartyByIdent finds a party by an identifier (see Tx.Index), or NotFound.
func (tx *Tx) PartyByIdent(kind, value string) (*domain.Party, error) {
	hash, err := tx.Index(kind, value)
	if err != nil {
		return nil, err
	}
	p, err := one(tx, "party", scanParty, partySelect+" WHERE county = $1 AND id = (SELECT i.party FROM party_ident i"+
		" WHERE i.county = $1 AND i.kind = $2 AND i.index_hash = $3)", tx.county, kind, hash)
	return &p, err
}

// InsertParty writes a new party, makes its pinyin and indexes its name.
func (tx *Tx) InsertParty(p *domain.Party) error {
	values, err := tx.newParty(p)
	if err != nil {
		return err
	}
	if err := tx.insert(partyInsert, values...); err != nil {
		return err
	}
	return tx.addGrams("party", string(p.ID), p.Path, nameGrams(p.Name))
}

// newParty fills in what a new party has of itself and gives its columns.
func (tx *Tx) newParty(p *domain.Party) ([]any, error) {
	if err := tx.home(&p.County); err != nil {
		return nil, err
	}
	if p.ID == "" {
		p.ID = domain.PartyID(NewID())
	}
	if p.Created.IsZero() {
		p.Created = tx.now
	}
	p.Rev, p.Pinyin = 1, Pinyin(p.Name)
	sealed, err := tx.seal(partyAAD(p.ID), p.Secret)
	if err != nil {
		return nil, err
	}
	return []any{p.County, p.ID, p.Kind, p.Name, p.Pinyin, p.Region, p.Path, p.Lat, p.Lng, p.Address,
		encodeTags(p.Tags), p.Data, p.Created, p.Active, p.MergedInto, p.Rev, sealed}, nil
}

// UpdateParty saves a party read at p.Rev and counts p.Rev up; stale otherwise.
// A nil Secret leaves the stored one alone.
func (tx *Tx) UpdateParty(p *domain.Party) error {
	if err := tx.home(&p.County); err != nil {
		return err
	}
	p.Pinyin = Pinyin(p.Name)
	w := where{args: []any{p.County, p.ID, p.Rev, p.Name, p.Pinyin, p.Region, p.Path, p.Lat, p.Lng, p.Address,
		encodeTags(p.Tags), p.Data, p.Active, p.MergedInto}}
	query := "UPDATE party SET rev = rev + 1, name = $4, pinyin = $5, region = $6, path = $7, lat = $8, lng = $9," +
		" address = $10, tags = $11, data = $12, active = $13, merged_into = $14"
	if p.Secret != nil {
		sealed, err := tx.seal(partyAAD(p.ID), p.Secret)
		if err != nil {
			return err
		}
		query += w.fill(", secret = ?", sealed)
	}
	if err := tx.change("party", query+" WHERE county = $1 AND id = $2 AND rev = $3", w.args...); err != nil {
		return err
	}
	p.Rev++
	return tx.setGrams("party", string(p.ID), p.Path, nameGrams(p.Name))
}

// PartyFilter selects parties; Path is a region subtree. Query searches names.
type PartyFilter struct {
	Kind   domain.PartyKind
	Path   string
	IDs    []domain.PartyID
	Query  string
	All    bool // also those not active
	Open   bool // decrypt secrets
	Oldest bool
	Cursor string
	Limit  int
}

// Parties lists parties page by page, newest first unless asked otherwise.
func (tx *Tx) Parties(f PartyFilter) (Page[domain.Party], error) {
	if tx.county == "" {
		return Page[domain.Party]{}, errNoCounty
	}
	w := tx.where()
	w.eq("kind", string(f.Kind))
	w.path("path", f.Path)
	in(w, "id", f.IDs)
	if !f.All {
		w.add("active = 1")
	}
	if f.Query != "" {
		if err := tx.searchCond(w, "party", f.Query, "party.id"); err != nil {
			return Page[domain.Party]{}, err
		}
	}
	if err := w.after("created", "id", f.Cursor, !f.Oldest); err != nil {
		return Page[domain.Party]{}, err
	}
	query, scan := partySelect, scanParty
	if f.Open {
		query, scan = partyOpened, tx.scanOpenParty
	}
	limit := pageSize(f.Limit)
	rows, err := many(tx, scan, query+w.String()+order(!f.Oldest)+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return Page[domain.Party]{}, err
	}
	return cut(rows, limit, func(p *domain.Party) (time.Time, string) { return p.Created, string(p.ID) }), nil
}

// AddIdent gives a party an identifier; one already taken is a conflict
// "duplicate". The value itself is not stored.
func (tx *Tx) AddIdent(party domain.PartyID, kind, value string) error {
	hash, err := tx.Index(kind, value)
	if err != nil {
		return err
	}
	return tx.insert("INSERT INTO party_ident (county, kind, index_hash, party) VALUES ($1, $2, $3, $4)", tx.county, kind, hash, party)
}

// DropIdents takes all identifiers of a kind from a party.
func (tx *Tx) DropIdents(party domain.PartyID, kind string) error {
	_, err := tx.exec("DELETE FROM party_ident WHERE county = $1 AND party = $2 AND kind = $3", tx.county, party, kind)
	return err
}

// SaveRelation writes a relation, or changes when it ends.
func (tx *Tx) SaveRelation(r *domain.Relation) error {
	if err := tx.home(&r.County); err != nil {
		return err
	}
	return tx.insert("INSERT INTO party_relation (county, a, kind, b, from_day, until_day) VALUES ($1, $2, $3, $4, $5, $6)"+
		" ON CONFLICT (county, a, kind, b, from_day) DO UPDATE SET until_day = excluded.until_day",
		r.County, r.A, r.Kind, r.B, r.From, r.Until)
}

// Relations lists the relations of a party in either direction that hold on a day.
func (tx *Tx) Relations(party domain.PartyID, on domain.Date) ([]domain.Relation, error) {
	const columns = "SELECT county, a, kind, b, from_day, until_day FROM party_relation WHERE county = $1"
	const holds = " AND from_day <= $3 AND (until_day = 0 OR until_day >= $3)"
	return many(tx, func(rows rowScanner, r *domain.Relation) error {
		return rows.Scan((*string)(&r.County), (*string)(&r.A), &r.Kind, (*string)(&r.B), num(&r.From), num(&r.Until))
	}, columns+" AND a = $2"+holds+" UNION "+columns+" AND b = $2"+holds+" ORDER BY 3, 2, 4", tx.county, party, on)
}

// SaveStanding sets a party's standing of a key.
func (tx *Tx) SaveStanding(s *domain.Standing) error {
	if err := tx.home(&s.County); err != nil {
		return err
	}
	return tx.insert("INSERT INTO standing (county, party, program, key, state, record, from_at, until_at, rev)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT (county, party, program, key) DO UPDATE SET"+
		" state = excluded.state, record = excluded.record, from_at = excluded.from_at, until_at = excluded.until_at, rev = standing.rev + 1",
		s.County, s.Party, s.Program, s.Key, s.State, s.Record, s.From, s.Until)
}

// Standings lists the standings of a party, past ones too.
func (tx *Tx) Standings(party domain.PartyID) ([]domain.Standing, error) {
	return many(tx, scanStanding, standingSelect+" WHERE county = $1 AND party = $2 ORDER BY program, key", tx.county, party)
}

// StandingsOf lists the parties that hold a standing now; state "" = any.
func (tx *Tx) StandingsOf(program, key, state string) ([]domain.Standing, error) {
	w := tx.where()
	w.eq("program", program)
	w.eq("key", key)
	w.eq("state", state)
	w.add("(until_at = 0 OR until_at > ?)", tx.now)
	return many(tx, scanStanding, standingSelect+w.String()+" ORDER BY party", w.args...)
}

const standingSelect = "SELECT county, party, program, key, state, record, from_at, until_at, rev FROM standing"

func scanStanding(rows rowScanner, s *domain.Standing) error {
	return rows.Scan((*string)(&s.County), (*string)(&s.Party), &s.Program, &s.Key, &s.State, (*string)(&s.Record),
		instant{&s.From}, instant{&s.Until}, num(&s.Rev))
}
