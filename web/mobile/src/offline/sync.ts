// What this person will need at a door without a network: the server's pages are stored
// as copies under the names the pages read them by, beside a small sealed index to
// search in. What should not be held any more is dropped. One run at a time; it goes on
// where it broke.
import { get } from '@linqiao/shared/api/client'
import type { DutyItem, PartyView, RecordView } from '@linqiao/shared/api/types'
import { forget, recall, remember, rememberAll } from './cache'

interface SyncItem { kind: 'record' | 'party'; key: string; id?: string; value?: RecordView | PartyView }
interface SyncPage {
  items: SyncItem[]
  cursor: string
  more: boolean
  whole: boolean
  held?: { count: number; mark: string }
  duties?: DutyItem[]
  programs?: { program: string; version: number }[]
}

/** What is found by: enough for a line of a list. */
export interface HeldEntry {
  kind: 'record' | 'party'
  id?: string
  title?: string
  sub?: string
  /** Lower-case text that is searched in. */
  words?: string
  program?: string
  version?: number
}

export interface Held {
  cursor: string
  /** Keys seen in a run that began anew and is not over. */
  seen?: string[]
  entries: Record<string, HeldEntry>
  duties: DutyItem[]
  at: number
}

const NAME = 'held'
const EMPTY: Held = { cursor: '', entries: {}, duties: [], at: 0 }

/** Pages and keys come from here; tests give their own. */
export interface HeldSource {
  page(cursor: string): Promise<SyncPage>
  keys(): Promise<string[]>
}

export const heldServer: HeldSource = {
  page: (cursor) => get<SyncPage>('/sync', { cursor }),
  keys: async () => (await get<{ items: string[] }>('/sync/keys')).items,
}

export const loadHeld = async (account: string): Promise<Held> => (await recall<Held>(account, NAME))?.value ?? { ...EMPTY, entries: {} }

function entryOf(item: SyncItem): HeldEntry {
  if (item.kind === 'party') {
    const p = item.value as PartyView
    return { kind: 'party', id: p.id, title: p.name, sub: p.region?.name, words: [p.name, p.uscc, p.region?.name, ...(p.tags ?? [])].filter(Boolean).join(' ').toLowerCase() }
  }
  const r = item.value as RecordView
  return {
    kind: 'record', id: r.id, title: r.title, sub: `${r.record_label} · ${r.stage_label}`, program: r.program, version: r.version,
    words: [r.title, r.ref_no, r.record_label, r.stage_label, r.region?.name, r.subject?.name, ...Object.values(r.labels ?? {})].filter(Boolean).join(' ').toLowerCase(),
  }
}

/** All keys XORed, as the server counts them. */
export const markOf = (keys: string[]): string =>
  keys.reduce((sum, k) => sum ^ BigInt(`0x${k}`), 0n).toString(16).padStart(16, '0')

async function drop(account: string, held: Held, key: string): Promise<void> {
  const entry = held.entries[key]
  if (entry?.id) await forget(account, `${entry.kind}/${entry.id}`)
  delete held.entries[key]
}

async function take(account: string, held: Held, items: SyncItem[], shape: (r: RecordView) => RecordView): Promise<void> {
  const copies: [string, unknown][] = []
  for (const item of items) {
    if (!item.value || !item.id) {
      await drop(account, held, item.key)
      held.entries[item.key] = { kind: item.kind }
      continue
    }
    const value = item.kind === 'record' ? shape(item.value as RecordView) : item.value
    copies.push([`${item.kind}/${item.id}`, value])
    held.entries[item.key] = entryOf({ ...item, value })
  }
  await rememberAll(account, copies)
}

/** One run; the number of things that came. `shape` gives a record's view the form pages read. */
export async function syncHeld(account: string, source: HeldSource = heldServer, shape: (r: RecordView) => RecordView = (r) => r): Promise<{ held: Held; came: number }> {
  const held = await loadHeld(account)
  let came = 0
  for (;;) {
    const page = await source.page(held.cursor)
    came += page.items.length
    await take(account, held, page.items, shape)
    if (page.whole) held.seen = [...(held.seen ?? []), ...page.items.map((i) => i.key)]
    held.cursor = page.cursor
    if (!page.more) {
      await settle(account, held, page, source)
      held.at = Date.now()
      await remember(account, NAME, held)
      return { held, came }
    }
    await remember(account, NAME, held)
  }
}

async function settle(account: string, held: Held, page: SyncPage, source: HeldSource): Promise<void> {
  if (page.whole) {
    const seen = new Set(held.seen)
    for (const key of Object.keys(held.entries)) if (!seen.has(key)) await drop(account, held, key)
  }
  held.seen = undefined
  held.duties = page.duties ?? []
  const keys = Object.keys(held.entries)
  if (!page.held || (keys.length === page.held.count && markOf(keys) === page.held.mark)) return
  const should = new Set(await source.keys())
  for (const key of keys) if (!should.has(key)) await drop(account, held, key)
  // Something is here that the phone has not: the next run begins anew.
  if ([...should].some((key) => !held.entries[key])) held.cursor = ''
}

/** Lines that hold every word typed, people first. */
export function findHeld(held: Held, query: string, most = 50): HeldEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const all = Object.values(held.entries).filter((e) => e.id && words.every((w) => e.words?.includes(w)))
  return all.sort((a, b) => Number(a.kind === 'record') - Number(b.kind === 'record') || (a.title ?? '').localeCompare(b.title ?? '', 'zh-CN', { numeric: true })).slice(0, most)
}
