// Sends one act of a page: at once, or through the outbox when it may be made without
// a network. One key stays with the act while its content is unchanged, so that a
// second tap after a broken connection cannot do it twice.
import { ref } from 'vue'
import { newIdempotencyKey, post as send } from '@linqiao/shared/api/client'
import { ApiProblem, toProblem } from '@linqiao/shared/api/problem'
import { offline } from '../offline'
import type { Act as QueuedAct } from '../offline/queue'
import { photosIn, withAttachments } from '../offline/bodies'
import { online, reached } from './online'
import { post as toOutbox, refreshOutbox, sendOutbox } from './outbox'
import { account } from './session'

export type Outcome<T> =
  | { kind: 'sent'; answer: T }
  | { kind: 'kept'; seq: number }
  | { kind: 'refused'; problem: ApiProblem }

export function useSubmit<T>() {
  const busy = ref(false)
  let key = newIdempotencyKey()
  let sentBody = ''

  function keyFor(body: unknown): string {
    const text = JSON.stringify(body)
    if (text !== sentBody) {
      key = newIdempotencyKey()
      sentBody = text
    }
    return key
  }

  async function direct(act: QueuedAct): Promise<Outcome<T>> {
    try {
      const attempt = keyFor(act.body)
      const answer = await send<T>(act.path, await uploaded(act.body), { idempotencyKey: attempt })
      reached()
      return { kind: 'sent', answer }
    } catch (cause) {
      const problem = toProblem(cause)
      if (problem.network) online.value = false
      else sentBody = '' // answered: another try is another act
      return { kind: 'refused', problem }
    }
  }

  /** Through the outbox; when the network is there its answer is waited for. */
  async function queued(act: QueuedAct): Promise<Outcome<T>> {
    const wasOnline = online.value
    const seq = await toOutbox(act)
    if (!wasOnline) return { kind: 'kept', seq }
    await settled(seq)
    const o = await offline()
    const item = (await o.listQueue(account.value)).find((i) => i.seq === seq)
    if (item?.state === 'sent') return { kind: 'sent', answer: item.answer as T }
    if (item?.state !== 'rejected') return { kind: 'kept', seq }
    // The person is still on the page: the refusal is shown there, and the page keeps
    // what was filled in. The photos stay, as the page still shows them.
    const { refusal } = item
    if (refusal?.type === 'move_made') return { kind: 'kept', seq } // settled field by field, in the outbox
    await o.withdrawItem(account.value, seq)
    await refreshOutbox()
    return {
      kind: 'refused',
      problem: new ApiProblem({
        type: refusal?.type ?? 'internal', title: refusal?.title, detail: refusal?.detail, status: 422,
        fields: refusal?.fields?.map((f) => ({ path: f.path, code: 'server', message: f.message })),
        ...(refusal?.more ?? {}),
      }),
    }
  }

  async function submit(act: QueuedAct, mayWait: boolean): Promise<Outcome<T>> {
    busy.value = true
    try {
      const o = await offline()
      return mayWait && (o.vaultOpen() || !act.classed) ? await queued(act) : await direct(act)
    } finally {
      busy.value = false
    }
  }
  return { busy, submit }
}

async function uploaded(body: unknown): Promise<unknown> {
  const ids = photosIn(body)
  if (!ids.length) return body
  const o = await offline()
  return withAttachments(body, await o.uploadAll(ids, o.serverSender))
}

/** Waits until the act has been tried, at most ten seconds. */
async function settled(seq: number): Promise<void> {
  const o = await offline()
  const until = Date.now() + 10_000
  while (Date.now() < until) {
    await sendOutbox()
    const item = (await o.listQueue(account.value)).find((i) => i.seq === seq)
    if (!item || item.held || item.state === 'sent' || item.state === 'rejected' || !online.value) return
    if (item.state === 'waiting' && item.tries > 0) return
    await new Promise((r) => setTimeout(r, 150))
  }
}
