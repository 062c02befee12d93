package form

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

func codes(errs []domain.FieldError) string {
	var out []string
	for _, e := range errs {
		out = append(out, e.Path+":"+e.Code)
	}
	return strings.Join(out, " ")
}

func TestFill(t *testing.T) {
	fields := []*program.Field{
		{Key: "amount", Label: "金额", Type: program.TypeMoney},
		{Key: "use", Label: "用途", Type: program.TypeChoice, List: listOf("周转", "working")},
		{Key: "note", Label: "备注", Type: program.TypeText},
		{Key: "photos", Label: "照片", Type: program.TypePhoto, Many: true},
	}
	out, errs := Fill(fields, []string{"amount", "use", "photos", "elsewhere"},
		map[string]any{"amount": 1.5, "use": nil, "note": "", "photos": arr{}, "extra": 1.0})
	want := "fields.extra:unknown_field fields.amount:digits fields.use:required fields.photos:required fields.elsewhere:required"
	if got := codes(errs); got != want {
		t.Errorf("all faults at once:\n got %s\nwant %s", got, want)
	}
	if v, given := out["note"]; !given || v != nil {
		t.Error("an emptied value must come back as nil, to be cleared")
	}
	for _, e := range errs {
		if e.Code == "required" && e.Path == "fields.use" && e.Args["label"] != "用途" {
			t.Errorf("the label is missing: %v", e)
		}
	}
	out, errs = Fill(fields, []string{"amount"}, map[string]any{"amount": 30000.0, "use": "working"})
	if len(errs) > 0 || !reflect.DeepEqual(out, map[string]any{"amount": int64(30000), "use": "working"}) {
		t.Errorf("%v %v", out, errs)
	}
	out, errs = FillText(fields, nil, map[string]string{"amount": "300万", "use": "周转"})
	if len(errs) > 0 || out["amount"] != int64(300_0000_00) || out["use"] != "working" {
		t.Errorf("%v %v", out, errs)
	}
	if _, errs = FillAnswers(fields, nil, map[string]any{"use": "x"}); codes(errs) != "answers.use:option" {
		t.Errorf("%v", errs)
	}
}

