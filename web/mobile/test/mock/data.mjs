// People, offers and records of the pretend server. All invented.
import { readFileSync } from 'node:fs'

export const programs = JSON.parse(readFileSync(new URL('./programs.json', import.meta.url), 'utf8'))

const region = { id: 'r1', name: '观珠镇沙塘村', level: 'village' }
const roles = (program, ...list) => list.map((role) => ({
  program, role, label: programs[program].roles.find((r) => r.key === role)?.label ?? role,
}))

const party = (id, kind, name) => ({ id, kind, name })
const firm = party('p-firm', 'enterprise', '康赢餐饮管理有限公司')
const gran = party('p-gran', 'person', '陈桂兰')
const boy = party('p-boy', 'person', '陈小满')

const account = (id, login, name, own, rolesOf, parties, memberships = []) => ({
  login, password: 'demo-linqiao', phone: `1380000${id.slice(-1).padStart(4, '0')}`,
  session: {
    account: { id, name, ...(own ? { party: own } : {}) },
    county: { code: '440904', name: '电白区' }, memberships, roles: rolesOf, admin: false, parties, demo: true,
    now: new Date().toISOString(),
  },
})
const member = (id, name, kind, post) => ({ id: `m-${id}`, org: { id, name, kind }, region, post })

export const accounts = [
  account('a-1', 'qiye', '梁康赢', firm, roles('sme-finance', 'firm'), [firm]),
  account('a-2', 'jumin', '陈桂兰', gran, roles('volunteer-service', 'client', 'guardian'), [gran, boy]),
  account('a-3', 'zoufang', '钱志明', null, roles('sme-finance', 'visitor'), [], [member('o-team', '走访一组', 'visit_team')]),
  account('a-4', 'yinhang', '何晓岚', null, roles('sme-finance', 'bank', 'provider'), [], [member('o-bank', '工商银行电白支行', 'bank', '客户经理')]),
  account('a-5', 'zhiyuan', '苏文杰', null, roles('volunteer-service', 'team'), [], [member('o-vol', '沙琅镇红马甲志愿队', 'team')]),
  account('a-6', 'baozu', '李建国', null, roles('daily-checkin', 'keeper'), [], [member('o-village', '沙塘村委会', 'village_committee')]),
]

export const demoRoles = {
  'a-1': '企业', 'a-2': '居民（兼监护人）', 'a-3': '走访小组', 'a-4': '银行客户经理', 'a-5': '志愿队员', 'a-6': '包组干部',
}

const H = 3600_000
const D = 24 * H
const ago = (ms) => new Date(Date.now() - ms).toISOString()
const later = (ms) => new Date(Date.now() + ms).toISOString()
const due = (clock, label, ms, left) => ({ clock, label, due: later(ms), overdue: ms < 0, left })

let n = 120
export function row(program, record, stage, more) {
  const type = programs[program].records.find((r) => r.key === record)
  const st = type.stages.find((s) => s.key === stage)
  const id = more.id ?? `rec-${++n}`
  return {
    id, ref_no: `440904-26-${String(++n).padStart(6, '0')}`, program, record, record_label: type.label, noun: type.noun,
    title: more.title ?? type.label, stage, stage_label: st.label, phase: st.phase, region,
    created: ago(3 * D), entered: ago(D), fields: {}, labels: {}, rev: 1, walked: [stage], seen: [], ...more,
  }
}

