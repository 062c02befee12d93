import { get, path } from './client'
import type { Field, Keyed, MatchResult, Page, PartyRef, RecordSummary, Values, Verdict } from './types'

/** One kind of offer that the reader may look through. */
export interface ShelfRef {
  program: string
  program_title: string
  record: string
  label: string
  offers: string
  /** For whom the reader could choose. */
  parties: PartyRef[]
}
export interface ShelfItem extends Omit<MatchResult, 'sent' | 'verdict'> { verdict?: Verdict }
export interface ShelfFacet extends Keyed { options: (Keyed & { count: number })[] }
export interface ShelfView extends ShelfRef {
  match?: string
  max?: number
  subject?: PartyRef
  /** Of the need: what the conditions read. */
  asks: Field[]
  /** How a need is filed by oneself. */
  begin?: { record: string; move: string; label: string }
  /** Running needs of the party. */
  needs: RecordSummary[]
  facets: ShelfFacet[]
  total: number
  items: ShelfItem[]
  next?: string
}
export interface ShelfQuery { subject?: string; need?: Values; q?: string; where?: Record<string, string>; cursor?: string; limit?: number }

export const listShelves = () => get<Page<ShelfRef>>('/offers')
export function getShelf(program: string, record: string, { need, where, ...query }: ShelfQuery) {
  const options = Object.entries(where ?? {}).filter(([, v]) => v).map(([k, v]) => `${k}:${v}`).join(',')
  return get<ShelfView>(path('programs', program, 'offers', record), {
    ...query, where: options || undefined, need: need && Object.keys(need).length ? JSON.stringify(need) : undefined,
  })
}
