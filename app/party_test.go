package app

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
)

const (
	goodID   = "11010519491231002X" // the standard's own example
	goodUSCC = "91350100M000100Y43" // the standard's own example
)

func TestDuplicateIdentifiers(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	near := c.staff("near", "window", "440902100", "")
	far := c.staff("far", "window", "440902101", "")
	firm := c.party(domain.Enterprise, "金塘食品厂", "440902100", Identifiers{USCC: goodUSCC})
	if firm.USCC != goodUSCC || len(firm.Warnings) != 0 {
		t.Errorf("firm %+v", firm)
	}
	name := "金塘食品有限公司"
	make := func(who *Who, region domain.RegionID) error {
		_, err := c.a.CreateParty(ctx, who, Once{}, PartyAct{Kind: domain.Enterprise, Name: &name, Region: region, Identifiers: Identifiers{USCC: "９１３５０１００m000100y43"}})
		return err
	}
	err := make(near, "440902100")
	wantCode(t, err, "duplicate")
	if e := err.(*domain.Error); e.Kind != domain.KindConflict || e.Args["id"] != string(firm.ID) || e.Args["name"] != "金塘食品厂" {
		t.Errorf("conflict must name the one that may be seen: %+v", e)
	}
	err = make(far, "440902101")
	wantCode(t, err, "duplicate")
	if e := err.(*domain.Error); e.Args["id"] != "" || e.Args["name"] != "" {
		t.Errorf("conflict names what may not be seen: %+v", e)
	}
	wantCode(t, make(far, "440902100"), "party_forbidden")

	// A check digit that fails is a warning: such codes are in circulation.
	p, err := c.a.CreateParty(ctx, near, Once{}, PartyAct{Kind: domain.Enterprise, Name: &name, Region: "440902100", Identifiers: Identifiers{USCC: "91350100M000100Y44"}})
	if err != nil || len(p.Warnings) != 1 || p.Warnings[0] != "uscc_digit" {
		t.Errorf("%+v %v", p, err)
	}

	// A family shares a phone: with an identity number it only warns.
	c.party(domain.Person, "张一", "440902100", Identifiers{Phone: "13800000001"})
	second := "张二"
	_, err = c.a.CreateParty(ctx, near, Once{}, PartyAct{Kind: domain.Person, Name: &second, Region: "440902100", Identifiers: Identifiers{Phone: "13800000001"}})
	wantCode(t, err, "duplicate")
	p, err = c.a.CreateParty(ctx, near, Once{}, PartyAct{Kind: domain.Person, Name: &second, Region: "440902100", Identifiers: Identifiers{Phone: "13800000001", IDNumber: goodID}})
	if err != nil || len(p.Warnings) != 1 || p.Warnings[0] != "phone_shared" {
		t.Errorf("%+v %v", p, err)
	}
	if p.Fields["birth_date"] != "1949-12-31" || p.Fields["gender"] != "女" {
		t.Errorf("fields %v", p.Fields)
	}
}

