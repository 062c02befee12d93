/**
 * Signing in with two factors: an authenticator app, a recovery code, a passkey of a
 * virtual authenticator; and an act that asks again who sits there.
 */
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { DESK, PASSWORD, PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()

/** The one-time code of a seed, so many steps of thirty seconds from now (RFC 6238). */
function codeOf(seed: string, ahead = 0): string {
  let bits = ''
  for (const c of seed.replaceAll(' ', '')) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/.{8}/g)!.map(b => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead))
  const mac = createHmac('sha1', key).update(counter).digest()
  const at = mac[19]! & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

async function passwordIn(page: Page, login: string): Promise<void> {
  await page.locator('#f-login').fill(login)
  await page.locator('#f-password').fill(PASSWORD)
  await page.getByRole('button', { name: '登录', exact: true }).click()
}

test('an app on the phone, a recovery code, and a passkey alone', async () => {
  const here = stage.server.url.replace('127.0.0.1', 'localhost')
  const p = await Person.staff(stage.browser, here, 'zhuanban', DESK)
  p.broken = /403 \(Forbidden\)|422 \(/ // a wrong code, and the act that asks for a proof
  await p.go('/console/me')
  await p.press('绑定动态口令')
  const seed = await p.page.locator('.seed').innerText()
  await p.page.locator('#factors img.qr').waitFor()
  await p.check('signin-totp', 1440)
  await p.page.locator('#f-code').fill('000000')
  await p.press('完成绑定')
  await p.sees('验证没有通过')
  await p.page.locator('#f-code').fill(codeOf(seed, -1))
  await p.press('完成绑定')
  await p.sees('请记下恢复码')
  const codes = await p.page.locator('.codes li').allInnerTexts()
  expect(codes).toHaveLength(10)
  await p.check('signin-codes', 1440)
  await p.press('我已记下')
  await p.sees('还剩 10 个')

  // A passkey, made by an authenticator that the browser plays.
  const cdp = await p.context.newCDPSession(p.page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
  await p.press('添加通行密钥')
  await p.page.locator('#factors').getByText('通行密钥', { exact: true }).first().waitFor()
  await p.check('signin-factors', 1440)

  // An act that asks for a fresh proof goes on after it, under the key it was sent with.
  const keys: (string | undefined)[] = []
  await p.page.route('**/api/v1/session/factors/recovery', async (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    if (keys.length > 1) await route.continue()
    else await route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ type: 'step_up_required', title: '请再次验证身份', status: 403 }) })
  })
  await p.press('换一组恢复码')
  const dialog = p.page.getByRole('dialog')
  await dialog.getByText('再次验证身份').first().waitFor()
  await p.check('signin-stepup', 1440)
  await dialog.getByRole('button', { name: '恢复码' }).click()
  await dialog.locator('#f-code').fill(codes[0]!)
  await dialog.getByRole('button', { name: '验证', exact: true }).click()
  await p.sees('请记下恢复码')
  expect(keys).toHaveLength(2)
  expect(keys[0]).toBe(keys[1])
  const fresh = await p.page.locator('.codes li').allInnerTexts()
  await p.press('我已记下')

  // The password alone opens the second step and nothing else.
  await p.page.goto(`${here}/console/`)
  await p.page.evaluate(() => fetch('/api/v1/session', { method: 'DELETE' }))
  await p.page.goto(`${here}/console/sign-in`)
  await passwordIn(p.page, 'zhuanban')
  await p.page.getByRole('heading', { name: '第二步验证' }).waitFor()
  await p.check('signin-step', 1440)
  expect(await p.page.evaluate(() => fetch('/api/v1/work').then(r => r.status))).toBe(401)
  await p.page.getByRole('button', { name: '恢复码' }).click()
  await p.page.locator('#f-code').fill(fresh[0]!)
  await p.page.getByRole('button', { name: '验证', exact: true }).click()
  await p.page.getByRole('heading', { level: 1 }).first().waitFor()
  await p.page.waitForURL(/\/console\/$/)

  await p.page.evaluate(() => fetch('/api/v1/session', { method: 'DELETE' }))
  await p.page.goto(`${here}/console/sign-in`)
  await p.page.getByRole('button', { name: '用通行密钥登录' }).click()
  await p.page.waitForURL(/\/console\/$/)
  await p.leave()
})

test('the county asks for it: on the phone one comes as far as setting it up', async () => {
  const admin = await Person.staff(stage.browser, stage.server.url, 'admin', DESK)
  await admin.go('/console/admin/sign-in')
  await admin.page.getByLabel('能看到个人信息的人').check()
  await admin.check('signin-rules', 1440)
  await admin.press('保存')
  await admin.sees('已保存')
  await admin.leave()

  const p = await Person.sit(stage.browser, stage.server.url, 'zoufang', PHONE)
  await p.page.goto(`${stage.server.url}/m/sign-in`)
  await p.page.getByText('账号密码').click()
  await passwordIn(p.page, 'jianhang')
  await p.page.getByRole('heading', { name: '先绑定第二因素' }).waitFor()
  await p.page.getByRole('button', { name: '绑定动态口令' }).click()
  const seed = await p.page.locator('.seed').innerText()
  await p.check('signin-phone-enrol', 390)
  await p.page.locator('#f-code').fill(codeOf(seed, -1))
  await p.page.getByRole('button', { name: '完成绑定' }).click()
  await p.page.getByRole('heading', { name: '请记下恢复码' }).waitFor()
  const code = await p.page.locator('.codes li').first().innerText()
  await p.check('signin-phone-codes', 390)
  await p.page.getByRole('button', { name: '我已记下' }).click()
  await p.page.waitForURL(/\/m\/$/)

  await p.page.evaluate(() => fetch('/api/v1/session', { method: 'DELETE' }))
  await p.page.goto(`${stage.server.url}/m/sign-in`)
  await p.page.getByText('账号密码').click()
  await passwordIn(p.page, 'jianhang')
  await p.page.getByRole('heading', { name: '第二步验证' }).waitFor()
  await p.check('signin-phone-step', 390)
  await p.page.getByRole('button', { name: '恢复码' }).click()
  await p.page.locator('#f-code').fill(code)
  await p.page.getByRole('button', { name: '验证', exact: true }).click()
  await p.page.waitForURL(/\/m\/$/)
  await p.leave()
})
