/** What a page offers where it could have left somebody before nothing, or before a code. */
import { expect, test } from 'vitest'
import { Caller } from './api'
import { PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()

test('a list of which nothing runs offers what has ended', async () => {
  const api = await Caller.as(stage.server.url, 'zhuanban')
  const { opens } = await api.get<{ opens: { records: string[] } }>('/programs/sme-finance')
  let kind = ''
  for (const r of opens.records) {
    const [all, running] = await Promise.all([api.rows(`program=sme-finance&record=${r}&limit=1`), api.rows(`program=sme-finance&record=${r}&running=1&limit=1`)])
    if (all.length && !running.length) kind = r
  }
  expect(kind, 'the demo county has a kind of which all have ended').not.toBe('')
  const boss = await Person.staff(stage.browser, stage.server.url, 'zhuanban')
  await boss.go(`/console/p/sme-finance/list/${kind}`)
  await boss.sees('现在没有在办的')
  await boss.check('console-list-none-running')
  await boss.press(/^查看已结束的 \d+ 条$/)
  await boss.page.getByRole('table').waitFor()
  await boss.leave()
})

test('a post is chosen in words, not typed as a code', async () => {
  const admin = await Person.staff(stage.browser, stage.server.url, 'admin')
  await admin.go('/console/admin/accounts')
  await admin.press('增加任职')
  await admin.page.getByRole('dialog').getByRole('combobox').first().fill('桥头村委会')
  await admin.page.getByRole('option', { name: /桥头村委会/ }).click()
  await admin.page.getByRole('dialog').getByText('村书记', { exact: true }).waitFor()
  await admin.check('console-account-post')
  await admin.leave()
})

test('objections stand together, after the services of the phone', async () => {
  const me = await Person.staff(stage.browser, stage.server.url, 'lidashu', PHONE)
  await me.page.getByText(/^对公示、结果有异议（\d+ 项）$/).click()
  await me.link(/提出异议.*评选/).waitFor()
  await me.check('phone-home-objections')
  await me.leave()
})
