package form

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"linqiao/kernel/program"
)

// fieldOf makes a field of each type, with what the type needs.
func fieldOf(t program.FieldType, mend ...func(*program.Field)) *program.Field {
	f := &program.Field{Key: "k", Label: "栏目", Type: t}
	switch t {
	case program.TypeChoice:
		f.List = listOf("信用贷", "credit", "抵押贷", "mortgage", "其他", "other")
	case program.TypeChecks:
		f.Items.Set("open", &program.CheckItem{Key: "open", Label: "持续经营"})
		f.Items.Set("site", &program.CheckItem{Key: "site", Label: "固定场所"})
	case program.TypeRows:
		f.Fields.Set("name", &program.Field{Key: "name", Label: "品名", Type: program.TypeText})
		f.Fields.Set("qty", &program.Field{Key: "qty", Label: "数量", Type: program.TypeInt, Range: &[2]any{int64(1), int64(99)}})
	}
	for _, m := range mend {
		m(f)
	}
	return f
}

func listOf(pairs ...string) *program.List {
	l := &program.List{Key: "l", Label: "名单"}
	for i := 0; i+1 < len(pairs); i += 2 {
		l.Options.Set(pairs[i+1], &program.Option{Key: pairs[i+1], Label: pairs[i]})
	}
	return l
}

func many(f *program.Field) { f.Many = true }

func ranged(lo, hi any) func(*program.Field) {
	return func(f *program.Field) { f.Range = &[2]any{lo, hi} }
}

type obj = map[string]any
type arr = []any

