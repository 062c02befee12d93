import type { ProgramMove, RecordTypeView } from '@linqiao/shared/api/types'
import { describe, expect, it } from 'vitest'
import { isPeriod, kindOfPeriod, monthsUpTo, shift } from '../src/components/figure/period'
import { layOut } from '../src/components/program/layout'
import { intakesFor, runningStages, wayToDone } from '../src/components/program/shape'

const move = (key: string, from: string[], to: string, by: string[] = ['staff']): ProgramMove => ({ key, label: key, from, to, by })
const type: RecordTypeView = {
  key: 'matter', label: '事项', noun: 'case', fields: [], clocks: [],
  stages: [
    { key: 'raised', label: '已提出', phase: 'open' }, { key: 'checked', label: '已核', phase: 'open' }, { key: 'sent', label: '已派', phase: 'waiting' },
    { key: 'met', label: '办结', phase: 'done' }, { key: 'dropped', label: '撤回', phase: 'void' },
  ],
  moves: [
    move('raise', [], 'raised', ['citizen']), move('check', ['raised'], 'checked'), move('send', ['checked'], 'sent', []), move('back', ['sent'], 'raised'),
    move('meet', ['sent'], 'met'), move('drop', ['raised', 'checked'], 'dropped'), move('remark', ['raised'], ''),
  ],
}

describe('shape', () => {
  it('offers an intake to who holds its role, unless it hangs on a parent', () => {
    expect(intakesFor(type, ['citizen']).map(m => m.key)).toEqual(['raise'])
    expect(intakesFor(type, ['staff'])).toEqual([])
    expect(intakesFor({ ...type, of: 'other' }, ['citizen'])).toEqual([])
    expect(intakesFor({ ...type, of: 'other', alone: true }, ['citizen'])).toHaveLength(1)
  })
  it('knows where something may still happen', () => expect(runningStages(type).map(s => s.key)).toEqual(['raised', 'checked', 'sent']))
  it('finds the way to done that the file tells, past short cuts', () => {
    const short = { ...type, moves: [...type.moves, move('jump', ['raised'], 'sent')] }
    expect(wayToDone(short, 'raised').map(s => s.key)).toEqual(['checked', 'sent', 'met'])
    expect(wayToDone(type, 'raised').map(s => s.key)).toEqual(['checked', 'sent', 'met'])
    expect(wayToDone(type, 'met')).toEqual([])
    expect(wayToDone(type, 'dropped')).toEqual([])
  })
})

describe('stage diagram', () => {
  const diagram = layOut(type)
  const x = (key: string): number => diagram.nodes.find(n => n.key === key)!.x
  it('goes from left to right, and a way back does not push its goal', () => {
    expect(x('raised')).toBeLessThan(x('checked'))
    expect(x('checked')).toBeLessThan(x('sent'))
    expect(x('sent')).toBeLessThan(x('met'))
    expect(diagram.edges.find(e => e.key === 'sent>raised')!.back).toBe(true)
  })
  it('no two stages lie on each other, and all lie inside', () => {
    expect(new Set(diagram.nodes.map(n => `${n.x},${n.y}`)).size).toBe(type.stages.length)
    for (const n of diagram.nodes) expect(n.x >= 0 && n.y >= 0 && n.x < diagram.width && n.y < diagram.height).toBe(true)
  })
  it('marks intakes and what goes by itself; staying draws nothing', () => {
    expect(diagram.nodes[0]!.intake).toEqual(['raise'])
    expect(diagram.edges.find(e => e.key === 'checked>sent')!.automatic).toBe(true)
    expect(diagram.edges.find(e => e.key === 'raised>checked')!.automatic).toBe(false)
    expect(diagram.edges).toHaveLength(6)
  })
})

describe('periods', () => {
  it('step over the year', () => {
    expect(shift('2026-01', -1)).toBe('2025-12')
    expect(shift('2026-12', 1)).toBe('2027-01')
    expect(shift('2026', -1)).toBe('2025')
    expect(shift('2026-01-01..2026-01-31', 1)).toBe('2026-01-01..2026-01-31')
  })
  it('list months oldest first', () => expect(monthsUpTo('2026-02', 4)).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']))
  it('are told apart', () => {
    expect([kindOfPeriod('2026'), kindOfPeriod('2026-11'), kindOfPeriod('2026-11-01..2026-11-22')]).toEqual(['year', 'month', 'range'])
    expect(isPeriod('2026-1')).toBe(false)
  })
})
