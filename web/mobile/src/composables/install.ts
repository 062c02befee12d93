// Putting the app on the home screen: by the browser's own question where it has one,
// by words where it has none.
import { computed, ref } from 'vue'

/** Chromium's event: not yet in the DOM's types. */
interface InstallEvent extends Event { prompt: () => Promise<{ outcome: 'accepted' | 'dismissed' }> }

const asks = ref<InstallEvent>()
export const installed = ref(false)

export type InstallWay = 'ask' | 'apple' | 'embedded' | 'menu'
/** How it is done here: the browser asks; Apple's share sheet; a chat app's own browser
 *  cannot; any other by its menu. */
export const installWay = computed<InstallWay>(() => {
  if (asks.value) return 'ask'
  const agent = navigator.userAgent
  if (/MicroMessenger|DingTalk|QQ\/|AlipayClient/i.test(agent)) return 'embedded'
  return /iPhone|iPad|Macintosh.*Mobile/.test(agent) ? 'apple' : 'menu'
})

export function watchInstall(): void {
  installed.value = matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault() // asked on our page, when the person wants it
    asks.value = event as InstallEvent
  })
  addEventListener('appinstalled', () => {
    installed.value = true
    asks.value = undefined
  })
}

export async function install(): Promise<void> {
  const event = asks.value
  asks.value = undefined // it may be used once
  await event?.prompt()
}
