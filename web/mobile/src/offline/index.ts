// The door to the phone's store. Everything behind it (Dexie included) is one lazy
// chunk: the first view does not wait for it.
type Offline = typeof import('./all')

let loading: Promise<Offline> | undefined

export function offline(): Promise<Offline> {
  loading ??= import('./all').catch((cause) => {
    loading = undefined
    throw cause
  })
  return loading
}
