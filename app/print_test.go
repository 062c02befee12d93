package app

import (
	"testing"

	"linqiao/domain"
)

// TestPrint: a sheet needs a purpose, is cut to its reader, and is noted in the
// journal; what one may not see cannot be printed.
func TestPrint(t *testing.T) {
	onEngines(t, func(t *testing.T, c *desk) {
		ctx := t.Context()
		team := c.staff("team", "team", "440902100", "")
		office := c.staff("office", "office", "440902", "")
		far := c.staff("far", "team", "440902101", "")
		name := "冯奶奶"
		p, err := c.a.CreateParty(ctx, team, Once{}, PartyAct{Kind: domain.Person, Name: &name, Region: "440902100", Identifiers: Identifiers{Phone: "13800000001"},
			Place: &PlaceView{Lat: 21.6, Lng: 110.9, Address: "文明村 8 号"}})
		if err != nil {
			t.Fatal(err)
		}
		id, err := c.a.Create(ctx, team, Once{}, "calls", "call", "plan", Act{Subject: p.ID})
		if err != nil {
			t.Fatal(err)
		}
		card := PrintAct{Sheet: SheetContacts, Party: p.ID, Purpose: "入户走访前联系"}
		_, err = c.a.Print(ctx, team, PrintAct{Sheet: SheetContacts, Party: p.ID, Purpose: " 看 "})
		wantCode(t, err, "purpose_short")
		_, err = c.a.Print(ctx, team, PrintAct{Sheet: "poster", Purpose: "张贴公告"})
		wantCode(t, err, "fields")
		if n := c.audits("print"); n != 0 {
			t.Errorf("%d refused sheets are noted", n)
		}
		v, err := c.a.Print(ctx, team, card)
		if err != nil || v.Contacts[0].Phone != "13800000001" || v.Contacts[0].Address != "文明村 8 号" || v.By.Name != "team" || v.Org == "" || v.County != "茂南区" {
			t.Fatalf("%+v %v", v, err)
		}
		v, err = c.a.Print(ctx, office, card)
		if err != nil || v.Contacts[0].Phone == "13800000001" || v.Contacts[0].Address != "" || v.Contacts[0].Party.Name == name {
			t.Errorf("below its class: %+v %v", v, err)
		}
		for _, in := range []PrintAct{card, {Sheet: SheetVisit, Record: id, Purpose: "入户走访"}, {Sheet: SheetLedger, Program: "calls", Ledger: "none", Period: "2026-03", Purpose: "签字存档"},
			{Sheet: SheetContacts, Round: "none", Purpose: "入户走访"}, {Sheet: SheetCertificate, Document: "none", Purpose: "交给本人"}} {
			if _, err := c.a.Print(ctx, far, in); domain.KindOf(err) != domain.KindNotFound || err == nil {
				t.Errorf("%s for another town: %v", in.Sheet, err)
			}
		}
		v, err = c.a.Print(ctx, team, PrintAct{Sheet: SheetVisit, Record: id, Purpose: "入户走访"})
		if err != nil || v.Record == nil || v.Record.Title != name || v.Title != "走访" {
			t.Errorf("%+v %v", v, err)
		}
		if n := c.audits("print"); n != 3 {
			t.Errorf("%d rows in the journal, want 3", n)
		}
	})
}
