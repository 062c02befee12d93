/** Separated powers: one officer proposes, another approves; nobody decides about himself. */
import { test } from 'vitest'
import { Person } from './person'
import { useStage } from './story'

const stage = useStage()

test('a post is proposed by one officer and given by another', async () => {
  const admin = await Person.staff(stage.browser, stage.server.url, 'admin')
  await admin.go('/console/admin/approvals')
  await admin.press('分开权限')
  await admin.sees(/三员分立：系统管理员提出/)

  await admin.go('/console/admin/accounts?q=zhuanban2')
  admin.broken = /422|409|403/
  await admin.page.getByRole('button', { name: /^解除(?!第二因素)/ }).first().click()
  await admin.sees('这项变更要由他人批准')
  await admin.fill('理由', '轮岗，单位来函第 8 号')
  await admin.press('提出')
  await admin.sees('已提出，等安全管理员批准')
  await admin.go('/console/admin/approvals')
  await admin.sees('轮岗，单位来函第 8 号')
  if (await admin.button('批准').count()) throw new Error('the proposer may approve')
  await admin.check('powers-proposed')

  const security = await Person.staff(stage.browser, stage.server.url, 'security')
  await security.go('/console/admin/approvals')
  await security.sees('轮岗，单位来函第 8 号')
  await security.check('powers-to-approve')
  await security.narrow('powers-to-approve')
  await security.button('批准').click()
  await security.fill('说明', '已核来函')
  await security.page.getByRole('dialog').getByRole('button', { name: '批准' }).click()
  await security.sees('没有等待批准的变更。')
  await security.press('全部')
  await security.sees('已生效')
  await security.check('powers-approved')
  await security.leave()

  await admin.go('/console/admin/accounts?q=zhuanban2')
  await admin.sees('zhuanban2')
  if (await admin.page.getByRole('button', { name: /^解除(?!第二因素)/ }).count()) throw new Error('the post was not ended')
  await admin.leave()
})
