// For whom an entry is made and on which way it came in, from the record's words.
import type { PartyRef, ProgramMove, RecordTypeView, Session } from '@linqiao/shared/api/types'

const PARTY_KINDS = new Set(['person', 'household', 'enterprise', 'organization'])

export const subjectKinds = (record: RecordTypeView): string[] => (record.for ?? []).filter((k) => PARTY_KINDS.has(k))

/** Parties this account acts for that the record may be about. */
export function subjectsFor(record: RecordTypeView, session: Session | null): PartyRef[] {
  const kinds = subjectKinds(record)
  return (session?.parties ?? []).filter((p) => kinds.includes(p.kind))
}

/** Ways in that are a phone in somebody's own hand. */
const OWN_PHONE = ['app', 'online', 'public_page']

/** The channel where it needs no question: the only one, or the phone's own for people
 *  who act for themselves. */
export function channelFor(move: ProgramMove, forSelf: boolean): string | undefined {
  const channels = move.channels ?? []
  if (channels.length <= 1) return channels[0]?.key
  if (!forSelf) return undefined
  return (channels.find((c) => OWN_PHONE.includes(c.key)) ?? channels.at(-1))!.key
}
