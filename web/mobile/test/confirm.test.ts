import { describe, expect, it } from 'vitest'
import { codeFits, confirmCode, factsText, readFacts } from '../src/offline/confirm'
import vectors from './confirm.json'

describe('two-sided confirmation', () => {
  it('makes the same digits as the server', async () => {
    for (const v of vectors) expect(await confirmCode(v.key, v.facts)).toBe(v.code)
  })
  it('tells a slip of the finger before anything is sent', () => {
    for (const { code } of vectors) {
      expect(codeFits(code)).toBe(true)
      expect(codeFits(code.slice(0, 7) + String((Number(code[7]) + 1) % 10))).toBe(false)
    }
    expect(codeFits('1234567')).toBe(false)
  })
  it('reads back the facts, and nothing else', () => {
    const facts = { r: 'r1', m: 'agree', at: '2026-11-22T01:00:00Z', f: { spent: 60 } }
    expect(readFacts(factsText(facts))).toEqual(facts)
    for (const bad of ['', 'x', '{}', '{"r":1}', 'https://example.test']) expect(readFacts(bad)).toBeUndefined()
  })
})
