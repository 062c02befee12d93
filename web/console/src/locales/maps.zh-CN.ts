/** Texts of the maps. */
export default {
  map: {
    title: '地图', zoom: '缩放', zoomIn: '放大', zoomOut: '缩小', metres: '米', kilometres: '公里', nothing: '没有可显示的内容', legend: '图例', labelOf: '地图：{label}；同样内容见下方列表',
    synthetic: '示意边界：由程序生成，不是真实区划界线。', syntheticWord: '（示意）', noOutlines: '还没有区划轮廓。请管理员在“管理 · 地图”上传 GeoJSON 文件。', noValue: '没有数据', noValues: '没有可显示的数', rest: '其余 {n} 个区划没有数据', undrawn: '（尚无轮廓）',
    theme: '按区划着色', noTheme: '没有可着色的内容', rounds: '任务完成率', coverageOf: '{label}完成率（{from} 至 {to}）', layers: '图层', layer: { circles: '服务圈', units: '参与单位', things: '物件与供给', visits: '走访' },
    day: '走访日期', toLatest: '看最近有走访的一天 {day}', circle: '15 分钟服务圈', unit: '参与单位', visit: '走访', thing: '物件、供给', behind: '任务逾期未做', behindSum: '{n} 处到期的任务没有做', behindMark: '（逾期未做）', coarse: '只到区划', coarseNote: '（只到区划）', exact: '准确位置', nowhere: '没有位置',
    byArea: '各区划', visitsOf: '{day} 走访', noVisits: '这一天没有您可查看的走访', at: '完成时间', where: '位置', more: '只显示前 {n} 条', noCircles: '还没有服务圈', walk: '（步行 15 分钟，约 1 公里）', unplaced: '另有 {n} 个单位没有登记位置',
    adminTitle: '地图', adminNote: '乡镇、村、网格、服务圈的轮廓。系统不带真实地图，由本县上传。', upload: '上传轮廓', file: '地图文件', uploadHint: 'GeoJSON（FeatureCollection），每个区域写明 code（区划代码）或 name（名称），坐标为 WGS 84 或 CGCS2000 经纬度；不超过 20 MB。先检查，确认后才启用。',
    choose: '选择文件', noFile: '未选择文件', check: '检查文件', checking: '正在检查…', matched: '对上 {n} 个区划：{levels}', strangers: '{n} 个区域不是本县区划，不会使用', stranger: '第 {n} 个', draw: '启用这 {n} 个轮廓', drawIt: '启用', turn: '按火星坐标转换后重新检查', drawnNow: '已启用 {n} 个轮廓',
    undo: '撤回', sureUndo: '撤回“{name}”？各区划恢复到此前的轮廓。', undoneNow: '已撤回 {name}', versions: '已上传的文件', noVersions: '还没有上传过', covers: '区划', by: '上传人', when: '上传时间', version: '使用中，第 {n} 版',
    state: { checked: '已检查，未启用', drawn: '使用中', undone: '已撤回' },
    warn: { datum: '坐标像是火星坐标（GCJ-02），会偏几百米。如果文件来自互联网地图，请选择转换。', part: '文件里只有一部分乡镇。', strangers: '有的区域不是本县区划，将不使用。', replaces: '有的区划已有轮廓，将换成新的；撤回后恢复。' },
    place: '在地图上选点', placeClose: '收起地图', placeHint: '点地图选择位置，或直接填写经纬度。',
  },
  screen: {
    title: '驾驶舱', tools: '显示方式', rotate: '轮播', full: '全屏', window: '退出全屏', leave: '返回工作台', asOf: '{month} · 更新于 {at}', figures: '主要指标', goal: '目标 {goal}', reached: '已达到', notYet: '未达到',
    weeksOf: '{label}近 12 周', week: '周（起始日）', number: '数值', count: '件数', flow: '办理环节', noFlow: '没有您可查看的事项', overdue: '逾期未办', noOverdue: '没有逾期', noUnit: '未定单位', ledger: '最新台账', noLedger: '还没有冻结过台账', noArea: '还没有分区划的数', nothing: '没有您可查看指标的机制',
  },
  print: {
    unitOf: '编制单位：{org}', periodOf: '统计期：{period}', moneyUnit: '金额以元、万元标明', frozenNote: '冻结时间：{at}。冻结后的更正另列，不改动原行。', sheet: { contacts: '联系名册', visit: '走访表', certificate: '证明', ledger: '台账（签字页）', pass: '卡片' }, cardScan: '扫码看这几行', cardUntil: '有效至 {day}', cardLost: '卡丢了请向发卡单位换一张，旧卡随即作废。', cardOnce: '重印以后，以前印的卡立即失效。码只在这一页出现一次，请现在打印。', cardLogged: '扫码打开会留下记录。', do: '打印', back: '返回', take: '生成打印页', print: '打印', open: '打印{label}', blank: '打印空白{label}',
    why: '打印件带有个人信息，会记录谁、何时、打印了什么、为什么。', purposeHint: '例如：入户走访前逐户联系', noted: '本次打印已记入审计。请妥善保管纸件，用后销毁。', blankNote: '空白表不含个人信息。',
    foot: '{by} 打印于 {at}', titleOf: '{county} {title}', purposeOf: '用途：{purpose}', remark: '备注', none: '没有可打印的内容', more: '只列出前 {n} 个。', day: '日期', visitor: '走访人签字', visited: '受访人签字', yes: '是', no: '否',
    serial: '编号：{serial}', issued: '出具日期：{day}', checkAt: '可在本县公开网页“查验证明”输入编号核对真伪。', seal: '（盖章）', maker: '制表人', reviewer: '审核人', signed: '已电子签字',
  },
}
