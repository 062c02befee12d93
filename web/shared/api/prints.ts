import { post } from './client'
import type { AccountRef, FormResponse, Instant, Keyed, PartyRef, RecordView, TextVersion } from './types'
import { readLedger } from './figures'

export interface PrintAct { sheet: string; program?: string; round?: string; party?: string; record?: string; pass?: string; document?: string; ledger?: string; period?: string; purpose: string }
export interface PrintContact { party: PartyRef; region?: string; address?: string; phone?: string; org?: string; state?: string }
export interface PrintDocument { id: string; label: string; serial: string; issued: Instant; state: string; check: boolean; cols: Keyed[]; heads?: Keyed[]; rows?: Record<string, string>[]; version?: number; texts?: TextVersion[]; files?: { field: string; name: string; size: number; sha256: string }[] }
/** A card with a code: what its page shows, and the path of that page. Given out once. */
export interface PrintCard { title: string; county: string; lines: Keyed[]; until?: Instant; path: string; logs: boolean }
export interface PrintView {
  sheet: string
  title: string
  county: string
  by: AccountRef
  org?: string
  at: Instant
  purpose: string
  contacts?: PrintContact[]
  more?: boolean
  record?: RecordView
  responses?: FormResponse[]
  document?: PrintDocument
  ledger?: ReturnType<typeof readLedger>
  card?: PrintCard
}
/** Takes a sheet out of the system: the server notes who, what and why. */
export const takeSheet = async (act: PrintAct): Promise<PrintView> => {
  const view = await post<PrintView>('/prints', act)
  return view.ledger ? { ...view, ledger: readLedger(view.ledger) } : view
}
