package api

// The words of the public pages; a test wants equal keys.

var pageZH = map[string]string{
	"site": "邻桥 · 县区基层办事", "lead": "企业融资、志愿服务等基层事项，在这里申请、查询、查看公布的数据。", "skip": "跳到正文", "nav": "主导航",
	"home": "首页", "notices": "数据公布", "check": "证书查验", "other": "English", "foot": "本页不使用第三方资源，不做访问跟踪。",
	"demo":       "这是演示县区：人物、企业和数据均为虚构。",
	"doorMobile": "手机办事", "doorMobileSay": "居民、企业、志愿者、走访人员、服务机构", "doorConsole": "工作台", "doorConsoleSay": "工作人员登录",
	"doorCheckSay": "输入编号，核对证明真伪", "services": "可以办的事", "noServices": "还没有开通事项。", "latest": "最新公布", "law": "依据",
	"noticesSay": "这里的数据来自已冻结并签字的台账，公布后不再改动；更正写在下一期。", "what": "名称", "county": "县区", "published": "公布日期",
	"noNotices": "还没有公布的数据。", "until": "公布至", "noRows": "本期没有记录。", "total": "合计", "frozen": "冻结于", "hash": "校验值", "noTable": "这份公布没有表格。",
	"checkSay": "证书上印有编号。查到的信息应与手中的证书一致；姓名已部分遮盖。", "serial": "证书编号", "doCheck": "查验", "genuine": "查到这份证书",
	"document": "名称", "issued": "出具日期", "state": "状态", "forged": "没有这个编号的证书", "forgedSay": "请核对编号；如果编号无误，这份证书不是本系统出具的。",
	"missing": "没有这个页面", "missingSay": "地址可能有误，或内容已经撤下。", "broken": "系统出错了", "brokenSay": "请稍后再试。请求编号：", "back": "回到首页",
	"notBuilt": "界面没有随程序构建", "notBuiltSay": "请先构建 web/，再构建程序。接口不受影响。",
	"part": "区域", "phone": "演示手机", "phoneSay": "演示县区不发短信。发往各手机号的验证码显示在这里。", "lookAgain": "刷新，看新的验证码", "noCodes": "现在没有待用的验证码。",
}

var pageEN = map[string]string{
	"site": "Linqiao · county services", "lead": "Apply for local services, follow your case, read the published figures.", "skip": "Skip to content", "nav": "Main",
	"home": "Home", "notices": "Published figures", "check": "Check a certificate", "other": "中文", "foot": "This page uses nothing from third parties and does not track visits.",
	"demo":       "This is a demonstration county: people, enterprises and figures are invented.",
	"doorMobile": "On the phone", "doorMobileSay": "Residents, enterprises, volunteers, visitors, providers", "doorConsole": "Console", "doorConsoleSay": "Staff sign in here",
	"doorCheckSay": "Enter the serial number to see whether it is genuine", "services": "Services", "noServices": "No service is open yet.", "latest": "Latest figures", "law": "Rules it follows",
	"noticesSay": "These figures come from ledgers that are frozen and signed. They do not change; corrections stand in the next period.", "what": "Title", "county": "County", "published": "Published",
	"noNotices": "Nothing is published yet.", "until": "until", "noRows": "No entries in this period.", "total": "Total", "frozen": "Frozen", "hash": "Checksum", "noTable": "This publication has no table.",
	"checkSay": "The serial number is printed on the certificate. What you find must agree with the paper; names are partly masked.", "serial": "Serial number", "doCheck": "Check", "genuine": "This certificate was issued here",
	"document": "Title", "issued": "Issued", "state": "State", "forged": "No certificate has this number", "forgedSay": "Check the number; if it is right, the certificate was not issued here.",
	"missing": "There is no such page", "missingSay": "The address may be wrong, or the content was taken down.", "broken": "Something went wrong", "brokenSay": "Try again later. Request number: ", "back": "Back to the home page",
	"notBuilt": "The screens were not built in", "notBuiltSay": "Build web/ first, then the program. The API works all the same.",
	"part": "Area", "phone": "Demo phone", "phoneSay": "The demo county sends no messages. Codes to any phone appear here.", "lookAgain": "Look again for new codes", "noCodes": "No code is waiting.",
}
