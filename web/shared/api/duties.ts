import { get, path, post, remove } from './client'
import type { DutyItem, DutyRound, DutyRoundView, Page, RosterAnswer, Work } from './types'

export const getWork = () => get<Work>('/work')
export const listRounds = (program: string, duty: string) => get<Page<DutyRound>>(path('programs', program, 'duties', duty, 'rounds'))
export const startRound = (program: string, duty: string, body: { from: string; to: string; region?: string }) =>
  post<DutyRound>(path('programs', program, 'duties', duty, 'rounds'), body)
export const getRound = (id: string) => get<DutyRoundView>(path('duty-rounds', id))
export const roundItems = (id: string, query: { state?: string; region?: string; org?: string; nobody?: boolean; cursor?: string }) =>
  get<Page<DutyItem>>(path('duty-rounds', id, 'items'), query)
export const getRoster = (program: string, roster: string, query: { cursor?: string } = {}) =>
  get<RosterAnswer>(path('programs', program, 'rosters', roster), query)
export const addMembers = (program: string, roster: string, parties: string[]) =>
  post<void>(path('programs', program, 'rosters', roster, 'members'), { parties })
export const removeMember = (program: string, roster: string, party: string) =>
  remove(path('programs', program, 'rosters', roster, 'members', party))
/** Gives open items of a round to a unit, or shares out those that nobody has. */
export const assignItems = (id: string, body: { items?: string[]; org?: string; split?: boolean }, idempotencyKey?: string) =>
  post<DutyRoundView>(path('duty-rounds', id, 'assign'), body, { idempotencyKey })
