// The outbox's way to the server: the shared client with the act's own key, and its
// answers sorted into “try later”, “sign in first” and “no”.
import { post } from '@linqiao/shared/api/client'
import { uploadAttachment } from '@linqiao/shared/api/misc'
import { canUploadInParts, uploadInParts } from '@linqiao/shared/api/uploads'
import { toProblem, type ApiProblem } from '@linqiao/shared/api/problem'
import { Refused, SignInNeeded, Unreachable, type Sender } from './queue'

/** Answers after which the same request may succeed unchanged. */
const later = (p: ApiProblem) => p.network || p.status === 429 || p.status >= 500 || p.status === 408

export function sorted(cause: unknown): Error {
  const p = toProblem(cause)
  if (p.unauthenticated) return new SignInNeeded()
  if (later(p)) return new Unreachable()
  return new Refused({
    type: p.type,
    title: p.title || p.detail || p.type,
    detail: p.title ? p.detail : undefined,
    fields: p.fields.map((f) => ({ path: f.path, message: f.message ?? f.code, ...(f.theirs !== undefined ? { theirs: f.theirs } : {}) })),
    more: p.body.consents ? { consents: p.body.consents } : undefined,
  })
}

export const serverSender: Sender = {
  async post(path, body, key) {
    try {
      return await post(path, body, { idempotencyKey: key, retries: 0 })
    } catch (cause) {
      throw sorted(cause)
    }
  },
  async upload(photo, name, key, progress) {
    try {
      if (!canUploadInParts()) return (await uploadAttachment(photo, name, undefined, key)).id
      return (await uploadInParts(photo, name, { key, id: progress.id, onBegun: progress.begun, onProgress: progress.arrived })).id
    } catch (cause) {
      throw sorted(cause)
    }
  },
}
