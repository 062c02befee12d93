/**
 * Classes and activities: a roll called with no network, by list and by the code at the
 * door; a child handed to the adult who was named and to nobody else; a booking and its
 * waiting list; a certificate and what anybody may look up of it.
 */
import { expect, test } from 'vitest'
import { Caller, type Row } from './api'
import { DESK, PHONE, Person } from './person'
import { inDays, useStage } from './story'

const stage = useStage()
const WAIT = { timeout: 90_000, interval: 500 }

interface Roll { session: { taken: number; present: number }; rows: (Row & { phase: string; moves: { key: string }[] })[] }
const rollOf = (who: Caller, id: string): Promise<Roll> => who.get<Roll>(`/records/${id}/roll`)

/** A person of the demo by the start of the name. */
async function partyOf(who: Caller, name: string): Promise<string> {
  const { items } = await who.get<{ items: { id: string; name: string }[] }>(`/parties?q=${encodeURIComponent(name)}`)
  const found = items.find(p => p.name === name)
  if (!found) throw new Error(`no ${name}`)
  return found.id
}

const NAMES = ['学员小桂', '学员老纪', '学员小卜', '讲师小舒']
let lesson = ''
let office: Caller

test('a class of today has its lesson and its roll', async () => {
  office = await Caller.as(stage.server.url, 'peixun')
  const region = (await office.rows('program=training&record=course&limit=1'))[0] as Row & { region: { id: string } }
  const course = await office.post('/programs/training/records/course/draft', { region: region.region.id, fields: {
    name: '晚间收纳班', trade: 'tidy', track: 'skill', capacity: 5, place: { lat: 21.664, lng: 110.914 }, tested: false,
    first_day: inDays(0), last_day: inDays(1), times: '每天 23:50-23:59', hours: '9m',
  } })
  await office.post(`/records/${course.id}/moves/open`)
  for (const name of NAMES) {
    const seat = await office.post('/programs/training/records/trainee/enrol', { parent: course.id, subject: await partyOf(office, name) })
    await office.post(`/records/${seat.id}/moves/accept`)
  }
  await office.post(`/records/${course.id}/moves/start`)
  await expect.poll(async () => (await office.rows(`program=training&record=lesson&parent=${course.id}`)).length, WAIT).toBeGreaterThan(0)
  lesson = (await office.rows(`program=training&record=lesson&parent=${course.id}`)).at(-1)!.id
  expect((await rollOf(office, lesson)).rows.map(r => r.title).sort()).toEqual([...NAMES].sort())
})

test('the roll is called with no network: by list, and all others at once', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'peixun', PHONE)
  await p.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await p.go(`/m/r/${lesson}`)
  await p.press('上课')
  await p.sees('确定要“上课”吗？')
  await p.press('上课')
  await expect.poll(async () => (await office.get<Row>(`/records/${lesson}`)).stage, WAIT).toBe('going')
  await p.go(`/m/r/${lesson}`)
  await p.press('出示签到码')
  const code = await p.page.locator('.code').innerText()
  await p.check('class-code')
  const learner = await Caller.as(stage.server.url, 'xiaogui')
  const mine = (await rollOf(learner, lesson)).rows
  expect(mine.map(r => r.title)).toEqual(['学员小桂'])
  await expect(learner.post(`/records/${mine[0]!.id}/moves/arrive`, { proof: { pass: '000000' } })).rejects.toThrow('proof_pass')
  await learner.post(`/records/${mine[0]!.id}/moves/arrive`, { proof: { pass: code } })
  await p.go(`/m/r/${lesson}`)
  await p.page.getByRole('button', { name: '学员小卜 点名' }).waitFor()
  await p.check('class-roll')
  await p.signal(false)
  await p.page.getByRole('button', { name: '学员小卜 点名' }).click()
  await p.page.getByRole('button', { name: '学员老纪 缺课' }).click()
  await p.sees('点名：待发送')
  await p.check('class-roll-offline')
  await p.signal(true)
  await expect.poll(async () => (await rollOf(office, lesson)).rows.filter(r => r.phase !== 'in').length, WAIT).toBe(3)
  const roll = await rollOf(office, lesson)
  expect(roll.rows.find(r => r.title === '学员小卜')?.phase).toBe('present')
  expect(roll.rows.find(r => r.title === '学员老纪')?.phase).toBe('absent')
  await p.go(`/m/r/${lesson}`)
  await p.press('其余全到')
  await p.sees('确定要“其余全到”吗？')
  await p.press('其余全到')
  await expect.poll(async () => (await rollOf(office, lesson)).session.present, WAIT).toBe(3)
  await p.leave()
})

test('at the desk the roll shows who came', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'peixun', DESK)
  await p.go(`/console/records/${lesson}`)
  await p.page.getByRole('row', { name: /学员小桂/ }).getByText('到课', { exact: true }).first().waitFor()
  await p.check('class-desk')
  await p.page.setViewportSize({ width: 390, height: 844 })
  await p.check('class-desk', 390)
  await p.leave()
})

