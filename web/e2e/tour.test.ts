/**
 * Every page that the stories do not stop at, at the desk and on a phone, on both
 * faces: each loads, is accessible, fits, and logs no error.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DESK, PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()
const P = '/console/p/sme-finance'
const V = '/console/p/volunteer-service'

const DESKS: Record<string, [string, string][]> = {
  zhuanban: [
    ['console-program', P], ['console-records', `${P}/list/mission`], ['console-new-record', `${P}/new/mission/assign`], ['console-dispatch', `${P}/dispatch`],
    ['console-duties', `${P}/duties`], ['console-roster', `${P}/rosters/firms`], ['console-offers', `${P}/list/loan`], ['console-ledger', `${P}/ledgers/policy`],
    ['console-parties', '/console/parties'], ['console-new-party', '/console/parties/new'], ['console-search', '/console/search?q=荷塘'], ['console-me', '/console/me'],
    ['console-absent', '/console/no-such-page'], ['console-work', '/console/'], ['console-record', '/console/records/:demand'], ['console-round', `${P}/rounds/:round`],
    ['console-dossier', '/console/parties/:firm'], ['console-dossier-timeline', '/console/parties/:firm?tab=timeline'], ['console-dossier-tasks', '/console/parties/:firm?tab=tasks'],
    ['console-dossier-records', '/console/parties/:firm?tab=records'], ['console-dossier-files', '/console/parties/:firm?tab=files'], ['console-dossier-consents', '/console/parties/:firm?tab=consents'],
    ['console-dossier-access', '/console/parties/:firm?tab=access'], ['console-program-roles', `${P}?tab=roles`], ['console-program-figures', `${P}?tab=figures`], ['console-figures', `${P}/figures`],
    ['console-map', `${P}/map`], ['console-notices', `${P}/notices`], ['console-jobs', '/console/jobs'], ['console-messages', '/console/notices'], ['console-grounds', '/console/grounds'], ['console-calendar', '/console/calendar'],
  ],
  jianhang: [['console-bank-work', '/console/'], ['console-bank-orders', `${P}/list/application`], ['console-bank-offers', `${P}/list/loan`]],
  zhongxin: [['console-center-work', '/console/'], ['console-requests', `${V}/list/request`], ['console-volunteer-figures', `${V}/figures`], ['console-volunteer-program', V], ['console-lists-published', `${V}/notices`]],
  admin: [['console-program-versions', `${P}?tab=versions`], ['console-program-try', `${P}?tab=try`], ['console-imports', '/console/imports'], ['console-new-import', '/console/imports/new'], ['console-maps', '/console/admin/maps'], ['console-regions', '/console/admin/regions'], ['console-orgs', '/console/admin/orgs'], ['console-accounts', '/console/admin/accounts'], ['console-channels', '/console/admin/channels'], ['console-deliveries', '/console/admin/deliveries'], ['console-partners', '/console/admin/partners'], ['console-sign-in-rules', '/console/admin/sign-in'], ['console-approvals', '/console/admin/approvals']],
  auditor: [['console-auditor-work', '/console/'], ['console-audit', '/console/audit'], ['console-audit-reveals', '/console/audit?action=reveal']],
}
/** Where a page of one thing finds its thing: asked of the server, as the same person. */
const THINGS: Record<string, string> = {
  ':demand': '/records?program=sme-finance&record=demand', ':firm': '/parties?kind=enterprise', ':round': '/programs/sme-finance/duties/visit_round/rounds',
}
async function resolve(p: Person, path: string): Promise<string> {
  const thing = Object.keys(THINGS).find(key => path.includes(key))
  if (!thing) return path
  const answer = await p.context.request.get(`${p.url}/api/v1${THINGS[thing]}`)
  const { items } = await answer.json() as { items: { id: string }[] }
  return path.replace(thing, items[0]!.id)
}

/** Pages that need a state of their own are visited where that state is made. */
const ELSEWHERE: Record<string, string> = { '/sign-in': 'tour.test.ts', '/p/:program/new/:record/:move': 'tour.test.ts', '/imports/:id': 'import.test.ts',
  '/screen': 'maps.test.ts', '/print/:sheet': 'maps.test.ts',
  '/p/:program/accounts/:account': 'desk.test.ts', '/p/:program/board/:duty': 'programs.test.ts', '/p/:program/library/:library': 'library.test.ts', '/admin/partners/:id': 'link.test.ts', '/p/:program/conflicts': 'link.test.ts', '/p/:program/shifts/:roster': 'link.test.ts', '/p/:program/devices/:device': 'link.test.ts' }

