import { beforeEach, describe, expect, it } from 'vitest'
import { freshStore } from './store'
import {
  discardItem, enqueue, listQueue, pendingCount, Refused, retryItem, runQueue, SignInNeeded, tidyQueue, Unreachable, withdrawItem, type Act, type Sender,
} from '../src/offline/queue'
import { keepPhoto, loadPhoto } from '../src/offline/photos'
import { localPhoto } from '../src/offline/bodies'
import type { PhoneStore } from '../src/offline/db'

const ME = 'a-1'
let store: PhoneStore

const act = (over: Partial<Act> = {}): Act => ({
  record: 'rec-1', title: '康赢餐饮', what: '登记走访', path: '/records/rec-1/moves/record', body: { fields: { outcome: 'met' } },
  at: 1_700_000_000_000, classed: false, ...over,
})

/** A server that answers as told, and remembers what it was sent. */
function server(answers: ((path: string) => unknown)[] = []) {
  const calls: { path: string; body: unknown; key: string }[] = []
  const uploads: string[] = []
  const sender: Sender = {
    async post(path, body, key) {
      calls.push({ path, body, key })
      return (answers.shift() ?? (() => ({ id: 'rec-1', ref_no: 'N1', stage_label: '已访', secret: 'x' })))(path)
    },
    async upload(_photo, name, key) {
      uploads.push(`${name} ${key}`)
      return `att-${uploads.length}`
    },
  }
  return { sender, calls, uploads }
}
const fails = (e: Error) => () => { throw e }
const states = async () => (await listQueue(ME)).map((i) => i.state)

beforeEach(() => { store = freshStore() })

