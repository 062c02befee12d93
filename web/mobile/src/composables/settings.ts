// What this phone is set to: read at once from localStorage, and kept where a phone that
// dies loses nothing (src/offline/settings.ts).
import { offline } from '../offline'

export const setting = (key: string): string | null => (typeof localStorage === 'undefined' ? null : localStorage.getItem(key))

export function keep(key: string, value: string): void {
  localStorage.setItem(key, value)
  void offline().then((o) => o.keepSetting(key, value)).catch(() => { /* localStorage has it */ })
}

const again = new Map<string, () => void | Promise<unknown>>()
/** `run` is called when a setting was found to be another than the one at start. */
export const whenMended = (key: string, run: () => void | Promise<unknown>): void => void again.set(key, run)

/** After the first page is drawn: the store is the slower one to open. */
export async function mend(): Promise<void> {
  try {
    for (const key of await (await offline()).mendSettings(localStorage)) await again.get(key)?.()
  } catch { /* no store in this browser: localStorage is all there is */ }
}
