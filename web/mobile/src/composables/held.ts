// Keeps what the phone holds up to date: at start, when the network comes back, when the
// app is looked at again after a while. The words of the programs come with it, those of
// former versions too, so that every form opens without a network.
import { reactive } from 'vue'
import { getCheckIns } from '@linqiao/shared/api/windows'
import { toProblem } from '@linqiao/shared/api/problem'
import { normalRecord } from '../look/normal'
import { offline } from '../offline'
import { online, whenOnline } from './online'
import { loadProgram, programList } from './programs'
import { readThrough } from './resource'
import { account, keyTaken } from './session'

const AGAIN_MS = 10 * 60_000

export const held = reactive({ running: false, at: 0, people: 0, records: 0 })
let started = false

export async function refreshHeld(): Promise<void> {
  const who = account.value
  if (!who || held.running || !online.value) return
  held.running = true
  try {
    await keyTaken.catch(() => {})
    const o = await offline()
    if (!o.vaultOpen()) return
    const { held: now } = await o.syncHeld(who, o.heldServer, normalRecord)
    const entries = Object.values(now.entries).filter((e) => e.id)
    Object.assign(held, { at: now.at, people: entries.filter((e) => e.kind === 'party').length, records: entries.filter((e) => e.kind === 'record').length })
    for (const p of await programList()) await loadProgram(p.key)
    await readThrough('check-ins', async () => (await getCheckIns()).items)
    const versions = new Set(entries.filter((e) => e.program && e.version).map((e) => `${e.program}@${e.version}`))
    for (const v of versions) {
      const [key = '', version] = v.split('@')
      await loadProgram(key, Number(version))
    }
  } catch (cause) {
    if (toProblem(cause).network) online.value = false
  } finally {
    held.running = false
  }
}

export function startHeld(): void {
  void refreshHeld()
  if (started) return
  started = true
  whenOnline(() => void refreshHeld())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && Date.now() - held.at > AGAIN_MS) void refreshHeld()
  })
}
