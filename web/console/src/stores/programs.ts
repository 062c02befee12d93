import { reactive, ref, shallowRef } from 'vue'
import { defineStore } from 'pinia'
import { getProgram, listPrograms } from '@linqiao/shared/api/programs'
import type { ProgramSummary, ProgramView, RecordTypeView } from '@linqiao/shared/api/types'

/** The compiled programs, fetched once each: everything on screen is drawn from them. */
export const useProgramStore = defineStore('programs', () => {
  const list = shallowRef<ProgramSummary[]>([])
  const listed = ref(false)
  /** The program of the page on screen, also where the address does not say it. */
  const current = ref('')
  const views = reactive(new Map<string, ProgramView>())
  const waiting = new Map<string, Promise<ProgramView>>()

  async function loadList(): Promise<void> {
    list.value = (await listPrograms()).items
    listed.value = true
  }

  /** The view of a program; a failed fetch may be asked for again. */
  function view(key: string): Promise<ProgramView> {
    const kept = views.get(key)
    if (kept) return Promise.resolve(kept)
    let fetching = waiting.get(key)
    if (!fetching) {
      fetching = getProgram(key).then((program) => {
        views.set(key, program)
        return program
      }).finally(() => waiting.delete(key))
      waiting.set(key, fetching)
    }
    return fetching
  }

  const recordOf = (program: ProgramView | undefined, record: string): RecordTypeView | undefined =>
    program?.records.find(r => r.key === record)

  function forget(): void {
    list.value = []
    listed.value = false
    views.clear()
  }

  return { list, listed, current, views, loadList, view, recordOf, forget }
})
