// Package notify carries messages out of the county: by the SMS and voice gateways
// a county has a contract with, and by the group robots of WeCom and DingTalk. Each
// way is one Channel. What is sent, to whom, when, and what becomes of a failure is
// decided elsewhere; messages inside the product need no channel, they are rows.
package notify

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kinds of channels. SMS and call speak to a person's number through an HTTP
// gateway; WeCom and DingTalk speak to a group through its robot.
const (
	SMS      = "sms"
	Call     = "call"
	WeCom    = "wecom"
	DingTalk = "dingtalk"
)

// Kinds lists all kinds in the order in which screens show them.
var Kinds = []string{SMS, Call, WeCom, DingTalk}

// Personal reports whether a kind needs the number of one person.
func Personal(kind string) bool { return kind == SMS || kind == Call }

// Message is one text to one address.
type Message struct {
	// ID is the same for every try of one message: gateways that know idempotency
	// keys send it once.
	ID   string
	To   string // a telephone number; "" for group robots
	Text string
}

// Receipt is what a gateway says when it has taken a message.
type Receipt struct {
	ID     string // its own number of the message, "" when it gives none
	Answer string // its answer, cut short
}

// Channel hands messages to one gateway. Send may be called again with the same
// message; an error is a *Failure when the gateway or the way to it is at fault.
type Channel interface {
	Send(ctx context.Context, m Message) (Receipt, error)
}

// Fault says whose fault a failure is, and with it what to do next.
type Fault int

const (
	// Refused: this message will never be taken, as it stands.
	Refused Fault = iota
	// Later: this message may be taken another time.
	Later
	// Down: the gateway takes nothing now; other messages would fare no better.
	Down
)

// Failure is a message that was not taken.
type Failure struct {
	Fault  Fault
	After  time.Duration // at the earliest; 0 = the caller's own pace
	Code   string        // the gateway's code, or the HTTP status
	Answer string        // cut short
	cause  error
}

// Error implements error. It holds neither address nor text.
func (f *Failure) Error() string {
	if f.cause != nil {
		return "notify: " + f.Code + ": " + f.cause.Error()
	}
	return "notify: " + f.Code + ": " + f.Answer
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.cause }

// FailureOf reads an error of Send; one that is none of a gateway counts as Later.
func FailureOf(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return &Failure{Fault: Later, Code: "error", cause: err}
}

// Config is what a channel is made of. URL, Key and Secret are secrets: the address
// of a robot is as good as its password.
type Config struct {
	URL    string
	Key    string // of the account at the gateway, where it has one
	Secret string
	Sign   string // how requests are signed: "", "hmac" or "ctyun"
	Body   string // JSON with {{phone}} {{text}} {{id}}; "" = the standard one
	OKPath string // where the answer says that it was taken: "code", "data.status"
	OK     string // what stands there then
	IDPath string // where the gateway's own number of the message stands
}

// Open makes a channel, or says what is wrong with its configuration.
func Open(kind string, c Config) (Channel, error) {
	if err := Check(kind, c); err != nil {
		return nil, err
	}
	switch kind {
	case SMS, Call:
		return newGateway(c)
	case WeCom:
		return &wecom{client: Client(), url: c.URL}, nil
	default:
		return &dingtalk{client: Client(), url: c.URL, secret: c.Secret, now: time.Now}, nil
	}
}

// Fit cuts a text to what a kind of channel takes in one message; rest is how many
// bytes were cut off.
func Fit(kind, text string) string {
	if most := MostBytes(kind); len(text) > most {
		return cut(text, most-len("…")) + "…"
	}
	return text
}

// MostBytes is the longest text in one message of a kind.
func MostBytes(kind string) int {
	switch kind {
	case WeCom:
		return wecomMost
	case DingTalk:
		return dingtalkMost
	}
	return gatewayMost
}

// PerMinute is how many messages a gateway of a kind takes in any sixty seconds.
func PerMinute(kind string) int {
	if Personal(kind) {
		return 300
	}
	return robotMost
}

// cut shortens a text to at most n bytes without breaking a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// ConfigError names the setting that is wrong: a code of the catalogue of errors.
type ConfigError struct{ Field, Code string }

// Error implements error.
func (e *ConfigError) Error() string { return fmt.Sprintf("notify: %s: %s", e.Field, e.Code) }
