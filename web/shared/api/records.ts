import { get, patch, path, post, type RequestOptions } from './client'
import type {
  Act, CustodyView, FileView, FormResponse, FormResult, MatchAnswer, Page, RecordQuery, RecordSummary,
  RecordView, TimelineEvent, Values,
} from './types'

const LISTS = ['stages_walked', 'clocks', 'moves', 'matches', 'forms', 'signatures', 'children'] as const
/** An empty list may come as null: screens need not ask. */
export function whole(view: RecordView): RecordView {
  const out = { ...view, fields: view.fields ?? {} }
  for (const key of LISTS) (out as Record<string, unknown>)[key] ??= []
  return out
}

export const listRecords = (query: RecordQuery, options?: RequestOptions) =>
  get<Page<RecordSummary>>('/records', query, options)
export const countRecords = (query: RecordQuery) => get<{ count: number; more?: boolean }>('/records/count', query)
export const createRecord = (program: string, record: string, move: string, act: Act, options?: RequestOptions) =>
  post<RecordView>(path('programs', program, 'records', record, move), act, options).then(whole)
export const getRecord = (id: string, options?: RequestOptions) => get<RecordView>(path('records', id), undefined, options).then(whole)
export const makeMove = (id: string, move: string, act: Act, options?: RequestOptions) =>
  post<RecordView>(path('records', id, 'moves', move), act, options).then(whole)
export const signRecord = (
  id: string, signature: string, body: { decision: 'sign' | 'refuse'; text?: string; code?: string }, options?: RequestOptions,
) => post<RecordView>(path('records', id, 'sign', signature), body, options).then(whole)
export const recordEvents = (id: string, cursor?: string) =>
  get<Page<TimelineEvent>>(path('records', id, 'events'), { cursor })
/** A fresh code of a record's pass, as its holder shows it; it holds so many seconds. */
export const showPass = (id: string, pass: string) =>
  post<{ key: string; label: string; code: string; until?: string; seconds?: number }>(path('records', id, 'passes', pass), {})
export const recordFiles = (id: string) => get<Page<FileView>>(path('records', id, 'attachments'))
export const fileForm = (id: string, form: string, body: { answers: Values; at?: string }, options?: RequestOptions) =>
  post<FormResult>(path('records', id, 'forms', form), body, options)
export const recordForms = (id: string) => get<Page<FormResponse>>(path('records', id, 'forms'))
export const getMatch = (id: string, match: string) => get<MatchAnswer>(path('records', id, 'matches', match))
export const sendMatch = (id: string, match: string, offers: string[], options?: RequestOptions) =>
  post<RecordView>(path('records', id, 'matches', match), { offers }, options).then(whole)
/** A vote: what was picked goes with no name; the roll knows a repeated request. */
export const castVote = (id: string, ballot: string, body: { picks: string[]; channel?: string; voter?: string }, options?: RequestOptions) =>
  post<RecordView>(path('records', id, 'ballots', ballot), body, options).then(whole)
/** A ticket for saying something without a name; its code is shown once. */
export const takeTicket = (id: string, move: string, options?: RequestOptions) =>
  post<{ code: string }>(path('records', id, 'tickets', move), {}, options)
/** Somebody takes a paper at the desk: struck off the roll. */
export const findVoters = (id: string, ballot: string, q: string) => get<Page<{ id: string; name: string; region?: { name: string } }>>(path('records', id, 'ballots', ballot, 'roll'), { q })
export const handOutPaper = (id: string, ballot: string, voter: string, options?: RequestOptions) =>
  post<RecordView>(path('records', id, 'ballots', ballot, 'desk'), { voter }, options).then(whole)
export const enterPapers = (id: string, ballot: string, body: { votes: Record<string, number>; papers: number; invalid: number }, options?: RequestOptions) =>
  post<RecordView>(path('records', id, 'ballots', ballot, 'papers'), body, options).then(whole)
export const signPapers = (id: string, ballot: string, options?: RequestOptions) =>
  post<RecordView>(path('records', id, 'ballots', ballot, 'papers', 'sign'), {}, options).then(whole)
/** The reader has read a paper that must be read. */
export const readPaper = (paper: string, options?: RequestOptions) =>
  post<RecordView>(path('documents', paper, 'readings'), {}, options).then(whole)
export const fileCustody = (file: string) => get<CustodyView>(path('attachments', file, 'custody'))
export const editRecord = (id: string, rev: number, fields: Values, options?: RequestOptions) =>
  patch<RecordView>(path('records', id), { rev, fields }, { ...options, ifMatch: rev }).then(whole)
export const extendClock = (id: string, clock: string, body: { n: number; text: string }, options?: RequestOptions) =>
  post<RecordView>(path('records', id, 'clocks', clock, 'extend'), body, options).then(whole)
export const handOver = (id: string, account: string, org?: string) =>
  post<RecordView>(path('records', id, 'owner'), { account, org }).then(whole)