func TestNormalize(t *testing.T) {
	long := strings.Repeat("长", maxText+1)
	for _, x := range []struct {
		f    *program.Field
		in   any
		want any
		code string // path:code; "" when good
	}{
		{fieldOf(program.TypeText), " 你好\r\n世界\x00 ", "你好\n世界", ""},
		{fieldOf(program.TypeText), "", nil, ""},
		{fieldOf(program.TypeText), nil, nil, ""},
		{fieldOf(program.TypeText), 7.0, nil, "k:type"},
		{fieldOf(program.TypeText), long, nil, "k:too_long"},
		{fieldOf(program.TypeText, ranged(int64(2), int64(3))), "一二三四", nil, "k:too_long"},
		{fieldOf(program.TypeText, ranged(int64(2), int64(3))), "一", nil, "k:too_short"},
		{fieldOf(program.TypeText, many), arr{"a", "b", "a", ""}, arr{"a", "b"}, ""},

		{fieldOf(program.TypeInt), 12.0, int64(12), ""},
		{fieldOf(program.TypeInt), json.Number("9007199254740993"), int64(9007199254740993), ""},
		{fieldOf(program.TypeInt), json.Number("1e3"), int64(1000), ""},
		{fieldOf(program.TypeInt), 1.5, nil, "k:digits"},
		{fieldOf(program.TypeInt), "12", nil, "k:type"},
		{fieldOf(program.TypeInt), true, nil, "k:type"},
		{fieldOf(program.TypeInt, ranged(int64(1), int64(5))), 6.0, nil, "k:range"},
		{fieldOf(program.TypeInt, ranged(int64(1), nil)), 0.0, nil, "k:range"},
		{fieldOf(program.TypeInt, ranged(nil, int64(5))), -3.0, int64(-3), ""},

		{fieldOf(program.TypeNumber), 36.6, 36.6, ""},
		{fieldOf(program.TypeNumber), json.Number("3"), 3.0, ""},
		{fieldOf(program.TypeNumber, func(f *program.Field) { f.Digits = 1 }), 36.65, nil, "k:digits"},
		{fieldOf(program.TypeNumber, ranged(34.0, int64(43))), 43.5, nil, "k:range"},
		{fieldOf(program.TypeNumber), "36", nil, "k:type"},

		{fieldOf(program.TypeMoney), json.Number("30000000000"), int64(3e10), ""},
		{fieldOf(program.TypeMoney), 0.0, int64(0), ""},
		{fieldOf(program.TypeMoney), "300万", nil, "k:type"},
		{fieldOf(program.TypeMoney), 1.5, nil, "k:digits"},
		{fieldOf(program.TypeMoney), -1.0, nil, "k:range"},
		{fieldOf(program.TypeMoney, ranged(int64(-100), int64(100))), -1.0, int64(-1), ""},
		{fieldOf(program.TypeMoney), 1e17, nil, "k:range"},
		{fieldOf(program.TypeMoney), json.Number("100000000000000000"), nil, "k:range"},

		{fieldOf(program.TypeBP), 403.0, int64(403), ""},
		{fieldOf(program.TypeBP, ranged(int64(0), int64(10000))), 10001.0, nil, "k:range"},

		{fieldOf(program.TypeRate), obj{"base": "LPR1Y", "bp": 35.0}, obj{"base": "LPR1Y", "bp": int64(35)}, ""},
		{fieldOf(program.TypeRate), obj{"base": "LPR9Y", "bp": 35.0}, nil, "k.base:option"},
		{fieldOf(program.TypeRate), obj{"base": "fixed"}, nil, "k.bp:type"},
		{fieldOf(program.TypeRate), obj{"base": "fixed", "bp": -1.0}, nil, "k.bp:range"},
		{fieldOf(program.TypeRate), "LPR1Y+35", obj{"base": "LPR1Y", "bp": int64(35)}, ""},

		{fieldOf(program.TypeBool), true, true, ""},
		{fieldOf(program.TypeBool), false, false, ""},
		{fieldOf(program.TypeBool), "true", nil, "k:type"},

		{fieldOf(program.TypeDate), "2026-11-22", "2026-11-22", ""},
		{fieldOf(program.TypeDate), "2026-02-30", nil, "k:date"},
		{fieldOf(program.TypeDate), "0026-02-01", nil, "k:range"},
		{fieldOf(program.TypeDate, ranged("2026-01-01", "2026-12-31")), "2027-01-01", nil, "k:range"},
		{fieldOf(program.TypeTime), "8:30", "08:30", ""},
		{fieldOf(program.TypeTime), "2026-11-22T16:30:00+08:00", "2026-11-22T08:30:00Z", ""},
		{fieldOf(program.TypeTime), "24:30", nil, "k:time"},
		{fieldOf(program.TypeTime), "8:", nil, "k:time"},

		{fieldOf(program.TypeSpan), "5 个工作日", "5wd", ""},
		{fieldOf(program.TypeSpan), "2周", "14d", ""},
		{fieldOf(program.TypeSpan), "5x", nil, "k:span"},
		{fieldOf(program.TypeSpan, ranged(program.Span{N: 3, Unit: "wd"}, program.Span{N: 10, Unit: "wd"})), "2wd", nil, "k:range"},
		{fieldOf(program.TypeSpan, ranged("7d", "14d")), "240h", "240h", ""},

		{fieldOf(program.TypeInterval), obj{"start": "2026-11-22T09:00:00+08:00", "end": "2026-11-22T03:00:00Z"},
			obj{"start": "2026-11-22T01:00:00Z", "end": "2026-11-22T03:00:00Z"}, ""},
		{fieldOf(program.TypeInterval), obj{"start": "2026-11-22T09:00:00Z", "end": "2026-11-22T09:00:00Z"}, nil, "k.end:order"},
		{fieldOf(program.TypeInterval), obj{"start": "2026-11-22T09:00:00Z"}, nil, "k.end:required"},
		{fieldOf(program.TypeInterval), obj{"start": "22:00", "end": "23:00"}, nil, "k.start:date"},

		{fieldOf(program.TypeSchedule), arr{obj{"days": arr{5.0, 1.0, 1.0}, "from": "8:30", "to": "12:00"}},
			arr{obj{"days": arr{int64(1), int64(5)}, "from": "08:30", "to": "12:00"}}, ""},
		{fieldOf(program.TypeSchedule), arr{obj{"days": arr{8.0}, "from": "8:30"}}, nil, "k.0.days:range"},
		{fieldOf(program.TypeSchedule), arr{obj{"days": arr{1.0}, "from": "12:00", "to": "8:30"}}, nil, "k.0.to:order"},
		{fieldOf(program.TypeSchedule), arr{obj{"from": "12:00"}}, nil, "k.0.days:required"},
		{fieldOf(program.TypeSchedule), arr{7.0}, nil, "k.0:type"},

		{fieldOf(program.TypePlace), obj{"lat": 21.66, "lng": 110.92, "address": " 红旗街道 "},
			obj{"lat": 21.66, "lng": 110.92, "address": "红旗街道"}, ""},
		{fieldOf(program.TypePlace), obj{"lat": 91.0, "lng": 110.0}, nil, "k.lat:range"},
		{fieldOf(program.TypePlace), obj{"lat": 21.0}, nil, "k.lng:required"},
		{fieldOf(program.TypePlace), obj{}, nil, ""},
		{fieldOf(program.TypePlace, func(f *program.Field) { f.Track = true }), obj{"address": "红旗街道"}, nil, "k.lat:required"},

		{fieldOf(program.TypeRegion), "440902001001-g03", "440902001001-g03", ""},
		{fieldOf(program.TypeOrg), "0192f0c0-0000-7000-8000-000000000001", "0192f0c0-0000-7000-8000-000000000001", ""},
		{fieldOf(program.TypeOrg), obj{"id": "o1", "name": "某局"}, "o1", ""},
		{fieldOf(program.TypePerson), "张三", nil, "k:format"},
		{fieldOf(program.TypeParty), "a/b", nil, "k:format"},
		{fieldOf(program.TypeAccount), 7.0, nil, "k:type"},
		{fieldOf(program.TypeRef, many), arr{"r1", "r2", "r1"}, arr{"r1", "r2"}, ""},
		{fieldOf(program.TypeRef, many), arr{"r1", "r 2"}, nil, "k.1:format"},
		{fieldOf(program.TypePhoto, many), arr{}, nil, ""},
		{fieldOf(program.TypeFile), "f-1", "f-1", ""},
		{fieldOf(program.TypePhone), "+86 138 0000 0001", "13800000001", ""},
		{fieldOf(program.TypePhone), "1380000", nil, "k:phone"},

		{fieldOf(program.TypeChoice), "credit", "credit", ""},
		{fieldOf(program.TypeChoice), "信用贷", nil, "k:option"},
		{fieldOf(program.TypeChoice, many), arr{"credit", "none"}, nil, "k.1:option"},
		{fieldOf(program.TypeChoice, many), "credit", arr{"credit"}, ""},
		{fieldOf(program.TypeChoice, func(f *program.Field) { f.List.Open = true }), "county_own", "county_own", ""},

		{fieldOf(program.TypeChecks), obj{"open": "pass"}, obj{"open": obj{"v": "pass"}, "site": obj{"v": "unknown"}}, ""},
		{fieldOf(program.TypeChecks), obj{"open": obj{"v": "fail", "note": "已搬迁"}, "site": true},
			obj{"open": obj{"v": "fail", "note": "已搬迁"}, "site": obj{"v": "pass"}}, ""},
		{fieldOf(program.TypeChecks), obj{"open": "perhaps"}, nil, "k.open:option"},
		{fieldOf(program.TypeChecks), obj{"roof": "pass"}, nil, "k.roof:unknown_field"},
		{fieldOf(program.TypeChecks), arr{1.0}, nil, "k:type"},

		{fieldOf(program.TypeRows), arr{obj{"name": "米", "qty": 3.0}, obj{}, nil}, arr{obj{"name": "米", "qty": int64(3)}}, ""},
		{fieldOf(program.TypeRows), arr{obj{"name": "米", "qty": 100.0}}, nil, "k.0.qty:range"},
		{fieldOf(program.TypeRows), arr{obj{"colour": "red"}}, nil, "k.0.colour:unknown_field"},
		{fieldOf(program.TypeRows), arr{"x"}, nil, "k.0:type"},
		{fieldOf("nonsense"), "x", nil, "k:type"},
	} {
		got, err := Normalize(x.f, x.in)
		code := ""
		if err != nil {
			code = err.Path + ":" + err.Code
		}
		if code != x.code || !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s %v: %#v %q, want %#v %q", x.f.Type, x.in, got, code, x.want, x.code)
		}
	}
}

