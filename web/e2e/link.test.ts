/**
 * Two systems in step, as an administrator sees them: a system is tied, refuses what it is
 * handed, is mended and handed it again, is cut off and healed; and whoever is asked decides
 * where both sides have changed a field.
 */
import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESK, Person } from './person'
import { useStage } from './story'

const stage = useStage()
const NAME = '县12355系统'
/** Of the other side: what it answers, and what it was handed. */
const other = { status: 200, got: [] as { data: { id: string; record: string; version: number; fields?: Record<string, unknown> } }[], server: undefined as Server | undefined, url: '' }
const KEY = `lqx1.${Buffer.alloc(32, 7).toString('base64url')}.${Buffer.alloc(32, 9).toString('base64url')}`

beforeAll(async () => {
  other.server = createServer((req, res) => {
    let body = ''
    req.on('data', (d: Buffer) => { body += d.toString() })
    req.on('end', () => {
      if (other.status === 200) other.got.push(JSON.parse(body))
      res.writeHead(other.status, { 'Content-Type': 'application/json' })
      res.end(other.status === 200 ? JSON.stringify({ status: 'applied', id: `far-${JSON.parse(body).data.id}` }) : '{}')
    })
  })
  await new Promise<void>(done => other.server!.listen(0, '127.0.0.1', done))
  other.url = `http://127.0.0.1:${(other.server.address() as AddressInfo).port}`
})
afterAll(() => { other.server?.close() })

/** Looks at the page anew until it says something: what it waits for is done in the background. */
async function until(p: Person, text: string | RegExp): Promise<void> {
  await expect.poll(async () => {
    await p.page.reload()
    await p.page.getByRole('heading', { level: 1 }).waitFor()
    await p.page.locator('.bones').first().waitFor({ state: 'detached' })
    return p.page.getByText(text).first().isVisible()
  }, { timeout: 60_000, interval: 1000 }).toBe(true)
}

/** An event of the other side, signed with the key that it was given. */
async function tell(address: string, key: string, data: object, id: string): Promise<{ status: string; conflicts?: string[] }> {
  const [, shown, signs] = key.split('.')
  const body = JSON.stringify({ specversion: '1.0', id, source: 'urn:e2e', type: 'linqiao.record.changed.v1', time: new Date().toISOString(), data })
  const stamp = String(Math.floor(Date.now() / 1000))
  const target = `${new URL(address).pathname}/events`
  const signature = createHmac('sha256', signs!).update(`${stamp}\nPOST\n${target}\n${body}`).digest('hex')
  const answer = await fetch(`${address}/events`, { method: 'POST', body, headers: { 'Content-Type': 'application/cloudevents+json', Authorization: `Bearer ${shown}`, 'X-Timestamp': stamp, 'X-Signature': `v1=${signature}` } })
  expect(answer.status).toBe(200)
  return await answer.json() as { status: string; conflicts?: string[] }
}

test('a system is tied, refuses, is mended, and what differs is decided', async () => {
  other.status = 422
  const p = await Person.staff(stage.browser, stage.server.url, 'admin', DESK)
  p.broken = /422/ // an address where no partner may stand, on purpose
  await p.go('/console/')
  await p.follow('数据对接')
  await p.sees('还没有对接的系统')
  await p.press('新增对接')
  await p.page.getByLabel('机制和字段对照').selectOption({ label: '护苗行动 · 12355护苗专项系统' })
  await p.fill('名称', NAME)
  await p.check('link-new')
  await p.press('保存')
  await p.heading(NAME).waitFor()
  const address = (await p.page.locator('dd.code').first().innerText()).trim()
  await p.press('生成密钥')
  await p.sees('只显示这一次')
  const key = (await p.page.locator('.shown-once .code').innerText()).trim()
  await p.check('link-key')
  await p.press('修改设置')
  await p.fill('对方地址', 'http://example.org')
  await p.page.getByLabel(/我们送过去/).check()
  await p.press('保存')
  await p.page.getByRole('alert').filter({ hasText: 'https' }).waitFor() // nothing leaves for where no partner may stand
  await p.fill('对方地址', other.url)
  await p.fill('对方给的密钥', KEY)
  await p.press('保存')
  await p.page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await p.page.locator('body').innerText()).not.toContain(key)
  await p.page.getByRole('tab', { name: /没被接受/ }).click()
  await until(p, '对方认为内容有误')
  await until(p, '全部重新发送') // both files have been refused
  await p.check('link-dead')
  await p.narrow('link-dead')
  await p.page.setViewportSize({ width: DESK.width, height: DESK.height })
  expect(await p.page.locator('main').innerText()).not.toContain('苗苗') // by record and reason, never by content
  other.status = 200
  await p.press('全部重新发送')
  await p.page.getByRole('tab', { name: /已送到/ }).click()
  await until(p, '内容有变')
  await p.check('link-sent')
  await expect.poll(() => other.got.some(e => e.data.record === 'file'), { timeout: 60_000 }).toBe(true)
  const file = other.got.find(e => e.data.record === 'file')!.data
  expect(Object.keys(file.fields ?? {}).sort()).toEqual(['cgb', 'lxdh', 'mj', 'sfzh', 'xm'])

  // A newer word of theirs is taken, an older one is asked about.
  const say = (version: number, lxdh: string) => tell(address, key, { program: 'child-protection', record: 'file', id: `far-${file.id}`, external: file.id, version, seen: file.version, fields: { lxdh } }, `e2e-${version}`)
  expect((await say(5, '12355')).conflicts ?? []).toEqual([])
  expect((await say(3, '0668-5550300')).conflicts).toEqual(['lxdh'])
  await p.tour('link-list', '/console/admin/partners')
  await p.leave()

  const k = await Person.staff(stage.browser, stage.server.url, 'humiaoshuju', DESK)
  await k.go('/console/p/child-protection/conflicts')
  await k.sees('0668-5550300')
  await k.sees('对方的是以前的版本')
  await k.tour('link-conflicts', '/console/p/child-protection/conflicts')
  await k.press(/^用对方的/)
  await k.sees('没有两边不一致的内容')
  await expect.poll(() => other.got.some(e => e.data.id === file.id && e.data.fields?.lxdh === '0668-5550300'), { timeout: 60_000 }).toBe(true)
  await k.leave()
})

test('who is on duty, and which watch nobody hears of', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'humiao', DESK)
  await p.go('/console/p/child-protection/shifts/duty')
  await p.sees('值班何一')
  await p.tour('link-shifts', '/console/p/child-protection/shifts/duty')
  await p.tour('link-devices', '/console/p/child-protection/devices/watch')
  await p.follow('8800000021')
  await p.heading('最后位置').waitFor()
  await p.check('link-device')
  await p.narrow('link-device')
  await p.leave()
  const other = await Person.staff(stage.browser, stage.server.url, 'guanai', DESK)
  other.broken = /404/
  await other.go('/console/p/child-protection/devices/watch')
  await other.page.getByRole('alert').waitFor() // who does not read watches has no such page
  await other.leave()
})
