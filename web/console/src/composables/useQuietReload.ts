import { inject, onBeforeUnmount, provide, ref, type InjectionKey, type Ref } from 'vue'
import { useStream } from './useStream'

const FRESH: InjectionKey<Ref<Set<string>>> = Symbol('fresh')
/** Ids that somebody else has just changed, for rows and cards that mark them. */
export const useFresh = (): Ref<Set<string>> | undefined => inject(FRESH, undefined)

/** How long a row that somebody else changed bears its mark. */
const MARKED_FOR = 20_000
/** Many changes come at once, and under load they never stop: ask no more often than this. */
const GATHER = 1200

/**
 * Brings changes of others onto a list without a reload: asks again a moment after they
 * happened and marks the rows. While `held` says so (something is selected or more pages
 * are open) nothing moves under the reader's hand: then only `waiting` is set.
 */
export function useQuietReload(reload: () => Promise<unknown>, held: () => boolean): { fresh: Ref<Set<string>>; waiting: Ref<boolean>; now: () => Promise<void> } {
  const fresh = ref(new Set<string>())
  provide(FRESH, fresh)
  const waiting = ref(false)
  const heard = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const fades = new Set<ReturnType<typeof setTimeout>>()

  async function now(): Promise<void> {
    waiting.value = false
    const ids = [...heard]
    heard.clear()
    await reload()
    fresh.value = new Set([...fresh.value, ...ids])
    const fade = setTimeout(() => {
      fades.delete(fade)
      fresh.value = new Set([...fresh.value].filter(id => !ids.includes(id)))
    }, MARKED_FOR)
    fades.add(fade)
  }
  function settle(): void {
    timer = undefined
    if (held()) waiting.value = true
    else void now()
  }
  useStream((change) => {
    if (change.type === 'record') heard.add(change.id)
    else if (change.type !== 'reset') return
    timer ??= setTimeout(settle, GATHER)
  })
  onBeforeUnmount(() => {
    clearTimeout(timer)
    fades.forEach(clearTimeout)
  })
  return { fresh, waiting, now }
}
