// Second factors: what an account proves itself by beside its password.
import { get, path, post, put, remove } from './client'
import { askKey, makeKey, type PasskeyAsk } from './passkeys'
import type { Instant, Session } from './types'

export type Way = 'passkey' | 'totp' | 'recovery' | 'password'
export interface Factor { id: string; kind: 'totp' | 'passkey'; name: string; created: Instant; used?: Instant }
export interface Factors { items: Factor[]; recovery: number; required: boolean; ways: Way[]; origin?: string }
export interface TotpSeed { id: string; secret: string; url: string }
export interface Enrolled { factor: Factor; codes?: string[]; session?: Session }
export interface SignInRules { second_factor: 'off' | 'reveal' | 'all'; idle_days: number }

export const listFactors = () => get<Factors>('/session/factors')
export const beginTotp = () => post<TotpSeed>('/session/factors/totp')
export const finishTotp = (id: string, code: string, name: string) => post<Enrolled>(path('session', 'factors', 'totp', id), { code, name })
export async function addPasskey(name: string): Promise<Enrolled> {
  const ask = await post<PasskeyAsk>('/session/factors/passkey/options')
  return post<Enrolled>('/session/factors/passkey', { id: ask.id, response: await makeKey(ask), name })
}
export const dropFactor = (id: string) => remove(path('session', 'factors', id))
export const newRecoveryCodes = () => post<{ codes: string[] }>('/session/factors/recovery')
export const getSignInRules = () => get<SignInRules>('/sign-in-rules')
export const setSignInRules = (rules: SignInRules) => put<SignInRules>('/sign-in-rules', rules)

export interface Proof { code?: string; recovery?: string; password?: string; passkey?: { id: string; response: unknown } }

/** The proof of one way; a passkey is asked of the browser. */
export async function proofBy(way: Way, text: string): Promise<Proof> {
  if (way === 'totp') return { code: text.trim() }
  if (way === 'recovery') return { recovery: text.trim() }
  if (way === 'password') return { password: text }
  const ask = await post<PasskeyAsk>('/session/factor/options')
  return { passkey: { id: ask.id, response: await askKey(ask) } }
}
export const secondStep = (proof: Proof) => post<Session>('/session/factor', proof)
export const stepUp = (proof: Proof) => post<void>('/session/step-up', proof)

/** Signs in by a passkey alone: no name is typed. */
export async function signInByPasskey(): Promise<Session> {
  const ask = await post<PasskeyAsk>('/session/passkey/options')
  return post<Session>('/session/passkey', { id: ask.id, response: await askKey(ask) })
}
