// The server's time as far as the phone knows it: occurred-at of things done without a
// network must not depend on a phone whose clock is wrong. What was last known of the
// difference is kept: the app may be opened again before there is a network.
import { ref } from 'vue'
import { keep, setting, whenMended } from './settings'

const KEY = 'linqiao.clock'
/** A clock off by less is not worth a word; the server's rule is the same. */
const SLACK_MS = 5 * 60_000

/** Milliseconds by which the phone's clock is behind the server's; negative = ahead. */
export const clockOff = ref(Number(setting(KEY) ?? 0) || 0)

/** A phone that died a minute after it heard of its wrong clock knows it again. */
export const setUpClock = (): void => whenMended(KEY, () => { clockOff.value = Number(setting(KEY) ?? 0) || 0 })

/** Called with the time that an answer of the server bears. */
export function setServerNow(now: string | null | undefined): void {
  const at = now ? Date.parse(now) : Number.NaN
  if (Number.isNaN(at)) return
  const off = at - Date.now()
  const before = clockOff.value
  clockOff.value = Math.abs(off) < 2000 ? 0 : off // a Date header has whole seconds
  // Browsers write localStorage to disk seldom and ration it: not for every answer.
  if (Math.abs(clockOff.value - before) >= 1000) keep(KEY, String(clockOff.value))
}

/** What a kept answer says of the clock, when nothing newer is known: `now` by the server,
 *  `at` (epoch ms) by the phone when it came. */
export function recallServerNow(now: string, at: number): void {
  const off = Date.parse(now) - at
  if (clockOff.value === 0 && Math.abs(off) >= 2000) clockOff.value = off
}

export const clockWrong = (): boolean => Math.abs(clockOff.value) >= SLACK_MS
export const serverNow = (): number => Date.now() + clockOff.value

/** What an act says about when it was made: corrected, and by how much when that matters. */
export const capturedAt = (): { at: string; clock?: number } => ({
  at: new Date(serverNow()).toISOString(), ...(clockWrong() ? { clock: Math.round(clockOff.value / 1000) } : {}),
})
