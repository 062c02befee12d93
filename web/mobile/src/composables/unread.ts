// How many messages are unread, for the mark on the tab: asked at most twice a minute.
import { ref } from 'vue'
import { countNotices } from '@linqiao/shared/api/tell'
import { online } from './online'

export const unread = ref(0)
const EVERY = 30_000
let asked = 0

export async function askUnread(now = false): Promise<void> {
  if (!online.value || !now && Date.now() - asked < EVERY) return
  asked = Date.now()
  try {
    unread.value = (await countNotices()).unread
  } catch { /* the mark keeps its last number */ }
}
