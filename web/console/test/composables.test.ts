import { ApiProblem } from '@linqiao/shared/api/problem'
import type { Page } from '@linqiao/shared/api/types'
import { flushPromises, mount } from '@vue/test-utils'
import { defineComponent, h, nextTick, ref } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { useListKeys } from '../src/composables/useListKeys'
import { useLoad } from '../src/composables/useLoad'
import { usePages } from '../src/composables/usePages'

/** Runs a composable inside a component that is mounted. */
function within<T>(setup: () => T): { result: T; unmount: () => void } {
  let result!: T
  const wrapper = mount(defineComponent({ setup() { result = setup(); return () => h('div') } }))
  return { result, unmount: () => wrapper.unmount() }
}

describe('useLoad', () => {
  it('drops an answer that comes after a newer question', async () => {
    const key = ref('a')
    const answers: Record<string, (v: string) => void> = {}
    const { result } = within(() => useLoad(() => new Promise<string>((resolve) => { answers[key.value] = resolve }), key))
    key.value = 'b'
    await nextTick()
    answers.b!('new')
    await flushPromises()
    answers.a!('old')
    await flushPromises()
    expect(result.data.value).toBe('new')
    expect(result.loading.value).toBe(false)
  })
  it('keeps old data when a reload fails, and says why', async () => {
    const fetcher = vi.fn().mockResolvedValueOnce('first').mockRejectedValueOnce(new ApiProblem({ type: 'network' }))
    const { result } = within(() => useLoad<string>(fetcher))
    await flushPromises()
    await result.reload()
    expect(result.data.value).toBe('first')
    expect(result.problem.value?.network).toBe(true)
  })
})

describe('usePages', () => {
  const page = (cursor?: string): Page<number> => cursor ? { items: [3, 4], next: null } : { items: [1, 2], next: 'c' }
  it('grows by the cursor and begins again when a source changes', async () => {
    const filter = ref('x')
    const { result } = within(() => usePages(async cursor => page(cursor), filter))
    await flushPromises()
    expect([result.items.value, result.hasMore.value]).toEqual([[1, 2], true])
    await result.grow()
    expect([result.items.value, result.hasMore.value]).toEqual([[1, 2, 3, 4], false])
    filter.value = 'y'
    await flushPromises()
    expect(result.items.value).toEqual([1, 2])
  })
})

describe('useListKeys', () => {
  const press = (key: string, target: EventTarget = document): boolean => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  it('moves, marks and opens, but not while typing', () => {
    Element.prototype.scrollIntoView = () => {}
    const open = vi.fn(), mark = vi.fn()
    const { result, unmount } = within(() => useListKeys(() => 2, open, mark))
    press('j'); press('j'); press('j')
    expect(result.value).toBe(1)
    press('k')
    expect(result.value).toBe(0)
    press('x')
    expect(mark).toHaveBeenCalledWith(0)
    press('Enter')
    expect(open).toHaveBeenCalledWith(0)
    const input = document.body.appendChild(document.createElement('input'))
    press('j', input)
    expect(result.value).toBe(0)
    unmount()
    press('j')
    expect(result.value).toBe(0)
  })
})
