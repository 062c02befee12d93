package store

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"

	"linqiao/domain"
)

// States of a voice.
const (
	VoiceFree = "free" // a ticket that nobody has used
	VoiceIn   = "in"   // handed in, waits in the tray
	VoiceOut  = "out"  // a record has been made of it
)

// Voice is what was, or may be, handed in without a name. Its author alone has the
// code; the row holds a keyed hash of it.
type Voice struct {
	Code    string // hash
	Parent  domain.RecordID
	Program string
	Move    string // record.move
	State   string
	Day     domain.Date
	Record  domain.RecordID // once it is out
	Said    map[string]any  // while it waits
}

const voiceSelect = "SELECT code, parent, program, move, state, day, record, sealed FROM voice"

func (tx *Tx) scanVoice(rows rowScanner, v *Voice) error {
	var sealed []byte
	if err := rows.Scan(&v.Code, (*string)(&v.Parent), &v.Program, &v.Move, &v.State, num(&v.Day), (*string)(&v.Record), &sealed); err != nil {
		return err
	}
	if len(sealed) == 0 {
		return nil
	}
	var err error
	v.Said, err = tx.open("voice/"+v.Code, sealed)
	return err
}

// VoiceCode is the keyed hash under which a code is kept.
func (tx *Tx) VoiceCode(code string) (string, error) { return tx.Index("voice", code) }

// Voice finds a voice by its author's code. NotFound "voice".
func (tx *Tx) Voice(code string) (*Voice, error) { return tx.voice(code, "") }

// HoldVoice is Voice for a change.
func (tx *Tx) HoldVoice(code string) (*Voice, error) { return tx.voice(code, tx.db.dialect.forUpdate) }

func (tx *Tx) voice(code, lock string) (*Voice, error) {
	hash, err := tx.VoiceCode(code)
	if err != nil {
		return nil, err
	}
	v, err := one(tx, "voice", tx.scanVoice, voiceSelect+" WHERE county = $1 AND code = $2"+lock, tx.county, hash)
	return &v, err
}

