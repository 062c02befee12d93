package program

import "strings"

// pathLabels word what no program declares: the built-in parts of records, parties,
// clocks and entries. Chinese, English.
var pathLabels = map[string][2]string{
	"id": {"标识", "ID"}, "name": {"名称", "Name"}, "short_name": {"简称", "Short name"}, "phone": {"电话", "Phone"}, "region": {"区划", "Region"},
	"place": {"地点", "Place"}, "tags": {"标签", "Tags"}, "ref_no": {"编号", "Number"}, "stage": {"阶段", "Stage"}, "phase": {"状态", "State"},
	"created": {"建立时间", "Created"}, "ended": {"结束时间", "Ended"}, "owner": {"责任人", "In charge"}, "channel": {"来源", "Channel"},
	"age": {"年龄", "Age"}, "gender": {"性别", "Sex"}, "birth_date": {"出生日期", "Date of birth"}, "id_number": {"身份证号", "Identity number"},
	"uscc": {"统一社会信用代码", "Credit code"}, "kind": {"类别", "Kind"}, "account": {"人员", "Account"}, "balance": {"余额", "Balance"},
	"amount": {"数量", "Amount"}, "day": {"日期", "Day"}, "entry": {"摘要", "Entry"}, "from": {"转出", "From"}, "to": {"转入", "To"},
	"due": {"到期", "Due"}, "over": {"超期", "Over"}, "spent": {"用时", "Time taken"}, "left": {"剩余", "Time left"}, "subject": {"服务对象", "Subject"},
	"provider": {"承接单位", "Provider"}, "year": {"年份", "Year"}, "person": {"人员", "Person"}, "household": {"家庭", "Household"},
	"village": {"村", "Village"}, "level": {"级别", "Level"}, "heads": {"人数", "Heads"},
}

func lastOf(path string) string { return path[strings.LastIndex(path, ".")+1:] }

// Path is the name of what a path leads to: the field's own, else the built-in one;
// whose it is stands before it where it is neither the row's nor its subject's.
func (w Words) Path(path string, f *Field) string {
	head := lastOf(path)
	if f != nil && f.Label != "" {
		head = w.Field(f)
	} else if l, ok := pathLabels[head]; ok {
		head = w.pick(l[0], l[1])
	}
	if strings.HasPrefix(path, "guardian.") {
		return w.pick("监护人", "Guardian: ") + head
	}
	return head
}
