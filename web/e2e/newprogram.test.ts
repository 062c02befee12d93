/**
 * A mechanism nobody compiled: a folder applied to the running county appears on the
 * desk and on the phone, and works.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test, vi } from 'vitest'
import { DESK, Person } from './person'
import { operate } from './server'
import { useStage } from './story'

const CORNER = { latitude: 21.6658, longitude: 110.9148 }
const stage = useStage()

test('a folder becomes a mechanism on both faces', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'linqiao-program-'))
  await cp(resolve(import.meta.dirname, '../../testdata/lamp-repair'), join(folder, 'lamp-repair'), { recursive: true })
  expect(await operate(stage.server, 'apply', join(folder, 'lamp-repair'))).toContain('已应用')
  await rm(folder, { recursive: true })

  const aunt = await Person.resident(stage.browser, stage.server.url, '13800002003', CORNER)
  // A server learns within seconds what another process applied.
  await vi.waitFor(async () => {
    await aunt.go('/m/')
    await aunt.page.getByText('路灯报修').first().waitFor({ timeout: 4000 })
  }, { timeout: 30_000, interval: 500 })
  await aunt.follow(/上报/)
  await aunt.choose('不亮')
  await aunt.press('下一步')
  await aunt.press('用当前位置')
  await aunt.sees(/已记下位置/)
  await aunt.press('下一步')
  await aunt.heading('请核对后提交').waitFor()
  await aunt.check('phone-new-program')
  await aunt.press('确认提交')
  await aunt.sees(/已提交/)
  await aunt.sees('待受理')
  await aunt.leave()

  const chief = await Person.staff(stage.browser, stage.server.url, 'admin', DESK)
  await chief.go('/console/p/lamp-repair')
  await chief.heading('路灯报修').waitFor()
  await chief.sees('待受理')
  await chief.check('console-new-program')
  await chief.leave()
})
