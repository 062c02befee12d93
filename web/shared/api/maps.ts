import { get, path, post, remove } from './client'
import type { AccountRef, Instant, OrgRef, Page, RecordSummary, RegionRef } from './types'

/** Longitude, latitude. */
export type LngLat = [number, number]
export interface MapGeometry { type: 'Polygon' | 'MultiPolygon'; coordinates: LngLat[][] | LngLat[][][] }
export interface MapShape { region: RegionRef; centre?: LngLat; box?: [number, number, number, number]; shape?: MapGeometry; /** metres */ radius?: number }
export interface MapShapes { items: MapShape[]; synthetic: boolean; undrawn: number }
export interface MapUpload {
  id: string
  name: string
  state: 'checked' | 'drawn' | 'undone'
  number: number
  areas: number
  points: number
  synthetic: boolean
  levels: Record<string, number>
  unmatched: { index: number; code?: string; name?: string }[]
  strangers: number
  warnings: string[]
  datum?: string
  by?: AccountRef
  created: Instant
}
export interface UnitPoint { org: OrgRef; at: LngLat; region?: RegionRef; phone?: string }
export interface MapUnits { items: UnitPoint[]; unplaced: number; more: boolean }
export interface VisitPoint { record: RecordSummary; at?: LngLat; /** stands at the middle of its region */ coarse: boolean }
export interface MapVisits { day: string; items: VisitPoint[]; more: boolean; latest?: string }
/** A running thing or offer; behind: what recurs on it was missed last time. */
export interface ThingPoint { record: RecordSummary; at: LngLat; behind?: boolean }
export interface MapThings { items: ThingPoint[]; behind: number; more: boolean }

export const listMaps = () => get<Page<MapUpload>>('/maps')
export function checkMap(file: File, datum?: string): Promise<MapUpload> {
  const body = new FormData()
  body.append('file', file, file.name)
  if (datum) body.append('datum', datum)
  return post<MapUpload>('/maps', body)
}
export const confirmMap = (id: string) => post<MapUpload>(path('maps', id, 'confirm'))
export const undoMap = (id: string) => remove(path('maps', id))
export const getShapes = (query: { level: string; region?: string }) => get<MapShapes>('/map/shapes', query)
export const getMapUnits = (program: string, query: { region?: string } = {}) => get<MapUnits>(path('programs', program, 'map', 'units'), query)
export const getMapThings = (program: string, query: { region?: string } = {}) => get<MapThings>(path('programs', program, 'map', 'things'), query)
export const getMapVisits = (program: string, query: { day?: string; region?: string } = {}) => get<MapVisits>(path('programs', program, 'map', 'visits'), query)

export interface ScreenFigure { key: string; label: string; unit: string; value: number; set: boolean; suppressed?: boolean; goal?: number; trend: { from: string; value: number; set: boolean }[] }
export interface ScreenFlow { record: string; label: string; stages: { key: string; label: string; phase: string; count: number; more?: boolean }[] }
export interface ScreenArea { label: string; unit: string; cells: { region: RegionRef; value: number; set: boolean; done?: number; due?: number }[] }
export interface ScreenView {
  program: string
  title: string
  county: string
  at: Instant
  period: string
  figures: ScreenFigure[]
  flows: ScreenFlow[]
  overdue: { org?: OrgRef; count: number }[]
  overdue_total: number
  area?: ScreenArea
  ledger?: { key: string; label: string; period: string; state: string; totals: { label: string; unit: string; value: number }[] }
}
export const getScreen = (program: string) => get<ScreenView>(path('programs', program, 'screen'))
