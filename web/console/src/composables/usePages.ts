import { computed, shallowRef, type WatchSource } from 'vue'
import type { Page } from '@linqiao/shared/api/types'
import { useLoad } from './useLoad'
import { toProblem, type ApiProblem } from '@linqiao/shared/api/problem'

/** A list that grows by its cursor. A change of a source begins again at the top. */
export function usePages<T>(fetcher: (cursor?: string) => Promise<Page<T>>, sources?: WatchSource | WatchSource[]) {
  const more = shallowRef<T[]>([])
  const next = shallowRef<string | null>()
  const growing = shallowRef(false)
  const moreProblem = shallowRef<ApiProblem>()
  const first = useLoad(async () => {
    const page = await fetcher()
    more.value = []
    next.value = page.next
    moreProblem.value = undefined
    return page
  }, sources)

  async function grow(): Promise<void> {
    if (!next.value || growing.value) return
    growing.value = true
    const begun = first.data.value
    try {
      const page = await fetcher(next.value)
      if (begun === first.data.value) {
        more.value = [...more.value, ...page.items]
        next.value = page.next
      }
    } catch (cause) {
      moreProblem.value = toProblem(cause)
    }
    growing.value = false
  }

  return {
    items: computed(() => [...(first.data.value?.items ?? []), ...more.value]),
    hasMore: computed(() => !!next.value),
    /** More than the first page is shown. */
    grown: computed(() => more.value.length > 0),
    growing, grow, moreProblem,
    loading: first.loading, problem: first.problem, reload: first.reload, loaded: computed(() => !!first.data.value),
  }
}
