/**
 * A file in parts: what has arrived stays arrived when the network breaks, and the next
 * call goes on where the last one broke. The caller keeps `id`; the server checks the hash
 * over the whole.
 */
import { get, path, post, put } from './client'
import { toProblem } from './problem'
import type { Attachment } from './types'

export interface UploadState {
  id: string
  size: number
  received: number
  /** Largest part taken, bytes. */
  part: number
  file?: Attachment
}

export interface UploadOptions {
  /** Kept by the caller, so that a repeated call cannot begin a second upload. */
  key: string
  /** Of an upload begun before. */
  id?: string
  onBegun?: (id: string) => void | Promise<void>
  onProgress?: (received: number, size: number) => void
}

const hex = (bytes: ArrayBuffer): string => Array.from(new Uint8Array(bytes), b => b.toString(16).padStart(2, '0')).join('')

/** Hashing needs a page served over HTTPS (or localhost). */
export const canUploadInParts = (): boolean => typeof crypto !== 'undefined' && !!crypto.subtle

const TRIES = 3
/** Another tab was faster, or the answer to the last part was lost: ask where it stands. */
const ASK_AGAIN = ['upload_gap', 'upload_short', 'stale']
/** Damaged on the way, or forgotten by the server: from the beginning. */
const BEGIN_ANEW = ['upload_hash', 'not_found']

export async function uploadInParts(file: Blob, name: string, options: UploadOptions): Promise<Attachment> {
  let { id, key } = options
  for (let n = 1; ; n++) {
    try {
      return await oneRun(file, await begin(file, name, { ...options, id, key }), options)
    } catch (cause) {
      const { type } = toProblem(cause)
      if (n >= TRIES || ![...ASK_AGAIN, ...BEGIN_ANEW].includes(type)) throw cause
      if (BEGIN_ANEW.includes(type)) [id, key] = [undefined, `${options.key}-${n}`]
    }
  }
}

async function oneRun(file: Blob, from: UploadState, options: UploadOptions): Promise<Attachment> {
  let state = from
  while (!state.file && state.received < file.size) {
    const part = file.slice(state.received, Math.min(state.received + state.part, file.size))
    state = await put<UploadState>(path('uploads', state.id), part, { query: { at: String(state.received) }, retries: 1 })
    options.onProgress?.(state.received, file.size)
  }
  const done = state.file ? state : await post<UploadState>(path('uploads', state.id, 'finish'), undefined, { retries: 1 })
  return done.file!
}

async function begin(file: Blob, name: string, options: UploadOptions): Promise<UploadState> {
  if (options.id) return get<UploadState>(path('uploads', options.id))
  const sha256 = hex(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
  const state = await post<UploadState>('/uploads', { name, size: file.size, sha256 }, { idempotencyKey: options.key, retries: 1 })
  await options.onBegun?.(state.id)
  return state
}
