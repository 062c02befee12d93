// One record as the phone shows it: the server's view, and on top of it what waits in
// the outbox, so that work without a network goes on (signed in at the door, then the
// visit, then done) before the server has heard of the first step.
import { computed, type ComputedRef, type ShallowRef } from 'vue'
import { getRecord } from '@linqiao/shared/api/records'
import type { MoveOffer, ProgramView, RecordView } from '@linqiao/shared/api/types'
import type { QueueItem } from '../offline/queue'
import { normalRecord } from '../look/normal'
import { outboxItems } from './outbox'
import { loadProgram, mayMake, programOf } from './programs'
import { useResource, type Resource } from './resource'

export interface RecordState {
  resource: Resource<RecordView>
  record: ComputedRef<RecordView | undefined>
  program: ComputedRef<ProgramView | undefined>
  /** Acts on this record that the server has not answered yet. */
  pending: ComputedRef<QueueItem[]>
}

export function useRecord(id: () => string): RecordState {
  const resource = useResource(() => `record/${id()}`, async () => {
    const view = normalRecord(await getRecord(id()))
    await words(view)
    return view
  })
  const raw: ShallowRef<RecordView | undefined> = resource.data
  const program = computed(() => {
    const view = raw.value
    if (view && !programOf(view.program, view.version)) void words(view)
    return view ? programOf(view.program, view.version) : undefined
  })
  const pending = computed(() => outboxItems.value.filter((i) => i.record === id() && i.state !== 'sent'))
  const record = computed(() => (raw.value ? projected(raw.value, program.value, pending.value) : undefined))
  return { resource, record, program, pending }
}

/** The words of the version the record began on; the latest are known first, so that most
 *  records need no further ones. */
async function words(view: RecordView): Promise<void> {
  await loadProgram(view.program).catch(() => {})
  await loadProgram(view.program, view.version).catch(() => {})
}

/** The record as it will stand when the waiting acts have arrived. Only moves that may
 *  be made without a network are offered from there on. */
export function projected(view: RecordView, program: ProgramView | undefined, pending: Pick<QueueItem, 'move' | 'stage' | 'state'>[]): RecordView {
  const moves = pending.filter((i) => i.move && i.state !== 'rejected')
  const type = program?.records.find((r) => r.key === view.record)
  const stageKey = moves.map((i) => i.stage).filter(Boolean).at(-1)
  if (!moves.length || !program || !type) return view
  const stage = type.stages.find((s) => s.key === (stageKey ?? view.stage))
  if (!stage) return view
  const next: MoveOffer[] = type.moves
    .filter((m) => m.offline && m.from?.includes(stage.key) && mayMake(program, m) && !moves.some((i) => i.move === m.key))
    .map((m) => ({ ...m, sign: m.sign ? [''] : undefined }))
  return { ...view, stage: stage.key, stage_label: stage.label, phase: stage.phase, moves: next }
}
