import { beforeEach, describe, expect, it } from 'vitest'
import { freshStore } from './store'
import { keepPhoto, loadPhoto } from '../src/offline/photos'
import { takeKey } from '../src/offline/vault'
import { localPhoto } from '../src/offline/bodies'
import { discardDraft, dropDraft, getDraft, listDrafts, saveDraft, type NewDraft } from '../src/offline/drafts'
import { recall, remember } from '../src/offline/cache'
import { enqueue, listQueue } from '../src/offline/queue'
import { leftovers, purge } from '../src/offline/purge'
import type { PhoneStore } from '../src/offline/db'

const ME = 'a-1'
let store: PhoneStore
const draft = (over: Partial<NewDraft> = {}): NewDraft => ({
  target: 'start/p/r/m', path: '/start/p/r/m', title: '点单', what: '订单', values: { fields: { kind: 'clean' } }, step: 2, classed: false, ...over,
})
const act = (classed: boolean) => ({ record: 'r', title: 't', what: 'w', path: '/x', body: {}, at: 0, classed })

beforeEach(() => { store = freshStore() })

describe('drafts', () => {
  it('come back as they were saved', async () => {
    const kept = await saveDraft(ME, draft())
    expect(await getDraft(ME, kept.id)).toEqual(kept)
  })
  it('there may be several for one page, newest first', async () => {
    const a = await saveDraft(ME, draft())
    await new Promise((r) => setTimeout(r, 2))
    const b = await saveDraft(ME, draft({ values: { fields: { kind: 'hair' } } }))
    expect((await listDrafts(ME, 'start/p/r/m')).map((d) => d.id)).toEqual([b.id, a.id])
    expect(await listDrafts(ME, 'other')).toEqual([])
  })
  it('saving again with the id changes the same draft', async () => {
    const a = await saveDraft(ME, draft())
    await saveDraft(ME, draft({ id: a.id, step: 3 }))
    expect((await listDrafts(ME)).map((d) => d.step)).toEqual([3])
  })
  it('are nobody else’s', async () => {
    const a = await saveDraft('other', draft())
    expect(await getDraft(ME, a.id)).toBeUndefined()
  })
  it('lie sealed', async () => {
    await saveDraft(ME, draft({ title: '陈小满' }))
    expect(JSON.stringify(await store.drafts.toArray())).not.toContain('陈小满')
  })
  it('thrown away with their photos, handed on without', async () => {
    const id = await keepPhoto(ME, new Blob(['jpeg']))
    const values = { extra: { proof: { photos: [localPhoto(id)] } } }
    await dropDraft((await saveDraft(ME, draft({ values }))).id)
    expect(await loadPhoto(id)).toBeDefined()
    await discardDraft(ME, (await saveDraft(ME, draft({ values }))).id)
    expect(await loadPhoto(id)).toBeUndefined()
  })
  it('go when dropped', async () => {
    const a = await saveDraft(ME, draft())
    await dropDraft(a.id)
    expect(await listDrafts(ME)).toEqual([])
  })
})

const KEY = 'a1'.repeat(32)

describe('signing out', () => {
  beforeEach(() => takeKey(ME, KEY))
  const fill = async () => {
    await remember(ME, 'record/1', { name: '陈桂兰' })
    const classed = await saveDraft(ME, draft({ classed: true }))
    const open = await saveDraft(ME, draft())
    await enqueue(ME, act(true))
    await enqueue(ME, act(false))
    return { classed, open }
  }
  const nothingToSee = async () => {
    expect(await store.keys.count()).toBe(0)
    expect(await store.cache.count()).toBe(0)
    expect(await listDrafts(ME)).toEqual([])
    expect(await listQueue(ME)).toEqual([])
  }
  it('deletes copies and what is sensitive; the rest is sealed until the same person signs in', async () => {
    const { open } = await fill()
    expect(await leftovers(ME)).toEqual({ classedUnsent: 1, classedDrafts: 1, openUnsent: 1, openDrafts: 1 })
    await purge(ME)
    await nothingToSee()
    await takeKey('second', 'b2'.repeat(32))
    expect(await listDrafts('second')).toEqual([])
    await takeKey(ME, KEY)
    expect(await recall(ME, 'record/1')).toBeUndefined()
    expect((await listDrafts(ME)).map((d) => d.id)).toEqual([open.id])
    expect((await listQueue(ME)).map((i) => i.classed)).toEqual([false])
  })
  it('keeps what is sensitive too, sealed, when the person wants it', async () => {
    await fill()
    await purge(ME, true)
    await nothingToSee()
    await takeKey(ME, KEY)
    expect((await listDrafts(ME)).length).toBe(2)
    expect((await listQueue(ME)).map((i) => i.classed)).toEqual([true, false])
  })
  it('leaves nothing that no key can ever open', async () => {
    await store.keys.clear() // never signed in with a network: the key was made here
    await fill()
    await purge(ME, true)
    expect(await store.drafts.count() + await store.queue.count()).toBe(0)
  })
  it('takes the server’s key over what was sealed before it came', async () => {
    await store.keys.clear()
    const { open } = await fill()
    await takeKey(ME, KEY)
    expect((await getDraft(ME, open.id))?.title).toBe(open.title)
    expect((await store.keys.get(ME))?.key.extractable).toBe(false)
  })
  it('photos stay only with what stays', async () => {
    const of = async (classed: boolean) => {
      const id = await keepPhoto(ME, new Blob(['jpeg']))
      await saveDraft(ME, draft({ classed, values: { extra: { proof: { photos: [localPhoto(id)] } } } }))
      return id
    }
    const [gone, stays] = [await of(true), await of(false)]
    await purge(ME)
    await takeKey(ME, KEY)
    expect(await loadPhoto(gone)).toBeUndefined()
    expect(await loadPhoto(stays)).toBeDefined()
  })
  it('leaves other accounts alone', async () => {
    await remember('other', 'work', { a: 1 })
    await purge(ME)
    expect((await recall('other', 'work'))?.value).toEqual({ a: 1 })
  })
  it('the next person takes the phone without a sign-out: nothing of the first is left open', async () => {
    await fill()
    await takeKey('second', 'b2'.repeat(32))
    await store.keys.delete('second') // only to count the first one's
    await nothingToSee()
    await takeKey(ME, KEY)
    expect((await listDrafts(ME)).length).toBe(2)
  })
})
