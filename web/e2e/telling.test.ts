/**
 * Telling people: the administrator connects a gateway, a resident says when she may be
 * told, a move reaches her phone, a colleague's screen and the bell follow without a
 * reload, and what the gateway refused is sent again. The gateway is a server of this test.
 */
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESK, Person } from './person'
import { inDays, useStage } from './story'

const stage = useStage()
const V = 'volunteer-service'

interface Sms { phone: string; text: string; key: string }
const taken: Sms[] = []
let answer = 'OK'
let gateway: HttpServer
let address = ''
beforeAll(async () => {
  gateway = createServer((request, response) => {
    let body = ''
    request.on('data', (b: Buffer) => { body += b.toString() })
    request.on('end', () => {
      const { phone, text } = JSON.parse(body) as Sms
      if (answer === 'OK') taken.push({ phone, text, key: String(request.headers['idempotency-key']) })
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ code: answer }))
    })
  })
  await new Promise<void>(done => gateway.listen(0, '127.0.0.1', done))
  address = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/send?appkey=geheim-appkey`
})
afterAll(() => new Promise(done => gateway.close(done)))

/** The API as this person's own browser asks it. */
function api<T>(p: Person, method: string, path: string, body?: unknown): Promise<T> {
  return p.page.evaluate(async ([m, at, sent]) => {
    const r = await fetch(`/api/v1${at}`, { method: m as string, headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }, body: sent === undefined ? undefined : JSON.stringify(sent) })
    const text = await r.text()
    if (!r.ok) throw new Error(`${m as string} ${at as string}: ${r.status} ${text}`)
    return (text ? JSON.parse(text) : undefined) as unknown
  }, [method, path, body] as const) as Promise<T>
}
/** Waits for something that happens on the server, as long as a person would. */
async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  await expect.poll(what, { timeout: 45_000, interval: 250 }).toBe(true)
}
const reasonOf = async (p: Person, id: string): Promise<string | undefined> =>
  (await api<{ moves: { key: string; reason?: { key: string }[] }[] }>(p, 'GET', `/records/${id}`)).moves.find(m => m.key === 'refuse')?.reason?.[0]?.key

let aunt: Person
let orders = 0
async function order(text: string): Promise<string> {
  const me = await api<{ account: { party: { id: string } } }>(aunt, 'GET', '/session')
  const day = inDays(2 + orders++)
  const made = await api<{ id: string }>(aunt, 'POST', `/programs/${V}/records/request/order`, {
    subject: me.account.party.id, channel: 'app',
    fields: { kind: 'clean', place: { lat: 21.6658, lng: 110.9148, address: '示范村三组 12 号' }, slot: { start: `${day}T01:00:00Z`, end: `${day}T03:00:00Z` }, text },
  })
  return made.id
}

test('the administrator connects an SMS gateway and tries it', async () => {
  const admin = await Person.staff(stage.browser, stage.server.url, 'admin', DESK)
  await admin.go('/console/admin/channels')
  await admin.sees('还没有渠道，消息只在站内送达。')
  await admin.check('console-channels-none')
  await admin.press('新增渠道')
  const dialog = admin.page.getByRole('dialog')
  await dialog.getByLabel('名称', { exact: true }).fill('县短信网关')
  await dialog.getByLabel('地址', { exact: true }).fill('http://8.8.8.8/send')
  await dialog.getByRole('button', { name: '保存' }).click()
  await dialog.getByRole('alert').getByText('地址须以 https:// 开头').waitFor()
  admin.faults.length = 0 // the browser logs the refusal, which is meant
  await admin.check('console-channel-wrong')
  await dialog.getByLabel('地址', { exact: true }).fill(address)
  await dialog.getByText('请求格式（可选）').click()
  await dialog.getByLabel('成功标志在').fill('code')
  await dialog.getByLabel('成功时的值').fill('OK')
  await admin.check('console-channel-new')
  await dialog.getByRole('button', { name: '保存' }).click()
  await admin.heading('县短信网关').waitFor()
  await dialog.waitFor({ state: 'detached' })
  expect(await admin.page.content()).not.toContain('geheim-appkey')
  await admin.page.getByLabel('试发到手机号').fill('13900000001')
  await admin.press('试发一条')
  await admin.sees(/已发出，网关答复/)
  expect(taken.at(-1)).toMatchObject({ phone: '13900000001' })
  await admin.check('console-channels')
  await admin.narrow('console-channels')
  await admin.leave()
})

test('a resident says when she may be told', async () => {
  aunt = await Person.resident(stage.browser, stage.server.url, '13800002003')
  await aunt.go('/m/me')
  await aunt.follow('通知设置')
  await aunt.heading('通知设置').waitFor()
  await aunt.page.getByLabel('短信', { exact: true }).waitFor()
  await aunt.check('phone-preferences')
  await aunt.page.getByLabel('按时段免打扰').uncheck()
  await aunt.choose('不合并，逐条发送')
  await aunt.press('保存')
  await aunt.sees('通知设置已保存')
})

test('a colleague’s list and bell follow without a reload', async () => {
  const head = await Person.staff(stage.browser, stage.server.url, 'shijiansuo', DESK)
  await head.go(`/console/p/${V}/list/request`)
  await head.page.getByRole('table').first().waitFor()
  await head.page.evaluate(() => { (window as { same?: boolean }).same = true })
  const id = await order('擦窗，第一次')
  const row = head.page.getByRole('row').filter({ has: head.page.locator(`a[href$="/records/${id}"]`) })
  await row.getByText('刚更新').waitFor()
  await row.getByText('待审核').waitFor()
  await head.check('console-live-list')

  const team = await Person.staff(stage.browser, stage.server.url, 'nuanyang', DESK)
  const unread = async (p: Person): Promise<number> => (await api<{ unread: number }>(p, 'GET', '/notifications/count')).unread
  const before = await unread(team)
  const bell = team.page.getByRole('link', { name: /^消息/ })
  await until(async () => (await bell.innerText()).includes(before ? String(before) : '消息'))
  await api(head, 'POST', `/records/${id}/moves/approve`, {})
  await until(async () => await unread(team) > before)
  await team.page.getByRole('link', { name: new RegExp(`消息，${before + 1}`) }).waitFor()
  await bell.click()
  await team.heading('消息').waitFor()
  await team.page.getByRole('button', { name: /^查看/ }).first().waitFor()
  await team.check('console-notices')
  await team.narrow('console-notices')
  await team.press('全部标为已读')
  await team.page.getByRole('link', { name: '消息', exact: true }).waitFor()
  await team.go('/console/me')
  await team.heading('通知设置').waitFor()
  await team.narrow('console-preferences')
  await row.getByText('待接单').waitFor()
  expect(await head.page.evaluate(() => (window as { same?: boolean }).same)).toBe(true)
  await team.leave()
  await head.leave()
})

test('a refusal reaches her phone once; what the gateway refused is sent again', async () => {
  const head = await Person.staff(stage.browser, stage.server.url, 'shijiansuo', DESK)
  const first = await order('擦窗，第二次')
  const known = taken.length
  await api(head, 'POST', `/records/${first}/moves/refuse`, { reason: await reasonOf(head, first) })
  await until(() => taken.length === known + 1)
  expect(taken.at(-1)).toMatchObject({ phone: '13800002003', text: '您的订单未通过，请登录查看原因。' })
  await aunt.go('/m/')
  await aunt.page.getByRole('link', { name: /消息.*条未读/ }).waitFor()
  await aunt.page.getByRole('link', { name: /消息.*条未读/ }).click()
  await aunt.sees('您的订单未通过，请登录查看原因。')
  await aunt.check('phone-notices-unread')
  await aunt.press('全部标为已读')
  await aunt.page.getByText('全部标为已读').waitFor({ state: 'detached' })

  answer = 'isv.ACCOUNT_ARREARS'
  const second = await order('擦窗，第三次')
  await api(head, 'POST', `/records/${second}/moves/refuse`, { reason: await reasonOf(head, second) })
  await head.leave()
  const admin = await Person.staff(stage.browser, stage.server.url, 'admin', DESK)
  await until(async () => (await api<{ failed: number }>(admin, 'GET', '/deliveries/count')).failed === 1)
  await admin.go('/console/admin/deliveries?state=failed')
  await admin.sees(/isv\.ACCOUNT_ARREARS/)
  await admin.check('console-deliveries')
  await admin.narrow('console-deliveries')
  answer = 'OK'
  await admin.page.getByRole('button', { name: /^重发/ }).first().click()
  await admin.sees(/1 条已重新排队/)
  await until(() => taken.length === known + 2)
  expect(new Set(taken.map(s => s.key)).size).toBe(taken.length)
  await until(async () => (await api<{ failed: number; queued: number }>(admin, 'GET', '/deliveries/count')).failed === 0)
  await admin.leave()
  await aunt.leave()
})

