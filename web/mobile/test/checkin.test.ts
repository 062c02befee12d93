import { describe, expect, it } from 'vitest'
import type { CheckIn, CheckWindow } from '@linqiao/shared/api/windows'
import type { QueueItem } from '../src/offline/queue'
import { cameLate, dutiesOf, formPath, openLine, waitingNow } from '../src/look/checkin'

const at = (hm: string, day = '2026-03-10'): number => Date.parse(`${day}T${hm}:00+08:00`)
const windowAt = (from: string, to: string, more: Partial<CheckWindow> = {}): CheckWindow =>
  ({ window: from, label: `${from}–${to}`, opens: new Date(at(from)).toISOString(), closes: new Date(at(to)).toISOString(), state: 'coming', ...more })
const person = (id: string, as: CheckIn['as'] = 'self', more: Partial<CheckIn> = {}): CheckIn =>
  ({ program: 'p', duty: 'd', label: '两报', form: 'f', every: 'day', party: { id, kind: 'person', name: id }, as, windows: [windowAt('07:00', '09:00'), windowAt('17:00', '19:00')], ...more })
const act = (item: CheckIn, when: number, more: Partial<QueueItem> = {}): QueueItem =>
  ({ record: item.party.id, title: '', what: '', path: formPath(item), body: {}, at: when, classed: true, seq: 1, key: 'k', state: 'waiting', tries: 0, held: false, ...more })

describe('windows of today', () => {
  it('are told by the hour, whatever hour the copy is of', () => {
    const states = (hm: string) => dutiesOf([person('a')], at(hm), [])[0]!.own[0]!.lines.map((l) => l.state)
    expect(states('06:59')).toEqual(['coming', 'coming'])
    expect(states('07:00')).toEqual(['open', 'coming'])
    expect(states('09:00')).toEqual(['missed', 'coming'])
    expect(states('18:00')).toEqual(['missed', 'open'])
  })
  it('are carried on from a copy of another day, and forget what was reported then', () => {
    const item = person('a', 'self', { windows: [windowAt('07:00', '09:00', { state: 'done', at: new Date(at('07:30')).toISOString() })] })
    const line = dutiesOf([item], at('08:00', '2026-03-13'), [])[0]!.own[0]!.lines[0]!
    expect(line.state).toBe('open')
    expect(Date.parse(line.window.opens)).toBe(at('07:00', '2026-03-13'))
  })
  it('of working days are not guessed from a copy', () => {
    const duty = dutiesOf([person('a', 'self', { every: 'work-day' })], at('08:00', '2026-03-14'), [])[0]!
    expect(duty.stale).toBe(true)
    expect(duty.own).toEqual([])
  })
})

describe('what is in the outbox', () => {
  const item = person('a')
  const line = (outbox: QueueItem[], hm = '18:00', of = item) => dutiesOf([of], at(hm), outbox)[0]!.own[0]!.lines[1]!
  it('counts for the window in which it was filled, as recorded and not yet received', () => {
    expect(line([act(item, at('17:05'))])).toMatchObject({ state: 'kept', at: at('17:05') })
    expect(line([act(item, at('08:00'))]).state).toBe('open') // of the morning
    expect(line([act(person('b'), at('17:05'))]).state).toBe('open') // of somebody else
  })
  it('says when it was recorded and when it was received', () => {
    const late = line([act(item, at('17:05'), { state: 'sent', sentAt: at('19:40') })], '20:00')
    expect(late).toMatchObject({ state: 'done', at: at('17:05'), received: at('19:40') })
    expect(cameLate(late)).toBe(true)
    expect(cameLate(line([act(item, at('17:05'), { state: 'sent', sentAt: at('17:05') + 1500 })]))).toBe(false)
  })
  it('a refused one may be filed again while the window is open, and is told after it', () => {
    const refused = act(item, at('17:05'), { state: 'rejected', refusal: { type: 'range', title: '体温不对' } })
    expect(line([refused])).toMatchObject({ state: 'open', why: '体温不对' })
    expect(line([refused], '20:00')).toMatchObject({ state: 'refused', why: '体温不对' })
  })
})

describe('groups', () => {
  it('stand after oneself, those not heard of first, and are counted', () => {
    const done = person('done', 'group', { windows: [windowAt('07:00', '09:00', { state: 'done' })] })
    const duties = dutiesOf([person('me'), done, person('silent', 'group')], at('08:00'), [])
    expect(duties[0]!.group.map((p) => p.item.party.id)).toEqual(['silent', 'done'])
    expect(openLine(duties[0]!.group[1]!)).toBeUndefined()
    expect(waitingNow(duties)).toBe(2)
  })
  it('nothing is shown for a window in which somebody owes nothing', () => {
    const none = person('a', 'self', { windows: [windowAt('07:00', '09:00', { state: 'none' }), windowAt('17:00', '19:00')] })
    expect(dutiesOf([none], at('08:00'), [])[0]!.own[0]!.lines.map((l) => l.window.window)).toEqual(['17:00'])
  })
})
