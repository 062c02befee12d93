import { describe, expect, it } from 'vitest'
import type { ProgramView, RecordSummary, RecordView, Work } from '@linqiao/shared/api/types'
import { dutyLink, groupTasks, todoCount } from '../src/look/work'
import { isFinal, toneOf } from '../src/look/phase'
import { normalNotice, normalProgram, normalRecord, shownFacts } from '../src/look/normal'
import { channelFor, subjectsFor } from '../src/components/entry/subject'
import { numberFromText, textFromNumber } from '../src/components/form/number'
import { photosIn, withAttachments } from '../src/offline/bodies'
import { fitted } from '../src/offline/photos'
import { sorted } from '../src/offline/sender'
import { Refused, SignInNeeded, Unreachable } from '../src/offline/queue'
import { ApiProblem } from '@linqiao/shared/api/problem'
import { ROOT_PERCENT } from '../src/composables/textSize'
import { pxToRem } from '../build/px-to-rem'
import raw from './mock/programs.json'

const program = normalProgram(raw['volunteer-service'] as unknown as ProgramView)
const record = (id: string, noun: string, phase: string, over: Partial<RecordSummary> = {}) =>
  ({ id, noun, phase, title: id, created: '2026-01-01T00:00:00Z', ...over }) as RecordSummary

describe('tasks', () => {
  it('are sorted by what one does with them, overdue first, each once', () => {
    const late = record('late', 'visit', 'open', { due: { clock: '', label: '', due: '2026-02-01', overdue: true, left: '' } })
    const g = groupTasks([record('v', 'visit', 'open'), late, late, record('o', 'order', 'proposed'), record('a', 'order', 'accepted'), record('c', 'case', 'open'), record('s', 'offer', 'live'), record('x', 'case', 'done', { ended: '2026-01-02' })])
    expect(g.visits.map((r) => r.id)).toEqual(['late', 'v'])
    expect(g.toAnswer.map((r) => r.id)).toEqual(['o'])
    expect(g.accepted.map((r) => r.id)).toEqual(['a'])
    expect(g.others.map((r) => r.id)).toEqual(['c'])
  })
  it('a form that is owed leads to its record, or to the person', () => {
    const item = { id: 'd', label: '', program: 'p', duty: 'k', due: '', state: 'open', form: 'f' }
    expect(dutyLink({ ...item, over: 'r1' } as never)).toBe('/r/r1/form/f')
    expect(dutyLink({ ...item, party: { id: 'x', kind: 'person', name: '甲' } })).toBe('/p/x/form/p/f?title=%E7%94%B2')
  })
  it('are counted once each', () => {
    const r = record('r', 'case', 'open')
    const work = { overdue: [{ record: r }], today: [{ record: r }], offers: [record('o', 'order', 'proposed')], signatures: [{ record: r }], duties: [], forms: [{ id: 'd' }] } as unknown as Work
    expect(todoCount(work)).toBe(3)
  })
})

describe('phases', () => {
  it('every phase of the kernel has a tone', () => {
    expect(['open', 'waiting', 'done', 'void', 'proposed', 'accepted', 'declined', 'expired', 'returned', 'draft', 'live', 'paused', 'ended', 'planned', 'asked', 'in', 'present', 'absent', 'out'].map(toneOf)).not.toContain(undefined)
    expect(isFinal('done')).toBe(true)
    expect(isFinal('present')).toBe(false)
  })
})

describe('views of the server', () => {
  it('null lists become empty, channels get their words, built-ins stand beside own fields', () => {
    const p = normalProgram({ ...raw['sme-finance'], consents: null } as unknown as ProgramView)
    const demand = p.records.find((r) => r.key === 'demand')!
    expect(demand.moves.find((m) => m.key === 'raise')!.channels).toContainEqual({ key: 'visit', label: '走访' })
    expect(demand.moves.find((m) => m.key === 'withdraw')!.text).toBe('required')
    expect(p.records.find((r) => r.key === 'visit')!.fields.map((f) => f.key)).toContain('mode')
    expect(p.consents).toEqual([])
  })
  it('a message names its record and its time', () => {
    expect(normalNotice({ id: 'n', text: '', record: 'r1', created: '2026-01-01T00:00:00Z' } as never)).toMatchObject({ record: { id: 'r1' }, at: '2026-01-01T00:00:00Z' })
  })
  it('a record without lists can be drawn', () => {
    const r = normalRecord({ id: 'x' } as unknown as RecordView)
    expect([r.moves, r.matches, r.children, r.masked, r.signatures]).toEqual([[], [], [], [], []])
  })
  it('forms that may not be filled are not offered', () => {
    const forms = [{ key: 'a', label: 'a', filled: 0, can: true }, { key: 'b', label: 'b', filled: 1, can: false }]
    expect(normalRecord({ forms } as unknown as RecordView).forms.map((f) => f.key)).toEqual(['a'])
  })
  it('an order shows its matter under the names that the server gives', () => {
    const view = { shown_labels: { 'request.kind': '打扫', 'subject.age': '83', 'request.text': '' }, shown_heads: [{ key: 'request.kind', label: '项目' }, { key: 'subject.age', label: '年龄' }, { key: 'request.text', label: '说明' }] } as unknown as RecordView
    expect(shownFacts(view)).toEqual([
      { path: 'request.kind', label: '项目', text: '打扫' }, { path: 'subject.age', label: '年龄', text: '83' },
    ])
  })
})

