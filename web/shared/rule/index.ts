/**
 * Conditions of forms (`show`, `require`, `urgent`), written by programs in the phone
 * subset of CEL. The evaluator is a chunk of its own: it is fetched only when a form has
 * a condition, and works without network once fetched.
 *
 * Unset rule (docs/program-format.md §6): reading a value that is not given makes the
 * whole expression unset. Then nothing is shown, nothing is required, nothing is urgent;
 * the server, which has the last word, is stricter.
 */
import type { Field } from '../api/types'

export type Answers = Record<string, unknown>
export interface Evaluator {
  /** true, false, or undefined where the expression reads something not given. */
  test(expression: string, fields: Field[], answers: Answers, today: string): boolean | undefined
}

let loading: Promise<Evaluator> | undefined

export function loadEvaluator(): Promise<Evaluator> {
  loading ??= import('./evaluator').then(m => m.evaluator)
    .catch(cause => { loading = undefined; throw cause })
  return loading
}
