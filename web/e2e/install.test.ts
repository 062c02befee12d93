/**
 * The phone app as an installed one: what a browser asks of it, and that a phone which
 * dies right after sign-in opens it without a network.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()
let folder = ''
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'linqiao-install-')) })
afterAll(async () => { await rm(folder, { recursive: true, force: true }) })

interface Icon { src: string; sizes: string; type: string; purpose: string }
interface Manifest { id: string; name: string; short_name: string; start_url: string; scope: string; display: string; theme_color: string; background_color: string; lang: string; icons: Icon[]; shortcuts: { url: string }[] }

/** Width and height from the head of a PNG. */
const sizeOf = (png: Buffer): string => {
  expect(png.subarray(0, 8).toString('hex'), 'a PNG').toBe('89504e470d0a1a0a')
  return `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`
}

test('the browser may install it: manifest, icons, service worker', async () => {
  const p = await Person.sit(stage.browser, stage.server.url, 'anybody', PHONE)
  await p.go('/m/')
  await p.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  const link = await p.page.locator('link[rel=manifest]').getAttribute('href')
  const answer = await p.context.request.get(stage.server.url + link!)
  expect(answer.headers()['content-type']).toContain('application/manifest+json')
  const manifest = await answer.json() as Manifest
  for (const key of ['id', 'name', 'short_name', 'start_url', 'scope', 'display', 'theme_color', 'background_color', 'lang'] as const) expect(manifest[key], key).toBeTruthy()
  expect(manifest.short_name.length).toBeLessThanOrEqual(12)
  expect(['standalone', 'fullscreen', 'minimal-ui']).toContain(manifest.display)
  expect(manifest.start_url.startsWith(manifest.scope)).toBe(true)
  expect(await p.page.locator('meta[name=theme-color]').getAttribute('content')).toBe(manifest.theme_color)

  for (const icon of [...manifest.icons, { src: (await p.page.locator('link[rel=apple-touch-icon]').getAttribute('href'))!, sizes: '180x180', type: 'image/png', purpose: 'apple' }]) {
    const picture = await p.context.request.get(stage.server.url + icon.src)
    expect(picture.status(), icon.src).toBe(200)
    expect(picture.headers()['content-type'], icon.src).toContain(icon.type)
    if (icon.type === 'image/png') expect(sizeOf(await picture.body()), icon.src).toBe(icon.sizes)
    const drawn = await p.page.evaluate(async (src) => {
      const img = new Image()
      img.src = src
      await img.decode()
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 })
      const pen = canvas.getContext('2d')!
      pen.drawImage(img, 0, 0, 64, 64)
      return { corner: pen.getImageData(0, 0, 1, 1).data[3], colours: new Set(pen.getImageData(0, 0, 64, 64).data).size }
    }, icon.src)
    expect(drawn.colours, `${icon.src} shows something`).toBeGreaterThan(4)
    expect(drawn.corner, `${icon.src}: the ground of a mask reaches the corners, another's does not`).toBe(/maskable|apple/.test(icon.purpose) ? 255 : 0)
  }
  for (const need of ['192x192', '512x512']) expect(manifest.icons.some(i => i.sizes === need && i.purpose === 'any'), need).toBe(true)
  expect(manifest.icons.some(i => i.purpose === 'maskable')).toBe(true)
  for (const { url } of manifest.shortcuts) expect(url.startsWith(manifest.scope)).toBe(true)

  // What Chromium itself has to say against installing it.
  const cdp = await p.context.newCDPSession(p.page)
  expect((await cdp.send('Page.getAppManifest')).errors).toEqual([])
  const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors')
  // A private window, as tests have, is never installed from.
  expect(installabilityErrors.filter(e => e.errorId !== 'in-incognito')).toEqual([])
  await p.leave()
})

test('how to put it on the home screen is said in every browser', async () => {
  const agents = { apple: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', embedded: 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0' }
  for (const [way, words] of [['apple', '添加到主屏幕'], ['embedded', '在浏览器打开']] as const) {
    const p = await Person.staff(stage.browser, stage.server.url, 'hetang', PHONE)
    await p.page.addInitScript((agent) => { Object.defineProperty(navigator, 'userAgent', { get: () => agent }) }, agents[way])
    await p.go('/m/me')
    await p.follow('装到手机桌面')
    await p.sees(new RegExp(words))
    await p.check(`m-install-${way}`)
    await p.leave()
  }
})

test('the browser’s own question is put when the person asks for it', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'hetang', PHONE)
  await p.go('/m/me/install')
  await p.sees(/安装应用/)
  // Headless browsers never offer it of themselves: the same event, by hand.
  await p.page.evaluate(() => {
    const event = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), { prompt: () => { document.title = 'asked'; return Promise.resolve({ outcome: 'accepted' }) } })
    dispatchEvent(event)
    if (!event.defaultPrevented) document.title = 'not held back'
  })
  await p.press('现在安装')
  await expect.poll(() => p.page.title()).toBe('asked')
  await p.page.evaluate(() => dispatchEvent(new Event('appinstalled')))
  await p.sees(/已经装到桌面/)
  await p.check('m-install-done')
  await p.leave()
})

test('a phone that dies right after sign-in opens again without a network, in the type that was chosen', async () => {
  let p = await Person.keep(join(folder, 'profile'), stage.server.url, 'visitor', PHONE)
  await p.signIn('zoufang')
  await p.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await p.go('/m/find')
  await p.sees(/手机上的内容更新于/)
  await p.go('/m/me/text')
  await p.choose('大字（长辈版）')
  await expect.poll(() => p.page.evaluate(() => new Promise<string | undefined>((done) => {
    const open = indexedDB.open('linqiao-phone')
    open.onsuccess = () => {
      const row = open.result.transaction('settings').objectStore('settings').get('linqiao.text')
      row.onsuccess = () => { open.result.close(); done((row.result as { value?: string } | undefined)?.value) }
    }
  }))).toBe('large')
  await p.kill()

  p = await Person.keep(join(folder, 'profile'), stage.server.url, 'visitor', PHONE)
  await p.signal(false)
  await p.go('/m/')
  await p.page.getByRole('heading', { name: /走访小黄，您好/ }).waitFor()
  await expect.poll(() => p.page.evaluate(() => document.documentElement.dataset.text)).toBe('large')
  expect(await p.page.getByText('字看得清吗？').count(), 'not asked again').toBe(0)
  await p.go('/m/find')
  await p.page.getByRole('link', { name: /巧手木器/ }).first().waitFor()
  await p.sees(/没有网络/)
  await p.check('m-reopened-offline')
  await p.leave()
})
