/**
 * The desk's own screens on mechanisms made for it: a card dragged to who takes it, a
 * figure opened to what it is made of, a statement at the desk and on the holder's
 * phone, a publication reviewed and objected to, and the palette.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { Caller } from './api'
import { DESK, PASSWORD, PHONE, Person } from './person'
import { operate } from './server'
import { useStage } from './story'

const stage = useStage()
const COUNTY = '440902'
interface Made { id: string }
let helper = ''
let award = ''

beforeAll(async () => {
  for (const name of ['errand-desk', 'tally-desk', 'award-roll']) await operate(stage.server, 'apply', resolve(import.meta.dirname, '../../testdata', name))
  const { url } = stage.server
  const admin = await Caller.as(url, 'admin')
  const staff = async (kind: string, unit: string, ...logins: [string, string][]): Promise<void> => {
    const org = await admin.post<Made>('/orgs', { name: unit, kind, level: 'county', region: COUNTY })
    for (const [login, name] of logins) await admin.post('/accounts', { login, name, password: PASSWORD, memberships: [{ org: org.id }] })
  }
  await staff('errand_desk', '互助台', ['huzhutai', '台长老郑'])
  await staff('errand_team', '快腿互助队', ['kuaitui', '队长小路'])
  await staff('tally_desk', '计时台', ['jishitai', '计时员小沈'], ['jishitai2', '计时员小贺'])
  await staff('award_desk', '表彰办', ['biaozhang', '干事小殷'])
  const towns = (await admin.get<{ items: Made[] }>(`/regions?level=town&parent=${COUNTY}`)).items
  const resident = async (name: string, login: string, town: number): Promise<string> => {
    const party = (await admin.post<Made>('/parties', { kind: 'person', name, region: towns[town]!.id })).id
    await admin.post('/accounts', { login, name, password: PASSWORD, party })
    return party
  }
  helper = await resident('罗小满', 'luoxiaoman', 0)
  await resident('何大川', 'hedachuan', 1)

  // A server learns within seconds what another process applied.
  const desk = await Caller.as(url, 'huzhutai')
  await vi.waitFor(() => desk.get('/programs/award-roll').catch(() => desk.get('/programs/tally-desk')), { timeout: 30_000, interval: 500 })
  const team = await Caller.as(url, 'kuaitui')
  for (const name of ['代买代送', '陪诊陪护']) await team.post('/programs/errand-desk/records/helper/create', { fields: { name, capacity: 20, area: [COUNTY] } })
  for (const what of ['买药', '取快递', '换灯泡']) await desk.post('/programs/errand-desk/records/errand/raise', { subject: helper, fields: { what } })

  const tally = await Caller.as(url, 'jishitai')
  for (const [n, spent] of [60, 90, 45].entries()) {
    const help = await tally.post<Made>('/programs/tally-desk/records/help/begin', { subject: helper, fields: { kind: n === 0 ? 'farm' : 'home' } })
    await tally.post(`/records/${help.id}/moves/finish`, { fields: { spent, fee: 3000 } })
    if (n === 2) await tally.post(`/records/${help.id}/moves/undo`, { text: '登记错了' })
  }
  const board = await Caller.as(url, 'biaozhang')
  award = (await board.post<Made>('/programs/award-roll/records/award/name', { subject: helper, fields: { deed: '冬天替独居老人挑水', phone: '13800002077', income: 4_200_000, day: '2026-01-12' } })).id
  await board.post(`/records/${award}/moves/show`)
})

test('a card is dragged to who takes it, shown first, done, and taken back', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'huzhutai')
  await p.go('/console/p/errand-desk/dispatch')
  const waiting = p.page.getByRole('region', { name: '待派：求助' })
  await waiting.getByText('3 件').waitFor()
  await p.check('console-board')
  const card = waiting.locator('li[draggable="true"]').first()
  await card.hover()
  await p.page.mouse.down()
  const box = (await card.boundingBox())!
  await p.page.mouse.move(box.x + 60, box.y + 30, { steps: 4 })
  const target = p.page.getByRole('button', { name: /^派给 代买代送/ })
  await target.waitFor()
  const to = (await target.boundingBox())!
  await p.page.mouse.move(to.x + 40, to.y + 20, { steps: 6 })
  await p.page.mouse.move(to.x + 44, to.y + 22, { steps: 2 })
  await p.page.mouse.up()
  await p.button('确认办理 1 件').waitFor()
  await p.check('console-board-preview')
  await p.press('确认办理 1 件')
  await p.button(/^撤回这一批/).waitFor()
  await p.page.getByRole('dialog').getByRole('button', { name: '完成', exact: true }).click()
  const sent = p.page.getByRole('region', { name: '待接单', exact: true })
  await sent.getByText('1 件').waitFor()
  await waiting.getByText('2 件').waitFor()
  await p.page.keyboard.press('u')
  await p.press(/^撤回这一批/)
  await p.sees(/^1 件已撤回$/)
  await p.page.getByRole('dialog').getByRole('button', { name: '完成', exact: true }).click()
  await waiting.getByText('3 件').waitFor()
  // the same by keyboard alone
  await p.page.keyboard.press('ArrowDown')
  await p.page.keyboard.press('x')
  await p.sees('已选 1 件')
  await p.check('console-board-selected')
  await p.narrow('console-board-selected')
  await p.leave()
})

test('a figure of a ledger opens to its rows, and a row to its case', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'jishitai')
  await p.go('/console/p/tally-desk/ledgers/monthly')
  await p.heading('帮工月报').waitFor()
  await p.check('console-ledger-figures')
  const figure = p.button(/^帮工分钟，合计：/)
  await figure.click()
  const dialog = p.page.getByRole('dialog')
  await dialog.getByText('共 3 行').waitFor()
  expect(await dialog.getByRole('row').count()).toBe(4) // and the heads
  await dialog.getByText('合计 195分钟').or(dialog.getByText(/合计 .*195|合计 3小时15分/)).first().waitFor()
  await p.check('console-ledger-cell')
  await p.narrow('console-ledger-cell')
  await p.page.setViewportSize({ width: DESK.width, height: DESK.height })
  await dialog.getByRole('link', { name: /罗小满/ }).first().click()
  await p.heading('办理进程').or(p.heading('记录')).first().waitFor()
  await p.go('/console/p/tally-desk/ledgers/list')
  await p.heading('帮工明细表').waitFor()
  await p.check('console-ledger-rows')
  const [file] = await Promise.all([p.page.waitForEvent('download'), p.link('导出表格').click()])
  expect((await readFile(await file.path())).subarray(0, 2).toString()).toBe('PK')
  expect(await p.button(/^农活件数/).count(), 'a small figure stays shut').toBe(0)
  await p.leave()
})

test('a statement at the desk, by period, and on the holder’s own phone', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'jishitai')
  await p.go(`/console/parties/${helper}?tab=accounts`)
  await p.heading('名下账户').waitFor()
  await p.check('console-dossier-accounts')
  await p.follow(/^对账单/)
  await p.heading('帮工时长对账单').waitFor()
  await p.sees('冲销')
  expect(await p.page.getByRole('row').count()).toBe(5) // three hours in, one reversed, and the heads
  await p.check('console-statement')
  await p.narrow('console-statement')
  await p.fill('至', '2026-01-31')
  await p.page.keyboard.press('Tab')
  await p.sees('这段时间没有发生额')
  await p.press('全部时间')
  await p.page.getByRole('row').nth(4).waitFor()
  const [file] = await Promise.all([p.page.waitForEvent('download'), p.link('导出表格').click()])
  expect((await readFile(await file.path())).subarray(0, 2).toString()).toBe('PK')
  await p.leave()

  const own = await Person.staff(stage.browser, stage.server.url, 'luoxiaoman', PHONE)
  await own.follow('我的')
  await own.follow('我的账户')
  await own.sees('帮工时长 · 罗小满')
  await own.sees(/^冲销：/)
  await own.check('phone-accounts')
  await own.leave()
  const other = await Person.staff(stage.browser, stage.server.url, 'hedachuan', PHONE)
  await other.go('/m/me/accounts')
  await other.sees('名下没有账户')
  await other.check('phone-accounts-none')
  await other.leave()
})

test('what is proposed is reviewed, let out, objected to, and the objection answered', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'biaozhang')
  await p.go('/console/p/award-roll')
  await p.link('公示公布').click()
  await p.sees('待审核')
  await p.press('查看内容')
  await p.page.getByRole('table').waitFor()
  await p.check('console-notice-review')
  await p.press('审核通过并公布')
  await p.sees(/^公布中/)
  await p.check('console-notice-live')
  const page = await p.link('打开公开页面').getAttribute('href')

  const villager = await Caller.as(stage.server.url, 'hedachuan')
  await villager.post('/programs/award-roll/records/objection/raise', { notice: page!.split('/').pop(), fields: { claim: '事迹是别人做的' } })

  await p.go(`/console/records/${award}`)
  await p.link(/异议|待核查/).first().click()
  await p.sees('事迹是别人做的')
  await p.check('console-objection')
  await p.press('不成立')
  const dialog = p.page.getByRole('dialog')
  await dialog.getByLabel('答复').fill('已走访核实，事迹属实')
  await dialog.getByRole('button', { name: '不成立', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await p.sees('已走访核实，事迹属实')
  await p.check('console-objection-answered')
  await p.leave()
})

test('Ctrl+K: a page, a person, a matter, by keyboard alone', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'jishitai')
  await p.page.keyboard.press('Control+k')
  const box = p.page.getByRole('combobox', { name: '快速前往' })
  await box.waitFor()
  await p.check('console-palette')
  await box.fill('台账')
  await box.fill('帮工月')
  await p.page.getByRole('option', { name: /帮工月报/ }).waitFor()
  await p.page.keyboard.press('Enter')
  await p.heading('帮工月报').waitFor()
  await p.page.keyboard.press('Control+k')
  await box.fill('lxm')
  await p.page.getByRole('option', { name: /^罗小满/ }).first().waitFor()
  await p.check('console-palette-found')
  await p.narrow('console-palette-found')
  await p.page.keyboard.press('ArrowUp')
  await p.page.keyboard.press('ArrowDown')
  await p.page.keyboard.press('Enter')
  await p.heading('罗小满').waitFor()
  await p.page.keyboard.press('Control+k')
  await p.page.getByRole('group', { name: '最近看过' }).getByRole('option', { name: /罗小满/ }).waitFor()
  await p.page.keyboard.press('Escape')
  await box.waitFor({ state: 'detached' })
  await p.leave()
})
