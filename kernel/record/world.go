// Package record is the pure engine behind every row with a life: state + move →
// state + events. It runs one transaction of docs/program-format.md §5 over a
// World that the caller provides, and does no I/O of its own.
package record

import (
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/calendar"
	"linqiao/kernel/program"
)

// World is what a transaction may ask of the county and do to it. One World
// lives as long as one transaction: Now is fixed, and what was saved through it
// is read back.
type World interface {
	County() domain.CountyCode
	Now() time.Time
	Calendar() *calendar.Calendar
	Actor() *Actor
	// Program gives a version of a program, or the current one for version 0.
	Program(key string, version int) (*program.Program, error)
	NewID() string
	// RefNo draws the next number that people quote.
	RefNo(program, record string) (string, error)

	Record(id domain.RecordID) (*domain.Record, error)
	// Unseal decrypts the personal and higher fields of a record into its Secret.
	Unseal(rec *domain.Record) error
	// Children lists the records of a key below a parent, in order of creation.
	Children(parent domain.RecordID, key string) ([]*domain.Record, error)
	// Offers lists the live offers of a program's offer record that could serve
	// the county, or organisations and accounts when kind is one of those.
	Offers(program, kind string) ([]Candidate, error)
	// Taken counts accepted and done orders of an offer.
	Taken(program string, offer domain.RecordID) (int64, error)
	Diary
	// SaveRecord writes a row; it carries the version that was read, and takes the
	// next one.
	SaveRecord(rec *domain.Record, isNew bool) error

	Party(id domain.PartyID) (*domain.Party, error)
	SaveParty(p *domain.Party) error
	// Related reports whether a relation of any kind holds today.
	Related(a, b domain.PartyID) (bool, error)
	// Guardians lists who is guardian of the party today.
	Guardians(of domain.PartyID) ([]domain.PartyID, error)
	Org(id domain.OrgID) (*domain.Org, error)
	Account(id domain.AccountID) (*domain.Account, error)
	Region(id domain.RegionID) (*domain.Region, error)
	// RegionAt gives the region of a level that holds the point or the path.
	RegionAt(place map[string]any, path string, level domain.RegionLevel) (domain.RegionID, error)

	Consent(program, key string, party domain.PartyID) (bool, error)
	// Ground reports whether a legal ground that somebody has named for the party
	// stands now.
	Ground(program, key string, party domain.PartyID) (bool, error)
	RosterHas(program, roster, member string) (bool, error)
	// RosterMembers lists who is on a roster now, inside a region's subtree unless
	// path is "".
	RosterMembers(program, roster, path string) ([]string, error)
	// RosterFreeze is RosterMembers that also counts, by reason, whom the roster's
	// exceptions leave out there.
	RosterFreeze(program, roster, path string) (members []string, except map[string]int64, err error)
	Join(program, roster, member string) error
	Leave(program, roster, member string) error
	MatchRun(rec domain.RecordID, key string) (*domain.MatchRun, error)
	SaveMatchRun(run *domain.MatchRun) error
	// Round is the latest round of a panel, choice or ballot on a record, or nil.
	Round(kind string, rec domain.RecordID, key string) (*domain.PanelRun, error)
	SaveRound(run *domain.PanelRun) error
	// Rounds lists the rounds of a program's choice or ballot on any record, newest first.
	Rounds(kind, program, key string) ([]*domain.PanelRun, error)
	// RecordsIn lists the running rows of a kind below a region path.
	RecordsIn(program, key, path string) ([]*domain.Record, error)
	// Conceal and Reveal keep a text that nobody may read before its time; the
	// label ties it to its row.
	Conceal(label, text string) (string, error)
	Reveal(label, concealed string) (string, error)
	// Secret gives 32 random bytes in hex.
	Secret() string
	Responses(rec domain.RecordID, form string) ([]*domain.Response, error)
	Balance(program, account, dims string) (int64, error)
	// BalanceBelow sums the balances of an account whose dimensions begin so.
	BalanceBelow(program, account, dims string) (int64, error)
	// Enter books an amount from one account to another; a floor that would be
	// broken refuses the whole transaction.
	Enter(p Posting) error
	// StatValue is a figure over a region; of one period when it is counted by period.
	StatValue(program, stat string, path, period string) (int64, error)
	// Former is the latest record of the same kind and subject (or region, where
	// regions are the subject) made before this one, or nil.
	Former(rec *domain.Record) (*domain.Record, error)
	DutyCount(program, duty string, of string) (DutyTally, error)

	Clock(rec domain.RecordID, key string) (*domain.Clock, error)
	SaveClock(c *domain.Clock) error
	Signatures(rec domain.RecordID) ([]*domain.Signature, error)
	SaveSignature(s *domain.Signature) error
	Notify(n Notice) error
	IssuePass(key string, p *program.Pass, rec *domain.Record) error
	IssueDocument(d *program.Document, rec *domain.Record) error
	StartDuty(p *program.Program, d *program.Duty, rec *domain.Record) error
	// StartNotice publishes a row, or proposes it to who reviews the notice.
	StartNotice(p *program.Program, nt *program.Notice, rec *domain.Record) error
	// NoticeState says whether a row is being shown by a notice, and whether the
	// notice was shown for all its time with every objection ended without effect.
	NoticeState(p *program.Program, nt *program.Notice, rec domain.RecordID) (open, clear bool, err error)
	Append(ev *domain.Event) error
	// Changed is told of every row that a transaction has touched, once its moves
	// are made: duties that it fulfils or makes due hang on it. It may open more rows.
	Changed(r *Row) error
	// Flush writes what the World has kept back because it refers to rows that
	// were new; Finish calls it after the rows are saved.
	Flush() error
}

