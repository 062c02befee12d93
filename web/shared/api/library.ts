import { get, path } from './client'
import type { Keyed, Page } from './types'

export type ItemKind = 'article' | 'audio' | 'video'
/** A content library that the reader may look into. */
export interface LibraryRef {
  program: string
  program_title: string
  key: string
  label: string
  public: boolean
  topics: (Keyed & { count: number })[]
  county: string
}
export interface LibraryCard {
  id: string
  title: string
  lead?: string
  kind: ItemKind
  topics: Keyed[]
  published: string
  /** Openings on days that are over. */
  opened: number
}
export interface LibraryPage extends LibraryRef { items: LibraryCard[]; next: string | null }
export interface TextBlock { kind: 'para' | 'head' | 'list' | 'steps'; text?: string; items?: string[] }
export interface LibraryItem extends LibraryCard {
  program: string
  library: string
  label: string
  by?: string
  text: TextBlock[]
  media?: { mime: string; size: number }
  transcript: TextBlock[]
  captions: boolean
}
/** An item as those who keep the library see it: drafts and withdrawn ones, too. */
export interface ShelvedItem {
  id: string
  title: string
  stage_label: string
  phase: string
  kind?: ItemKind
  published?: string
  opened: number
  /** Openings of the last days that are over, the oldest first. */
  days: { day: string; n: number }[]
}
export interface LibraryDesk {
  label: string
  record: string
  public: boolean
  /** Labels of the roles that may read; none when everybody may. */
  to: string[]
  begin: Keyed[]
  items: ShelvedItem[]
  next: string | null
}

export const listLibraries = () => get<Page<LibraryRef>>('/libraries')
export const getLibrary = (program: string, key: string, query: { topic?: string; q?: string; cursor?: string; limit?: number }) =>
  get<LibraryPage>(path('libraries', program, key), query)
export const getLibraryItem = (id: string) => get<LibraryItem>(path('library-items', id))
export const mediaAddress = (id: string): string => `/api/v1${path('library-items', id, 'media')}`
export const captionsAddress = (id: string): string => `/api/v1${path('library-items', id, 'captions')}`
export const getLibraryDesk = (program: string, key: string, cursor?: string) => get<LibraryDesk>(path('programs', program, 'libraries', key), { cursor })
