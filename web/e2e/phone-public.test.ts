/**
 * What a resident does in public on the phone: objects to what is announced and reads the
 * answer, comes to a session, votes in secret, and learns whether the lot fell on her.
 */
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Caller, type Row } from './api'
import { expectNothingClipped, expectTargets } from './fit'
import { PASSWORD, PHONE, Person } from './person'
import { operate } from './server'
import { useStage } from './story'

const stage = useStage()
const AUNT = 'zhangayi'

/** Puts a mechanism into the running county, with an office that runs it. */
async function office(program: string, kind: string, login: string): Promise<Caller> {
  expect(await operate(stage.server, 'apply', resolve(import.meta.dirname, '../../testdata', program))).toContain('已应用')
  // A server learns within seconds what another process applied.
  const admin = await Caller.as(stage.server.url, 'admin')
  await expect.poll(async () => (await admin.get<{ items: { key: string }[] }>('/programs')).items.some(p => p.key === program), { timeout: 60_000 }).toBe(true)
  return staff(kind, login)
}
async function staff(kind: string, login: string): Promise<Caller> {
  const admin = await Caller.as(stage.server.url, 'admin')
  const county = (await admin.get<{ county: { code: string } }>('/session')).county.code
  const org = await admin.post<{ id: string }>('/orgs', { name: `${login}办公室`, kind, level: 'county', region: county })
  await admin.post('/accounts', { login, name: login, password: PASSWORD, memberships: [{ org: org.id }] })
  return Caller.as(stage.server.url, login)
}

test('an objection to a public notice: from the public page, through the phone, to the answer', async () => {
  const desk = await office('award-roll', 'award_desk', 'biaozhang')
  const region = (await desk.get<{ items: { id: string }[] }>('/regions?level=town')).items[0]!.id
  const one = await desk.post<{ id: string }>('/parties', { kind: 'person', name: '王小芳', region })
  const award = await desk.post<Row>('/programs/award-roll/records/award/name', { subject: one.id, fields: { deed: '照看邻居老人三年', phone: '13800138000', income: 4580000, day: '2026-02-14' } })
  await desk.post(`/records/${award.id}/moves/show`)
  const notice = (await desk.get<{ items: { id: string; state: string }[] }>('/programs/award-roll/notices')).items.find(n => n.state === 'proposed')!
  await desk.post('/programs/award-roll/notices/grant', { target: award.id })

  const aunt = await Person.staff(stage.browser, stage.server.url, AUNT, PHONE)
  await aunt.go('/notices')
  await aunt.follow(/拟表彰公示/)
  await aunt.sees('照看邻居老人三年')
  expect(await aunt.page.getByText('王小芳').count(), 'the name is masked').toBe(0)
  await aunt.check('public-notice-objection')
  await aunt.follow(/异议/)
  await aunt.heading(/提出异议/).waitFor()
  await aunt.fill(/异议内容/, '事迹是她妹妹做的')
  await aunt.check('m-objection')
  await aunt.press('下一步')
  await aunt.heading('请核对后提交').waitFor()
  await aunt.press('确认提交')
  await aunt.heading('已提交').waitFor()
  await aunt.check('m-objection-done')
  await aunt.press('查看办理进度')
  await aunt.sees('待核查')
  await aunt.sees('事迹是她妹妹做的')

  const [objection] = await desk.rows('program=award-roll&record=objection&running=1')
  expect(objection, `an objection to ${notice.id}`).toBeDefined()
  await desk.post(`/records/${objection!.id}/moves/deny`, { fields: { answer: '已向三位邻居核实，事迹属实' } })
  await aunt.go('/m/matters')
  await aunt.page.getByText('全部', { exact: true }).click()
  await aunt.link(/不成立[^]*异议/).click()
  await aunt.sees('已向三位邻居核实，事迹属实')
  await aunt.check('m-objection-answered')
  await aunt.leave()
})

