// Conditions that the phone evaluates itself, also without a network: answers that
// call for help at once, and proofs asked only in some cases.
import { computed, shallowRef, type ComputedRef } from 'vue'
import type { FormFields } from '@linqiao/shared/form/model'
import { today } from '@linqiao/shared/form/format'
import { loadEvaluator, type Evaluator } from '@linqiao/shared/rule'
import type { Urgent } from '../form/entry'

export interface Rules {
  /** undefined where something read is not answered, or the evaluator has not come. */
  passes: (expression: string) => boolean | undefined
}

export function useRules(form: FormFields, wanted: () => boolean): Rules {
  const rules = shallowRef<Evaluator>()
  if (wanted()) void loadEvaluator().then((r) => { rules.value = r }, () => {})
  return { passes: (expression) => rules.value?.test(expression, form.asked, form.values, today()) }
}

export function useUrgent(form: FormFields, urgent: Urgent[]): ComputedRef<Urgent[]> {
  const { passes } = useRules(form, () => urgent.length > 0)
  return computed(() => urgent.filter((u) => passes(u.if) === true))
}