func TestNormalizeText(t *testing.T) {
	kg := func(f *program.Field) { f.Unit = "kg" }
	for _, x := range []struct {
		f    *program.Field
		in   string
		want any
		code string
	}{
		{fieldOf(program.TypeMoney), "300万", int64(300_0000_00), ""},
		{fieldOf(program.TypeMoney), "1.2亿", int64(120_000_000_00), ""},
		{fieldOf(program.TypeMoney), "4771万元", int64(4771_0000_00), ""},
		{fieldOf(program.TypeMoney), "￥1,234.56", int64(123456), ""},
		{fieldOf(program.TypeMoney), "１２．５", int64(1250), ""},
		{fieldOf(program.TypeMoney), "0.07", int64(7), ""},
		{fieldOf(program.TypeMoney), "1.234", nil, "digits"},
		{fieldOf(program.TypeMoney), "三百万", nil, "type"},
		{fieldOf(program.TypeMoney), "99999999999999亿", nil, "digits"},
		{fieldOf(program.TypeInt), "1.2万", int64(12000), ""},
		{fieldOf(program.TypeInt), "1.5", nil, "digits"},
		{fieldOf(program.TypeInt), "-7", int64(-7), ""},
		{fieldOf(program.TypeNumber, kg), "12.5kg", 12.5, ""},
		{fieldOf(program.TypeNumber), "x", nil, "type"},
		{fieldOf(program.TypeBP), "4.03%", int64(403), ""},
		{fieldOf(program.TypeBP), "70％", int64(7000), ""},
		{fieldOf(program.TypeBP), "35BP", int64(35), ""},
		{fieldOf(program.TypeBP), "5‰", int64(50), ""},
		{fieldOf(program.TypeBP), "4.033%", nil, "digits"},
		{fieldOf(program.TypeRate), "LPR1Y+35", obj{"base": "LPR1Y", "bp": int64(35)}, ""},
		{fieldOf(program.TypeRate), "lpr5y - 20bp", obj{"base": "LPR5Y", "bp": int64(-20)}, ""},
		{fieldOf(program.TypeRate), "一年期LPR加50个基点", obj{"base": "LPR1Y", "bp": int64(50)}, ""},
		{fieldOf(program.TypeRate), "LPR1Y", obj{"base": "LPR1Y", "bp": int64(0)}, ""},
		{fieldOf(program.TypeRate), "fixed 403", obj{"base": "fixed", "bp": int64(403)}, ""},
		{fieldOf(program.TypeRate), "3.85%", obj{"base": "fixed", "bp": int64(385)}, ""},
		{fieldOf(program.TypeRate), "随行就市", nil, "type"},
		{fieldOf(program.TypeBool), "是", true, ""},
		{fieldOf(program.TypeBool), "无", false, ""},
		{fieldOf(program.TypeBool), "也许", nil, "type"},
		{fieldOf(program.TypeDate), "2026/1/2", "2026-01-02", ""},
		{fieldOf(program.TypeDate), "2026年11月22日", "2026-11-22", ""},
		{fieldOf(program.TypeDate), "20261122", "2026-11-22", ""},
		{fieldOf(program.TypeDate), "2026-11-22 00:00:00", "2026-11-22", ""},
		{fieldOf(program.TypeDate), "2026.2.30", nil, "date"},
		{fieldOf(program.TypeDate), "明天", nil, "date"},
		{fieldOf(program.TypeTime), "８：３０", "08:30", ""},
		{fieldOf(program.TypeTime), "8点", "08:00", ""},
		{fieldOf(program.TypeTime), "2026-11-22 16:30", "2026-11-22T08:30:00Z", ""},
		{fieldOf(program.TypeSpan), "30分钟", "30m", ""},
		{fieldOf(program.TypeSpan), "4wh", "4wh", ""},
		{fieldOf(program.TypeInterval), "2026-11-22 14:00-16:00", obj{"start": "2026-11-22T06:00:00Z", "end": "2026-11-22T08:00:00Z"}, ""},
		{fieldOf(program.TypeInterval), "2026/11/22 22:00 至 2026/11/23 6:00", obj{"start": "2026-11-22T14:00:00Z", "end": "2026-11-22T22:00:00Z"}, ""},
		{fieldOf(program.TypeInterval), "2026-11-22 22:00~06:00", obj{"start": "2026-11-22T14:00:00Z", "end": "2026-11-22T22:00:00Z"}, ""},
		{fieldOf(program.TypeInterval), "下午", nil, "interval"},
		{fieldOf(program.TypeSchedule), "周一至周五 08:30-12:00、14:00-17:30；周六 9:00-11:00", arr{
			obj{"days": arr{int64(1), int64(2), int64(3), int64(4), int64(5)}, "from": "08:30", "to": "12:00"},
			obj{"days": arr{int64(1), int64(2), int64(3), int64(4), int64(5)}, "from": "14:00", "to": "17:30"},
			obj{"days": arr{int64(6)}, "from": "09:00", "to": "11:00"}}, ""},
		{fieldOf(program.TypeSchedule), "周二、周四 16:30", arr{obj{"days": arr{int64(2), int64(4)}, "from": "16:30"}}, ""},
		{fieldOf(program.TypeSchedule), "每天 08:00-20:00", arr{obj{"days": arr{int64(1), int64(2), int64(3), int64(4), int64(5), int64(6), int64(7)}, "from": "08:00", "to": "20:00"}}, ""},
		{fieldOf(program.TypeSchedule), "随时", nil, "schedule"},
		{fieldOf(program.TypePlace), "21.66，110.92 红旗街道1号", obj{"lat": 21.66, "lng": 110.92, "address": "红旗街道1号"}, ""},
		{fieldOf(program.TypePlace), "红旗街道1号", obj{"address": "红旗街道1号"}, ""},
		{fieldOf(program.TypeChoice), "信用贷", "credit", ""},
		{fieldOf(program.TypeChoice), "CREDIT", nil, "option"},
		{fieldOf(program.TypeChoice), "租赁", nil, "option"},
		{fieldOf(program.TypeChoice, many), "信用贷、other", arr{"credit", "other"}, ""},
		{fieldOf(program.TypeChoice, many), "[credit，抵押贷]", arr{"credit", "mortgage"}, ""},
		{fieldOf(program.TypeChecks), "全通过", obj{"open": obj{"v": "pass"}, "site": obj{"v": "pass"}}, ""},
		{fieldOf(program.TypeChecks), "全通过 除 site", obj{"open": obj{"v": "pass"}, "site": obj{"v": "fail"}}, ""},
		{fieldOf(program.TypeChecks), "持续经营=通过，固定场所=不合格", obj{"open": obj{"v": "pass"}, "site": obj{"v": "fail"}}, ""},
		{fieldOf(program.TypeChecks), "屋顶=通过", nil, "option"},
		{fieldOf(program.TypeRows), `[{"name":"米","qty":3}]`, arr{obj{"name": "米", "qty": int64(3)}}, ""},
		{fieldOf(program.TypeRows), `米 3`, nil, "type"},
		{fieldOf(program.TypeRows), `[{`, nil, "format"},
		{fieldOf(program.TypePhone), "0668 2281234", "0668-2281234", ""},
		{fieldOf(program.TypeText), "  ", nil, ""},
	} {
		got, err := NormalizeText(x.f, x.in)
		code := ""
		if err != nil {
			code = err.Code
		}
		if code != x.code || !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s %q: %#v %q, want %#v %q", x.f.Type, x.in, got, code, x.want, x.code)
		}
	}
}

