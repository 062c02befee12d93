// When a session is, as people say it: the day with its weekday, the hours.
import { locale } from '@linqiao/shared/i18n'

const ZONE = 'Asia/Shanghai'

/** '' when it does not begin at a known time. */
export function daySpan(start: unknown, end: unknown): string {
  const from = Date.parse(String(start ?? ''))
  if (Number.isNaN(from)) return ''
  const word = (at: number, options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(locale(), { timeZone: ZONE, ...options }).format(at)
  const day = (at: number): string => `${new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(at)} ${word(at, { weekday: 'short' })}`
  const hour = (at: number): string => word(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const until = Date.parse(String(end ?? ''))
  if (Number.isNaN(until)) return `${day(from)} ${hour(from)}`
  return day(from) === day(until) ? `${day(from)} ${hour(from)}–${hour(until)}` : `${day(from)} ${hour(from)} – ${day(until)} ${hour(until)}`
}
