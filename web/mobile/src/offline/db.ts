// The phone's own store (IndexedDB through Dexie). It holds what must survive
// without a network: drafts, the outbox, photos on their way, and the last seen
// copy of lists. Everything about people is sealed by vault.ts before it gets
// here; only ids, states and times lie open. No network, no Vue.
import Dexie, { type Table } from 'dexie'

/** A value as it lies in the store: sealed, or open when it is not classed. */
export type Stored =
  | { sealed: ArrayBuffer; iv: Uint8Array<ArrayBuffer> }
  | { open: string }

export interface DraftRow {
  id: string
  account: string
  /** What the draft is for, e.g. `start/<program>/<record>/<move>`; several drafts may share it. */
  target: string
  updated: number
  /** Above class `personal`: purged at sign-out. */
  classed: boolean
  body: Stored
}

export type QueueState = 'waiting' | 'sending' | 'sent' | 'rejected'

export interface QueueRow {
  seq?: number
  /** Idempotency key: the same for every attempt to deliver this very act. */
  key: string
  account: string
  /** Record the act belongs to; acts on one record are delivered in order. */
  record: string
  state: QueueState
  tries: number
  classed: boolean
  /** When it happened (not when it was sent), epoch ms. */
  at: number
  sentAt?: number
  body: Stored
}

export interface PhotoRow {
  id: string
  account: string
  /** Idempotency key of the upload. */
  key: string
  classed: boolean
  mime: string
  made: number
  body: Stored
  /** An upload in parts that was begun: it goes on where it broke. */
  upload?: string
  /** Bytes the server has, for showing. */
  received?: number
  size?: number
  /** Id the server gave; once set, the photo is never uploaded again. */
  attachment?: string
}

export interface CacheRow {
  /** `<account>|<name>` */
  id: string
  account: string
  at: number
  body: Stored
}

export interface KeyRow {
  account: string
  key: CryptoKey
  /** First digits of the key the server gave; none on one made here. */
  mark?: string
}

/** A setting of the phone, of nobody in particular. */
export interface SettingRow {
  key: string
  value: string
}

export class PhoneStore extends Dexie {
  drafts!: Table<DraftRow, string>
  queue!: Table<QueueRow, number>
  photos!: Table<PhotoRow, string>
  cache!: Table<CacheRow, string>
  keys!: Table<KeyRow, string>
  settings!: Table<SettingRow, string>

  constructor(name = 'linqiao-phone') {
    super(name)
    this.version(1).stores({
      drafts: '&id, account, [account+target]',
      queue: '++seq, &key, account, [account+state], [account+record]',
      photos: '&id, account',
      cache: '&id, account',
      keys: '&account',
    })
    this.version(2).stores({ settings: '&key' })
  }
}

let store: PhoneStore | undefined

export function phoneStore(): PhoneStore {
  store ??= new PhoneStore()
  return store
}

/** Tests put a store of their own here. */
export function usePhoneStore(other: PhoneStore): void {
  store = other
}
