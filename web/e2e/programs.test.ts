/**
 * Each mechanism at the desk of one who works with it: what it is, its figures, a list
 * and a case of its first kinds, at the desk and in a narrow window. A mechanism that
 * is added as a folder is asked for here.
 */
import { expect, test } from 'vitest'
import { Caller, type Row } from './api'
import { DESK, Person } from './person'
import { inDays, useStage } from './story'

const stage = useStage()

/** A demo account that works with the mechanism; those of tour.test.ts are not here. */
const AT: Record<string, string> = {
  'mental-health': 'xinli', 'employee-assistance': 'yuanzhu',
  'community-activity': 'linli', 'training': 'peixun',
  'after-school': 'tuanwei', 'aid-project': 'minguan', 'child-protection': 'humiao', 'employment': 'jiuye', 'safety-inspection': 'chengguan', 'selection': 'pingxuan',
  'supervision': 'jiandu', 'finance-station': 'yindajie', 'village-income': 'kuaiji', 'credit-village': 'xianping', 'daily-checkin': 'fangkong', 'deliberation': 'yishicun', 'donation': 'cunwei',
  'social-organisation': 'minzheng', 'staff-voice': 'gonghui', 'medical-aid': 'weijian',
}
const TOURED = ['common', 'sme-finance', 'volunteer-service']

interface Opens { records: string[]; duties: string[]; rosters: string[]; stats: string[]; ledgers: string[]; boards: string[]; notices: boolean }
interface View { key: string; opens: Opens; duties: { key: string; windows?: object }[] }

/** The pages beside lists that the menu offers this reader, one of each kind. */
function menu({ opens, duties }: View): [name: string, path: string][] {
  const board = duties.find(d => d.windows && opens.duties.includes(d.key))
  return [
    ['program', ''], ...opens.stats.length ? [['figures', '/figures']] : [], ...opens.duties.length ? [['duties', '/duties']] : [], ...board ? [['board', `/board/${board.key}`]] : [],
    ...opens.ledgers.length ? [['ledger', `/ledgers/${opens.ledgers[0]}`]] : [],
  ] as [string, string][]
}

test('no entry of anybody\'s menu leads to something that is not his', async () => {
  const admin = await Caller.as(stage.server.url, 'admin')
  const { items } = await admin.get<{ items: { login: string; memberships?: unknown[] }[] }>('/accounts?limit=200')
  const staff = items.filter(a => a.memberships?.length).map(a => a.login)
  expect(staff.length).toBeGreaterThan(20)
  const lost: string[] = []
  for (const login of staff) {
    const who = await Caller.as(stage.server.url, login)
    for (const { key } of (await who.get<{ items: { key: string }[] }>('/programs')).items) {
      const { opens, duties } = await who.get<View>(`/programs/${key}`)
      const windows = (duty: string): boolean => !!duties.find(d => d.key === duty)?.windows
      const paths = [
        ...opens.duties.map(d => `duties/${d}/${windows(d) ? 'windows' : 'rounds'}`), ...opens.rosters.map(r => `rosters/${r}`), ...opens.boards.map(b => `board/${b}`),
        ...opens.stats.slice(0, 1).map(s => `stats/${s}?period=${inDays(0).slice(0, 7)}`), ...opens.stats.length ? ['screen'] : [], ...opens.ledgers.map(l => `ledgers/${l}?period=${inDays(0).slice(0, 7)}`), ...opens.notices ? ['notices'] : [],
      ].map(path => `/programs/${key}/${path}`)
      for (const path of [...paths, ...opens.records.map(r => `/records?program=${key}&record=${r}&limit=1`)]) await who.get(path).catch((cause: Error) => lost.push(`${login}: ${cause.message}`))
    }
  }
  expect(lost).toEqual([])
})

test('every mechanism has its desk here', async () => {
  const admin = await Caller.as(stage.server.url, 'admin')
  const { items } = await admin.get<{ items: { key: string }[] }>('/programs')
  expect(items.map(p => p.key).filter(p => !TOURED.includes(p)).sort()).toEqual(Object.keys(AT).sort())
})

for (const [program, login] of Object.entries(AT)) {
  test(`${program} at the desk of ${login}`, async () => {
    const rows = await (await Caller.as(stage.server.url, login)).rows(`program=${program}&limit=200`)
    const kinds = [...new Map(rows.map(r => [r.record, r] as [string, Row])).values()]
    expect(kinds.length, 'the demo county has cases of it').toBeGreaterThan(0)
    const base = `/console/p/${program}`
    const view = await (await Caller.as(stage.server.url, login)).get<View>(`/programs/${program}`)
    const pages: [string, string][] = [
      ...menu(view).map(([name, path]) => [name, base + path] as [string, string]),
      ...kinds.slice(0, 2).flatMap(r => [[`list-${r.record}`, `${base}/list/${r.record}`], [`case-${r.record}`, `/console/records/${r.id}`]] as [string, string][]),
    ]
    const p = await Person.staff(stage.browser, stage.server.url, login, DESK)
    for (const [name, path] of pages) await p.tour(`mechanism-${program}-${name}`, path)
    await p.leave()
  })
}
