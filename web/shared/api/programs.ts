import { get, path, post } from './client'
import type { Field, Keyed, Page, ProgramChange, ProgramMove, ProgramSummary, ProgramVersion, ProgramView, RecordTypeView, StageCounts, Trial } from './types'

/** As the server writes it: moves name roles and options by key. */
interface RawMove extends Omit<ProgramMove, 'text' | 'channels' | 'sign'> {
  text?: boolean | string
  channels?: (string | Keyed)[]
  sign?: boolean | { by: string[]; proof?: string[] }[] | string[]
}
interface RawProgram extends Omit<ProgramView, 'records' | 'lists'> {
  records: (Omit<RecordTypeView, 'moves'> & { moves: RawMove[] })[]
  lists?: Record<string, Keyed[]> | { key: string; options: Keyed[] }[]
}

export const listPrograms = () => get<Page<ProgramSummary>>('/programs')
export const getProgram = (key: string, version?: number) => get<RawProgram>(path('programs', key), { version }).then(readProgram)
export const stageCounts = (key: string) => get<{ records: StageCounts }>(path('programs', key, 'stages'))
export const programSource = (key: string) =>
  get<{ files?: Record<string, string>; items?: { name: string; text: string }[] }>(path('programs', key, 'source'))

export const programVersions = (key: string) => get<{ items: ProgramVersion[] }>(path('programs', key, 'versions'))
export const programDiff = (key: string, from: number, to: number) => get<{ items: ProgramChange[] }>(path('programs', key, 'diff'), { from, to })
export const tryProgram = (key: string, files: Record<string, string>) => post<Trial>(path('programs', key, 'simulate'), { files })

/** Own fields first; a built-in that the record names itself is not doubled. */
const withBuiltins = (own: Field[], builtins: Field[]): Field[] => [...own, ...builtins.filter(b => !own.some(f => f.key === b.key))]

/** Gives every key its label and every list its place, so that screens need not look up. */
export function readProgram(raw: RawProgram): ProgramView {
  const lists = Array.isArray(raw.lists) ? Object.fromEntries(raw.lists.map(l => [l.key, l.options])) : raw.lists ?? {}
  const roles = new Map((raw.roles ?? []).map(r => [r.key, r.label]))
  /** Channels are bare keys: the program's list that knows most of them has their words. */
  const labelled = (channels: (string | Keyed)[]): Keyed[] => {
    const knows = (options: Keyed[]): number => channels.filter(c => options.some(o => o.key === c)).length
    const words = Object.values(lists).sort((a, b) => knows(b) - knows(a))[0] ?? []
    return channels.map(c => typeof c === 'string' ? { key: c, label: words.find(o => o.key === c)?.label ?? c } : c)
  }
  const signers = (sign: RawMove['sign']): string[] | undefined => Array.isArray(sign)
    ? sign.flatMap(s => typeof s === 'string' ? [s] : s.by).map(key => roles.get(key) ?? key) : undefined
  const byCode = (sign: RawMove['sign']): boolean => Array.isArray(sign) && sign.some(s => typeof s !== 'string' && !!s.proof?.includes('code'))
  const move = (m: RawMove): ProgramMove => ({
    ...m, text: m.text === true ? 'required' : m.text || undefined, channels: m.channels && labelled(m.channels), sign: signers(m.sign), codes: byCode(m.sign),
  })
  const record = (r: RawProgram['records'][number]): RecordTypeView => ({
    ...r, fields: withBuiltins(r.fields ?? [], r.builtins ?? []), stages: r.stages ?? [], clocks: r.clocks ?? [], moves: (r.moves ?? []).map(move),
  })
  return {
    ...raw, lists, records: (raw.records ?? []).map(record), roles: raw.roles ?? [], forms: raw.forms ?? [], rosters: raw.rosters ?? [],
    matches: raw.matches ?? [], duties: raw.duties ?? [], stats: raw.stats ?? [], ledgers: raw.ledgers ?? [], notices: raw.notices ?? [],
    consents: raw.consents ?? [], documents: raw.documents ?? [],
  }
}
