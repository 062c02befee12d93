package storetest

import (
	"bytes"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

func orgRegionAccount(t *testing.T, e Engine) {
	db := Seeded(t, e)
	town := &domain.Region{ID: "440902001", Parent: "440902", Level: domain.Town, Code: "440902001", Name: "红旗街道", Path: "44/4409/440902/440902001", Active: true, ValidFrom: 1}
	village := &domain.Region{ID: "440902001001", Parent: "440902001", Level: domain.Village, Name: "文明社区", Path: town.Path + "/440902001001", Active: true}
	bank := &domain.Org{Kind: "bank", Level: "所", Name: "茂南农商行", ShortName: "农商行", USCC: "91350100M000100Y43", Path: town.Path, Active: true,
		Tags: []domain.Tag{{Key: "partner", From: 5}}, Stars: 3}
	acc := &domain.Account{Login: "wangfang", Name: "王芳", PhoneIndex: "ph", Party: "p1", PasswordHash: "x", Active: true}
	Write(t, db, func(tx *store.Tx) error {
		if err := firstError(tx.InsertRegion(town), tx.InsertRegion(village), tx.InsertOrg(bank), tx.InsertAccount(acc)); err != nil {
			return err
		}
		return firstError(
			tx.SaveMembership(&domain.Membership{Account: acc.ID, Org: bank.ID, Role: "officer", Path: town.Path, Active: true}),
			tx.SaveMembership(&domain.Membership{Account: acc.ID, Org: bank.ID, Role: "chief", Path: village.Path, Active: false}))
	})
	Read(t, db, func(tx *store.Tx) error {
		r, err := tx.Region(town.ID)
		if !reflect.DeepEqual(r, town) {
			t.Errorf("region %+v", r)
		}
		tree, err2 := tx.Regions(store.RegionFilter{Path: town.Path})
		kids, err3 := tx.Regions(store.RegionFilter{Parent: town.ID, Levels: []domain.RegionLevel{domain.Village}})
		if len(tree) != 2 || len(kids) != 1 || tree[0].ID != town.ID {
			t.Errorf("tree %d, children %d", len(tree), len(kids))
		}
		o, err4 := tx.Org(bank.ID)
		if !reflect.DeepEqual(o, bank) {
			t.Errorf("org %+v", o)
		}
		found, err5 := tx.Orgs(store.OrgFilter{Kinds: []string{"bank"}, Query: "nsh"})
		if len(found) != 1 {
			t.Errorf("org search finds %d", len(found))
		}
		byLogin, err6 := tx.AccountByLogin("wangfang")
		if !reflect.DeepEqual(byLogin, acc) {
			t.Errorf("account %+v", byLogin)
		}
		byPhone, err7 := tx.AccountsByPhone("ph")
		none, err8 := tx.AccountsByPhone("")
		of, err9 := tx.AccountsOf("p1")
		if len(byPhone) != 1 || len(none) != 0 || len(of) != 1 {
			t.Errorf("by phone %d, by none %d, of the party %d", len(byPhone), len(none), len(of))
		}
		covers, err10 := tx.Memberships(store.MembershipFilter{Covers: village.Path})
		all, err11 := tx.Memberships(store.MembershipFilter{Account: acc.ID, All: true})
		if len(covers) != 1 || covers[0].Role != "officer" || len(all) != 2 {
			t.Errorf("memberships covering %d, all %d", len(covers), len(all))
		}
		return firstError(err, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11)
	})
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.InsertAccount(&domain.Account{Login: "wangfang"}) }), "duplicate")
	stale := *acc
	Write(t, db, func(tx *store.Tx) error { acc.Failed = 3; return tx.UpdateAccount(acc) })
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.UpdateAccount(&stale) }), "stale")
	Write(t, db, func(tx *store.Tx) error {
		bank.Name, bank.ShortName, town.Active = "新名字银行", "", false
		return firstError(tx.UpdateOrg(bank), tx.UpdateRegion(town))
	})
	Read(t, db, func(tx *store.Tx) error {
		found, err := tx.Orgs(store.OrgFilter{Query: "nsh"})
		tree, err2 := tx.Regions(store.RegionFilter{Path: town.Path})
		if len(found) != 0 || len(tree) != 1 {
			t.Errorf("old name finds %d, valid regions %d", len(found), len(tree))
		}
		return firstError(err, err2)
	})
}

