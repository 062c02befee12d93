import { get, path, post, put, remove } from './client'
import type { DemoAccount, Page, Session, SessionDevice } from './types'

export const currentSession = () => get<Session>('/session')
export const signIn = (login: string, password: string, county?: string) =>
  post<Session>('/session', { login, password, ...(county ? { county } : {}) })
/** How this server lets people in beside login and password. */
export interface SignInWays { passkey_origin?: string; providers: { key: string; label: string }[] }
export const signInWays = () => get<SignInWays>('/session/ways')
/** Leaves for a provider; the way back ends at the face it began at. */
export async function goToProvider(key: string, face: 'console' | 'm'): Promise<void> {
  location.assign((await post<{ url: string }>(path('session', 'oidc', key), { face })).url)
}
export const requestPhoneCode = (phone: string) => post<void>('/session/phone-code', { phone })
export const signInByPhone = (phone: string, code: string) => post<Session>('/session/phone', { phone, code })
export const signOut = () => remove('/session')
export const changePassword = (old: string, fresh: string) => put<void>('/session/password', { old, new: fresh })
export const listSessions = () => get<Page<SessionDevice>>('/sessions')
export const revokeSession = (id: string) => remove(path('sessions', id))
/** Only a server in demo mode answers; elsewhere it is 404. */
export const demoAccounts = () => get<{ items: DemoAccount[] }>('/demo/accounts')
