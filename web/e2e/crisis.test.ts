/**
 * A self-test on a phone: the hint is no diagnosis; the answer that calls for help brings
 * the numbers at once, also with no network, and goes before everything else that waits;
 * neither the employer nor whoever plans the rounds sees it.
 */
import { expect, test } from 'vitest'
import { Caller } from './api'
import { PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()
const START = '/m/start/mental-health/test'

async function answer(p: Person, options: string[]): Promise<void> {
  for (const option of options) {
    await p.choose(option)
    await p.press('下一步')
  }
}

/** Past what is not asked of everybody (words of his own), to the page before sending. */
async function toTheCheck(p: Person): Promise<void> {
  for (;;) {
    await p.button('下一步').or(p.button(/^提交|^确认/)).first().waitFor()
    if (await p.heading('请核对').count() || !await p.button('下一步').count()) return
    await p.press('下一步')
  }
}

test('a self-test says a hint, names its scale, and never a diagnosis', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'jishifu', PHONE)
  p.broken = /422/ // the consent that lacks is asked for in place
  await p.go(`${START}/gad7`)
  await p.sees('感觉紧张、焦虑或急切')
  await p.check('phone-selftest')
  await answer(p, ['好几天', '好几天', '几乎每天', '几乎每天', '完全不会', '好几天', '完全不会'])
  await toTheCheck(p)
  await p.check('phone-selftest-check')
  await p.page.locator('form button[type=submit]').click()
  await p.sees('请先同意测评；未满十四岁须监护人同意')
  await p.check('phone-selftest-consent')
  await p.choose('测评同意')
  await p.press('同意并继续')
  await p.heading('筛查提示（不是诊断）').waitFor()
  await p.sees(/得分提示可能有轻度症状/)
  await p.sees(/GAD-7（Spitzer/)
  await p.check('phone-selftest-result')
  expect(await p.page.getByText(/没有风险|确诊/).count()).toBe(0)
  await p.leave()
})

test('an urgent answer with no network: numbers at once, first to go, seen by nobody at work', async () => {
  const { url } = stage.server
  const p = await Person.staff(stage.browser, url, 'jishifu', PHONE)
  await p.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await p.go('/m/find')
  await p.sees(/手机上的内容更新于/)
  for (const key of ['phq4', 'phq9']) { // opened once with a network, as a person who looks round does
    await p.go(`${START}/${key}`)
    await p.sees('做事时提不起劲或没有兴趣')
  }
  await p.context.setOffline(true)
  // Something else waits already.
  await p.go(`${START}/phq4`)
  await answer(p, ['完全不会', '好几天', '完全不会', '好几天'])
  await toTheCheck(p)
  await p.page.locator('form button[type=submit]').click()
  await p.sees(/已存在手机上/)

  await p.go(`${START}/phq9`)
  await answer(p, ['好几天', '一半以上的天数', '好几天', '好几天', '完全不会', '好几天', '完全不会', '完全不会'])
  await p.sees('有不如死掉或用某种方式伤害自己的念头')
  await p.choose('好几天')
  await p.sees(/您不必一个人面对/)
  for (const number of ['12356', '12355', '120', '110']) expect(await p.page.locator(`a[href="tel:${number}"]`).count()).toBe(1)
  await p.check('phone-crisis-offline')
  await p.press('马上告诉值班人员')
  await p.sees(/已存在手机上/)
  await p.sees(/您不必一个人面对/)
  expect(await p.heading('筛查提示（不是诊断）').count()).toBe(0)
  await p.check('phone-crisis-kept')

  const sent: string[] = []
  p.page.on('request', (r) => { if (r.method() === 'POST' && r.url().includes('/records/test/')) sent.push(r.url().split('/').pop()!) })
  await p.context.setOffline(false)
  await p.go('/m/outbox')
  await p.arrived('情绪快速自测（PHQ-4）')
  expect([...new Set(sent)], 'the call for help goes first (a try that broke off is repeated with its key)').toEqual(['phq9', 'phq4'])
  await p.leave()

  const psych = await Caller.as(url, 'xinli')
  expect((await psych.rows('program=mental-health&record=test&limit=100')).length).toBeGreaterThanOrEqual(3)
  for (const login of ['shuichang', 'xinli', 'xinlibian']) {
    const who = await Caller.as(url, login)
    expect(await who.rows('program=mental-health&record=crisis&limit=100'), login).toEqual([])
    if (login !== 'xinli') expect(await who.rows('program=mental-health&record=test&limit=100'), login).toEqual([])
  }
  // The county's lead sees that there is a case and its grade, and not whose.
  const lead = await Caller.as(url, 'xinlizu')
  expect(JSON.stringify(await lead.rows('program=mental-health&record=crisis&limit=100'))).not.toMatch(/贝贝|季师傅/)
})
