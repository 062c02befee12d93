package notify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Limits of the group robots.
//
// WeCom (https://developer.work.weixin.qq.com/document/path/91770): a text of at most
// 2048 bytes of UTF-8, at most 20 messages a minute for each robot; code 45009 says
// that this was exceeded.
//
// DingTalk (https://open.dingtalk.com/document/group/custom-robot-access): at most 20
// messages a minute for each robot, beyond that it is deaf for ten minutes (codes
// 130101 and 410100); the whole body at most 20,000 bytes.
const (
	wecomMost    = 2048
	dingtalkMost = 6000 // each character may take six bytes once escaped
	robotMost    = 20
)

type robotText struct {
	Type string `json:"msgtype"`
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
}

// wecom is the robot of a WeCom group. Nobody is mentioned: that would take the
// numbers of people outside.
type wecom struct {
	client *http.Client
	url    string
}

// Send implements Channel.
func (w *wecom) Send(ctx context.Context, m Message) (Receipt, error) {
	return sendRobot(ctx, w.client, w.url, WeCom, m, wecomFault)
}

func wecomFault(code string) (Fault, time.Duration) {
	switch code {
	case "-1": // busy
		return Later, 0
	case "45009", "45033": // too many a minute; too many at once
		return Down, time.Minute
	}
	return Refused, 0 // 93000 unknown robot, 40008 and 40058 malformed, 44004 empty …
}

// dingtalk is the robot of a DingTalk group, with the signed timestamp that its
// security setting “加签” asks for.
type dingtalk struct {
	client *http.Client
	url    string
	secret string
	now    func() time.Time
}

// Send implements Channel.
func (d *dingtalk) Send(ctx context.Context, m Message) (Receipt, error) {
	return sendRobot(ctx, d.client, d.address(), DingTalk, m, dingtalkFault)
}

// address adds timestamp (milliseconds, at most an hour off) and sign: the base64 of
// the HMAC-SHA256 under the secret of timestamp, newline, secret. It is made afresh
// for each message.
func (d *dingtalk) address() string {
	u, err := url.Parse(d.url)
	if err != nil || d.secret == "" {
		return d.url
	}
	stamp := strconv.FormatInt(d.now().UnixMilli(), 10)
	q := u.Query()
	q.Set("timestamp", stamp)
	q.Set("sign", base64.StdEncoding.EncodeToString(mac([]byte(d.secret), []byte(stamp+"\n"+d.secret))))
	u.RawQuery = q.Encode()
	return u.String()
}

func dingtalkFault(code string) (Fault, time.Duration) {
	switch code {
	case "-1", "404", "429":
		return Later, 0
	case "130101", "410100":
		return Down, 10 * time.Minute
	}
	return Refused, 0 // 310000 signature or keyword, 300001 and 400101 unknown robot …
}

func sendRobot(ctx context.Context, c *http.Client, to, kind string, m Message, fault func(string) (Fault, time.Duration)) (Receipt, error) {
	var t robotText
	t.Type, t.Text.Content = "text", Fit(kind, m.Text)
	body, err := json.Marshal(t)
	if err != nil {
		return Receipt{}, &Failure{Fault: Refused, Code: "body"}
	}
	out, answer, err := post(ctx, c, to, body, http.Header{})
	if err != nil {
		return Receipt{}, err
	}
	code, ok := at(out, "errcode")
	if !ok {
		return Receipt{}, &Failure{Fault: Later, Code: "answer", Answer: answer}
	}
	if code != "0" {
		f, after := fault(code)
		return Receipt{}, &Failure{Fault: f, After: after, Code: code, Answer: answer}
	}
	return Receipt{Answer: answer}, nil
}
