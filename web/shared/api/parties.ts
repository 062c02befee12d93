import { get, patch, path, post, remove, type RequestOptions } from './client'
import type { AccessEntry, ConsentStops, GroundUse, DutyItem, FileView, FormResult, Page, PartyKind, PartySummary, PartyView, TimelineEvent, Values } from './types'

export interface PartyQuery { kind?: string; q?: string; region?: string; tag?: string; cursor?: string; limit?: number }
export interface PartyDraft {
  kind: PartyKind
  name: string
  region?: string
  identifiers?: { uscc?: string; id_number?: string; phone?: string }
  place?: unknown
  tags?: string[]
  fields?: Values
}
export const listParties = (query: PartyQuery, options?: RequestOptions) => get<Page<PartySummary>>('/parties', query, options)
export const createParty = (draft: PartyDraft, options?: RequestOptions) => post<PartyView>('/parties', draft, options)
export const getParty = (id: string) => get<PartyView>(path('parties', id))
export const editParty = (id: string, rev: number, change: Partial<PartyDraft>) =>
  patch<PartyView>(path('parties', id), { rev, ...change }, { ifMatch: rev })
export const partyEvents = (id: string, cursor?: string) => get<Page<TimelineEvent>>(path('parties', id, 'events'), { cursor })
export const partyTasks = (id: string) => get<Page<DutyItem>>(path('parties', id, 'tasks'))
export const partyFiles = (id: string) => get<Page<FileView>>(path('parties', id, 'attachments'))
export const accessLog = (id: string, cursor?: string) => get<Page<AccessEntry>>(path('parties', id, 'access'), { cursor })
export const revealField = (id: string, field: string, purpose: string) =>
  post<{ value: string }>(path('parties', id, 'reveal'), { field, purpose })
export const giveConsent = (id: string, program: string, consent: string, body: { evidence: string; for?: string }) =>
  post<void>(path('parties', id, 'consents', program, consent), body)
export const withdrawConsent = (id: string, program: string, consent: string) =>
  remove(path('parties', id, 'consents', program, consent))
export const consentStops = (id: string, program: string, consent: string) =>
  get<ConsentStops>(path('parties', id, 'consents', program, consent, 'effects'))
/** `ground` "" breaks the glass. */
export const takeGround = (id: string, program: string, ground: string, reason: string) =>
  post<void>(ground ? path('parties', id, 'grounds', program, ground) : path('parties', id, 'glass', program), { reason })
export const listGrounds = (query: { party?: string; waiting?: boolean }) => get<Page<GroundUse>>('/grounds', query)
export const decideGround = (id: string, decision: string, text?: string) => post<void>(path('grounds', id, 'decision'), { decision, text })
export const addRelation = (id: string, kind: string, party: string) => post<void>(path('parties', id, 'relations'), { kind, party })
export const filePartyForm = (id: string, program: string, form: string, body: { answers: Values; at?: string }) =>
  post<FormResult>(path('parties', id, 'forms', program, form), body)
