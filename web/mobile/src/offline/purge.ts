// What signing out does to the phone: copies of what the server said go, and the key
// always goes with them, so that the next person sees nothing. What was not sent is
// the person's to decide: kept sealed (unreadable until the same person signs in
// again), or, for what holds sensitive answers, deleted.
import { photosIn } from './bodies'
import { forgetCache } from './cache'
import { phoneStore } from './db'
import { listDrafts } from './drafts'
import { listQueue } from './queue'
import { forgetKey } from './vault'

export interface Leftovers {
  /** Not yet delivered, of a class that may not stay on the phone. */
  classedUnsent: number
  classedDrafts: number
  /** May stay. */
  openUnsent: number
  openDrafts: number
}

export async function leftovers(account: string): Promise<Leftovers> {
  const { drafts, queue } = phoneStore()
  const d = await drafts.where('account').equals(account).toArray()
  const q = (await queue.where('account').equals(account).toArray()).filter((r) => r.state !== 'sent')
  const count = (rows: { classed: boolean }[], classed: boolean) => rows.filter((r) => r.classed === classed).length
  return {
    classedUnsent: count(q, true), classedDrafts: count(d, true),
    openUnsent: count(q, false), openDrafts: count(d, false),
  }
}

/** `keep`: sensitive drafts and acts stay too, sealed. */
export async function purge(account: string, keep = false): Promise<void> {
  const { drafts, queue, photos } = phoneStore()
  await forgetCache(account)
  if (!keep) await drafts.where('account').equals(account).filter((r) => r.classed).delete()
  await queue.where('account').equals(account).filter((r) => r.state === 'sent' || (r.classed && !keep)).delete()
  await dropLoosePhotos(account)
  // A key that the server did not give cannot come back: what it sealed must go with it.
  const key = await phoneStore().keys.get(account)
  if (key && !key.mark) {
    await Promise.all([drafts, queue, photos].map((table) => table.where('account').equals(account).delete()))
  }
  await forgetKey(account)
}

/** Photos that no draft and no waiting act names any more. */
async function dropLoosePhotos(account: string): Promise<void> {
  const kept = [...await listDrafts(account), ...await listQueue(account)]
  const named = new Set(photosIn(kept))
  await phoneStore().photos.where('account').equals(account).filter((p) => !named.has(p.id)).delete()
}
