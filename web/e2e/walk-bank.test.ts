/** The bank officer's queue: an application that a firm chose, from first word to the loan. */
import { beforeAll, test } from 'vitest'
import { Caller } from './api'
import { Person } from './person'
import { inDays, useStage } from './story'

const stage = useStage()

/** The firm said its need at the window, met the standards, agreed, and chose a product. */
beforeAll(async () => {
  const { url } = stage.server
  const [window, firm] = [await Caller.as(url, 'chuangkou'), await Caller.as(url, 'qiaoshoumuqi')]
  const party = firm.parties.find(p => p.name === '巧手木器')!.id
  const need = await window.post('/programs/sme-finance/records/demand/raise', { subject: party, channel: 'window', fields: { amount: 50_000_000, purpose: 'equipment' } })
  await firm.post(`/parties/${party}/consents/sme-finance/share_bank`, { evidence: 'tick' })
  const { results } = await firm.get<{ results: { offer: { id: string; provider?: { name: string } } }[] }>(`/records/${need.id}/matches/supermarket`)
  const chosen = results.find(r => r.offer.provider?.name === '演示农商银行')!.offer.id
  await firm.post(`/records/${need.id}/moves/pick`, { pick: [chosen] })
})

test('the bank officer’s queue', async () => {
  const bank = await Person.staff(stage.browser, stage.server.url, 'nongshang')
  await bank.heading(/待我答复的派单/).waitFor()
  await bank.stop('bank-1-queue')
  await bank.page.locator('section', { has: bank.page.getByRole('heading', { name: /待我答复的派单/ }) }).getByRole('link').first().click()
  await bank.button('已联系').waitFor()
  await bank.stop('bank-2-application')
  const dialog = bank.page.getByRole('dialog')
  await bank.press('已联系')
  await dialog.getByRole('button', { name: '已联系', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await bank.press('材料收齐')
  await dialog.getByLabel('材料收齐日').first().fill(inDays(0))
  await dialog.getByRole('button', { name: '材料收齐', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await bank.press('授信')
  await dialog.getByLabel('授信金额').fill('50万')
  await dialog.getByLabel('利率基准').selectOption('LPR1Y')
  await dialog.getByRole('group', { name: '利率' }).getByRole('textbox').fill('30')
  await bank.choose('是', '信用贷款')
  await bank.choose('是', '首贷户')
  await bank.stop('bank-3-credit')
  await dialog.getByRole('button', { name: '授信', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await bank.press('放款')
  await dialog.getByLabel('放款金额').fill('50万')
  await dialog.getByLabel('放款日').first().fill(inDays(0))
  await bank.choose('线上')
  await dialog.getByRole('button', { name: '放款', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await bank.sees('已放款')
  await bank.stop('bank-4-lent')
  await bank.leave()
})
