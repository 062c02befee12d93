/**
 * The score of a filled form, as the server counts it (kernel/form/score.go): the phone
 * says the band at once, also without a network. The server's score is the one kept.
 *
 * An answer counts what it says: a number itself, yes 1 and no 0, an option the digits
 * its key ends in (f0 … f3), else its place in the list, from 0. A reversed item counts
 * lowest + highest − value. One item without an answer leaves the whole without a score.
 */
import type { Field, FormView, Values } from '../api/types'

export interface Scored { total: number; band: string; label: string; say: string }
type Item = Pick<Field, 'key' | 'type' | 'options' | 'range'>

export function scoreOf(form: Pick<FormView, 'fields' | 'score'>, answers: Values): Scored | undefined {
  const rule = form.score
  const items = form.score ? itemsOf(form) : []
  if (!rule || !items.length) return undefined
  let total = 0
  for (const key of items) {
    const field = form.fields?.find((f) => f.key === key)
    const n = field && points(field, answers[key], rule.reverse?.includes(key) ?? false)
    if (n === undefined) return undefined
    total += n * (rule.weights?.[key] ?? 1)
  }
  if (rule.max) total = Math.min(total, rule.max)
  const band = (rule.bands ?? []).filter((b) => b.from <= total).reduce<{ from: number; key: string; label: string; say?: string } | undefined>((best, b) => (!best || b.from >= best.from ? b : best), undefined)
  return { total, band: band?.key ?? '', label: band?.label ?? '', say: band?.say ?? '' }
}

/** The questions that make the score: those named, else those with a weight. */
export function itemsOf(form: Pick<FormView, 'fields' | 'score'>): string[] {
  if (form.score?.sum?.length) return form.score.sum
  return (form.fields ?? []).map((f) => f.key).filter((k) => form.score?.weights?.[k] !== undefined)
}

function points(field: Item, answer: unknown, reversed: boolean): number | undefined {
  if (answer === undefined || answer === null || answer === '') return undefined
  if (Array.isArray(answer)) {
    let sum = 0
    for (const one of answer) {
      const n = pointsOne(field, one)
      if (n === undefined) return undefined
      sum += n
    }
    return sum
  }
  const n = pointsOne(field, answer)
  if (n === undefined || !reversed) return n
  const ends = bounds(field)
  return ends && ends[0] + ends[1] - n
}

function pointsOne(field: Item, answer: unknown): number | undefined {
  if (typeof answer === 'boolean') return answer ? 1 : 0
  if (typeof answer === 'number') return Number.isFinite(answer) ? Math.trunc(answer) : undefined
  const at = field.options?.findIndex((o) => o.key === answer) ?? -1
  if (at < 0) return undefined
  const digits = /\d+$/.exec(String(answer))
  return digits ? Number(digits[0]) : at
}

/** The lowest and the highest points of an item. */
function bounds(field: Item): [number, number] | undefined {
  if (field.type === 'bool') return [0, 1]
  if (field.options?.length) {
    const all = field.options.map((o) => pointsOne(field, o.key)!)
    return [Math.min(...all), Math.max(...all)]
  }
  const [low, high] = field.range ?? []
  return typeof low === 'number' && typeof high === 'number' ? [low, high] : undefined
}
