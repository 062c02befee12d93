/**
 * Wraps @bufbuild/cel. Days are ISO strings on this side (they compare as text), whole
 * numbers are bigint, and a field without a value is left out of the bindings, which
 * makes reading it an error inside CEL: `&&`, `||` and `has(it.x)` then behave as the
 * unset rule wants.
 */
import { CelScalar, celEnv, celFunc, isCelError, mapType, parse, plan, type CelInput } from '@bufbuild/cel'
import type { Field } from '../api/types'
import type { Answers, Evaluator } from '.'

const day = (text: string): Date => new Date(`${text.slice(0, 10)}T00:00:00Z`)
const DAY_MS = 86_400_000

/** Whole months from a to b, negative when b is before a; from the 31st, where the month is
 *  shorter, whole on the first of the next. */
function months(from: string, to: string): bigint {
  if (to < from) return -months(to, from)
  const a = day(from), b = day(to)
  const whole = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth()
  return BigInt(b.getUTCDate() < a.getUTCDate() ? whole - 1 : whole)
}

/** Whole years; born on 29 February counts from 1 March in common years. */
const age = (born: string, on: string): bigint => months(born, on) / 12n

const days = (from: string, to: string): bigint => BigInt(Math.round((day(to).getTime() - day(from).getTime()) / DAY_MS))

const iso = (y: bigint, m: bigint, d: bigint): string =>
  `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`

interface Spot { lat: number; lng: number }

/** Great-circle distance in metres, earth radius 6,371,008.8 m (IUGG mean). */
function metres(a: Spot, b: Spot): number {
  const rad = Math.PI / 180
  const dLat = (b.lat - a.lat) * rad, dLng = (b.lng - a.lng) * rad
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLng / 2) ** 2
  return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(h)))
}

const { STRING, INT, BOOL, DYN } = CelScalar
const MAP = mapType(STRING, DYN)
const spot = (map: { get(key: string): unknown }): Spot => ({ lat: Number(map.get('lat')), lng: Number(map.get('lng')) })

const env = celEnv({
  funcs: [
    celFunc('age', [STRING, STRING], INT, age),
    celFunc('months', [STRING, STRING], INT, months),
    celFunc('days', [STRING, STRING], INT, days),
    celFunc('date', [INT, INT, INT], STRING, iso),
    celFunc('near', [MAP, MAP, INT], BOOL, (a, b, within) => metres(spot(a as never), spot(b as never)) <= Number(within)),
  ],
})

/** What the server takes for nothing given: also blanks, and a list left empty. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
  || (typeof value === 'number' && Number.isNaN(value)) || (Array.isArray(value) && value.length === 0)

function bind(field: Field, value: unknown): CelInput | undefined {
  if (isEmpty(value)) return undefined
  if (field.many || field.type === 'rows') return bindList(field, value)
  switch (field.type) {
    case 'int': case 'money': case 'bp':
      return BigInt(Math.round(Number(value)))
    case 'number':
      return Number(value)
    case 'checks':
      return bindChecks(field, value as Record<string, { v?: string }>)
    case 'rate': {
      const rate = value as { base?: string; bp?: number }
      return { base: rate.base ?? '', bp: BigInt(rate.bp ?? 0) } as unknown as CelInput
    }
    default:
      return (typeof value === 'string' ? value.trim() : value) as CelInput
  }
}

function bindList(field: Field, value: unknown): CelInput {
  const list = Array.isArray(value) ? value : []
  if (field.type !== 'rows') return list as CelInput
  return list.map(row => bindAll(field.fields ?? [], row as Answers)) as unknown as CelInput
}

function bindChecks(field: Field, value: Record<string, { v?: string }>): CelInput {
  const items = field.items ?? []
  const of = (v: string) => items.filter(i => value[i.key]?.v === v)
  const failed = of('fail')
  return {
    ...Object.fromEntries(items.map(i => [i.key, value[i.key]?.v || 'unknown'])),
    all_pass: items.length > 0 && of('pass').length === items.length,
    any_fail: failed.length > 0,
    failed: failed.map(i => i.label).join('、'),
  } as unknown as CelInput
}

function bindAll(fields: Field[], answers: Answers): Record<string, CelInput> {
  const out: Record<string, CelInput> = {}
  for (const field of fields) {
    const value = bind(field, answers[field.key])
    if (value !== undefined) out[field.key] = value
  }
  return out
}

type Plan = ReturnType<typeof plan>
const plans = new Map<string, Plan | null>()

function planned(expression: string): Plan | null {
  let made = plans.get(expression)
  if (made === undefined) {
    try {
      made = plan(env, parse(expression))
    } catch {
      made = null
    }
    plans.set(expression, made)
  }
  return made
}

export const evaluator: Evaluator = {
  test(expression, fields, answers, today) {
    const run = planned(expression)
    if (!run) return undefined
    const own = bindAll(fields, answers)
    const result = run({ ...own, it: own as unknown as CelInput, today })
    return isCelError(result) || typeof result !== 'boolean' ? undefined : result
  },
}
