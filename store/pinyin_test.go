package store

import (
	"slices"
	"testing"
)

func TestPinyin(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"重庆":       "chong qing",
		"化州市农商行":   "hua zhou shi nong shang hang",
		"单雄信":      "shan xiong xin",
		"单位食堂":     "dan wei shi tang",
		"区伟":       "ou wei",
		"Acme 3号店": "acme 3 hao dian",
		"":         "",
		"·，。":      "",
		"厦门银行（分行）": "xia men yin hang fen hang",
		"长沙县长江村村长": "chang sha xian chang jiang cun cun zhang",
	} {
		if got := Pinyin(text); got != want {
			t.Errorf("%s reads %q, want %q", text, got, want)
		}
	}
}

func TestBigrams(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"荔枝 种植": {"种植", "荔枝"},
		"ABc":   {"ab", "bc"},
		"甲":     {"甲"},
		"！？":    nil,
		"𠮷野家":   {"野家", "𠮷野"},
	} {
		got := bigrams(text)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
	if n := len(bigrams(longText())); n != gramsMax {
		t.Errorf("a long text gives %d grams", n)
	}
}

func longText() string {
	var out []rune
	for r := rune(0x4e00); r < 0x4e00+2000; r++ {
		out = append(out, r)
	}
	return string(out)
}
