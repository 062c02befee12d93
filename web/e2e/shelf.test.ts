/**
 * The financial supermarket on the phone: an enterprise looks, compares, applies; a
 * person without one sees the public facts.
 */
import { expect, test } from 'vitest'
import { expectNothingClipped, expectTargets } from './fit'
import { PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()

test('what suits, what is missing, side by side, and an application from there', async () => {
  const firm = await Person.staff(stage.browser, stage.server.url, 'qiaoshoumuqi', PHONE)
  await firm.follow(/金融超市[^]*贷款产品/)
  await firm.heading('金融超市').waitFor()
  await firm.sees(/按巧手木器的资料/)
  await firm.page.getByText('可能合适，需补充').first().waitFor()
  await firm.check('phone-shelf')
  await firm.page.getByLabel(/金额/).first().fill('60万')
  await firm.press('按这些看')
  await firm.page.getByText('合适', { exact: true }).first().waitFor()
  await firm.page.getByText('不在该产业链').first().waitFor()
  await firm.check('phone-shelf-amount')
  await expectTargets(firm.page, 'shelf')
  await expectNothingClipped(firm.page, 'shelf')

  await firm.press('筛选')
  await firm.page.getByRole('group', { name: '需抵押' }).getByText('否').click()
  await firm.sees('筛选（已选 1 项）')
  await expect.poll(() => firm.page.getByRole('heading', { name: '厂房抵押贷' }).count()).toBe(0)
  await firm.check('phone-shelf-filter')
  await firm.press('清除筛选')
  await firm.heading('厂房抵押贷').waitFor()
  await firm.fill('搜索', '没有这种产品')
  await firm.press('搜索')
  await firm.sees(/没有相符的/)
  await firm.check('phone-shelf-none')
  await firm.fill('搜索', '')
  await firm.press('搜索')
  await firm.heading('厂房抵押贷').waitFor()

  for (const name of ['惠民信用贷', '厂房抵押贷']) await firm.page.getByRole('article').filter({ has: firm.heading(name) }).getByText('加入对比').click()
  await firm.press('对比已选的 2 个')
  await firm.heading('对比').waitFor()
  await firm.page.getByRole('columnheader', { name: /厂房抵押贷/ }).waitFor()
  await firm.check('phone-shelf-compare')
  await firm.press('返回列表')
  await firm.heading('惠民信用贷').waitFor()

  await firm.press('申请惠民信用贷')
  await firm.heading(/提出需求/).or(firm.heading('用在哪一件上？')).first().waitFor()
  if (await firm.heading('用在哪一件上？').count()) await firm.press(/另外/)
  await firm.heading(/提出需求/).waitFor()
  await firm.check('phone-shelf-apply')
  expect(await firm.page.getByLabel(/金额/).first().inputValue(), 'the amount is not asked twice').toMatch(/60|600000/)
  await firm.press('下一步')
  await firm.page.locator('input[type=radio]').first().check({ force: true })
  const send = firm.page.getByRole('button', { name: '确认提交' })
  const next = firm.page.getByRole('button', { name: '下一步' })
  for (;;) {
    await send.or(next).first().waitFor()
    if (await send.count()) break
    await next.click()
  }
  await send.click()
  await firm.heading('金融超市').waitFor()
  const chosen = firm.page.getByRole('article').filter({ has: firm.heading('惠民信用贷') }).getByRole('checkbox')
  await chosen.waitFor()
  await expect.poll(() => chosen.isChecked()).toBe(true)
  await firm.check('phone-shelf-match')
  await firm.press(/送出所选 1 家/)
  await firm.sees('尚未同意推送') // the server asks for a consent first: a 422 in the log
  firm.faults.splice(0)
  await firm.choose('同意将融资需求推送给银行和担保机构')
  await firm.press('同意并继续')
  await firm.heading('已提交').waitFor()
  await firm.check('phone-shelf-sent')
  await firm.leave()
})

test('somebody without an enterprise sees public facts only', async () => {
  const aunt = await Person.resident(stage.browser, stage.server.url, '13800002003')
  await aunt.go('/m/offers')
  await aunt.heading('可选的产品和服务').waitFor()
  await aunt.page.getByRole('link', { name: /金融超市[^]*贷款产品/ }).waitFor()
  await aunt.check('phone-shelves')
  await aunt.follow(/金融超市[^]*贷款产品/)
  await aunt.sees(/这里是公开信息/)
  await aunt.heading('惠民信用贷').waitFor()
  expect(await aunt.page.getByText('合适', { exact: true }).count()).toBe(0)
  expect(await aunt.page.getByText('申请这一个').count()).toBe(0)
  await aunt.check('phone-shelf-public')
  await aunt.leave()
})