test('every route of the console is toured', () => {
  const source = readFileSync(join(import.meta.dirname, '../console/src/router.ts'), 'utf8')
  const routes = [...source.matchAll(/path: '([^']+)'/g)].map(m => m[1]!)
  expect(routes.length).toBeGreaterThan(20)
  const toured = Object.values(DESKS).flat().map(([, path]) => path.split('?')[0]!.replace(/^\/console/, '') || '/')
  const missed = routes.filter((route) => {
    if (route.includes('(.*)') || route in ELSEWHERE) return false
    const pattern = new RegExp(`^${route.replace(/\/:\w+\?/g, '(/[^/]+)?').replace(/:\w+/g, '[^/]+')}$`)
    return !toured.some(path => pattern.test(path))
  })
  expect(missed, 'add these to DESKS').toEqual([])
})

test('a page that breaks the policy is a fault', async () => {
  const p = await Person.sit(stage.browser, stage.server.url, 'breaker', DESK)
  await p.go('/')
  await p.heading(/./).waitFor()
  await p.check('policy-kept')
  await p.page.evaluate(() => { document.body.insertAdjacentHTML('beforeend', '<i style="color: red">x</i><img alt="" src="data:," onerror="document.title = 1">') })
  await expect.poll(() => p.faults.join('\n')).toMatch(/policy broken: style-src-attr/)
  await expect.poll(() => p.faults.join('\n')).toMatch(/policy broken: script-src-attr/)
  p.faults.length = 0
  await p.leave()
})

/** So many pages a test: a busy machine takes some seconds for each. */
const A_TEST = 10
const parts = <T>(all: T[]): T[][] => Array.from({ length: Math.ceil(all.length / A_TEST) }, (_, n) => all.slice(n * A_TEST, (n + 1) * A_TEST))
for (const [login, all] of Object.entries(DESKS)) {
  for (const [n, pages] of parts(all).entries()) {
    test(`the desk of ${login}, part ${n + 1}`, async () => {
      const p = await Person.staff(stage.browser, stage.server.url, login, DESK)
      for (const [name, path] of pages) await p.tour(name, await resolve(p, path))
      await p.leave()
    })
  }
}

test('a file: the record, the party, and who looked', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'zhuanban')
  await p.go(`${P}/list/demand?stage=met`)
  await p.follow('荷塘食品厂')
  await p.heading('时限').waitFor()
  await p.check('console-demand-met')
  await p.page.getByRole('definition').getByRole('link', { name: '荷塘食品厂' }).click()
  await p.page.getByRole('tab', { name: '基本情况' }).waitFor()
  await p.heading('基本情况').waitFor()
  await p.check('console-party')
  await p.press(/^查看/)
  await p.fill('查看用途', '电话核实走访时间')
  await p.press('说明用途并查看')
  await p.sees('13800001001')
  await p.check('console-revealed')
  await p.press('关闭')
  await p.page.getByRole('tab', { name: '谁看过' }).click()
  await p.sees('电话核实走访时间') // who looked, and why
  await p.check('console-access')
  await p.leave()
})

test('the phone of a visitor and of a resident', async () => {
  const v = await Person.staff(stage.browser, stage.server.url, 'zoufang', PHONE)
  for (const [name, path] of [['phone-matters', '/m/matters'], ['phone-notices', '/m/notices'], ['phone-me', '/m/me'], ['phone-outbox', '/m/outbox'], ['phone-sessions', '/m/me/sessions'], ['phone-lost', '/m/no-such-page']] as const) {
    await v.go(path)
    await v.page.getByRole('heading', { level: 1 }).first().waitFor()
    await v.check(name)
  }
  await v.leave()
  const firm = await Person.staff(stage.browser, stage.server.url, 'hetang', PHONE)
  await firm.page.getByRole('link', { name: /荷塘食品厂[^]*融资需求/ }).first().or(firm.page.getByRole('link', { name: '事项' })).first().waitFor()
  await firm.follow('事项')
  await firm.heading('我的事项').waitFor() // the page before it has links of the same words
  await firm.press('全部')
  await firm.link(/荷塘食品厂[^]*已满足/).click()
  await firm.heading('办理进度').waitFor()
  await firm.check('phone-demand')
  await firm.go('/m/me/text')
  await firm.page.getByText(/特大|超大|最大|长辈/).last().click()
  await firm.go('/m/')
  await firm.heading(/您好/).waitFor()
  await firm.check('phone-large')
  await firm.leave()
})

test('what anybody may read', async () => {
  for (const look of [DESK, PHONE]) {
    const p = await Person.sit(stage.browser, stage.server.url, 'anybody', look)
    for (const [name, path] of [['public-home', '/'], ['public-large', '/?type=large'], ['public-services', '/services?q=理发'], ['public-service', '/services/volunteer-service'], ['public-offers', '/services/volunteer-service/offers'], ['public-about', '/about'], ['public-access', '/accessibility?lang=en'], ['public-notices', '/notices'], ['public-check', '/check'], ['demo-phone', '/demo/phone'], ['console-sign-in', '/console/sign-in'], ['phone-sign-in', '/m/sign-in']] as const) {
      await p.go(path)
      await p.page.getByRole('heading', { level: 1 }).first().waitFor()
      await p.check(name)
    }
    await p.leave()
  }
})
