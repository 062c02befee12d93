// Counting and sorting what waits for somebody.
import type { DutyItem, RecordSummary, Work } from '@linqiao/shared/api/types'

/** How many things wait for this person; a record named twice counts once. */
export function todoCount(work: Work): number {
  const ids = new Set<string>()
  for (const e of [...(work.overdue ?? []), ...(work.today ?? [])]) ids.add(e.record.id)
  for (const r of work.offers ?? []) ids.add(r.id)
  for (const s of work.signatures ?? []) ids.add(s.record.id)
  for (const v of work.votes ?? []) ids.add(`${v.record.id}/${v.ballot}`)
  for (const d of [...(work.duties ?? []), ...(work.forms ?? [])]) if (!d.window) ids.add(d.record?.id ?? d.id)
  return ids.size
}

export interface TaskGroups {
  toAnswer: RecordSummary[]
  visits: RecordSummary[]
  accepted: RecordSummary[]
  others: RecordSummary[]
}

const dueOf = (r: RecordSummary): string => r.due?.due ?? '9999'
const overdueFirst = (a: RecordSummary, b: RecordSummary): number =>
  Number(b.due?.overdue ?? false) - Number(a.due?.overdue ?? false) || dueOf(a).localeCompare(dueOf(b)) || a.created.localeCompare(b.created)

/** What runs in a county and anybody may read (a session, an activity) is nobody's task
 *  by itself: it becomes one when the work list names it. */
const COMMON = new Set(['offer', 'activity', 'session', 'batch', 'thing'])
export const concerns = (r: RecordSummary): boolean => !COMMON.has(r.noun)

/** Sorts tasks by what one does with them; offers (goods on the shelf) are none. */
export function groupTasks(records: RecordSummary[]): TaskGroups {
  const seen = new Set<string>()
  const groups: TaskGroups = { toAnswer: [], visits: [], accepted: [], others: [] }
  for (const r of [...records].sort(overdueFirst)) {
    if (seen.has(r.id) || r.noun === 'offer' || r.ended) continue
    seen.add(r.id)
    if (r.noun === 'order' && r.phase === 'proposed') groups.toAnswer.push(r)
    else if (r.noun === 'visit') groups.visits.push(r)
    else if (r.noun === 'order' && r.phase === 'accepted') groups.accepted.push(r)
    else groups.others.push(r)
  }
  return groups
}

/** Forms that are owed by themselves; those owed in windows are on the page of check-ins. */
export const formsOwed = (work: Work | undefined): DutyItem[] =>
  [...(work?.forms ?? []), ...(work?.duties ?? [])].filter((d) => d.form && !d.window && d.state !== 'done')

/** Where the form that a duty asks for is filled in: on its record, or on the person. */
export function dutyLink(item: DutyItem): string {
  const record = (item as DutyItem & { over?: string }).over ?? item.record?.id
  if (record) return `/r/${record}/form/${item.form}`
  return `/p/${item.party?.id}/form/${item.program}/${item.form}?title=${encodeURIComponent(item.party?.name ?? '')}`
}