// Candidate is something a match may choose: an offer record, an organisation or
// an account.
type Candidate struct {
	Offer   *domain.Record
	Org     *domain.Org
	Account *domain.Account
}

// ID names the candidate.
func (c Candidate) ID() string {
	switch {
	case c.Offer != nil:
		return string(c.Offer.ID)
	case c.Org != nil:
		return string(c.Org.ID)
	}
	return string(c.Account.ID)
}

// Notice is one message to everybody who holds a role relative to a row.
type Notice struct {
	Program string
	Role    string
	Record  *domain.Record
	Message string // message key, or "" for the clock's own words
	Text    string // filled
	Via     []string
	Urgent  bool
	Lasts   program.Span // unset = as the county has it
	Why     string       // rung key or move
}

// Posting is one amount between two accounts of a program, in their unit.
type Posting struct {
	Program          *program.Program
	From, To         *program.Account
	FromDims, ToDims string
	Amount           int64
	Record           domain.RecordID
	Event            domain.EventID // of the move that causes it
}

// Actor is who acts: an account with its standing memberships, or nobody
// (System, Anonymous).
type Actor struct {
	Account     domain.AccountID
	Name        string
	Parties     []domain.PartyID // whom the account acts for: itself, its enterprise
	Wards       []domain.PartyID // whose guardian it is
	Glasses     []Glass          // whose sealed rows it may read for some hours
	Places      []Place          // on rosters of accounts, those of shifts to come too
	Memberships []Membership
	Keeps       []Keep // groups of rosters whose contact it is
	Admin       bool
	Auditor     bool
	Security    bool
	System      bool // jobs and rules acting by themselves
	Anonymous   bool
}

// Membership is one post (任职) of an account: in a unit, over a region subtree.
type Membership struct {
	ID    string
	Org   domain.OrgID
	Name  string
	Kind  string // organisation kind
	Level string // its platform level
	Post  string
	Paths []string // region subtrees it covers
	Tags  []string
}

// Glass is one broken glass: until then the actor reads everything that a program
// holds about a party, and changes no more than before.
type Glass struct {
	ID      string
	Program string
	Party   domain.PartyID
	Until   time.Time
}

// Place is an account's place on a roster, for a time: a shift when Rank is set.
type Place struct {
	Program, Roster, Rank string
	From, Until           time.Time // zero Until = no end
}

// On reports whether the account stands on a roster now, in the rank if one is named.
func (a *Actor) On(program, roster, rank string, now time.Time) bool {
	return slices.ContainsFunc(a.Places, func(p Place) bool {
		return p.Program == program && p.Roster == roster && (rank == "" || p.Rank == rank) && !p.From.After(now) && (p.Until.IsZero() || p.Until.After(now))
	})
}

// Glass gives the broken glass by which the actor reads a party's rows, or nil.
func (a *Actor) Glass(program string, party domain.PartyID, now time.Time) *Glass {
	for i := range a.Glasses {
		if g := &a.Glasses[i]; party != "" && g.Program == program && g.Party == party && now.Before(g.Until) {
			return g
		}
	}
	return nil
}

// Keep is one group of a roster that an account looks after (包组): all that lies in
// the group's region.
type Keep struct{ Program, Roster, Path string }

// InPath reports whether a region path lies in the subtree of prefix.
func InPath(path, prefix string) bool {
	if prefix == "" {
		return false
	}
	return len(path) >= len(prefix) && path[:len(prefix)] == prefix &&
		(len(path) == len(prefix) || path[len(prefix)] == '/')
}