func TestAmbiguousLabel(t *testing.T) {
	f := fieldOf(program.TypeChoice, func(f *program.Field) { f.List = listOf("其他", "a", "其他", "b") })
	if _, err := NormalizeText(f, "其他"); err == nil || err.Code != "ambiguous" {
		t.Errorf("a label with two meanings: %v", err)
	}
}

func TestFormat(t *testing.T) {
	for _, x := range []struct {
		f    *program.Field
		v    any
		want string
	}{
		{fieldOf(program.TypeMoney), int64(300_0000_00), "300万元"},
		{fieldOf(program.TypeMoney), int64(120_000_000_00), "1.2亿元"},
		{fieldOf(program.TypeMoney), int64(4771_0000_00), "4771万元"},
		{fieldOf(program.TypeMoney), int64(12345_67), "12,345.67元"},
		{fieldOf(program.TypeMoney), int64(12345_00), "12,345元"},
		{fieldOf(program.TypeMoney), int64(0), "0元"},
		{fieldOf(program.TypeMoney), int64(7), "0.07元"},
		{fieldOf(program.TypeMoney), int64(-5), "-0.05元"},
		{fieldOf(program.TypeMoney), "x", ""},
		{fieldOf(program.TypeBP), int64(403), "4.03%"},
		{fieldOf(program.TypeBP), int64(7000), "70%"},
		{fieldOf(program.TypeRate), obj{"base": "LPR1Y", "bp": int64(35)}, "一年期LPR+35BP"},
		{fieldOf(program.TypeRate), obj{"base": "LPR5Y", "bp": int64(-20)}, "五年期LPR-20BP"},
		{fieldOf(program.TypeRate), obj{"base": "fixed", "bp": int64(403)}, "固定 4.03%"},
		{fieldOf(program.TypeRate), obj{"base": "LPR1Y", "bp": int64(0)}, "一年期LPR"},
		{fieldOf(program.TypeInt, func(f *program.Field) { f.Unit = "户" }), int64(130000), "130,000户"},
		{fieldOf(program.TypeInt), int64(2026), "2026"},
		{fieldOf(program.TypeNumber, func(f *program.Field) { f.Unit, f.Digits = "kg", 1 }), 12.0, "12.0 kg"},
		{fieldOf(program.TypeBool), true, "是"},
		{fieldOf(program.TypeBool), false, "否"},
		{fieldOf(program.TypeDate), "2026-11-22", "2026-11-22"},
		{fieldOf(program.TypeTime), "2026-11-22T08:30:00Z", "2026-11-22 16:30"},
		{fieldOf(program.TypeTime), "08:30", "08:30"},
		{fieldOf(program.TypeSpan), "5wd", "5 个工作日"},
		{fieldOf(program.TypeSpan), program.Span{N: 15, Unit: "m"}, "15 分钟"},
		{fieldOf(program.TypeInterval), obj{"start": "2026-11-22T06:00:00Z", "end": "2026-11-22T08:00:00Z"}, "2026-11-22 14:00–16:00"},
		{fieldOf(program.TypeInterval), obj{"start": "2026-11-22T14:00:00Z", "end": "2026-11-22T22:00:00Z"}, "2026-11-22 22:00 至 2026-11-23 06:00"},
		{fieldOf(program.TypeSchedule), arr{
			obj{"days": arr{int64(1), int64(2), int64(3)}, "from": "08:30", "to": "12:00"},
			obj{"days": arr{int64(1), int64(2), int64(3)}, "from": "14:00", "to": "17:00"},
			obj{"days": arr{int64(6), int64(7)}, "from": "09:00"}}, "周一至周三 08:30–12:00、14:00–17:00、周六、周日 09:00"},
		{fieldOf(program.TypePlace), obj{"lat": 21.66, "lng": 110.92}, "北纬 21.66°，东经 110.92°"},
		{fieldOf(program.TypePlace), obj{"lat": 21.66, "lng": 110.92, "address": "红旗街道"}, "红旗街道"},
		{fieldOf(program.TypeChoice), "credit", "信用贷"},
		{fieldOf(program.TypeChoice), "gone", "gone"},
		{fieldOf(program.TypeChoice, many), arr{"credit", "other"}, "信用贷、其他"},
		{fieldOf(program.TypeChecks), obj{"open": obj{"v": "pass"}, "site": obj{"v": "pass"}}, "全部通过"},
		{fieldOf(program.TypeChecks), obj{"open": obj{"v": "fail"}, "site": obj{"v": "unknown"}}, "不通过：持续经营；待查：固定场所"},
		{fieldOf(program.TypeRows), arr{obj{}, obj{}}, "2 行"},
		{fieldOf(program.TypePhoto, many), arr{"a", "b", "c"}, "3 张照片"},
		{fieldOf(program.TypeFile), "a", "1 个文件"},
		{fieldOf(program.TypePhone), "13800000001", "13800000001"},
		{fieldOf(program.TypeText), nil, ""},
	} {
		if got := Format(x.f, x.v); got != x.want {
			t.Errorf("%s %v: %q, want %q", x.f.Type, x.v, got, x.want)
		}
	}
}

