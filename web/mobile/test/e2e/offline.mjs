// Plays a working day without a network in a real browser against the built app and
// the pretend server: node test/e2e/offline.mjs (after a build). CHROMIUM names the
// browser; Debian's is the default. Exits non-zero at the first thing that is wrong.
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'
import { startServer } from '../mock/server.mjs'

const { server, port, api } = await startServer(0)
const base = `http://localhost:${port}`
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
const errors = []

async function signedIn(login) {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 }, locale: 'zh-CN', permissions: ['geolocation'],
    geolocation: { latitude: 21.6321, longitude: 111.0123, accuracy: 8 },
  })
  const page = await context.newPage()
  page.on('pageerror', (e) => errors.push(e.message))
  page.on('console', (m) => { if (/Content Security Policy/.test(m.text())) errors.push(m.text()) })
  await page.request.post(`${base}/api/v1/session`, { data: { login, password: 'demo-linqiao' } })
  await page.goto(`${base}/m/tasks`)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.getByRole('button', { name: '现在这样就好' }).click({ timeout: 1000 }).catch(() => {})
  await page.waitForTimeout(1500) // what will be needed at the door is fetched
  return { context, page }
}
const sentMoves = () => api.log.filter((c) => c.method === 'POST' && c.path.includes('/moves/'))
const next = (page) => page.getByRole('button', { name: '下一步' }).click()
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

async function visit() {
  const { context, page } = await signedIn('zoufang')
  await context.setOffline(true)
  await page.goto(`${base}/m/tasks`)
  await page.getByText('没有网络').first().waitFor()
  await page.getByText('康赢餐饮管理有限公司').click()
  await page.getByRole('link', { name: '登记走访' }).or(page.getByRole('button', { name: '登记走访' })).click()
  await page.getByText('实地').click()
  await next(page)
  await page.getByText('见到').click()
  await next(page)
  await page.getByText('融资').click()
  await page.getByText('共 7 步').waitFor() // the condition was evaluated on the phone
  for (let i = 0; i < 3; i++) await next(page)
  await page.getByRole('button', { name: '定位签到' }).click()
  await page.getByText('已签到').waitFor()
  await page.setInputFiles('input[type=file]', { name: 'door.png', mimeType: 'image/png', buffer: PNG })
  await page.getByRole('img').waitFor()
  await next(page)
  await page.getByRole('button', { name: '登记走访' }).click()
  await page.getByText('已存在手机上').waitFor()
  assert.equal(sentMoves().length, 0)

  await page.goto(`${base}/m/outbox`) // the browser was closed and opened again
  await page.getByText('发生于').waitFor()
  assert.equal(await page.getByRole('button', { name: '继续填写' }).count(), 0, 'the draft became the act')
  await context.setOffline(false)
  await page.getByText('最近送达').waitFor({ timeout: 40_000 })
  const [move] = sentMoves()
  assert.equal(move.path, '/records/rec-visit1/moves/record')
  assert.equal(move.body.fields.outcome, 'met')
  assert.equal(move.body.proof.photos.length, 1)
  assert.ok(!move.body.proof.photos[0].startsWith('photo:'))
  assert.ok(Date.parse(move.body.at))
  await context.close()
}

async function twoSteps() {
  const { context, page } = await signedIn('zhiyuan')
  const before = sentMoves().length
  await context.setOffline(true)
  await page.goto(`${base}/m/r/rec-req1`)
  await page.getByRole('button', { name: '到场签到' }).click()
  await page.getByRole('button', { name: '定位签到' }).click()
  await page.getByText('已签到').waitFor()
  await page.getByRole('button', { name: '到场签到' }).last().click()
  await page.getByText('已存在手机上').waitFor()
  await page.goto(`${base}/m/r/rec-req1`)
  await page.getByText('服务中').first().waitFor() // as it will stand
  await page.getByRole('button', { name: '服务完成' }).click()
  await page.getByLabel('实际分钟').fill('55')
  await page.getByRole('button', { name: '服务完成' }).click()
  await page.getByText('已存在手机上').waitFor()
  await context.setOffline(false)
  await page.goto(`${base}/m/outbox`)
  await page.getByText('最近送达').waitFor({ timeout: 40_000 })
  await page.waitForTimeout(500)
  // Opening another page may cut a request off; it then comes again with its key.
  const acts = new Map(sentMoves().slice(before).map((c) => [c.key, c.path.split('/').at(-1)]))
  assert.deepEqual([...acts.values()], ['start', 'finish'])
  await context.close()
}

async function signOut() {
  const { context, page } = await signedIn('baozu')
  await page.goto(`${base}/m/start/daily-checkin/abnormal/report`)
  await page.getByPlaceholder('输入名称查找').waitFor()
  await page.goto(`${base}/m/me`)
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByRole('heading', { name: '退出登录？' }).waitFor()
  await page.getByRole('button', { name: '退出登录' }).last().click()
  await page.getByText('演示账号').waitFor()
  const left = await page.evaluate(() => new Promise((done) => {
    const open = indexedDB.open('linqiao-phone')
    open.onsuccess = () => {
      const db = open.result
      const tx = db.transaction(['cache', 'keys'])
      const cache = tx.objectStore('cache').count()
      const keys = tx.objectStore('keys').count()
      tx.oncomplete = () => done({ cache: cache.result, keys: keys.result })
    }
  }))
  assert.deepEqual(left, { cache: 0, keys: 0 })
  await context.close()
}

try {
  for (const story of [visit, twoSteps, signOut]) {
    await story()
    console.log(`ok  ${story.name}`)
  }
  assert.deepEqual(errors, [])
} finally {
  await browser.close()
  server.close()
}
