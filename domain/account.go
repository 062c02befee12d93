package domain

import "time"

// Account is somebody who can sign in (账号). PhoneIndex is a blind index, never
// the number.
type Account struct {
	County       CountyCode
	ID           AccountID
	Login        string
	Name         string
	PhoneIndex   string
	Party        PartyID // the person behind it, "" for staff not on file
	PasswordHash string
	Active       bool
	Failed       int       // wrong second factors in a row
	LockedUntil  time.Time // the second step is closed until then
	Created      time.Time
	Seen         time.Time // last sign-in
	Rev          int64
}

// Membership is a role in an organization over a region subtree (任职).
type Membership struct {
	County  CountyCode
	ID      string
	Account AccountID
	Org     OrgID
	Role    string
	Post    string
	Region  RegionID
	Path    string
	Active  bool
	From    Date // first day; 0 = always
	Until   Date // last day; 0 = open
}

// SignIn is one live sign-in (会话). TokenHash is the hash of the cookie's token.
type SignIn struct {
	County    CountyCode
	TokenHash string
	Account   AccountID
	Created   time.Time
	Seen      time.Time
	Expires   time.Time
	Agent     string
	Address   string
	Stage     string    // what is still to do; "" = a whole sign-in
	Strong    time.Time // when its person last proved who he is
}
