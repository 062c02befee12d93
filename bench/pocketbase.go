package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os/exec"
	"strconv"
	"time"
)

const (
	pbList    = "/api/collections/cases/records?perPage=50&skipTotal=1"
	pbFigures = "/api/collections/figures/records?perPage=50"
)

func pbEscape(s string) string { return url.QueryEscape("(" + s + ")") }

func startPocketBase(dir, name, binary string, seed int, within time.Duration) (*process, error) {
	return start(dir, name, "/api/health", within, func(addr string) *exec.Cmd {
		return exec.Command(binary, "-addr", addr, "-dir", dir+"/"+name, "-seed", strconv.Itoa(seed), "-clerks", strconv.Itoa(towns))
	})
}

// pbSide is PocketBase as the load sees it.
type pbSide struct {
	t      *target
	tokens []string
	ids    []string
}

func (p *pbSide) signIn(ctx context.Context) error {
	for i := range towns {
		body := fmt.Sprintf(`{"identity":"clerk%d@bench.example","password":%q}`, i, password)
		b, err := p.t.send(ctx, "POST", "/api/collections/users/auth-with-password", nil, []byte(body))
		if err != nil {
			return err
		}
		var s struct {
			Token  string
			Record struct{ ID string }
		}
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		p.tokens, p.ids = append(p.tokens, s.Token), append(p.ids, s.Record.ID)
	}
	return nil
}

// pbCaller walks the same cycle: it has no clocks, figures, permissions by area
// or request keys to keep, and writes no event of its own for a change.
type pbCaller struct {
	p    *pbSide
	town int
	at   int
	n    int
	id   string
}

func (p *pbSide) callers(n int) []caller {
	out := make([]caller, n)
	for i := range out {
		out[i] = &pbCaller{p: p, town: i % towns, n: i}
	}
	return out
}

func (c *pbCaller) step(ctx context.Context) (string, error) {
	kind := stepNames[c.at]
	head := map[string]string{"Authorization": c.p.tokens[c.town]}
	var err error
	var b []byte
	switch kind {
	case "create":
		c.n++
		b, err = c.p.t.send(ctx, "POST", "/api/collections/cases/records", head, fmt.Appendf(nil,
			`{"kind":"help","title":"第%d件：路灯不亮，请派人看一看","heads":%d,"money":120000,"stage":"doing","town":"town%02d"}`, c.n, 1+c.n%5, c.town))
		if err == nil {
			c.id, err = idOf(b)
		}
	case "assign":
		_, err = c.p.t.send(ctx, "PATCH", "/api/collections/cases/records/"+c.id, head, []byte(`{"owner":"`+c.p.ids[c.town]+`"}`))
	case "event":
		_, err = c.p.t.send(ctx, "POST", "/api/collections/events/records", head, fmt.Appendf(nil,
			`{"case":%q,"actor":%q,"text":"已联系供电所，约定明天上午到现场查看线路"}`, c.id, c.p.ids[c.town]))
	case "close":
		_, err = c.p.t.send(ctx, "PATCH", "/api/collections/cases/records/"+c.id, head, []byte(`{"stage":"done"}`))
	case "list":
		filter := pbEscape(fmt.Sprintf(`town="town%02d"`, c.town))
		_, err = c.p.t.send(ctx, "GET", pbList+"&sort=-created,-id&filter="+filter, head, nil)
	}
	if c.at++; c.at == len(stepNames) || err != nil {
		c.at = 0
	}
	return kind, err
}
