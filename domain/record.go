package domain

import "time"

// Record is one row of the one record family: a case, an order, a visit…
// Data holds the program's fields up to class internal, Secret those above
// (encrypted at rest as one blob). Both are JSON objects of normalised values:
// text and ids as strings, int/money/bp as int64, number as float64, bool,
// date "2006-01-02", time "15:04", instants RFC 3339 UTC, place
// {"lat","lng","address"}, interval {"start","end"}, rate {"base","bp"},
// checks {item: {"v": "pass|fail|unknown", "note"}}, lists as arrays.
type Record struct {
	County  CountyCode
	ID      RecordID
	Program string
	Version int    // of the program; pinned until migrate
	Key     string // record key within the program
	Noun    Noun
	RefNo   string // what people quote: 440902-26-000123

	Parent  RecordID
	Root    RecordID // topmost ancestor, itself when it has none
	Subject PartyID
	Class   Class
	Unique  string // unique key value, "" when the record has none
	Stage   string
	Phase   Phase

	Owner    AccountID
	OwnerOrg OrgID
	Provider OrgID // of the nearest order or offer, inherited by its children
	Org      OrgID // where it was taken in
	Region   RegionID
	Path     string // region path, for subtree conditions: 44/4409/440902/440902001
	Channel  string
	Reason   string

	Created time.Time
	Entered time.Time // when the present stage began
	Ended   time.Time // zero while it runs
	Rev     int64     // version for stale-edit detection, from 1

	Data   map[string]any
	Secret map[string]any

	// Hist is the short history that expressions read: latest instant per key,
	// keys "e:stage" entered, "l:stage" left, "m:move" made; stages in order in Walk.
	Hist map[string]time.Time
	Walk []string
}