describe('outbox', () => {
  it('keeps the same key through every retry of one act', async () => {
    await enqueue(ME, act())
    const { sender, calls } = server([fails(new Unreachable()), fails(new Unreachable())])
    expect(await runQueue(ME, sender)).toEqual({ sent: 0, rejected: 0, stopped: true })
    await runQueue(ME, sender)
    expect(await runQueue(ME, sender)).toEqual({ sent: 1, rejected: 0, stopped: false })
    expect(calls).toHaveLength(3)
    expect(new Set(calls.map((c) => c.key)).size).toBe(1)
    expect(new Set(calls.map((c) => JSON.stringify(c.body))).size).toBe(1)
  })

  it('delivers in the order in which acts were made', async () => {
    for (const n of [1, 2, 3]) await enqueue(ME, act({ record: `rec-${n}`, path: `/p/${n}` }))
    const { sender, calls } = server()
    await runQueue(ME, sender)
    expect(calls.map((c) => c.path)).toEqual(['/p/1', '/p/2', '/p/3'])
  })

  it('stops at a broken network and goes on from the same act', async () => {
    for (const n of [1, 2]) await enqueue(ME, act({ record: `rec-${n}`, path: `/p/${n}` }))
    const { sender, calls } = server([fails(new Unreachable())])
    await runQueue(ME, sender)
    expect(await states()).toEqual(['waiting', 'waiting'])
    await runQueue(ME, sender)
    expect(calls.map((c) => c.path)).toEqual(['/p/1', '/p/1', '/p/2'])
  })

  it('stops when sign-in is needed and deletes nothing', async () => {
    await enqueue(ME, act())
    const { sender } = server([fails(new SignInNeeded())])
    expect((await runQueue(ME, sender)).stopped).toBe(true)
    expect(await states()).toEqual(['waiting'])
  })

  it('keeps a refused act with its reason and goes on with other records', async () => {
    await enqueue(ME, act())
    await enqueue(ME, act({ record: 'rec-2', path: '/p/2' }))
    const { sender } = server([fails(new Refused({ type: 'guard', title: '五项标准未全部满足' }))])
    expect(await runQueue(ME, sender)).toEqual({ sent: 1, rejected: 1, stopped: false })
    const items = await listQueue(ME)
    expect(items.map((i) => i.state)).toEqual(['rejected', 'sent'])
    expect(items[0]!.refusal).toEqual({ type: 'guard', title: '五项标准未全部满足' })
    expect(items[0]!.body).toEqual({ fields: { outcome: 'met' } })
    expect(await pendingCount(ME)).toEqual({ waiting: 0, rejected: 1 })
  })

  it('holds later acts on a record whose earlier act was refused', async () => {
    await enqueue(ME, act({ path: '/start' }))
    await enqueue(ME, act({ path: '/finish' }))
    const { sender, calls } = server([fails(new Refused({ type: 'stage', title: '已由别人办过' }))])
    await runQueue(ME, sender)
    expect(calls.map((c) => c.path)).toEqual(['/start'])
    expect((await listQueue(ME))[1]).toMatchObject({ state: 'waiting', held: true })
  })

  it('a retry by hand is a new act for the server, and frees what was held', async () => {
    await enqueue(ME, act({ path: '/start' }))
    await enqueue(ME, act({ path: '/finish' }))
    const { sender, calls } = server([fails(new Refused({ type: 'guard', title: '否' }))])
    await runQueue(ME, sender)
    await retryItem((await listQueue(ME))[0]!.seq)
    await runQueue(ME, sender)
    expect(calls.map((c) => c.path)).toEqual(['/start', '/start', '/finish'])
    expect(calls[1]!.key).not.toBe(calls[0]!.key)
    expect(await states()).toEqual(['sent', 'sent'])
  })

  it('sends an act again with its key when the page closed under way', async () => {
    const seq = await enqueue(ME, act())
    const key = (await store.queue.get(seq))!.key
    await store.queue.update(seq, { state: 'sending' })
    const { sender, calls } = server()
    await runQueue(ME, sender)
    expect(calls).toEqual([expect.objectContaining({ key })])
  })

  it('uploads photos first, once, and names them in the body', async () => {
    const id = await keepPhoto(ME, new Blob(['jpeg'], { type: 'image/jpeg' }))
    await enqueue(ME, act({ body: { proof: { photos: [localPhoto(id)] } } }))
    const { sender, calls, uploads } = server([fails(new Unreachable())])
    await runQueue(ME, sender)
    await runQueue(ME, sender)
    expect(uploads).toHaveLength(1)
    expect(calls.map((c) => c.body)).toEqual([{ proof: { photos: ['att-1'] } }, { proof: { photos: ['att-1'] } }])
    expect(await loadPhoto(id)).toBeUndefined()
  })

  it('two runs at once deliver an act once', async () => {
    await enqueue(ME, act())
    const { sender, calls } = server()
    await Promise.all([runQueue(ME, sender), runQueue(ME, sender)])
    expect(calls).toHaveLength(1)
  })

  it('lets nothing of a person lie open in the store', async () => {
    await enqueue(ME, act({ title: '陈小满', classed: true }))
    const rows = await store.queue.toArray()
    expect('sealed' in rows[0]!.body).toBe(true)
    expect(JSON.stringify(rows)).not.toContain('陈小满')
    expect((await listQueue(ME))[0]!.title).toBe('陈小满')
  })

  it('keeps of the answer only what it shows', async () => {
    await enqueue(ME, act())
    await runQueue(ME, server().sender)
    expect((await listQueue(ME))[0]!.answer).toEqual({ id: 'rec-1', ref_no: 'N1', stage_label: '已访' })
  })

  it('tidies delivered acts only', async () => {
    await enqueue(ME, act())
    await enqueue(ME, act({ record: 'rec-2' }))
    await runQueue(ME, server([() => ({}), fails(new Refused({ type: 'x', title: 'x' }))]).sender)
    await tidyQueue(ME, -1000)
    expect(await states()).toEqual(['rejected'])
  })

  it('a person may throw an act away, with its photos; the page that made it may take it back without', async () => {
    const id = await keepPhoto(ME, new Blob(['jpeg']))
    const body = { proof: { photos: [localPhoto(id)] } }
    await withdrawItem(ME, await enqueue(ME, act({ body })))
    expect(await loadPhoto(id)).toBeDefined()
    await discardItem(ME, await enqueue(ME, act({ body })))
    expect(await loadPhoto(id)).toBeUndefined()
    expect(await states()).toEqual([])
  })

  it('belongs to the account that made it', async () => {
    await enqueue('somebody-else', act())
    const { sender, calls } = server()
    await runQueue(ME, sender)
    expect(calls).toEqual([])
  })
})
