/** A resident orders a service from her phone, in large type. */
import { expect, test } from 'vitest'
import { Person } from './person'
import { inDays, useStage } from './story'

const HOME = { latitude: 21.6658, longitude: 110.9148 }
const stage = useStage()

test('a resident’s order in large type', async () => {
  const aunt = await Person.resident(stage.browser, stage.server.url, '13800002003', HOME)
  await aunt.go('/m/me/text')
  await aunt.choose('特大字')
  await aunt.stop('resident-1-size')
  await aunt.go('/m/')
  await aunt.heading(/您好/).waitFor()
  const root = await aunt.page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize))
  expect(root, 'the root size of 特大字').toBeGreaterThanOrEqual(20)
  await aunt.stop('resident-2-home')
  await aunt.follow(/点单[^]*订单/)
  await aunt.choose('小修小补')
  await aunt.stop('resident-3-what')
  await aunt.press('下一步')
  await aunt.fill('地址', '示范村三组 12 号')
  await aunt.press('用当前位置')
  await aunt.sees(/已记下位置/)
  await aunt.press('下一步')
  await aunt.fill('日期', inDays(2))
  await aunt.fill('开始时间', '14:00')
  await aunt.fill('结束时间', '16:00')
  await aunt.press('下一步')
  await aunt.fill('具体需求', '水龙头漏水')
  await aunt.press('下一步')
  await aunt.press('下一步')
  await aunt.heading('请核对后提交').waitFor()
  await aunt.stop('resident-4-check')
  await aunt.press('确认提交')
  await aunt.sees(/已提交/)
  await aunt.stop('resident-5-done')
  await aunt.press('查看办理进度')
  await aunt.heading('办理进度').waitFor() // the page before it says 待审核, too
  await aunt.stop('resident-6-progress')
  await aunt.leave()
})
