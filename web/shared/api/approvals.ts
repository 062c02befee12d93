import { get, path, post, put, remove } from './client'
import type { OrgDraft, PostDraft } from './county'
import type { AccountRef, Instant, Page } from './types'

/** How the power over the county's own system is divided, and who holds which office. */
export interface Powers { powers: 'joint' | 'separated'; admins: number; security: number; auditors: number; days: number }
export const getPowers = () => get<Powers>('/powers')
export const setPowers = (powers: Powers['powers'], reason?: string) => put<Powers>('/powers', { powers, ...(reason ? { reason } : {}) })

export type ApprovalState = 'open' | 'granted' | 'applied' | 'refused' | 'withdrawn' | 'stale' | 'expired'
/** `words` names the texts that word before and after, where they are codes. */
export interface ApprovalLine { label: string; before?: string; after?: string; words?: string }
/** A change of a right: proposed by one officer, approved by another. */
export interface Approval {
  id: string; kind: string; label: string; about: string; lines: ApprovalLine[]
  proposer?: AccountRef; reason: string; state: ApprovalState; decider?: AccountRef; note?: string
  created: Instant; expires: Instant; decided?: Instant
  decide: boolean; withdraw: boolean; carry: boolean; bar?: string; account?: string
}
/** What is proposed; the reason is asked for beside it. */
export interface Proposal {
  kind: string; account?: string; membership?: string; phone?: string; org?: string
  memberships?: PostDraft[]; unit?: Partial<OrgDraft> & { rev?: number }
}
export const listApprovals = (query: { state?: 'open'; cursor?: string }) => get<Page<Approval>>('/approvals', query)
export const propose = (what: Proposal, reason: string) => post<Approval>('/approvals', { ...what, reason })
export const approveChange = (id: string, note: string) => post<Approval>(path('approvals', id, 'approve'), note ? { note } : {})
export const refuseChange = (id: string, note: string) => post<Approval>(path('approvals', id, 'refuse'), { note })
export const withdrawChange = (id: string) => remove(path('approvals', id))
