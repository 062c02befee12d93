package store

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// polyphones are words in which the library's first reading of a character is
// wrong: place names and surnames that county staff type every day.
var polyphones = map[string]string{
	"重庆": "chong qing", "重阳": "chong yang", "长沙": "chang sha", "长春": "chang chun", "长安": "chang an",
	"长江": "chang jiang", "长治": "chang zhi", "长垣": "chang yuan", "厦门": "xia men", "六安": "lu an", "六合": "lu he",
	"蚌埠": "beng bu", "亳州": "bo zhou", "台州": "tai zhou", "丽水": "li shui", "番禺": "pan yu", "铅山": "yan shan",
	"乐清": "yue qing", "乐亭": "lao ting", "浚县": "xun xian", "大埔": "da bu", "东莞": "dong guan", "洪洞": "hong tong",
	"单县": "shan xian", "莘县": "shen xian", "歙县": "she xian", "黟县": "yi xian", "尉犁": "yu li", "尉氏": "wei shi",
	"银行": "yin hang", "商行": "shang hang", "农商行": "nong shang hang", "支行": "zhi hang", "分行": "fen hang",
	"行业": "hang ye", "音乐": "yin yue", "调解": "tiao jie", "调查": "diao cha", "朝阳": "chao yang", "单位": "dan wei",
	"会计": "kuai ji", "供给": "gong ji", "重点": "zhong dian", "成都": "cheng du", "都市": "du shi", "校长": "xiao zhang",
	"村长": "cun zhang", "镇长": "zhen zhang", "家长": "jia zhang", "尉迟": "yu chi", "长孙": "zhang sun", "万俟": "mo qi",
	"单于": "chan yu", "澹台": "tan tai", "令狐": "ling hu",
}

// surnames are single characters read differently at the head of a name.
var surnames = map[rune]string{
	'单': "shan", '解': "xie", '仇': "qiu", '区': "ou", '查': "zha", '曾': "zeng", '任': "ren", '朴': "piao", '盖': "ge",
	'华': "hua", '覃': "qin", '乐': "yue", '翟': "zhai", '缪': "miao", '宓': "mi", '折': "she", '燕': "yan", '尹': "yin",
	'尉': "wei", '员': "yun", '种': "chong", '牟': "mu", '褚': "chu", '召': "shao", '逄': "pang", '纪': "ji", '葛': "ge",
}

var pinyinArgs = pinyin.NewArgs()

// Pinyin gives the full pinyin of a text, syllables apart by spaces; letters and
// digits stay, everything else is a break.
func Pinyin(text string) string { return strings.Join(syllables(text), " ") }

func syllables(text string) []string {
	runes := []rune(strings.ToLower(text))
	var out []string
	word := ""
	flush := func() {
		if word != "" {
			out = append(out, word)
			word = ""
		}
	}
	for i := 0; i < len(runes); {
		if py, n := longest(runes[i:]); n > 0 {
			flush()
			out = append(out, strings.Fields(py)...)
			i += n
			continue
		}
		r := runes[i]
		switch {
		case unicode.Is(unicode.Han, r):
			flush()
			if py := reading(r, i == 0 && len(runes) <= 4); py != "" {
				out = append(out, py)
			}
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word += string(r)
		default:
			flush()
		}
		i++
	}
	flush()
	return out
}

// longest finds the longest known word at the start (three characters at most).
func longest(runes []rune) (string, int) {
	for n := min(3, len(runes)); n >= 2; n-- {
		if py, ok := polyphones[string(runes[:n])]; ok {
			return py, n
		}
	}
	return "", 0
}

func reading(r rune, surname bool) string {
	if surname {
		if py, ok := surnames[r]; ok {
			return py
		}
	}
	if list := pinyin.SinglePinyin(r, pinyinArgs); len(list) > 0 {
		return list[0]
	}
	return ""
}
