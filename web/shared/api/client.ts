/**
 * The one way to the server. Every mutation carries an Idempotency-Key and, when the
 * network fails under it, is sent again with the *same* key: the server then answers
 * what it answered first, so nothing happens twice.
 * Knows nothing of any page, store or language text.
 */
import { ApiProblem, type Problem } from './problem'

export const BASE = '/api/v1'

export interface RequestOptions {
  query?: object
  body?: unknown
  /** Kept by the caller when the same act may be sent again later (offline queue). */
  idempotencyKey?: string
  ifMatch?: number | string
  signal?: AbortSignal
  /** How often a network failure is tried again. Reads 1, mutations 3 unless said. */
  retries?: number
}

export interface ClientConfig {
  fetch: typeof fetch
  base: string
  language: () => string
  /** Called on every 401 except that of sign-in itself. */
  onUnauthenticated: () => void
  /** Milliseconds before the n-th retry. */
  backoff: (attempt: number) => number
  token: () => string | undefined
  /** Called when an act asks for a fresh proof of who sits here; true = given, send it again. */
  onStepUp: () => Promise<boolean>
  /** Called with the Date header of every answer: what time it is for the server. */
  onDate: (date: string | null) => void
}

const config: ClientConfig = {
  fetch: (...args) => globalThis.fetch(...args),
  base: BASE,
  language: () => 'zh-CN',
  onUnauthenticated: () => {},
  backoff: attempt => 400 * 2 ** attempt,
  token: () => undefined,
  onStepUp: () => Promise.resolve(false),
  onDate: () => {},
}

/** Sets what differs between the faces and in tests. Returns the former values. */
export function configureClient(change: Partial<ClientConfig>): ClientConfig {
  const before = { ...config }
  Object.assign(config, change)
  return before
}

export const newIdempotencyKey = (): string => {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  // Plain http on an intranet has no randomUUID; the key needs only to be unguessably unique.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** `?a=1&b=2` without the values that say nothing. */
export function queryString(query?: object): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === '' || value === false) continue
    params.append(key, value === true ? '1' : String(value))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}

/** Path parts, escaped: `path('records', id, 'moves', move)`. */
export const path = (...parts: string[]): string => `/${parts.map(encodeURIComponent).join('/')}`

async function send(method: string, url: string, options: RequestOptions = {}): Promise<Response> {
  const mutates = method !== 'GET'
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': config.language() }
  const token = config.token()
  if (token) headers.Authorization = `Bearer ${token}`
  if (mutates) headers['Idempotency-Key'] = options.idempotencyKey ?? newIdempotencyKey()
  if (options.ifMatch !== undefined) headers['If-Match'] = `"${options.ifMatch}"`
  let body: BodyInit | undefined
  if (options.body instanceof FormData) {
    body = options.body
  } else if (options.body instanceof Blob) {
    headers['Content-Type'] = 'application/octet-stream'
    body = options.body
  } else if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    body = JSON.stringify(options.body)
  }
  const init: RequestInit = { method, headers, body, credentials: 'same-origin', signal: options.signal }
  const address = config.base + url + queryString(options.query)
  return withRetries(() => config.fetch(address, init), options.retries ?? (mutates ? 3 : 1), options.signal)
}

/** Only a failure of the network, or 503 (nothing was acknowledged), is tried again. */
async function withRetries(attempt: () => Promise<Response>, retries: number, signal?: AbortSignal): Promise<Response> {
  for (let n = 0; ; n++) {
    try {
      const response = await attempt()
      if (response.status !== 503 || n >= retries) return response
    } catch (cause) {
      if (signal?.aborted) throw cause
      if (n >= retries) throw new ApiProblem({ type: 'network', title: '', status: 0 })
    }
    await new Promise(resolve => setTimeout(resolve, config.backoff(n)))
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const type = response.headers.get('Content-Type') ?? ''
  if (type.includes('json')) {
    try {
      const body = await response.json() as Problem
      return new ApiProblem({ ...body, status: response.status })
    } catch { /* a body cut short says no more than its status */ }
  }
  return new ApiProblem({ type: response.status === 404 ? 'not_found' : 'internal', status: response.status, title: '' })
}

async function ask(method: string, url: string, options: RequestOptions): Promise<Response> {
  const response = await send(method, url, options)
  config.onDate(response.headers.get('Date'))
  if (response.ok) return response
  const problem = await problemOf(response)
  if (problem.unauthenticated && url !== '/session') config.onUnauthenticated()
  // Nothing was done: the same act goes out again, under the same key.
  if (problem.type === 'step_up_required' && await config.onStepUp()) return ask(method, url, options)
  throw problem
}

const keyed = (method: string, options: RequestOptions = {}): RequestOptions =>
  method === 'GET' ? options : { ...options, idempotencyKey: options.idempotencyKey ?? newIdempotencyKey() }

async function request<T>(method: string, url: string, options?: RequestOptions): Promise<T> {
  const response = await ask(method, url, keyed(method, options))
  if (response.status === 204) return undefined as T
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}

/** A file whose download may ask for a step-up first, which a plain link cannot. */
export const getFile = async (url: string): Promise<Blob> => (await ask('GET', url, {})).blob()

export const get = <T>(url: string, query?: object, options?: RequestOptions): Promise<T> =>
  request<T>('GET', url, { ...options, query })
export const post = <T>(url: string, body?: unknown, options?: RequestOptions): Promise<T> =>
  request<T>('POST', url, { ...options, body: body ?? {} })
export const put = <T>(url: string, body?: unknown, options?: RequestOptions): Promise<T> =>
  request<T>('PUT', url, { ...options, body: body ?? {} })
export const patch = <T>(url: string, body?: unknown, options?: RequestOptions): Promise<T> =>
  request<T>('PATCH', url, { ...options, body: body ?? {} })
export const remove = <T = void>(url: string, options?: RequestOptions): Promise<T> =>
  request<T>('DELETE', url, options)

/** Address of a download, for a plain link: the session cookie goes with it. */
export const href = (url: string, query?: object): string => config.base + url + queryString(query)
