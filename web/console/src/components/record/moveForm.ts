/**
 * The state of one move's dialog: own fields, those of the child it opens, reason, text
 * and proof, as the server's MoveOffer asks for them. No request and no component here.
 */
import { computed, reactive, ref, type ComputedRef, type Ref } from 'vue'
import type { Act, Field, FormView, Keyed, MoveOffer, Values } from '@linqiao/shared/api/types'
import type { ApiProblem, FieldProblem } from '@linqiao/shared/api/problem'
import { useFormFields, type FormFields } from '@linqiao/shared/form/model'
import { t } from '@linqiao/shared/i18n'

export interface MoveFormOptions {
  move: MoveOffer
  fields: Field[]
  /** What the record holds already. */
  initial?: Values
  suggest?: Values
  /** The questionnaire that the move is made with. */
  form?: FormView
  channels?: Keyed[]
  rev?: number
}
export interface ProofEntry { lat?: number; lng?: number; photos: string[]; pass: string; text: string }
export interface MoveForm {
  move: MoveOffer
  own: FormFields
  child?: FormFields
  entry: { reason: string; text: string; channel: string; proof: ProofEntry }
  channels: Keyed[]
  problems: Ref<FieldProblem[]>
  validate: () => boolean
  act: () => Act
  /** Lays the server's field problems where they belong; those without a field go on top. */
  accept: (problem: ApiProblem) => void
  errorOf: (path: string) => string | undefined
  dirty: ComputedRef<boolean>
  /** Nothing to fill in: only to be confirmed. */
  bare: boolean
}

const emptyProof = (): ProofEntry => ({ photos: [], pass: '', text: '' })
const among = (fields: Field[], asked: readonly string[], values: Values = {}): Values =>
  Object.fromEntries(asked.filter(k => fields.some(f => f.key === k) && values[k] !== undefined).map(k => [k, values[k]]))

export function useMoveForm(options: MoveFormOptions): MoveForm {
  const { move, form } = options
  const fields = move.fields?.length ? move.fields : options.fields
  const need = move.need ?? []
  const ask = [...(move.ask ?? []), ...(form?.ask ?? [])].filter((key, i, all) => !need.includes(key) && all.indexOf(key) === i)
  const asked = [...need, ...ask]
  const own = useFormFields({
    fields, need, ask, show: form?.show, require: form?.require,
    initial: among(fields, asked, options.initial), suggest: among(fields, asked, options.suggest),
  })
  const child = move.child
    ? useFormFields({
      fields: move.child.fields, need: move.child.when ? [] : move.child.need ?? [],
      ask: move.child.when ? [...(move.child.need ?? []), ...(move.child.ask ?? [])] : move.child.ask ?? [], prefix: 'child.fields.',
    })
    : undefined
  const channels = (options.channels ?? []).length > 1 ? options.channels! : []
  const entry = reactive({ reason: '', text: '', channel: '', proof: emptyProof() })
  const problems = ref<FieldProblem[]>([])

  function proofProblems(): FieldProblem[] {
    const asks = move.proof
    if (!asks) return []
    const excused = asks.or === 'text' ? !!entry.proof.text.trim() : asks.or === 'pass' ? !!entry.proof.pass.trim() : false
    if (excused) return []
    const out: FieldProblem[] = []
    if (asks.photo && entry.proof.photos.length < asks.photo) out.push({ path: 'proof.photos', code: 'required', message: t('invalid.photo', { n: asks.photo }) })
    if (asks.near && entry.proof.lat === undefined) out.push({ path: 'proof.lat', code: 'required', message: t('move.positionMissing') })
    if (asks.pass && !entry.proof.pass.trim()) out.push({ path: 'proof.pass', code: 'required', message: t('move.passMissing') })
    return out
  }

  function validate(): boolean {
    own.validate()
    child?.validate()
    const found = [...own.errors.value, ...(child?.errors.value ?? [])]
    if (move.reason?.length && !entry.reason) found.push({ path: 'reason', code: 'required', message: t('invalid.reason') })
    if (move.text === 'required' && !entry.text.trim()) found.push({ path: 'text', code: 'required', message: t('invalid.text') })
    found.push(...proofProblems())
    problems.value = found
    return found.length === 0
  }

  function act(): Act {
    const out: Act = { fields: own.payload() }
    const opened = child?.payload()
    if (opened && (!move.child?.when || Object.keys(opened).length)) out.child = { fields: opened }
    if (entry.reason) out.reason = entry.reason
    if (entry.text.trim()) out.text = entry.text.trim()
    if (entry.channel) out.channel = entry.channel
    if (options.rev !== undefined) out.rev = options.rev
    const { photos, pass, text, lat, lng } = entry.proof
    if (move.proof && (photos.length || pass || text || lat !== undefined)) {
      out.proof = { ...(photos.length ? { photos: [...photos] } : {}), ...(pass ? { pass } : {}), ...(text ? { text } : {}), ...(lat !== undefined ? { lat, lng } : {}) }
    }
    return out
  }

  function accept(problem: ApiProblem): void {
    const afterOwn = own.accept(problem)
    let rest = afterOwn
    if (child) {
      const left = new Set(child.accept(problem))
      rest = afterOwn.filter(p => left.has(p))
    }
    problems.value = [...own.errors.value, ...(child?.errors.value ?? []), ...rest]
  }

  return {
    move, own, child, entry, channels, problems, validate, act, accept,
    errorOf: path => problems.value.find(p => p.path === path)?.message,
    dirty: computed(() => own.dirty.value || !!child?.dirty.value || !!entry.reason || !!entry.text),
    bare: asked.length === 0 && !child && !move.reason?.length && !move.text && !move.proof && channels.length === 0,
  }
}
