/**
 * What goes wrong on a phone: a photo of 60 MB, one in HEIC, an upload cut at its end, a
 * clock a day off, a week without a network with the sitting ended and the program
 * changed meanwhile. Each has its words, and nothing is lost.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import type { Page, Request } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Caller } from './api'
import { PASSWORD, PHONE, Person } from './person'
import { operate } from './server'
import { useStage } from './story'

const stage = useStage()
const AT = { latitude: 21.6658, longitude: 110.9148 }
const DAY = 86_400_000
let folder = ''
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'linqiao-bad-')) })
afterAll(async () => { await rm(folder, { recursive: true, force: true }) })

/** A real picture of noise that nothing can make smaller: width × height × 3 bytes. */
function noise(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)]
    head.writeUInt32BE(data.length)
    tail.writeUInt32BE(crc32(body))
    return Buffer.concat([head, body, tail])
  }
  const lines = Buffer.alloc((width * 3 + 1) * height)
  for (let y = 0, n = 1; y < height; y++) {
    for (let x = 1; x <= width * 3; x++) lines[y * (width * 3 + 1) + x] = (n = (n * 1103515245 + 12345) & 0x7fffffff) >> 16
  }
  const ihdr = Buffer.alloc(13)
  ihdr.writeUInt32BE(width, 0)
  ihdr.writeUInt32BE(height, 4)
  ihdr.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', ihdr), chunk('IDAT', deflateSync(lines, { level: 0 })), chunk('IEND', Buffer.alloc(0))])
}

/** The head of a photo as an iPhone stores it; the rest a browser never gets to. */
const HEIC = Buffer.concat([Buffer.from('00000018', 'hex'), Buffer.from('ftypheic'), Buffer.from('00000000', 'hex'), Buffer.from('mif1heic'), Buffer.alloc(4000, 7)])

const visits = async (): Promise<{ id: string; title: string; version?: number }[]> => (await Caller.as(stage.server.url, 'zoufang')).rows('record=visit&stage=todo&limit=20')
const next = (page: Page) => page.getByRole('button', { name: '下一步', exact: true }).click()

/** Holds what it should: the worker is there, the first run is over. */
async function ready(p: Person): Promise<void> {
  await p.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await p.go('/m/find')
  await p.sees(/手机上的内容更新于/)
}

/** Answers a visit up to the question of the photos. */
async function toThePhotos(p: Person, visit: string): Promise<void> {
  await p.go(`/m/r/${visit}/move/record`)
  for (const answer of ['实地', '见到', '无']) {
    await p.choose(answer)
    await next(p.page)
  }
  for (;;) {
    await p.page.getByText(/第 \d+ 步，共/).waitFor()
    if (await p.page.locator('input[type=file]').count()) return
    const step = await p.page.getByText(/第 \d+ 步，共/).innerText()
    await next(p.page)
    await expect.poll(() => p.page.getByText(/第 \d+ 步，共/).innerText()).not.toBe(step)
  }
}

/** When the newest draft was saved. */
const savedAt = (p: Person): Promise<number> => p.page.evaluate(() => new Promise<number>((done) => {
  const open = indexedDB.open('linqiao-phone')
  open.onsuccess = () => {
    const all = open.result.transaction('drafts').objectStore('drafts').getAll()
    all.onsuccess = () => { open.result.close(); done(Math.max(0, ...(all.result as { updated: number }[]).map(d => d.updated))) }
  }
}))

/** Bytes of the photo that lies sealed on the phone, without the seal's own sixteen. */
const keptBytes = (p: Person): Promise<number> => p.page.evaluate(() => new Promise<number>((done) => {
  const open = indexedDB.open('linqiao-phone')
  open.onsuccess = () => {
    const all = open.result.transaction('photos').objectStore('photos').getAll()
    all.onsuccess = () => { open.result.close(); done((all.result as { body: { sealed: ArrayBuffer } }[]).at(-1)!.body.sealed.byteLength - 16) }
  }
}))

async function send(p: Person): Promise<void> {
  const last = p.page.getByRole('button', { name: '登记走访', exact: true })
  const on = p.page.getByRole('button', { name: '下一步', exact: true })
  for (;;) {
    await last.or(on).first().waitFor()
    if (await last.count()) break
    await on.click()
  }
  await last.click()
}

