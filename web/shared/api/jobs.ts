import { get, href, path, post, type RequestOptions } from './client'
import type { Act, Page, RecordQuery, RegionRef } from './types'

/** Background work: it goes on when the page is left, and is found again here. */
export type JobState = 'queued' | 'running' | 'cancelling' | 'done' | 'failed' | 'cancelled'
/** What a preview proposes for one field: how often each option, or the sum. */
export interface Proposed { key: string; label: string; type: string; options?: { key: string; label: string; count: number }[]; sum?: number }
/** The same for the records of one division. */
export interface JobArea { region: RegionRef; n: number; counts: Record<string, Record<string, number>>; sums: Record<string, number> }
export interface JobReason { type: string; title: string; count: number }
export interface Job {
  id: string
  kind: string
  state: JobState
  done: number
  /** Of `done`. */
  failed: number
  /** 0 while it is not known yet. */
  total: number
  result: { reasons?: JobReason[]; proposed?: Proposed[]; areas?: number; [key: string]: unknown }
  fault?: { type: string; title: string }
  file?: { name: string; size: number; expires: string }
  created: string
  started?: string
  ended?: string
}
export interface JobItem { n: number; state: string; record?: { id: string; ref_no: string; title: string; stage_label: string }; type?: string; title?: string }

export const isOver = (job: Job): boolean => job.state === 'done' || job.state === 'failed' || job.state === 'cancelled'

export const listJobs = (query: { kind?: string; cursor?: string; limit?: number } = {}) => get<Page<Job>>('/jobs', query)
export const getJob = (id: string) => get<Job>(path('jobs', id))
export const cancelJob = (id: string) => post<Job>(path('jobs', id, 'cancel'))
export const jobItems = (id: string, query: { state?: string; cursor?: string } = {}) => get<Page<JobItem>>(path('jobs', id, 'items'), query)
export const jobAreas = (id: string, query: { cursor?: string } = {}) => get<Page<JobArea>>(path('jobs', id, 'areas'), query)
export const jobFileHref = (id: string): string => href(path('jobs', id, 'file'))

/** One thing to be done with many records: those named, or all that a list shows. */
export interface BulkAct {
  op: 'move' | 'match' | 'owner' | 'remind'
  move?: string
  act?: Act
  match?: string
  offers?: string[]
  account?: string
  org?: string
  ids?: string[]
  filter?: Omit<RecordQuery, 'cursor' | 'limit' | 'overdue' | 'running'> & { overdue?: boolean; running?: boolean }
}
export type ExportFormat = 'xlsx' | 'csv'
export const exportRecords = (format: ExportFormat, filter: NonNullable<BulkAct['filter']>, options?: RequestOptions) =>
  post<Job>('/records/export', { format, filter }, options)
export const checkBulk = (act: BulkAct, options?: RequestOptions) => post<Job>('/bulk', act, options)
export const confirmBulk = (id: string, options?: RequestOptions) => post<Job>(path('bulk', id, 'confirm'), undefined, options)
export const undoBulk = (id: string, options?: RequestOptions) => post<Job>(path('bulk', id, 'undo'), undefined, options)
