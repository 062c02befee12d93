import { describe, expect, it } from 'vitest'
import type { ProgramView, RecordView, Session } from '@linqiao/shared/api/types'
import { projected } from '../src/composables/record'
import { servicesOf } from '../src/composables/programs'
import { session } from '../src/composables/session'
import { normalProgram, normalRecord } from '../src/look/normal'
import raw from './mock/programs.json'

const program = normalProgram(raw['volunteer-service'] as unknown as ProgramView)
const signIn = (roles: string[], over: Partial<Session> = {}) => {
  session.value = { account: { id: 'a', name: '' }, memberships: [], parties: [], roles: roles.map((role) => ({ program: program.key, role, label: '' })), ...over } as unknown as Session
}
const taken = normalRecord({ id: 'r', program: program.key, record: 'request', stage: 'taken', stage_label: '已接单', phase: 'open', moves: [{ key: 'start', label: '到场签到' }] } as unknown as RecordView)

describe('work without a network', () => {
  it('goes on from the stage that a waiting act leads to, with moves that may be made offline', () => {
    signIn(['team'])
    const after = projected(taken, program, [{ move: 'start', stage: 'doing', state: 'waiting' }])
    expect(after).toMatchObject({ stage: 'doing', stage_label: '服务中' })
    expect(after.moves.map((m) => m.key)).toEqual(['finish'])
    const last = projected(taken, program, [{ move: 'start', stage: 'doing', state: 'waiting' }, { move: 'finish', stage: 'check', state: 'waiting' }])
    expect(last.moves.map((m) => m.key)).toEqual(['confirm'])
  })
  it('a refused act changes nothing', () => {
    signIn(['team'])
    expect(projected(taken, program, [{ move: 'start', stage: 'doing', state: 'rejected' }])).toBe(taken)
  })
  it('offers no move of somebody else’s role', () => {
    signIn(['client'])
    expect(projected(taken, program, [{ move: 'start', stage: 'doing', state: 'waiting' }]).moves).toEqual([])
  })
})

describe('services', () => {
  const person = { parties: [{ id: 'p', kind: 'person' as const, name: '' }] }
  it('are the intakes that this person may make', () => {
    signIn(['client'], person)
    expect(servicesOf(program).map((s) => s.move.key)).toContain('order')
    expect(servicesOf(program).map((s) => s.move.key)).not.toContain('begin')
  })
  it('need a subject of the right kind', () => {
    signIn(['client'], { parties: [{ id: 'e', kind: 'enterprise', name: '' }] })
    expect(servicesOf(program).map((s) => s.move.key)).not.toContain('order')
  })
  it('say under what they stand', () => {
    signIn(['client'], person)
    expect(servicesOf(program).find((s) => s.record.key === 'turnout')).toMatchObject({ under: 'saturday' })
  })
})
