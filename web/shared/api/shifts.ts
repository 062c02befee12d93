import { get, path, post, remove } from './client'
import type { Instant, Page } from './types'

/** One place on a duty roster, and a time in which a rank is empty. */
export interface ShiftPlace { account: { id: string; name: string }; rank: string; label: string; from: Instant; until: Instant; now: boolean }
export interface ShiftGap { rank: string; label: string; from: Instant; until: Instant }
export interface ShiftBoard { label: string; ranks: { key: string; label: string }[]; items: ShiftPlace[]; gaps: ShiftGap[]; can_keep: boolean }
const shifts = (program: string, roster: string) => path('programs', program, 'rosters', roster, 'shifts')
export const getShifts = (program: string, roster: string) => get<ShiftBoard>(shifts(program, roster))
export const addShifts = (program: string, roster: string, body: { from: Instant; until: Instant; ranks: Record<string, string[]> }) => post<void>(shifts(program, roster), body)
export const dropShift = (program: string, roster: string, place: ShiftPlace) =>
  remove(`${shifts(program, roster)}?${new URLSearchParams({ account: place.account.id, from: place.from })}`)

/** A thing that reports by itself. Its last position stands in its record alone. */
export interface DeviceState { seen?: Instant; at?: Instant; place?: { lat: number; lng: number }; battery?: number; state: 'ok' | 'low' | 'silent' | 'new'; alarms?: number }
export interface DeviceRow { record: { id: string; title: string; stage_label: string; phase: string; ref_no: string }; number?: string; wearer?: string; device?: DeviceState }
export const listDevices = (program: string, key: string, cursor?: string) => get<Page<DeviceRow> & { label: string }>(path('programs', program, 'devices', key), { cursor })
/** A record of a thing that reports by itself carries how it fares. */
export interface WithDevice { device?: DeviceState }
