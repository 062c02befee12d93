// The outbox: acts made on the phone, delivered in order, each exactly once as
// far as the server is concerned (one idempotency key per act, kept through
// every retry). An act leaves the outbox only when the server has answered it or
// the person throws it away; a refused one stays with the reason. No Vue here.
import { phoneStore, type PhotoRow, type QueueRow, type QueueState } from './db'
import { photosIn, withAttachments } from './bodies'
import { dropPhotos, loadPhoto } from './photos'
import { seal, unseal } from './vault'
import { newIdempotencyKey as uuid } from '@linqiao/shared/api/client'

/** What an act is made of. `path` stands under the API's base. */
export interface Act {
  /** Record it belongs to, or a local id for one that does not exist yet. */
  record: string
  title: string
  what: string
  path: string
  body: Record<string, unknown>
  /** When it happened, epoch ms. */
  at: number
  classed: boolean
  /** For showing the record as it will be: the move made and the stage it leads to. */
  move?: string
  stage?: string
  /** Page where the person can mend and send it again. */
  mend?: string
  /** Calls for help: goes before everything else that waits, and waits for nothing. */
  urgent?: boolean
}

export interface Refusal {
  type: string
  title: string
  detail?: string
  fields?: { path: string; message: string; theirs?: unknown }[]
  /** Members of its own that a page may need, such as the consents asked for. */
  more?: Record<string, unknown>
}

export interface QueueItem extends Act {
  seq: number
  key: string
  state: QueueState
  tries: number
  /** Waits because an earlier act on the same record was refused. */
  held: boolean
  sentAt?: number
  refusal?: Refusal
  answer?: unknown
}

/** How far an upload has come, kept beside the photo so that it goes on where it broke. */
export interface UploadProgress {
  id?: string
  begun(id: string): Promise<void>
  arrived(received: number): void
}

/** The way out. It throws `Unreachable` when nobody answered, `SignInNeeded` on
 *  401, `Refused` when the server said no for good. */
export interface Sender {
  post(path: string, body: unknown, key: string): Promise<unknown>
  upload(photo: Blob, name: string, key: string, progress: UploadProgress): Promise<string>
}

export class Unreachable extends Error {}
export class SignInNeeded extends Error {}
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.title)
  }
}

type Body = Omit<Act, 'record' | 'at' | 'classed'> & { refusal?: Refusal; answer?: unknown }

export async function enqueue(account: string, act: Act): Promise<number> {
  const { record, at, classed, ...body } = act
  return phoneStore().queue.add({
    key: uuid(), account, record, state: 'waiting', tries: 0, classed, at,
    body: await seal(account, body satisfies Body, classed),
  })
}

async function toItem(row: QueueRow): Promise<QueueItem | undefined> {
  try {
    const body = await unseal<Body>(row.account, row.body)
    const { seq, key, record, state, tries, classed, at, sentAt } = row
    return { ...body, seq: seq!, key, record, state, tries, classed, at, sentAt, held: false }
  } catch {
    return undefined
  }
}

/** In the order they were made. */
export async function listQueue(account: string): Promise<QueueItem[]> {
  const rows = await phoneStore().queue.where('account').equals(account).sortBy('seq')
  const items = (await Promise.all(rows.map(toItem))).filter((i): i is QueueItem => !!i)
  const refused = new Set<string>()
  for (const item of items) {
    item.held = item.state === 'waiting' && !item.urgent && refused.has(item.record)
    if (item.state === 'rejected') refused.add(item.record)
  }
  return items
}

export async function pendingCount(account: string): Promise<{ waiting: number; rejected: number }> {
  const { queue } = phoneStore()
  const of = (state: QueueState) => queue.where('[account+state]').equals([account, state]).count()
  const [waiting, sending, rejected] = await Promise.all([of('waiting'), of('sending'), of('rejected')])
  return { waiting: waiting + sending, rejected }
}

async function amend(item: QueueItem, row: Partial<QueueRow>, body?: Partial<Body>): Promise<void> {
  const change: Partial<QueueRow> = { ...row }
  if (body) {
    const account = (await phoneStore().queue.get(item.seq))?.account
    if (!account) return
    const { title, what, path, body: sent, move, stage, mend, urgent, refusal, answer } = item
    change.body = await seal(account, { title, what, path, body: sent, move, stage, mend, urgent, refusal, answer, ...body }, item.classed)
  }
  await phoneStore().queue.update(item.seq, change)
}

/** Uploads what is not yet at the server; an upload that was acknowledged is not repeated. */
export async function uploadAll(ids: string[], sender: Sender): Promise<Map<string, string>> {
  const done = new Map<string, string>()
  for (const id of ids) {
    const row: PhotoRow | undefined = await phoneStore().photos.get(id)
    if (!row) throw new Refused({ type: 'photo_lost', title: '照片已不在本机，请重新拍照后再送' })
    if (!row.attachment) {
      const blob = (await loadPhoto(id))!
      const { photos } = phoneStore()
      row.attachment = await sender.upload(blob, `${id}.jpg`, row.key, {
        id: row.upload,
        async begun(upload) { await photos.update(id, { upload, size: blob.size }) },
        arrived(received) { void photos.update(id, { received, size: blob.size }) },
      })
      await phoneStore().photos.update(id, { attachment: row.attachment })
    }
    done.set(id, row.attachment)
  }
  return done
}

