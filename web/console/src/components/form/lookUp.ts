import { findStaff, listOrgs, listRegions } from '@linqiao/shared/api/county'
import { listParties } from '@linqiao/shared/api/parties'
import { listRecords } from '@linqiao/shared/api/records'
import type { Field } from '@linqiao/shared/api/types'
import { t } from '@linqiao/shared/i18n'

export interface Choice { id: string; label: string; note?: string }

/** Which list a field is chosen from; a party field may be narrowed to one kind by `to`. */
export const kindOfPick = (field: Field): string => field.type === 'party' ? field.to ?? 'party' : field.type

/** A field that chooses a party of one kind, an account or an organisation. */
export const pickField = (key: string, label: string, kind: string | undefined, many = false): Field =>
  kind === 'account' || kind === 'org' ? { key, label, type: kind, many } : { key, label, type: 'party', to: kind, many }

/** The first twenty that fit what was typed. */
export async function lookUp(kind: string, q: string, options: { to?: string; program?: string } = {}): Promise<Choice[]> {
  const limit = 20
  switch (kind) {
    case 'region': return regions(q)
    case 'org': return (await listOrgs({ q, limit })).items.map(o => ({ id: o.id, label: o.name, note: o.region?.name }))
    case 'account': return (await findStaff(q)).items.map(a => ({ id: a.id, label: a.name, note: a.org?.name }))
    case 'ref': {
      // `record` of the same program, or `program.record`.
      const [program, record] = options.to?.includes('.') ? options.to.split('.', 2) : [options.program, options.to]
      return (await listRecords({ program, record, q, limit })).items.map(r => ({ id: r.id, label: r.title, note: `${r.ref_no} ${r.stage_label}` }))
    }
    default: {
      const partyKind = ['person', 'household', 'enterprise', 'organization'].includes(kind) ? kind : undefined
      return (await listParties({ kind: partyKind, q, limit })).items.map(p => ({ id: p.id, label: p.name, note: p.region?.name ?? t(`partyKind.${p.kind}`) }))
    }
  }
}

/** The server lists regions level by level; a county has a few hundred, so they are kept and searched here. */
let kept: Promise<Choice[]> | undefined
async function regions(q: string): Promise<Choice[]> {
  kept ??= allRegions().catch((cause) => { kept = undefined; throw cause })
  const all = await kept
  return all.filter(r => !q || r.label.includes(q) || r.note?.includes(q)).slice(0, 50)
}

async function allRegions(): Promise<Choice[]> {
  const out: Choice[] = []
  for (const level of ['county', 'town', 'village', 'grid', 'circle']) {
    let cursor: string | undefined
    do {
      const page = await listRegions({ level, limit: 200, cursor })
      out.push(...page.items.map(r => ({ id: r.id, label: r.name, note: r.path ?? t(`regionLevel.${r.level}`) })))
      cursor = page.next ?? undefined
    } while (cursor)
  }
  return out
}

/** After a region was added. */
export const forgetRegions = (): void => { kept = undefined }
