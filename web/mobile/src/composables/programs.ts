// The programs' words: fetched once a visit, kept for offline, looked up by key.
import { shallowReactive } from 'vue'
import { getProgram, listPrograms } from '@linqiao/shared/api/programs'
import type { Field, FormView, ProgramMove, ProgramSummary, ProgramView, RecordTypeView } from '@linqiao/shared/api/types'
import { normalProgram } from '../look/normal'
import { readThrough } from './resource'
import { rolesIn, session } from './session'

const views = shallowReactive(new Map<string, ProgramView>())
const loading = new Map<string, Promise<ProgramView>>()

/** Thrown away when somebody else signs in: views depend on the reader. */
export function forgetPrograms(): void {
  views.clear()
  loading.clear()
}

export const programList = async (): Promise<ProgramSummary[]> =>
  (await readThrough('programs', async () => (await listPrograms()).items)).value

/** The latest version has no number here; records that began on a former one name it. */
const nameOf = (key: string, version?: number): string => (version && version !== views.get(key)?.version ? `${key}@${version}` : key)

export function loadProgram(key: string, version?: number): Promise<ProgramView> {
  const name = nameOf(key, version)
  let run = loading.get(name)
  if (!run) {
    run = readThrough(`program/${name}`, async () => normalProgram(await getProgram(key, version))).then(({ value }) => {
      views.set(name, value)
      return value
    })
    run.catch(() => loading.delete(name))
    loading.set(name, run)
  }
  return run
}

export const programOf = (key: string, version?: number): ProgramView | undefined => views.get(nameOf(key, version))
export const recordTypeOf = (program: string, record: string): RecordTypeView | undefined =>
  views.get(program)?.records.find((r) => r.key === record)
export const formOf = (program: string, form: string): FormView | undefined =>
  views.get(program)?.forms.find((f) => f.key === form)

/** May this person make the move as far as roles say? The server has the last word. */
export function mayMake(view: ProgramView, move: ProgramMove): boolean {
  const mine = rolesIn(view.key)
  return (move.by ?? []).some((role) => mine.has(role) || view.roles.find((r) => r.key === role)?.is === 'public')
}

/** Something a person can begin: an intake move of a record. */
export interface Service {
  program: string
  programTitle: string
  record: RecordTypeView
  move: ProgramMove
  /** Key of the record it needs to stand under; it must be chosen first. */
  under?: string
  /** Of a record that is made only to object to a publication. */
  objects: boolean
}

const onlyConsole = (move: ProgramMove): boolean =>
  !!move.channels?.length && move.channels.every((c) => c.key === 'console')

const forMe = (record: RecordTypeView): boolean => {
  const kinds = record.for ?? []
  const parties = session.value?.parties ?? []
  if (!kinds.length || (session.value?.memberships.length ?? 0) > 0) return true
  return kinds.some((k) => k === 'none' || k === 'account' || k.startsWith('region.') || parties.some((p) => p.kind === k))
}

/** Intakes this person may make, in the order of the program. */
export function servicesOf(view: ProgramView): Service[] {
  return view.records.flatMap((record) => record.moves
    .filter((move) => move.intake && (move.by?.length ?? 0) > 0 && mayMake(view, move) && !onlyConsole(move) && forMe(record))
    .map((move) => ({
      program: view.key, programTitle: view.title, record, move,
      under: record.of && !record.alone ? record.of : undefined,
      objects: (view.notices ?? []).some((n) => n.objection === record.key),
    })))
}

/** Fields of a record by key, in the order asked. */
export const pickFields = (fields: Field[], keys: readonly string[]): Field[] =>
  keys.map((k) => fields.find((f) => f.key === k)).filter((f): f is Field => !!f)

const CLASSED = new Set(['sensitive', 'sealed'])
/** Above `personal`: never left on the phone after sign-out. */
export const isClassed = (fields: Field[], own?: string): boolean =>
  CLASSED.has(own ?? '') || fields.some((f) => CLASSED.has(f.class ?? ''))
