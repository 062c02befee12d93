/**
 * Every page that the stories do not stop at, at the desk and on a phone, on both
 * faces: each loads, is accessible, fits, and logs no error.
 */
import { test } from 'vitest'
import { DESK, PHONE, Person, type Look } from './person'
import { useStage } from './story'

const stage = useStage()
/** The console is for the desk, and must still be usable in a narrow window. */
const NARROW: Look = { width: 390, height: 844, phone: false }
const P = '/console/p/sme-finance'
const V = '/console/p/volunteer-service'

const DESKS: Record<string, [string, string][]> = {
  zhuanban: [
    ['console-program', P], ['console-records', `${P}/list/mission`], ['console-new-record', `${P}/new/mission/assign`], ['console-dispatch', `${P}/dispatch`],
    ['console-duties', `${P}/duties`], ['console-roster', `${P}/rosters/firms`], ['console-offers', `${P}/list/loan`], ['console-ledger', `${P}/ledgers/policy`],
    ['console-parties', '/console/parties'], ['console-new-party', '/console/parties/new'], ['console-search', '/console/search?q=荷塘'], ['console-me', '/console/me'],
    ['console-absent', '/console/no-such-page'],
  ],
  zhongxin: [['console-center-work', '/console/'], ['console-requests', `${V}/list/request`], ['console-volunteer-figures', `${V}/figures`], ['console-volunteer-program', V]],
  admin: [['console-regions', '/console/admin/regions'], ['console-orgs', '/console/admin/orgs'], ['console-accounts', '/console/admin/accounts']],
  auditor: [['console-audit', '/console/audit']],
}
for (const [login, pages] of Object.entries(DESKS)) {
  test(`the desk of ${login}`, async () => {
    for (const look of [DESK, NARROW]) {
      const p = await Person.staff(stage.browser, stage.server.url, login, DESK)
      await p.page.setViewportSize({ width: look.width, height: look.height })
      for (const [name, path] of pages) {
        await p.go(path)
        await p.page.getByRole('heading', { level: 1 }).or(p.page.getByRole('heading', { level: 2 })).first().waitFor()
        await p.check(name, look.width)
      }
      await p.leave()
    }
  })
}

test('a file: the record, the party, and who looked', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'zhuanban')
  await p.go(`${P}/list/demand?stage=met`)
  await p.follow('荷塘食品厂')
  await p.heading('时限').waitFor()
  await p.check('console-demand-met')
  await p.page.getByRole('definition').getByRole('link', { name: '荷塘食品厂' }).click()
  await p.heading('基本情况').waitFor()
  await p.check('console-party')
  await p.press(/^查看/)
  await p.fill('查看用途', '电话核实走访时间')
  await p.press('说明用途并查看')
  await p.sees('13800001001')
  await p.check('console-revealed')
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
  await firm.page.getByText('全部', { exact: true }).click()
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
    for (const [name, path] of [['public-home', '/'], ['public-notices', '/notices'], ['public-check', '/check'], ['demo-phone', '/demo/phone'], ['console-sign-in', '/console/sign-in'], ['phone-sign-in', '/m/sign-in']] as const) {
      await p.go(path)
      await p.page.getByRole('heading', { level: 1 }).first().waitFor()
      await p.check(name)
    }
    await p.leave()
  }
})
