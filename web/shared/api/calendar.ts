import { get, path, post, remove } from './client'
import type { Page, RecordSummary } from './types'

/** A session on the calendar, with what this reader can do about it. */
export interface Occasion extends RecordSummary {
  name: string
  start: string
  end: string
  place?: string
  capacity?: number
  taken: number
  present: number
  open: { record: string; move: string; label: string; waits: boolean }[]
}
/** A move on a booking; a quick one asks for nothing and is one tap. */
export interface RollMove { key: string; label: string; quick: boolean; offline: boolean; phase?: string }
export interface RollRow extends RecordSummary {
  number?: number
  lane?: number
  heads: number
  in_at?: string
  out_at?: string
  moves: RollMove[]
}
export interface Roll { session: Occasion; rows: RollRow[] }
export interface MyBooking extends RecordSummary { name: string; start: string; end: string; place?: string; moves: RollMove[] }
export interface CalendarFeed { since?: string; path?: string }

export const listOccasions = (query: { program?: string; parent?: string; from?: string; to?: string; open?: boolean; cursor?: string; limit?: number }) =>
  get<Page<Occasion>>('/calendar', query)
export const getRoll = (id: string) => get<Roll>(path('records', id, 'roll'))
export const myBookings = () => get<Page<MyBooking>>('/calendar/mine')
export const getFeed = () => get<CalendarFeed>('/calendar/feed')
export const newFeed = () => post<CalendarFeed>('/calendar/feed', {})
export const endFeed = () => remove('/calendar/feed')

/** Sessions by their day in Beijing. */
export function byDay<T extends { start: string }>(items: T[]): { day: string; items: T[] }[] {
  const out: { day: string; items: T[] }[] = []
  for (const item of items) {
    const day = beijing(item.start).slice(0, 10)
    if (out.at(-1)?.day !== day) out.push({ day, items: [] })
    out.at(-1)!.items.push(item)
  }
  return out
}
/** "2026-11-22 14:00" of an instant. */
function beijing(at: string): string {
  return new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')
}
export const span = (start: string, end: string): string => `${beijing(start).slice(11)}–${beijing(end).slice(11)}`
/** A booking of an activity has no time of its own. */
export const timed = (start: string): boolean => Date.parse(start) > 0
