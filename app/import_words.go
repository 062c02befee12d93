package app

import (
	"strings"
)

// importWords are the sentences of a verdict; {x} is filled from the arguments.
var importWords = map[string]string{
	"required":             "没有填写",
	"type":                 "写法不对",
	"format":               "写法不对",
	"digits":               "小数位数太多（最多 {max} 位）",
	"range":                "超出范围（{min} 至 {max}）",
	"option":               "没有这个选项",
	"ambiguous":            "不能确定是哪一个选项",
	"order":                "起止次序不对",
	"date":                 "日期写法不对，请写成 2026-11-22",
	"time":                 "时间写法不对，请写成 08:30",
	"phone":                "电话号码不对",
	"too_long":             "太长（最多 {max} 字）",
	"too_short":            "太短（至少 {min} 字）",
	"too_many":             "太多（最多 {max} 个）",
	"uscc":                 "统一社会信用代码不对：应为 18 位",
	"id_number":            "身份证号不对：应为 18 位",
	"number_spoiled":       "号码被表格软件改成了科学计数，请把这一列设为文本后重填",
	"region_unknown":       "本县没有这个区划",
	"region_ambiguous":     "本县有多个同名区划，请写成“某镇某村”",
	"org_unknown":          "没有这个单位，请先建立",
	"org_ambiguous":        "有多个同名单位",
	"place":                "经纬度不对",
	"duplicate_in_file":    "与{line}重复",
	"duplicate":            "已在册",
	"account_unknown":      "没有这个账号",
	"kind":                 "没有这种单位",
	"import_rule":          "{say}",
	"uscc_digit":           "统一社会信用代码校验位不符，请核对",
	"uscc_body":            "统一社会信用代码主体部分校验位不符，请核对",
	"uscc_registry":        "统一社会信用代码登记管理部门代码少见，请核对",
	"id_digit":             "身份证号校验位不符，请核对",
	"id_old":               "十五位旧身份证号，已换算为十八位",
	"phone_shared":         "电话与他人相同，不作为查找依据",
	"region_default":       "未写区划，按全县登记",
	"import_rows_no_ident": "没有证件号码，无法查重",
}

// importSay words a code for the people who mend the file.
func importSay(code string, args map[string]string) string {
	s, ok := importWords[code]
	if !ok {
		return "填写有误"
	}
	for k, v := range args {
		s = strings.ReplaceAll(s, "{"+k+"}", v)
	}
	if i := strings.IndexByte(s, '{'); i >= 0 { // a bound that this error does not have
		if j := strings.LastIndex(s[:i], "（"); j >= 0 {
			s = s[:j]
		}
	}
	return s
}
