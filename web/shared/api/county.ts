import { get, patch, path, post, remove, type RequestOptions } from './client'
import type { Account, Org, Page, Region } from './types'

export const listRegions = (query: { parent?: string; level?: string; cursor?: string; limit?: number } = {}) =>
  get<Page<Region>>('/regions', query)
export const createRegion = (body: { parent: string; name: string; level: string; code?: string }) => post<Region>('/regions', body)

export interface OrgQuery { kind?: string; q?: string; region?: string; cursor?: string; limit?: number }
export interface OrgDraft {
  name: string
  kind: string
  level?: string
  region?: string
  short_name?: string
  phone?: string
  tags?: string[]
  area?: string[]
}
export const listOrgs = (query: OrgQuery = {}, options?: RequestOptions) => get<Page<Org>>('/orgs', query, options)
export const getOrg = (id: string) => get<Org>(path('orgs', id))
export const createOrg = (body: OrgDraft) => post<Org>('/orgs', body)
export const editOrg = (id: string, rev: number, body: Partial<OrgDraft>) => patch<Org>(path('orgs', id), { rev, ...body })

/** A post from its first to its last day; empty is at once, and open. */
export interface PostDraft { org: string; region?: string; post?: string; role?: string; from?: string; until?: string }
export interface AccountDraft {
  login: string
  name: string
  password?: string
  phone?: string
  party?: string
  memberships: PostDraft[]
  /** Why, where somebody else has to approve the posts. */
  reason?: string
}
export const listAccounts = (query: { q?: string; org?: string; state?: string; cursor?: string; limit?: number } = {}) =>
  get<Page<Account>>('/accounts', query)
export interface Colleague { id: string, name: string, org?: { id: string, name: string, kind: string } }
/** Colleagues by a part of their name: for handing over, and for fields that hold a person in charge. */
export const findStaff = (q: string) => get<Page<Colleague>>('/staff', { q })
export const createAccount = (body: AccountDraft) => post<Account>('/accounts', body)
export const editAccount = (id: string, rev: number, body: { name?: string; phone?: string }) => patch<Account>(path('accounts', id), { rev, ...body }, { ifMatch: rev })
export const addMembership = (id: string, body: PostDraft) =>
  post<Account>(path('accounts', id, 'memberships'), body)
export const removeMembership = (id: string, membership: string) => remove(path('accounts', id, 'memberships', membership))
export const lockAccount = (id: string) => post<void>(path('accounts', id, 'lock'))
export const unlockAccount = (id: string) => post<void>(path('accounts', id, 'unlock'))
export const resetPassword = (id: string) => post<{ password?: string }>(path('accounts', id, 'password'))