func signIn(t *testing.T, e Engine) {
	clock := NewClock()
	db := e.Open(t, store.Config{Now: clock.Now})
	Seed(t, db)
	acc := &domain.Account{Login: "a", Active: true}
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.InsertAccount(acc); err != nil {
			return err
		}
		return firstError(
			tx.InsertSignIn(&domain.SignIn{TokenHash: "t1", Account: acc.ID, Created: tx.Now(), Seen: tx.Now(), Expires: tx.Now().Add(time.Hour)}),
			tx.InsertSignIn(&domain.SignIn{TokenHash: "t2", Account: acc.ID, Created: tx.Now(), Seen: tx.Now(), Expires: tx.Now().Add(3 * time.Hour)}))
	})
	clock.Set(Start.Add(2 * time.Hour))
	Read(t, db, func(tx *store.Tx) error {
		_, gone := tx.SignIn("t1")
		WantCode(t, gone, "not_found")
		s, err := tx.SignIn("t2")
		if err == nil && s.Account != acc.ID {
			t.Errorf("sign-in of %s", s.Account)
		}
		live, err2 := tx.SignIns(acc.ID)
		if len(live) != 1 {
			t.Errorf("%d live", len(live))
		}
		return firstError(err, err2)
	})
	Write(t, db, func(tx *store.Tx) error {
		n, err := tx.PurgeSignIns()
		if n != 1 {
			t.Errorf("purged %d", n)
		}
		return firstError(err, tx.TouchSignIn("t2", tx.Now(), tx.Now().Add(time.Hour)), tx.DeleteSignIn("t2"), tx.DeleteSignInsOf(acc.ID))
	})
	Read(t, db, func(tx *store.Tx) error {
		_, gone := tx.SignIn("t2")
		WantCode(t, gone, "not_found")
		return nil
	})
}

func runMatchPanel(t *testing.T, e Engine) {
	db := Seeded(t, e)
	r := Case()
	m := &domain.MatchRun{Key: "loans", State: "open", Data: map[string]any{"seen": []any{"o1"}}}
	p := &domain.PanelRun{Kind: "panel", Program: "test", Key: "review", Round: 1, State: "open", DueAt: Start.Add(time.Hour)}
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.InsertRecord(r); err != nil {
			return err
		}
		m.Record, p.Record = r.ID, r.ID
		return firstError(tx.InsertMatchRun(m), tx.InsertPanelRun(p))
	})
	stale := *m
	Write(t, db, func(tx *store.Tx) error { m.Step, m.Sent = 1, 3; return tx.UpdateMatchRun(m) })
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.UpdateMatchRun(&stale) }), "stale")
	twin := *p
	twin.ID = ""
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.InsertPanelRun(&twin) }), "duplicate")
	Read(t, db, func(tx *store.Tx) error {
		list, err := tx.MatchRuns(r.ID, "loans")
		if len(list) != 1 || list[0].Sent != 3 || list[0].Rev != 2 {
			t.Errorf("runs %+v", list)
		}
		due, err2 := tx.DuePanelRuns("panel", "open", Start.Add(time.Hour), 5)
		of, err3 := tx.RunsOf("panel", "test", "review", 5)
		rounds, err4 := tx.PanelRuns("panel", r.ID, "")
		if len(due) != 1 || len(of) != 1 || len(rounds) != 1 {
			t.Errorf("due %d, of %d, rounds %d", len(due), len(of), len(rounds))
		}
		return firstError(err, err2, err3, err4)
	})
	Write(t, db, func(tx *store.Tx) error { p.State = "done"; return tx.UpdatePanelRun(p) })
}

