// What signing out does to the phone: copies of what the server said go, and so do
// classed drafts and acts with their photos. What is not classed and not yet sent
// stays, sealed, for the next sign-in of the same account; when nothing stays, the key
// goes too.
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

export async function purge(account: string): Promise<void> {
  const { drafts, queue } = phoneStore()
  await forgetCache(account)
  await drafts.where('account').equals(account).filter((r) => r.classed).delete()
  await queue.where('account').equals(account).filter((r) => r.classed || r.state === 'sent').delete()
  await dropLoosePhotos(account)
  const left = await leftovers(account)
  if (left.openUnsent + left.openDrafts === 0) await forgetKey(account)
}

/** Photos that no draft and no waiting act names any more. */
async function dropLoosePhotos(account: string): Promise<void> {
  const kept = [...await listDrafts(account), ...await listQueue(account)]
  const named = new Set(photosIn(kept))
  await phoneStore().photos.where('account').equals(account).filter((p) => !named.has(p.id)).delete()
}
