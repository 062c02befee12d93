import { describe, expect, it } from 'vitest'
import type { Field } from '../api/types'
import { loadEvaluator } from '.'

const fields: Field[] = [
  { key: 'needs', label: '问需', type: 'choice', many: true },
  { key: 'amount', label: '金额', type: 'money' },
  { key: 'born', label: '出生日期', type: 'date' },
  { key: 'note', label: '备注', type: 'text' },
  { key: 'mood', label: '情绪', type: 'int' },
  { key: 'criteria', label: '标准', type: 'checks', items: [{ key: 'a', label: '甲' }, { key: 'b', label: '乙' }] },
  { key: 'spot', label: '位置', type: 'place' },
  { key: 'home', label: '住址', type: 'place' },
  { key: 'people', label: '人员', type: 'rows', fields: [{ key: 'age', label: '年龄', type: 'int' }] },
]
const today = '2026-11-22'

describe('evaluator', async () => {
  const rules = await loadEvaluator()
  const test = (expression: string, answers: Record<string, unknown>) => rules.test(expression, fields, answers, today)

  it('reads lists, numbers and dates', () => {
    expect(test("'finance' in needs", { needs: ['finance'] })).toBe(true)
    expect(test("'finance' in needs", { needs: ['labour'] })).toBe(false)
    expect(test('amount >= 5000000', { amount: 5_000_000 })).toBe(true)
    expect(test('age(born, today) < 14', { born: '2012-11-23' })).toBe(true)
    expect(test('age(born, today) < 14', { born: '2012-11-22' })).toBe(false)
    expect(test('born <= today', { born: '2026-11-23' })).toBe(false)
    expect(test('months(born, today) == 12', { born: '2025-11-22' })).toBe(true)
    expect(test('days(born, today) == 2', { born: '2026-11-20' })).toBe(true)
    expect(test('born < date(2027, 1, 1)', { born: '2026-11-20' })).toBe(true)
  })

  it('a list left empty is unset, as on the server', () => {
    expect(test('needs.size() == 0', {})).toBeUndefined()
    expect(test('needs.size() == 0', { needs: [] })).toBeUndefined()
    expect(test('has(it.needs)', { needs: [] })).toBe(false)
  })
  it('blanks around a text do not count', () => expect(test('note == "x"', { note: ' x ' })).toBe(true))

  it('follows the unset rule', () => {
    expect(test('amount > 1', {})).toBeUndefined()
    expect(test('amount > 1 || mood > 1', { mood: 2 })).toBe(true)
    expect(test('amount > 1 && mood > 1', { mood: 0 })).toBe(false)
    expect(test('has(it.amount)', {})).toBe(false)
    expect(test('has(it.amount) && amount > 3', { amount: 4 })).toBe(true)
  })

  it('reads checks, rows and places', () => {
    const checks = (b: string) => ({ criteria: { a: { v: 'pass' }, b: { v: b } } })
    expect(test('criteria.all_pass', checks('pass'))).toBe(true)
    expect(test('criteria.any_fail', checks('fail'))).toBe(true)
    expect(test('people.exists(p, p.age < 18)', { people: [{ age: 20 }, { age: 9 }] })).toBe(true)
    const home = { lat: 21.6, lng: 110.9 }
    expect(test('near(spot, home, 500)', { home, spot: { lat: 21.603, lng: 110.9 } })).toBe(true)
    expect(test('near(spot, home, 500)', { home, spot: { lat: 21.605, lng: 110.9 } })).toBe(false)
  })

  it('an expression it cannot read is unset, not an exception', () => {
    expect(test('roster.firms.has(subject)', {})).toBeUndefined()
    expect(test('((', {})).toBeUndefined()
  })
})
