// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configureClient, type ClientConfig } from './client'
import { uploadInParts } from './uploads'

/** A server that keeps parts, and breaks when told. */
function server(part = 10) {
  const uploads = new Map<string, { size: number; sha256: string; bytes: number[]; done: boolean }>()
  const keys = new Map<string, string>()
  const calls: string[] = []
  let breakAt: number | undefined
  const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
  const view = (id: string) => {
    const u = uploads.get(id)!
    return { id, size: u.size, received: u.bytes.length, part, ...(u.done ? { file: { id: `file-${id}`, name: 'a', size: u.size, mime: 'image/jpeg' } } : {}) }
  }
  const fetch = (async (input: string, init: RequestInit) => {
    const url = new URL(input, 'http://x')
    const [, id, what] = url.pathname.replace('/api/v1/', '').split('/')
    calls.push(`${init.method} ${url.pathname.replace('/api/v1', '')}${url.search}`)
    if (!id) {
      const key = new Headers(init.headers).get('Idempotency-Key')!
      if (!keys.has(key)) {
        keys.set(key, `u${keys.size + 1}`)
        const { size, sha256 } = JSON.parse(init.body as string) as { size: number; sha256: string }
        uploads.set(keys.get(key)!, { size, sha256, bytes: [], done: false })
      }
      return answer(201, view(keys.get(key)!))
    }
    const u = uploads.get(id)
    if (!u) return answer(404, { type: 'not_found' })
    if (init.method === 'PUT') {
      const at = Number(url.searchParams.get('at'))
      if (breakAt !== undefined && at >= breakAt) throw new TypeError('network')
      if (at === u.bytes.length) u.bytes.push(...new Uint8Array(await (init.body as Blob).arrayBuffer()))
    } else if (what === 'finish') {
      const hash = Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(u.bytes))), b => b.toString(16).padStart(2, '0')).join('')
      if (hash !== u.sha256) {
        u.bytes = []
        return answer(422, { type: 'upload_hash' })
      }
      u.done = true
    }
    return answer(200, view(id))
  }) as unknown as typeof globalThis.fetch
  return { fetch, uploads, calls, breaksAt: (n: number | undefined) => { breakAt = n } }
}

let before: ClientConfig
let s: ReturnType<typeof server>
const file = new Blob([Uint8Array.from({ length: 100 }, (_, n) => n)])

beforeEach(() => {
  s = server()
  before = configureClient({ fetch: s.fetch, backoff: () => 0 })
})
afterEach(() => { configureClient(before) })

describe('an upload in parts', () => {
  it('cut at 99 % goes on where it broke', async () => {
    s.breaksAt(90)
    let id = ''
    await expect(uploadInParts(file, 'a.jpg', { key: 'key-00001', onBegun: (x) => { id = x } })).rejects.toMatchObject({ type: 'network' })
    expect(s.uploads.get(id)!.bytes).toHaveLength(90)
    s.breaksAt(undefined)
    s.calls.length = 0
    expect((await uploadInParts(file, 'a.jpg', { key: 'key-00001', id })).id).toBe(`file-${id}`)
    expect(s.calls).toEqual([`GET /uploads/${id}`, `PUT /uploads/${id}?at=90`, `POST /uploads/${id}/finish`])
  })

  it('whose beginning was never answered is begun once', async () => {
    s.breaksAt(0)
    await expect(uploadInParts(file, 'a.jpg', { key: 'key-00002' })).rejects.toMatchObject({ type: 'network' })
    s.breaksAt(undefined)
    await uploadInParts(file, 'a.jpg', { key: 'key-00002' })
    expect(s.uploads.size).toBe(1)
  })

  it('that was damaged on the way begins anew', async () => {
    let id = ''
    s.breaksAt(10)
    await uploadInParts(file, 'a.jpg', { key: 'key-00003', onBegun: (x) => { id = x } }).catch(() => {})
    s.uploads.get(id)!.bytes[3] = 77
    s.breaksAt(undefined)
    const done = await uploadInParts(file, 'a.jpg', { key: 'key-00003', id })
    expect(s.uploads.get(done.id.replace('file-', ''))!.bytes).toHaveLength(100)
  })

  it('that the server has forgotten begins anew', async () => {
    expect((await uploadInParts(file, 'a.jpg', { key: 'key-00004', id: 'gone' })).id).toMatch(/^file-/)
  })
})
