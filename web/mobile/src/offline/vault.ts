// Seals what the phone keeps about people. One AES-GCM key per account, made
// here, not extractable, lying in IndexedDB; signing out throws it away, and
// with it whatever was sealed. Without WebCrypto (a page not served over HTTPS)
// classed values are refused rather than stored open.
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

export async function sealBytes(account: string, bytes: Uint8Array<ArrayBuffer>): Promise<Stored> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await keyOf(account), bytes)
  return { sealed, iv }
}

export async function openBytes(account: string, stored: Stored): Promise<Uint8Array<ArrayBuffer>> {
  if ('open' in stored) return new TextEncoder().encode(stored.open)
  const clear = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: stored.iv }, await keyOf(account), stored.sealed)
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

/** After this nothing sealed for the account can be read again. */
export async function forgetKey(account: string): Promise<void> {
  await phoneStore().keys.delete(account)
}
