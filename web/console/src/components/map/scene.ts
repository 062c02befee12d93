import type { LngLat, MapGeometry, MapShape } from '@linqiao/shared/api/maps'

/** What a map shows, whichever component draws it. */
export interface SceneArea { id: string; name: string; shape?: MapGeometry; centre?: LngLat; /** index into the scale, -1 = nothing known */ step: number; value?: string }
export interface SceneCircle { id: string; name: string; shape?: MapGeometry; centre: LngLat; /** metres, where there is no outline */ radius?: number }
export interface SceneSpot { id: string; name: string; kind: 'unit' | 'visit' | 'place' | 'thing' | 'behind'; at: LngLat; coarse?: boolean }
export interface Scene { areas: SceneArea[]; circles: SceneCircle[]; spots: SceneSpot[] }
export type Box = [number, number, number, number]

/** Five steps of one hue, light to dark; the ground where nothing is known has its own. */
export const STEPS = ['#e1eef0', '#b4d5db', '#7fb6c1', '#438d9d', '#17586a'] as const
export const DARK_STEPS = ['#15394a', '#1b566b', '#2a7890', '#4fa3b8', '#93d3e0'] as const
export const UNKNOWN = '#efece5'
export const DARK_UNKNOWN = '#1a2733'
export const SPOT_COLOURS = { unit: '#7a3d00', visit: '#9c1f4b', place: '#b3261e', thing: '#3d4d8a', behind: '#b3261e' } as const

/** Upper bounds of the steps: of shares always fifths, of numbers fifths of the greatest, rounded up. */
export function bounds(values: number[], unit: string): number[] {
  if (unit === 'bp') return [2000, 4000, 6000, 8000, 10_000]
  const most = Math.max(0, ...values)
  if (most <= 5) return [1, 2, 3, 4, 5]
  const power = 10 ** Math.floor(Math.log10(most / 5))
  const step = Math.ceil(most / 5 / power) * power
  return [1, 2, 3, 4, 5].map(n => n * step)
}
export const stepOf = (value: number | null | undefined, upper: number[]): number => {
  if (value === null || value === undefined) return -1
  const n = upper.findIndex(u => value <= u)
  return n < 0 ? upper.length - 1 : n
}

const rings = (g: MapGeometry): LngLat[][] => g.type === 'Polygon' ? g.coordinates as LngLat[][] : (g.coordinates as LngLat[][][]).flat()

/** The extent of everything there is to see. */
export function boxOf(scene: Scene): Box | undefined {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity]
  const grow = ([lng, lat]: LngLat, by = 0): void => {
    box[0] = Math.min(box[0], lng - by); box[1] = Math.min(box[1], lat - by)
    box[2] = Math.max(box[2], lng + by); box[3] = Math.max(box[3], lat + by)
  }
  for (const a of scene.areas) if (a.shape) rings(a.shape).forEach(r => r.forEach(p => grow(p)))
  for (const c of scene.circles) c.shape ? rings(c.shape).forEach(r => r.forEach(p => grow(p))) : grow(c.centre, degrees(c.radius ?? 0))
  for (const s of scene.spots) grow(s.at)
  if (!Number.isFinite(box[0])) return undefined
  const least = 0.01 // about a kilometre: a lone point still has a surrounding
  for (const n of [0, 1] as const) {
    const lack = least - (box[n + 2]! - box[n]!)
    if (lack > 0) { box[n] = box[n]! - lack / 2; box[n + 2] = box[n + 2]! + lack / 2 }
  }
  return box
}

/** Metres as degrees of latitude. */
export const degrees = (metres: number): number => metres / 111_195

/** A flat picture of a county: a degree of longitude is shorter than one of latitude. */
export function projection(box: Box, width: number, height: number, margin = 12) {
  const squeeze = Math.cos((box[1] + box[3]) / 2 * Math.PI / 180)
  const scale = Math.min((width - 2 * margin) / ((box[2] - box[0]) * squeeze), (height - 2 * margin) / (box[3] - box[1]))
  const left = (width - (box[2] - box[0]) * squeeze * scale) / 2
  const top = (height - (box[3] - box[1]) * scale) / 2
  const x = (lng: number): number => left + (lng - box[0]) * squeeze * scale
  const y = (lat: number): number => top + (box[3] - lat) * scale
  return {
    point: ([lng, lat]: LngLat): [number, number] => [x(lng), y(lat)],
    path: (g: MapGeometry): string => rings(g).map(r => `M${r.map(p => `${x(p[0]).toFixed(1)},${y(p[1]).toFixed(1)}`).join('L')}Z`).join(''),
    pixels: (metres: number): number => degrees(metres) * scale,
    /** The place under a point of the picture. */
    place: (px: number, py: number): LngLat => [box[0] + (px - left) / squeeze / scale, box[3] - (py - top) / scale],
  }
}

/** A circle on the ground as an outline, for maps that draw only outlines. */
export function round(at: LngLat, metres: number): MapGeometry {
  const r = degrees(metres), squeeze = Math.cos(at[1] * Math.PI / 180)
  const ring: LngLat[] = Array.from({ length: 49 }, (_, n) => [at[0] + r / squeeze * Math.cos(n / 24 * Math.PI), at[1] + r * Math.sin(n / 24 * Math.PI)])
  return { type: 'Polygon', coordinates: [ring] }
}

export const toAreas = (items: MapShape[], step: (id: string) => { step: number; value?: string } = () => ({ step: 0 })): SceneArea[] =>
  items.map(i => ({ id: i.region.id, name: i.region.name, shape: i.shape, centre: i.centre, ...step(i.region.id) }))
export const toCircles = (items: MapShape[]): SceneCircle[] =>
  items.flatMap(i => i.centre ? [{ id: i.region.id, name: i.region.name, shape: i.shape, centre: i.centre, radius: i.radius }] : [])
