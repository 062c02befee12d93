/**
 * Reports in windows, and a self-check with a photo, from phones with and without signal:
 * one tap, a wrong clock, a group's keeper at a door without a network; what is said of
 * when a report was recorded and when it was received.
 */
import { expect, test } from 'vitest'
import { expectNothingClipped, expectTargets } from './fit'
import { PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()
const DAY_MS = 86_400_000
const BEIJING_MS = 8 * 3_600_000
/** From this day of the demo's stories on, a shop's next self-check may be filed. */
const SELF_CHECK = '2026-11-22'
const PNG = { name: 'stove.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') }

/** The next time from a day on that a clock in Beijing shows so many hours. */
function nextHour(hours: number, day: string): number {
  const from = Math.max(Date.now(), Date.parse(day) - BEIJING_MS)
  const midnight = Math.floor((from + BEIJING_MS) / DAY_MS) * DAY_MS - BEIJING_MS
  const at = midnight + hours * 3_600_000
  return at > from ? at : at + DAY_MS
}

/** The page of windows, at 390 pixels: fits, large enough targets, accessible. */
async function looks(p: Person, name: string): Promise<void> {
  await p.check(name)
  await expectTargets(p.page, name)
  await expectNothingClipped(p.page, name)
}

test('the county is in the morning window, and the phones do not know', async () => {
  await stage.server.later((nextHour(7.5, stage.server.day(SELF_CHECK)) - Date.now()) / DAY_MS)
})

test('somebody reports for himself, on a phone whose clock is wrong', async () => {
  const me = await Person.staff(stage.browser, stage.server.url, 'lidashu', PHONE)
  await me.page.getByRole('status').getByText(/本机时间慢了约/).waitFor()
  await me.page.getByRole('link', { name: /每日两报[^]*1 人待报/ }).click()
  await me.heading('今天要报').waitFor()
  await me.page.getByText('现在可以报').waitFor()
  await looks(me, 'phone-checkin')
  await me.press('打卡')
  await me.fill('体温', '30')
  await me.press('提交')
  await me.page.getByText('体温不能小于 34').first().waitFor()
  await me.fill('体温', '36.4')
  await looks(me, 'phone-checkin-sheet')
  await me.press('提交')
  await me.sees(/已报，.*记录并收到/)
  await me.page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(await me.page.getByRole('button', { name: '打卡', exact: true }).count()).toBe(0)
  await looks(me, 'phone-checkin-done')
  await me.go('/m/')
  await me.page.getByRole('link', { name: /每日两报[^]*现在没有要报的/ }).waitFor()
  await me.leave()
})

test('the keeper of a group reports for others with no signal', async () => {
  const keeper = await Person.staff(stage.browser, stage.server.url, 'baozu', PHONE)
  await keeper.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await keeper.go('/m/find') // the phone keeps what it needs
  await keeper.sees(/手机上的内容更新于/)
  await keeper.go('/m/check-ins')
  await keeper.sees('我联系的组')
  await keeper.button('为黎大婶打卡').waitFor()
  await keeper.signal(false)
  await keeper.go('/m/check-ins')
  await keeper.sees(/没有网络，名单是/)
  await looks(keeper, 'phone-checkin-offline')
  await keeper.press('为黎大婶打卡')
  await keeper.fill('体温', '36.6')
  await keeper.press('提交')
  await keeper.button('为黎大婶打卡').waitFor({ state: 'detached' })
  await keeper.page.getByText(/^其余/).click()
  await keeper.sees(/已记录在手机上，联网后送出/)
  await looks(keeper, 'phone-checkin-kept')
  // Somebody is ill: the calls for help do not wait for the network.
  await keeper.press('为覃阿公打卡')
  await keeper.fill('体温', '38.2')
  await keeper.page.getByRole('link', { name: '拨打 120' }).waitFor()
  await keeper.press('提交')
  await keeper.sees('“打卡”已登记')
  await looks(keeper, 'phone-checkin-urgent')
  await keeper.page.getByRole('dialog').getByRole('button', { name: '关闭', exact: true }).click()
  await keeper.signal(true)
  await keeper.page.getByRole('link', { name: /待发送|正在发送/ }).waitFor({ state: 'detached' })
  await keeper.page.reload()
  await keeper.sees(/已报/)
  expect(await keeper.page.getByText(/已记录在手机上/).count()).toBe(0)
  await keeper.leave()
})

test('the secretary sees both at once, and who reported for whom', async () => {
  const boss = await Person.staff(stage.browser, stage.server.url, 'cunshuji')
  await boss.go('/console/p/daily-checkin/board/report')
  await boss.heading('每日两报看板').waitFor()
  await boss.page.getByRole('button', { name: '已报', exact: true }).click()
  await boss.page.getByRole('row', { name: /黎大婶[^]*一组小梁/ }).waitFor()
  await boss.page.getByRole('row', { name: /覃阿公[^]*38\.2/ }).waitFor()
  await boss.check('console-board-reported')
  await boss.leave()
})

test('a shop checks itself with a photo and no signal', async () => {
  const shop = await Person.staff(stage.browser, stage.server.url, 'laojing', PHONE)
  await shop.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await shop.go('/m/find')
  await shop.sees(/手机上的内容更新于/)
  await shop.go('/m/matters')
  const form = await shop.link(/填写定期自查/).getAttribute('href')
  await shop.signal(false)
  await shop.go(form!)
  for (const [question, answer] of [['软管完好', '是'], ['阀门完好', '是'], ['报警器有效', '是'], ['肥皂水有气泡', '是']] as const) {
    await shop.choose(answer, new RegExp(question))
    await shop.press('下一步')
  }
  await shop.page.getByRole('link', { name: '拨打 96777' }).waitFor()
  await shop.page.locator('input[type=file]').first().setInputFiles(PNG)
  await shop.page.getByRole('button', { name: '移除第 1 张' }).waitFor()
  await looks(shop, 'phone-selfcheck-photo')
  await shop.press('下一步')
  await shop.heading('请核对后提交').waitFor()
  await shop.sees(/照片[^]*1 个/)
  await looks(shop, 'phone-selfcheck-review')
  await shop.press('提交')
  await shop.sees(/已存在手机上/)
  await looks(shop, 'phone-selfcheck-kept')
  await shop.go('/m/outbox')
  await shop.sees('待发送')
  await looks(shop, 'phone-selfcheck-outbox')
  await shop.signal(true)
  await shop.sees('最近送达')
  await shop.leave()
})
