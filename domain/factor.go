package domain

import "time"

// Kinds of second factors.
const (
	FactorTOTP    = "totp"    // one-time codes of an app (RFC 6238)
	FactorPasskey = "passkey" // a key in a phone, a computer or a stick (WebAuthn)
)

// Stages of a sign-in that is not whole yet; "" is a whole one.
const (
	StageFactor = "factor" // the password was right, the second factor is to come
	StageEnrol  = "enrol"  // the account must have a second factor and has none
)

// Factor is what an account proves itself by beside its password (第二因素).
type Factor struct {
	County  CountyCode
	ID      string
	Account AccountID
	Kind    string
	Name    string // the person's own name for it
	Active  bool   // shown to work
	Handle  string // digest of a passkey's id: one key belongs to one account
	Step    int64  // last time step whose code was taken (totp)
	Created time.Time
	Used    time.Time
	Secret  map[string]any // the seed, or the public key and its counter
}

// Challenge is a question that the server has asked and waits to be answered, once.
type Challenge struct {
	County  CountyCode
	ID      string
	Account AccountID // "" before anybody is known
	Use     string
	Expires time.Time
	Secret  map[string]any
}
