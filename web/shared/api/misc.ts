import { get, getFile, href, path, post } from './client'
import { canUploadInParts, uploadInParts } from './uploads'
import type { Attachment, AuditRow, Keyed, Notification, Page, SearchAnswer } from './types'

export const search = (q: string, signal?: AbortSignal) => get<SearchAnswer>('/search', { q }, { signal })
export interface AuditQuery { actor?: string; object?: string; action?: string; from?: string; to?: string; cursor?: string }
export const listAudit = (query: AuditQuery) => get<Page<AuditRow>>('/audit', query)
export const auditActions = () => get<{ items: Keyed[] }>('/audit/actions')
export const exportAudit = (query: AuditQuery): Promise<Blob> => {
  const asked = new URLSearchParams(Object.entries(query).filter((e): e is [string, string] => !!e[1] && e[0] !== 'cursor'))
  return getFile(`/audit/export.xlsx?${asked.toString()}`)
}
export interface AuditCheck { whole: boolean; linked: number; breaks: { from: number; until: number; id: string; at: string; missing: boolean }[] }
export const verifyAudit = () => get<AuditCheck>('/audit/verify')
export const listNotifications = (cursor?: string) => get<Page<Notification>>('/notifications', { cursor })
export const readNotification = (id: string) => post<void>(path('notifications', id, 'read'))
/** A longer file goes in parts, so that a broken network costs one part and not all; the form
 * that names it ties it to its record. */
const WHOLE_MOST = 4 << 20

export function uploadAttachment(file: Blob, name: string, record?: string, idempotencyKey?: string): Promise<Attachment> {
  if (file.size > WHOLE_MOST && canUploadInParts()) return uploadInParts(file, name, { key: idempotencyKey ?? crypto.randomUUID() })
  const body = new FormData()
  body.append('file', file, name)
  if (record) body.append('record', record)
  return post<Attachment>('/attachments', body, { idempotencyKey })
}
export const attachmentHref = (id: string) => href(path('attachments', id))