// TestAreaSeesItsOwnKinds: a unit whose mechanism serves enterprises sees the enterprises
// of its area, and no resident: not in a list, not by search, not by his number, not by
// his address. One that reads of residents only what anybody may sees none either.
func TestAreaSeesItsOwnKinds(t *testing.T) {
	const roles = "  bank:   {label: 银行, is: area, held_by: {org: bank}, read: {loan: personal}}\n" +
		"  reader: {label: 看板, is: area, held_by: {org: board}, read: {request: public}}\n"
	const records = "  loan:\n    label: 贷款\n    is: case\n    for: enterprise\n    keep: 3y\n    fields:\n      amount: {label: 金额, type: money, class: internal}\n" +
		"    stages:\n      open: {label: 已报, phase: done}\n    moves:\n      ask: {label: 申请, to: open, by: [bank]}\n"
	source := strings.Replace(strings.Replace(helpProgram, "roles:\n", "roles:\n"+roles, 1), "records:\n", "records:\n"+records, 1)
	c := newDeskWith(t, storetest.Engines(t)[0], "help", source)
	man := c.party(domain.Person, "欧阳海", "440902100", Identifiers{IDNumber: goodID, Phone: "13800000001"})
	firm := c.party(domain.Enterprise, "金塘食品厂", "440902100", Identifiers{USCC: goodUSCC})
	for _, s := range []struct {
		who       *Who
		man, firm bool
	}{
		{c.staff("teller", "bank", "440902", ""), false, true},
		{c.staff("viewer", "board", "440902", ""), false, false},
		{c.staff("clerk", "window", "440902", ""), true, true},
	} {
		for _, q := range []PartyQuery{{}, {Q: "欧阳"}, {Q: goodID}, {Q: "13800000001"}, {Q: "金塘食品厂"}, {Q: goodUSCC}} {
			l, err := c.a.Parties(t.Context(), s.who, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range l.Items {
				if p.ID == man.ID && !s.man || p.ID == firm.ID && !s.firm {
					t.Errorf("%s finds %s by %q", s.who.Name, p.Name, q.Q)
				}
			}
		}
		for id, sees := range map[domain.PartyID]bool{man.ID: s.man, firm.ID: s.firm} {
			if _, err := c.a.Party(t.Context(), s.who, id); (err == nil) != sees {
				t.Errorf("%s opens %s: %v, want %v", s.who.Name, id, err, sees)
			}
		}
	}
}

func TestMaskAndReveal(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	near := c.staff("near", "window", "440902100", "")
	far := c.staff("far", "window", "440902101", "")
	p := c.party(domain.Person, "欧阳海", "440902100", Identifiers{IDNumber: goodID, Phone: "13800000001"})
	v, err := c.a.Party(ctx, near, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if v.Masked["phone"] != "138****0001" || v.Masked["id_number"] != "110***********002X" || v.Name != "欧阳海" {
		t.Errorf("masked %v, name %s", v.Masked, v.Name)
	}
	if _, ok := v.Fields["id_number"]; ok {
		t.Error("an identifier stands among the fields")
	}
	_, err = c.a.Party(ctx, far, p.ID)
	if domain.KindOf(err) != domain.KindNotFound {
		t.Errorf("another town sees the person: %v", err)
	}
	reveal := func(who *Who, field, purpose string) (any, error) {
		return c.a.Reveal(ctx, who, p.ID, RevealAct{field, purpose})
	}
	_, err = reveal(near, "phone", "看看")
	wantCode(t, err, "purpose_short")
	_, err = reveal(far, "phone", "上门前电话确认")
	wantCode(t, err, "not_found")
	if got, err := reveal(near, "phone", "上门前电话确认"); err != nil || got != "13800000001" {
		t.Errorf("%v %v", got, err)
	}
	storetest.Read(t, c.a.DB, func(tx *store.Tx) error {
		page, err := tx.Audits(store.AuditFilter{Action: "reveal"})
		if len(page.Items) != 1 || page.Items[0].Actor != near.Account || page.Items[0].Purpose != "上门前电话确认" || page.Items[0].Object != "party/"+string(p.ID) {
			t.Errorf("journal %+v", page.Items)
		}
		return err
	})
	// Sensitive fields need a role that reads them; the window reads personal.
	if _, err := c.a.PatchParty(ctx, System(storetest.Home), Once{}, p.ID, PartyAct{Fields: map[string]any{"income": float64(5_000_00), "trade": "渔民"}}); err != nil {
		t.Fatal(err)
	}
	v, err = c.a.Party(ctx, near, p.ID)
	if err != nil || v.Fields["trade"] != "渔民" || v.Fields["income"] != nil || len(v.Hidden) != 1 || v.Hidden[0] != "income" {
		t.Errorf("fields %v hidden %v %v", v.Fields, v.Hidden, err)
	}
	_, err = c.a.PatchParty(ctx, near, Once{}, p.ID, PartyAct{Rev: v.Rev, Fields: map[string]any{"income": float64(1)}})
	wantCode(t, err, "field_forbidden")
	_, err = c.a.PatchParty(ctx, near, Once{}, p.ID, PartyAct{Rev: v.Rev - 1, Fields: map[string]any{"trade": "农民"}})
	wantCode(t, err, "stale")
}

func TestPartyList(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	near := c.staff("near", "window", "440902100", "")
	a := c.party(domain.Person, "张三丰", "440902100", Identifiers{Phone: "13800000001"})
	c.party(domain.Person, "张三", "440902101", Identifiers{})
	team := c.staff("team", "team", "440902100", "")
	me := c.resident("zhang", a.ID)
	names := func(who *Who, q PartyQuery) (out []string) {
		l, err := c.a.Parties(ctx, who, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range l.Items {
			out = append(out, p.Name)
		}
		return out
	}
	for _, x := range []struct {
		who  *Who
		q    PartyQuery
		want int
	}{
		{near, PartyQuery{}, 1}, {near, PartyQuery{Q: "张三"}, 1}, {near, PartyQuery{Q: "zsf"}, 1}, {near, PartyQuery{Q: "13800000001"}, 1},
		{near, PartyQuery{Q: "13800000002"}, 0}, {near, PartyQuery{Region: "440902101"}, 0}, {team, PartyQuery{}, 0}, {me, PartyQuery{}, 1},
		{near, PartyQuery{Kind: domain.Enterprise}, 0}, {System(storetest.Home), PartyQuery{}, 2},
	} {
		if got := names(x.who, x.q); len(got) != x.want {
			t.Errorf("%s %+v: %v", x.who.Name, x.q, got)
		}
	}
	found, err := c.a.Search(ctx, near, "张三")
	if err != nil || len(found.Parties) != 1 || found.Parties[0].ID != a.ID {
		t.Errorf("search %+v %v", found, err)
	}
}

func TestConsentByGuardian(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	window := c.staff("near", "window", "440902100", "")
	child := c.party(domain.Person, "小明", "440902100", Identifiers{})
	if _, err := c.a.PatchParty(ctx, window, Once{}, child.ID, PartyAct{Fields: map[string]any{"birth_date": "2016-05-01"}}); err != nil {
		t.Fatal(err)
	}
	mother := c.party(domain.Person, "李芳", "440902100", Identifiers{})
	stranger := c.party(domain.Person, "王五", "440902100", Identifiers{})
	kid, mum, other := c.resident("kid", child.ID), c.resident("mum", mother.ID), c.resident("other", stranger.ID)
	give := func(who *Who, in ConsentAct) error {
		return c.a.GiveConsent(ctx, who, Once{}, child.ID, "help", "visit", in)
	}
	wantCode(t, give(mum, ConsentAct{Evidence: "tick"}), "not_found") // no relation yet
	if err := c.a.AddRelation(ctx, window, Once{}, child.ID, RelationAct{Kind: "guardian", Party: mother.ID}); err != nil {
		t.Fatal(err)
	}
	mum = c.signIn("mum")
	if len(mum.Wards) != 1 || mum.Wards[0] != child.ID {
		t.Fatalf("wards %v", mum.Wards)
	}
	wantCode(t, give(kid, ConsentAct{Evidence: "tick"}), "consent_guardian")
	wantCode(t, give(other, ConsentAct{Evidence: "tick"}), "not_found")
	wantCode(t, give(mum, ConsentAct{Evidence: "voice"}), "consent_evidence")
	wantCode(t, give(window, ConsentAct{Evidence: "tick", For: mother.ID}), "consent_evidence_staff")
	wantCode(t, give(window, ConsentAct{Evidence: "signature"}), "consent_guardian")
	wantCode(t, give(window, ConsentAct{Evidence: "signature", For: stranger.ID}), "consent_not_guardian")
	if err := give(window, ConsentAct{Evidence: "signature", For: mother.ID}); err != nil {
		t.Fatal(err)
	}
	if err := give(mum, ConsentAct{Evidence: "tick"}); err != nil {
		t.Fatal(err)
	}
	v, err := c.a.Party(ctx, window, child.ID)
	if err != nil || len(v.Consents) != 2 || v.Consents[0].By == nil || v.Consents[0].By.ID != mother.ID || v.Consents[0].Until == nil {
		t.Fatalf("consents %+v %v", v.Consents, err)
	}
	if !v.CanConsent[0].Given {
		t.Error("a consent that stands is not shown as given")
	}
	if err := c.a.WithdrawConsent(ctx, mum, Once{}, child.ID, "help", "visit"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, c.a.WithdrawConsent(ctx, mum, Once{}, child.ID, "help", "visit"), "consent_not_given")
	storetest.Read(t, c.a.DB, func(tx *store.Tx) error {
		ok, err := tx.Consented(child.ID, "help", "visit")
		if ok {
			t.Error("withdrawn, but stands")
		}
		return err
	})
	// Of age, the same person consents alone.
	if _, err := c.a.PatchParty(ctx, window, Once{}, child.ID, PartyAct{Fields: map[string]any{"birth_date": "2000-05-01"}}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, give(mum, ConsentAct{Evidence: "tick"}), "consent_self")
	if err := give(kid, ConsentAct{Evidence: "tick"}); err != nil {
		t.Fatal(err)
	}
}

func TestRosters(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	near := c.staff("near", "window", "440902100", "")
	far := c.staff("far", "window", "440902101", "")
	old := c.party(domain.Person, "陈公", "440902100", Identifiers{})
	young := c.party(domain.Person, "小陈", "440902100", Identifiers{})
	firm := c.party(domain.Enterprise, "厂", "440902100", Identifiers{})
	for id, day := range map[domain.PartyID]string{old.ID: "1940-01-01", young.ID: "2000-01-01"} {
		if _, err := c.a.PatchParty(ctx, near, Once{}, id, PartyAct{Fields: map[string]any{"birth_date": day}}); err != nil {
			t.Fatal(err)
		}
	}
	v, err := c.a.Roster(ctx, near, RosterQuery{Program: "help", Roster: "old"})
	if err != nil || v.Count != 1 || len(v.Items) != 1 || v.Items[0].Party.ID != old.ID || !v.Computed || v.CanKeep {
		t.Fatalf("computed roster %+v %v", v, err)
	}
	if v, err = c.a.Roster(ctx, far, RosterQuery{Program: "help", Roster: "old"}); err != nil || v.Count != 0 {
		t.Errorf("another town sees %+v %v", v, err)
	}
	add := func(who *Who, id domain.PartyID) error {
		return c.a.AddToRoster(ctx, who, Once{}, "help", "watch", []string{string(id)})
	}
	wantCode(t, add(near, firm.ID), "member_kind")
	wantCode(t, add(far, young.ID), "member_unknown")
	wantCode(t, c.a.AddToRoster(ctx, near, Once{}, "help", "old", []string{string(young.ID)}), "roster_forbidden")
	for range 2 { // again is no error
		if err := add(near, young.ID); err != nil {
			t.Fatal(err)
		}
	}
	has := func(roster string, id domain.PartyID) (ok bool) {
		if err := c.a.read(ctx, near, func(w *work) (err error) {
			ok, err = w.RosterHas("help", roster, string(id))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !has("watch", young.ID) || has("watch", old.ID) || !has("old", old.ID) || has("old", young.ID) || has("old", firm.ID) {
		t.Error("membership is wrong")
	}
	if err := c.a.RemoveFromRoster(ctx, near, Once{}, "help", "watch", string(young.ID)); err != nil {
		t.Fatal(err)
	}
	if has("watch", young.ID) {
		t.Error("still on the roster")
	}
	wantCode(t, c.a.RemoveFromRoster(ctx, near, Once{}, "help", "watch", string(young.ID)), "not_found")
}

func TestAttachmentSight(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	near, far := c.staff("near", "window", "440902100", ""), c.staff("far", "window", "440902101", "")
	p := c.party(domain.Person, "陈公", "440902100", Identifiers{})
	rec, err := c.a.Create(ctx, near, Once{}, "help", "request", "ask", Act{Subject: p.ID, Fields: map[string]any{"what": "修水管"}})
	if err != nil {
		t.Fatal(err)
	}
	up, err := c.a.Upload(ctx, near, Once{}, `C:\photos\证明.txt`, rec, bytes.NewReader([]byte("门牌照片说明")))
	if err != nil || up.Name != "证明.txt" || up.MIME != "text/plain" {
		t.Fatalf("%+v %v", up, err)
	}
	_, body, err := c.a.OpenAttachment(ctx, near, up.ID)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(body)
	if body.Close(); string(got) != "门牌照片说明" {
		t.Errorf("read back %q", got)
	}
	_, _, err = c.a.OpenAttachment(ctx, far, up.ID)
	wantCode(t, err, "not_found")
	_, err = c.a.Upload(ctx, far, Once{}, "x.txt", rec, bytes.NewReader([]byte("x")))
	wantCode(t, err, "not_found")
	_, err = c.a.Upload(ctx, near, Once{}, "x.html", "", bytes.NewReader([]byte("<!DOCTYPE html><script>1</script>")))
	wantCode(t, err, "file_type")

	// A photo named in a record becomes the record's; nobody takes over another's upload.
	var pic bytes.Buffer
	if err := png.Encode(&pic, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	photo, err := c.a.Upload(ctx, far, Once{}, "门口.png", "", bytes.NewReader(pic.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(who *Who, ids ...any) (domain.RecordID, error) {
		return c.a.Create(ctx, who, Once{}, "help", "request", "ask", Act{Subject: p.ID, Fields: map[string]any{"what": "修灯", "seen": ids}})
	}
	_, err = ask(near, photo.ID)
	wantCode(t, err, "file_unknown")
	mine, err := c.a.Upload(ctx, near, Once{}, "门口.png", "", bytes.NewReader(pic.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	centre := c.staff("centre", "window", "440902", "")
	_, _, err = c.a.OpenAttachment(ctx, centre, mine.ID)
	wantCode(t, err, "not_found")
	if _, err = ask(near, mine.ID); err != nil {
		t.Fatal(err)
	}
	if _, body, err = c.a.OpenAttachment(ctx, centre, mine.ID); err != nil {
		t.Fatal(err)
	}
	body.Close()
	_, _, err = c.a.OpenAttachment(ctx, far, mine.ID)
	wantCode(t, err, "not_found")
}
