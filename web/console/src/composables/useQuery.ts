import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** One filter that lives in the address, so that a list can be sent to a colleague. */
export function useQuery(name: string, fallback = ''): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const value = route.query[name]
      return (Array.isArray(value) ? value[0] : value) ?? fallback
    },
    set: (value) => {
      const query = { ...route.query, [name]: value && value !== fallback ? value : undefined }
      void router.replace({ query })
    },
  })
}

/** Changes several filters in one step: two replaces in one tick would lose the first. */
export function useQueryChange(): (change: Record<string, string | undefined>) => void {
  const route = useRoute()
  const router = useRouter()
  return change => void router.replace({ query: { ...route.query, ...change } })
}
