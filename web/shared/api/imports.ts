import { get, href, path, post, put, queryString, remove, type RequestOptions } from './client'
import type { AccountRef, Instant, Page } from './types'

/** Rosters from spreadsheets: sent, checked line by line, written on the word, taken back. */
export type ImportState = 'reading' | 'mapping' | 'checking' | 'checked' | 'writing' | 'done' | 'undoing' | 'undone' | 'failing' | 'failed' | 'dropped' | 'expired'
export type LineState = 'good' | 'warning' | 'alike' | 'duplicate' | 'fault' | 'skipped'
export interface ImportTarget { key: string; label: string; needed?: boolean; hint?: string }
export interface ImportKind { kind: string; program?: string; record?: string; label: string; fields: ImportTarget[] }
export interface ImportColumn { at: number; letter: string; label: string; key: string; twin?: boolean; sample: string[] }
export interface Import {
  id: string
  kind: string
  label: string
  program?: string
  record?: string
  name: string
  state: ImportState
  by?: AccountRef
  created: Instant
  total: number
  done: number
  counts: Record<LineState | 'kept', number>
  written: number
  removed: number
  fault?: { code: string; title: string; detail?: string }
  sheet?: string
  sheets?: number
  encoding?: string
  head_line: number
  remembered?: boolean
  columns?: ImportColumn[]
  fields?: ImportTarget[]
  can: { open: boolean; map: boolean; confirm: boolean; drop: boolean; undo: boolean }
  undo_until?: Instant
  rev: number
}
export interface ImportNote { column: string; letter?: string; code: string; message: string; value?: string; fault: boolean }
export interface ImportRow {
  row: number
  name: string
  state: LineState
  notes: ImportNote[]
  on_file?: { id: string; kind: 'party' | 'org' | 'record'; name: string }
  like?: number
  kept?: string
  made?: string
}

/** The background works on it: ask again. */
export const isBusy = (state: ImportState): boolean => ['reading', 'checking', 'writing', 'undoing', 'failing'].includes(state)

export const importKinds = () => get<Page<ImportKind>>('/imports/kinds')
export const listImports = (cursor?: string) => get<Page<Import>>('/imports', { cursor })
export const getImport = (id: string) => get<Import>(path('imports', id))
export const importRows = (id: string, state: string, cursor?: string) => get<Page<ImportRow>>(`${path('imports', id)}/rows`, { state, cursor, limit: 50 })
export function startImport(kind: ImportKind, file: File, options?: RequestOptions): Promise<Import> {
  const body = new FormData()
  body.append('kind', kind.kind)
  if (kind.program) body.append('program', kind.program)
  if (kind.record) body.append('record', kind.record)
  body.append('file', file, file.name)
  return post<Import>('/imports', body, options)
}
export const mapImport = (id: string, body: { head_line: number; columns: { at: number; key: string }[]; rev: number }, options?: RequestOptions) =>
  put<Import>(`${path('imports', id)}/mapping`, body, options)
export const confirmImport = (id: string, body: { skip_bad: boolean; skip_alike: boolean; leave_out: number[]; rev: number }, options?: RequestOptions) =>
  post<Import>(`${path('imports', id)}/confirm`, body, options)
/** Gives it up before it is written, takes it back afterwards. */
export const takeBackImport = (id: string, options?: RequestOptions) => remove<Import>(path('imports', id), options)
export const templateHref = (kind: ImportKind): string => href('/imports/template.xlsx') + queryString({ kind: kind.kind, program: kind.program, record: kind.record })
export const verdictHref = (id: string, state = ''): string => href(`${path('imports', id)}/verdict.xlsx`) + queryString({ state })
