package scenario

import (
	"strings"
	"testing"
)

func TestMovedStories(t *testing.T) {
	src := "剧本 甲\n程序 p@1\n地区 440902 茂南区\n日历 2026\n时间 2026-11-10 09:00\n" +
		"个人 张三: birth_date=1971-09-15，phone=0668-5550271\n单位 乙 是 office: 电话=「0668-2026-11」\n" +
		"张三 做 r.m: day=2026-10-20，slot=2026-11-28 09:00..16:00，end=「2026-12-30 20:00」\n时间 2026-11-20 17:00\n张三 冻结 ledger.l 期=2026-11-10所在月\n"
	out, err := Moved([]byte(src), 28)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"时间 2026-12-08 09:00", "birth_date=1971-09-15，phone=0668-5550271", "「0668-2026-11」",
		"day=2026-11-17，slot=2026-12-26 09:00..16:00，end=「2027-01-27 20:00」", "时间 2026-12-18 17:00", "期=2026-12-08所在月", "日历 2026\n",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	story, issues := Parse("", out)
	if len(issues) > 0 {
		t.Fatal(issues)
	}
	if got := story.Ends().Format("2006-01-02 15:04 -07"); got != "2026-12-18 17:00 +08" {
		t.Error("ends", got)
	}
	if _, err := Moved([]byte("剧本"), 7); err == nil {
		t.Error("a story with faults was moved")
	}
}

func TestPeriodOfADay(t *testing.T) {
	for in, want := range map[string]string{
		"2022": "2022", "2022Q2": "2022Q2", "2022-05..2022-06": "2022-05..2022-06",
		"2026-12-31所在月": "2026-12", "2026-12-31所在季": "2026Q4", "2027-01-01所在季": "2027Q1", "2027-03-31 所在年": "2027",
		"2026-12-31所在周": "2026-12-31所在周",
	} {
		if got := period(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