export function seedRecords() {
  const place = { lat: 21.6321, lng: 111.0123, address: '观珠镇沙塘村解放路 18 号' }
  return [
    row('sme-finance', 'demand', 'raised', { id: 'rec-demand', title: '康赢餐饮 · 融资需求', subject: firm, seen: ['a-1'],
      fields: { amount: 50_000_000, purpose: 'working', months: 12 }, labels: { amount: '50 万元', purpose: '周转', months: '12' },
      consents: [{ key: 'share_bank', label: '同意将融资需求推送给银行', given: false, can: true }],
      matches: [{ key: 'supermarket', label: '金融超市', mode: 'pick', open: false, max: 3, move: 'pick' }],
      due: due('review', '专班审核', 4 * D, '还剩 4 个工作日') }),
    row('sme-finance', 'demand', 'met', { title: '康赢餐饮 · 融资需求', subject: firm, seen: ['a-1'], created: ago(120 * D), ended: ago(60 * D),
      fields: { amount: 30_000_000, purpose: 'equipment' }, labels: { amount: '30 万元', purpose: '设备' }, walked: ['raised', 'declared', 'recommended', 'matching', 'met'],
      forms: [{ key: 'opinion', label: '会诊意见表', filled: 0 }] }),
    row('sme-finance', 'visit', 'todo', { id: 'rec-visit1', title: '康赢餐饮管理有限公司', subject: firm, seen: ['a-3'], place,
      labels: { place: place.address }, fields: { place }, due: due('round', '本轮走访', 2 * D, '还剩 2 个工作日'), formKeys: ['visit'] }),
    row('sme-finance', 'visit', 'todo', { id: 'rec-visit2', title: '顺达粮油加工厂', subject: party('p-2', 'enterprise', '顺达粮油加工厂'), seen: ['a-3'], place,
      labels: { place: '观珠镇河滨工业园 3 号' }, fields: { place }, due: due('round', '本轮走访', -D, '已超 1 个工作日') }),
    row('sme-finance', 'application', 'proposed', { id: 'rec-app1', title: '贷款申请 · 稳岗贷', seen: ['a-4'], provider: { id: 'o-bank', name: '工商银行电白支行', kind: 'bank' },
      shown_labels: { 'demand.amount': '50 万元', 'demand.purpose': '周转', 'subject.industry': '餐饮业', 'subject.size': '小型' },
      due: due('answer', '对接', 3 * D, '还剩 3 个工作日'),
      terms: { person: '工商银行电白支行', task: '对接融资需求并决定', standard: '书面答复，不予授信须说明原因', duty: '承办', due: later(3 * D) } }),
    row('sme-finance', 'application', 'contacted', { title: '贷款申请 · 税银速贷', seen: ['a-4'], labels: { complete_on: '' }, due: due('decision', '授信决定', 20 * D, '还剩 20 天') }),
    row('volunteer-service', 'request', 'taken', { id: 'rec-req1', title: '打扫 · 陈桂兰', subject: gran, seen: ['a-2', 'a-5'],
      fields: { kind: 'clean', place, slot: { start: later(5 * H), end: later(7 * H) } },
      labels: { kind: '打扫', place: place.address, slot: '2026-11-23 09:00–11:00', text: '擦窗户、拖地，家里有一只小狗' }, walked: ['new', 'offered', 'taken'],
      due: due('serve', '服务', 7 * H, '还剩 7 小时') }),
    row('volunteer-service', 'request', 'closed', { title: '上门理发 · 陈桂兰', subject: gran, seen: ['a-2'], created: ago(20 * D), ended: ago(2 * D),
      labels: { kind: '上门理发' }, fields: { kind: 'hair' }, walked: ['new', 'offered', 'taken', 'doing', 'check', 'closed'], forms: [{ key: 'stars', label: '评价', filled: 0 }] }),
    row('volunteer-service', 'serve', 'proposed', { id: 'rec-serve1', title: '陪读陪聊 · 约 60 分钟', seen: ['a-5'],
      labels: { kind: '陪读陪聊' }, due: due('answer', '抢单时限', 3 * H, '还剩 3 小时'),
      terms: { person: '沙琅镇红马甲志愿队', task: '陪读陪聊', standard: '按项目说明', duty: '承接', due: later(2 * D) } }),
    row('volunteer-service', 'serve', 'proposed', { title: '小修小补 · 约 40 分钟', seen: ['a-5'], due: due('answer', '抢单时限', 20 * 60_000, '还剩 20 分钟') }),
    row('daily-checkin', 'survey', 'todo', { id: 'rec-survey1', title: '李伟国户', seen: ['a-6'], subject: party('p-9', 'household', '李伟国户'), place,
      labels: { place: '沙塘村三组 12 号' } }),
  ]
}

export const offers = [
  { offer: { id: 'of-1', title: '稳岗贷', provider: { id: 'o-bank', name: '工商银行电白支行', kind: 'bank' }, labels: [{ key: '最低', label: '10 万元' }, { key: '最高', label: '300 万元' }, { key: '年化利率', label: '一年期 LPR 加 35 个基点' }, { key: '最长期限', label: '36 个月' }] }, verdict: 'fit', reasons: ['本产业链专属', '利率较低', '无需抵押'], missing: [], ask: [], sent: false },
  { offer: { id: 'of-2', title: '税银速贷', provider: { id: 'o-2', name: '农业银行电白支行', kind: 'bank' }, labels: [{ key: '最低', label: '5 万元' }, { key: '最高', label: '100 万元' }, { key: '年化利率', label: '4.03%' }] }, verdict: 'ask', reasons: ['无需抵押'], missing: [], ask: ['缺成立日期', '缺规模'], sent: false },
  { offer: { id: 'of-3', title: '厂房抵押贷', provider: { id: 'o-3', name: '电白农商银行', kind: 'bank' }, labels: [{ key: '最低', label: '100 万元' }, { key: '最高', label: '1,000 万元' }, { key: '年化利率', label: '五年期以上 LPR 加 10 个基点' }] }, verdict: 'miss', reasons: [], missing: ['需求金额须在100万元至1,000万元之间'], ask: [], sent: false },
]

export const notes = [
  { id: 'n-1', text: '您的订单已有志愿队接单。', at: ago(2 * H), read: false, record: { id: 'rec-req1', label: '订单', title: '打扫' } },
  { id: 'n-2', text: '您的融资需求已列入申报清单。', at: ago(26 * H), read: true, record: { id: 'rec-demand', label: '融资需求', title: '康赢餐饮' } },
]
