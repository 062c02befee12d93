import { get, href, path, post, queryString, remove } from './client'
import type { CellAnswer, Figure, Keyed, LedgerAnswer, LedgerRow, Page, PublicNotice, PublicTable, StatAnswer } from './types'

export interface PeriodQuery { period?: string; region?: string; by?: string; where?: string }

/** A ratio with nothing to divide by is not set; a small number is suppressed: neither is a zero. */
interface RawValue { value: number | null; set?: boolean; suppressed?: boolean }
const known = <T extends RawValue>(raw: T): T => ({ ...raw, value: raw.set === false || raw.suppressed ? null : raw.value })

export const dashboard = (program: string, query: PeriodQuery) =>
  get<{ items: Figure[] | null }>(path('programs', program, 'stats'), query).then(a => (a.items ?? []).map(known))
export const getStat = (program: string, stat: string, query: PeriodQuery) =>
  get<StatAnswer>(path('programs', program, 'stats', stat), query).then(a => ({ ...known(a), cells: (a.cells ?? []).map(known) }))
/** Groups name their rows by place in `rows`. */
interface RawLedger extends Omit<LedgerAnswer, 'groups'> {
  groups?: { key: string; label: string; rows: (number | LedgerRow)[]; total?: Record<string, unknown> }[] | null
}
export function readLedger(raw: RawLedger): LedgerAnswer {
  const rows = raw.rows ?? []
  const at = (row: number | LedgerRow): LedgerRow | undefined => typeof row === 'number' ? rows[row] : row
  return {
    ...raw, rows, columns: raw.columns ?? [], corrections: raw.corrections ?? [],
    groups: (raw.groups ?? []).map(g => ({ ...g, rows: (g.rows ?? []).map(at).filter(r => r !== undefined) })),
  }
}

export const listLedgers = (program: string) => get<Page<Keyed>>(path('programs', program, 'ledgers'))
export const getLedger = (program: string, ledger: string, query: PeriodQuery) =>
  get<RawLedger>(path('programs', program, 'ledgers', ledger), query).then(readLedger)
export const freezeLedger = (program: string, ledger: string, period: string) =>
  post<RawLedger>(path('programs', program, 'ledgers', ledger, 'freeze'), { period }).then(readLedger)
export const signLedger = (program: string, ledger: string, period: string) =>
  post<RawLedger>(path('programs', program, 'ledgers', ledger, 'sign'), { period }).then(readLedger)
/** What one figure of a ledger is made of. */
export const ledgerCell = (program: string, ledger: string, stat: string, query: { period: string; row?: string; part?: number; cursor?: string }) =>
  get<CellAnswer>(path('programs', program, 'ledgers', ledger, 'cells', stat), { ...query })
export const ledgerExport = (program: string, ledger: string, period: string) =>
  href(`${path('programs', program, 'ledgers', ledger)}/export.xlsx`, { period })
export const publicNotices = () => get<Page<PublicNotice>>('/public/notices')
export const publishNotice = (program: string, notice: string, target?: string) =>
  post<{ id: string }>(path('programs', program, 'notices', notice), target ? { target } : {})
export const programNotices = (program: string) =>
  get<{ items: PublicNotice[]; publish: { key: string; label: string }[] }>(path('programs', program, 'notices'))
export const myNotices = () => get<Page<PublicNotice>>('/notices')
export const getNotice = (id: string, page = 1) => get<PublicNotice>(path('notices', id), { page })
export const previewNotice = (program: string, notice: string, target?: string) =>
  get<PublicTable>(`${path('programs', program, 'notices', notice)}/preview`, { target })
export const stopNotice = (program: string, notice: string, id: string) =>
  remove(path('programs', program, 'notices', notice) + queryString({ id }))
