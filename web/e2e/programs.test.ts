/**
 * Each mechanism at the desk of one who works with it: what it is, its figures, a list
 * and a case of its first kinds, at the desk and in a narrow window. A mechanism that
 * is added as a folder is asked for here.
 */
import { expect, test } from 'vitest'
import { Caller, type Row } from './api'
import { DESK, Person, type Look } from './person'
import { useStage } from './story'

const stage = useStage()
const NARROW: Look = { width: 390, height: 844, phone: false }

/** A demo account that works with the mechanism; those of tour.test.ts are not here. */
const AT: Record<string, string> = {
  'after-school': 'tuanwei', 'aid-project': 'minguan', 'child-protection': 'humiao', 'employment': 'jiuye', 'safety-inspection': 'chengguan', 'selection': 'pingxuan',
  'supervision': 'jiandu', 'village-income': 'kuaiji', 'credit-village': 'xianping', 'daily-checkin': 'fangkong', 'deliberation': 'yishicun', 'donation': 'cunwei',
  'social-organisation': 'minzheng', 'staff-voice': 'gonghui',
}
const TOURED = ['common', 'sme-finance', 'volunteer-service']
/** Pages that only some mechanisms have. */
const MORE: Record<string, [name: string, path: string][]> = {
  'daily-checkin': [['board', '/board/report']],
}

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
    const pages: [string, string][] = [
      ['program', base], ['figures', `${base}/figures`], ...(MORE[program] ?? []).map(([name, path]) => [name, base + path] as [string, string]),
      ...kinds.slice(0, 2).flatMap(r => [[`list-${r.record}`, `${base}/list/${r.record}`], [`case-${r.record}`, `/console/records/${r.id}`]] as [string, string][]),
    ]
    for (const look of [DESK, NARROW]) {
      const p = await Person.staff(stage.browser, stage.server.url, login, DESK)
      await p.page.setViewportSize({ width: look.width, height: look.height })
      for (const [name, path] of pages) {
        await p.go(path)
        await p.page.getByRole('heading', { level: 1 }).or(p.page.getByRole('heading', { level: 2 })).first().waitFor()
        await p.check(`mechanism-${program}-${name}`, look.width)
      }
      await p.leave()
    }
  })
}
