// What is to be reported in windows, as it stands now on this phone: the server's list,
// carried on to today when it is a copy of yesterday, and what waits in the outbox.
import type { CheckIn, CheckWindow } from '@linqiao/shared/api/windows'
import type { QueueItem } from '../offline/queue'

export type LineState = 'coming' | 'open' | 'kept' | 'done' | 'missed' | 'refused'
export interface CheckLine {
  key: string
  window: CheckWindow
  state: LineState
  /** When it was filled in, and when it reached the server, epoch ms. */
  at?: number
  received?: number
  why?: string
}
export interface CheckPerson { key: string; item: CheckIn; lines: CheckLine[] }
export interface CheckDuty { key: string; program: string; label: string; form: string; windows: CheckWindow[]; own: CheckPerson[]; group: CheckPerson[]; stale: boolean }

const DAY_MS = 86_400_000
const BEIJING_MS = 8 * 3_600_000
const dayOf = (at: number): number => Math.floor((at + BEIJING_MS) / DAY_MS)
/** A report that took longer than this on its way is said to have come later. */
const LATE_MS = 2 * 60_000

export const formPath = (item: CheckIn): string => `/parties/${item.party.id}/forms/${item.program}/${item.form}`
export const cameLate = (line: CheckLine): boolean => line.at !== undefined && line.received !== undefined && line.received - line.at > LATE_MS

/** Windows of today. Only what falls on every day can be carried on from a copy. */
function today(item: CheckIn, now: number): CheckWindow[] | undefined {
  const first = item.windows[0]
  if (!first) return item.windows
  const days = dayOf(now) - dayOf(Date.parse(first.opens))
  if (days === 0) return item.windows
  if (item.every !== 'day') return undefined
  const later = (at: string): string => new Date(Date.parse(at) + days * DAY_MS).toISOString()
  return item.windows.map(({ window, label, opens, closes }) => ({ window, label, opens: later(opens), closes: later(closes), state: 'coming' }))
}

function lineOf(item: CheckIn, window: CheckWindow, now: number, outbox: readonly QueueItem[]): CheckLine {
  const opens = Date.parse(window.opens), closes = Date.parse(window.closes)
  const line: CheckLine = { key: window.window, window, state: now < opens ? 'coming' : now < closes ? 'open' : 'missed' }
  if (window.state === 'done') return { ...line, state: 'done', at: window.at ? Date.parse(window.at) : undefined, received: window.received ? Date.parse(window.received) : undefined }
  const mine = outbox.filter((i) => i.path === formPath(item) && i.at >= opens && i.at <= closes)
  const sent = mine.find((i) => i.state === 'sent')
  if (sent) return { ...line, state: 'done', at: sent.at, received: sent.sentAt }
  const kept = mine.find((i) => i.state !== 'rejected')
  if (kept) return { ...line, state: 'kept', at: kept.at }
  const refused = mine[0]
  if (refused && line.state !== 'open') return { ...line, state: 'refused', at: refused.at, why: refused.refusal?.title }
  return { ...line, why: refused?.refusal?.title }
}

/** By duty: myself and whom I act for; then the groups I keep, those not yet heard of first. */
export function dutiesOf(list: readonly CheckIn[], now: number, outbox: readonly QueueItem[]): CheckDuty[] {
  const by = new Map<string, CheckDuty>()
  for (const item of list) {
    const key = `${item.program}/${item.duty}`
    const windows = today(item, now)
    const duty = by.get(key) ?? { key, program: item.program, label: item.label, form: item.form, windows: windows ?? [], own: [], group: [], stale: false }
    by.set(key, duty)
    if (!windows) { duty.stale = true; continue }
    const lines = windows.filter((w) => w.state !== 'none').map((w) => lineOf(item, w, now, outbox))
    ;(item.as === 'group' ? duty.group : duty.own).push({ key: `${key}/${item.party.id}`, item, lines })
  }
  for (const duty of by.values()) duty.group.sort((a, b) => Number(!openLine(a)) - Number(!openLine(b)))
  return [...by.values()]
}

/** The window in which somebody may report now. */
export const openLine = (person: CheckPerson): CheckLine | undefined => person.lines.find((l) => l.state === 'open')

/** How many wait for a report of this person now. */
export const waitingNow = (duties: readonly CheckDuty[]): number =>
  duties.reduce((n, d) => n + [...d.own, ...d.group].filter((p) => openLine(p)).length, 0)
