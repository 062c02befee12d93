import { get, path } from './client'
import type { Instant } from './types'

/** One fact that would go out with an order. */
export interface PacketLine {
  path: string
  label: string
  value?: string
  empty?: boolean
  /** It goes along, and is not this reader's to see. */
  hidden?: boolean
  /** Kept back: neither a consent nor a ground stands behind it. */
  held?: boolean
}
/** What the receiver of an order would be shown: while he considers, and once he has accepted. */
export interface PacketView {
  order: string
  label: string
  before: PacketLine[]
  after: PacketLine[]
  carried: string[]
  withheld: boolean
}
/** What the receiver of one order found. */
export interface Conclusion {
  id: string
  label: string
  unit?: string
  stage: string
  open: boolean
  text?: string
  by?: string
  at?: Instant
}
export interface WithConclusions { conclusions?: Conclusion[] }

export const getPacket = (id: string, order: string) => get<PacketView>(path('records', id, 'packets', order))
