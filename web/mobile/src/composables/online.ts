// Whether the server can be reached, as far as the phone knows.
import { ref } from 'vue'

export const online = ref(typeof navigator === 'undefined' ? true : navigator.onLine)

type Listener = () => void
const back: Listener[] = []

/** Runs when the network comes back. */
export const whenOnline = (run: Listener): void => void back.push(run)

/** A request came through: the network is there, whatever the browser says. */
export function reached(): void {
  if (online.value) return
  online.value = true
  for (const run of back) run()
}

export function watchNetwork(): void {
  addEventListener('online', reached)
  addEventListener('offline', () => (online.value = false))
}
