// Saves what a page holds while it is being filled, and gives it back later.
import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { offline } from '../offline'
import type { Draft, NewDraft } from '../offline/drafts'
import { refreshOutbox } from './outbox'
import { account } from './session'

const SAVE_AFTER_MS = 500

export interface DraftKeeper {
  id: Ref<string | undefined>
  savedAt: Ref<number>
  /** Classed drafts cannot be kept where the page is not served over HTTPS. */
  refused: Ref<boolean>
  /** Saves now what the source gives. */
  save: () => Promise<void>
  drop: () => Promise<void>
}

/** `source` gives the draft as it stands, or undefined while there is nothing to keep. */
export function useDraft(source: () => Omit<NewDraft, 'id'> | undefined, known?: string): DraftKeeper {
  const owner = account.value // also when the session ends while the page is open
  const id = ref<string | undefined>(known)
  const savedAt = ref(0)
  const refused = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false

  /** Saves follow each other, so that two at once cannot make two drafts. */
  let last: Promise<void> = Promise.resolve()
  const save = (): Promise<void> => {
    clearTimeout(timer)
    const draft = source()
    if (draft && !gone) last = last.then(() => write(draft))
    return last
  }

  async function write(draft: Omit<NewDraft, 'id'>): Promise<void> {
    if (gone) return
    const o = await offline()
    try {
      const kept = await o.saveDraft(owner, { ...draft, id: id.value })
      id.value = kept.id
      savedAt.value = kept.updated
      refused.value = false
    } catch {
      refused.value = true
    }
  }

  async function drop(): Promise<void> {
    gone = true
    clearTimeout(timer)
    await last
    if (id.value) await (await offline()).dropDraft(id.value)
    await refreshOutbox()
  }

  watch(source, () => {
    if (gone) return
    clearTimeout(timer)
    timer = setTimeout(() => void save(), SAVE_AFTER_MS)
  }, { deep: true })
  // A phone may end the page as soon as nobody looks at it.
  const hidden = (): void => { if (document.hidden) void save() }
  document.addEventListener('visibilitychange', hidden)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', hidden)
    if (!gone) void save().then(refreshOutbox)
  })
  return { id, savedAt, refused, save, drop }
}

export async function findDraft(id: unknown): Promise<Draft | undefined> {
  return typeof id === 'string' && id ? (await offline()).getDraft(account.value, id) : undefined
}
