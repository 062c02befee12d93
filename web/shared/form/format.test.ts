import { describe, expect, it } from 'vitest'
import type { Field } from '../api/types'
import { addSharedTexts } from '../i18n/shared'
import {
  filledFields, formatBp, formatChecks, formatDay, formatFigure, formatInstant, formatMoney, formatRate, formatShort, formatValue,
  instantOf, moneyText, parseMoney,
} from './format'

addSharedTexts()
const field = (type: Field['type'], more: Partial<Field> = {}): Field => ({ key: 'k', label: '标签', type, ...more })

describe('money', () => {
  it.each([
    [0, '0元'], [8_550, '85.50元'], [123_400, '1,234元'], [300_000_000, '300万元'], [12_345_678, '123,456.78元'],
    [150_000_000, '150万元'], [12_000_000_000, '1.2亿元'], [10_000_000_000, '1亿元'], [-300_000_000, '-300万元'], [477_123_456, '4,771,234.56元'],
  ])('shows %d fen as %s, losing nothing', (fen, text) => expect(formatMoney(fen)).toBe(text))

  it.each([
    ['300万', 300_000_000], ['300万元', 300_000_000], ['1.2亿', 12_000_000_000], ['3,000', 300_000], ['85.5元', 8_550], ['0.07', 7],
    ['-5', -500], ['1.23456万', 1_234_560],
  ])('reads %s', (text, fen) => expect(parseMoney(text)).toBe(fen))

  it.each(['', '万', '三百万', '1.234', '1e3', '12元3'])('refuses %s', text => expect(parseMoney(text)).toBeUndefined())

  it('what an input shows reads back to the same fen', () => {
    for (const fen of [1, 99, 8_550, 123_400, 300_000_000, 12_345_678, 12_000_000_000, 12_345_000_000_00]) expect(parseMoney(moneyText(fen))).toBe(fen)
  })
})

describe('time', () => {
  it('is Beijing time', () => {
    expect(formatInstant('2026-11-21T16:30:00Z')).toBe('2026-11-22 00:30')
    expect(formatDay('2026-11-21T16:30:00Z')).toBe('2026-11-22')
    expect(formatDay('2026-11-22')).toBe('2026-11-22')
    expect(formatShort('2026-11-21T16:30:00Z', '2026-11-22')).toBe('00:30')
    expect(instantOf('2026-11-22T00:30')).toBe('2026-11-21T16:30:00.000Z')
  })
})

describe('values', () => {
  it('shows each type', () => {
    expect(formatBp(345)).toBe('3.45%')
    expect(formatRate({ base: 'LPR1Y', bp: 30 })).toBe('一年期LPR+30BP')
    expect(formatRate({ base: 'LPR5Y', bp: -20 })).toBe('五年期LPR-20BP')
    expect(formatRate({ base: 'fixed', bp: 345 })).toBe('3.45%')
    expect(formatValue(field('choice', { options: [{ key: 'a', label: '甲' }, { key: 'b', label: '乙' }], many: true }), ['a', 'b'])).toBe('甲、乙')
    expect(formatValue(field('bool'), false)).toBe('否')
    expect(formatValue(field('int', { unit: '人' }), 1200)).toBe('1,200 人')
    expect(formatValue(field('person'), { id: 'x', name: '李国强' })).toBe('李国强')
    expect(formatValue(field('org'), 'id-1', '县农商银行')).toBe('县农商银行')
    expect(formatValue(field('span'), '30d')).toBe('30 天')
    expect(formatValue(field('interval'), { start: '2026-11-22T01:00:00Z', end: '2026-11-22T03:00:00Z' })).toBe('2026-11-22 09:00 – 11:00')
    expect(formatValue(field('place'), { lat: 21.6, lng: 110.9 })).toBe('北纬 21.6°，东经 110.9°')
    expect(formatValue(field('rows', { fields: [field('money')] }), [{ k: 100 }])).toBe('1元')
  })

  it('shows checks with their notes', () => {
    const items = [{ key: 'a', label: '合规经营' }, { key: 'b', label: '信用良好' }]
    expect(formatChecks(items, { a: { v: 'pass' }, b: { v: 'fail', note: '有逾期' } })).toBe('合规经营：满足；信用良好：不满足（有逾期）')
  })

  it('leaves out what is empty', () => {
    expect(filledFields([field('text'), field('int', { key: 'n' })], { k: '', n: 0 })).toEqual([{ field: expect.objectContaining({ key: 'n' }), text: '0' }])
  })

  it('shows figures by their unit; none is not zero', () => {
    expect(formatFigure(null, 'count')).toBe('—')
    expect(formatFigure(0, 'count')).toBe('0')
    expect(formatFigure(8_234, 'bp')).toBe('82.34%')
    expect(formatFigure(47_710_000_00, 'fen')).toBe('4,771万元')
    expect(formatFigure(90, 'minutes')).toBe('90 分钟')
  })
})
