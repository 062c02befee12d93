/**
 * A mechanism nobody compiled: a folder applied to the running county appears on the
 * desk and on the phone, and works.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test, vi } from 'vitest'
import { DESK, Person } from './person'
import { operate } from './server'
import { useStage } from './story'

const CORNER = { latitude: 21.6658, longitude: 110.9148 }
const stage = useStage()

/** The folder as this county would have it: its stations keep the lamps, and may extend once. */
async function lendToStation(file: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const mine = text.replace('held_by: {org: station, level: village}', 'held_by: {org: practice_station}')
    .replace('limit: 3wd, ladder', 'limit: 3wd, extend: {by: keeper, most: 2wd, times: 1}, ladder')
  expect(mine).toContain('{org: practice_station}')
  expect(mine).toContain('extend:')
  await writeFile(file, mine)
}

test('a folder becomes a mechanism on both faces', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'linqiao-program-'))
  await cp(resolve(import.meta.dirname, '../../testdata/lamp-repair'), join(folder, 'lamp-repair'), { recursive: true })
  await lendToStation(join(folder, 'lamp-repair/program.yaml'))
  expect(await operate(stage.server, 'apply', join(folder, 'lamp-repair'))).toContain('已应用')
  await rm(folder, { recursive: true })

  const aunt = await Person.resident(stage.browser, stage.server.url, '13800002003', CORNER)
  // A server learns within seconds what another process applied.
  await vi.waitFor(async () => {
    await aunt.go('/m/')
    await aunt.page.getByText('路灯报修').first().waitFor({ timeout: 4000 })
  }, { timeout: 30_000, interval: 500 })
  await aunt.fill(/找服务/, '路灯')
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

  const keeper = await Person.staff(stage.browser, stage.server.url, 'shijianzhan', DESK)
  await keeper.go('/console/p/lamp-repair/list/lamp')
  await keeper.follow(/张阿姨/)
  await keeper.press('延期')
  await keeper.page.getByRole('dialog').waitFor()
  await keeper.press('确定延期')
  await keeper.sees('请填写延期理由')
  await keeper.check('console-extend')
  await keeper.fill('延长（个工作日）', '2')
  await keeper.fill('延期理由', '等配件到货')
  await keeper.press('确定延期')
  await keeper.sees(/延期：维修 2/)
  expect(await keeper.page.getByRole('button', { name: '延期' }).count()).toBe(0)
  await keeper.leave()
})
