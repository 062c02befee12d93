/**
 * How values look. Every value has one look on every screen: money never loses a fen by
 * being shown in 万元, days are 2026-11-22, instants are Beijing time.
 */
import type { Field, Keyed, Values } from '../api/types'
import { t } from '../i18n'

// ------------------------------------------------------------------ money
const WAN_FEN = 1_000_000 // 1 万元 in fen
const YI_FEN = 10_000_000_000 // 1 亿元 in fen

const grouped = (n: number, digits = 0): string =>
  n.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits })

/**
 * Fen in the unit that reads best: 万元 where hundreds of yuan come out even, 亿元 where
 * 万元 do, else 元. Nothing is ever rounded. kernel/form writes the same texts.
 */
export function formatMoney(fen: number): string {
  const size = Math.abs(fen)
  if (size >= YI_FEN && fen % WAN_FEN === 0) return `${grouped(fen / YI_FEN, 4)}${t('unit.yi')}`
  if (size >= WAN_FEN && fen % (WAN_FEN / 100) === 0) return `${grouped(fen / WAN_FEN, 2)}${t('unit.wan')}`
  return `${yuan(fen)}${t('unit.yuan')}`
}

/** Yuan with both decimals where there are fen: 1,234.50, and 1,234. */
export function yuan(fen: number): string {
  const digits = fen % 100 === 0 ? 0 : 2
  return (fen / 100).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

const MONEY = /^([-−]?)([\d,，]+(?:\.\d+)?)(亿|万)?元?$/

/** Fen of `300万`, `1.2亿`, `3,000`, `85.50元`; undefined for anything else. */
export function parseMoney(text: string): number | undefined {
  const match = MONEY.exec(text.replace(/\s/g, '').replace(/．/g, '.'))
  if (!match) return undefined
  const unit = match[3] === '亿' ? YI_FEN : match[3] === '万' ? WAN_FEN : 100
  const fen = decimalTimes(match[2]!.replace(/[,，]/g, ''), unit)
  return fen === undefined ? undefined : match[1] ? -fen : fen
}

/** Decimal text × a power of ten without binary fractions; undefined where a rest remains. */
function decimalTimes(text: string, power: number): number | undefined {
  const [whole = '0', fraction = ''] = text.split('.')
  const places = String(power).length - 1
  const digits = fraction.replace(/0+$/, '')
  if (digits.length > places) return undefined
  const value = Number(whole + digits.padEnd(places, '0'))
  return Number.isSafeInteger(value) ? value : undefined
}

/** The text an input shows for fen: the best unit, without spaces, so that it parses back. */
export function moneyText(fen: number): string {
  const size = Math.abs(fen)
  if (size >= YI_FEN && fen % WAN_FEN === 0) return `${plain(fen / YI_FEN)}亿`
  if (size >= WAN_FEN && fen % (WAN_FEN / 100) === 0) return `${plain(fen / WAN_FEN)}万`
  return (fen / 100).toFixed(fen % 100 === 0 ? 0 : 2)
}

const plain = (n: number): string => String(Math.round(n * 10_000) / 10_000)

// ------------------------------------------------------- rates and points
/** Basis points as a percentage: 345 → 3.45%. */
export const formatBp = (bp: number): string => `${grouped(bp / 100, 2)}%`

export interface Rate { base: string; bp: number }
/** `一年期LPR+30BP`, or a fixed `3.45%`: the server writes them so too. */
export function formatRate(rate: Rate): string {
  if (!rate.base || rate.base === 'fixed') return formatBp(rate.bp)
  const base = t(`rate.${rate.base}`)
  if (rate.bp === 0) return base
  return `${base}${t(rate.bp > 0 ? 'rate.plus' : 'rate.minus', { n: Math.abs(rate.bp) })}`
}

// ------------------------------------------------------------------- time
const beijing = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit',
  hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
})

const parts = (instant: string | Date): Record<string, string> | undefined => {
  const date = instant instanceof Date ? instant : new Date(instant)
  if (Number.isNaN(date.getTime())) return undefined
  return Object.fromEntries(beijing.formatToParts(date).map(p => [p.type, p.value]))
}

/** `2026-11-22 14:30` in Beijing time. */
export function formatInstant(instant?: string | Date | null): string {
  if (!instant) return ''
  const p = parts(instant)
  return p ? `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}` : String(instant)
}

/** A deadline: midnight is said as the end of the day before, 2026-11-17 24:00. */
export function formatDue(instant?: string | null): string {
  const text = formatInstant(instant)
  return text.endsWith(' 00:00') ? `${formatDay(new Date(Date.parse(instant!) - 1000))} 24:00` : text
}

/** The day of an instant in Beijing; a day stays as it is. */
export function formatDay(value?: string | Date | null): string {
  if (!value) return ''
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return value
  const p = parts(value)
  return p ? `${p.year}-${p.month}-${p.day}` : String(value)
}

export const today = (now: Date = new Date()): string => formatDay(now)

/** A Beijing wall-clock time (`2026-11-22 14:30` or with T) as an instant. China has no summer time. */
export const instantOf = (local: string): string =>
  new Date(`${local.replace(' ', 'T').slice(0, 16)}:00+08:00`).toISOString()

