package record

import (
	"math"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// recordView is a row as expressions read it: common names, then fields.
type recordView struct{ r *Row }

func (v recordView) TypeName() string { return v.r.P.Key + "." + v.r.T.Key }

func (v recordView) Get(name string) (any, error) {
	r := v.r
	u := r.u
	switch name {
	case "id":
		return string(r.ID), nil
	case "ref_no":
		return textOr(r.RefNo, name)
	case "stage":
		return textOr(r.Stage, name)
	case "phase":
		return textOr(string(r.Phase), name)
	case "channel":
		return textOr(r.Channel, name)
	case "reason":
		return textOr(r.Reason, name)
	case "region":
		return textOr(string(r.Region), name)
	case "created":
		return r.Created, nil
	case "ended":
		return timeOrNever(r.Ended), nil
	case "subject":
		if r.Subject == "" && r.forRegion() && r.Region != "" {
			return u.regionOf(r.Region)
		}
		return u.partyOf(r.Subject, name)
	case "period":
		if r.T.Period != "" {
			return periodView{r.T.Period, domain.DateOf(r.Created)}, nil
		}
	case "previous":
		if r.T.Period != "" {
			return u.previous(r)
		}
	case "parent":
		par, err := u.Parent(r)
		if err != nil {
			return nil, err
		}
		if par == nil {
			return nil, &rule.Unset{Path: name}
		}
		return recordView{par}, nil
	case "owner":
		return u.accountOf(r.Owner, name)
	case "org":
		return u.orgOf(r.Org, name)
	case "entered", "left", "made":
		return histView{r, name[:1] + ":"}, nil
	case "clock":
		return clockRoot{r}, nil
	case "match":
		return matchRoot{r}, nil
	case "panel":
		return panelRoot{r}, nil
	case "form":
		return formRoot{r}, nil
	case "all":
		return allView{r}, nil
	case "duty":
		return dutyRoot{r}, nil
	case "choice":
		return choiceRoot{u, r.P, r}, nil
	case "ballot":
		return ballotRoot{r}, nil
	case "notice":
		return noticeRoot{r}, nil
	case "document":
		return unsetRoot{name}, nil
	}
	if x, ok, err := v.nounField(name); ok || err != nil {
		return x, err
	}
	if f, ok := r.T.Fields.Find(name); ok {
		return u.field(r, f)
	}
	for _, f := range program.Builtins(r.Noun) {
		if f.Key == name {
			return u.convert(f, r.raw(name), r)
		}
	}
	return nil, &rule.Unset{Path: name}
}

// nounField reads the built-ins that are not simply stored.
func (v recordView) nounField(name string) (any, bool, error) {
	r := v.r
	switch r.Noun {
	case domain.Order:
		switch name {
		case "offer":
			x, err := r.u.offerOf(r)
			return x, true, err
		case "provider":
			x, err := r.u.orgOf(r.Provider, name)
			return x, true, err
		}
	case domain.Offer:
		switch name {
		case "provider":
			x, err := r.u.orgOf(r.Provider, name)
			return x, true, err
		case "taken":
			n, err := r.u.w.Taken(r.P.Key, r.ID)
			return n, true, err
		case "open":
			x, err := r.u.room(r)
			return x, true, err
		case "area":
			return areaView{r.u, r.areaPaths()}, true, nil
		case "place":
			x, err := r.u.offerPlace(r)
			return x, true, err
		case "stars":
			x, err := r.u.offerStars(r)
			return x, true, err
		}
	case domain.Session, domain.Activity:
		return v.places(name)
	case domain.Booking:
		if name == "heads" {
			return r.heads(), true, nil
		}
	case domain.Item:
		if name == "index" {
			x, err := r.u.index(r)
			return x, true, err
		}
	case domain.Batch:
		if name == "members" {
			x, err := r.u.memberViews(r)
			return x, true, err
		}
	}
	return nil, false, nil
}

// index is the place of an item among its kind below the same parent, from 0.
func (u *Unit) index(r *Row) (any, error) {
	par, err := u.Parent(r)
	if err != nil || par == nil {
		return nil, orUnset(err, "index")
	}
	list, err := u.Children(par, r.Key)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(x *Row) bool { return x.ID == r.ID })
	if i < 0 {
		return nil, &rule.Unset{Path: "index"}
	}
	return int64(i), nil
}