func signatureSlots(t *testing.T, e Engine) {
	db := Seeded(t, e)
	s := &domain.Signature{Program: "test", Target: "r1", Move: "approve", State: "open", Hash: "h", Payload: map[string]any{"a": int64(1)}, ClosesAt: Start.Add(48 * time.Hour)}
	Write(t, db, func(tx *store.Tx) error { return tx.InsertSignature(s) })
	var won atomic.Int64
	together(8, func(i int) {
		err := TryWrite(db, func(tx *store.Tx) error {
			return tx.InsertSign(&domain.Sign{Signature: s.ID, Slot: 0, Account: domain.AccountID(fmt.Sprint("a", i)), Decision: "yes"})
		})
		if err == nil {
			won.Add(1)
		} else if domain.CodeOf(err) != "duplicate" {
			t.Error(err)
		}
	})
	if won.Load() != 1 {
		t.Errorf("%d signed one slot", won.Load())
	}
	Read(t, db, func(tx *store.Tx) error {
		signs, err := tx.Signs(s.ID)
		open, err2 := tx.Signatures("r1", "open")
		silent, err3 := tx.SilentSignatures("open", Start.Add(48*time.Hour), 5)
		early, err4 := tx.SilentSignatures("open", Start.Add(47*time.Hour), 5)
		if len(signs) != 1 || len(open) != 1 || len(silent) != 1 || len(early) != 0 || open[0].Payload["a"] != int64(1) {
			t.Errorf("%d signs, %d open, %d silent, %d early", len(signs), len(open), len(silent), len(early))
		}
		return firstError(err, err2, err3, err4)
	})
	Write(t, db, func(tx *store.Tx) error {
		got, err := tx.Signature(s.ID)
		if err != nil {
			return err
		}
		got.State = "done"
		return tx.UpdateSignature(got)
	})
}

