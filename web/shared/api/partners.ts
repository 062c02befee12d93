import { get, patch, path, post, remove } from './client'
import type { Instant, Page } from './types'

/** A field of a mapping: what it is called at either side, and whose value stands. */
export interface PartnerField { name: string; label: string; class: string; granted: boolean; wins: '' | 'ours' | 'theirs' | 'newer' | 'ask' }
export interface PartnerKind { key: string; label: string; in: boolean; out: boolean; fields: PartnerField[] }
export type PartnerState = 'ok' | 'waiting' | 'closed' | 'off' | 'unused'
/** A system in step with a program. Its address and keys are only ever written; a new key comes once, as `key`. */
export interface Partner {
  id: string; name: string; program: string; program_title: string; mapping: string; mapping_label: string; ceiling: string
  push: boolean; pull: boolean; active: boolean; path: string; host?: string; way: boolean; key?: string; keyed: boolean; renewed: boolean
  state: PartnerState; open_at?: Instant; last_ok?: Instant; last_fail?: Instant; last_in?: Instant; error?: string; problem?: string
  queued: number; dead: number; held: number; conflicts: number; filling: boolean; asks: string[]; records: PartnerKind[]; rev: number
}
/** A mapping to which a system can be tied. */
export interface Mapping { program: string; program_title: string; key: string; label: string; ceiling: string; records: PartnerKind[] }
export interface PartnerDraft { name?: string; program?: string; mapping?: string; ceiling?: string; url?: string; key?: string; push?: boolean; pull?: boolean; active?: boolean }
export const ITEM_STATES = ['queued', 'dead', 'held', 'sent', 'taken', 'dropped'] as const
export type ItemState = (typeof ITEM_STATES)[number]
/** One event that went out or came in: by record and reason, never by content. */
export interface PartnerItem { id: string; kind: string; ref_no?: string; type?: 'changed' | 'withdrawn'; state: ItemState; tries?: number; at: Instant; next?: Instant; error?: string; problem?: string }
export type Redo = 'resend' | 'retake' | 'drop'
export const listPartners = () => get<{ items: Partner[]; mappings: Mapping[] }>('/partners')
export const createPartner = (body: PartnerDraft) => post<Partner>('/partners', body)
export const editPartner = (id: string, rev: number, body: PartnerDraft) => patch<Partner>(path('partners', id), { rev, ...body })
export const newPartnerKey = (id: string) => post<Partner>(path('partners', id, 'key'))
export const revokePartnerKey = (id: string) => remove(path('partners', id, 'key'))
export const partnerItems = (id: string, state: string, cursor?: string) => get<Page<PartnerItem>>(path('partners', id, 'items'), { state, cursor })
export const redoPartner = (id: string, body: { ids?: string[]; all?: boolean; what: Redo }) => post<{ done: number; left: number; more: boolean }>(path('partners', id, 'redo'), body)

/** A field that this side and a system in step have both changed. */
export interface Conflict { id: string; partner: string; record: { id: string; title: string; label?: string }; field: string; label: string; ours_shown: string; theirs_shown: string; older: boolean; at: Instant; rev: number }
export const listConflicts = (program: string, cursor?: string) => get<Page<Conflict>>(path('programs', program, 'conflicts'), { cursor })
export const decideConflict = (id: string, pick: 'ours' | 'theirs', rev: number) => post<void>(path('conflicts', id), { pick, rev })
