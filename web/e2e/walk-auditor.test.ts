/** The auditor's afternoon: who looked at what and why, the chain, the rules, what was published. */
import { beforeAll, test } from 'vitest'
import { Caller } from './api'
import { Person } from './person'
import { useStage } from './story'

const stage = useStage()

/** In the morning somebody looked up a telephone number, and said why. */
beforeAll(async () => {
  const chief = await Caller.as(stage.server.url, 'zhuanban')
  const { items } = await chief.get<{ items: { id: string }[] }>('/parties?kind=enterprise&q=荷塘食品厂')
  await chief.post(`/parties/${items[0]!.id}/reveal`, { field: 'phone', purpose: '电话核实走访时间' })
})

test('the auditor’s afternoon', async () => {
  const auditor = await Person.staff(stage.browser, stage.server.url, 'auditor')
  await auditor.go('/console/audit?action=reveal')
  await auditor.sees('电话核实走访时间')
  await auditor.stop('auditor-1-journal')
  await auditor.press('校验链')
  await auditor.sees(/审计链完整/)
  await auditor.stop('auditor-2-chain')
  await auditor.go('/console/p/sme-finance')
  await auditor.heading('小微企业融资协调').waitFor()
  await auditor.stop('auditor-3-program')
  await auditor.page.getByRole('tab', { name: '原文' }).or(auditor.link('原文')).first().click()
  await auditor.sees('program.yaml')
  await auditor.stop('auditor-4-source')
  await auditor.leave()
})
