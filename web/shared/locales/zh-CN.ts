import type { Texts } from '../i18n'

/** Texts that both faces need: forms, problems, units. The reference. */
export default {
  common: {
    yes: '是', no: '否', none: '无', optional: '（选填）', required: '（必填）', unset: '未填',
    masked: '已隐藏', loading: '正在加载…', retry: '重试', cancel: '取消', confirm: '确定', close: '关闭',
    save: '保存', back: '返回', more: '加载更多', search: '搜索', all: '全部', empty: '没有内容', newTab: '（在新标签页打开）',
  },
  device: { phone: '手机', computer: '电脑', wechat: '微信', dingtalk: '钉钉', alipay: '支付宝', huawei: '华为浏览器', xiaomi: '小米浏览器' },
  unit: {
    yuan: '元', wan: '万元', yi: '亿元', percent: '%', bp: '基点',
    count: '件', minutes: '分钟', hours: '小时', days: '天', fen: '元', piece: '件', point: '分', persons: '人',
  },
  rate: { fixed: '固定利率', LPR1Y: '一年期LPR', LPR5Y: '五年期LPR', plus: '+{n}BP', minus: '-{n}BP' },
  check: { pass: '满足', fail: '不满足', unknown: '待核实', note: '说明' },
  span: { m: '分钟', h: '小时', wh: '工作小时', d: '天', wd: '个工作日', month: '个月', y: '年' },
  place: { address: '地址', here: '用当前位置', lat: '纬度', lng: '经度', at: '北纬 {lat}°，东经 {lng}°' },
  due: { left: '还剩 {text}', over: '已超 {text}' },
  partyKind: { person: '个人', household: '家庭', enterprise: '企业', organization: '团体' },
  regionLevel: {
    province: '省', city: '市', county: '县（市、区）', town: '乡镇（街道）', village: '村（社区）', grid: '网格', circle: '服务圈',
  },
  noun: {
    case: '事项', order: '派单', offer: '供给', visit: '走访', batch: '批次',
    activity: '活动', session: '场次', booking: '预约·签到', item: '明细', thing: '物件',
  },
  invalid: {
    summary: '有 {n} 处需要更正',
    required: '请填写{label}',
    choose: '请选择{label}',
    number: '{label}须为数字',
    integer: '{label}须为整数',
    short: '{label}至少 {min} 个字', long: '{label}最多 {max} 个字',
    min: '{label}不能小于 {min}',
    max: '{label}不能大于 {max}',
    phone: '{label}须为 11 位手机号或带区号的固定电话',
    date: '{label}须为有效日期，例如 2026-11-22',
    time: '{label}须为有效时间，例如 08:30',
    interval: '{label}的结束时间须晚于开始时间',
    check: '请逐项说明{label}：{item}',
    row: '{label}第 {n} 行：{message}',
    text: '请填写说明',
    reason: '请选择原因',
    photo: '请至少上传 {n} 张照片',
    subject: '请选择服务对象',
    region: '请选择所在区划',
    server: '{label}不符合要求',
  },
  problem: {
    network: '连不上服务器', networkHint: '请检查网络后重试；已填写的内容仍在。',
    unauthenticated: '登录已过期，请重新登录', forbidden: '没有权限做这件事', not_found: '没有找到，或您无权查看',
    stale: '内容已被他人更新', staleHint: '请先查看最新内容，再决定是否重做。',
    rate_limited: '操作太频繁，请稍后再试', unavailable: '服务暂不可用，请稍后再试', too_large: '文件太大',
    idempotency_mismatch: '这次提交与上一次内容不同，请刷新后再试',
    internal: '系统出错', internalHint: '请稍后再试；如仍不行，请把编号告诉管理员。', request: '编号：{id}',
  },
} satisfies Texts
