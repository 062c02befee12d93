package form

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"linqiao/kernel/program"
)

func everyField() *program.Form {
	f := &program.Form{Key: "visit", Label: "走访问卷"}
	add := func(key, label string, typ program.FieldType, mend ...func(*program.Field)) {
		field := fieldOf(typ, mend...)
		field.Key, field.Label = key, label
		f.Fields.Set(key, field)
	}
	add("name", "姓名", program.TypeText, func(f *program.Field) { f.Hint, f.LabelEN = "按身份证", "Name" })
	add("heads", "人数", program.TypeInt, ranged(int64(0), int64(30)), func(f *program.Field) { f.Unit = "人" })
	add("temp", "体温", program.TypeNumber, ranged(34.0, 43.0), func(f *program.Field) { f.Digits = 1 })
	add("amount", "金额", program.TypeMoney, ranged(int64(0), nil))
	add("share", "占比", program.TypeBP)
	add("rate", "利率", program.TypeRate)
	add("smokes", "吸烟", program.TypeBool)
	add("since", "开始", program.TypeDate, ranged("2020-01-01", nil))
	add("at", "时间", program.TypeTime)
	add("gap", "间隔", program.TypeSpan, ranged(nil, "14d"))
	add("slot", "时段", program.TypeInterval)
	add("hours", "开放时间", program.TypeSchedule)
	add("spot", "地点", program.TypePlace)
	add("home", "区划", program.TypeRegion)
	add("unit", "单位", program.TypeOrg)
	add("phone", "电话", program.TypePhone)
	add("shots", "照片", program.TypePhoto, many)
	add("paper", "材料", program.TypeFile)
	add("criteria", "标准", program.TypeChecks)
	add("goods", "物品", program.TypeRows)
	add("link", "关联", program.TypeRef, func(f *program.Field) { f.To = "case" })
	add("loan", "贷款", program.TypeChoice)
	add("loans", "在用贷款", program.TypeChoice, many, func(f *program.Field) { f.List = listOf("甲", "a", "乙", "b"); f.List.Key = "m" })
	return f
}

func TestXLSRoundTrip(t *testing.T) {
	d := &Draft{
		Form: everyField(),
		Need: []string{"name", "heads"},
		Show: map[string]string{
			"since":  "smokes",
			"temp":   "heads > 3 && !smokes || loan == 'credit'",
			"amount": "loan in ['credit', 'mortgage'] && has(it.name)",
			"share":  "'a' in loans && loans.size() >= 2",
			"rate":   "!has(it.amount)",
			"gap":    "(heads + 2) * 3 - 1 >= 10 && since <= today",
		},
		Require: []DraftGuard{{"!has(it.heads) || heads < 20 && smokes", "人数不符"}, {"temp > 35.0 || heads < 9", "体温过低"}},
		Calc:    map[string]string{},
		Notes:   []DraftNote{{"heads", "请如实填写"}, {"", "谢谢"}},
	}
	x, problems := ToXLS(d)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	back, problems := FromXLS(x)
	for _, p := range problems {
		t.Errorf("row %d: %s", p.Row, p.Msg)
	}
	want := map[string]string{}
	for k, v := range d.Show {
		want[k] = v
	}
	want["amount"] = "(loan == 'credit' || loan == 'mortgage') && has(it.name)"
	if !reflect.DeepEqual(back.Show, want) {
		t.Errorf("show\n got %v\nwant %v", back.Show, want)
	}
	if !reflect.DeepEqual(back.Need, d.Need) || !reflect.DeepEqual(back.Notes, d.Notes) {
		t.Errorf("need %v, notes %v", back.Need, back.Notes)
	}
	wantRequire := []DraftGuard{{"!has(it.temp) || temp > 35.0 || heads < 9", "体温过低"},
		{"!has(it.smokes) || !has(it.heads) || heads < 20 && smokes", "人数不符"}}
	if !reflect.DeepEqual(back.Require, wantRequire) { // each at its last question, which must be answered
		t.Errorf("require\n got %v\nwant %v", back.Require, wantRequire)
	}
	for key, f := range d.Form.Fields.All() {
		g := back.Form.Fields.Get(key)
		if g == nil {
			t.Errorf("%s was lost", key)
			continue
		}
		if g.Type != f.Type || g.Many != f.Many || g.Label != f.Label || g.Unit != f.Unit || g.Hint != f.Hint ||
			g.To != f.To || g.Digits != f.Digits || !reflect.DeepEqual(g.Range, f.Range) || g.Items.Len() != f.Items.Len() || g.Fields.Len() != f.Fields.Len() {
			t.Errorf("%s:\n got %+v\nwant %+v", key, g, f)
		}
		if f.List != nil && !reflect.DeepEqual(g.List.Options.Keys(), f.List.Options.Keys()) {
			t.Errorf("%s: options %v", key, g.List.Options.Keys())
		}
	}
	if !reflect.DeepEqual(back.Form.Fields.Keys(), d.Form.Fields.Keys()) {
		t.Errorf("order %v", back.Form.Fields.Keys())
	}
	again, _ := ToXLS(back)
	if len(again.Survey) != len(x.Survey) || !reflect.DeepEqual(again.Choices, x.Choices) {
		t.Error("a second writing differs")
	}
}

