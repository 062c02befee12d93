package app

import (
	"strings"
)

// importWords are the sentences of a verdict, Chinese and English; {x} is filled
// from the arguments. Each says what is wrong and how it is mended.
var importWords = map[string][2]string{
	"required":           {"没有填写", "is empty"},
	"type":               {"写法不对", "is not written right"},
	"format":             {"写法不对", "is not written right"},
	"digits":             {"小数位数太多（最多 {max} 位）", "has too many decimals (at most {max})"},
	"range":              {"超出范围{min?，不小于 #}{max?，不大于 #}", "is out of range{min?, at least #}{max?, at most #}"},
	"option":             {"没有这个选项{options?（可填：#）}", "is no option{options? (one of: #)}"},
	"ambiguous":          {"不能确定是哪一个选项", "may be several options"},
	"order":              {"起止次序不对", "ends before it begins"},
	"date":               {"日期写法不对，请写成 2026-11-22", "is no date; write 2026-11-22"},
	"time":               {"时间写法不对，请写成 08:30", "is no time; write 08:30"},
	"span":               {"时长写法不对，请写成 5天、4小时", "is no length of time; write 5d or 4h"},
	"interval":           {"时段写法不对，请写成 2026-11-22 14:00-16:00", "is no interval; write 2026-11-22 14:00-16:00"},
	"phone":              {"电话号码不对，请填 11 位手机号或带区号的固定电话", "is no telephone number"},
	"too_long":           {"太长（最多 {max} 字）", "is too long (at most {max} characters)"},
	"too_short":          {"太短（至少 {min} 字）", "is too short (at least {min} characters)"},
	"too_many":           {"太多（最多 {max} 个）", "has too many entries (at most {max})"},
	"uscc":               {"统一社会信用代码不对：应为 18 位数字和大写字母", "is no credit code: 18 digits and capital letters"},
	"id_number":          {"身份证号不对：应为 18 位，末位可为 X", "is no resident number: 18 digits, the last may be X"},
	"number_spoiled":     {"号码被表格软件改成了科学计数（后几位已丢失），请把这一列设为文本，从原始资料重填", "was turned into a number by the spreadsheet and lost digits; set the column to text and enter it again"},
	"region_unknown":     {"本县没有这个区划，请核对乡镇、村的名称", "is no division of this county"},
	"region_elsewhere":   {"这是别的县区的区划代码", "is the code of another county's division"},
	"region_ambiguous":   {"本县有多个同名区划，请写成“某镇某村”", "names several divisions; write town and village"},
	"region_forbidden":   {"不在您的工作范围内", "is outside of your area"},
	"org_unknown":        {"没有这个单位，请先建立", "is no unit on file; make it first"},
	"org_ambiguous":      {"有多个同名单位，请写全称", "names several units; write the full name"},
	"org_forbidden":      {"只能导入本单位的供给", "is not your unit"},
	"guard":              {"{say}", "{say}"},
	"unit":               {"这一栏只填数字，不写单位“{unit}”：请先换算成同一单位，再填数字", "takes a number without a unit ({unit}); convert all to one unit first"},
	"parent_unknown":     {"没有这个{record}，或不在您的范围内，请核对", "is not on file, or not yours to see ({record})"},
	"subject_unknown":    {"名册上没有，或不在您的范围内，请核对写法或先建档", "is not on file, or not yours to see"},
	"subject_ambiguous":  {"有多个同名的，请加填证件号码", "names several; give the number too"},
	"subject_other":      {"与证件号码对应的名称不同，请核对", "is not the name that goes with the number"},
	"subject_missing":    {"没有填写", "is empty"},
	"subject_where":      {"不符合{record}的对象条件", "is not one whom {record} is for"},
	"move_forbidden":     {"您无权办理（{move}）", "is not yours to make ({move})"},
	"region_abolished":   {"区划已撤销", "is a division that was abolished"},
	"on_file_record":     {"已有同样的{record}", "is on file ({record})"},
	"place":              {"经纬度不对，请写十进制度数，如 110.92", "is no coordinate; write decimal degrees"},
	"duplicate_in_file":  {"与{line}重复，请只留一行", "repeats {line}; keep one"},
	"on_file":            {"已在册{name?：#}{region?（#）}", "is on file{name?: #}{region? (#)}"},
	"on_file_name":       {"同一地方已有同名的{name?：#}", "has the name of one on file there{name?: #}"},
	"on_file_org":        {"已有同类同名单位", "is on file"},
	"on_file_offer":      {"该单位已有同名的供给", "is on file for this unit"},
	"alike_name":         {"与在册的同名，一方没有证件号码{region?（#）}，请核对是否同一家", "has the name of one on file without a number{region? (#)}"},
	"alike_sound":        {"与在册的名称读音相同{name?：#}{region?（#）}，请核对是否同一家", "sounds like one on file{name?: #}{region? (#)}"},
	"alike_line":         {"名称与{line}相同或读音相同，请核对", "sounds like {line}"},
	"kind":               {"没有这种单位{options?（可填：#）}", "is no kind of unit{options? (one of: #)}"},
	"date_serial":        {"按表格日期序号读为 {date}，请核对", "was read as the spreadsheet's day number: {date}"},
	"uscc_digit":         {"统一社会信用代码校验位不符，请核对", "fails its check digit"},
	"uscc_body":          {"统一社会信用代码主体部分校验位不符，请核对", "fails the check digit of its body"},
	"uscc_registry":      {"统一社会信用代码登记管理部门代码少见，请核对", "has an unusual registry code"},
	"id_digit":           {"身份证号校验位不符，请核对", "fails its check digit"},
	"id_old":             {"十五位旧身份证号，已换算为十八位", "is an old number of 15 digits, written as 18"},
	"phone_shared":       {"电话与他人相同，不作为查找依据", "is somebody else's too; nobody is found by it"},
	"region_default":     {"未写区划，按缺省区划登记", "is empty; the usual division is taken"},
	"no_ident":           {"没有证件号码，无法准确查重", "is empty; whether it is on file cannot be told for sure"},
	"line_changed":       {"检查之后情况有变，这一行没有写入", "has changed since it was checked and was not written"},
	"cell_merged":        {"取自合并单元格 {at}，请核对", "was taken from the merged cells {at}"},
	"cell_merged_across": {"合并单元格 {at} 跨列，不知属于哪一栏，请取消合并", "is merged across columns ({at}); unmerge it"},
	"cell_formula":       {"公式没有算出结果，请在表格软件里重算并另存，或改填数值", "is a formula without a result; calculate and save, or enter the value"},
	"cell_error":         {"公式出错（{at}），请改填数值", "is a formula in error ({at}); enter the value"},
	"cell_cut":           {"内容不完整（文件可能被截断，或单元格过长），请重新导出", "is cut off; export the file again"},
	"kept_edited":        {"导入后被修改过", "was edited since"},
	"kept_record":        {"已有办件", "has cases"},
	"kept_account":       {"已有登录账号", "has a sign-in"},
	"kept_relation":      {"已登记关系", "has relations"},
	"kept_consent":       {"已登记同意事项", "has consents"},
	"kept_roster":        {"已列入名册", "is on a roster"},
	"kept_standing":      {"已有资格", "has a standing"},
	"kept_response":      {"已有填报", "has filled forms"},
	"kept_duty":          {"已有任务", "has duties"},
	"kept_document":      {"已有文书", "has documents"},
	"kept_message":       {"已发过消息", "has been sent messages"},
	"kept_event":         {"已有办理记录", "has a history"},
	"kept_lasting":       {"已记账、发文、或改过对象资料", "money was booked, a paper issued or a file changed"},
	"kept_member":        {"已有人员任职", "has members"},
}

// importSay words a note for the people who mend the file. {x?text #} stands when
// there is an x.
func importSay(lang, word string, args map[string]string) string {
	words, ok := importWords[word]
	s := words[0]
	if !ok {
		words = [2]string{"填写有误", "is not right"}
		s = words[0]
	}
	if lang == "en" {
		s = words[1]
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			break
		}
		j := strings.IndexByte(s[i:], '}')
		if j < 0 {
			break
		}
		b.WriteString(s[:i])
		key, text, optional := strings.Cut(s[i+1:i+j], "?")
		switch value := args[key]; {
		case optional && value != "":
			b.WriteString(strings.Replace(text, "#", value, 1))
		case !optional:
			b.WriteString(value)
		}
		s = s[i+j+1:]
	}
	return b.String() + s
}