// What is shown can be typed back, for the types people type.
func TestFormatReadsBack(t *testing.T) {
	for _, x := range []struct {
		t program.FieldType
		v any
	}{
		{program.TypeMoney, int64(300_0000_00)}, {program.TypeMoney, int64(1234567)}, {program.TypeMoney, int64(123_456_700_00)},
		{program.TypeBP, int64(403)}, {program.TypeInt, int64(1234567)}, {program.TypeBool, true},
		{program.TypeRate, obj{"base": "LPR5Y", "bp": int64(-20)}}, {program.TypeRate, obj{"base": "fixed", "bp": int64(403)}},
		{program.TypeSpan, "5wd"}, {program.TypeSpan, "3month"}, {program.TypeTime, "2026-11-22T08:30:00Z"},
		{program.TypeInterval, obj{"start": "2026-11-22T06:00:00Z", "end": "2026-11-22T08:00:00Z"}},
		{program.TypeSchedule, arr{obj{"days": arr{int64(1), int64(2), int64(3)}, "from": "08:30", "to": "12:00"}}},
		{program.TypePlace, obj{"lat": 21.66, "lng": 110.92}},
	} {
		f := fieldOf(x.t)
		got, err := NormalizeText(f, Format(f, x.v))
		if err != nil || !reflect.DeepEqual(got, x.v) {
			t.Errorf("%s %v is shown as %q, read back as %v (%v)", x.t, x.v, Format(f, x.v), got, err)
		}
	}
}

