import { get, path } from './client'
import type { Page, ProgramSummary, ProgramView, StageCounts } from './types'

export const listPrograms = () => get<Page<ProgramSummary>>('/programs')
export const getProgram = (key: string) => get<ProgramView>(path('programs', key))
export const stageCounts = (key: string) => get<{ records: StageCounts }>(path('programs', key, 'stages'))
export const programSource = (key: string) =>
  get<{ files?: Record<string, string>; items?: { name: string; text: string }[] }>(path('programs', key, 'source'))
