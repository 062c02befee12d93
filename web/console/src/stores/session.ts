import { computed, ref, shallowRef } from 'vue'
import { defineStore } from 'pinia'
import { configureClient } from '@linqiao/shared/api/client'
import { toProblem } from '@linqiao/shared/api/problem'
import * as api from '@linqiao/shared/api/session'
import type { Session } from '@linqiao/shared/api/types'
import { locale } from '@linqiao/shared/i18n'

/** Who is signed in, and which roles the account holds in which program. */
export const useSessionStore = defineStore('session', () => {
  const session = shallowRef<Session | null>(null)
  const known = ref(false)
  /** The sign-in that still lacks its second step. */
  const pending = shallowRef<Session | null>(null)
  const signedIn = computed(() => session.value !== null)
  let expired: () => void = () => {}

  function connect(onExpired: () => void): void {
    expired = onExpired
    configureClient({
      language: locale,
      onUnauthenticated: () => {
        session.value = null
        pending.value = null
        expired()
      },
    })
  }

  /** Asks once who is signed in; a network failure is thrown for the page to show. */
  async function load(): Promise<void> {
    if (known.value) return
    try {
      enter(await api.currentSession())
    } catch (cause) {
      const problem = toProblem(cause)
      if (!problem.unauthenticated) throw problem
    }
    known.value = true
  }

  /** Takes over what the server says of a sign-in; true = it is whole. */
  function enter(fresh: Session): boolean {
    pending.value = fresh.step ? fresh : null
    session.value = fresh.step ? null : fresh
    known.value = true
    return !fresh.step
  }

  const signIn = async (login: string, password: string): Promise<boolean> => enter(await api.signIn(login, password))

  async function signOut(): Promise<void> {
    try {
      await api.signOut()
    } finally {
      session.value = null
      pending.value = null
    }
  }

  const rolesIn = (program: string): string[] =>
    (session.value?.roles ?? []).filter(r => r.program === program).map(r => r.role)

  /** Whether one of the roles is held in the program. The server decides again. */
  function holds(program: string, roles: readonly string[] | undefined): boolean {
    const mine = rolesIn(program)
    return (roles ?? []).some(role => mine.includes(role))
  }

  return { session, pending, known, signedIn, connect, load, enter, signIn, signOut, rolesIn, holds }
})
