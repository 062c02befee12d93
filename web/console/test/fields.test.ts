import type { Field } from '@linqiao/shared/api/types'
import { addTexts, t } from '@linqiao/shared/i18n'
import { addSharedTexts } from '@linqiao/shared/i18n/shared'
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { readDay } from '../src/components/form/day'
import FieldRow from '../src/components/form/FieldRow.vue'
import zh from '../src/locales/zh-CN'

addSharedTexts()
addTexts(zh)

function row(field: Field, modelValue?: unknown, more: object = {}) {
  const wrapper = mount(FieldRow, {
    props: { field, path: 'fields.k', modelValue, 'onUpdate:modelValue': (v: unknown) => wrapper.setProps({ modelValue: v }), ...more }, global: { mocks: { $t: t } },
  })
  return wrapper
}
const field = (type: Field['type'], more: Partial<Field> = {}): Field => ({ key: 'k', label: '标签', type, ...more })
const last = (w: ReturnType<typeof row>): unknown => w.emitted('update:modelValue')?.at(-1)?.[0]

describe('FieldRow', () => {
  it('marks what is optional, not what is needed', () => {
    expect(row(field('text')).text()).toContain('（选填）')
    expect(row(field('text'), undefined, { needed: true }).text()).not.toContain('（选填）')
  })
  it('keeps money in fen and hands on what it cannot read', async () => {
    const w = row(field('money'))
    await w.get('input').setValue('1.5万')
    expect(last(w)).toBe(1_500_000)
    expect(w.get('output').text()).toBe('= 15,000元')
    await w.get('input').setValue('一万五')
    expect(last(w)).toBeNaN()
    await w.get('input').setValue('')
    expect(last(w)).toBeUndefined()
  })
  it('keeps a percentage in basis points, exactly', async () => {
    const w = row(field('bp'))
    await w.get('input').setValue('3.45')
    expect(last(w)).toBe(345)
    await w.get('input').setValue('1.1')
    expect(last(w)).toBe(110)
    expect((row(field('bp'), 345).get('input').element as HTMLInputElement).value).toBe('3.45')
  })
  it('tells no from not asked', async () => {
    const w = row(field('bool'))
    expect(w.findAll('input:checked')).toHaveLength(0)
    await w.findAll('input')[1]!.setValue(true)
    expect(last(w)).toBe(false)
  })
  it('shows few options all at once; several keep the program’s order', async () => {
    const w = row(field('choice', { many: true, options: [{ key: 'a', label: '甲' }, { key: 'b', label: '乙' }, { key: 'c', label: '丙' }] }), ['c'])
    await w.findAll('input')[0]!.setValue(true)
    expect(last(w)).toEqual(['a', 'c'])
    expect(w.find('fieldset legend').text()).toContain('标签')
  })
  it('asks for a note where a point is not met', async () => {
    const w = row(field('checks', { items: [{ key: 'a', label: '合规经营' }] }))
    await w.findAll('input[type=radio]')[1]!.setValue(true)
    expect(last(w)).toEqual({ a: { v: 'fail' } })
    await w.get('input.input').setValue('有处罚未结')
    expect(last(w)).toEqual({ a: { v: 'fail', note: '有处罚未结' } })
  })
  it('adds and removes rows', async () => {
    const w = row(field('rows', { fields: [field('text', { key: 'name', label: '姓名' })] }))
    await w.get('button.btn:not(.btn-plain)').trigger('click')
    await w.get('textarea').setValue('张三')
    expect(last(w)).toEqual([{ name: '张三' }])
    await w.get('button.btn-plain').trigger('click')
    expect(last(w)).toBeUndefined()
  })
})

it('reads days as people write them', () => {
  for (const text of ['2026-11-02', '20261102', '2026/11/2', '2026年11月2日', '2026.11.02']) expect(readDay(text)).toBe('2026-11-02')
  for (const text of ['2026-02-30', '11-02', '明天', '2026-13-01']) expect(readDay(text)).toBeUndefined()
})