func orUnset(err error, path string) error {
	if err != nil {
		return err
	}
	return &rule.Unset{Path: path}
}

func (u *Unit) memberViews(r *Row) (any, error) {
	out := []any{}
	for _, id := range r.Members() {
		m, err := u.Load(id)
		if err != nil {
			return nil, err
		}
		out = append(out, recordView{m})
	}
	return out, nil
}

// offerOf gives what an order is for: an offer record, an organisation or an account.
func (u *Unit) offerOf(r *Row) (any, error) {
	id := r.str("offer")
	if id == "" {
		return nil, &rule.Unset{Path: "offer", Label: "供给"}
	}
	switch r.T.Offers {
	case "organization":
		return u.orgOf(domain.OrgID(id), "offer")
	case "account":
		return u.accountOf(domain.AccountID(id), "offer")
	}
	o, err := u.Load(domain.RecordID(id))
	if err != nil {
		return nil, err
	}
	return recordView{o}, nil
}

// room is the free capacity; an offer without a capacity has plenty.
func (u *Unit) room(r *Row) (any, error) {
	capacity, ok := integer(r.raw("capacity"))
	if !ok {
		return int64(math.MaxInt32), nil
	}
	n, err := u.w.Taken(r.P.Key, r.ID)
	return max(capacity-n, 0), err
}

func (u *Unit) offerPlace(r *Row) (any, error) {
	if m, ok := r.raw("place").(map[string]any); ok {
		return u.placeView(m, r.Path), nil
	}
	org, err := u.w.Org(r.Provider)
	if err != nil || org.Lat == 0 && org.Lng == 0 {
		return nil, &rule.Unset{Path: "place", Label: "地点"}
	}
	return u.placeView(map[string]any{"lat": org.Lat, "lng": org.Lng, "address": org.Address}, org.Path), nil
}

func (u *Unit) offerStars(r *Row) (any, error) {
	if n, ok := number(r.raw("stars")); ok {
		return n, nil
	}
	return nil, &rule.Unset{Path: "stars", Label: "评分"}
}

// areaPaths are the region subtrees an offer serves: its own, else its provider's.
func (r *Row) areaPaths() []string {
	var out []string
	switch a := r.raw("area").(type) {
	case string:
		out = append(out, a)
	case []any:
		for _, x := range a {
			out = append(out, text(x))
		}
	}
	for i, id := range out {
		if reg, err := r.u.w.Region(domain.RegionID(id)); err == nil {
			out[i] = reg.Path
		}
	}
	if len(out) == 0 {
		if org, err := r.u.w.Org(r.Provider); err == nil {
			return orgPaths(org)
		}
		out = append(out, r.Path)
	}
	return out
}

func orgPaths(o *domain.Org) []string {
	if o.AreaPath != "" {
		return strings.Split(o.AreaPath, ",")
	}
	return []string{o.Path}
}

// field reads an own field: calculated ones fresh, others from the row.
func (u *Unit) field(r *Row, f *program.Field) (any, error) {
	if f.Calc != nil {
		return u.value(f.Calc, r.vars())
	}
	return u.convert(f, r.raw(f.Key), r)
}

