package app

import (
	"strings"
	"testing"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
)

func TestDivisionsList(t *testing.T) {
	n := map[int]int{}
	all := map[domain.RegionID]string{}
	last := domain.RegionID("")
	err := eachDivision(func(d division) {
		n[len(d.id)]++
		all[d.id] = d.name
		if d.id <= last || d.name == "" {
			t.Errorf("%s after %s", d.id, last)
		}
		if up, ok := domain.RegionParent(d.id); ok && all[up] == "" {
			t.Errorf("%s %s stands below nothing", d.id, d.name)
		}
		last = d.id
	})
	if err != nil || n[2] != 31 || n[4] != 342 || n[6] != 2978 || n[9] != 41352 || n[12] != 109 {
		t.Errorf("%v %v", n, err)
	}
	for from, to := range successors {
		if all[from] != "" || all[to] == "" {
			t.Errorf("%s → %s: %q %q", from, to, all[from], all[to])
		}
	}
}

func TestImportDivisions(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	sys := System("360925")
	rep, err := c.a.ImportDivisions(ctx, sys, "360925", nil)
	if err != nil || rep.County.Name != "靖安县" || rep.Villages != 109 || rep.Created != rep.Towns+109+3 || rep.Towns < 10 {
		t.Fatalf("%+v %v", rep, err)
	}
	again, err := c.a.ImportDivisions(ctx, sys, "360925", nil)
	if err != nil || again.Created != 0 || again.Kept != rep.Created || len(again.Gone) != 0 {
		t.Errorf("again %+v %v", again, err)
	}
	l, err := c.a.Regions(ctx, sys, RegionQuery{})
	if err != nil || len(l.Items) != rep.Towns || !l.Items[0].Children {
		t.Errorf("%d towns, %v", len(l.Items), err)
	}
	// The counties in this store know nothing of each other.
	if err := c.a.read(ctx, System(storetest.Neighbour), func(w *work) error {
		list, err := w.tx.Regions(store.RegionFilter{All: true})
		if len(list) != 0 {
			t.Errorf("the neighbour has %d regions", len(list))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}

	// 茂南区 has two towns by hand; the operator's file adds a village.
	file := "code,name,streetCode\n440902100001,文明社区居委会,440902100\n110101001001,多福巷,110101001\n"
	rep, err = c.a.ImportDivisions(ctx, System(storetest.Home), storetest.Home, strings.NewReader(file))
	if err != nil || rep.Villages != 1 || rep.Kept != 3 || rep.Towns != 17 {
		t.Errorf("%+v %v", rep, err)
	}
	js := `[{"code":"440902100002","name":"白土村委会"}]`
	if rep, err = c.a.ImportDivisions(ctx, System(storetest.Home), storetest.Home, strings.NewReader(js)); err != nil || rep.Created != 1 || len(rep.Gone) != 1 {
		t.Errorf("%+v %v", rep, err)
	}

	_, err = c.a.ImportDivisions(ctx, System("440903"), "440903", nil)
	wantCode(t, err, "county_abolished")
	if e := err.(*domain.Error); e.Args["to"] != "440904" || e.Args["name"] != "电白区" {
		t.Errorf("no hint: %+v", e)
	}
	_, err = c.a.ImportDivisions(ctx, System("999999"), "999999", nil)
	wantCode(t, err, "county_unknown")
	found, err := FindCounties("靖安")
	if err != nil || len(found) != 1 || found[0].Name != "江西省宜春市靖安县" {
		t.Errorf("%+v %v", found, err)
	}
}

func TestRegionsByHand(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	near := c.staff("near", "window", "440902100", "")
	make := func(who *Who, in RegionAct) (*RegionView, error) { return c.a.CreateRegion(ctx, who, Once{}, in) }
	_, err := make(near, RegionAct{Name: "北片", Level: domain.Grid, Parent: "440902100"})
	wantCode(t, err, "admin_only")
	for _, x := range []struct {
		in RegionAct
		id domain.RegionID
	}{
		{RegionAct{Name: "文明村", Level: domain.Village, Parent: "440902100"}, "440902100901"},
		{RegionAct{Name: "第一网格", Level: domain.Grid, Parent: "440902100901"}, "440902100901-g01"},
		{RegionAct{Name: "第二网格", Level: domain.Grid, Parent: "440902100901"}, "440902100901-g02"},
		{RegionAct{Name: "服务圈", Level: domain.Circle, Parent: "440902100", Place: &PlaceView{Lat: 21.6, Lng: 110.9}}, "440902100-c01"},
		{RegionAct{Name: "新镇", Level: domain.Town, Code: "440902102"}, "440902102"},
	} {
		g, err := make(admin, x.in)
		if err != nil || g.ID != x.id || !strings.HasSuffix(g.Path, "/"+string(x.id)) {
			t.Errorf("%+v: %+v %v", x.in, g, err)
		}
	}
	_, err = make(admin, RegionAct{Name: "文明村", Level: domain.Village, Parent: "440902100"})
	wantCode(t, err, "duplicate")
	_, err = make(admin, RegionAct{Name: "别县的镇", Level: domain.Town, Code: "440904100"})
	wantCode(t, err, "region_code")
	_, err = make(admin, RegionAct{Name: "乱放", Level: domain.Village})
	wantCode(t, err, "region_level")
	l, err := c.a.Regions(ctx, near, RegionQuery{Parent: "440902100", Level: domain.Grid})
	if err != nil || len(l.Items) != 2 {
		t.Errorf("grids %+v %v", l, err)
	}
	l, err = c.a.Regions(ctx, near, RegionQuery{Parent: "440902", Limit: 2})
	if err != nil || len(l.Items) != 2 || l.Next == nil {
		t.Fatalf("first page %+v %v", l, err)
	}
	if l, err = c.a.Regions(ctx, near, RegionQuery{Parent: "440902", Limit: 2, Cursor: *l.Next}); err != nil || len(l.Items) != 1 || l.Next != nil {
		t.Errorf("second page %+v %v", l, err)
	}
}

func TestAdminAndAuditor(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	office, err := c.a.OpenOffice(ctx, storetest.Home, RoleAdmin, Office{Name: "县办", Login: "root", Admin: "管理员"})
	if err != nil || office.Password == "" {
		t.Fatalf("%+v %v", office, err)
	}
	s, err := c.a.SignIn(ctx, SignInAct{Login: "root", Password: office.Password, County: storetest.Home}, Client{})
	if err != nil || !s.Admin || s.Auditor {
		t.Fatalf("%+v %v", s, err)
	}
	admin, err := c.a.Who(ctx, s.Token)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.a.Audit(ctx, admin, AuditQuery{})
	wantCode(t, err, "auditor_only")
	_, err = c.a.AddMembership(ctx, admin, Once{}, admin.Account, MembershipAct{Org: admin.Memberships[0].Org, Role: RoleAuditor})
	wantCode(t, err, "one_office")
	auditor := c.staff("shen", "county_office", "440902", RoleAuditor)
	l, err := c.a.Audit(ctx, auditor, AuditQuery{Action: "account_create"})
	if err != nil || len(l.Items) != 2 {
		t.Errorf("%d rows, %v", len(l.Items), err)
	}
	wantCode(t, c.a.LockAccount(ctx, auditor, admin.Account), "admin_only")
	wantCode(t, c.a.LockAccount(ctx, admin, admin.Account), "lock_self")
	_, err = c.a.CreateAccount(ctx, admin, Once{}, AccountAct{Login: "Root", Name: "又一个", Password: testPassword})
	wantCode(t, err, "duplicate")
	once := Once{Key: "k1", Hash: "h"}
	first, err := c.a.CreateAccount(ctx, admin, once, AccountAct{Login: "wang", Name: "王五", Memberships: []MembershipAct{{Org: admin.Memberships[0].Org}}})
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.a.CreateAccount(ctx, admin, once, AccountAct{Login: "wang", Name: "王五"})
	if err != nil || again.ID != first.ID || again.Password != "" {
		t.Errorf("a retry makes another account: %+v %v", again, err)
	}
	password, err := c.a.ResetPassword(ctx, admin, first.ID)
	if err != nil || len(password) < 12 {
		t.Errorf("%q %v", password, err)
	}
}
