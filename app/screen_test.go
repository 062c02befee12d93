package app

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store/storetest"
)

// TestScreen: figures with goal and trend, the flow, nothing of a person, and
// nothing for who sees no figure.
func TestScreen(t *testing.T) {
	onEngines(t, func(t *testing.T, c *desk) {
		ctx := t.Context()
		team := c.staff("team", "team", "440902100", "")
		office := c.staff("office", "office", "440902", "")
		far := c.staff("far", "team", "440902101", "")
		clerk := c.staff("clerk", "window", "440902100", "")
		visit := func(day int) {
			t.Helper()
			c.clock.Set(storetest.Start.Add(time.Duration(day) * 24 * time.Hour))
			name := "冯奶奶"
			p, err := c.a.CreateParty(ctx, team, Once{}, PartyAct{Kind: domain.Person, Name: &name, Region: "440902100"})
			if err != nil {
				t.Fatal(err)
			}
			id, err := c.a.Create(ctx, team, Once{}, "calls", "call", "plan", Act{Subject: p.ID})
			if err == nil {
				err = c.a.Move(ctx, team, Once{}, id, "record", Act{Fields: map[string]any{"note": "在家"}})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		visit(0)
		visit(7)
		visit(7)
		v, err := c.a.Screen(ctx, office, "calls")
		if err != nil {
			t.Fatal(err)
		}
		f := v.Figures[0]
		if f.Key != "calls" || f.Value != 3 || f.Goal == nil || *f.Goal != 4 || len(f.Trend) != screenWeeks {
			t.Errorf("%+v", f)
		}
		if n := len(f.Trend); f.Trend[n-1].Value != 2 || f.Trend[n-2].Value != 1 || f.Trend[n-3].Value != 0 || f.Trend[n-1].From != "2026-03-09" {
			t.Errorf("trend %+v", f.Trend)
		}
		if v.Area == nil || len(v.Area.Cells) != 1 || v.Area.Cells[0].Value != 3 || v.Area.Cells[0].Region.Name != "金塘镇" || v.County != "茂南区" || v.Period != "2026-03" {
			t.Errorf("%+v", v)
		}
		b, err := json.Marshal(v)
		if err != nil || strings.Contains(string(b), "冯") || strings.Contains(string(b), "在家") {
			t.Errorf("a screen names a person: %s %v", b, err)
		}
		if v, err := c.a.Screen(ctx, far, "calls"); err != nil || v.Figures[0].Value != 0 || len(v.Area.Cells) != 0 {
			t.Errorf("another town: %+v %v", v, err)
		}
		_, err = c.a.Screen(ctx, clerk, "calls")
		wantCode(t, err, "figure_forbidden")
		_, err = c.a.Screen(ctx, office, "none")
		if domain.KindOf(err) != domain.KindNotFound {
			t.Errorf("an unknown program: %v", err)
		}
	})
}

// TestBriefly: errors are not kept, answers are until their time is over.
func TestBriefly(t *testing.T) {
	r, n := newBriefly[string, int](), 0
	make := func() (int, error) { n++; return n, nil }
	if _, err := r.get("a", time.Hour, func() (int, error) { return 0, domain.NotFound("x") }); err == nil {
		t.Error("an error is swallowed")
	}
	for range 3 {
		if v, _ := r.get("a", time.Hour, make); v != 1 {
			t.Errorf("made again: %d", v)
		}
	}
	if v, _ := r.get("a", 0, make); v != 2 {
		t.Errorf("too old: %d", v)
	}
}