// convert turns a stored value into what expressions read.
func (u *Unit) convert(f *program.Field, v any, r *Row) (any, error) {
	if v == nil {
		if f.Many {
			return []any{}, nil // a list that nobody filled is empty, not unset
		}
		return nil, &rule.Unset{Path: f.Key, Label: f.Label}
	}
	if f.Many || f.Type == program.TypeRows {
		list, _ := v.([]any)
		out := make([]any, 0, len(list))
		one := *f
		one.Many = false
		for _, x := range list {
			if f.Type == program.TypeRows {
				m, _ := x.(map[string]any)
				out = append(out, mapView{u, f, m})
				continue
			}
			c, err := u.convert(&one, x, r)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
		return out, nil
	}
	return u.convertOne(f, v, r)
}

func (u *Unit) convertOne(f *program.Field, v any, r *Row) (any, error) {
	switch f.Type {
	case program.TypeInt, program.TypeMoney, program.TypeBP:
		if n, ok := integer(v); ok {
			return n, nil
		}
	case program.TypeNumber:
		if n, ok := number(v); ok {
			return n, nil
		}
	case program.TypeBool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
	case program.TypeDate:
		if s, ok := v.(string); ok {
			return domain.ParseDate(s)
		}
	case program.TypeTime: // an instant; a time of day stays text
		if s, ok := v.(string); ok {
			if t, err := time.Parse(time.RFC3339, s); err == nil {
				return t, nil
			}
		}
	case program.TypePlace:
		if m, ok := v.(map[string]any); ok {
			path := ""
			if r != nil {
				path = r.Path
			}
			return u.placeView(m, path), nil
		}
	case program.TypeInterval:
		if m, ok := v.(map[string]any); ok {
			return intervalView{m}, nil
		}
	case program.TypeRate:
		if m, ok := v.(map[string]any); ok {
			return rateView{m}, nil
		}
	case program.TypeChecks:
		if m, ok := v.(map[string]any); ok {
			return checksView{u, f, m}, nil
		}
	case program.TypePerson, program.TypeParty:
		return u.partyOf(domain.PartyID(text(v)), f.Key)
	case program.TypeOrg:
		return u.orgOf(domain.OrgID(text(v)), f.Key)
	case program.TypeAccount:
		return u.accountOf(domain.AccountID(text(v)), f.Key)
	case program.TypeRef:
		row, err := u.Load(domain.RecordID(text(v)))
		if err != nil {
			return nil, err
		}
		return recordView{row}, nil
	case program.TypeSpan:
		if s, ok := parseSpan(text(v)); ok {
			return spanDuration(s), nil
		}
	default:
		return text(v), nil
	}
	return nil, &rule.Unset{Path: f.Key, Label: f.Label}
}

func spanDuration(s program.Span) time.Duration {
	switch s.Unit {
	case "m":
		return time.Duration(s.N) * time.Minute
	case "h", "wh":
		return time.Duration(s.N) * time.Hour
	}
	return time.Duration(s.N) * 24 * time.Hour
}

// fromRule turns a rule value back into a stored one.
func fromRule(v any) any {
	switch x := v.(type) {
	case domain.Date:
		return x.String()
	case time.Time:
		return x.UTC().Format(time.RFC3339)
	case time.Duration:
		return itoa(int(x/time.Minute)) + "m"
	case placeView:
		return x.m
	case intervalView:
		return x.m
	case rateView:
		return x.m
	case checksView:
		return x.m
	case mapView:
		return x.m
	case rule.Struct:
		return idOf(x)
	case []any:
		out := make([]any, len(x))
		for i, y := range x {
			out[i] = fromRule(y)
		}
		return out
	}
	return v
}

func formatField(f *program.Field, v any) string { return form.Format(f, v) }

func textOr(s, path string) (any, error) {
	if s == "" {
		return nil, &rule.Unset{Path: path, Label: builtinLabels[path]}
	}
	return s, nil
}

func timeOrNever(t time.Time) time.Time {
	if t.IsZero() {
		return rule.Never
	}
	return t
}

// histView is entered.x, left.x, made.x.
type histView struct {
	r      *Row
	prefix string
}

func (v histView) TypeName() string { return v.prefix }
func (v histView) Get(name string) (any, error) {
	return timeOrNever(v.r.Hist[v.prefix+name]), nil
}

// allView is all.<child>: also the batches that the row is a member of.
type allView struct{ r *Row }

func (v allView) TypeName() string { return "all" }
func (v allView) Get(key string) (any, error) {
	list, err := v.r.u.Children(v.r, key)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(list))
	for i, c := range list {
		out[i] = recordView{c}
	}
	return out, nil
}

// mapView is one row of a `rows` field, or of a table.
type mapView struct {
	u *Unit
	f *program.Field
	m map[string]any
}

func (v mapView) TypeName() string { return v.f.Key }
func (v mapView) Get(name string) (any, error) {
	f, ok := v.f.Fields.Find(name)
	if !ok {
		return nil, &rule.Unset{Path: name}
	}
	return v.u.convert(f, v.m[name], nil)
}