describe('for whom and on which way', () => {
  const request = program.records.find((r) => r.key === 'request')!
  it('parties of the kinds the record is for', () => {
    const parties = [{ id: 'p', kind: 'person', name: '' }, { id: 'e', kind: 'enterprise', name: '' }]
    expect(subjectsFor(request, { parties } as never).map((p) => p.id)).toEqual(['p'])
  })
  it('the phone’s own channel for people who act for themselves, a question for staff', () => {
    const move = request.moves.find((m) => m.key === 'order')!
    expect(channelFor(move, true)).toBe('app')
    expect(channelFor(move, false)).toBeUndefined()
    expect(channelFor({ key: '', label: '' }, false)).toBeUndefined()
  })
})

describe('numbers as typed', () => {
  it.each([['int', '12', 12], ['number', '36.5', 36.5], ['int', '１２', 12], ['number', '1,200', 1200], ['bp', '4.03', 403], ['bp', '4.5%', 450]])('%s %s', (type, text, n) => {
    expect(numberFromText(type, text)).toBe(n)
  })
  it.each([['int', 'abc'], ['bp', '4.035'], ['number', '1.2.3'], ['number', '.']])('%s %s is none', (type, text) => {
    expect(numberFromText(type, text)).toBeUndefined()
  })
  it('and back', () => {
    expect(textFromNumber('bp', 403)).toBe('4.03')
    expect(textFromNumber('int', 7)).toBe('7')
  })
})

describe('photos', () => {
  it('are found and replaced anywhere in a body', () => {
    const body = { a: 'photo:1', b: ['photo:2', { c: 'photo:1' }], d: 'no', e: 3 }
    expect(photosIn(body)).toEqual(['1', '2'])
    expect(withAttachments(body, new Map([['1', 'x'], ['2', 'y']]))).toEqual({ a: 'x', b: ['y', { c: 'x' }], d: 'no', e: 3 })
  })
  it('are made smaller, never larger', () => {
    expect(fitted(4000, 3000)).toEqual({ width: 1600, height: 1200 })
    expect(fitted(800, 600)).toEqual({ width: 800, height: 600 })
  })
})

describe('answers of the server to the outbox', () => {
  const problem = (type: string, status: number) => new ApiProblem({ type, status, title: '否', fields: [{ path: 'fields.a', code: 'required', message: '须填写' }] })
  it('nobody there, or trouble that passes: try later', () => {
    for (const p of [problem('network', 0), problem('rate_limited', 429), problem('unavailable', 503)]) expect(sorted(p)).toBeInstanceOf(Unreachable)
  })
  it('401: sign in', () => expect(sorted(problem('unauthenticated', 401))).toBeInstanceOf(SignInNeeded))
  it('a refusal keeps title and fields', () => {
    const e = sorted(problem('guard', 422)) as Refused
    expect(e.refusal).toMatchObject({ type: 'guard', title: '否', fields: [{ path: 'fields.a', message: '须填写' }] })
  })
})

describe('长辈版', () => {
  it('main text is at least 18 px and targets at least 60 px', () => {
    const px = (rem: number, size: 'large' | 'huge') => rem * 16 * ROOT_PERCENT[size] / 100
    expect(px(1, 'large')).toBeGreaterThanOrEqual(18)
    expect(px(0.875, 'large')).toBeGreaterThanOrEqual(18)
    expect(px(2.75, 'large')).toBeGreaterThanOrEqual(60)
    expect(px(1, 'huge')).toBeLessThanOrEqual(30)
  })
  it('lengths follow the root, hairlines do not', () => {
    const declaration = { value: '1px 16px -8px 0.5px' }
    ;(pxToRem().Declaration as (d: { value: string }) => void)(declaration)
    expect(declaration.value).toBe('1px 1rem -0.5rem 0.5px')
    const picture = { value: 'url(a16px.svg)' }
    ;(pxToRem().Declaration as (d: { value: string }) => void)(picture)
    expect(picture.value).toBe('url(a16px.svg)')
  })
})
