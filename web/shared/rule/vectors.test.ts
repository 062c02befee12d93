/**
 * The same conditions give the same result as on the server: cases written by Go
 * (kernel/form/vectors_test.go), a letter a case. U is unset on the server or cannot be
 * evaluated there; the phone does not tell the two apart, as both show nothing.
 */
import { describe, expect, it } from 'vitest'
import type { Field } from '../api/types'
import { loadEvaluator } from '.'
import vectors from './vectors.json'

describe('the phone evaluates as the server does', async () => {
  const rules = await loadEvaluator()
  const { today, answers, cases } = vectors
  const fields = vectors.fields as unknown as Field[]
  const letter = (value: boolean | undefined) => (value === undefined ? 'U' : value ? 'T' : 'F')

  it('over every vector', () => {
    const wrong = cases.flatMap(c => {
      const got = answers.map(a => letter(rules.test(c.if, fields, a, today))).join('')
      const at = answers.findIndex((_, n) => got[n] !== c.want[n])
      return at < 0 ? [] : [`${c.if}\n  server ${c.want}\n  phone  ${got}\n  ${JSON.stringify(answers[at])}`]
    })
    expect(wrong.slice(0, 10).join('\n'), `${wrong.length} of ${cases.length} conditions differ`).toBe('')
    expect(cases.length * answers.length).toBeGreaterThan(15_000)
  })
})
