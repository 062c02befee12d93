package app

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/programs"
	"linqiao/store"
)

// county is a small county with a bank, a hall and a finance office.
type county struct {
	t   *testing.T
	app *App
	now time.Time
	who map[string]*Who
}

const testCounty = domain.CountyCode("110114")

func newCounty(t *testing.T) *county {
	t.Helper()
	c := &county{t: t, now: time.Date(2022, 4, 1, 9, 0, 0, 0, domain.Beijing), who: map[string]*Who{}}
	ctx := context.Background()
	keys, err := store.NewKeyring(store.SuiteAES, make([]byte, 32))
	must(t, err)
	db, err := store.Open(ctx, store.Config{Sealer: keys, DSN: filepath.Join(t.TempDir(), "t.db"), Now: func() time.Time { return c.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	c.app = New(Options{DB: db, Now: func() time.Time { return c.now }})
	must(t, db.Write(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(testCounty)
		if err := tx.SaveTenant(&domain.Tenant{Code: testCounty, Name: "昌平区"}); err != nil {
			return err
		}
		parent := domain.RegionID("")
		for _, r := range []struct {
			id, path, name string
			level          domain.RegionLevel
		}{{"11", "11", "北京市", domain.Province}, {"1101", "11/1101", "市辖区", domain.City}, {"110114", "11/1101/110114", "昌平区", domain.County}} {
			if err := tx.InsertRegion(&domain.Region{ID: domain.RegionID(r.id), Parent: parent, Level: r.level, Code: r.id, Name: r.name, Path: r.path, Active: true}); err != nil {
				return err
			}
			parent = domain.RegionID(r.id)
		}
		return nil
	}))
	dirs, err := programs.FS()
	must(t, err)
	_, err = c.app.Apply(ctx, System(testCounty), dirs)
	must(t, err)
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const countyTop = "11/1101/110114"

// person makes an account in a unit of a kind.
func (c *county) person(name, org, kind string) *Who {
	c.t.Helper()
	acc, oid := domain.AccountID("a-"+name), domain.OrgID("o-"+org)
	must(c.t, c.app.DB.Write(context.Background(), func(tx0 *store.Tx) error {
		tx := tx0.In(testCounty)
		if _, err := tx.Org(oid); err != nil {
			if err := tx.InsertOrg(&domain.Org{ID: oid, Kind: kind, Level: "county", Name: org, Region: "110114", Path: countyTop, Active: true}); err != nil {
				return err
			}
		}
		return tx.InsertAccount(&domain.Account{ID: acc, Login: name, Name: name, Active: true})
	}))
	w := &Who{County: testCounty, Lang: "zh-CN", Actor: &record.Actor{Account: acc, Name: name, Memberships: []record.Membership{{Org: oid, Kind: kind, Level: "county", Paths: []string{countyTop}}}}}
	c.who[name] = w
	return w
}

// firm makes an enterprise and the account that acts for it.
func (c *county) firm(name string, data map[string]any) *Who {
	c.t.Helper()
	id := domain.PartyID("p-" + name)
	must(c.t, c.app.DB.Write(context.Background(), func(tx0 *store.Tx) error {
		tx := tx0.In(testCounty)
		sealed := map[string]any{"phone": "13800000000"}
		for _, k := range []string{"revenue", "assets"} {
			if v, ok := data[k]; ok {
				sealed[k] = v
				delete(data, k)
			}
		}
		if err := tx.InsertParty(&domain.Party{ID: id, Kind: domain.Enterprise, Name: name, Region: "110114", Path: countyTop, Data: data, Secret: sealed, Active: true}); err != nil {
			return err
		}
		return tx.InsertAccount(&domain.Account{ID: domain.AccountID("a-" + name), Login: name, Name: name, Party: id, Active: true})
	}))
	w := &Who{County: testCounty, Lang: "zh-CN", Actor: &record.Actor{Account: domain.AccountID("a-" + name), Name: name, Parties: []domain.PartyID{id}}}
	c.who[name] = w
	return w
}

func (c *county) create(who *Who, rec, move string, in Act) domain.RecordID {
	c.t.Helper()
	id, err := c.app.Create(context.Background(), who, Once{}, "sme-finance", rec, move, in)
	if err != nil {
		c.t.Fatalf("%s.%s: %v", rec, move, err)
	}
	return id
}

func (c *county) move(who *Who, id domain.RecordID, move string, in Act) {
	c.t.Helper()
	if err := c.app.Move(context.Background(), who, Once{}, id, move, in); err != nil {
		c.t.Fatalf("%s: %v", move, err)
	}
}

func (c *county) stage(who *Who, id domain.RecordID, want string) *RecordView {
	c.t.Helper()
	v, err := c.app.Record(context.Background(), who, id)
	if err != nil {
		c.t.Fatalf("view: %v", err)
	}
	if v.Stage != want {
		c.t.Fatalf("stage %s, want %s", v.Stage, want)
	}
	return v
}

func allPass(keys ...string) map[string]any {
	m := map[string]any{}
	for _, k := range keys {
		m[k] = map[string]any{"v": "pass"}
	}
	return m
}

// TestNeedToLoan walks a need from the window to a loan: declared, listed with
// two signatures, pushed to a bank, credited, lent; and refuses what it must.
func TestNeedToLoan(t *testing.T) {
	c := newCounty(t)
	ctx := context.Background()
	yang, li := c.person("杨主任", "金融办", "finance_office"), c.person("李副主任", "金融办", "finance_office")
	zhao := c.person("小赵", "政务大厅", "service_hall")
	qian := c.person("小钱", "工行", "bank")
	sun := c.person("小孙", "兴业", "bank")
	firm := c.firm("康赢餐饮", map[string]any{"industry": "catering", "founded": "2021-01-10", "staff": int64(40), "revenue": int64(60000000000), "assets": int64(30000000000)})
	c.create(qian, "loan", "create", Act{Fields: map[string]any{"type": "online", "min": 1000000, "max": 100000000000, "rate": map[string]any{"base": "LPR1Y", "bp": 0}, "months": 12, "age": 0, "collateral": false}})

	need := c.create(zhao, "demand", "raise", Act{Subject: "p-康赢餐饮", Channel: "window", Fields: map[string]any{"amount": 30000000, "purpose": "working"}})
	five := allPass("operating", "premises", "real", "credit", "use")
	five["use"] = map[string]any{"v": "fail"}
	err := c.app.Move(ctx, zhao, Once{}, need, "declare", Act{Fields: map[string]any{"criteria": five}})
	if domain.KindOf(err) != domain.KindRefused {
		t.Fatalf("declare with a failed criterion: %v", err)
	}
	t.Log(err)
	c.move(zhao, need, "declare", Act{Fields: map[string]any{"criteria": allPass("operating", "premises", "real", "credit", "use")}})
	v := c.stage(yang, need, "declared")
	if len(v.Clocks) != 1 || v.Clocks[0].Left == "" {
		t.Fatalf("clocks: %+v", v.Clocks)
	}
	batch := c.create(yang, "shortlist", "draft", Act{Members: []domain.RecordID{need}})
	c.move(yang, batch, "push", Act{})
	bv := c.stage(yang, batch, "draft")
	if len(bv.Signatures) != 1 {
		t.Fatalf("signatures: %+v", bv.Signatures)
	}
	if err := c.app.Sign(ctx, yang, Once{}, batch, bv.Signatures[0].ID, SignAct{Decision: "sign"}); domain.CodeOf(err) != "sign_self" {
		t.Fatalf("own signature: %v", err)
	}
	if err := c.app.Sign(ctx, li, Once{}, batch, bv.Signatures[0].ID, SignAct{Decision: "sign"}); domain.KindOf(err) != domain.KindRefused {
		t.Fatalf("push without consent: %v", err)
	}
	must(t, c.app.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.In(testCounty).InsertConsent(&domain.Consent{Party: "p-康赢餐饮", Program: "sme-finance", Key: "share_bank", ByParty: "p-康赢餐饮", Evidence: "tick"})
	}))
	must(t, c.app.Sign(ctx, li, Once{}, batch, bv.Signatures[0].ID, SignAct{Decision: "sign"}))
	v = c.stage(yang, need, "matching")
	if len(v.Children) == 0 || len(v.Children[0].Items) != 1 {
		t.Fatalf("children: %+v", v.Children)
	}
	order := v.Children[0].Items[0].ID
	ov := c.stage(qian, order, "proposed")
	if ov.Subject != nil || ov.Terms == nil || ov.Terms.Person == "" {
		t.Fatalf("order: %+v %+v", ov.Subject, ov.Terms)
	}
	if _, err := c.app.Record(ctx, sun, order); domain.KindOf(err) != domain.KindNotFound {
		t.Fatalf("another bank sees the order: %v", err)
	}
	c.move(qian, order, "contact", Act{})
	if ov = c.stage(qian, order, "contacted"); ov.Shown["subject.phone"] == nil {
		t.Fatalf("shown: %v", ov.Shown)
	}
	c.move(qian, order, "complete", Act{Fields: map[string]any{"complete_on": "2022-04-01"}})
	c.move(qian, order, "credit", Act{Fields: map[string]any{"credit": 30000000, "rate": map[string]any{"base": "LPR1Y", "bp": 0}, "unsecured": false, "first_loan": true}})
	err = c.app.Move(ctx, qian, Once{}, order, "lend", Act{Fields: map[string]any{"amount": 30100000, "day": "2022-04-01", "how": "counter", "policies": []any{"guaranteed"}}})
	if domain.KindOf(err) != domain.KindRefused {
		t.Fatalf("more than credited: %v", err)
	}
	c.stage(qian, order, "credited")
	c.move(qian, order, "lend", Act{Fields: map[string]any{"amount": 30000000, "day": "2022-04-01", "how": "counter", "policies": []any{"guaranteed"}}})
	c.stage(yang, need, "met")
	st, err := c.app.Stat(ctx, yang, "sme-finance", "loan_money", StatQuery{Period: "2022-04"})
	must(t, err)
	if st.Value != 30000000 {
		t.Fatalf("loan_money %d", st.Value)
	}
	_ = firm
	same, err := c.app.Rebuild(ctx, System(testCounty), "sme-finance")
	must(t, err)
	if !same {
		t.Fatal("rebuild differs")
	}
}
