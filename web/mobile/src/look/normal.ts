// Takes the server's views as they come and gives them the one shape the pages draw:
// no null lists, built-in fields beside a record's own, channels with their words.
import type { Field, Keyed, Notification, ProgramMove, ProgramView, RecordTypeView, RecordView } from '@linqiao/shared/api/types'

type Loose = Record<string, unknown>

const list = <T>(v: unknown): T[] => (Array.isArray(v) ? v as T[] : [])

/** Lists of a program, by key or as they stand in order. */
function listsOf(raw: Loose): Keyed[][] {
  if (Array.isArray(raw.lists)) return raw.lists.map((l: { options?: Keyed[] }) => list<Keyed>(l.options))
  return Object.values((raw.lists ?? {}) as Record<string, Keyed[]>)
}

/** Channels are written as bare keys; the program's list that knows most of them has
 *  their words. */
function channels(raw: unknown, lists: Keyed[][]): Keyed[] {
  const keys = list<string | Keyed>(raw)
  const bare = keys.map((c) => (typeof c === 'string' ? c : c.key))
  const known = (options: Keyed[]) => bare.filter((k) => options.some((o) => o.key === k)).length
  const best = [...lists].sort((a, b) => known(b) - known(a))[0] ?? []
  return keys.map((c) => (typeof c === 'string' ? { key: c, label: best.find((o) => o.key === c)?.label ?? c } : c))
}

function move(raw: Loose, lists: Keyed[][]): ProgramMove {
  return {
    ...(raw as unknown as ProgramMove),
    from: list(raw.from), by: list(raw.by), need: list(raw.need), ask: list(raw.ask), reason: list(raw.reason),
    text: raw.text === true || raw.text === 'required' ? 'required' : '',
    sign: Array.isArray(raw.sign) ? raw.sign.length > 0 : !!raw.sign,
    channels: channels(raw.channels, lists),
  }
}

/** The kernel's own bookkeeping of an order or a visit: it says nothing to a reader. */
const SILENT = new Set(['step', 'as', 'index', 'duty'])
const silent = (f: Field): boolean => !!f.builtin && SILENT.has(f.key)

/** Own fields first; a built-in that the record names itself is not doubled. */
export function withBuiltins(own: Field[], builtins: Field[]): Field[] {
  return [...own, ...builtins.filter((b) => !own.some((f) => f.key === b.key))].filter((f) => !silent(f))
}

export function normalProgram(raw: ProgramView): ProgramView {
  const loose = raw as unknown as Loose
  const lists = listsOf(loose)
  const record = (r: Loose): RecordTypeView => ({
    ...(r as unknown as RecordTypeView),
    for: list(r.for), clocks: list(r.clocks), stages: list(r.stages),
    fields: withBuiltins(list(r.fields), list(r.builtins)),
    moves: list<Loose>(r.moves).map((m) => move(m, lists)),
  })
  return {
    ...raw,
    records: list<Loose>(raw.records).map(record),
    forms: list<Loose>(raw.forms).map((f) => ({ ...(f as unknown as ProgramView['forms'][number]), of: list(f.of), by: list(f.by), ask: list(f.ask), fields: list(f.fields) })),
    roles: list(raw.roles), matches: list(raw.matches), consents: list(raw.consents), duties: list(raw.duties),
  }
}

export function normalRecord(raw: RecordView): RecordView {
  const loose = raw as unknown as Loose
  return {
    ...raw,
    fields: raw.fields ?? {}, labels: raw.labels ?? {}, masked: list(raw.masked), suggest: raw.suggest ?? {},
    stages_walked: list(raw.stages_walked), clocks: list(raw.clocks), moves: list(raw.moves), matches: list(raw.matches),
    forms: list<{ can?: boolean }>(loose.forms).filter((f) => f.can !== false) as RecordView['forms'],
    signatures: list(raw.signatures), children: list(raw.children), consents: list(raw.consents),
  }
}

export interface Shown { path: string; label: string; text: string }

/** What an order shows of its matter and its subject (`demand.amount`, `subject.age`). */
export const shownFacts = (record: RecordView): Shown[] =>
  (record.shown_heads ?? []).map(({ key, label }) => ({ path: key, label, text: record.shown_labels?.[key] ?? '' })).filter((fact) => fact.text)

/** A message, whichever way its record and its time are written. */
export function normalNotice(raw: Notification): Notification {
  const loose = raw as unknown as { record?: string | { id: string }; created?: string; at?: string }
  const record = typeof loose.record === 'string' ? { id: loose.record } : loose.record
  return { ...raw, at: loose.at ?? loose.created ?? '', record }
}
