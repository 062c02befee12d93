// One thing a page: which pages an entry has, which one is open, and whether it may be
// left. Pages are known by key, so that a question that appears or goes (show) does not
// throw anybody onto another page.
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import type { Field } from '@linqiao/shared/api/types'
import type { FormFields } from '@linqiao/shared/form/model'

export interface Step {
  key: string
  /** Fields asked on this page; none on pages of another kind. */
  fields: Field[]
}

export interface StepsOptions {
  /** Pages before the questions (for whom, where…), by key. */
  before?: () => string[]
  /** Pages after the questions (reason, proof…), by key. */
  after?: () => string[]
  form: FormFields
  /** Questions on a page. */
  perPage?: number
  /** Whether a page of another kind is complete. */
  complete?: (key: string) => boolean
  /** Answers are shown once more before they are sent. */
  check?: boolean
}

export interface Steps {
  all: ComputedRef<Step[]>
  at: Ref<string>
  current: ComputedRef<Step>
  /** From 1. */
  number: ComputedRef<number>
  count: ComputedRef<number>
  isLast: ComputedRef<boolean>
  /** Goes on when the page is complete; false when it is not. */
  next: () => boolean
  /** One back; false on the first page. */
  back: () => boolean
  goTo: (key: string) => void
  /** Opens the first page with one of these fields; false when there is none. */
  goToField: (keys: string[]) => boolean
}

export const CHECK = 'check'

/** Pages of n questions each; a page is called after its first question. */
export function chunk(fields: Field[], perPage: number): Step[] {
  const steps: Step[] = []
  for (let i = 0; i < fields.length; i += perPage) {
    const part = fields.slice(i, i + perPage)
    steps.push({ key: `q:${part[0]!.key}`, fields: part })
  }
  return steps
}

export function useSteps(options: StepsOptions): Steps {
  const { form, perPage = 1, before, after, complete, check = true } = options
  const plain = (keys: string[]): Step[] => keys.map((key) => ({ key, fields: [] }))
  const all = computed<Step[]>(() => [
    ...plain(before?.() ?? []),
    ...chunk(form.shown.value, perPage),
    ...plain(after?.() ?? []),
    ...(check ? plain([CHECK]) : []),
  ])
  const at = ref('')
  const index = computed(() => Math.max(0, all.value.findIndex((s) => s.key === at.value)))
  const current = computed<Step>(() => all.value[index.value] ?? { key: CHECK, fields: [] })
  // Once the check page was seen, mending one answer leads straight back to it.
  let checked = false

  const goTo = (key: string): void => { at.value = key }

  function next(): boolean {
    const { key, fields } = current.value
    if (fields.length ? !form.validate(fields.map((f) => f.key)) : complete && !complete(key)) return false
    const following = all.value[index.value + 1]
    if (!following) return true
    const target = checked ? firstOpen() : following.key
    if (target === CHECK) checked = true
    at.value = target
    return true
  }

  /** After a mended answer: a page that is not complete any more, else the check page. */
  function firstOpen(): string {
    const needy = all.value.find((s) => s.fields.length > 0
      ? s.fields.some((f) => form.isNeeded(f.key) && form.values[f.key] === undefined)
      : s.key !== CHECK && complete && !complete(s.key))
    return needy?.key ?? CHECK
  }

  function back(): boolean {
    const former = all.value[index.value - 1]
    if (!former) return false
    form.errors.value = []
    at.value = former.key
    return true
  }

  function goToField(keys: string[]): boolean {
    const step = all.value.find((s) => s.fields.some((f) => keys.includes(f.key)))
    if (step) at.value = step.key
    return !!step
  }

  return {
    all, at, current, next, back, goTo, goToField,
    number: computed(() => index.value + 1),
    count: computed(() => all.value.length),
    isLast: computed(() => index.value === all.value.length - 1),
  }
}
