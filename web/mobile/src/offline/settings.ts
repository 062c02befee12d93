// Settings of this phone, whoever holds it. localStorage has them at once, but a browser
// may write it to disk a minute late: a phone that dies after somebody chose large type
// would ask again. What lies here is written at once, and is asked at the next start.
import { phoneStore } from './db'

export async function keepSetting(key: string, value: string): Promise<void> {
  await phoneStore().settings.put({ key, value })
}

/** Gives localStorage what it has missed; the keys that it had wrong. */
export async function mendSettings(storage: Pick<Storage, 'getItem' | 'setItem'>): Promise<string[]> {
  const rows = await phoneStore().settings.toArray()
  const wrong = rows.filter((row) => storage.getItem(row.key) !== row.value)
  for (const row of wrong) storage.setItem(row.key, row.value)
  return wrong.map((row) => row.key)
}
