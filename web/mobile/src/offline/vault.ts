// Seals what the phone keeps about people. One AES-GCM key per account: the server
// gives it at sign-in, here it lies in IndexedDB, not extractable; it leaves the phone
// at sign-out. What was sealed and not yet sent stays as bytes that nobody can read
// until the same person signs in again. Without WebCrypto (a page not served over
// HTTPS) classed values are refused rather than stored open.
import { phoneStore, type Stored } from './db'

export class VaultClosed extends Error {
  constructor() {
    super('no WebCrypto: classed values are not stored')
    this.name = 'VaultClosed'
  }
}

export function vaultOpen(): boolean {
  return typeof crypto !== 'undefined' && !!crypto.subtle
}

async function keyOf(account: string): Promise<CryptoKey> {
  const { keys } = phoneStore()
  const row = await keys.get(account)
  if (row) return row.key
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  try {
    await keys.add({ account, key })
    return key
  } catch {
    // Another tab made one first: that one counts.
    return (await keys.get(account))!.key
  }
}

const fromHex = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(hex.match(/../g) ?? [], (b) => parseInt(b, 16))

/** Takes the account's key over from the server. What another key has sealed (one made
 *  here before the first sign-in was answered) is sealed again. */
export async function takeKey(account: string, hex: string | undefined): Promise<void> {
  if (!vaultOpen() || !hex || hex.length !== 64) return
  const { keys } = phoneStore()
  const row = await keys.get(account)
  const mark = hex.slice(0, 8)
  if (row?.mark === mark) return
  const key = await crypto.subtle.importKey('raw', fromHex(hex), 'AES-GCM', false, ['encrypt', 'decrypt'])
  if (row) await reseal(account, row.key, key)
  await keys.put({ account, key, mark })
  await forgetOthers(account)
}

/** Whoever used this phone before and did not sign out: his copies go, his key comes back
 *  when he signs in again. */
async function forgetOthers(account: string): Promise<void> {
  const { keys, cache } = phoneStore()
  await keys.filter((k) => k.account !== account && !!k.mark).delete()
  await cache.filter((c) => c.account !== account).delete()
}

async function reseal(account: string, from: CryptoKey, to: CryptoKey): Promise<void> {
  const { drafts, queue, photos, cache } = phoneStore()
  await cache.where('account').equals(account).delete()
  for (const table of [drafts, queue, photos] as { where: typeof drafts.where; update: (key: never, change: { body: Stored }) => Promise<number> }[]) {
    for (const row of await table.where('account').equals(account).toArray()) {
      if (!('sealed' in row.body)) continue
      const clear = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: row.body.iv }, from, row.body.sealed).catch(() => undefined)
      if (!clear) continue // sealed by the server's key already
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, to, clear)
      const key = (row as unknown as { seq?: number }).seq ?? row.id
      await table.update(key as never, { body: { sealed, iv } })
    }
  }
}

export async function sealBytes(account: string, bytes: Uint8Array<ArrayBuffer>): Promise<Stored> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await keyOf(account), bytes)
  return { sealed, iv }
}

export async function openBytes(account: string, stored: Stored): Promise<Uint8Array<ArrayBuffer>> {
  if ('open' in stored) return new TextEncoder().encode(stored.open)
  const row = await phoneStore().keys.get(account)
  if (!row) throw new VaultClosed() // signed out: sealed until the same person signs in
  const clear = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: stored.iv }, row.key, stored.sealed)
  return new Uint8Array(clear)
}

export async function seal(account: string, value: unknown, classed: boolean): Promise<Stored> {
  const text = JSON.stringify(value ?? null)
  if (!vaultOpen()) {
    if (classed) throw new VaultClosed()
    return { open: text }
  }
  return sealBytes(account, new TextEncoder().encode(text))
}

export async function unseal<T>(account: string, stored: Stored): Promise<T> {
  if ('open' in stored) return JSON.parse(stored.open) as T
  return JSON.parse(new TextDecoder().decode(await openBytes(account, stored))) as T
}

/** After this nothing sealed for the account can be read until the server gives its key again. */
export async function forgetKey(account: string): Promise<void> {
  await phoneStore().keys.delete(account)
}