/** The time of an instant when it is on the given day, else day and time. */
export function formatShort(instant: string, on: string = today()): string {
  const text = formatInstant(instant)
  return text.startsWith(on) ? text.slice(11) : text
}

/** How long something took, in the two largest units: `3 天 4 小时`. */
export function formatSpan(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  const days = Math.floor(minutes / 1440), hours = Math.floor(minutes % 1440 / 60), rest = minutes % 60
  const say = (n: number, unit: string): string => `${n} ${t(`span.${unit}`)}`
  if (days) return hours && days < 10 ? `${say(days, 'd')} ${say(hours, 'h')}` : say(days, 'd')
  if (hours) return rest && hours < 10 ? `${say(hours, 'h')} ${say(rest, 'm')}` : say(hours, 'h')
  return say(rest, 'm')
}

/** The month that a period picker starts with: 2026-11. */
export const currentMonth = (now: Date = new Date()): string => formatDay(now).slice(0, 7)

// ------------------------------------------------------------ whole values
const optionLabel = (options: Keyed[] | undefined, key: unknown): string =>
  options?.find(o => o.key === key)?.label ?? String(key)

export interface Place { lat?: number; lng?: number; address?: string }
/** A file's size as people say it. */
export const formatSize = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${grouped(Math.max(1, Math.round(bytes / 1024)), 0)} KB` : `${grouped(bytes / 1024 / 1024, 1)} MB`

const degree = (x: number): string => String(Number(x.toFixed(5)))
export const formatPlace = (place: Place): string =>
  place.address || (place.lat !== undefined ? t('place.at', { lat: degree(place.lat), lng: degree(place.lng ?? 0) }) : '')

export type Check = { v?: string; note?: string }
export function formatChecks(items: Keyed[] | undefined, value: Record<string, Check>): string {
  return (items ?? []).filter(i => value[i.key]?.v).map((i) => {
    const check = value[i.key]!
    return `${i.label}：${t(`check.${check.v}`)}${check.note ? `（${check.note}）` : ''}`
  }).join('；')
}

export const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

const SPAN = /^(\d+)\s*(wh|wd|m|h|d|y|month)$/
export const spanText = (value: unknown): string => {
  const match = SPAN.exec(String(value))
  return match ? `${match[1]} ${t(`span.${match[2]}`)}` : String(value)
}

/** One value of a field as text; the label that the server gave wins, as it knows names of ids. */
export function formatValue(field: Field, value: unknown, label?: string): string {
  if (label) return label
  if (isBlank(value)) return ''
  if (Array.isArray(value) && field.type !== 'rows') return value.map(v => formatOne(field, v)).join('、')
  return formatOne(field, value)
}

function formatOne(field: Field, value: unknown): string {
  switch (field.type) {
    case 'money': return formatMoney(Number(value))
    case 'bp': return formatBp(Number(value))
    case 'rate': return formatRate(value as Rate)
    case 'int': case 'number': return withUnit(grouped(Number(value), field.digits ?? 6), field.unit)
    case 'bool': return t(value ? 'common.yes' : 'common.no')
    case 'choice': return optionLabel(field.options, value)
    case 'date': return formatDay(String(value))
    case 'place': return formatPlace(value as Place)
    case 'time': return /^\d{4}-\d\d-\d\dT/.test(String(value)) ? formatInstant(String(value)) : String(value)
    case 'span': return spanText(value)
    case 'checks': return formatChecks(field.items, value as Record<string, Check>)
    case 'rows': return formatRows(field, value as Values[])
    case 'interval': {
      const { start, end } = value as { start?: string; end?: string }
      return `${formatInstant(start)} – ${formatShort(end ?? '', formatDay(start))}`
    }
    default: return named(value)
  }
}

const formatRows = (field: Field, rows: Values[]): string =>
  rows.map(row => filledFields(field.fields ?? [], row).map(e => e.text).join(' ')).join('；')

/** People and units come as ids or as {id, name}. */
const named = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'name' in value ? String(value.name)
    : typeof value === 'object' ? JSON.stringify(value) : String(value)

const withUnit = (text: string, unit?: string): string => (unit ? `${text} ${unit}` : text)

/** A figure of a stat or a ledger cell, by the unit the server names. */
export function formatFigure(value: unknown, unit?: string): string {
  if (value === null || value === undefined) return '—'
  if (typeof value !== 'number') return String(value)
  switch (unit) {
    case 'fen': case 'money': return formatMoney(value)
    case 'bp': return formatBp(value)
    case '': case undefined: case 'count': case 'number': return grouped(value, 2)
    case 'date': return String(value)
    default: return `${grouped(value, 2)} ${hasUnit(unit) ? t(`unit.${unit}`) : unit}`
  }
}
const hasUnit = (unit: string): boolean => t(`unit.${unit}`) !== `unit.${unit}`

/** The fields of a record that have something to say, in the order of the program. */
export function filledFields(fields: Field[], values: Values, labels: Record<string, string> = {}): { field: Field; text: string }[] {
  return fields
    .map(field => ({ field, text: formatValue(field, values[field.key], labels[field.key]) }))
    .filter(entry => entry.text !== '')
}
