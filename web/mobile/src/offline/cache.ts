// The last seen copy of what the server said (my visits, a record, a program's
// words), sealed, so that pages open without a network. It is only a copy: it is
// replaced by every answer and thrown away at sign-out.
import { phoneStore } from './db'
import { seal, unseal, VaultClosed } from './vault'

export interface Remembered<T> {
  value: T
  /** When the server said so, epoch ms. */
  at: number
}

const idOf = (account: string, name: string) => `${account}|${name}`

export async function remember(account: string, name: string, value: unknown): Promise<void> {
  try {
    const body = await seal(account, value, true)
    await phoneStore().cache.put({ id: idOf(account, name), account, at: Date.now(), body })
  } catch (e) {
    if (!(e instanceof VaultClosed)) throw e
  }
}

/** Many at once: one write. */
export async function rememberAll(account: string, list: [name: string, value: unknown][]): Promise<void> {
  try {
    const at = Date.now()
    const rows = await Promise.all(list.map(async ([name, value]) => ({ id: idOf(account, name), account, at, body: await seal(account, value, true) })))
    await phoneStore().cache.bulkPut(rows)
  } catch (e) {
    if (!(e instanceof VaultClosed)) throw e
  }
}

export async function recall<T>(account: string, name: string): Promise<Remembered<T> | undefined> {
  const row = await phoneStore().cache.get(idOf(account, name))
  if (!row) return undefined
  try {
    return { value: await unseal<T>(account, row.body), at: row.at }
  } catch {
    return undefined
  }
}

/** Who is signed in on this phone: taking a key over sends everybody else's away. It is asked
 *  here and not of localStorage, which a browser may write to disk a minute late: a phone
 *  that dies after sign-in would have forgotten its owner. */
export async function lastAccount(): Promise<string | undefined> {
  const { keys, cache } = phoneStore()
  const rows = await cache.bulkGet((await keys.toCollection().primaryKeys()).map((account) => idOf(account, 'session')))
  return rows.filter((row) => row !== undefined).sort((a, b) => b.at - a.at)[0]?.account
}

export async function forgetCache(account: string): Promise<void> {
  await phoneStore().cache.where('account').equals(account).delete()
}

export async function forget(account: string, name: string): Promise<void> {
  await phoneStore().cache.delete(idOf(account, name))
}
