// One thing read from the server: fresh when it can be reached, else the last copy
// with its age. Every page draws its loading, error and empty states from this.
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { toProblem, type ApiProblem } from '@linqiao/shared/api/problem'
import { offline } from '../offline'
import { online, reached } from './online'
import { account } from './session'

export interface Resource<T> {
  data: ShallowRef<T | undefined>
  problem: ShallowRef<ApiProblem | undefined>
  loading: ShallowRef<boolean>
  /** Epoch ms of the copy shown, 0 when it is fresh. */
  copyFrom: ShallowRef<number>
  load: () => Promise<void>
  /** Puts an answer that another request brought. */
  put: (value: T) => void
}

/** Reads once, with the same rule, outside of a page. */
export async function readThrough<T>(name: string, read: () => Promise<T>): Promise<{ value: T; at: number }> {
  const who = account.value
  try {
    const value = await read()
    reached()
    if (who) void offline().then((o) => o.remember(who, name, value)).catch(() => {})
    return { value, at: 0 }
  } catch (cause) {
    const problem = toProblem(cause)
    if (!problem.network) throw problem
    online.value = false
    const kept = who ? await (await offline()).recall<T>(who, name) : undefined
    if (!kept) throw problem
    return kept
  }
}

export function useResource<T>(name: () => string, read: () => Promise<T>): Resource<T> {
  const data = shallowRef<T>()
  const problem = shallowRef<ApiProblem>()
  const loading = shallowRef(false)
  const copyFrom = shallowRef(0)
  let turn = 0

  async function load(): Promise<void> {
    const mine = ++turn
    loading.value = true
    problem.value = undefined
    try {
      const got = await readThrough(name(), read)
      if (mine !== turn) return
      data.value = got.value
      copyFrom.value = got.at
    } catch (cause) {
      if (mine === turn) problem.value = toProblem(cause)
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  function put(value: T): void {
    turn++
    data.value = value
    copyFrom.value = 0
    loading.value = false
    const who = account.value
    if (who) void offline().then((o) => o.remember(who, name(), value)).catch(() => {})
  }

  watch(name, () => {
    data.value = undefined
    void load()
  }, { immediate: true })
  onScopeDispose(() => turn++)
  return { data, problem, loading, copyFrom, load, put }
}
