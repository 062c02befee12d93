import { get, patch, path, post, put } from './client'
import type { Instant, Page } from './types'

export type NoticeKind = 'news' | 'task' | 'reminder'
/** One message to the reader inside the product. */
export interface Notice { id: string; text: string; kind: NoticeKind; message?: string; program?: string; record?: string; created: Instant; read: boolean; urgent?: boolean }
export const listNotices = (query: { unread?: boolean; kind?: string; cursor?: string } = {}) =>
  get<Page<Notice>>('/notifications', { ...query, unread: query.unread ? 'true' : undefined })
export const countNotices = () => get<{ unread: number }>('/notifications/count')
export const readNotice = (id: string) => post<void>(path('notifications', id, 'read'))
export const readNotices = (upTo: string) => post<void>('/notifications/read', { up_to: upTo })

/** How the reader is told; the phone is masked. */
export interface Preferences { phone?: string; off: string[]; quiet_from: string; quiet_until: string; rest: boolean; gather: number; kinds: string[]; rev: number }
export const getPreferences = () => get<Preferences>('/preferences')
export const setPreferences = (body: Partial<Omit<Preferences, 'kinds' | 'rev'>> & { rev: number }) => put<Preferences>('/preferences', body)
/** Minutes for which messages are gathered: the choices of the server. */
export const GATHERS = [0, 10, 60, 240] as const

export const CHANNEL_KINDS = ['sms', 'call', 'wecom', 'dingtalk'] as const
export type ChannelState = 'ok' | 'waiting' | 'closed' | 'off' | 'unused'
/** A way out of the county. Its address and secrets are only ever written. */
export interface Channel {
  id: string; kind: string; name: string; org?: { id: string; name: string; kind: string }; active: boolean; per_minute: number; host: string
  sign?: string; body?: string; ok_path?: string; ok?: string; id_path?: string; sealed: string[]; rev: number
  state: ChannelState; waiting: number; open_at?: Instant; last_ok?: Instant; last_fail?: Instant; error?: string
}
export interface ChannelDraft {
  kind?: string; name?: string; org?: string; active?: boolean; per_minute?: number; url?: string; key?: string; secret?: string
  sign?: string; body?: string; ok_path?: string; ok?: string; id_path?: string
}
export const listChannels = () => get<Page<Channel>>('/channels')
export const createChannel = (body: ChannelDraft) => post<Channel>('/channels', body)
export const editChannel = (id: string, rev: number, body: ChannelDraft) => patch<Channel>(path('channels', id), { rev, ...body })
export const testChannel = (id: string, phone?: string) => post<{ ok: boolean; code?: string; answer?: string }>(path('channels', id, 'test'), { phone })

export type DeliveryState = 'queued' | 'sending' | 'sent' | 'delivered' | 'failed' | 'expired' | 'skipped' | 'merged'
/** What became of one message that leaves the county. */
export interface Delivery {
  id: string; channel: string; way?: string; to?: { id: string; name: string }; text: string; program?: string; message?: string; record?: string
  state: DeliveryState; why?: string; answer?: string; urgent?: boolean; tries: number; replays?: number
  created: Instant; next?: Instant; expires?: Instant; ended?: Instant; can_retry: boolean
}
export const DELIVERY_STATES = ['queued', 'sending', 'sent', 'delivered', 'failed', 'expired', 'skipped', 'merged'] as const
export const REPLAYABLE: readonly string[] = ['failed', 'expired', 'skipped']
export const listDeliveries = (query: { state?: string; channel?: string; way?: string; cursor?: string } = {}) => get<Page<Delivery>>('/deliveries', query)
export const countDeliveries = () => get<Record<DeliveryState, number>>('/deliveries/count')
export const replayDeliveries = (body: { ids?: string[]; state?: string; way?: string }) => post<{ done: number; more: boolean }>('/deliveries/replay', body)
