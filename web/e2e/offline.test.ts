/**
 * A day without a network, on the phone: dossiers and forms open and are found, several
 * drafts with photos outlive a killed browser, an upload that breaks goes on, two phones
 * that filed one visit settle it field by field, two phones confirm face to face, signing
 * out leaves nothing to see, a new version of the programs meanwhile changes nothing.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PASSWORD, PHONE, Person } from './person'
import { operate } from './server'
import { useStage } from './story'

const AT = { latitude: 21.6658, longitude: 110.9148 }
const stage = useStage()
const PNG = { name: 'door.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') }
let folder = ''

/** What the story's people do over the API before and beside the phones. */
async function api(login: string, method: string, path: string, body?: unknown): Promise<Record<string, any>> {
  const base = `${stage.server.url}/api/v1`
  const sit = await fetch(`${base}/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login, password: PASSWORD }) })
  const { token } = await sit.json() as { token: string }
  const answer = await fetch(base + path, {
    method, headers: { 'Content-Type': 'application/json', 'Authorization': `Bearer ${token}`, 'Idempotency-Key': crypto.randomUUID() },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const said = await answer.json() as Record<string, any>
  if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(said)}`)
  return said
}

/** Waits until the phone holds what it should: the service worker is there, the first run is over. */
async function ready(p: Person): Promise<void> {
  await p.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await p.go('/m/find')
  await p.sees(/手机上的内容更新于/)
}

beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'linqiao-offline-')) })
afterAll(async () => { await rm(folder, { recursive: true, force: true }) })

let visitor: Person
let visit: Record<string, any>

test('dossiers, forms and matters open and are found with no network', async () => {
  visitor = await Person.staff(stage.browser, stage.server.url, 'zoufang', PHONE, AT)
  const todo = await api('zoufang', 'GET', '/records?record=visit&stage=todo&limit=5')
  visit = todo.items[0]
  expect(visit).toBeDefined()
  await ready(visitor)
  await visitor.context.setOffline(true)
  await visitor.go('/m/find')
  await visitor.fill('找人、找事', visit.title.slice(0, 4))
  await visitor.page.getByRole('link', { name: new RegExp(visit.title) }).first().waitFor()
  await visitor.check('phone-find-offline')
  await visitor.page.getByRole('link', { name: new RegExp(visit.title) }).first().click()
  await visitor.heading(visit.title).waitFor()
  await visitor.sees(/没有网络/)
  await visitor.check('phone-dossier-offline')
  await visitor.go(`/m/r/${visit.id}`)
  await visitor.button('登记走访').waitFor()
})

/** Goes on, page after page, to the one where the act is sent. */
async function toTheEnd(page: Page, send: string): Promise<void> {
  const last = page.getByRole('button', { name: send, exact: true })
  const next = page.getByRole('button', { name: '下一步', exact: true })
  for (;;) {
    await last.or(next).first().waitFor()
    if (await last.count()) return
    await next.click()
  }
}

async function fillVisit(p: Person, idea: string): Promise<void> {
  await p.go(`/m/r/${visit.id}/move/record`)
  for (const answer of ['电话', '见到', '无']) {
    await p.choose(answer)
    await p.press('下一步')
  }
  await p.page.getByRole('textbox').first().fill(idea)
  await toTheEnd(p.page, '登记走访')
}

test('what was filed without a network waits with its state, and arrives', async () => {
  await fillVisit(visitor, '希望多来宣讲')
  await visitor.press('登记走访')
  await visitor.sees(/已存在手机上/)
  await visitor.go('/m/outbox')
  await visitor.sees('待发送')
  await visitor.check('phone-outbox-offline')
})

test('two phones filed one visit: settled field by field', async () => {
  // The other phone was faster.
  await api('zoufang', 'POST', `/records/${visit.id}/moves/record`, { fields: { mode: 'phone', outcome: 'moved', needs: ['none'], ideas: '已搬到镇上' }, proof: { text: '电话' } })
  await visitor.context.setOffline(false)
  await visitor.go('/m/outbox')
  await visitor.press('逐项核对')
  await visitor.sees('已搬到镇上')
  await visitor.check('phone-conflict')
  await visitor.page.getByRole('group', { name: '问计' }).getByText('希望多来宣讲').click()
  await visitor.press('按所选的保存')
  await visitor.sees('最近送达')
  const now = await api('zoufang', 'GET', `/records/${visit.id}`)
  expect(now.fields.ideas).toBe('希望多来宣讲')
  expect(now.fields.outcome).toBe('moved')
})

