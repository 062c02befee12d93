import { onBeforeUnmount, onMounted } from 'vue'
import { BASE } from '@linqiao/shared/api/client'

/**
 * record: it changed · job: background work went on · notice: the reader was told something ·
 * reset: something was missed, what is on the screen must be asked for again.
 */
export interface RecordChange { type: string; id: string; rev: number }
type Listener = (change: RecordChange) => void

/** A window nobody looks at gives its connection back: browsers have but six for one server. */
const HIDDEN_FOR = 30_000

const listeners = new Set<Listener>()
let source: EventSource | undefined
let mark = ''
let hiding: ReturnType<typeof setTimeout> | undefined

function hear(event: MessageEvent<string>): void {
  if (event.lastEventId) mark = event.lastEventId
  let change: RecordChange
  try {
    change = JSON.parse(event.data) as RecordChange
  } catch { return /* a keep-alive line */ }
  // Another screen of this account took the place: come back when this one is looked at again.
  if (change.type === 'closed') close()
  else if (change.type !== 'ready') listeners.forEach(listener => listener(change))
}

function connect(): void {
  if (source || listeners.size === 0 || document.hidden || typeof EventSource === 'undefined') return
  // The browser itself resumes a connection that broke; one opened anew says where it stands.
  source = new EventSource(`${BASE}/stream${mark ? `?since=${encodeURIComponent(mark)}` : ''}`)
  source.onmessage = hear
  source.onerror = () => {
    // A refusal ends it for good (signed out): the next request of the page says why.
    if (source?.readyState === EventSource.CLOSED) close()
  }
}

function close(): void {
  source?.close()
  source = undefined
}

function onVisibility(): void {
  clearTimeout(hiding)
  if (document.hidden) hiding = setTimeout(close, HIDDEN_FOR)
  else connect()
}
if (typeof document !== 'undefined') document.addEventListener('visibilitychange', onVisibility)

/** After a sign-out: the next person must not begin where this one stood. */
export function forgetStream(): void {
  close()
  mark = ''
}

/** Hears of changes made elsewhere, as long as the component is on screen. */
export function useStream(listener: Listener): void {
  onMounted(() => {
    listeners.add(listener)
    connect()
  })
  onBeforeUnmount(() => {
    listeners.delete(listener)
    // The next page usually listens too: keep the connection over the change of page.
    setTimeout(() => { if (listeners.size === 0) close() }, 2000)
  })
}
