// Answers that call for help at once are met on the phone itself, also without a
// network: the page then says what to do and whom to call.
import { computed, shallowRef, type ComputedRef } from 'vue'
import type { FormFields } from '@linqiao/shared/form/model'
import { today } from '@linqiao/shared/form/format'
import { loadEvaluator, type Evaluator } from '@linqiao/shared/rule'
import type { Urgent } from '../form/entry'

export function useUrgent(form: FormFields, urgent: Urgent[]): ComputedRef<Urgent[]> {
  const rules = shallowRef<Evaluator>()
  if (urgent.length) void loadEvaluator().then((r) => { rules.value = r }, () => {})
  return computed(() => urgent.filter((u) => rules.value?.test(u.if, form.asked, form.values, today()) === true))
}
