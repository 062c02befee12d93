import { get, href, path, post } from './client'
import type { Figure, Keyed, LedgerAnswer, Page, PublicNotice, StatAnswer } from './types'

export interface PeriodQuery { period?: string; region?: string; by?: string; where?: string }
export const dashboard = (program: string, query: PeriodQuery) => get<{ items: Figure[] }>(path('programs', program, 'stats'), query)
export const getStat = (program: string, stat: string, query: PeriodQuery) =>
  get<StatAnswer>(path('programs', program, 'stats', stat), query)
export const listLedgers = (program: string) => get<Page<Keyed>>(path('programs', program, 'ledgers'))
export const getLedger = (program: string, ledger: string, query: PeriodQuery) =>
  get<LedgerAnswer>(path('programs', program, 'ledgers', ledger), query)
export const freezeLedger = (program: string, ledger: string, period: string) =>
  post<LedgerAnswer>(path('programs', program, 'ledgers', ledger, 'freeze'), { period })
export const signLedger = (program: string, ledger: string, period: string) =>
  post<LedgerAnswer>(path('programs', program, 'ledgers', ledger, 'sign'), { period })
export const ledgerExport = (program: string, ledger: string, period: string) =>
  href(`${path('programs', program, 'ledgers', ledger)}/export.xlsx`, { period })
export const publicNotices = () => get<Page<PublicNotice>>('/public/notices')
export const publishNotice = (program: string, notice: string, target: string) =>
  post<PublicNotice>(path('programs', program, 'notices', notice), { target })
