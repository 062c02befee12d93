// Drafts: half-filled pages, several at a time, saved as the person types. A
// draft is removed only when its act was handed to the outbox or the server, or
// when the person throws it away. Classed drafts go at sign-out.
import { phoneStore, type DraftRow } from './db'
import { photosIn } from './bodies'
import { dropPhotos } from './photos'
import { seal, unseal } from './vault'
import { newIdempotencyKey as uuid } from '@linqiao/shared/api/client'

export interface Draft {
  id: string
  target: string
  /** Address of the page that continues it. */
  path: string
  title: string
  what: string
  values: Record<string, unknown>
  step: number
  updated: number
  classed: boolean
}

export type NewDraft = Omit<Draft, 'id' | 'updated'> & { id?: string }

type Body = Pick<Draft, 'path' | 'title' | 'what' | 'values' | 'step'>

export async function saveDraft(account: string, draft: NewDraft): Promise<Draft> {
  const full: Draft = { ...draft, id: draft.id ?? uuid(), updated: Date.now() }
  const { path, title, what, values, step } = full
  const body = await seal(account, { path, title, what, values, step } satisfies Body, full.classed)
  await phoneStore().drafts.put({
    id: full.id, account, target: full.target, updated: full.updated, classed: full.classed, body,
  })
  return full
}

async function toDraft(row: DraftRow): Promise<Draft | undefined> {
  try {
    const body = await unseal<Body>(row.account, row.body)
    return { ...body, id: row.id, target: row.target, updated: row.updated, classed: row.classed }
  } catch {
    return undefined // sealed, its key is not here
  }
}

export async function getDraft(account: string, id: string): Promise<Draft | undefined> {
  const row = await phoneStore().drafts.get(id)
  return row && row.account === account ? toDraft(row) : undefined
}

/** Newest first. */
export async function listDrafts(account: string, target?: string): Promise<Draft[]> {
  const { drafts } = phoneStore()
  const rows = await (target
    ? drafts.where('[account+target]').equals([account, target])
    : drafts.where('account').equals(account)
  ).toArray()
  const all = await Promise.all(rows.map(toDraft))
  return all.filter((d): d is Draft => !!d).sort((a, b) => b.updated - a.updated)
}

/** Its act was handed on; the photos go with the act. */
export async function dropDraft(id: string): Promise<void> {
  await phoneStore().drafts.delete(id)
}

/** Thrown away by the person, with its photos. */
export async function discardDraft(account: string, id: string): Promise<void> {
  const draft = await getDraft(account, id)
  if (draft) await dropPhotos(photosIn(draft.values))
  await dropDraft(id)
}