type intervalView struct{ m map[string]any }

func (v intervalView) TypeName() string { return "interval" }
func (v intervalView) Get(name string) (any, error) {
	t, err := time.Parse(time.RFC3339, text(v.m[name]))
	if err != nil {
		return nil, &rule.Unset{Path: name, Label: "时间"}
	}
	return t, nil
}

type rateView struct{ m map[string]any }

func (v rateView) TypeName() string { return "rate" }
func (v rateView) Get(name string) (any, error) {
	if name == "bp" {
		if n, ok := integer(v.m["bp"]); ok {
			return n, nil
		}
		return nil, &rule.Unset{Path: name, Label: "利率"}
	}
	return textOr(text(v.m[name]), name)
}

// checksView is a pass/fail/unknown list with its totals.
type checksView struct {
	u *Unit
	f *program.Field
	m map[string]any
}

func (v checksView) TypeName() string { return "checks" }
func (v checksView) answer(key string) string {
	m, _ := v.m[key].(map[string]any)
	return text(m["v"])
}
func (v checksView) Get(name string) (any, error) {
	switch name {
	case "all_pass", "any_fail", "failed":
	default:
		return textOr(v.answer(name), name)
	}
	var failed []string
	fail, pass := false, true
	for k, it := range v.f.Items.All() {
		switch v.answer(k) {
		case "pass":
		case "fail":
			fail, pass = true, false
			failed = append(failed, it.Label)
		default:
			pass = false
			failed = append(failed, it.Label)
		}
	}
	switch name {
	case "all_pass":
		return pass, nil
	case "any_fail":
		return fail, nil
	}
	return strings.Join(failed, "、"), nil
}

// placeView is a point with an address.
type placeView struct {
	u    *Unit
	m    map[string]any
	path string
}

func (u *Unit) placeView(m map[string]any, path string) placeView { return placeView{u, m, path} }

func (v placeView) TypeName() string { return "place" }
func (v placeView) Get(name string) (any, error) {
	switch name {
	case "lat", "lng":
		if n, ok := number(v.m[name]); ok {
			return n, nil
		}
		return nil, &rule.Unset{Path: name, Label: "定位"}
	case "region":
		return textOr(v.path[strings.LastIndexByte(v.path, '/')+1:], name)
	}
	return textOr(text(v.m[name]), name)
}

func (v placeView) Call(name string, args []any) (any, error) {
	if name == "region_of" && len(args) > 0 {
		id, err := v.u.w.RegionAt(v.m, v.path, domain.RegionLevel(text(args[0])))
		if err != nil {
			return nil, err
		}
		return textOr(string(id), "region")
	}
	return nil, domain.E(domain.KindInternal, "no_method", "name", name)
}

// metres is the great-circle distance from a place to a point.
func metres(p placeView, lat, lng float64) float64 {
	a, _ := number(p.m["lat"])
	b, _ := number(p.m["lng"])
	return Haversine(a, b, lat, lng)
}

// Haversine gives metres between two points on a sphere of mean Earth radius.
func Haversine(lat1, lng1, lat2, lng2 float64) float64 {
	const rad, earth = math.Pi / 180, 6371008.8
	s1 := math.Sin((lat2 - lat1) * rad / 2)
	s2 := math.Sin((lng2 - lng1) * rad / 2)
	h := s1*s1 + math.Cos(lat1*rad)*math.Cos(lat2*rad)*s2*s2
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))
}

// areaView is a set of region subtrees.
type areaView struct {
	u     *Unit
	paths []string
}

func (v areaView) TypeName() string             { return "area" }
func (v areaView) Get(name string) (any, error) { return nil, &rule.Unset{Path: name} }
func (v areaView) Call(name string, args []any) (any, error) {
	if name != "covers" || len(args) == 0 {
		return nil, domain.E(domain.KindInternal, "no_method", "name", name)
	}
	reg, err := v.u.w.Region(domain.RegionID(text(args[0])))
	if err != nil {
		return false, nil
	}
	for _, p := range v.paths {
		if InPath(reg.Path, p) {
			return true, nil
		}
	}
	return false, nil
}
