import { onBeforeUnmount, onMounted } from 'vue'
import { BASE } from '@linqiao/shared/api/client'

export interface RecordChange { type: string; id: string; rev: number }
type Listener = (change: RecordChange) => void

const listeners = new Set<Listener>()
let source: EventSource | undefined

function connect(): void {
  if (source || typeof EventSource === 'undefined') return
  source = new EventSource(`${BASE}/stream`)
  const hear = (event: MessageEvent<string>): void => {
    try {
      const change = JSON.parse(event.data) as RecordChange
      listeners.forEach(listener => listener(change))
    } catch { /* a keep-alive line */ }
  }
  source.onmessage = hear
  source.addEventListener('record', hear as EventListener)
}

function disconnectWhenIdle(): void {
  if (listeners.size > 0) return
  source?.close()
  source = undefined
}

/** Hears of records that changed elsewhere, as long as the component is on screen. */
export function useStream(listener: Listener): void {
  onMounted(() => {
    listeners.add(listener)
    connect()
  })
  onBeforeUnmount(() => {
    listeners.delete(listener)
    // The next page usually listens too: keep the connection over the change of page.
    setTimeout(disconnectWhenIdle, 2000)
  })
}
