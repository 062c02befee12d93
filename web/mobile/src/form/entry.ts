// Turns a move or a form of a program into questions: which fields, which are needed,
// which conditions show them.
import type { Field, FormView, MoveOffer, ProgramMove, ProgramView, RecordTypeView, RecordView } from '@linqiao/shared/api/types'
import type { FormFieldsOptions } from '@linqiao/shared/form/model'
import { itemsOf } from '@linqiao/shared/form/score'

export type Urgent = NonNullable<FormView['urgent']>[number]

export interface Entry {
  form: FormFieldsOptions
  /** Questions whose answer calls for help at once. */
  urgent: Urgent[]
  /** Works without a network. */
  offline: boolean
  fields: Field[]
  /** The form that is scored, where one is. */
  scale?: FormView
}

const unique = (keys: string[]): string[] => [...new Set(keys)]

/** Questions of a move: its own need and ask, and those of the form it names. */
export function moveEntry(
  view: ProgramView, record: RecordTypeView, move: ProgramMove | MoveOffer, row?: Pick<RecordView, 'fields' | 'suggest'>,
): Entry {
  const form = move.form ? view.forms.find((f) => f.key === move.form) : undefined
  const need = unique([...(move.need ?? []), ...(form ? itemsOf(form) : [])])
  const ask = unique([...(form?.ask ?? []), ...(form?.fields ?? []).map((f) => f.key), ...(move.ask ?? [])])
  const fields = merged((move as { fields?: Field[] }).fields, record.fields, form?.fields)
  const asked = unique([...need, ...ask])
  return {
    form: {
      fields, need, ask: orderedAsk(form, need, ask),
      initial: pick(row?.fields, asked), suggest: row?.suggest, show: form?.show, require: form?.require,
    },
    urgent: form?.urgent ?? [],
    scale: form?.score ? form : undefined,
    offline: ('offline' in move && !!move.offline) || !!form?.offline,
    fields: fields.filter((f) => asked.includes(f.key)),
  }
}

/** The dialog's own fields say most; then the record's, then the form's. */
const merged = (...parts: (Field[] | undefined)[]): Field[] =>
  [...new Map(parts.flatMap((p) => p ?? []).reverse().map((f) => [f.key, f])).values()].reverse()

const orderedAsk = (form: FormView | undefined, need: readonly string[], ask: string[]): string[] =>
  form ? ask : ask.filter((k) => !need.includes(k))

/** Questions of a form that is filed by itself. */
export function formEntry(form: FormView, record?: RecordTypeView, row?: Pick<RecordView, 'fields'>): Entry {
  const asked = form.ask ?? []
  const own = form.fields ?? []
  const fields = [...(record?.fields ?? []).filter((f) => asked.includes(f.key)), ...own]
  const small = own.filter((f) => f.type === 'int' && f.range).map((f) => f.key)
  // What a rule asks for whatever else is answered is needed, and said so beforehand.
  const ruled = (form.require ?? []).flatMap((r) => /^has\(it\.(\w+)\)$/.exec(r.if)?.[1] ?? []).filter((key) => own.some((f) => f.key === key))
  return {
    form: {
      fields, need: unique([...small, ...ruled, ...itemsOf(form)]), ask: unique([...asked, ...own.map((f) => f.key)]), initial: pick(row?.fields, asked),
      show: form.show, require: form.require, prefix: 'answers.',
    },
    urgent: form.urgent ?? [],
    scale: form.score ? form : undefined,
    offline: !!form.offline,
    fields,
  }
}

function pick(values: Record<string, unknown> | undefined, keys: readonly string[]): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const key of keys) if (values?.[key] !== undefined) out[key] = values[key]
  return out
}
