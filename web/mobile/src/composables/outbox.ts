// The outbox as the pages see it: how much waits, and when to try again. It tries at
// start, when the network comes back, when the app is looked at again, and every half
// minute while something waits.
import { reactive, shallowRef } from 'vue'
import { offline } from '../offline'
import type { Act, QueueItem } from '../offline/queue'
import { online, reached, whenOnline } from './online'
import { account } from './session'

const AGAIN_MS = 30_000

export const outbox = reactive({ waiting: 0, rejected: 0, drafts: 0, sending: false })
export const outboxItems = shallowRef<QueueItem[]>([])

let started = false

export async function refreshOutbox(): Promise<void> {
  const who = account.value
  if (!who) {
    Object.assign(outbox, { waiting: 0, rejected: 0, drafts: 0 })
    outboxItems.value = []
    return
  }
  const o = await offline()
  const [count, items, drafts] = await Promise.all([o.pendingCount(who), o.listQueue(who), o.listDrafts(who)])
  Object.assign(outbox, count, { drafts: drafts.length })
  outboxItems.value = items
}

export async function sendOutbox(): Promise<void> {
  const who = account.value
  if (!who || outbox.sending) return
  const o = await offline()
  outbox.sending = true
  try {
    const result = await o.runQueue(who, o.serverSender, () => void refreshOutbox())
    if (result.sent || result.rejected) reached()
  } finally {
    outbox.sending = false
    await refreshOutbox()
  }
}

/** Puts an act into the outbox and tries to deliver it at once. */
export async function post(act: Act): Promise<number> {
  const o = await offline()
  const seq = await o.enqueue(account.value, act)
  await refreshOutbox()
  if (online.value) void sendOutbox()
  return seq
}

export async function startOutbox(): Promise<void> {
  await refreshOutbox()
  if (outbox.waiting) void sendOutbox()
  if (started) return
  started = true
  whenOnline(() => void sendOutbox())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && outbox.waiting) void sendOutbox()
  })
  setInterval(() => { if (outbox.waiting && navigator.onLine) void sendOutbox() }, AGAIN_MS)
  void offline().then((o) => o.tidyQueue(account.value))
}
