// Who is using the phone. The session cookie is the server's; the phone keeps a
// sealed copy of the answer so that the app opens without a network.
import { computed, shallowRef } from 'vue'
import { configureClient } from '@linqiao/shared/api/client'
import { toProblem } from '@linqiao/shared/api/problem'
import { currentSession, signOut as endSession } from '@linqiao/shared/api/session'
import type { Session } from '@linqiao/shared/api/types'
import { locale } from '@linqiao/shared/i18n'
import { offline } from '../offline'
import { recallServerNow, setServerNow } from './clock'
import { online } from './online'

export const session = shallowRef<Session | null>(null)
/** True once it is known whether somebody is signed in. */
export const sessionKnown = shallowRef(false)
/** A sign-in that still lacks its second step: it opens nothing yet, and nothing is stored. */
export const pendingSession = shallowRef<Session | null>(null)
export const account = computed(() => session.value?.account.id ?? '')

let expired: () => void = () => {}

/** Called once at start; `onExpired` leads to the sign-in page. */
export function setUpSession(onExpired: () => void): void {
  expired = onExpired
  configureClient({
    language: locale,
    onDate: setServerNow,
    onUnauthenticated: () => {
      pendingSession.value = null
      if (!session.value) return
      session.value = null
      expired()
    },
  })
}

async function fromStore(): Promise<Session | null> {
  const { lastAccount, recall } = await offline()
  const last = await lastAccount()
  const kept = last ? await recall<Session>(last, 'session') : undefined
  if (kept) recallServerNow(kept.value.now, kept.at)
  return kept?.value ?? null
}

export async function loadSession(): Promise<void> {
  try {
    enter(await currentSession())
  } catch (cause) {
    const problem = toProblem(cause)
    online.value = problem.network ? false : online.value
    session.value = problem.unauthenticated ? null : await fromStore()
  }
  sessionKnown.value = true
}

/** Takes over a fresh answer of the server; true = somebody is signed in. */
export function enter(fresh: Session): boolean {
  setServerNow(fresh.now)
  pendingSession.value = fresh.step ? fresh : null
  if (fresh.step) {
    session.value = null
    sessionKnown.value = true
    return false
  }
  // Neither the token nor the key lies in the copy.
  const safe = { ...fresh, token: undefined, vault: undefined }
  session.value = safe
  sessionKnown.value = true
  keyTaken = offline().then(async (o) => {
    await o.takeKey(fresh.account.id, fresh.vault)
    await o.remember(fresh.account.id, 'session', safe)
  })
  void keyTaken.catch(() => {})
  return true
}

/** The account's key has come: what is stored now is stored under it. */
export let keyTaken: Promise<void> = Promise.resolve()

/** Ends the session here and at the server. Copies and the key go; what is not sent stays
 *  sealed when the person wants it kept. */
export async function leave(keep = false): Promise<void> {
  const id = account.value
  try {
    await endSession()
  } catch {
    // Without a network the server's session ends by itself; the phone forgets now.
  }
  session.value = null
  if (id) await (await offline()).purge(id, keep)
}

/** Role keys of this person in one program. */
export const rolesIn = (program: string): Set<string> =>
  new Set((session.value?.roles ?? []).filter((r) => r.program === program).map((r) => r.role))

/** Works for somebody: has a unit, so orders and visits may come. */
export const isStaff = computed(() => (session.value?.memberships.length ?? 0) > 0)
