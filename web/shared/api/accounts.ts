import { get, href, path } from './client'
import type { Instant, Keyed, Page } from './types'

/** Accounts of hours, money, points: who holds what, and how it came about. Amounts are in the account's unit. */
export interface Holding { program: string; program_title: string; account: string; label: string; holder: Keyed; unit: string; amount: number; shown: string }
export interface StatementLine { id: string; at: Instant; what: string; record?: string; ref_no?: string; part?: string; amount: number; balance: number; undoes?: boolean }
export interface Statement {
  program: string
  account: string
  label: string
  unit: string
  holder: Keyed
  from?: string
  until: string
  opening: number
  in: number
  out: number
  closing: number
  count: number
  parts: Keyed[]
  items: StatementLine[]
  next: string | null
}
export interface StatementQuery { holder: string; from?: string; until?: string; cursor?: string; limit?: number }

/** Without a holder one's own. */
export const holdings = (holder?: string) => get<Page<Holding>>('/holdings', { holder }).then(a => a.items)
export const getStatement = (program: string, account: string, query: StatementQuery) =>
  get<Statement>(path('programs', program, 'accounts', account, 'entries'), { ...query })
export const statementExport = (program: string, account: string, query: StatementQuery): string =>
  href(`${path('programs', program, 'accounts', account)}/entries.xlsx`, { holder: query.holder, from: query.from, until: query.until })
