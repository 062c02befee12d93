/** Questions about a compiled program that several screens ask. They read nouns, never names. */
import { t } from '@linqiao/shared/i18n'
import type { ProgramMove, ProgramView, RecordTypeView, StageView } from '@linqiao/shared/api/types'

const FINAL_PHASES = new Set(['done', 'void', 'declined', 'expired', 'returned', 'ended', 'out', 'absent'])

export const isFinal = (stage: StageView): boolean => stage.final ?? FINAL_PHASES.has(stage.phase)
export const isFinalPhase = (phase: string): boolean => FINAL_PHASES.has(phase)

/** What a list of its own makes sense for: things that stand alone and are worked on. */
export const mainRecords = (program: ProgramView): RecordTypeView[] =>
  program.records.filter(r => r.noun !== 'offer' && r.noun !== 'order' && r.noun !== 'item' && (!r.of || r.alone || r.noun === 'batch' || r.noun === 'visit'))
export const offerRecords = (program: ProgramView): RecordTypeView[] => program.records.filter(r => r.noun === 'offer')
export const orderRecords = (program: ProgramView): RecordTypeView[] => program.records.filter(r => r.noun === 'order')

/** Stages where something may still happen, in the program's order. */
export const runningStages = (record: RecordTypeView): StageView[] => record.stages.filter(s => !isFinal(s))

export const isIntake = (move: ProgramMove): boolean => move.intake ?? !(move.from?.length)

/** Intakes that these roles may make by hand, and that need no parent to hang on. */
export function intakesFor(record: RecordTypeView, roles: readonly string[]): ProgramMove[] {
  if (record.of && !record.alone) return []
  return intakes(record).filter(m => (m.by ?? []).some(r => roles.includes(r)) && !(m.channels?.length === 1 && fromTable(m)))
}

const fromTable = (move: ProgramMove): boolean => !!move.channels?.some(c => c.key === 'import')

/** The kind of import by which these roles take such records in from a table. */
export function importOf(program: string, record: RecordTypeView, roles: readonly string[]): string | undefined {
  if (record.noun === 'offer') return `offers/${program}/${record.key}`
  const from = record.moves.some(m => isIntake(m) && fromTable(m) && (m.by ?? []).some(r => roles.includes(r)))
  return from ? `records/${program}/${record.key}` : undefined
}

/** Built-in fields that a keeper fills; the others are counted or set by the kernel. */
const KEPT_BUILTINS = new Set(['place', 'area', 'capacity', 'code', 'holder', 'start', 'end'])

/**
 * Ways into a record type. What is kept (`kept_by`) has no moves: its keepers create it by
 * the kernel's own `create`, which takes any field.
 */
export function intakes(record: RecordTypeView): ProgramMove[] {
  const moves = record.moves.filter(isIntake)
  if (moves.length || !record.kept_by?.length) return moves
  const ask = record.fields.filter(f => !f.calc && (!f.builtin || KEPT_BUILTINS.has(f.key))).map(f => f.key)
  return [{ key: 'create', label: t('create.new', { label: record.label }), intake: true, by: record.kept_by, ask }]
}
export const isKept = (record: RecordTypeView): boolean => !record.moves.some(isIntake) && !!record.kept_by?.length

/** A batch gathers records of one kind; it is begun from their list. */
export interface BatchIntake { record: RecordTypeView; move: ProgramMove }
export const batchesOf = (program: ProgramView, kind: string): BatchIntake[] =>
  program.records.filter(r => r.noun === 'batch' && r.of === kind)
    .flatMap(record => record.moves.filter(m => isIntake(m) && (m.by?.length ?? 0) > 0).map(move => ({ record, move })))

/** Labels of the roles that must sign; a server may say only that somebody must. */
export const signers = (move: ProgramMove): string[] | undefined => Array.isArray(move.sign) ? move.sign : undefined

/** How many moves each stage is away from the goal; stages that cannot reach it are left out. */
function distances(type: RecordTypeView, goal: string): Map<string, number> {
  const away = new Map([[goal, 0]])
  const queue = [goal]
  for (let stage = queue.shift(); stage !== undefined; stage = queue.shift()) {
    for (const move of type.moves) {
      for (const from of move.to === stage ? move.from ?? [] : []) {
        if (away.has(from)) continue
        away.set(from, away.get(stage)! + 1)
        queue.push(from)
      }
    }
  }
  return away
}

/**
 * The way from a stage to the first stage that is done, as the program lists its stages:
 * always to the next one in the file that is no farther from the goal. It is the hoped-for
 * way, not the only one. It ends, as every step nears the goal or goes down the file.
 */
export function wayToDone(type: RecordTypeView, from: string): StageView[] {
  const goal = type.stages.find(s => s.phase === 'done') ?? type.stages.find(s => s.phase === 'live')
  if (!goal || isFinalPhase(type.stages.find(s => s.key === from)?.phase ?? '')) return []
  const away = distances(type, goal.key)
  const index = (key: string): number => type.stages.findIndex(s => s.key === key)
  const way: StageView[] = []
  for (let here = from; here !== goal.key;) {
    const left = away.get(here)
    if (left === undefined) return []
    const onward = [...new Set(type.moves.filter(m => m.to && m.from?.includes(here)).map(m => m.to!))]
      .filter(to => index(to) > index(here) ? (away.get(to) ?? Infinity) <= left : (away.get(to) ?? Infinity) < left)
      .sort((a, b) => Number(index(b) > index(here)) - Number(index(a) > index(here)) || index(a) - index(b))
    if (!onward[0]) return []
    here = onward[0]
    way.push(type.stages[index(here)]!)
  }
  return way
}
