import type { ApiProblem } from '../api/problem'
import { hasText, t } from '.'

/** What a problem says to its reader: the server's own sentence first, else ours by its code. */
export function problemTitle(problem: ApiProblem): string {
  if (problem.title) return problem.title
  if (hasText(`problem.${problem.type}`)) return t(`problem.${problem.type}`)
  const byStatus: Record<number, string> = { 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found', 413: 'too_large', 429: 'rate_limited', 503: 'unavailable' }
  return t(`problem.${byStatus[problem.status] ?? 'internal'}`)
}

/** What to do about it; empty when there is nothing to add. */
export function problemHint(problem: ApiProblem): string {
  if (problem.detail && problem.title) return problem.detail
  if (hasText(`problem.${problem.type}Hint`)) return t(`problem.${problem.type}Hint`)
  return problem.status >= 500 ? t('problem.internalHint') : ''
}