test('a photo in HEIC and one of 60 MB: words, and what was filled in stays', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'zoufang', PHONE, AT)
  const visit = (await visits())[0]!
  await toThePhotos(p, visit.id)
  const camera = p.page.locator('input[type=file]')
  await camera.setInputFiles({ name: 'IMG_0001.HEIC', mimeType: 'image/heic', buffer: HEIC })
  await p.page.getByRole('alert').filter({ hasText: /HEIC[^]*兼容性最佳/ }).waitFor()
  await p.check('m-photo-heic')
  await camera.setInputFiles({ name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(3000, 1) })
  await p.page.getByRole('alert').filter({ hasText: '不是能打开的照片' }).waitFor()

  // Too large for setInputFiles in memory: from the disk, as a phone has it.
  const big = join(folder, 'big.png')
  await writeFile(big, noise(4700, 4300))
  expect((await readFile(big)).length).toBeGreaterThan(60e6)
  await camera.setInputFiles(big)
  const picture = p.page.getByRole('img', { name: '第 1 张照片' })
  await picture.waitFor({ timeout: 60_000 })
  expect(await picture.evaluate((img: HTMLImageElement) => Math.max(img.naturalWidth, img.naturalHeight))).toBe(1600)
  expect(await keptBytes(p), 'made small before it is kept').toBeLessThan(2_000_000)

  const huge = join(folder, 'huge.jpg')
  await writeFile(huge, Buffer.alloc(101 * 1024 * 1024, 1))
  await camera.setInputFiles(huge)
  await p.page.getByRole('alert').filter({ hasText: '太大' }).waitFor()
  await picture.waitFor()
  await p.check('m-photo-large')

  // Nothing of the answers is lost over any of it.
  const before = await savedAt(p)
  await p.page.getByLabel('不能签到时，请说明情况').fill('门牌在修路')
  await expect.poll(() => savedAt(p)).toBeGreaterThan(before)
  await p.go('/m/outbox')
  await p.press('继续填写')
  await p.page.getByRole('img', { name: '第 1 张照片' }).or(p.page.getByText(/第 \d+ 步/)).first().waitFor()
  await send(p)
  await p.sees(/“登记走访”已提交/)
  const caller = await Caller.as(stage.server.url, 'zoufang')
  expect((await caller.get<{ stage: string }>(`/records/${visit.id}`)).stage).toBe('seen')
  await p.leave()
})

test('an upload that is cut at its end goes on where it broke', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'zoufang', PHONE, AT)
  const visit = (await visits())[0]!
  await toThePhotos(p, visit.id)
  await p.page.locator('input[type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: noise(1700, 1300) })
  const picture = p.page.getByRole('img', { name: '第 1 张照片' })
  await picture.waitFor()
  const size = await keptBytes(p)
  expect(size, 'of more than one part').toBeGreaterThan(256 * 1024)
  await p.page.getByLabel('不能签到时，请说明情况').fill('门牌在修路')

  // The last part never gets through, whatever is tried, until the network is better.
  let cut = true
  const starts: number[] = []
  await p.context.route(/\/api\/v1\/uploads\/[^/]+\?at=/, async (route) => {
    const at = Number(new URL(route.request().url()).searchParams.get('at'))
    const length = route.request().postDataBuffer()?.length ?? 0
    if (cut && at + length >= size) return route.abort('connectionreset')
    starts.push(at)
    return route.continue()
  })
  p.broken = /ERR_CONNECTION_RESET/
  const begun: string[] = []
  p.page.on('request', (r: Request) => { if (r.method() === 'POST' && /\/uploads$/.test(r.url())) begun.push(r.url()) })
  await send(p)
  await p.sees(/已存在手机上/)
  await p.go('/m/outbox')
  await p.sees('待发送')
  expect(starts, 'everything but the last part has arrived').toContain(0)
  await expect.poll(() => p.button('现在发送').isEnabled()).toBe(true)
  await p.check('m-upload-cut')
  starts.splice(0)
  // The network gets better as the button is pressed, not before: the phone also tries
  // by itself every half minute, and would be done before the hand is there.
  await p.page.exposeFunction('better', () => { cut = false })
  await p.page.evaluate(() => addEventListener('click', () => void (window as unknown as { better(): Promise<void> }).better(), true))
  await p.press('现在发送')
  await p.sees('最近送达')
  expect(starts, 'only what was missing was sent again').toHaveLength(1)
  expect(starts[0]).toBeGreaterThan(0)
  expect(begun.length, 'one upload').toBe(1)
  const caller = await Caller.as(stage.server.url, 'zoufang')
  const events = await caller.get<{ items: { photos?: string[] }[] }>(`/records/${visit.id}/events`)
  expect(events.items.filter(e => e.photos?.length === 1)).toHaveLength(1)
  await p.leave()
})