// AddVoice keeps a voice for the first time.
func (tx *Tx) AddVoice(v *Voice) error {
	sealed, err := tx.seal("voice/"+v.Code, v.Said)
	if err != nil {
		return err
	}
	return tx.insert("INSERT INTO voice (county, code, parent, program, move, state, day, record, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		tx.county, v.Code, v.Parent, v.Program, v.Move, v.State, int64(v.Day), v.Record, sealed)
}

// SaveVoice keeps the state of a voice; what was said goes when it is out.
func (tx *Tx) SaveVoice(v *Voice) error {
	sealed, err := tx.seal("voice/"+v.Code, v.Said)
	if err != nil {
		return err
	}
	_, err = tx.exec("UPDATE voice SET state = $3, day = $4, record = $5, sealed = $6 WHERE county = $1 AND code = $2",
		tx.county, v.Code, v.State, int64(v.Day), v.Record, sealed)
	return err
}

// Tray is how much waits for one parent, and since which day.
type Tray struct {
	Parent domain.RecordID
	N      int
	Since  domain.Date
}

// Trays lists the parents for which something waits.
func (tx *Tx) Trays() ([]Tray, error) {
	return many(tx, func(rows rowScanner, t *Tray) error { return rows.Scan((*string)(&t.Parent), num(&t.N), num(&t.Since)) },
		"SELECT parent, COUNT(*), MIN(day) FROM voice WHERE county = $1 AND state = 'in' GROUP BY parent ORDER BY parent", tx.county)
}

// TrayOf counts what waits for one parent.
func (tx *Tx) TrayOf(parent domain.RecordID) (int, error) {
	return one(tx, "tray", func(rows rowScanner, n *int) error { return rows.Scan(num(n)) },
		"SELECT COUNT(*) FROM voice WHERE county = $1 AND state = 'in' AND parent = $2", tx.county, parent)
}

// TakeTray reads what waits for a parent, in the order of the hashes of their
// codes: an order by chance.
func (tx *Tx) TakeTray(parent domain.RecordID, limit int) ([]Voice, error) {
	return many(tx, tx.scanVoice, voiceSelect+" WHERE county = $1 AND state = 'in' AND parent = $2 ORDER BY code LIMIT $3"+tx.db.dialect.forUpdate,
		tx.county, parent, int64(limit))
}

// ticketSheet is how many tickets are printed at a time.
const ticketSheet = 64

// TakeTicket tears a ticket off the sheet of a scope and counts it on the holder's
// line; "no_ticket_left" when he has had his share. The code is known to the
// caller alone from then on.
func (tx *Tx) TakeTicket(like Voice, holder string, most int) (code string, left int, err error) {
	scope := string(like.Parent) + "/" + like.Move
	taken, err := tx.ticketsTaken(scope, holder, tx.db.dialect.forUpdate)
	if err != nil {
		return "", 0, err
	}
	if taken >= most {
		return "", 0, domain.E(domain.KindRefused, "no_ticket_left")
	}
	if _, err := tx.exec("INSERT INTO voice_share (county, scope, holder, taken) VALUES ($1, $2, $3, 1)"+
		" ON CONFLICT (county, scope, holder) DO UPDATE SET taken = voice_share.taken + 1", tx.county, scope, holder); err != nil {
		return "", 0, err
	}
	blank, err := tx.tearOff(like, scope)
	return blank, most - taken - 1, err
}

// TicketsTaken says how many tickets somebody has had.
func (tx *Tx) TicketsTaken(like Voice, holder string) (int, error) {
	return tx.ticketsTaken(string(like.Parent)+"/"+like.Move, holder, "")
}

func (tx *Tx) ticketsTaken(scope, holder, lock string) (int, error) {
	n, err := one(tx, "share", func(rows rowScanner, n *int) error { return rows.Scan(num(n)) },
		"SELECT taken FROM voice_share WHERE county = $1 AND scope = $2 AND holder = $3"+lock, tx.county, scope, holder)
	if domain.KindOf(err) == domain.KindNotFound {
		return 0, nil
	}
	return n, err
}

type blankTicket struct {
	number string
	sealed []byte
}

func (tx *Tx) tearOff(like Voice, scope string) (string, error) {
	for print := true; ; print = false {
		b, err := one(tx, "blank", func(rows rowScanner, b *blankTicket) error { return rows.Scan(&b.number, &b.sealed) },
			"SELECT number, sealed FROM voice_blank WHERE county = $1 AND scope = $2 ORDER BY number LIMIT 1"+tx.db.dialect.forUpdate, tx.county, scope)
		if domain.KindOf(err) == domain.KindNotFound && print {
			if err := tx.printTickets(like, scope); err != nil {
				return "", err
			}
			continue
		}
		if err != nil {
			return "", err
		}
		m, err := tx.open("ticket/"+scope, b.sealed)
		if err != nil {
			return "", err
		}
		code, _ := m["code"].(string)
		_, err = tx.exec("DELETE FROM voice_blank WHERE county = $1 AND scope = $2 AND number = $3", tx.county, scope, b.number)
		return code, err
	}
}

// printTickets makes a sheet. Numbers and codes are both by chance, so the order of
// one says nothing of the other.
func (tx *Tx) printTickets(like Voice, scope string) error {
	for range ticketSheet {
		code := NewVoiceCode()
		hash, err := tx.VoiceCode(code)
		if err != nil {
			return err
		}
		v := like
		v.Code, v.State = hash, VoiceFree
		if err := tx.AddVoice(&v); err != nil {
			return err
		}
		sealed, err := tx.seal("ticket/"+scope, map[string]any{"code": code})
		if err != nil {
			return err
		}
		var number [16]byte
		rand.Read(number[:])
		if err := tx.insert("INSERT INTO voice_blank (county, scope, number, sealed) VALUES ($1, $2, $3, $4)", tx.county, scope, hex.EncodeToString(number[:]), sealed); err != nil {
			return err
		}
	}
	return nil
}

// voiceAlphabet has no letters that are read as digits or as one another.
var voiceAlphabet = base32.NewEncoding("ABCDEFGHJKMNPQRSTUVWXYZ123456789").WithPadding(base32.NoPadding)

// NewVoiceCode makes a code of 16 letters and digits (80 bits).
func NewVoiceCode() string {
	var b [10]byte
	rand.Read(b[:])
	return voiceAlphabet.EncodeToString(b[:])
}

// VoiceCodeOf is the code that a request without a ticket gets: the same request
// gets the same one, though it is kept nowhere.
func (tx *Tx) VoiceCodeOf(request string) (string, error) {
	h, err := tx.Index("voice-request", request)
	if err != nil {
		return "", err
	}
	raw := []byte(h)
	if b, err := hex.DecodeString(h); err == nil {
		raw = b
	}
	return voiceAlphabet.EncodeToString(raw)[:16], nil
}
