/**
 * The county's other doors, each page at the desk's width and at a phone's: a draw that
 * the reader's own browser recomputes, a vote by phone and by paper, a score card, a clue
 * with the chain of its evidence, a self-check, a job fair, a donation's statement, rules
 * with their differences, and minutes for those who were not there.
 */
import { expect, test } from 'vitest'
import { Caller, type Row } from './api'
import { expectNothingClipped, expectTargets } from './fit'
import { DESK, PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()
const [WIDE, NARROW] = [{ width: 1440, height: 900 }, { width: 390, height: 844 }]
const PDF = { name: '采购票据.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n') }

/** The page as it stands, at both widths. */
async function both(p: Person, name: string): Promise<void> {
  // A word that something was done lies over the page for some seconds.
  await p.page.locator('.el-message').first().waitFor({ state: 'detached' })
  for (const size of p.look.phone ? [WIDE, NARROW] : [NARROW, WIDE]) {
    await p.page.setViewportSize(size)
    await p.check(`doors-${name}`, size.width)
  }
  if (p.look.phone) {
    await expectTargets(p.page, name)
    await expectNothingClipped(p.page, name)
  }
}
const first = async (login: string, query: string): Promise<Row> => {
  const row = (await (await Caller.as(stage.server.url, login)).rows(query))[0]
  if (!row) throw new Error(`${login} sees none of ${query}`)
  return row
}
const desk = (login: string): Promise<Person> => Person.staff(stage.browser, stage.server.url, login, DESK)
const phone = (login: string): Promise<Person> => Person.staff(stage.browser, stage.server.url, login, PHONE)
/** A move in its dialog at the desk, whose fields are filled by `fill`. */
async function move(p: Person, name: string, fill?: (dialog: ReturnType<Person['page']['getByRole']>) => Promise<void>): Promise<void> {
  await p.press(name)
  const dialog = p.page.getByRole('dialog')
  await dialog.waitFor()
  await fill?.(dialog)
  await dialog.getByRole('button', { name, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

test('a draw: its record leads to the public page, where the browser recomputes it', async () => {
  const edition = await first('gonghui', 'program=staff-voice&record=edition&stage=follow')
  const p = await desk('gonghui')
  await p.go(`/console/records/${edition.id}`)
  await p.sees('已抽取')
  await both(p, 'draw-record')
  await p.follow(/到公示页核对/)
  await p.heading(/抽签公示/).waitFor()
  await p.press(/重新计算|核对|复算/)
  await p.page.locator('#draw-result').waitFor()
  expect(await p.page.locator('#draw-result').innerText()).toContain('一致')
  await both(p, 'draw-check')
  await p.leave()
})

test('a draw that is frozen and not yet drawn', async () => {
  const edition = await first('gonghui', 'program=staff-voice&record=edition&stage=locked')
  const p = await desk('gonghui')
  await p.go(`/console/records/${edition.id}`)
  await p.sees('已冻结，待抽取')
  await both(p, 'draw-frozen')
  await p.leave()
})

test('published minutes are read on the phone of somebody who was not there', async () => {
  const me = await phone('xiaobao')
  await me.go('/m/around')
  await me.link(/纪要公布/).click()
  await me.sees('公布用文本')
  expect(await me.page.getByText('晚餐窗口太少').count(), 'what was said stands in no minutes').toBe(0)
  await me.sees('当场答复') // its stage in words, not by its key
  await both(me, 'minutes-phone')
  await me.leave()
  const p = await desk('gonghui')
  await p.go('/console/p/staff-voice/notices')
  await p.page.getByRole('listitem').filter({ hasText: '纪要公布' }).getByRole('button', { name: '查看内容' }).click()
  await p.sees('公布用文本')
  await both(p, 'minutes-desk')
  await p.leave()
})

test('a vote by phone', async () => {
  const contest = await first('pingxuan', 'program=selection&record=contest&stage=voting')
  const me = await phone('xiaoxuan')
  await me.go(`/m/r/${contest.id}`)
  await me.link('去投票').or(me.button('去投票')).first().waitFor()
  await both(me, 'vote-record')
  await me.go(`/m/r/${contest.id}/vote/public`)
  await me.choose('参评2')
  await both(me, 'vote-phone')
  await me.press('下一步')
  await me.heading('请核对您的选择').waitFor()
  await both(me, 'vote-phone-check')
  await me.press('确认投票')
  await me.sees('投票成功')
  await both(me, 'vote-phone-done')
  await me.leave()
})

test('a vote at the desk, on paper: found on the roll, refused to who has voted, counted and signed by another', async () => {
  const contest = await first('pingxuan', 'program=selection&record=contest&stage=voting')
  const p = await desk('toupiao')
  await p.go(`/console/records/${contest.id}`)
  await p.heading('现场发纸票').waitFor()
  await both(p, 'ballot-desk')
  await p.page.getByRole('combobox', { name: '投票人' }).fill('参评职工4')
  await p.page.getByRole('option', { name: /参评职工4/ }).click()
  await p.press('登记领票')
  await p.sees('已登记')
  // Whoever voted by phone gets no paper.
  await p.page.getByRole('combobox', { name: '投票人' }).fill('居民小宣')
  await p.page.getByRole('option', { name: /居民小宣/ }).click()
  p.broken = /422|409|403/
  await p.press('登记领票')
  await p.page.getByRole('alert').getByText(/已经投过票/).first().waitFor()
  await both(p, 'ballot-desk-refused')
  p.broken = undefined
  await p.press('录入纸票计数')
  await p.fill('参评3', '1')
  await p.fill('票箱里的纸票', '1')
  await both(p, 'ballot-papers')
  await p.press('提交计数')
  await p.sees(/等另一人签认/)
  await p.leave()
})

test('another signs the count of the papers', async () => {
  const contest = await first('pingxuan', 'program=selection&record=contest&stage=voting')
  const host = await desk('pingxuan')
  await host.go(`/console/records/${contest.id}`)
  await host.button('签认纸票计数').waitFor()
  await both(host, 'ballot-sign')
  await host.press('签认纸票计数')
  await host.sees('已签认')
  await host.leave()
})

test('a score card: filled back to back, and what it came to', async () => {
  const open = await first('pingyi2', 'program=credit-village&record=credit_household&stage=rating')
  const p = await desk('pingyi2')
  await p.go(`/console/records/${open.id}`)
  await p.button('填评分表').waitFor()
  await both(p, 'score-open')
  await p.press('填评分表')
  const dialog = p.page.getByRole('dialog')
  await dialog.waitFor()
  for (const [label, value] of [[/信用/, '26'], [/收入|经济/, '20'], [/品德|文明|德/, '19'], [/经营/, '12'], [/加分/, '5']] as const) await dialog.getByRole('spinbutton', { name: label }).or(dialog.getByRole('textbox', { name: label })).first().fill(value)
  await dialog.getByText('否', { exact: true }).first().click()
  await both(p, 'score-card')
  await dialog.getByRole('button', { name: '提交', exact: true }).click()
  await dialog.getByText('已提交', { exact: true }).waitFor()
  await dialog.getByRole('button', { name: '关闭', exact: true }).last().click()
  await dialog.waitFor({ state: 'detached' })
  await p.sees('您已提交')
  expect(await p.page.getByText('此事项刚被他人更新').count(), 'one’s own sheet is no news').toBe(0)
  await both(p, 'score-filled')
  await p.leave()
  const done = await first('zhenping', 'program=credit-village&record=credit_household&stage=named')
  const clerk = await desk('zhenping')
  await clerk.go(`/console/records/${done.id}`)
  await clerk.sees(/由 3 张评分表得出/)
  await both(clerk, 'score-result')
  await clerk.leave()
})

test('a clue: taken, evidence filed, and through whose hands it went', async () => {
  const clue = (await (await Caller.as(stage.server.url, 'jiandu')).rows('program=supervision&record=clue&stage=received')).at(-1)!
  const p = await desk('jiandu')
  await p.go('/console/p/supervision/list/clue')
  await p.heading(/线索/).waitFor()
  await both(p, 'clue-list')
  await p.go(`/console/records/${clue.id}`)
  await move(p, '立项核查')
  const leader = await desk('zuzhang')
  await leader.go(`/console/records/${clue.id}`)
  await both(leader, 'clue-sign')
  await leader.press('同意并签字')
  await leader.sees('核查')
  await p.page.reload()
  await move(p, '形成结论', async (dialog) => {
    await dialog.getByLabel('核查结论').fill('串换药品属实，涉及三笔')
    await dialog.getByText('违约', { exact: true }).first().click()
    await dialog.locator('input[type=file]').first().setInputFiles(PDF)
    await dialog.getByText('采购票据.pdf').waitFor()
    await both(p, 'clue-conclude')
  })
  await leader.page.reload()
  await leader.press('同意并签字')
  await leader.sees('结论')
  await p.page.reload()
  await p.press('经手链')
  await p.sees('链条完整，没有缺失和改动。')
  await p.sees(/提交\s*监督员小温/)
  await both(p, 'clue-custody')
  await leader.leave()
  await p.leave()
})

test('a self-check, its hazard and its repair, at the desk', async () => {
  const p = await desk('zhifa')
  const hazard = await first('zhifa', 'program=safety-inspection&record=hazard&stage=found')
  const shop = await first('zhifa', 'program=safety-inspection&record=shop')
  await p.go(`/console/records/${shop.id}`)
  await p.heading(/自查|表单|填报/).or(p.heading('时限')).first().waitFor()
  await both(p, 'selfcheck-shop')
  await p.go(`/console/records/${hazard.id}`)
  await p.page.getByRole('heading', { level: 1 }).waitFor()
  await both(p, 'selfcheck-hazard')
  await p.leave()
})

test('a self-check on the phone with a photo and no network', async () => {
  // The shop's next self-check may be filed from this day of the demo's stories on.
  const opens = Date.parse(`${stage.server.day('2026-11-22')}T01:00:00Z`)
  if (opens > Date.now()) await stage.server.later((opens - Date.now()) / 86_400_000)
  const me = await phone('laojing')
  await me.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await me.go('/m/find')
  await me.sees(/手机上的内容更新于/)
  await me.go('/m/matters')
  const form = await me.link(/填写定期自查/).getAttribute('href')
  await me.signal(false)
  await me.go(form!)
  await me.sees(/第 1 步/)
  await both(me, 'selfcheck-phone')
  await me.signal(true)
  await me.leave()
})

test('a job fair: its stands, its day, its public notice', async () => {
  const fair = await first('shanghui', 'program=employment&record=fair')
  const p = await desk('shanghui')
  await p.go(`/console/records/${fair.id}`)
  await p.page.getByRole('heading', { level: 1 }).waitFor()
  await both(p, 'fair-desk')
  await p.leave()
  const me = await phone('xiaoluo')
  await me.go('/m/around')
  await me.heading(/^活动/).waitFor()
  await both(me, 'fair-around')
  await me.go(`/m/r/${fair.id}`)
  await me.page.getByRole('heading', { level: 1 }).first().waitFor()
  await both(me, 'fair-phone')
  await me.go('/m/offers')
  await me.page.getByRole('heading', { level: 1 }).first().waitFor()
  await both(me, 'fair-offers')
  await me.leave()
  const anybody = await Person.sit(stage.browser, stage.server.url, 'anybody', DESK)
  for (const [name, title] of [['fair-notice', '就业服务：活动预告'], ['jobs-notice', '就业服务：岗位公告']] as const) {
    await anybody.go('/notices')
    await anybody.link(new RegExp(title)).click()
    await anybody.page.getByRole('table').first().waitFor()
    await both(anybody, name)
  }
  await anybody.leave()
})

test('a donation: the fund\'s statement, the donor\'s own, and the public account', async () => {
  const p = await desk('chuna')
  const appeal = await first('chuna', 'program=donation&record=appeal')
  await p.go('/console/p/donation/ledgers/book?period=' + stage.server.day('2026-10-13').slice(0, 7))
  await p.page.getByRole('heading', { level: 1 }).waitFor()
  await p.page.getByRole('table').first().waitFor()
  await both(p, 'donation-statement')
  await p.go(`/console/records/${appeal.id}`)
  await p.page.getByRole('heading', { level: 1 }).waitFor()
  await both(p, 'donation-appeal')
  await p.leave()
  const donor = await phone('qiudashu')
  await donor.go('/m/me/accounts')
  await donor.page.getByRole('heading', { level: 1 }).first().waitFor()
  await both(donor, 'donation-donor')
  await donor.leave()
  const anybody = await Person.sit(stage.browser, stage.server.url, 'anybody', DESK)
  for (const [name, title] of [['donation-gifts', '捐赠公示 捐赠'], ['donation-left', '结余公示'], ['donation-book', '捐赠：捐赠收支台账']] as const) {
    await anybody.go('/notices')
    await anybody.link(new RegExp(title.split(' ')[0]!)).click()
    await anybody.page.getByRole('table').first().waitFor()
    await both(anybody, name)
  }
  await anybody.leave()
})

test('village rules with what changed, and a decision that may be objected to', async () => {
  const charter = await first('yishicun', 'program=deliberation&record=charter')
  const topic = await first('yishicun', 'program=deliberation&record=topic&stage=doing')
  // Published for a week from the end of the demo's story; anew when that is over.
  await (await Caller.as(stage.server.url, 'jianwei')).post('/programs/deliberation/notices/decision', { target: topic.id }).catch((cause: Error) => expect(cause.message).toContain('notice_live'))
  const p = await desk('yishicun')
  await p.go(`/console/records/${charter.id}`)
  await p.sees('现行文本')
  await both(p, 'rules-desk')
  await p.go(`/console/records/${topic.id}`)
  await p.sees(/可以提出异议，截止/)
  await both(p, 'decision-desk')
  await p.leave()
  const me = await phone('yishiapo')
  await me.go(`/m/r/${charter.id}`)
  await me.sees('现行文本')
  await me.page.getByText('看改了哪里').first().click()
  await both(me, 'rules-phone')
  await me.go(`/m/r/${topic.id}`)
  await me.sees(/可以提出异议，截止/)
  await both(me, 'decision-phone')
  await me.leave()
  const anybody = await Person.sit(stage.browser, stage.server.url, 'anybody', DESK)
  await anybody.go('/notices')
  await anybody.link(/村规民约公布/).click()
  await anybody.page.getByRole('heading', { level: 2 }).first().waitFor()
  await both(anybody, 'rules-public')
  await anybody.go('/notices')
  await anybody.link(/决议公示/).click()
  await anybody.sees(/异议/)
  await both(anybody, 'decision-public')
  await anybody.leave()
})
