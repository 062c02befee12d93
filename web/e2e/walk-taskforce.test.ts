/** The task force's morning: what is late, who waits, one case, the figures, last month's ledger. */
import { expect, test } from 'vitest'
import { DESK, PHONE, Person } from './person'
import { useStage } from './story'

const P = '/console/p/sme-finance'
const stage = useStage()

test('the task force’s morning', async () => {
  const chief = await Person.staff(stage.browser, stage.server.url, 'zhuanban')
  await chief.stop('taskforce-1-work')
  await chief.go(`${P}/dispatch`)
  await chief.page.getByRole('heading', { level: 1 }).first().waitFor()
  await chief.stop('taskforce-2-dispatch')
  await chief.go(`${P}/list/demand?stage=met`)
  await chief.follow('荷塘食品厂')
  await chief.heading('时限').waitFor()
  await chief.stop('taskforce-3-case')
  await chief.go(`${P}/figures`)
  await chief.page.getByRole('button', { name: '放贷金额' }).first().waitFor()
  await chief.stop('taskforce-4-figures')
  await chief.page.setViewportSize({ width: 1920, height: 1080 })
  await chief.go('/console/screen?program=sme-finance')
  await chief.page.getByRole('heading').first().waitFor()
  await chief.stop('taskforce-5-screen')
  await chief.page.setViewportSize({ width: DESK.width, height: DESK.height })
  await chief.go(`${P}/ledgers/monthly`)
  await chief.heading('月报').waitFor()
  await chief.press('上一期')
  await chief.press('冻结本期')
  await chief.sees('已冻结，待签字')
  await chief.stop('taskforce-6-ledger')
  const month = chief.page.url()
  await chief.leave()

  const second = await Person.staff(stage.browser, stage.server.url, 'zhuanban2')
  await second.page.goto(month)
  await second.press('签字')
  await second.sees('已签字')
  await second.press(/公示：/)
  await second.sees(/已公示/)
  await second.leave()

  const reader = await Person.sit(stage.browser, stage.server.url, 'reader', PHONE)
  await reader.go('/notices')
  await reader.follow(/月报/)
  await reader.sees('走访户数')
  expect(await reader.page.locator('script').count()).toBe(0)
  await reader.stop('taskforce-7-published')
  await reader.leave()
})