test('a certificate is looked up by anybody; a forged number finds nothing', async () => {
  const trainee = (await office.rows('program=training&record=trainee&stage=passed&limit=1'))[0]!
  const view = await office.get<{ documents: { serial: string }[] }>(`/records/${trainee.id}`)
  const serial = view.documents[0]!.serial
  for (const look of [PHONE, DESK]) {
    const p = await Person.sit(stage.browser, stage.server.url, 'anybody', look)
    await p.go(`/check?serial=${serial}`)
    await p.sees('家庭教育宣讲班')
    const page = await p.page.locator('body').innerText()
    expect(page).toContain(serial)
    expect(page).not.toContain('讲师小舒')
    expect(page).not.toMatch(/86|理论|实操/)
    await p.check('certificate-check', look.width)
    p.broken = /404 \(Not Found\)/
    await p.go('/check?serial=JY2026-99999')
    await p.sees('没有这个编号的证书')
    await p.check('certificate-forged', look.width)
    await p.leave()
  }
})

test('a child is handed to the adult who was named, and to nobody else', async () => {
  const league = await Caller.as(stage.server.url, 'tuanwei')
  const keeper = await Caller.as(stage.server.url, 'ketang')
  const class_ = (await keeper.rows('program=after-school&record=lesson&stage=planned&running=true&limit=50'))[0]!
  const order = (await league.rows(`program=after-school&record=teach&parent=${class_.id}`))[0]!
  if (order.stage === 'proposed') await league.post(`/records/${order.id}/moves/take`)
  await keeper.post(`/records/${class_.id}/moves/begin`)
  const child = (await rollOf(keeper, class_.id)).rows.find(r => r.title === '明明')!
  await keeper.post(`/records/${child.id}/moves/arrive`)
  await keeper.post(`/records/${class_.id}/moves/hold`, { proof: { text: '按时下课' } })
  const p = await Person.staff(stage.browser, stage.server.url, 'ketang', PHONE)
  await p.go(`/m/r/${class_.id}`)
  await p.page.getByRole('link', { name: '明明 交接' }).or(p.page.getByRole('button', { name: '明明 交接' })).first().waitFor()
  await p.check('hand-over-roll')
  await p.go(`/m/r/${child.id}/move/hand`)
  await p.page.getByRole('heading').first().waitFor()
  await p.check('hand-over-ask')
  const hand = (name: string) => partyOf(keeper, name).then(id => keeper.post(`/records/${child.id}/moves/hand`, { fields: { handed_to: id }, proof: { text: '当面核对' } }))
  await expect(hand('朵朵爸')).rejects.toThrow('不是指定接送人')
  await hand('明明外公')
  await p.go(`/m/r/${child.id}`)
  await p.sees('已接走')
  await p.check('hand-over-done')
  await p.leave()
})

test('the last place goes to one; the next waits and moves up', async () => {
  const host = await Caller.as(stage.server.url, 'linli')
  const office = await Caller.as(stage.server.url, 'wenhua')
  const guest = await Caller.as(stage.server.url, 'zhaoyi')
  const region = (await host.rows('program=community-activity&record=event&limit=1'))[0] as Row & { region: { id: string }; owner_org: { id: string } }
  const event = await host.post('/programs/community-activity/records/event/plan', { region: region.region.id, fields: { title: '一对一读书会', theme: ['family'], kind: 'lesson' } })
  await host.post(`/records/${event.id}/moves/ask`, { fields: {
    begins: inDays(2), ends: inDays(3), times: '每天 10:00-11:00', hours: '1h', capacity: 1, hosts: [region.owner_org.id], place: { lat: 21.6655, lng: 110.9155 },
  } })
  await office.post(`/records/${event.id}/moves/open`)
  const meetings = (): Promise<Row[]> => host.rows(`program=community-activity&record=meeting&parent=${event.id}`)
  await expect.poll(async () => (await meetings()).length, WAIT).toBeGreaterThan(0)
  const meeting = (await meetings()).at(-1)!.id
  const book = (who: Caller, move: string, subject: string) => who.post(`/programs/community-activity/records/entry/${move}`, { parent: meeting, subject })
  const others = await host.rows('program=community-activity&record=entry&limit=20') as (Row & { subject?: { id: string; name: string } })[]
  const first = await book(host, 'book', others.find(r => r.subject?.name === '活动小程')!.subject!.id)
  const me = guest.parties[0]!.id
  await expect(book(guest, 'book', me)).rejects.toThrow('booking_full')
  const mine = await book(guest, 'queue', me)
  const p = await Person.staff(stage.browser, stage.server.url, 'zhaoyi', PHONE)
  await p.go('/m/bookings')
  await p.sees('候补')
  await p.check('bookings')
  await host.post(`/records/${first.id}/moves/cancel`)
  await p.go(`/m/r/${mine.id}`)
  await p.sees('已报名')
  await p.check('booking')
  await p.leave()
  const desk = await Person.staff(stage.browser, stage.server.url, 'linli', DESK)
  for (const [name, id] of [['activity-desk', event.id], ['activity-session-desk', meeting]] as const) {
    await desk.go(`/console/records/${id}`)
    await desk.page.getByRole('heading', { level: 1 }).first().waitFor()
    await desk.check(name)
  }
  await desk.leave()
})
