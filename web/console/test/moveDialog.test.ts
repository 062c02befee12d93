import { ApiProblem } from '@linqiao/shared/api/problem'
import type { Act, Field, MoveOffer } from '@linqiao/shared/api/types'
import { addTexts, t } from '@linqiao/shared/i18n'
import { addSharedTexts } from '@linqiao/shared/i18n/shared'
import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import MoveDialog from '../src/components/record/MoveDialog.vue'
import zh from '../src/locales/zh-CN'

addSharedTexts()
addTexts(zh)
Element.prototype.scrollIntoView = () => {}

const fields: Field[] = [
  { key: 'amount', label: '授信金额', type: 'money' },
  { key: 'first', label: '首贷户', type: 'bool' },
]
const move: MoveOffer = { key: 'credit', label: '授信', need: ['amount'], ask: ['first'], reason: [{ key: 'a', label: '甲' }, { key: 'b', label: '乙' }], primary: true }

function open(send: (act: Act, key: string) => Promise<unknown>) {
  return mount(MoveDialog, {
    attachTo: document.body,
    props: { title: '授信 · 某企业', move, fields, rev: 3, send },
    global: { mocks: { $t: t }, stubs: { ElDialog: { props: ['title'], template: '<div role="dialog" :aria-label="title"><slot /></div>' } } },
  })
}

describe('MoveDialog', () => {
  it('lists what is missing above the form, takes the focus and links to the fields', async () => {
    const send = vi.fn()
    const dialog = open(send)
    await dialog.get('form').trigger('submit')
    await flushPromises()
    expect(send).not.toHaveBeenCalled()
    const summary = dialog.get('.summary[role="alert"]')
    expect(summary.text()).toContain('有 2 处需要更正')
    expect(document.activeElement).toBe(summary.element)
    const links = summary.findAll('a')
    expect(links.map(a => a.text())).toEqual(['请填写授信金额', '请选择原因'])
    await links[0]!.trigger('click')
    expect(document.activeElement?.id).toBe('f-fields-amount')
    await links[1]!.trigger('click')
    expect(document.activeElement?.id).toBe('f-reason')
    expect(dialog.get('#f-fields-amount').attributes('aria-invalid')).toBe('true')
    expect(dialog.get('#f-fields-amount').attributes('aria-describedby')).toBe('f-fields-amount-error')
    dialog.unmount()
  })

  it('sends the act once, and the same content again with the same key', async () => {
    const keys: string[] = []
    const acts: Act[] = []
    const send = vi.fn(async (act: Act, key: string) => {
      acts.push(act)
      keys.push(key)
      if (keys.length < 2) throw new ApiProblem({ type: 'network', status: 0 })
    })
    const dialog = open(send)
    await dialog.get('#f-fields-amount').setValue('300万')
    await dialog.get('#f-reason').setValue(true)
    await dialog.get('form').trigger('submit')
    await flushPromises()
    expect(dialog.get('.summary').text()).toContain('连不上服务器')
    await dialog.get('form').trigger('submit')
    await flushPromises()
    expect(acts[0]).toEqual({ fields: { amount: 300_000_000 }, reason: 'a', rev: 3 })
    expect(keys[1]).toBe(keys[0])
    expect(dialog.emitted('done')).toHaveLength(1)
    dialog.unmount()
  })

  it('shows the server’s refusal in the same place', async () => {
    const dialog = open(async () => {
      throw new ApiProblem({ type: 'guard', title: '超过授信额', detail: '请核对金额', status: 422, fields: [{ path: 'fields.amount', code: 'guard', message: '金额过大' }] })
    })
    await dialog.get('#f-fields-amount').setValue('300万')
    await dialog.get('#f-reason').setValue(true)
    await dialog.get('form').trigger('submit')
    await flushPromises()
    expect(dialog.get('.summary').text()).toContain('超过授信额')
    expect(dialog.get('#f-fields-amount-error').text()).toBe('金额过大')
    expect(dialog.emitted('done')).toBeUndefined()
    dialog.unmount()
  })

  it('a stale record offers to look at the newest state', async () => {
    const dialog = open(async () => { throw new ApiProblem({ type: 'stale', status: 409 }) })
    await dialog.get('#f-fields-amount').setValue('1')
    await dialog.get('#f-reason').setValue(true)
    await dialog.get('form').trigger('submit')
    await flushPromises()
    await dialog.get('.summary button').trigger('click')
    expect(dialog.emitted('stale')).toHaveLength(1)
    dialog.unmount()
  })
})