func responseList(t *testing.T, e Engine) {
	db := Seeded(t, e)
	Write(t, db, func(tx *store.Tx) error {
		for i := range 5 {
			err := tx.InsertResponse(&domain.Response{Program: "test", Form: "phq", Record: "r1", Subject: "p1", Score: i, Scored: true, Band: "mild",
				At: Start.Add(time.Duration(i/2) * time.Hour), Class: domain.Sensitive, Secret: map[string]any{"q9": int64(i)}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	Read(t, db, func(tx *store.Tx) error {
		first, err := tx.Responses(store.ResponseFilter{Subject: "p1", Program: "test", Form: "phq", Limit: 2})
		second, err2 := tx.Responses(store.ResponseFilter{Subject: "p1", Program: "test", Form: "phq", Limit: 2, Cursor: first.Next, Open: true})
		if len(first.Items) != 2 || len(second.Items) != 2 || first.Items[0].Score != 4 || first.Items[0].Secret != nil {
			t.Errorf("pages %+v %+v", first.Items, second.Items)
		}
		if s := second.Items[0]; s.Secret["q9"] != int64(s.Score) {
			t.Errorf("opened %v", s.Secret)
		}
		in, err3 := tx.Responses(store.ResponseFilter{Record: "r1", From: Start.Add(time.Hour), Until: Start.Add(2 * time.Hour)})
		one, err4 := tx.ResponseOpen(in.Items[0].ID)
		if len(in.Items) != 2 || one.Secret == nil {
			t.Errorf("%d in the hour", len(in.Items))
		}
		return firstError(err, err2, err3, err4)
	})
}

func duty(over string, day int) *domain.DutyItem {
	at := Start.Add(time.Duration(day) * 24 * time.Hour)
	return &domain.DutyItem{Program: "test", Key: "visit", OverKind: "roster", OverID: over, ToAccount: "a1", Path: "44/4409/440902/440902001",
		Opens: at, Due: at.Add(8 * time.Hour), Closes: at.Add(24 * time.Hour)}
}

func dutyOnce(t *testing.T, e Engine) {
	db := Seeded(t, e)
	var made atomic.Int64
	together(8, func(int) {
		for day := range 4 {
			var isNew bool
			err := TryWrite(db, func(tx *store.Tx) (err error) { isNew, err = tx.OweDuty(duty("m1", day)); return err })
			if err != nil {
				t.Error(err)
			}
			if isNew {
				made.Add(1)
			}
		}
	})
	if made.Load() != 4 {
		t.Errorf("%d duties made, want 4", made.Load())
	}
	round := &domain.DutyRound{Program: "test", Key: "visit", From: 1, Until: 9, State: "open", Note: map[string]any{"n": int64(4)}}
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.InsertDutyRound(round); err != nil {
			return err
		}
		round.State = "closed"
		return tx.UpdateDutyRound(round)
	})
	Read(t, db, func(tx *store.Tx) error {
		first, err := tx.DutyItems(store.DutyFilter{Accounts: []domain.AccountID{"a1"}, Waiting: true, Limit: 3})
		second, err2 := tx.DutyItems(store.DutyFilter{Accounts: []domain.AccountID{"a1"}, Waiting: true, Limit: 3, Cursor: first.Next})
		open, err3 := tx.DutyItems(store.DutyFilter{OpensBy: Start, Path: "44/4409/440902"})
		if len(first.Items) != 3 || len(second.Items) != 1 || len(open.Items) != 1 {
			t.Errorf("pages of %d and %d, %d open", len(first.Items), len(second.Items), len(open.Items))
		}
		lapsed, err4 := tx.In("").LapsedDuties(Start.Add(48*time.Hour), 10)
		if len(lapsed) != 2 {
			t.Errorf("%d lapsed", len(lapsed))
		}
		rounds, err5 := tx.DutyRounds("test", "visit", 5)
		if len(rounds) != 1 || rounds[0].State != "closed" || rounds[0].Note["n"] != int64(4) {
			t.Errorf("rounds %+v", rounds)
		}
		return firstError(err, err2, err3, err4, err5)
	})
}

func dutyTally(t *testing.T, e Engine) {
	clock := NewClock()
	db := e.Open(t, store.Config{Now: clock.Now})
	Seed(t, db)
	Write(t, db, func(tx *store.Tx) error {
		for day := range 6 {
			d := duty("m1", day)
			switch {
			case day == 1:
				d.MissedAt = d.Closes
			case day < 4:
				d.DoneAt = d.Due
			}
			if _, err := tx.OweDuty(d); err != nil {
				return err
			}
		}
		return nil
	})
	clock.Set(Start.Add(4 * 24 * time.Hour)) // five windows have opened, the last is still open
	Read(t, db, func(tx *store.Tx) error {
		tally, err := tx.DutyTally("test", "visit", "m1")
		if want := (store.DutyTally{Due: 5, Done: 3, Missed: 1, InRow: 2}); tally != want {
			t.Errorf("tally %+v, want %+v", tally, want)
		}
		return err
	})
	Write(t, db, func(tx *store.Tx) error {
		page, err := tx.DutyItems(store.DutyFilter{OverID: "m1", Waiting: true})
		if err != nil {
			return err
		}
		d := &page.Items[0]
		d.DoneAt = tx.Now()
		return tx.UpdateDutyItem(d)
	})
}

func passUses(t *testing.T, e Engine) {
	clock := NewClock()
	db := e.Open(t, store.Config{Now: clock.Now})
	Seed(t, db)
	Write(t, db, func(tx *store.Tx) error {
		return firstError(
			tx.InsertPass(&domain.Pass{Hash: "h2", Program: "test", Key: "entry", Record: "r1", Left: 2}),
			tx.InsertPass(&domain.Pass{Hash: "free", Program: "test", Key: "entry", Record: "r1", Left: -1, Until: Start.Add(time.Hour)}))
	})
	var used atomic.Int64
	use := func(hash string) (ok bool) {
		if err := TryWrite(db, func(tx *store.Tx) (err error) { ok, err = tx.UsePass(hash); return err }); err != nil {
			t.Error(err)
		}
		return ok
	}
	together(8, func(int) {
		if use("h2") {
			used.Add(1)
		}
	})
	if used.Load() != 2 {
		t.Errorf("a pass of two uses was used %d times", used.Load())
	}
	if !use("free") || !use("free") || use("unknown") {
		t.Error("an unlimited pass, or an unknown one")
	}
	clock.Set(Start.Add(time.Hour))
	if use("free") {
		t.Error("a pass opens after its end")
	}
	clock.Set(Start)
	Write(t, db, func(tx *store.Tx) error {
		n, err := tx.RevokePasses("r1", "test", "entry")
		if n != 2 {
			t.Errorf("revoked %d", n)
		}
		return err
	})
	if use("free") {
		t.Error("a revoked pass opens")
	}
	Read(t, db, func(tx *store.Tx) error {
		p, err := tx.Pass("h2")
		if err == nil && (!p.Revoked || p.Left != 0) {
			t.Errorf("pass %+v", p)
		}
		return err
	})
}

func documentLedgerNotice(t *testing.T, e Engine) {
	db := Seeded(t, e)
	doc := &domain.Document{Program: "test", Key: "card", Record: "r1", Serial: "ZY2026-00001", State: "issued", Data: map[string]any{"name": "王芳"}, Hash: "h"}
	led := &domain.Ledger{Program: "test", Key: "monthly", Period: "2026-02", State: "frozen", Data: map[string]any{"rows": []any{int64(1)}}}
	not := &domain.Notice{Program: "test", Key: "list", Target: "r1", State: "open", PublishedAt: Start, Until: Start.Add(time.Hour)}
	Write(t, db, func(tx *store.Tx) error {
		return firstError(tx.InsertDocument(doc), tx.InsertLedger(led), tx.InsertNotice(not))
	})
	WantCode(t, TryWrite(db, func(tx *store.Tx) error {
		return tx.InsertDocument(&domain.Document{Serial: "ZY2026-00001"})
	}), "duplicate")
	WantCode(t, TryWrite(db, func(tx *store.Tx) error {
		return tx.InsertLedger(&domain.Ledger{Program: "test", Key: "monthly", Period: "2026-02"})
	}), "duplicate")
	Write(t, db, func(tx *store.Tx) error {
		next := *doc
		next.ID, next.Version = "", 2
		doc.State, led.State, not.State = "replaced", "signed", "closed"
		return firstError(tx.InsertDocument(&next), tx.UpdateDocument(doc), tx.UpdateLedger(led), tx.UpdateNotice(not))
	})
	Read(t, db, func(tx *store.Tx) error {
		newest, err := tx.DocumentBySerial("ZY2026-00001")
		if err == nil && newest.Version != 2 {
			t.Errorf("serial gives version %d", newest.Version)
		}
		docs, err2 := tx.Documents("r1", "card")
		l, err3 := tx.Ledger("test", "monthly", "2026-02", "")
		again, err4 := tx.LedgerByID(led.ID)
		ls, err5 := tx.Ledgers("test", "monthly")
		open, err6 := tx.Notices("test", "list", "r1", "open", 5)
		closed, err7 := tx.EndedNotices("closed", Start.Add(time.Hour), 5)
		one, err8 := tx.Notice(not.ID)
		if err := firstError(err, err2, err3, err4, err5, err6, err7, err8); err != nil {
			return err
		}
		if len(docs) != 2 || l.State != "signed" || again.ID != l.ID || len(ls) != 1 || len(open) != 0 || len(closed) != 1 || one.Rev != 2 {
			t.Errorf("docs %d, ledger %+v, open %d, closed %d, notice %+v", len(docs), l, len(open), len(closed), one)
		}
		return nil
	})
	noticePages(t, db, not.ID)
}

// noticePages: pages are replaced as a whole, and an objection stands once.
func noticePages(t *testing.T, db *store.DB, id string) {
	t.Helper()
	pages := func(texts ...string) (out []map[string]any) {
		for _, s := range texts {
			out = append(out, map[string]any{"rows": []any{s}})
		}
		return out
	}
	Write(t, db, func(tx *store.Tx) error { return tx.SaveNoticePages(id, pages("a", "b", "c")) })
	Write(t, db, func(tx *store.Tx) error {
		return firstError(tx.SaveNoticePages(id, pages("d", "e")), tx.AddObjection(id, "r9"))
	})
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.AddObjection(id, "r9") }), "duplicate")
	Read(t, db, func(tx *store.Tx) error {
		two, err := tx.NoticePage(id, 2)
		if rows, _ := two["rows"].([]any); len(rows) != 1 || rows[0] != "e" {
			t.Errorf("page 2 is %v", two)
		}
		_, gone := tx.NoticePage(id, 3)
		WantCode(t, gone, "not_found")
		against, err2 := tx.Objections(id)
		if len(against) != 1 || against[0] != "r9" {
			t.Errorf("objections %v", against)
		}
		return firstError(err, err2)
	})
}

