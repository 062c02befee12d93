import { beforeEach, describe, expect, it } from 'vitest'
import { freshStore } from './store'
import type { RecordView } from '@linqiao/shared/api/types'
import { lastAccount, recall, remember } from '../src/offline/cache'
import { purge } from '../src/offline/purge'
import { findHeld, loadHeld, markOf, syncHeld, type HeldSource } from '../src/offline/sync'
import { takeKey } from '../src/offline/vault'

const ME = 'a-1'
const key = (n: number) => n.toString(16).padStart(16, '0')

/** A server over what is held now: id → title, or null for what may not be seen. */
function server(held: Map<number, string | null>, perPage = 2) {
  const asked: string[] = []
  const source: HeldSource = {
    async page(cursor) {
      asked.push(cursor)
      const [mode = 'whole', at = '0'] = cursor.split(':')
      const all = mode === 'done' ? [] : [...held]
      const items = all.slice(Number(at), Number(at) + perPage).map(([n, title]) => (title === null
        ? { kind: 'party' as const, key: key(n) }
        : { kind: 'party' as const, key: key(n), id: `p${n}`, value: { id: `p${n}`, name: title, tags: [] } as unknown as RecordView }))
      const more = Number(at) + perPage < all.length
      const keys = [...held.keys()].map(key)
      return { items, more, whole: mode !== 'done', cursor: more ? `whole:${Number(at) + perPage}` : 'done:0', ...(more ? {} : { held: { count: keys.length, mark: markOf(keys) }, duties: [] }) }
    },
    keys: async () => [...held.keys()].map(key),
  }
  return { source, asked }
}

beforeEach(async () => {
  freshStore()
  await takeKey(ME, 'a1'.repeat(32))
})

describe('what the phone holds', () => {
  it('comes page by page, is stored under the names pages read by, and is found', async () => {
    const { source } = server(new Map([[1, '陈桂兰'], [2, '张大爷'], [3, '陈小满'], [4, null], [5, '李婶']]))
    expect((await syncHeld(ME, source)).came).toBe(5)
    expect((await recall<{ name: string }>(ME, 'party/p2'))?.value.name).toBe('张大爷')
    const held = await loadHeld(ME)
    expect(findHeld(held, '陈').map((e) => e.title)).toEqual(['陈桂兰', '陈小满'])
    expect(findHeld(held, '').length).toBe(4)
  })
  it('drops what was taken away, and what may not be seen any more', async () => {
    const now = new Map<number, string | null>([[1, '陈桂兰'], [2, '张大爷'], [3, '李婶']])
    const { source } = server(now)
    await syncHeld(ME, source)
    now.delete(1)
    await syncHeld(ME, source) // nothing has changed, but the count differs
    expect(await recall(ME, 'party/p1')).toBeUndefined()
    expect(findHeld(await loadHeld(ME), '陈')).toEqual([])
    expect((await recall(ME, 'party/p2'))).toBeDefined()
  })
  it('goes on where the network broke', async () => {
    const { source, asked } = server(new Map([[1, '甲'], [2, '乙'], [3, '丙']]))
    const broken: HeldSource = { ...source, page: (c) => (c.includes('2') ? Promise.reject(new Error('network')) : source.page(c)) }
    await expect(syncHeld(ME, broken)).rejects.toThrow()
    asked.length = 0
    await syncHeld(ME, source)
    expect(asked).toEqual(['whole:2'])
    expect(Object.keys((await loadHeld(ME)).entries)).toHaveLength(3)
  })
  it('begins anew when something is missing', async () => {
    const now = new Map<number, string | null>([[1, '甲']])
    const { source } = server(now)
    await syncHeld(ME, source)
    now.set(9, '新来的')
    await syncHeld(ME, source)
    expect((await loadHeld(ME)).cursor).toBe('')
    await syncHeld(ME, source)
    expect(findHeld(await loadHeld(ME), '新来').length).toBe(1)
  })
  it('many pages make one store', async () => {
    const { source } = server(new Map(Array.from({ length: 230 }, (_, n) => [n + 1, `村民${n}号`])), 100)
    await syncHeld(ME, source)
    expect(findHeld(await loadHeld(ME), '村民199').map((e) => e.title)).toEqual(['村民199号'])
  })
})

describe('whose phone it is', () => {
  it('is known from the store alone, until sign-out', async () => {
    expect(await lastAccount()).toBeUndefined()
    await remember(ME, 'session', { account: { id: ME } })
    expect(await lastAccount()).toBe(ME)
    await purge(ME)
    expect(await lastAccount()).toBeUndefined()
  })
  it('is the last who signed in', async () => {
    await remember(ME, 'session', { account: { id: ME } })
    await takeKey('a-2', 'b2'.repeat(32))
    await remember('a-2', 'session', { account: { id: 'a-2' } })
    expect(await lastAccount()).toBe('a-2')
  })
})