func TestXLSScale(t *testing.T) {
	b, err := os.ReadFile("testdata/phq9.xlsform.csv")
	if err != nil {
		t.Fatal(err)
	}
	x, err := SheetsFromCSV(string(b))
	if err != nil {
		t.Fatal(err)
	}
	d, problems := FromXLS(x)
	for _, p := range problems {
		if p.Fatal {
			t.Errorf("row %d: %s", p.Row, p.Msg)
		}
	}
	f := d.Form
	if f.Label != "患者健康问卷(PHQ-9)" || f.Key != "linqiao_phq9" || f.Score == nil || len(f.Score.Sum) != 9 || len(d.Need) != 9 {
		t.Fatalf("%+v need %v score %+v", f, d.Need, f.Score)
	}
	if q := f.Fields.Get("q09"); q == nil || q.List.Options.Get("v3").Label != "几乎每天" || q.List.Options.Get("v3").LabelEN != "Nearly every day" {
		t.Fatalf("%+v", q)
	}
	if got, want := d.Calc["crisis"], "q09 in ['v1', 'v2', 'v3'] ? 1 : 0"; got != want {
		t.Errorf("crisis = %s, want %s", got, want)
	}
	answers := map[string]any{}
	for _, k := range f.Score.Sum {
		answers[k] = "v2"
	}
	if total, _, ok := Score(f, answers); !ok || total != 18 {
		t.Errorf("score %d %v", total, ok)
	}
	if len(d.Notes) < 2 || d.Notes[0].Before != "q01" {
		t.Errorf("notes %v", d.Notes)
	}
}

func TestXLSOldColumns(t *testing.T) {
	x, err := SheetsFromCSV(`"survey",,,,,
,"Type","Name","label:English (en)","bind:relevant","bind:constraint","bind:jr:constraintMsg"
,"text","family_name","Your name?",,,
,"select one from sexes or specify other","Sex","What sex?",,,
,"begin group","father","Father","${Sex} = 'male' and ${family_name} != ''",,
,"phone number","phone_number","His phone?",,,
,"integer","age","How old?",". != ${n}",". < 130 and . > 0","too old"
,"end group",,,,
,"select all that apply from sexes","both","Which?",,"not(selected(., 'male') and selected(., 'female'))","not both"
,"begin repeat","child","Child",,,
,"integer","born","Year",,". >= 1900 and . <= 2100",
,"end repeat",,,,
,"osm","q3","Where?",,,
"choices",,,
,"list name","name","label"
,"sexes","male","Male"
,"sexes","female","Female"
`)
	if err != nil {
		t.Fatal(err)
	}
	d, problems := FromXLS(x)
	if len(problems) != 2 || !strings.Contains(problems[0].Msg+problems[1].Msg, "“osm”") || !strings.Contains(problems[0].Msg+problems[1].Msg, "没有栏目“n”") {
		t.Errorf("problems %v", problems)
	}
	if got, want := strings.Join(d.Form.Fields.Keys(), " "), "family_name sex phone_number age both child"; got != want {
		t.Errorf("fields %s, want %s", got, want)
	}
	if got, want := d.Show["phone_number"], "sex == 'male' && has(it.family_name)"; got != want {
		t.Errorf("show %s, want %s", got, want)
	}
	want := []DraftGuard{{"!has(it.age) || age < 130 && age > 0", "too old"},
		{"!has(it.both) || !('male' in both && 'female' in both)", "not both"}}
	if !reflect.DeepEqual(d.Require, want) {
		t.Errorf("require %v", d.Require)
	}
	born := d.Form.Fields.Get("child").Fields.Get("born")
	if born == nil || !reflect.DeepEqual(born.Range, &[2]any{int64(1900), int64(2100)}) {
		t.Errorf("repeat: %+v", born)
	}
	if f := d.Form.Fields.Get("phone_number"); f.Type != program.TypePhone || f.Label != "His phone?" {
		t.Errorf("%+v", f)
	}
}

