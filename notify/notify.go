// Package notify carries messages out of the county: SMS, WeCom, DingTalk, mail.
// Each way is one Sender; what is sent, to whom and when is decided elsewhere.
package notify

import (
	"context"
	"log/slog"
)

// Message is one text to one address by one channel.
type Message struct {
	Channel string // sms, push, wecom, dingtalk, call, screen
	To      string // number or address; "" for in-app messages
	Text    string
}

// Sender delivers a message or says why it cannot. It must be safe to call again
// with the same message.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Log is a Sender that only notes that a message left, without its text or
// address: both may name a person.
type Log struct{ Out *slog.Logger }

// Send implements Sender.
func (l Log) Send(_ context.Context, m Message) error {
	l.Out.Info("message", "channel", m.Channel, "chars", len([]rune(m.Text)))
	return nil
}
