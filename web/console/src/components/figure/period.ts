/** Periods as the API writes them: 2026, 2026-11, 2026-11-01..2026-11-22. */
export type PeriodKind = 'month' | 'year' | 'range'
const MONTH = /^\d{4}-\d{2}$/, YEAR = /^\d{4}$/, RANGE = /^\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}$/

export const kindOfPeriod = (period: string): PeriodKind => YEAR.test(period) ? 'year' : RANGE.test(period) ? 'range' : 'month'
export const isPeriod = (period: string): boolean => MONTH.test(period) || YEAR.test(period) || RANGE.test(period)

/** The month or year that many steps away; a range stays. */
export function shift(period: string, by: number): string {
  if (YEAR.test(period)) return String(Number(period) + by)
  if (!MONTH.test(period)) return period
  const [year, month] = period.split('-').map(Number) as [number, number]
  const index = year * 12 + (month - 1) + by
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`
}

/** The last n months up to and with this one, oldest first. */
export const monthsUpTo = (month: string, n: number): string[] => Array.from({ length: n }, (_, i) => shift(month, i - n + 1))