test('signing out leaves nothing to see, and what is sealed comes back', async () => {
  const second = (await api('zoufang', 'GET', '/records?record=visit&stage=todo&limit=5')).items[0]
  await visitor.go(`/m/r/${second.id}/move/record`)
  await visitor.choose('电话')
  await visitor.sees(/草稿已存在本机/)
  await visitor.go('/m/me')
  await visitor.press('退出登录')
  await visitor.heading('退出登录？').waitFor()
  await visitor.check('phone-leave')
  await visitor.page.getByRole('button', { name: /封存后退出|退出登录/ }).last().click()
  await visitor.sees('账号密码')
  const left = await visitor.page.evaluate(() => new Promise<Record<string, number>>((done) => {
    const open = indexedDB.open('linqiao-phone')
    open.onsuccess = () => {
      const tx = open.result.transaction(['cache', 'keys', 'drafts'])
      const count = (name: string) => tx.objectStore(name).count()
      const [cache, keys, drafts] = [count('cache'), count('keys'), count('drafts')]
      tx.oncomplete = () => done({ cache: cache.result, keys: keys.result, drafts: drafts.result })
    }
  }))
  expect(left.cache + left.keys).toBe(0)
  await visitor.page.getByText('账号密码').click()
  await visitor.page.getByLabel('账号', { exact: true }).fill('zoufang')
  await visitor.page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await visitor.press('登录')
  await visitor.page.getByRole('heading', { name: /您好/ }).waitFor()
  await visitor.go('/m/outbox')
  await visitor.press('继续填写')
  await visitor.heading(/登记走访/).waitFor()
  await visitor.leave()
})

/** Signs in by phone number over HTTP; the code is read off the demo's fake phone. */
async function residentToken(phone: string): Promise<string> {
  const base = `${stage.server.url}/api/v1`
  const post = (path: string, body: unknown) => fetch(base + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  await post('/session/phone-code', { phone })
  const page = await (await fetch(`${stage.server.url}/demo/phone`)).text()
  const code = /class="code"[^>]*>\s*(\d+)/.exec(page.slice(page.indexOf(phone)))![1]
  return ((await (await post('/session/phone', { phone, code })).json()) as { token: string }).token
}

test('two phones confirm a service face to face, neither with a network', async () => {
  const token = await residentToken('13800002003')
  const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  const as = async (method: string, path: string, body?: unknown) => (await fetch(`${stage.server.url}/api/v1${path}`, {
    method, headers: { 'Content-Type': 'application/json', 'Authorization': `Bearer ${token}`, 'Idempotency-Key': crypto.randomUUID() }, ...(body ? { body: JSON.stringify(body) } : {}),
  })).json() as Promise<Record<string, any>>
  const me = await as('GET', '/session')
  const order = await as('POST', '/programs/volunteer-service/records/request/order', {
    subject: me.account.party.id,
    fields: { kind: 'clean', place: { lat: AT.latitude, lng: AT.longitude, address: '示范村三组 12 号' }, slot: { start: `${day}T01:00:00Z`, end: `${day}T03:00:00Z` } },
  })
  expect(order.id, JSON.stringify(order)).toBeDefined()
  await api('shijiansuo', 'POST', `/records/${order.id}/moves/approve`, {})

  const team = await Person.staff(stage.browser, stage.server.url, 'nuanyang', PHONE, AT)
  await team.follow('任务')
  await team.page.getByRole('link', { name: /打扫[^]*抢单时限/ }).first().click()
  await team.press('抢单')
  await team.page.getByRole('searchbox', { name: '出队人员' }).fill('志愿者1')
  await team.press(/志愿者1/)
  await team.press('抢单')
  await team.sees(/“抢单”已提交/)
  await ready(team)

  const aunt = await Person.sit(stage.browser, stage.server.url, 'aunt', PHONE, AT)
  await aunt.context.addCookies([{ name: 'lq_session', value: token, url: stage.server.url }])
  await aunt.go('/m/')
  await aunt.press('换大字（长辈版）')
  await ready(aunt)
  await Promise.all([team.context.setOffline(true), aunt.context.setOffline(true)])

  await team.go(`/m/r/${order.id}/move/start`)
  await team.press('定位签到')
  await team.sees(/已签到/)
  await team.press('到场签到')
  await team.sees(/已存在手机上/)
  await team.go(`/m/r/${order.id}/move/finish`)
  await team.fill('实际分钟', '60')
  await team.press('服务完成')
  await team.sees(/已存在手机上/)
  await team.go(`/m/r/${order.id}/move/confirm`)
  await team.heading('当面双方确认').waitFor()
  const picture = await team.page.getByRole('img', { name: '确认内容的二维码' }).screenshot()
  await team.check('phone-face')

  await aunt.go(`/m/r/${order.id}`)
  await aunt.follow(/当面确认/)
  await aunt.page.setInputFiles('input[type=file]', { name: 'code.png', mimeType: 'image/png', buffer: picture })
  await aunt.heading('请核对').waitFor()
  await aunt.check('phone-face-other-large')
  await aunt.press('内容属实，确认')
  const digits = (await aunt.page.locator('.digits').innerText()).replace(/\D/g, '')
  expect(digits).toMatch(/^\d{8}$/)
  await aunt.check('phone-face-digits-large')

  await team.page.getByLabel(/8 位确认码/).fill(digits.slice(0, 7) + String((Number(digits[7]) + 1) % 10))
  await team.sees(/这 8 位数字有误/)
  await team.page.getByLabel(/8 位确认码/).fill(digits)
  await team.press('双方确认')
  await team.sees(/已存在手机上/)

  await team.context.setOffline(false)
  await team.go('/m/outbox')
  await team.arrived('双方确认')
  expect((await api('nuanyang', 'GET', `/records/${order.id}`)).stage).toBe('closed')
  await aunt.context.setOffline(false)
  await aunt.go('/m/outbox')
  await aunt.sees('最近送达')
  await team.leave()
  await aunt.leave()
})

/** A browser with a profile on disk: what it keeps outlives it. */
const openPhone = (): Promise<BrowserContext> => chromium.launchPersistentContext(join(folder, 'profile'), {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'], viewport: { width: 390, height: 844 }, hasTouch: true,
  locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', geolocation: { ...AT, accuracy: 10 }, permissions: ['geolocation'],
})

async function signIn(page: Page): Promise<void> {
  await page.getByText('账号密码').click()
  await page.getByLabel('账号', { exact: true }).fill('zoufang')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: /您好/ }).waitFor()
}