test('a session is found by its day, and she says that she came', async () => {
  const aunt = await Person.staff(stage.browser, stage.server.url, AUNT, PHONE)
  await aunt.follow('事项')
  await aunt.follow(/活动与公开事项/)
  await aunt.heading(/^场次/).waitFor()
  const all = aunt.button(/^看全部/)
  if (await all.count()) await all.first().click()
  await aunt.check('m-around')
  await expectTargets(aunt.page, 'around')
  await aunt.page.getByRole('link', { name: /\d{4}-\d{2}-\d{2} 周六 08:00–10:00/ }).first().click()
  await aunt.button('到场（到场）').waitFor()
  await aunt.check('m-session')
  await aunt.press('到场（到场）')
  await aunt.heading('到场').waitFor()
  for (const last = aunt.button('确认提交'), next = aunt.button('下一步'); ;) {
    await last.or(next).first().waitFor()
    if (await last.count()) break
    if (await aunt.page.getByLabel('不能签到时，请说明情况').count()) {
      await aunt.check('m-session-proof')
      await aunt.fill('不能签到时，请说明情况', '门口没有码')
    }
    const before = await aunt.page.getByText(/第 \d+ 步，共/).innerText()
    await next.click()
    await expect.poll(async () => await last.count() || await aunt.page.getByText(/第 \d+ 步，共/).innerText() !== before).toBeTruthy()
  }
  await aunt.press('确认提交')
  await aunt.heading('已提交').waitFor()
  await aunt.press('查看办理进度')
  await aunt.page.getByText('到场', { exact: true }).first().waitFor()
  await aunt.check('m-attendance')
  await aunt.leave()
})

test('a secret vote in large type, and the lot', async () => {
  const desk = await office('town-vote', 'vote_desk', 'yishi')
  const aunt = await Person.staff(stage.browser, stage.server.url, AUNT, PHONE)
  const me = await (await aunt.context.request.get(`${stage.server.url}/api/v1/session`)).json() as { account: { party: { id: string } }; county: { code: string } }
  await desk.post('/programs/town-vote/rosters/electors/members', { parties: [me.account.party.id] })
  const until = new Date(Date.now() + 2 * 86_400_000).toISOString()
  const topic = await desk.post<Row>('/programs/town-vote/records/topic/open', { region: me.county.code, fields: { what: '修村道', until, seats: 1 } })

  await aunt.go('/m/me/text')
  await aunt.choose('大字（长辈版）')
  await aunt.go('/m/')
  await aunt.heading(/您好/).waitFor()
  await aunt.page.getByText('件事等您处理').click()
  await aunt.follow(/请您投票：全体表决/)
  await aunt.sees(/这是不记名投票/)
  await aunt.check('m-vote-large')
  await expectTargets(aunt.page, 'vote')
  await expectNothingClipped(aunt.page, 'vote')
  await aunt.press('下一步')
  await aunt.page.getByRole('alert').filter({ hasText: '请先选择' }).waitFor()
  await aunt.choose('赞成')
  await aunt.press('下一步')
  await aunt.heading('请核对您的选择').waitFor()
  await aunt.check('m-vote-check-large')
  // Without a network nothing is kept, and the choice stands where it was.
  await aunt.signal(false)
  await aunt.press('确认投票')
  await aunt.page.getByRole('alert').filter({ hasText: '投票需要网络' }).waitFor()
  await aunt.signal(true)
  await aunt.press('确认投票')
  await aunt.sees('投票成功')
  await aunt.check('m-vote-done-large')
  await aunt.go(`/m/r/${topic.id}/vote/vote`)
  await aunt.sees('您已经投票')
  expect(await aunt.page.getByText('赞成').count(), 'what she chose stands nowhere').toBe(0)
  const kept = await aunt.page.evaluate(() => new Promise<number>((done) => {
    const open = indexedDB.open('linqiao-phone')
    open.onsuccess = () => {
      const tx = open.result.transaction(['queue', 'drafts'])
      const [queue, drafts] = [tx.objectStore('queue').count(), tx.objectStore('drafts').count()]
      tx.oncomplete = () => { open.result.close(); done(queue.result + drafts.result) }
    }
  }))
  expect(kept, 'nothing of the vote lies on the phone').toBe(0)
  await aunt.go('/m/matters')
  await aunt.heading('我的事项').waitFor()
  await aunt.page.locator('.bones, .bone').first().waitFor({ state: 'detached' })
  expect(await aunt.page.getByText(/请您投票/).count()).toBe(0)
  await aunt.leave()

  await stage.server.later(3)
  const later = await Caller.as(stage.server.url, 'yishi')
  await expect.poll(async () => (await later.get<Row>(`/records/${topic.id}`)).stage, { timeout: 60_000 }).toBe('passed')
  await later.post(`/records/${topic.id}/moves/lock`)
  const again = await Person.staff(stage.browser, stage.server.url, AUNT, PHONE)
  await again.go(`/m/r/${topic.id}`)
  await again.sees(/名单已锁定，共 1 人/)
  await again.check('m-draw-waiting')
  await later.post(`/records/${topic.id}/moves/draw`, { fields: { number: '061528' } })
  await again.go(`/m/r/${topic.id}`)
  await again.sees('抽中了您')
  await again.sees('投票已结束：通过')
  await again.check('m-drawn')
  await again.leave()
})
