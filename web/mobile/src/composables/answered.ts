// What the entry just filed says to who filled it in, for the page that follows: where to
// call for help, or what the score hints at. It lives in memory until the next page.
import { shallowRef } from 'vue'
import type { Values } from '@linqiao/shared/api/types'
import { scoreOf } from '@linqiao/shared/form/score'
import type { Entry, Urgent } from '../form/entry'

export interface Answered { urgent: Urgent[]; say: string; source?: string; licence?: string }
const said = shallowRef<Answered>()

export function keepAnswered(entry: Entry, values: Values, urgent: Urgent[]): void {
  const say = entry.scale && !urgent.length ? scoreOf(entry.scale, values)?.say : ''
  said.value = urgent.length || say ? { urgent, say: say ?? '', source: entry.scale?.source, licence: entry.scale?.licence } : undefined
}

export function takeAnswered(): Answered | undefined {
  const now = said.value
  said.value = undefined
  return now
}
