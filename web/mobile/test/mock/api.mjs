// A pretend server with the shapes of docs/api.md, kept in memory: enough life for
// tests and for looking at the pages. It knows no rule of any program.
import { randomUUID } from 'node:crypto'
import { accounts, demoRoles, notes, offers, programs, row, seedRecords } from './data.mjs'

const page = (items) => ({ status: 200, body: { items, next: null } })
const ok = (body, status = 200) => ({ status, body })
const problem = (status, type, title, more = {}) => ({ status, body: { type, title, status, ...more } })

export function makeApi() {
  const records = seedRecords()
  const sessions = new Map()
  const answers = new Map() // idempotency key → answer
  const consents = []
  const log = []

  const roleKeys = (me, program) => me.session.roles.filter((r) => r.program === program).map((r) => r.role)
  const typeOf = (r) => programs[r.program].records.find((t) => t.key === r.record)
  const visible = (me) => records.filter((r) => r.seen.includes(me.session.account.id))

  function movesOf(me, r) {
    const mine = roleKeys(me, r.program)
    return typeOf(r).moves
      .filter((m) => m.from.includes(r.stage) && m.by.some((b) => mine.includes(b)))
      .map((m, i) => ({
        key: m.key, label: m.label, need: m.need, ask: m.ask, reason: m.reason ?? [], text: m.text ? 'required' : '',
        proof: m.proof ? { near: !!m.proof.near, photo: m.proof.photo, pass: m.proof.pass, or: m.proof.or } : undefined,
        fields: [...m.need, ...m.ask].map((k) => [...typeOf(r).fields, ...typeOf(r).builtins].find((f) => f.key === k)).filter(Boolean), offline: m.offline, to: m.to,
        form: m.form, sign: m.sign ? ['点单人'] : undefined, primary: i === 0,
      }))
  }

  function view(me, r) {
    const type = typeOf(r)
    const { walked, seen, formKeys, ...summary } = r
    return {
      ...summary, version: 1, masked: r.masked ?? [], suggest: {},
      stages_walked: walked.map((s, i) => ({ stage: s, label: type.stages.find((x) => x.key === s)?.label ?? s, at: new Date(Date.now() - (walked.length - i) * 5 * 3600_000).toISOString() })),
      clocks: r.due ? [{ key: r.due.clock, label: r.due.label, due: r.due.due, overdue: r.due.overdue, left: r.due.left, percent: r.due.overdue ? 120 : 40, paused: false }] : [],
      moves: movesOf(me, r), matches: r.matches ?? [], forms: r.forms ?? [], signatures: [],
      children: [], documents: [], passes: [], consents: r.consents ?? [], terms: r.terms ?? null, members: [],
    }
  }

  function apply(r, move, act) {
    const type = typeOf(r)
    const m = type.moves.find((x) => x.key === move)
    for (const key of m.need) {
      if (act.fields?.[key] === undefined) {
        const label = type.fields.find((f) => f.key === key)?.label ?? key
        return problem(422, 'invalid', '有些内容还需要补充', { fields: [{ path: `fields.${key}`, code: 'required', message: `请填写${label}` }] })
      }
    }
    Object.assign(r.fields, act.fields ?? {})
    for (const [k, v] of Object.entries(act.fields ?? {})) {
      const f = type.fields.find((x) => x.key === k)
      r.labels[k] = f?.options?.find((o) => o.key === v)?.label ?? (v?.address ?? (v?.start ? '已选时间' : String(v)))
    }
    if (m.to) {
      const st = type.stages.find((s) => s.key === m.to)
      r.stage = m.to
      r.stage_label = st.label
      r.phase = st.phase
      if (!r.walked.includes(m.to)) r.walked.push(m.to)
    }
    r.rev++
    return null
  }

  function mutate(me, parts, method, body) {
    const [a, b, c, d, e] = parts
    if (a === 'programs' && c === 'records') {
      const subject = me.session.parties.find((p) => p.id === body.subject) ?? me.session.account.party
      if (b === 'volunteer-service' && !consents.some((x) => x.party === subject?.id)) {
        return problem(422, 'guard', '请先同意上门服务', { consents: ['visit'] })
      }
      const move = programs[b].records.find((r) => r.key === d).moves.find((m) => m.key === e)
      const r = row(b, d, move.to, { seen: [me.session.account.id], subject, created: new Date().toISOString(), fields: {}, labels: {},
        due: { clock: 'review', label: '审核', due: new Date(Date.now() + 86400_000).toISOString(), overdue: false, left: '还剩 1 个工作日' } })
      const bad = apply(r, e, body)
      if (bad) return bad
      r.title = `${r.record_label} · ${subject?.name ?? ''}`
      records.push(r)
      return ok(view(me, r), 201)
    }
    if (a === 'records') {
      const r = visible(me).find((x) => x.id === b)
      if (!r) return problem(404, 'not_found', '没有找到')
      if (c === 'moves') {
        if (!movesOf(me, r).some((m) => m.key === d)) return problem(409, 'stage', '这件事已由别人办过，请刷新后再看')
        return apply(r, d, body) ?? ok(view(me, r))
      }
      if (c === 'forms') {
        const f = r.forms?.find((x) => x.key === d)
        if (f) f.filled++
        return ok({ id: randomUUID() })
      }
      if (c === 'matches') return ok(view(me, r))
    }
    if (a === 'parties' && c === 'consents') {
      const at = consents.findIndex((x) => x.party === b && x.key === e)
      if (method === 'DELETE' && at >= 0) consents.splice(at, 1)
      if (method === 'POST') consents.push({ party: b, program: d, key: e, at: new Date().toISOString() })
      for (const r of records) if (r.subject?.id === b) for (const x of r.consents ?? []) if (x.key === e) x.given = method === 'POST'
      return { status: 204 }
    }
    if (a === 'notifications') {
      const note = notes.find((x) => x.id === b)
      if (note) note.read = true
      return { status: 204 }
    }
    if (a === 'attachments') return ok({ id: randomUUID(), name: 'photo.jpg', size: 1, mime: 'image/jpeg' })
    return problem(404, 'not_found', '没有找到')
  }

  function read(me, parts, query) {
    const [a, b, c, d] = parts
    const mine = visible(me)
    switch (a) {
      case "session": return ok({ ...me.session, now: new Date().toISOString() })
      case 'sessions': return page([{ id: 's1', agent: 'Android · 微信', created: new Date().toISOString(), current: true }, { id: 's2', agent: 'Windows · Edge', created: new Date(Date.now() - 86400_000 * 3).toISOString() }])
      case 'programs': {
        if (b) return programs[b] ? ok(programs[b]) : problem(404, 'not_found', '没有找到')
        const keys = [...new Set(me.session.roles.map((r) => r.program))]
        return page(keys.map((k) => ({ key: k, version: 1, title: programs[k].title, counts: { open: 1, overdue: 0 } })))
      }
      case 'records': {
        if (b === 'count') return ok({ count: mine.length })
        if (b) {
          const r = mine.find((x) => x.id === b)
          if (!r) return problem(404, 'not_found', '没有找到')
          if (c === 'matches') return ok({ need: {}, step: 1, results: offers })
          if (c === 'events') return page([{ id: 'e1', type: 'move', label: '提出', at: r.created, actor: { id: 'x', name: '梁康赢' }, late: false, changes: [] }])
          if (c === 'forms') return page([])
          return ok(view(me, r))
        }
        return page(mine.filter((r) =>
          (!query.program || r.program === query.program) && (!query.record || r.record === query.record)
          && (!query.subject || r.subject?.id === query.subject) && (!query.running || !r.ended)
          && (!query.phase || query.phase.split(',').includes(r.phase))).map(({ walked, seen, ...s }) => s))
      }
      case 'parties': {
        const p = [...me.session.parties].find((x) => x.id === b)
        if (!p) return b ? problem(404, 'not_found', '没有找到') : page([])
        return ok({ ...p, region: { id: 'r1', name: '沙塘村', level: 'village' }, tags: [], masked: { phone: '138****0002', id_number: '4409**********0021' }, fields: {}, labels: {}, files: [], records: [], relations: [],
          consents: consents.filter((x) => x.party === b).map((x) => ({ program: x.program, key: x.key, label: programs[x.program].consents.find((k) => k.key === x.key).label, given_at: x.at })), rev: 1 })
      }
      case 'work': {
        const entry = (r) => ({ record: r, why: r.due?.label ?? '待办', due: r.due?.due, overdue: !!r.due?.overdue })
        const todo = mine.filter((r) => !r.ended && movesOf(me, r).length)
        const orders = todo.filter((r) => r.noun === 'order' && r.phase === 'proposed')
        const rest = todo.filter((r) => !orders.includes(r))
        return ok({ overdue: rest.filter((r) => r.due?.overdue).map(entry), today: rest.filter((r) => !r.due?.overdue).map(entry), waiting: [], signatures: [], offers: orders, duties: [],
          forms: mine.filter((r) => r.forms?.some((f) => !f.filled)).map((r) => ({ id: `d-${r.id}`, label: r.forms[0].label, program: r.program, duty: 'rate', record: r, form: r.forms[0].key, due: new Date(Date.now() + 86400_000 * 8).toISOString(), state: 'open' })),
          counts: {} })
      }
      case 'notifications': return page(notes)
      case 'regions': return page(query.parent ? [] : [{ id: 'r1', name: '观珠镇', level: 'town', children: false }, { id: 'r2', name: '沙琅镇', level: 'town', children: false }])
      case 'orgs': return page([{ id: 'o-bank', name: '工商银行电白支行', kind: 'bank' }])
      case 'accounts': return page([{ id: 'a-5', login: 'zhiyuan', name: '苏文杰', memberships: [] }, { id: 'a-7', login: 'x', name: '吴海燕', memberships: [] }])
      default: return problem(404, 'not_found', '没有找到')
    }
  }

  function handle({ method, path, query = {}, body = {}, key, token }) {
    log.push({ method, path, key, body })
    const parts = path.split('/').filter(Boolean).map(decodeURIComponent)
    if (path === '/demo/accounts') return page(accounts.map((a) => ({ login: a.login, password: a.password, name: a.session.account.name, role: demoRoles[a.session.account.id] })))
    if (path === '/session/phone-code') return { status: 204 }
    if (method === 'POST' && (path === '/session' || path === '/session/phone')) {
      const me = accounts.find((a) => (path === '/session' ? a.login === body.login && a.password === body.password : a.phone === body.phone && body.code === '123456'))
      if (!me) return problem(401, 'bad_login', path === '/session' ? '账号或密码不对，请再试' : '验证码不对或已过期', { detail: '' })
      const fresh = randomUUID()
      sessions.set(fresh, me)
      return { ...ok({ ...me.session, token: fresh }), cookie: fresh }
    }
    const me = sessions.get(token)
    if (!me) return problem(401, 'unauthenticated', '请先登录')
    if (method === 'DELETE' && path === '/session') {
      sessions.delete(token)
      return { status: 204 }
    }
    if (method === 'GET') return read(me, parts, query)
    if (key && answers.has(key)) return answers.get(key)
    const answer = mutate(me, parts, method, body)
    if (key) answers.set(key, answer)
    return answer
  }
  return { handle, log, records }
}
