/**
 * Work at scale by hand: the task force names a filter, marks by keyboard, reminds in a
 * batch with a preview, takes it back, and takes the list out as a file.
 */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { DESK, PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()
const LIST = '/console/p/sme-finance/list/demand'

test('the dispatcher names a filter and finds it again', async () => {
  const chief = await Person.staff(stage.browser, stage.server.url, 'zhuanban')
  await chief.go(`${LIST}?stage=raised`)
  await chief.page.getByRole('table').waitFor()
  await chief.press('存为常用筛选')
  await chief.page.getByRole('dialog').getByLabel('名称').fill('刚提出的')
  await chief.page.getByRole('dialog').getByRole('button', { name: '保存', exact: true }).click()
  await chief.button('刚提出的').waitFor()
  await chief.check('console-list-saved')
  await chief.go(LIST)
  await chief.press('刚提出的')
  await chief.page.waitForURL(/stage=raised/)
  await chief.leave()
})

test('by keyboard: mark, remind, preview, confirm, undo', async () => {
  const chief = await Person.staff(stage.browser, stage.server.url, 'zhuanban')
  await chief.go(LIST)
  await chief.page.getByRole('table').waitFor()
  await chief.page.keyboard.press('?')
  await chief.page.getByRole('dialog', { name: '快捷键' }).waitFor()
  await chief.check('console-keys')
  await chief.page.keyboard.press('Escape')
  await chief.page.getByRole('dialog').waitFor({ state: 'hidden' })
  await chief.page.keyboard.press('j')
  await chief.page.keyboard.press('Space')
  await chief.page.keyboard.press('j')
  await chief.page.keyboard.press('Space')
  await chief.sees('已选 2 件')
  await chief.check('console-bulk-bar')
  await chief.page.keyboard.press('m')
  await chief.button(/^确认办理 \d 件$/).waitFor()
  await chief.check('console-bulk-preview')
  await chief.press(/^确认办理 \d 件$/)
  await chief.button(/^撤回这一批/).waitFor()
  await chief.check('console-bulk-done')
  await chief.press(/^撤回这一批/)
  await chief.sees(/^\d 件已撤回$/)
  await chief.check('console-bulk-undone')
  await chief.leave()
})

test('the list is taken out as a file, which is found again', async () => {
  for (const look of [DESK, PHONE]) {
    const chief = await Person.staff(stage.browser, stage.server.url, 'zhuanban', { ...look, phone: false })
    await chief.go(LIST)
    await chief.page.getByRole('table').waitFor()
    await chief.check('console-list')
    if (look === DESK) {
      await chief.press('导出')
      await chief.page.getByRole('dialog').getByText('CSV').click()
      await chief.check('console-export')
      await chief.press('开始导出')
      await chief.link(/^下载/).waitFor()
      await chief.page.getByRole('dialog').getByRole('link', { name: '后台任务' }).click()
    } else {
      await chief.go('/console/jobs')
    }
    await chief.heading('后台任务').waitFor()
    await chief.link(/^下载/).waitFor()
    await chief.check('console-jobs')
    if (look === DESK) {
      const [file] = await Promise.all([chief.page.waitForEvent('download'), chief.link(/^下载/).click()])
      const text = await readFile(await file.path(), 'utf8')
      expect(text.charCodeAt(0)).toBe(0xfeff)
      expect(text).toContain('编号')
    }
    await chief.leave()
  }
})
