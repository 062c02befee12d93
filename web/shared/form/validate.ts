/**
 * What can be said about an entry before it is sent: required, form, range. It spares a
 * round trip; the rules of a program are the server's, and its answer lands in the same
 * places with the same looks.
 */
import type { Field } from '../api/types'
import type { FieldProblem } from '../api/problem'
import { t } from '../i18n'
import { formatMoney, formatBp, isBlank, type Check } from './format'

/** Mobile (11 digits) or landline with area code, also 400/95xxx service numbers. */
const PHONE = /^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|400-?\d{3}-?\d{4}|9\d{4,5}|1\d{2,4})$/
const DAY = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/

const CHOSEN = new Set(['choice', 'region', 'org', 'person', 'party', 'account', 'ref', 'date', 'time', 'bool'])

const problem = (path: string, code: string, message: string): FieldProblem => ({ path, code, message })

/** Every problem of the given fields, in their order. */
export function validateFields(fields: Field[], need: readonly string[], values: Record<string, unknown>, prefix = 'fields.'): FieldProblem[] {
  const needed = new Set(need)
  return fields.flatMap(field => validateField(field, values[field.key], needed.has(field.key), prefix + field.key))
}

export function validateField(field: Field, value: unknown, required: boolean, path: string): FieldProblem[] {
  const label = field.label
  if (isBlank(value)) {
    return required ? [problem(path, 'required', t(CHOSEN.has(field.type) ? 'invalid.choose' : 'invalid.required', { label }))] : []
  }
  if (field.type === 'rows') return validateRows(field, value as Record<string, unknown>[], path)
  if (field.type === 'checks') return validateChecks(field, value as Record<string, Check>, required, path)
  const values = Array.isArray(value) ? value : [value]
  for (const one of values) {
    const message = wrong(field, one)
    if (message) return [problem(path, 'invalid', message)]
  }
  return []
}

/** The sentence that says what is wrong with one value; undefined when it will do. */
function wrong(field: Field, value: unknown): string | undefined {
  const { label } = field
  switch (field.type) {
    case 'int': case 'money': case 'bp':
      if (typeof value !== 'number' || Number.isNaN(value)) return t('invalid.number', { label })
      if (!Number.isInteger(value)) return t('invalid.integer', { label })
      return outOfRange(field, value)
    case 'number':
      if (typeof value !== 'number' || Number.isNaN(value)) return t('invalid.number', { label })
      return outOfRange(field, value)
    case 'phone':
      return PHONE.test(String(value).replace(/\s/g, '')) ? undefined : t('invalid.phone', { label })
    case 'date':
      return realDay(String(value)) ? outOfRange(field, value) : t('invalid.date', { label })
    case 'time':
      return TIME.test(String(value)) ? undefined : t('invalid.time', { label })
    case 'rate': {
      const { bp } = value as { bp?: number }
      return typeof bp === 'number' && Number.isInteger(bp) ? undefined : t('invalid.number', { label })
    }
    case 'interval': {
      const { start, end } = value as { start?: string; end?: string }
      return start && end && start < end ? undefined : t('invalid.interval', { label })
    }
    default:
      return undefined
  }
}

function realDay(text: string): boolean {
  if (!DAY.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

function outOfRange(field: Field, value: unknown): string | undefined {
  const [min, max] = field.range ?? []
  if (field.type === 'text') { // of a text: how many characters
    const length = Array.from(String(value)).length
    if (typeof min === 'number' && length < min) return t('invalid.short', { label: field.label, min: String(min) })
    return typeof max === 'number' && length > max ? t('invalid.long', { label: field.label, max: String(max) }) : undefined
  }
  const say = (bound: unknown): string => field.type === 'money' ? formatMoney(Number(bound))
    : field.type === 'bp' ? formatBp(Number(bound)) : String(bound)
  const below = (a: unknown, b: unknown): boolean => typeof a === 'number' ? a < Number(b) : String(a) < String(b)
  if (min !== undefined && min !== null && below(value, min)) return t('invalid.min', { label: field.label, min: say(min) })
  if (max !== undefined && max !== null && below(max, value)) return t('invalid.max', { label: field.label, max: say(max) })
  return undefined
}

function validateRows(field: Field, rows: Record<string, unknown>[], path: string): FieldProblem[] {
  return rows.flatMap((row, index) =>
    validateFields(field.fields ?? [], [], row, `${path}.${index}.`).map(p => ({
      ...p, message: t('invalid.row', { label: field.label, n: index + 1, message: p.message ?? '' }),
    })))
}

function validateChecks(field: Field, value: Record<string, Check>, required: boolean, path: string): FieldProblem[] {
  const open = required ? (field.items ?? []).find(item => !value[item.key]?.v) : undefined
  return open ? [problem(path, 'required', t('invalid.check', { label: field.label, item: open.label }))] : []
}
