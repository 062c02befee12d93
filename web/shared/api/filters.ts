import { get, path, post, remove, type RequestOptions } from './client'
import type { AccountRef, Page } from './types'

/** A list's filters under a name. */
export interface SavedFilter { id: string; list: string; name: string; filters: Record<string, string>; shared: boolean; mine: boolean; by?: AccountRef }

export const listFilters = (list: string) => get<Page<SavedFilter>>('/filters', { list })
export const saveFilter = (body: { list: string; name: string; filters: Record<string, string>; shared: boolean }, options?: RequestOptions) =>
  post<SavedFilter>('/filters', body, options)
export const dropFilter = (id: string) => remove(path('filters', id))
