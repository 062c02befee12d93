import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { configureClient, get, path, post, queryString, type ClientConfig } from './client'
import { readLedger } from './figures'
import { ApiProblem } from './problem'
import { readProgram } from './programs'
import { keyKeeper } from './sendOnce'

const json = (body: unknown, status = 200, type = 'application/json'): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } })

let before: ClientConfig
const fetching = vi.fn<typeof fetch>()
const expired = vi.fn()
beforeEach(() => {
  fetching.mockReset()
  expired.mockReset()
  before = configureClient({ fetch: fetching, backoff: () => 0, onUnauthenticated: expired })
})
afterEach(() => { configureClient(before) })

const header = (call: number, name: string): string => (fetching.mock.calls[call]![1]!.headers as Record<string, string>)[name]!

describe('mutations', () => {
  it('are sent again with the same key when the network fails', async () => {
    fetching.mockRejectedValueOnce(new TypeError('failed')).mockRejectedValueOnce(new TypeError('failed')).mockResolvedValueOnce(json({ id: 'r1' }, 201))
    expect(await post('/programs/p/records/r/m', { fields: { a: 1 } })).toEqual({ id: 'r1' })
    expect(fetching).toHaveBeenCalledTimes(3)
    const keys = [0, 1, 2].map(n => header(n, 'Idempotency-Key'))
    expect(keys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
    expect(new Set(keys).size).toBe(1)
    expect(fetching.mock.calls[2]![1]!.body).toBe('{"fields":{"a":1}}')
  })
  it('two acts have two keys', async () => {
    fetching.mockImplementation(async () => json({}))
    await post('/a')
    await post('/a')
    expect(header(0, 'Idempotency-Key')).not.toBe(header(1, 'Idempotency-Key'))
  })
  it('keep a key that the caller keeps', async () => {
    fetching.mockResolvedValue(json({}))
    await post('/a', {}, { idempotencyKey: 'k-1', ifMatch: 7 })
    expect(header(0, 'Idempotency-Key')).toBe('k-1')
    expect(header(0, 'If-Match')).toBe('"7"')
  })
  it('are not sent again when the server answers, whatever it says', async () => {
    fetching.mockResolvedValue(json({ type: 'guard', title: '尚未同意推送' }, 422, 'application/problem+json'))
    await expect(post('/a')).rejects.toMatchObject({ type: 'guard', status: 422, title: '尚未同意推送' })
    expect(fetching).toHaveBeenCalledTimes(1)
  })
  it('wait while the server is unavailable', async () => {
    fetching.mockResolvedValueOnce(json({ type: 'unavailable' }, 503, 'application/problem+json')).mockResolvedValueOnce(json({ ok: 1 }))
    expect(await post('/a')).toEqual({ ok: 1 })
    expect(header(0, 'Idempotency-Key')).toBe(header(1, 'Idempotency-Key'))
  })
})

describe('answers', () => {
  it('a network that stays away is a problem of its own', async () => {
    fetching.mockRejectedValue(new TypeError('failed'))
    const problem = await get('/work').catch((e: ApiProblem) => e) as ApiProblem
    expect(problem).toBeInstanceOf(ApiProblem)
    expect(problem.network).toBe(true)
    expect(fetching).toHaveBeenCalledTimes(2)
  })
  it('an aborted read is not tried again', async () => {
    const stop = new AbortController()
    fetching.mockImplementation(async () => { stop.abort(); throw new DOMException('aborted', 'AbortError') })
    await expect(get('/search', {}, { signal: stop.signal })).rejects.toThrow('aborted')
    expect(fetching).toHaveBeenCalledTimes(1)
  })
  it('401 ends the session, but not while signing in', async () => {
    fetching.mockImplementation(async () => json({ type: 'unauthenticated' }, 401, 'application/problem+json'))
    await expect(get('/work')).rejects.toMatchObject({ unauthenticated: true })
    expect(expired).toHaveBeenCalledTimes(1)
    await expect(post('/session', {})).rejects.toMatchObject({ status: 401 })
    expect(expired).toHaveBeenCalledTimes(1)
  })
  it('204 and an HTML error page are read too', async () => {
    fetching.mockResolvedValueOnce(new Response(null, { status: 204 }))
    expect(await post('/a')).toBeUndefined()
    fetching.mockResolvedValueOnce(new Response('<h1>', { status: 502, headers: { 'Content-Type': 'text/html' } }))
    await expect(get('/a')).rejects.toMatchObject({ type: 'internal', status: 502 })
  })
})

it('builds addresses', () => {
  expect(path('records', 'a/b', 'moves', 'x')).toBe('/records/a%2Fb/moves/x')
  expect(queryString({ a: '', b: undefined, c: true, d: false, e: 0, f: '是' })).toBe('?c=1&e=0&f=%E6%98%AF')
})

it('the same content keeps its key, changed content gets a new one', () => {
  const keep = keyKeeper()
  const first = keep({ a: 1 })
  expect(keep({ a: 1 })).toBe(first)
  const second = keep({ a: 2 })
  expect(second).not.toBe(first)
  expect(keep({ a: 2 })).toBe(second)
})

describe('reading', () => {
  it('gives channels, signers and built-in fields their words', () => {
    const program = readProgram({
      key: 'x', version: 1, title: 'X', lists: [{ key: 'source', options: [{ key: 'visit', label: '走访' }, { key: 'hotline', label: '热线' }] }],
      roles: [{ key: 'lead', label: '牵头人' }],
      records: [{
        key: 'r', label: 'R', noun: 'visit', fields: [{ key: 'mode', label: '走访方式', type: 'text' }],
        builtins: [{ key: 'mode', label: '方式', type: 'text' }, { key: 'at', label: '时间', type: 'time' }], stages: [], clocks: [],
        moves: [{ key: 'm', label: 'M', channels: ['visit', 'hotline', 'other'], sign: [{ by: ['lead'] }], text: true }],
      }],
    } as never)
    expect(program.records[0]!.moves[0]).toMatchObject({ channels: [{ label: '走访' }, { label: '热线' }, { label: 'other' }], sign: ['牵头人'], text: 'required' })
    expect(program.records[0]!.fields.map(f => f.label)).toEqual(['走访方式', '时间'])
    expect(program.duties).toEqual([])
  })
  it('puts the rows of a ledger into their groups', () => {
    const rows = [{ cells: { a: 1 } }, { cells: { a: 2 } }, { cells: { a: 3 } }]
    const ledger = readLedger({ key: 'l', label: 'L', period: '2026-11', state: 'open', columns: [], rows, groups: [{ key: 'g', label: 'G', rows: [2, 0] }] })
    expect(ledger.groups![0]!.rows).toEqual([rows[2], rows[0]])
  })
})
