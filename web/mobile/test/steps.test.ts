import { beforeAll, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { useFormFields } from '@linqiao/shared/form/model'
import { loadEvaluator } from '@linqiao/shared/rule'
import type { Field, ProgramView } from '@linqiao/shared/api/types'
import { chunk, CHECK, useSteps } from '../src/form/steps'
import { formEntry, moveEntry } from '../src/form/entry'
import { proofBody, proofProblems } from '../src/form/proof'
import { normalProgram } from '../src/look/normal'
import { useRules, useUrgent } from '../src/composables/urgent'
import { setUpTexts } from '../src/locales'
import raw from './mock/programs.json'

const programs = Object.fromEntries(Object.entries(raw).map(([k, v]) => [k, normalProgram(v as unknown as ProgramView)])) as Record<string, ProgramView>
const entryOf = (program: string, record: string, move: string) => {
  const view = programs[program]!
  const type = view.records.find((r) => r.key === record)!
  return moveEntry(view, type, type.moves.find((m) => m.key === move)!)
}
const text = (key: string): Field => ({ key, label: key, type: 'text' })
const ruled = async () => { await loadEvaluator(); await nextTick(); await nextTick() }

beforeAll(async () => {
  setUpTexts()
  await loadEvaluator()
})

describe('pages of an entry', () => {
  it('one question a page, then the check page', () => {
    const form = useFormFields({ fields: [text('a'), text('b')], need: ['a'] , ask: ['b'] })
    const steps = useSteps({ form })
    expect(steps.all.value.map((s) => s.key)).toEqual(['q:a', 'q:b', CHECK])
    expect(chunk([text('a'), text('b'), text('c')], 2).map((s) => s.fields.length)).toEqual([2, 1])
  })
  it('does not leave a page whose needed question is open', () => {
    const form = useFormFields({ fields: [text('a')], need: ['a'] })
    const steps = useSteps({ form })
    expect(steps.next()).toBe(false)
    expect(form.errorOf('a')).toBe('请填写a')
    form.values.a = 'x'
    expect(steps.next()).toBe(true)
    expect(steps.current.value.key).toBe(CHECK)
  })
  it('an optional question may be passed', () => {
    const form = useFormFields({ fields: [text('a')], need: [], ask: ['a'] })
    const steps = useSteps({ form })
    expect(steps.next()).toBe(true)
  })
  it('mending an answer from the check page leads straight back to it', () => {
    const form = useFormFields({ fields: [text('a'), text('b')], need: ['a', 'b'] })
    Object.assign(form.values, { a: '1', b: '2' })
    const steps = useSteps({ form })
    steps.next()
    steps.next()
    expect(steps.current.value.key).toBe(CHECK)
    steps.goTo('q:a')
    steps.next()
    expect(steps.current.value.key).toBe(CHECK)
  })
  it('pages of other kinds hold until they are complete', () => {
    const form = useFormFields({ fields: [], need: [] })
    let subject = ''
    const steps = useSteps({ form, before: () => ['subject'], complete: () => !!subject })
    expect(steps.next()).toBe(false)
    subject = 'p-1'
    expect(steps.next()).toBe(true)
    expect(steps.back()).toBe(true)
    expect(steps.back()).toBe(false)
  })
  it('leads to the page of a field the server complained about', () => {
    const form = useFormFields({ fields: [text('a'), text('b')], need: ['a', 'b'] })
    const steps = useSteps({ form })
    expect(steps.goToField(['b'])).toBe(true)
    expect(steps.current.value.key).toBe('q:b')
    expect(steps.goToField(['nobody'])).toBe(false)
  })
})

describe('questions of a program', () => {
  it('a move asks its own need and ask', () => {
    const entry = entryOf('sme-finance', 'demand', 'raise')
    const form = useFormFields(entry.form)
    expect(form.asked.map((f) => f.key)).toEqual(['amount', 'purpose', 'months'])
    expect(form.isNeeded('amount')).toBe(true)
    expect(form.isNeeded('months')).toBe(false)
  })
  it('a move with a form asks the form, built-in fields included, and shows what its conditions say', async () => {
    const entry = entryOf('sme-finance', 'visit', 'record')
    expect(entry.offline).toBe(true)
    const form = useFormFields(entry.form)
    const steps = useSteps({ form })
    await ruled()
    expect(form.asked.map((f) => f.key)).toEqual(['mode', 'outcome', 'needs', 'ideas', 'problems'])
    expect(form.shown.value.map((f) => f.key)).not.toContain('problems')
    form.values.needs = ['finance']
    expect(form.shown.value.map((f) => f.key)).toContain('problems')
    expect(steps.all.value.map((s) => s.key)).toContain('q:problems')
    form.values.problems = ['rate']
    form.values.needs = ['labour']
    expect(form.payload()).not.toHaveProperty('problems')
  })
  it('a small rating must be given', () => {
    const view = programs['volunteer-service']!
    const form = useFormFields(formEntry(view.forms.find((f) => f.key === 'stars')!).form)
    expect(form.validate()).toBe(false)
    form.values.stars = 5
    expect(form.validate()).toBe(true)
    expect(form.pathOf('stars')).toBe('answers.stars')
  })
  it('an answer that calls for help is met on the phone', async () => {
    const view = programs['volunteer-service']!
    const entry = formEntry(view.forms.find((f) => f.key === 'patrol')!)
    const form = useFormFields(entry.form)
    const urgent = useUrgent(form, entry.urgent)
    await ruled()
    expect(urgent.value).toEqual([])
    form.values.danger = true
    expect(urgent.value[0]).toMatchObject({ say: '请立即求助', call: ['120', '110'] })
  })
})

describe('proof', () => {
  it('names what is missing, and takes words or a code instead where the program says so', () => {
    expect(proofProblems({ near: true }, {}).map((p) => p.path)).toEqual(['proof.lat'])
    expect(proofProblems({ near: true }, { lat: 1, lng: 2 })).toEqual([])
    expect(proofProblems({ near: true, or: 'text' }, { text: '电话走访' })).toEqual([])
    expect(proofProblems({ near: true, or: 'pass' }, { pass: '1234' })).toEqual([])
    expect(proofProblems({ photo: 2 }, { photos: ['a'] }).map((p) => p.path)).toEqual(['proof.photos'])
    expect(proofProblems({ pass: 'door' }, {}).map((p) => p.path)).toEqual(['proof.pass'])
  })
  it('sends only what was given', () => {
    expect(proofBody({ lat: undefined, photos: [], text: '' })).toBeUndefined()
    expect(proofBody({ lat: 1, lng: 2, photos: [] })).toEqual({ lat: 1, lng: 2 })
  })
  it('may be asked only in some cases', async () => {
    const entry = entryOf('sme-finance', 'visit', 'record')
    const form = useFormFields(entry.form)
    const { passes } = useRules(form, () => true)
    await ruled()
    form.values.mode = 'phone'
    expect(passes("mode == 'onsite'")).toBe(false)
    form.values.mode = 'onsite'
    expect(passes("mode == 'onsite'")).toBe(true)
  })
})