// Error values never hold what was submitted.
func TestErrorsDoNotEcho(t *testing.T) {
	const secret = "秘密9z"
	for typ := range kinds {
		for _, raw := range []any{secret, obj{secret: secret}, arr{secret, obj{secret: secret}}, obj{"v": secret, "base": secret, "lat": secret}} {
			for _, mend := range [][]func(*program.Field){nil, {many}} {
				if _, err := Normalize(fieldOf(typ, mend...), raw); err != nil && strings.Contains(fmt.Sprint(*err), secret) {
					t.Errorf("%s: %v", typ, *err)
				}
			}
		}
		if _, err := NormalizeText(fieldOf(typ), secret); err != nil && strings.Contains(fmt.Sprint(*err), secret) {
			t.Errorf("%s: %v", typ, *err)
		}
	}
	_, errs := Fill(nil, nil, map[string]any{secret: 1})
	if len(errs) != 1 || strings.Contains(fmt.Sprint(errs), secret) {
		t.Errorf("%v", errs)
	}
}

func TestEveryTypeIsKnown(t *testing.T) {
	for _, typ := range []program.FieldType{program.TypeText, program.TypeInt, program.TypeNumber, program.TypeMoney,
		program.TypeBP, program.TypeRate, program.TypeBool, program.TypeDate, program.TypeTime, program.TypeSpan,
		program.TypeInterval, program.TypeSchedule, program.TypePlace, program.TypeRegion, program.TypeOrg,
		program.TypePerson, program.TypeParty, program.TypeAccount, program.TypePhone, program.TypePhoto,
		program.TypeFile, program.TypeChecks, program.TypeRows, program.TypeRef, program.TypeChoice} {
		k, ok := kinds[typ]
		if !ok || k.norm == nil || k.text == nil || k.show == nil {
			t.Errorf("%s is not complete", typ)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{`"300万"`, `{"lat":1,"lng":2}`, `[{"name":"a","qty":1}]`, `{"base":"fixed","bp":1}`, `12.5`,
		`{"open":{"v":"pass"}}`, `"周一 08:30-12:00、14:00"`, `[1,2]`, `true`, `null`, `"2026-11-22 14:00-16:00"`, `"5wd"`,
		`[{"days":[1],"from":"8:30","to":"24:00"}]`, `"[{}]"`, `"{\"open\":1}"`} {
		f.Add(s)
	}
	var fields []*program.Field
	for typ := range kinds {
		fields = append(fields, fieldOf(typ), fieldOf(typ, many), fieldOf(typ, ranged(int64(1), int64(9))))
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		var raw any
		if d.Decode(&raw) != nil {
			raw = s
		}
		for _, field := range fields {
			v, err := Normalize(field, raw)
			if err == nil {
				checkStable(t, field, v)
			}
			if v, err = NormalizeText(field, s); err == nil {
				checkStable(t, field, v)
			}
		}
	})
}

// checkStable: the stored form is its own stored form, can be shown and read by
// rules.
func checkStable(t *testing.T, f *program.Field, v any) {
	t.Helper()
	again, err := Normalize(f, v)
	if err != nil || !reflect.DeepEqual(again, v) {
		t.Fatalf("%s: %#v becomes %#v (%v)", f.Type, v, again, err)
	}
	Format(f, v)
	if v == nil {
		return
	}
	if _, err := ToRule(f, v); err != nil {
		t.Fatalf("%s: %#v cannot be read: %v", f.Type, v, err)
	}
}
