// What signing out does to the phone: copies and classed drafts go, the key that
// opened them goes, and what is not classed and not yet sent stays for the next
// sign-in of the same account (re-sealed open text is never made: unclassed rows
// keep their key).
import { phoneStore } from './db'
import { forgetCache } from './cache'
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
  const { drafts, queue, photos } = phoneStore()
  await forgetCache(account)
  await drafts.where('account').equals(account).filter((r) => r.classed).delete()
  await queue.where('account').equals(account).filter((r) => r.classed || r.state === 'sent').delete()
  const left = await leftovers(account)
  if (left.openUnsent + left.openDrafts > 0) return
  await photos.where('account').equals(account).delete()
  await forgetKey(account)
}
