/** What happened before a walk begins, told to the API as the people concerned would. */
import { PASSWORD } from './person'

export interface Row { id: string; ref_no: string; title: string; stage: string; record: string }
type Body = Record<string, unknown>

export class Caller {
  private constructor(private readonly url: string, private readonly token: string, readonly parties: { id: string; name: string }[]) {}

  static async as(url: string, login: string): Promise<Caller> {
    const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login, password: PASSWORD }) })
    const session = await answer.json() as { token: string; parties: { id: string; name: string }[] }
    if (!answer.ok) throw new Error(`${login}: ${JSON.stringify(session)}`)
    return new Caller(url, session.token, session.parties)
  }

  async call<T>(method: string, path: string, body?: Body): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method, headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.token}`, 'Idempotency-Key': crypto.randomUUID() },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return (text ? JSON.parse(text) : undefined) as T
  }
  get<T>(path: string): Promise<T> { return this.call<T>('GET', path) }
  post<T = Row>(path: string, body: Body = {}): Promise<T> { return this.call<T>('POST', path, body) }
  async rows(query: string): Promise<Row[]> { return (await this.get<{ items: Row[] }>(`/records?${query}`)).items }
}
