/**
 * A grid worker's day without signal: her visits are on the phone, she records one in
 * airplane mode, the phone dies, the county takes a new version of the mechanism, and in
 * the evening what she wrote arrives.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test, vi } from 'vitest'
import { Caller } from './api'
import { PASSWORD, PHONE, Person } from './person'
import { operate } from './server'
import { useStage } from './story'

const FIRM = '巧手木器'
const DOOR = { latitude: 21.661, longitude: 110.921 }
const stage = useStage()

test('a grid worker’s day without signal', async () => {
  const { url } = stage.server
  const memory = await mkdtemp(join(tmpdir(), 'linqiao-phone-'))
  let worker = await Person.keep(memory, url, 'zoufang', PHONE, DOOR)
  await worker.signIn('zoufang')
  await worker.follow('任务')
  await worker.heading(/走访/).waitFor()
  await worker.stop('grid-1-tasks')
  // The first page took the app itself; now it is this phone's, with or without a network.
  await worker.page.evaluate(async () => { await navigator.serviceWorker.ready })
  await worker.page.waitForLoadState('networkidle')

  await worker.signal(false)
  await worker.follow(new RegExp(FIRM))
  await worker.press('登记走访')
  await worker.choose('实地')
  await worker.press('下一步')
  await worker.choose('见到')
  await worker.press('下一步')
  await worker.choose('融资')
  await worker.press('下一步')
  await worker.fill('问计', '想换一台数控木工机床')
  await worker.stop('grid-2-no-signal')
  await worker.press('下一步')
  await worker.choose('缺抵押')
  await worker.press('下一步')
  await worker.fill('需求金额', '50万')
  await worker.choose('设备')
  await worker.press('下一步')
  await worker.press('定位签到')
  await worker.sees(/已签到/)
  await worker.press('下一步')
  await worker.heading('请核对后提交').waitFor()
  await worker.press('登记走访')
  await worker.sees('已存入待发送')
  await worker.stop('grid-3-kept')
  await worker.kill()

  // Meanwhile the county takes version 2 of the mechanism.
  const folder = await mkdtemp(join(tmpdir(), 'linqiao-program-'))
  const home = join(folder, 'sme-finance')
  await cp(resolve(import.meta.dirname, '../../programs/sme-finance'), home, { recursive: true })
  const file = join(home, 'program.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^version: 1$/m, 'version: 2'))
  expect(await operate(stage.server, 'apply', home)).toContain('sme-finance@2')
  await rm(folder, { recursive: true })

  worker = await Person.keep(memory, url, 'zoufang', PHONE, DOOR)
  await worker.signal(false)
  await worker.go('/m/outbox')
  await worker.sees(/待发送/)
  await worker.sees(FIRM)
  await worker.stop('grid-4-after-the-crash')
  await worker.signal(true)
  // A browser that was killed has forgotten the sign-in, not what was written.
  await worker.page.getByText('账号密码').click()
  await worker.page.getByLabel('账号', { exact: true }).fill('zoufang')
  await worker.page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await worker.press('登录')
  await worker.sees(/最近送达/)
  await worker.stop('grid-5-arrived')

  const chief = await Caller.as(url, 'zhuanban')
  await vi.waitFor(async () => {
    const visits = (await chief.rows('program=sme-finance&record=visit&limit=200')).filter(r => r.title.includes(FIRM))
    expect(visits.map(r => r.stage)).toEqual(['seen'])
    const needs = (await chief.rows('program=sme-finance&record=demand&stage=raised&limit=200')).filter(r => r.title.includes(FIRM))
    expect(needs, 'the need that the visit opened, once').toHaveLength(1)
  }, { timeout: 30_000, interval: 500 })
  await worker.leave()
  await rm(memory, { recursive: true, force: true })
})