func attachmentRows(t *testing.T, e Engine) {
	db := Seeded(t, e)
	a := &domain.Attachment{SHA256: "s", Size: 3, MIME: "image/jpeg", Name: "门头.jpg", ByAccount: "a1", Class: domain.Internal}
	b := &domain.Attachment{SHA256: "s", Size: 3, MIME: "image/jpeg", Name: "again.jpg"}
	Write(t, db, func(tx *store.Tx) error {
		return firstError(tx.InsertAttachment(a), tx.InsertAttachment(b), tx.BindAttachment(a.ID, "r1", domain.Personal))
	})
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.BindAttachment(a.ID, "r2", domain.Public) }), "stale")
	Write(t, db, func(tx *store.Tx) error {
		list, err := tx.Attachments("r1")
		if len(list) != 1 || list[0].Class != domain.Personal || list[0].Name != "门头.jpg" {
			t.Errorf("attachments %+v", list)
		}
		_, unused, err2 := tx.DeleteAttachment(a.ID)
		sha, free, err3 := tx.DeleteAttachment(b.ID)
		if unused || !free || sha != "s" {
			t.Error("bytes are free when the last row goes")
		}
		return firstError(err, err2, err3)
	})
}

func programImport(t *testing.T, e Engine) {
	db := Seeded(t, e)
	v := &domain.ProgramVersion{Program: "test", Version: 1, Hash: "h", Source: []byte{0, 1, 2, 255}, State: "live"}
	run := &domain.ImportRun{Kind: "parties", State: "running", Total: 10, Data: map[string]any{"errors": []any{}}}
	Write(t, db, func(tx *store.Tx) error {
		return firstError(tx.SaveProgram(v), tx.SaveProgram(&domain.ProgramVersion{Program: "test", Version: 2, State: "draft"}),
			tx.SaveParam(&domain.ParamValue{Program: "test", Key: "cap", From: 5, Value: "100"}),
			tx.SaveParam(&domain.ParamValue{Program: "test", Key: "cap", From: 5, Value: "200"}), tx.InsertImportRun(run))
	})
	Write(t, db, func(tx *store.Tx) error { run.Done = 10; return tx.UpdateImportRun(run) })
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.Program("test", 1)
		if err == nil && !bytes.Equal(got.Source, v.Source) {
			t.Errorf("source %v", got.Source)
		}
		live, err2 := tx.Programs("live")
		params, err3 := tx.Params("test")
		runs, err4 := tx.ImportRuns("", "", 5)
		one, err5 := tx.ImportRun(run.ID)
		if len(live) != 1 || len(params) != 1 || params[0].Value != "200" || len(runs.Items) != 1 || one.Done != 10 {
			t.Errorf("live %d, params %+v, runs %d", len(live), params, len(runs.Items))
		}
		return firstError(err, err2, err3, err4, err5)
	})
}
