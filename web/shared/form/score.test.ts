/**
 * Ten thousand filled scales score as on the server: cases written by Go
 * (kernel/form/score_vectors_test.go), which holds its own score to a second one.
 */
import { expect, it } from 'vitest'
import type { Field, FormView } from '../api/types'
import { itemsOf, scoreOf } from './score'
import file from './scores.json'

const choices = (f: Field): unknown[] => (f.type === 'bool' ? [false, true] : f.options?.length ? f.options.map((o) => o.key) : [1, 2, 3, 4, 5])

it('scores every vector as the server does', () => {
  let n = 0
  const wrong: string[] = []
  for (const { form: raw, cases } of file.forms) {
    const form = raw as unknown as FormView
    const items = itemsOf(form).map((key) => form.fields!.find((f) => f.key === key)!)
    for (const line of cases) {
      const [row, ...want] = line.split(' ')
      const answers = Object.fromEntries(items.flatMap((f, i) => (row![i] === '-' ? [] : [[f.key, choices(f)[row!.charCodeAt(i) - 97]]])))
      const got = scoreOf(form, answers)
      const said = got ? `${got.total} ${got.band}` : 'x'
      if (said !== want.join(' ')) wrong.push(`${form.key} ${line}: phone ${said}`)
      n++
    }
  }
  expect(wrong.slice(0, 10)).toEqual([])
  expect(n).toBe(10_000)
})
