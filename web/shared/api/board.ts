import { get, path } from './client'
import type { RecordSummary } from './types'

/** The dispatch board of one kind of order: what waits, then the running stages, each the longest overdue first. */
export interface BoardColumn {
  key: string
  label: string
  /** Kind of its cards. */
  record: string
  waits?: boolean
  /** Of the whole column; `more` says it is more than that. */
  count: number
  more?: boolean
  late: number
  items: RecordSummary[]
  next: string | null
}
export interface BoardQuery { region?: string; overdue?: string; column?: string; cursor?: string; limit?: number }

export const getBoard = (program: string, order: string, query: BoardQuery = {}) =>
  get<{ columns: BoardColumn[] }>(path('programs', program, 'board', order), { ...query }).then(a => a.columns)
