import { ApiProblem } from '@linqiao/shared/api/problem'
import type { Field, MoveOffer } from '@linqiao/shared/api/types'
import { addTexts } from '@linqiao/shared/i18n'
import { addSharedTexts } from '@linqiao/shared/i18n/shared'
import { describe, expect, it } from 'vitest'
import { useMoveForm } from '../src/components/record/moveForm'
import zh from '../src/locales/zh-CN'

addSharedTexts()
addTexts(zh)
const fields: Field[] = [
  { key: 'amount', label: '金额', type: 'money' }, { key: 'rate', label: '利率', type: 'bp' }, { key: 'note', label: '情况', type: 'text' },
]
const move = (more: Partial<MoveOffer> = {}): MoveOffer => ({ key: 'm', label: '办理', ...more })

describe('useMoveForm', () => {
  it('asks need before ask, and the fields of its form', () => {
    const form = useMoveForm({ move: move({ need: ['rate'], ask: ['amount'] }), fields, form: { key: 'f', label: 'F', ask: ['note', 'rate'] } })
    expect(form.own.asked.map(f => f.key)).toEqual(['rate', 'amount', 'note'])
  })
  it('prefers the fields that the move brings', () => {
    const form = useMoveForm({ move: move({ need: ['amount'], fields: [{ key: 'amount', label: '新版金额', type: 'money' }] }), fields })
    expect(form.own.asked[0]!.label).toBe('新版金额')
  })
  it('says everything that is missing at once, in reading order', () => {
    const form = useMoveForm({
      move: move({ need: ['amount'], reason: [{ key: 'r', label: '原因甲' }], text: 'required', child: { record: 'c', label: '子项', need: ['day'], fields: [{ key: 'day', label: '日期', type: 'date' }] } }),
      fields,
    })
    expect(form.validate()).toBe(false)
    expect(form.problems.value.map(p => p.path)).toEqual(['fields.amount', 'child.fields.day', 'reason', 'text'])
  })
  it('builds the act, with what the child needs', () => {
    const form = useMoveForm({
      move: move({ need: ['amount'], reason: [{ key: 'r', label: '原因甲' }], child: { record: 'c', label: '子项', need: ['day'], fields: [{ key: 'day', label: '日期', type: 'date' }] } }),
      fields, initial: { amount: 100, rate: 5 }, rev: 4,
    })
    form.own.values.amount = 300
    form.child!.values.day = '2026-11-22'
    form.entry.reason = 'r'
    form.entry.text = ' 说明 '
    expect(form.validate()).toBe(true)
    expect(form.act()).toEqual({ fields: { amount: 300 }, child: { fields: { day: '2026-11-22' } }, reason: 'r', text: '说明', rev: 4 })
  })
  it('a child that opens only on a condition is neither required nor sent empty', () => {
    const form = useMoveForm({ move: move({ child: { record: 'c', label: '子项', when: true, need: ['day'], fields: [{ key: 'day', label: '日期', type: 'date' }] } }), fields })
    expect(form.validate()).toBe(true)
    expect(form.act()).toEqual({ fields: {} })
    form.child!.values.day = '2026-11-22'
    expect(form.act().child).toEqual({ fields: { day: '2026-11-22' } })
  })
  it('a proof may be excused by words where the move says so', () => {
    const form = useMoveForm({ move: move({ proof: { near: true, photo: 2, or: 'text' } }), fields })
    expect(form.validate()).toBe(false)
    expect(form.problems.value.map(p => p.path)).toEqual(['proof.photos', 'proof.lat'])
    form.entry.proof.text = '现场无信号'
    expect(form.validate()).toBe(true)
    expect(form.act().proof).toEqual({ text: '现场无信号' })
  })
  it('lays the server’s problems on own fields, the child’s and the rest', () => {
    const form = useMoveForm({ move: move({ need: ['amount'], child: { record: 'c', label: '子项', need: ['day'], fields: [{ key: 'day', label: '日期', type: 'date' }] } }), fields })
    form.accept(new ApiProblem({ type: 'invalid', status: 422, fields: [
      { path: 'fields.amount', code: 'x', message: '超过授信额' }, { path: 'child.fields.day', code: 'x', message: '日期在将来' }, { path: 'subject', code: 'x', message: '不在名录' },
    ] }))
    expect(form.own.errorOf('amount')).toBe('超过授信额')
    expect(form.child!.errorOf('day')).toBe('日期在将来')
    expect(form.problems.value.map(p => p.message)).toEqual(['超过授信额', '日期在将来', '不在名录'])
  })
  it('asks for a channel only where there is a choice', () => {
    const one = [{ key: 'visit', label: '走访' }]
    expect(useMoveForm({ move: move(), fields, channels: one }).channels).toEqual([])
    expect(useMoveForm({ move: move(), fields, channels: [...one, { key: 'hotline', label: '热线' }] }).channels).toHaveLength(2)
  })
})
