/** Questions about a compiled program that several screens ask. They read nouns, never names. */
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
export const intakesFor = (record: RecordTypeView, roles: readonly string[]): ProgramMove[] =>
  record.of && !record.alone ? [] : record.moves.filter(m => isIntake(m) && (m.by ?? []).some(r => roles.includes(r)))


/** Labels of the roles that must sign; a server may say only that somebody must. */
export const signers = (move: ProgramMove): string[] | undefined => Array.isArray(move.sign) ? move.sign : undefined

/** The shortest way from a stage to the first stage that is done: the hoped-for way, not the only one. */
export function wayToDone(type: RecordTypeView, from: string): StageView[] {
  const goal = type.stages.find(s => s.phase === 'done') ?? type.stages.find(s => s.phase === 'live')
  const came = new Map<string, string>([[from, '']])
  const queue = [from]
  for (let stage = queue.shift(); stage !== undefined; stage = queue.shift()) {
    if (stage === goal?.key) break
    for (const move of type.moves) {
      if (!move.to || came.has(move.to) || !move.from?.includes(stage)) continue
      came.set(move.to, stage)
      queue.push(move.to)
    }
  }
  const way: StageView[] = []
  for (let key = goal && came.has(goal.key) ? goal.key : ''; key && key !== from; key = came.get(key) ?? '') {
    const stage = type.stages.find(s => s.key === key)
    if (stage) way.unshift(stage)
  }
  return way
}
