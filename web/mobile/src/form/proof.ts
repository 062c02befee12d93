// Whether the proof that a move asks for is complete. The server checks distance and
// codes; here only that nothing asked for is missing.
import type { FieldProblem } from '@linqiao/shared/api/problem'
import type { Act, ProofView } from '@linqiao/shared/api/types'
import { t } from '@linqiao/shared/i18n'

/** `when`: in which cases it is asked at all, in the phone subset of the rule language. */
export type Proof = ProofView & { when?: string }
type Given = NonNullable<Act['proof']>

export function proofProblems(proof: ProofView, given: Given): FieldProblem[] {
  const instead = (proof.or === 'text' && !!given.text?.trim()) || (proof.or === 'pass' && !!given.pass?.trim())
  if (instead) return []
  const found: FieldProblem[] = []
  const need = (path: string, ok: unknown, message: string) => {
    if (!ok) found.push({ path: `proof.${path}`, code: 'required', message })
  }
  if (proof.near) need('lat', given.lat !== undefined, t(proof.or ? 'm.proof.needPlaceOr' : 'm.proof.needPlace'))
  if (proof.photo) need('photos', (given.photos?.length ?? 0) >= proof.photo, t('invalid.photo', { n: proof.photo }))
  if (proof.pass) need('pass', given.pass?.trim(), t('m.proof.needPass'))
  return found
}

/** Only what was given is sent. */
export function proofBody(given: Given): Given | undefined {
  const entries = Object.entries(given).filter(([, v]) => v !== undefined && v !== '' && (!Array.isArray(v) || v.length))
  return entries.length ? Object.fromEntries(entries) as Given : undefined
}