async function attach(item: QueueItem, sender: Sender): Promise<unknown> {
  const ids = photosIn(item.body)
  return ids.length ? withAttachments(item.body, await uploadAll(ids, sender)) : item.body
}

/** Delivers one act; gives false when the run must stop (no network, no sign-in). */
async function deliver(item: QueueItem, sender: Sender): Promise<boolean> {
  await amend(item, { state: 'sending', tries: item.tries + 1 })
  try {
    const answer = await sender.post(item.path, await attach(item, sender), item.key)
    await amend(item, { state: 'sent', sentAt: Date.now() }, { refusal: undefined, answer: summary(answer) })
    await dropPhotos(photosIn(item.body))
    return true
  } catch (e) {
    if (e instanceof Refused) {
      await amend(item, { state: 'rejected' }, { refusal: e.refusal })
      return true
    }
    await amend(item, { state: 'waiting' })
    if (e instanceof Unreachable || e instanceof SignInNeeded) return false
    throw e
  }
}

/** Of the answer only what the outbox shows is kept. */
function summary(answer: unknown): unknown {
  if (!answer || typeof answer !== 'object') return undefined
  const { id, ref_no, stage_label } = answer as Record<string, unknown>
  return { id, ref_no, stage_label }
}

export interface RunResult {
  sent: number
  rejected: number
  /** The run stopped before the end: nobody answered, or sign-in is needed. */
  stopped: boolean
}

async function runOnce(account: string, sender: Sender, changed: () => void): Promise<RunResult> {
  const result: RunResult = { sent: 0, rejected: 0, stopped: false }
  const tried = new Set<number>()
  for (;;) {
    const able = (await listQueue(account)).filter((i) => i.state === 'waiting' && !i.held && !tried.has(i.seq))
    const next = able.find((i) => i.urgent) ?? able[0]
    if (!next) return result
    tried.add(next.seq)
    const going = await deliver(next, sender)
    changed()
    if (!going) return { ...result, stopped: true }
    const state = (await phoneStore().queue.get(next.seq))?.state
    if (state === 'sent') result.sent++
    if (state === 'rejected') result.rejected++
  }
}

/** An act that was on its way when the page closed: nobody knows whether it
 *  arrived, so it goes again with the same key. */
async function recover(account: string): Promise<void> {
  await phoneStore().queue.where('[account+state]').equals([account, 'sending']).modify({ state: 'waiting' })
}

let running = false

/** Delivers what waits. One run at a time over all tabs of the phone. */
export async function runQueue(account: string, sender: Sender, changed: () => void = () => {}): Promise<RunResult> {
  const idle: RunResult = { sent: 0, rejected: 0, stopped: false }
  const work = async () => {
    if (running) return idle
    running = true
    try {
      await recover(account)
      return await runOnce(account, sender, changed)
    } finally {
      running = false
    }
  }
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks
  if (!locks) return work()
  return locks.request('linqiao-outbox', { ifAvailable: true }, (lock) => (lock ? work() : idle))
}

/** Sends a refused act once more. That is a new attempt by the person, so it
 *  gets a new key (the old one would only bring back the old answer). */
export async function retryItem(seq: number): Promise<void> {
  await phoneStore().queue.update(seq, { state: 'waiting', key: uuid(), tries: 0 })
}

/** What the person has settled after a conflict: a new act with a new key, in its place. */
export async function replaceBody(account: string, seq: number, body: Record<string, unknown>): Promise<void> {
  const item = (await listQueue(account)).find((i) => i.seq === seq)
  if (item && item.state === 'rejected') await amend(item, { state: 'waiting', key: uuid(), tries: 0 }, { body, refusal: undefined })
}

/** Thrown away by the person, after being asked. */
export async function discardItem(account: string, seq: number): Promise<void> {
  const item = (await listQueue(account)).find((i) => i.seq === seq)
  if (!item || item.state === 'sending') return
  await dropPhotos(photosIn(item.body))
  await phoneStore().queue.delete(seq)
}

/** Taken back by the page that made it and still shows it: the photos stay. */
export async function withdrawItem(account: string, seq: number): Promise<void> {
  const row = await phoneStore().queue.get(seq)
  if (row?.account === account && row.state !== 'sending') await phoneStore().queue.delete(seq)
}

/** Delivered acts are shown for a while, then tidied; others never. */
export async function tidyQueue(account: string, olderThan = 7 * 86_400_000): Promise<void> {
  const limit = Date.now() - olderThan
  await phoneStore().queue.where('[account+state]').equals([account, 'sent'])
    .filter((r) => (r.sentAt ?? 0) < limit).delete()
}