test('a killed browser and a new version of the program: draft and photo are there, and arrive', async () => {
  const third = (await api('zoufang', 'GET', '/records?record=visit&stage=todo&limit=5')).items.at(-1)
  let phone = await openPhone()
  phone.setDefaultTimeout(30_000)
  let page = await phone.newPage()
  await page.goto(`${stage.server.url}/m/`)
  await signIn(page)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await page.goto(`${stage.server.url}/m/find`)
  await page.getByText(/手机上的内容更新于/).waitFor()
  await phone.setOffline(true)
  await page.goto(`${stage.server.url}/m/r/${third.id}/move/record`)
  const next = () => page.getByRole('button', { name: '下一步' }).click()
  for (const answer of ['实地', '见到', '无']) {
    await page.getByText(answer, { exact: true }).first().click()
    await next()
  }
  const camera = page.locator('input[type=file]')
  do {
    await next()
    await page.getByText(/第 \d+ 步，共/).waitFor()
  } while (!await camera.count())
  await camera.setInputFiles(PNG)
  await page.getByRole('img', { name: '第 1 张照片' }).waitFor()
  await page.getByLabel('不能签到时，请说明情况').fill('门牌在修路')
  await page.getByText('草稿已存在本机').waitFor()
  await page.waitForFunction(() => new Promise((done) => {
    const open = indexedDB.open('linqiao-phone')
    open.onsuccess = () => {
      const count = open.result.transaction('drafts').objectStore('drafts').count()
      count.onsuccess = () => done(count.result > 0)
    }
  }))
  await phone.close()

  await apply()
  phone = await openPhone()
  phone.setDefaultTimeout(30_000)
  await phone.setOffline(true)
  page = await phone.newPage()
  await page.goto(`${stage.server.url}/m/outbox`)
  await page.getByRole('link', { name: '继续填写' }).or(page.getByRole('button', { name: '继续填写' })).first().click()
  await page.getByRole('heading', { name: /登记走访/ }).waitFor()
  await toTheEnd(page, '登记走访')
  await page.getByText('照片 1 张').waitFor()
  await page.getByRole('button', { name: '登记走访' }).click()
  await page.getByText(/已存在手机上/).waitFor()
  await phone.setOffline(false)
  // The sitting ended with the browser: signed in again, what waits is still there and goes.
  await page.goto(`${stage.server.url}/m/`)
  await signIn(page)
  await page.goto(`${stage.server.url}/m/outbox`)
  await page.getByText('最近送达').waitFor()
  await phone.close()
  const filed = await api('zoufang', 'GET', `/records/${third.id}`)
  expect(filed.stage).toBe('seen')
  expect(filed.version).toBe(third.version ?? filed.version)
  const events = await api('zoufang', 'GET', `/records/${third.id}/events`)
  expect(events.items.some((e: { photos?: string[] }) => e.photos?.length === 1)).toBe(true)
})

/** Applies the next version of the mechanism that the visits run on. */
async function apply(): Promise<void> {
  const at = join(folder, 'sme-finance')
  await cp(resolve(import.meta.dirname, '../../programs/sme-finance'), at, { recursive: true })
  const file = join(at, 'program.yaml')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/^version: (\d+)/m, (_, n) => `version: ${Number(n) + 1}`))
  expect(await operate(stage.server, 'apply', at)).toContain('已应用')
}
