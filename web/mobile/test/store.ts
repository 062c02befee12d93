// A fresh store for each test, in memory.
import 'fake-indexeddb/auto'
import { PhoneStore, usePhoneStore } from '../src/offline/db'

let n = 0
export function freshStore(): PhoneStore {
  const store = new PhoneStore(`test-${++n}`)
  usePhoneStore(store)
  return store
}
