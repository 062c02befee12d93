import type { Texts } from '@linqiao/shared/i18n'
import maps from './maps.zh-CN'

/** Texts of the console. Words of programs never stand here. The reference language. */
export default {
  app: { name: '邻桥', motto: '县域社会服务协同' },
  nav: { skip: '跳到正文', main: '主导航', crumbs: '所在位置', menu: '菜单', programs: '机制', admin: '管理', overdue: '{n} 件逾期', overdueWord: ' 件逾期', noPrograms: '没有可用的机制' },
  state: { refusedHint: '如确需办理，请联系管理员调整任职。', failed: '没有加载成功' },
  signIn: {
    title: '登录', login: '账号', password: '密码', show: '显示', hide: '隐藏', do: '登录', busy: '正在登录…', phoneApp: '居民、企业请用手机端',
    demo: '演示账号', demoHint: '演示数据均为虚构。点一下即可登录。',
  },
  absent: { title: '没有这个页面', hint: '地址可能写错了，或页面已经移走。', home: '回到我的工作' },
  me: {
    title: '我的账号', posts: '任职', noPosts: '没有任职', password: '修改密码', old: '原密码', fresh: '新密码', change: '修改密码', changed: '密码已修改',
    short: '新密码至少 {n} 个字符', devices: '登录的设备', device: '未知设备', thisOne: '当前设备', revoke: '退出该设备', signOut: '退出',
  },
  work: {
    title: '我的工作', counts: '各类事项数', empty: '今天没有待办。做得好！', morning: '{name}，早上好', afternoon: '{name}，下午好', evening: '{name}，晚上好',
    overdue: '已逾期', signatures: '待我签字', offers: '待我答复的派单', today: '今天到期', duties: '待完成的任务', waiting: '办理中', toSign: '请签：{label}',
  },
  list: {
    filter: '筛选', count: '共 {n} 件', countMore: '超过 {n} 件', changed: '列表有更新，点此刷新',
    searchHint: '编号、名称', overdueOnly: '只看逾期', mineOnly: '我负责的', runningOnly: '只看在办', clear: '清除筛选',
    empty: '还没有内容', emptyFiltered: '没有符合条件的内容，可放宽筛选', noSuch: '没有这一项，或您无权查看', gatherIn: '在“{label}”列表中勾选后建立',
    select: '选择 {title}', selectAll: '全选', shownAll: '已显示全部 {n} 条', shownMore: '已显示 {n} 条',
  },
  bulk: {
    label: '批量办理', selected: '已选 {n} 件', manySelected: '已选超过 {n} 件', clear: '取消选择', title: '{move}（{n} 件）', note: '先预览：逐件核对能不能办、为什么；确认后才办。', preview: '预览',
    gather: '{move}（{label}）', gatherNote: '所选 {n} 件将组成一个{label}。', matchOf: '派单：{label}（各选最合适的）', owner: '转交', ownerTo: '转交给 {name}', remind: '催办',
    pageOn: '已选本页 {n} 件。', whole: '选择符合条件的全部 {n} 件', wholeMany: '选择符合条件的全部（超过 {n} 件）', wholeOn: '已选择符合条件的全部。', pageOnly: '只选本页',
    doing: { bulk_check: '正在逐件核对，还没有办理…', bulk: '正在办理…', bulk_undo: '正在撤回…' },
    sum: { bulk_check: '{n} 件可以办', bulk: '{n} 件已办', bulk_undo: '{n} 件已撤回' },
    not: { bulk_check: '{n} 件不能办，不会受影响', bulk: '{n} 件没有办', bulk_undo: '{n} 件没有撤回，保持现状' },
    lasting: '其中 {n} 件办了就不能整批撤回（已记账、出文书或改了档案）。', pieces: '{n} 件', which: '看是哪些', unseen: '第 {n} 件（不在您的权限范围内）',
    confirm: '确认办理 {n} 件', undo: '撤回这一批（{n} 件）', finish: '完成',
  },
  job: {
    title: '后台任务', note: '导出、批量办理等在后台进行，离开页面也不会停。', empty: '没有后台任务', progress: '{done} / {total}', cancel: '停止', leave: '先离开，稍后在“后台任务”里看', open: '查看',
    delayed: '暂时没有进展，会自动再试：{why}', sum: '共 {n} 件', sumFailed: '共 {n} 件，另有 {failed} 件没有办', download: '下载（{size}）', expires: '{at} 前可下载', expired: '文件已过期，请重新导出',
    state: { queued: '正在排队', running: '进行中', cancelling: '正在停止', done: '已完成', failed: '没有做成', cancelled: '已停止' },
    kind: { bulk_check: '批量预览', bulk: '批量办理', bulk_undo: '整批撤回', export: '导出', import: '导入' },
  },
  keys: {
    title: '快捷键', note: '每个快捷键都有对应的按钮；填写内容时不起作用。',
    key: { move: 'j k ↓ ↑', mark: '空格 x', open: 'Enter', dispatch: 'd', owner: 'r', remind: 'm', undo: 'u', search: '/', help: '?' },
    does: { move: '下一件、上一件', mark: '选中或取消', open: '打开', dispatch: '派单', owner: '转交', remind: '催办', undo: '查看上一批，可撤回', search: '搜索', help: '看快捷键' },
  },
  record: {
    title: '名称', kind: '类别', stage: '状态', due: '时限', hand: '经办', region: '区划', created: '登记时间', ended: '办结时间', refNo: '编号',
    subject: '服务对象', provider: '承接单位', owner: '责任人', stages: '办理进程', ahead: '（尚未到）', moves: '可办操作', facts: '内容',
    masked: '已隐藏', maskedNote: '{n} 项按权限隐藏', noFields: '尚未填写内容', members: '成员', edit: '修改', editTitle: '修改 {title}',
    elsewhere: '此事项刚被他人更新', theirs: '{label} 现为：{text}', shown: '需求方信息', sameAs: '可能与这一件是同一事项：',
  },
  create: { new: '新建{label}', newParty: '名单里没有？新建服务对象', done: '{label}已登记，编号 {ref}' },
  move: {
    channel: '来源', reason: '原因', text: '说明', note: '备注', proof: '凭据', photos: '照片（至少 {n} 张）', pass: '凭码', passMissing: '请填写凭码', proofText: '无法提供时的说明',
    positionMissing: '请取得当前位置', needsSign: '提交后须由 {who} 签字才生效。', childWhen: '仅在需要时填写。', sending: '正在提交…', leave: '填写的内容尚未提交，确定离开？',
    done: '“{move}”已办理', waitsForSign: '{move}已提交，等待签字', seeNewest: '查看最新内容',
  },
  form: {
    title: '表单', fill: '填写{label}', file: '提交', filed: '已提交', score: '得分 {score}', noResponses: '还没有填报', suggested: '系统建议，请核对后提交',
    moneyHint: '如 300万、8500.5', rateBase: '利率基准', choose: '请选择', calendar: '{label}：打开日历', noMatch: '没有符合的选项', typeToFind: '输入名称查找', start: '{label} 开始', end: '{label} 结束',
    addRow: '添加一行', removeRow: '删除第 {n} 行', attachment: '附件 {n}', remove: '移除', uploading: '正在上传…', noLocation: '没有取得位置，请检查定位权限',
  },
  clock: { title: '时限', met: '已完成', metAt: '完成于 {at}', dueAt: '到期 {at}', paused: '已暂停', notBegun: '未开始' },
  terms: { title: '五个定', person: '定人', task: '定事', standard: '定标准', duty: '定责', due: '定时限' },
  sign: { title: '签字', by: '{name} 提交', waiting: '待签', sign: '同意并签字', refuse: '拒签', why: '拒签理由', done: '已签：{label}', refused: '已拒签：{label}' },
  match: {
    why: '为什么合适', missing: '还缺什么', ask: '需先问清', none: '目前没有可供选择的', look: '查看{label}：哪些合适、还缺什么', alreadySent: '已发送', max: '最多选 {n} 个', full: '已选满 {n} 个',
    send: '发送给所选 {n} 个', sent: '已发送给 {n} 个',
    mode: { pick: '自选', assign: '派单', claim: '抢单', broadcast: '公开征集' },
    verdict: { fit: '符合条件', ask: '还需补充', miss: '不符合条件' },
  },
  consent: {
    title: '授权同意', yes: '已同意', no: '未同意', take: '登记同意', record: '登记', withdraw: '登记撤回', evidence: '同意方式',
    given: '已登记同意：{label}', withdrawn: '已登记撤回：{label}', sure: '确定登记撤回“{label}”？接收方此后将看不到后续内容。', givenOn: '{day} 同意', withdrawnOn: '{day} 撤回', until: '至 {day}',
    way: { tick: '本人勾选', signature: '签名', code: '短信验证码', voice: '录音', paper: '纸质' },
  },
  document: { title: '文书与凭码' },
  timeline: { title: '记录', system: '系统', late: '补录于 {at}' },
  handOver: { title: '转交责任人', account: '接手人', org: '接手单位', do: '转交' },
  dispatch: { title: '派单台', needs: '待派：{label}', noOrders: '此机制没有派单', none: '没有', all: '查看全部' },
  duty: {
    title: '任务轮次', none: '此机制没有任务', noRounds: '还没有开展过', start: '开展一轮', startTitle: '开展一轮：{label}', startHint: '按名册为每个对象生成一项任务，并派给相应人员。',
    from: '开始日期', to: '截止日期', order: '截止日期须不早于开始日期', regionHint: '不选则为您负责的全部区域', started: '已生成 {n} 项任务', round: '轮次', coverage: '完成率', due: '应做', done: '已做', missed: '漏做', unassigned: '未分派',
    unassignedHint: '这些对象所在区域没有可派人员，请先调整任职。', ofDue: '{done} / {due}', byRegion: '按区域（低者在前）', byTeam: '按队伍（低者在前）', items: '任务明细', what: '任务', assignee: '承担人',
    state: { open: '待做', done: '已做', missed: '漏做', all: '全部', waiting: '未到期', late: '逾期' },
  },
  roster: { count: '共 {n} 个', add: '加入名册', addDo: '加入', added: '已加入 {n} 个', removed: '已移出 {name}', remove: '移出', sure: '确定将“{name}”移出名册？', since: '加入日期', computed: '此名册由规则自动计算，不能手工增减。', empty: '名册为空', act: '操作' },
  party: {
    title: '服务对象', note: '个人、家庭、企业、团体；身份信息默认隐藏，查看须说明用途', new: '新建服务对象', create: '建立档案', created: '已建立 {name} 的档案', name: '名称', kind: '类别', identifier: '证号 / 电话', tag: '标签', tags: '标签', tagsHint: '多个标签用顿号分开',
    searchHint: '名称、手机号、证号', empty: '没有找到。可核对名称，或新建。', basics: '基本情况', edit: '修改档案', open: '在办事项', noOpen: '没有在办事项', closed: '已办结', begin: '为其办理', seeExisting: '查看已有档案：{name}',
  },
  subject: { name: '名称', phone: '电话', id_number: '身份证号', uscc: '统一社会信用代码', place: '地址', region: '所在区划' },
  reveal: { see: '查看', title: '查看{label}', hint: '查看完整信息会被记录：谁、何时、看了什么、为什么。', purpose: '查看用途', sayPurpose: '请写明用途，例如：电话核实走访时间', do: '说明用途并查看', written: '本次查看已记入审计。' },
  search: { title: '搜索', label: '搜索服务对象与事项', hint: '搜索名称、编号、电话（按 / 键）', results: '“{q}”的搜索结果', none: '没有找到您可查看的内容', ask: '请输入要查找的名称、编号或电话', records: '事项' },
  figure: {
    title: '指标', none: '此机制没有指标', choose: '点一个指标，查看走势和构成。', period: '统计期', periodKind: '统计期类别', by: { month: '按月', year: '按年', range: '按日期' }, year: '年份', month: '月份', monthOf: '{n} 月', before: '上一期', after: '下一期',
    same: '与上期持平', up: '比上期增加 {by}', down: '比上期减少 {by}', suppressed: '数小不显示', trend: '近 12 个月', monthly: '各月', byDim: '按{label}', chart: '看图', table: '看表', chartOf: '{label}图；同样内容可看表', noCells: '这一期没有可分项的数据', unnamed: '未填',
  },
  ledger: {
    title: '台账', none: '此机制没有台账', state: { open: '未冻结（实时）', frozen: '已冻结，待签字', signed: '已签字' }, frozenAt: '冻结于 {at}', hash: '校验', freeze: '冻结本期', sign: '签字', publish: '公示：{label}', export: '导出表格',
    sureFreeze: '冻结 {period}？冻结后本期各行不再变化，以后的更正另列。', sureSign: '确认 {period} 台账无误并签字？', surePublish: '确定公示“{label}”？公示后任何人可见。', frozenNow: '已冻结', signedNow: '已签字', published: '已公示：{label}',
    subtotal: '小计', part: '分项', total: '合计', corrections: '更正', noRows: '本期没有记录', open: '打开',
  },
  program: {
    title: '机制说明', version: '第 {n} 版', tab: { stages: '流程', fields: '内容', roles: '职责', figures: '构成', source: '原文' }, openList: '查看列表', diagram: '{label}流程图', legend: '数字为当前件数；实线由人办理，虚线自动流转；点阶段查看清单。',
    asTable: '以表格查看', move: '操作', from: '从', to: '到', by: '谁来办', intake: '（新建）', automatic: '自动', stageCount: '{label}，{n} 件', field: '内容', type: '类型', class: '密级', detail: '说明', many: '（多项）', calc: '自动计算', suggest: '系统建议', role: '角色', does: '可办',
    group: { stats: '指标', ledgers: '台账', duties: '任务', matches: '匹配', forms: '表单', rosters: '名册', notices: '公示', consents: '授权同意', documents: '文书' },
  },
  class: { public: '公开', internal: '内部', personal: '个人', sensitive: '敏感', sealed: '密封' },
  fieldType: {
    text: '文字', int: '整数', number: '数', money: '金额', bp: '比率', rate: '利率', bool: '是否', date: '日期', time: '时间', span: '时长', interval: '时段', schedule: '时间表', place: '地点', region: '区划', org: '单位', person: '人员', party: '服务对象', account: '账号', phone: '电话', photo: '照片', file: '文件', checks: '逐项核对', rows: '表格', ref: '关联', choice: '选项',
  },
  ...maps,
  region: { title: '区划', note: '沿用公布的区划代码；网格与服务圈由本县增设。', name: '名称', level: '级别', code: '代码', add: '增设下级', added: '已增设 {name}', empty: '没有下级区划' },
  org: { title: '单位', name: '名称', kind: '类别', kindHint: '机制按类别认定角色，如 bank、station、association', shortName: '简称', new: '新建单位', edit: '修改单位', saved: '已保存 {name}' },
  orgKind: {
    county_office: '县区办公室', department: '部门', bureau: '局', government: '政府', town_office: '乡镇政府', village_committee: '村（居）委会', committee: '委员会', lead_office: '牵头办', finance_office: '金融主管部门', service_hall: '政务服务中心', hotline: '热线', bank: '银行', guarantor: '担保机构', association: '协会商会', park: '园区', enterprise: '企业', employer: '用人单位', union: '工会', women_federation: '妇联', youth_league: '共青团', charity: '慈善组织', school: '学校', hospital: '医院', clinic: '门诊', health_centre: '卫生院', health_bureau: '卫健部门', psych_centre: '心理服务中心', insurance_bureau: '医保部门', civil_affairs: '民政部门', hr_bureau: '人社部门', justice_office: '司法所', justice_bureau: '司法部门', police_station: '派出所', enforcement: '执法队伍', discipline: '纪检监察', supervision: '监督机构', rural_office: '农业农村办', station: '站', social_station: '社工站', practice_centre: '文明实践中心', practice_institute: '文明实践所', practice_station: '文明实践站', visit_team: '走访组', team: '队伍',
  },
  account: {
    title: '账号', name: '姓名', org: '任职单位', area: '负责区域', areaHint: '不选则为单位的服务区域', post: '职务', new: '新建账号', created: '已建立 {name} 的账号', locked: '已停用', active: '正常', lock: '停用', unlock: '启用', reset: '重置密码', addPost: '增加任职', addPostTo: '为 {name} 增加任职', removePost: '解除',
    sureLock: '停用 {name} 的账号？其所有登录立即失效。', sureRemove: '解除在“{org}”的任职？', sureReset: '重置 {name} 的密码？', passwordOnce: '{name}（账号 {login}）的初始密码，只显示这一次：', passwordTaken: '已记下',
  },
  audit: { title: '审计', note: '谁在什么时候查看或导出了什么、为什么。', at: '时间', actor: '操作人', actionLabel: '操作', object: '对象', purpose: '用途', from: '自', to: '至', action: { reveal: '查看隐藏信息', export: '导出', read: '查看', search: '搜索', sign_in: '登录', download: '下载' } },
} satisfies Texts
