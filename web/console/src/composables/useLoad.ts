import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'
import { toProblem, type ApiProblem } from '@linqiao/shared/api/problem'

export interface Load<T> {
  data: ShallowRef<T | undefined>
  problem: ShallowRef<ApiProblem | undefined>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

/**
 * Fetches now and again whenever a source changes. An answer that comes after a newer
 * question is dropped; old data stays on screen while new data is on its way.
 */
export function useLoad<T>(fetcher: () => Promise<T>, sources?: WatchSource | WatchSource[]): Load<T> {
  const data = shallowRef<T>()
  const problem = shallowRef<ApiProblem>()
  const loading = ref(false)
  let asked = 0

  async function reload(): Promise<void> {
    const mine = ++asked
    loading.value = true
    try {
      const answer = await fetcher()
      if (mine !== asked) return
      data.value = answer
      problem.value = undefined
    } catch (cause) {
      if (mine !== asked) return
      problem.value = toProblem(cause)
    }
    loading.value = false
  }

  if (sources) watch(sources, () => void reload(), { flush: 'post' })
  onScopeDispose(() => { asked = -1 })
  void reload()
  return { data, problem, loading, reload }
}
