package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

const deskAPI = "/api/v1"

// deskSide is our server as the load sees it.
type deskSide struct {
	t      *target
	tokens map[string]string // by login
	ids    []string          // accounts of the clerks, for handing over
	as     string            // who does long work; "" = the centre
}

// signIn signs every clerk and the centre in.
func (d *deskSide) signIn(ctx context.Context) error {
	d.tokens, d.ids = map[string]string{}, nil
	for _, login := range logins() {
		body, err := json.Marshal(map[string]string{"login": login, "password": password, "county": string(benchCounty)})
		if err != nil {
			return err
		}
		b, err := d.t.send(ctx, "POST", deskAPI+"/session", nil, body)
		if err != nil {
			return err
		}
		var s struct {
			Token   string
			Account struct{ ID string }
		}
		if err := json.Unmarshal(b, &s); err != nil || s.Token == "" {
			return fmt.Errorf("no token for %s: %w", login, err)
		}
		d.tokens[login] = s.Token
		if login != centreLogin {
			d.ids = append(d.ids, s.Account.ID)
		}
	}
	return nil
}

// me is who does long work.
func (d *deskSide) me() string {
	if d.as != "" {
		return d.as
	}
	return centreLogin
}

func (d *deskSide) auth(login string) string { return "Bearer " + d.tokens[login] }

// caseCaller lives through cases one after another, with a list in between:
// create, assign, note, close, list.
type caseCaller struct {
	d     *deskSide
	login string
	to    string // account that gets the case
	at    int
	n     int
	id    string
	sizes *sizes // filled when set
}

func (d *deskSide) callers(n int) []caller {
	out := make([]caller, n)
	for i := range out {
		town := i % towns
		out[i] = &caseCaller{d: d, login: clerkLogin(town), to: d.ids[town], n: i}
	}
	return out
}

var listPath = deskAPI + "/records?program=" + benchKey + "&record=matter&limit=50"

// stepNames are the kinds of requests of one cycle.
var stepNames = []string{"create", "assign", "event", "close", "list"}

func (c *caseCaller) step(ctx context.Context) (string, error) {
	kind := stepNames[c.at]
	var err error
	switch kind {
	case "create":
		c.n++
		var b []byte
		b, err = c.act(ctx, "/programs/"+benchKey+"/records/matter/open", fmt.Sprintf(
			`{"fields":{"kind":"help","title":"第%d件：路灯不亮，请派人看一看","heads":%d,"money":120000},"channel":"window"}`, c.n, 1+c.n%5))
		if err == nil {
			c.id, err = idOf(b)
		}
	case "assign":
		_, err = c.act(ctx, "/records/"+c.id+"/owner", `{"account":"`+c.to+`"}`)
	case "event":
		_, err = c.act(ctx, "/records/"+c.id+"/moves/note", `{"text":"已联系供电所，约定明天上午到现场查看线路"}`)
	case "close":
		_, err = c.act(ctx, "/records/"+c.id+"/moves/close", `{"text":"已修好"}`)
	case "list":
		var b []byte
		b, err = c.d.t.send(ctx, "GET", listPath, map[string]string{"Authorization": c.d.auth(c.login)}, nil)
		if c.sizes != nil {
			c.sizes.list = len(b)
		}
	}
	if c.at++; c.at == len(stepNames) || err != nil {
		c.at = 0
	}
	return kind, err
}

// act makes a change: a fresh request key, and the short answer.
func (c *caseCaller) act(ctx context.Context, path, body string) ([]byte, error) {
	b, err := c.d.t.send(ctx, "POST", deskAPI+path, map[string]string{"Authorization": c.d.auth(c.login),
		"Idempotency-Key": uuid.NewString(), "Prefer": "return=minimal"}, []byte(body))
	if c.sizes != nil {
		c.sizes.act, c.sizes.answer = len(body), len(b)
	}
	return b, err
}

func idOf(b []byte) (string, error) {
	var v struct{ ID string }
	if err := json.Unmarshal(b, &v); err != nil || v.ID == "" {
		return "", fmt.Errorf("no id in the answer: %w", err)
	}
	return v.ID, nil
}

// measureSizes walks one cycle and gives the lengths of its bodies.
func (d *deskSide) measureSizes(ctx context.Context) (sizes, error) {
	c := d.callers(1)[0].(*caseCaller)
	c.sizes = &sizes{}
	for range stepNames {
		if kind, err := c.step(ctx); err != nil {
			return sizes{}, fmt.Errorf("%s: %w", kind, err)
		}
	}
	return *c.sizes, nil
}

// readCaller repeats one read.
type readCaller struct {
	t    *target
	kind string
	path string
	head map[string]string
}

func (c *readCaller) step(ctx context.Context) (string, error) {
	_, err := c.t.send(ctx, "GET", c.path, c.head, nil)
	return c.kind, err
}

func readers(t *target, n int, kind, path, auth string) []caller {
	out := make([]caller, n)
	for i := range out {
		out[i] = &readCaller{t, kind, path, map[string]string{"Authorization": auth}}
	}
	return out
}

// read is one of the reads of W2 on both sides.
type read struct {
	name        string
	desk, other string // paths; other "" = nothing alike
	login       string
}

// reads are what people look at all day. The other side's figures are a view
// over an index, its lists leave out the total that it counts by default.
var reads = []read{
	{"list, newest first", listPath, pbList + "&sort=-created,-id", centreLogin},
	{"list of one stage", listPath + "&stage=doing", pbList + "&sort=-created,-id&filter=" + pbEscape(`stage="doing"`), centreLogin},
	{"list of one town", listPath, pbList + "&sort=-created,-id&filter=" + pbEscape(`town="town00"`), clerkLogin(0)},
	{"dashboard, all time", deskAPI + "/programs/" + benchKey + "/stats", pbFigures, centreLogin},
	{"dashboard, this month", deskAPI + "/programs/" + benchKey + "/stats?period={month}", "", centreLogin},
}

// isDashboard tells figures from lists: their goals differ.
func (r read) isDashboard() bool { return strings.HasPrefix(r.name, "dashboard") }