test('a phone whose clock is a day ahead: said, put right, and told on the record', async () => {
  const p = await Person.sit(stage.browser, stage.server.url, 'zoufang', PHONE, AT)
  await p.context.clock.install({ time: Date.now() + DAY })
  await p.signIn('zoufang')
  await p.sees(/本机时间快了约 24 小时/)
  await p.check('m-clock')
  const visit = (await visits())[0]!
  await ready(p)
  await p.signal(false)
  await p.go(`/m/r/${visit.id}/move/record`)
  for (const answer of ['电话', '见到', '无']) {
    await p.choose(answer)
    await next(p.page)
  }
  await send(p)
  await p.sees(/已存在手机上/)
  await p.signal(true)
  await p.go('/m/outbox')
  await p.sees('最近送达')
  const caller = await Caller.as(stage.server.url, 'zoufang')
  const { items } = await caller.get<{ items: { type: string; at: string; recorded_at: string; clock_off?: number; label: string }[] }>(`/records/${visit.id}/events`)
  const event = items.find(e => e.clock_off)
  expect(event, JSON.stringify(items)).toBeDefined()
  expect(Math.abs(event!.clock_off! + DAY / 1000), 'seconds behind: a day ahead').toBeLessThan(120)
  expect(Math.abs(Date.parse(event!.at) - Date.now()), 'when it was, not when the phone thought').toBeLessThan(15 * 60_000)
  await p.leave()
})

test('a week without a network: the sitting has ended, the program has changed, what waits is kept and goes', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'zoufang', PHONE, AT)
  const visit = (await visits())[0]!
  await ready(p)
  await p.signal(false)
  await p.go(`/m/r/${visit.id}/move/record`)
  for (const answer of ['电话', '见到', '无']) {
    await p.choose(answer)
    await next(p.page)
  }
  await send(p)
  await p.sees(/已存在手机上/)
  const filed = Date.now()

  // A week later: the server's clock and the phone's, a new version of the program, and
  // a sign-in that has run out.
  await stage.server.later(7)
  await upgrade()
  await p.page.clock.setFixedTime(filed + 7 * DAY)
  await p.go('/m/outbox')
  await p.sees('待发送')
  await p.sees(/没有网络/)
  await p.check('m-week-offline')
  await p.signal(true)
  await p.go('/m/outbox')
  await p.heading('登录').or(p.page.getByText('账号密码')).first().waitFor()
  await p.page.getByText('账号密码').click()
  await p.page.getByLabel('账号', { exact: true }).fill('zoufang')
  await p.page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await p.press('登录')
  await p.heading('待发送与草稿').waitFor()
  await p.sees('最近送达')
  await p.check('m-week-sent')
  const caller = await Caller.as(stage.server.url, 'zoufang')
  const now = await caller.get<{ stage: string }>(`/records/${visit.id}`)
  expect(now.stage).toBe('seen')
  const { items } = await caller.get<{ items: { at: string; recorded_at: string; late: boolean; type: string }[] }>(`/records/${visit.id}/events`)
  const event = items.find(e => e.late)
  expect(event, JSON.stringify(items)).toBeDefined()
  expect(Math.abs(Date.parse(event!.at) - filed), 'dated on the day it was done').toBeLessThan(DAY / 2)
  p.faults.splice(0)
  await p.leave()
})

/** The next version of the program the visits run on, applied to the running county. */
async function upgrade(): Promise<void> {
  const at = join(folder, 'sme-finance')
  await cp(resolve(import.meta.dirname, '../../programs/sme-finance'), at, { recursive: true })
  const file = join(at, 'program.yaml')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/^version: (\d+)/m, (_, n) => `version: ${Number(n) + 1}`))
  expect(await operate(stage.server, 'apply', at)).toContain('已应用')
}