func TestXLSProblems(t *testing.T) {
	for _, c := range []struct {
		rows []Row
		want string
	}{
		{[]Row{{"type": "text"}}, "缺少 name"},
		{[]Row{{"type": "text", "name": "a"}, {"type": "text", "name": "A"}}, "栏目“a”重复"},
		{[]Row{{"type": "end group"}}, "没有对应的 begin"},
		{[]Row{{"type": "begin group", "name": "g"}}, "有 begin 没有 end"},
		{[]Row{{"type": "select_one c", "name": "a"}}, "没有选项表“c”"},
		{[]Row{{"type": "begin repeat", "name": "a"}, {"type": "begin repeat", "name": "b"}, {"type": "end repeat"}, {"type": "end repeat"}}, "不能再有重复组"},
		{[]Row{{"type": "text", "name": "a", "relevant": "once(${a})"}}, "不支持函数 once()"},
		{[]Row{{"type": "text", "name": "a", "relevant": "${a} = 'x"}}, "没有结束"},
		{[]Row{{"type": "text", "name": "a", "relevant": "${a} = "}}, "没有写完整"},
		{[]Row{{"type": "text", "name": "a", "relevant": strings.Repeat("(", 99)}}, "嵌套太深"},
	} {
		_, problems := FromXLS(XLSForm{Survey: c.rows})
		found := false
		for _, p := range problems {
			found = found || strings.Contains(p.Msg, c.want)
		}
		if !found {
			t.Errorf("%v: %v, want %s", c.rows, problems, c.want)
		}
	}
	d := &Draft{Form: everyField(), Show: map[string]string{"name": "subject.age > 3", "heads": "loans.exists(x, x == 'a')", "at": "smokes == true"}}
	if _, problems := ToXLS(d); len(problems) != 3 {
		t.Errorf("what XLSForm cannot say must be named: %v", problems)
	}
}

func FuzzXLSExpr(f *testing.F) {
	for _, s := range []string{"${a} > 1 and not(selected(${m}, 'x'))", "if(${n} div 2 = 1, 1, 0)", "a in ['x'] ? 1 : 0", "has(it.a) && -n < 2", ". >= 1"} {
		f.Add(s)
	}
	fields := fieldSet{"a": fieldOf(program.TypeText), "n": fieldOf(program.TypeInt), "m": fieldOf(program.TypeChoice, many)}
	for k, v := range fields {
		v.Key = k
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := parseXPath(s, "n")
		if err != nil {
			return
		}
		cel, err := fields.toCEL(n)
		if err != nil {
			return
		}
		again, err := parseCEL(cel)
		if err != nil {
			t.Fatalf("%q gives %q, which cannot be read: %v", s, cel, err)
		}
		if second, err := fields.toCEL(again); err != nil && again.op != "has" && !strings.Contains(cel, "has(") && !strings.Contains(cel, " in ") {
			t.Fatalf("%q: %q, then %q %v", s, cel, second, err)
		}
	})
}