// surveyForm asks whether somebody smokes, how much, since when.
func surveyForm(t *testing.T) *program.Form {
	t.Helper()
	f := &program.Form{Key: "survey", Label: "问卷"}
	add := func(key, label string, typ program.FieldType) {
		f.Fields.Set(key, &program.Field{Key: key, Label: label, Type: typ})
	}
	add("smokes", "吸烟", program.TypeBool)
	add("daily", "每天几支", program.TypeInt)
	add("brand", "牌子", program.TypeText)
	add("since", "何时开始", program.TypeDate)
	add("spot", "地点", program.TypePlace)
	checks := fieldOf(program.TypeChecks)
	checks.Key = "list"
	f.Fields.Set("list", checks)
	u, err := rule.NewUniverse(map[string]rule.StructDecl{
		"place": {Fields: map[string]rule.Type{"lat": {Kind: rule.Double}, "lng": {Kind: rule.Double}, "address": {Kind: rule.Text}}},
		"list":  {Fields: map[string]rule.Type{"all_pass": {Kind: rule.Bool}, "failed": {Kind: rule.Text}, "open": {Kind: rule.Text}}},
		"it":    {Fields: map[string]rule.Type{"daily": {Kind: rule.Int}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	scope, err := u.Scope(map[string]rule.Type{
		"smokes": {Kind: rule.Bool}, "daily": {Kind: rule.Int}, "brand": {Kind: rule.Text}, "since": {Kind: rule.Date},
		"spot": {Kind: rule.Object, Name: "place"}, "list": {Kind: rule.Object, Name: "list"},
		"it": {Kind: rule.Object, Name: "it"}, "today": {Kind: rule.Date},
	})
	if err != nil {
		t.Fatal(err)
	}
	expr := func(src string) *rule.Expr {
		x, err := scope.Compile(src)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		return x
	}
	f.Show = map[string]*rule.Expr{"daily": expr("smokes"), "brand": expr("has(it.daily) && daily > 10")}
	f.Require = []program.Guard{
		{If: expr("since <= today"), Say: &program.Text{Raw: "开始日期不能在今天之后"}},
		{If: expr("!smokes || daily < 100"), Say: &program.Text{Parts: []program.TextPart{{Lit: "每天"}, {Expr: expr("daily")}, {Lit: "支太多"}}}},
		{If: expr("list.open != 'fail' || spot.address != ''"), Say: &program.Text{Raw: "不在经营的须写地点"}},
	}
	f.Urgent = []program.Urgent{{If: expr("daily > 60"), Say: "请就医", Call: []string{"120"}}}
	return f
}

func TestShow(t *testing.T) {
	f := surveyForm(t)
	today, _ := domain.ParseDate("2026-11-22")
	answers := map[string]any{"smokes": true, "daily": int64(20), "brand": "x"}
	visible, kept := Show(f, answers, today)
	if !visible["daily"] || !visible["brand"] || !visible["since"] || len(kept) != 3 {
		t.Errorf("all shown: %v %v", visible, kept)
	}
	answers["smokes"] = false
	visible, kept = Show(f, answers, today)
	if visible["daily"] || visible["brand"] || !reflect.DeepEqual(kept, map[string]any{"smokes": false}) {
		t.Errorf("a hidden answer must not keep the next question: %v %v", visible, kept)
	}
	if len(answers) != 3 {
		t.Error("the caller's answers were changed")
	}
	if visible, _ = Show(f, nil, today); visible["daily"] {
		t.Error("a condition on an unset value is false")
	}
}

func TestRequire(t *testing.T) {
	f := surveyForm(t)
	today, _ := domain.ParseDate("2026-11-22")
	ok := map[string]any{"smokes": true, "daily": int64(20), "since": "2020-01-01", "list": obj{"open": obj{"v": "pass"}}}
	if errs := Require(f, ok, today); len(errs) != 0 {
		t.Errorf("%v", errs)
	}
	ok["since"], ok["daily"] = "2026-12-01", int64(120)
	ok["list"] = obj{"open": obj{"v": "fail"}}
	errs := Require(f, ok, today)
	if got := codes(errs); got != "answers:require answers:require answers.spot:missing" {
		t.Fatal(got, errs)
	}
	if errs[0].Args["say"] != "开始日期不能在今天之后" || errs[1].Args["say"] != "每天120支太多" {
		t.Errorf("%v", errs)
	}
	delete(ok, "since")
	if errs = Require(f, ok, today); errs[0].Path != "answers.since" || errs[0].Code != "missing" || errs[0].Args["label"] != "何时开始" {
		t.Errorf("%v", errs)
	}
	if u := Urgents(f, NewVars(f, ok, today)); len(u) != 1 || u[0].Call[0] != "120" {
		t.Errorf("urgent: %v", u)
	}
	if u := Urgents(f, NewVars(f, nil, today)); len(u) != 0 {
		t.Errorf("urgent without answers: %v", u)
	}
}

func TestScoreVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/scales.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Scales []struct {
			ID    string
			Items []string
			Bands []struct {
				From int
				Key  string
			}
			Vectors []struct {
				Answers []int
				Total   int
				Band    string
			}
		}
	}
	if err := json.Unmarshal(b, &file); err != nil || len(file.Scales) < 2 {
		t.Fatal(err, len(file.Scales))
	}
	options := map[string]func(n int) any{
		"int":    func(n int) any { return int64(n) },
		"digits": func(n int) any { return fmt.Sprintf("f%d", n) },
		"place":  func(n int) any { return []string{"never", "some", "half", "daily"}[n] },
	}
	lists := map[string]*program.List{
		"digits": listOf("完全不会", "f0", "好几天", "f1", "一半以上", "f2", "几乎每天", "f3"),
		"place":  listOf("完全不会", "never", "好几天", "some", "一半以上", "half", "几乎每天", "daily"),
	}
	for _, s := range file.Scales {
		for style, answer := range options {
			f := &program.Form{Key: s.ID, Score: &program.Score{Sum: s.Items}}
			for _, b := range s.Bands {
				f.Score.Bands = append(f.Score.Bands, program.Band{From: b.From, Key: b.Key})
			}
			for _, k := range s.Items {
				f.Fields.Set(k, &program.Field{Key: k, Type: program.TypeChoice, List: lists[style]})
			}
			for _, v := range s.Vectors {
				answers := map[string]any{}
				for i, n := range v.Answers {
					answers[s.Items[i]] = answer(n)
				}
				total, band, ok := Score(f, answers)
				if !ok || total != v.Total || band != v.Band {
					t.Errorf("%s %v (%s): %d %s %v, want %d %s", s.ID, v.Answers, style, total, band, ok, v.Total, v.Band)
				}
				delete(answers, s.Items[0])
				if _, _, ok := Score(f, answers); ok {
					t.Errorf("%s: a missing answer must not score", s.ID)
				}
			}
		}
	}
}

func TestScoreWords(t *testing.T) {
	f := &program.Form{Key: "f", Score: &program.Score{Weights: map[string]int{"a": 2, "b": 1, "c": 3}, Reverse: []string{"b"}, Max: 20}}
	f.Fields.Set("a", &program.Field{Key: "a", Type: program.TypeInt, Range: &[2]any{int64(0), int64(10)}})
	f.Fields.Set("b", &program.Field{Key: "b", Type: program.TypeInt, Range: &[2]any{int64(1), int64(5)}})
	f.Fields.Set("c", &program.Field{Key: "c", Type: program.TypeBool})
	if total, band, ok := Score(f, map[string]any{"a": int64(4), "b": int64(2), "c": true}); total != 4*2+(1+5-2)+3 || band != "" || !ok {
		t.Errorf("weights and reversal: %d %q %v", total, band, ok)
	}
	if total, _, _ := Score(f, map[string]any{"a": int64(10), "b": int64(1), "c": true}); total != 20 {
		t.Errorf("above the maximum: %d", total)
	}
	f.Score = nil
	if _, _, ok := Score(f, nil); ok {
		t.Error("a form without score has none")
	}
}

func TestCovers(t *testing.T) {
	v, err := NormalizeText(fieldOf(program.TypeSchedule), "周一至周五 08:30-12:00；周六 16:30")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		day  int
		at   string
		want bool
	}{{1, "08:30", true}, {5, "11:59", true}, {1, "12:00", false}, {6, "16:30", true}, {6, "16:31", false}, {7, "09:00", false}} {
		if got := Covers(v, x.day, x.at); got != x.want {
			t.Errorf("day %d at %s: %v", x.day, x.at, got)
		}
	}
}
