import { get, path, post, put } from './client'
import type { AccountRef, Page, PartyRef, RegionRef } from './types'

/** One window of a duty on one day: 07:00–09:00. */
export interface DutyWindow {
  id: string
  window: string
  label: string
  day: string
  opens: string
  closes: string
  state: 'open' | 'closed'
  due: number
  done: number
  missed: number
  /** Only for those who may read the answers. */
  urgent?: number
}
export interface WindowBoard {
  program: string
  duty: string
  label: string
  form: string
  every: string
  windows: DutyWindow[]
  next?: string
  roster?: string
  groups: boolean
  keepers: boolean
  now: string
}
export interface WindowGroup { region?: RegionRef; people: AccountRef[]; due: number; done: number; missed: number; urgent?: number }
export interface WindowDetail extends DutyWindow { program: string; duty: string; title: string; groups: WindowGroup[]; can_remind: boolean }
export interface WindowRow {
  id: string
  party?: PartyRef
  phone?: string
  region?: RegionRef
  state: 'waiting' | 'done' | 'missed'
  /** When it was filled, by the clock of whoever filled it. */
  at?: string
  /** When it reached the server. */
  received?: string
  by?: AccountRef
  urgent?: boolean
  brief?: string
  reminded?: boolean
}
export interface CheckWindow { window: string; label: string; opens: string; closes: string; state: 'coming' | 'open' | 'done' | 'missed' | 'none'; at?: string; received?: string }
export interface CheckIn { program: string; duty: string; label: string; form: string; every: string; party: PartyRef; as: 'self' | 'ward' | 'group'; windows: CheckWindow[] }
export interface Keepers { roster: string; label: string; one: boolean; can_keep: boolean; groups: { region: RegionRef; people: AccountRef[] }[]; staff: AccountRef[] }

export const windowBoard = (program: string, duty: string) => get<WindowBoard>(path('programs', program, 'duties', duty, 'windows'))
export const getWindow = (id: string) => get<WindowDetail>(path('duty-windows', id))
export const windowRows = (id: string, query: { state?: string; region?: string; cursor?: string }) => get<Page<WindowRow>>(path('duty-windows', id, 'items'), query)
export const remindWindow = (id: string, idempotencyKey?: string) => post<{ told: number; unreached: number }>(path('duty-windows', id, 'remind'), {}, { idempotencyKey })
export const getCheckIns = () => get<Page<CheckIn>>('/check-ins')
export const getKeepers = (program: string, roster: string) => get<Keepers>(path('programs', program, 'rosters', roster, 'keepers'))
export const setKeeper = (program: string, roster: string, body: { region: string; account: string }, idempotencyKey?: string) =>
  put<Keepers>(path('programs', program, 'rosters', roster, 'keepers'), body, { idempotencyKey })
