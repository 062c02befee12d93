/**
 * FormFields: the state of one entry, drawn by each face with its own components. It
 * knows which fields are asked, which are shown now, what is filled and what is wrong.
 * It knows no component, no request and no program.
 */
import { computed, reactive, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import type { Field, Values } from '../api/types'
import type { ApiProblem, FieldProblem } from '../api/problem'
import { t } from '../i18n'
import { loadEvaluator, type Evaluator } from '../rule'
import { isBlank, today } from './format'
import { validateFields } from './validate'

export interface FormFieldsOptions {
  /** All fields that may be asked; need and ask pick from them. Without either, all are asked. */
  fields: Field[]
  need?: readonly string[]
  ask?: readonly string[]
  /** What is known already: never asked twice. */
  initial?: Values
  /** What the server proposes; a person confirms it by sending. */
  suggest?: Values
  show?: Record<string, string>
  require?: { if: string; say: string }[]
  /** Where the values stand in the request body: `fields.`, `child.fields.`, `answers.`. */
  prefix?: string
}

export interface FormFields {
  asked: Field[]
  shown: ComputedRef<Field[]>
  values: Values
  errors: Ref<FieldProblem[]>
  isNeeded: (key: string) => boolean
  isSuggested: (key: string) => boolean
  errorOf: (key: string) => string | undefined
  pathOf: (key: string) => string
  /** True when nothing is wrong; otherwise `errors` says what. */
  validate: (keys?: readonly string[]) => boolean
  /** What is sent: shown fields with a value, and asked ones that were emptied (null). */
  payload: () => Values
  /** Takes the server's field problems that concern this form; gives back the rest. */
  accept: (problem: ApiProblem) => FieldProblem[]
  dirty: ComputedRef<boolean>
}

const pick = (fields: Field[], keys: readonly string[]): Field[] =>
  keys.map(key => fields.find(f => f.key === key)).filter((f): f is Field => !!f)

export function useFormFields(options: FormFieldsOptions): FormFields {
  // Go writes an empty list as null now and then.
  const { prefix = 'fields.' } = options
  const show = options.show ?? {}, require = options.require ?? [], suggest = options.suggest ?? {}, initial = options.initial ?? {}
  const need = options.need ?? []
  const asked = options.need || options.ask
    ? pick(options.fields, [...need, ...(options.ask ?? []).filter(key => !need.includes(key))])
    : options.fields.filter(f => !f.calc)
  const start: Values = {}
  for (const field of asked) {
    const value = [initial[field.key], suggest[field.key], field.default].find(v => !isBlank(v))
    if (value !== undefined) start[field.key] = copy(value)
  }
  const values = reactive<Values>(copy(start) as Values)
  const errors = ref<FieldProblem[]>([])

  // Until the evaluator has come, conditional fields stay hidden: showing and then
  // taking away a field somebody has begun to fill is worse than showing it late.
  const rules = shallowRef<Evaluator>()
  if (Object.keys(show).length || require.length) void loadEvaluator().then(r => { rules.value = r }, () => {})

  // As on the server (kernel/form Show): questions are taken in order, and the answer of
  // a hidden one no longer counts for the next.
  const counting = computed(() => {
    const kept: Values = { ...values }
    const visible = asked.filter((field) => {
      const condition = show[field.key]
      if (condition === undefined || rules.value?.test(condition, options.fields, kept, today()) === true) return true
      delete kept[field.key]
      return false
    })
    return { visible, kept }
  })
  const shown = computed(() => counting.value.visible)
  const passes = (expression: string): boolean | undefined => rules.value?.test(expression, options.fields, counting.value.kept, today())

  const pathOf = (key: string): string => prefix + key

  function validate(keys?: readonly string[]): boolean {
    const fields = keys ? shown.value.filter(f => keys.includes(f.key)) : shown.value
    const found = validateFields(fields, need, values, prefix)
    if (!keys && found.length === 0) {
      for (const rule of require) {
        // Unset is not met, as on the server; without the evaluator only the server can tell.
        if (rules.value && passes(rule.if) !== true) found.push({ path: '', code: 'guard', message: rule.say })
      }
    }
    errors.value = found
    return found.length === 0
  }

  function payload(): Values {
    const out: Values = {}
    for (const field of shown.value) {
      const value = values[field.key]
      if (!isBlank(value)) out[field.key] = copy(value)
      else if (!isBlank(initial[field.key])) out[field.key] = null
    }
    return out
  }

  function accept(problem: ApiProblem): FieldProblem[] {
    const mine: FieldProblem[] = [], rest: FieldProblem[] = []
    for (const p of problem.fields) {
      const field = asked.find(f => p.path === pathOf(f.key) || p.path.startsWith(`${pathOf(f.key)}.`))
      if (field) mine.push({ ...p, message: p.message || t('invalid.server', { label: field.label }) })
      else rest.push(p)
    }
    errors.value = mine
    return rest
  }

  return {
    asked, shown, values, errors, validate, payload, accept, pathOf,
    isNeeded: key => need.includes(key),
    isSuggested: key => suggest[key] !== undefined && same(values[key], suggest[key]),
    errorOf: key => errors.value.find(p => p.path === pathOf(key) || p.path.startsWith(`${pathOf(key)}.`))?.message,
    dirty: computed(() => !same(values, start)),
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
/** A deep copy that also takes reactive proxies, which structuredClone refuses. */
const copy = <T>(value: T): T => value === undefined ? value : JSON.parse(JSON.stringify(value)) as T
