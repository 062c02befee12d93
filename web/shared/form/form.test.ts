import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { ApiProblem } from '../api/problem'
import type { Field } from '../api/types'
import { addSharedTexts } from '../i18n/shared'
import { loadEvaluator } from '../rule'
import { useFormFields } from './model'
import { validateFields } from './validate'

addSharedTexts()
const fields: Field[] = [
  { key: 'amount', label: '需求金额', type: 'money', range: [100, 1_000_000_000] },
  { key: 'purpose', label: '用途', type: 'choice', options: [{ key: 'working', label: '周转' }] },
  { key: 'needs', label: '问需', type: 'choice', many: true, options: [{ key: 'finance', label: '融资' }] },
  { key: 'problems', label: '问困难', type: 'text' },
  { key: 'phone', label: '电话', type: 'phone' },
  { key: 'day', label: '日期', type: 'date' },
  { key: 'sum', label: '合计', type: 'money', calc: true },
  { key: 'criteria', label: '五项标准', type: 'checks', items: [{ key: 'a', label: '合规经营' }, { key: 'b', label: '信用良好' }] },
]

describe('validateFields', () => {
  const messages = (values: Record<string, unknown>, need: string[] = []) => validateFields(fields, need, values).map(p => p.message)

  it('says what is missing, by verb', () => {
    expect(messages({}, ['amount', 'purpose', 'needs'])).toEqual(['请填写需求金额', '请选择用途', '请选择问需'])
  })
  it('says what is wrong', () => {
    expect(messages({ amount: Number.NaN })).toEqual(['需求金额须为数字'])
    expect(messages({ amount: 1_000_000_001 })).toEqual(['需求金额不能大于 1,000万元'])
    expect(messages({ phone: '1380000' })).toEqual(['电话须为 11 位手机号或带区号的固定电话'])
    expect(messages({ day: '2026-02-30' })).toEqual(['日期须为有效日期，例如 2026-11-22'])
    expect(messages({ phone: '0668-8850001', day: '2026-02-28' })).toEqual([])
  })
  it('asks for every point of needed checks', () => {
    expect(messages({ criteria: { a: { v: 'pass' } } }, ['criteria'])).toEqual(['请逐项说明五项标准：信用良好'])
    expect(messages({ criteria: { a: { v: 'pass' }, b: { v: 'unknown' } } }, ['criteria'])).toEqual([])
  })
  it('gives the path of the request body', () => {
    expect(validateFields(fields, ['amount'], {}, 'child.fields.')[0]).toMatchObject({ path: 'child.fields.amount', code: 'required' })
  })
})

describe('useFormFields', () => {
  it('asks need, then ask, and never what is calculated', () => {
    expect(useFormFields({ fields, need: ['purpose'], ask: ['amount'] }).asked.map(f => f.key)).toEqual(['purpose', 'amount'])
    expect(useFormFields({ fields }).asked.map(f => f.key)).not.toContain('sum')
  })
  it('starts with what is known, then what is proposed', () => {
    const form = useFormFields({ fields, ask: ['amount', 'purpose'], initial: { amount: 500 }, suggest: { amount: 700, purpose: 'working' } })
    expect(form.values).toEqual({ amount: 500, purpose: 'working' })
    expect(form.isSuggested('purpose')).toBe(true)
    expect(form.isSuggested('amount')).toBe(false)
    expect(form.dirty.value).toBe(false)
    form.values.amount = 900
    expect(form.dirty.value).toBe(true)
  })
  it('shows a conditional field when its condition holds, and sends it only then', async () => {
    const form = useFormFields({ fields, ask: ['needs', 'problems'], show: { problems: "'finance' in needs" } })
    await loadEvaluator()
    await flushPromises()
    expect(form.shown.value.map(f => f.key)).toEqual(['needs'])
    form.values.needs = ['finance']
    form.values.problems = '缺抵押'
    expect(form.shown.value.map(f => f.key)).toEqual(['needs', 'problems'])
    expect(form.payload()).toEqual({ needs: ['finance'], problems: '缺抵押' })
    form.values.needs = []
    expect(form.payload()).toEqual({})
  })
  it('the answer of a hidden question no longer counts for the next', async () => {
    const form = useFormFields({ fields, ask: ['needs', 'problems', 'amount'], show: { problems: "'finance' in needs", amount: "problems == '缺抵押'" } })
    await loadEvaluator()
    await flushPromises()
    Object.assign(form.values, { needs: ['finance'], problems: '缺抵押', amount: 5 })
    expect(form.shown.value.map(f => f.key)).toEqual(['needs', 'problems', 'amount'])
    form.values.needs = ['labour']
    expect(form.shown.value.map(f => f.key)).toEqual(['needs'])
  })
  it('holds a requirement of the form', async () => {
    const form = useFormFields({ fields, ask: ['amount'], require: [{ if: 'amount > 1000', say: '金额太小' }] })
    await loadEvaluator()
    await flushPromises()
    expect(form.validate()).toBe(false) // unset is not met, as on the server
    form.values.amount = 500
    expect(form.validate()).toBe(false)
    expect(form.errors.value).toEqual([{ path: '', code: 'guard', message: '金额太小' }])
    form.values.amount = 5000
    expect(form.validate()).toBe(true)
  })
  it('sends null for what was there and was emptied', () => {
    const form = useFormFields({ fields, ask: ['amount', 'phone'], initial: { phone: '13800000001' } })
    form.values.phone = undefined
    expect(form.payload()).toEqual({ phone: null })
  })
  it('keeps the server’s problems of its own fields and gives back the rest', () => {
    const form = useFormFields({ fields, ask: ['amount'] })
    const rest = form.accept(new ApiProblem({ type: 'invalid', status: 422, fields: [
      { path: 'fields.amount', code: 'range' }, { path: 'subject', code: 'required', message: '请选择' },
    ] }))
    expect(form.errorOf('amount')).toBe('需求金额不符合要求')
    expect(rest.map(p => p.path)).toEqual(['subject'])
  })
  it('changing the form does not change what it was made from', () => {
    const initial = { needs: ['finance'] }
    const form = useFormFields({ fields, ask: ['needs'], initial })
    ;(form.values.needs as string[]).push('x')
    expect(initial.needs).toEqual(['finance'])
  })
})
