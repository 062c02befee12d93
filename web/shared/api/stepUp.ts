// Asking for a fresh proof in the middle of an act; both faces draw it their own way.
import { shallowRef } from 'vue'
import { configureClient } from './client'

/** Whether the dialog is open; acts sent at once wait for the same proof. */
export const stepUpAsked = shallowRef(false)
let waiting: ((proved: boolean) => void)[] = []

export function setUpStepUp(): void {
  configureClient({
    onStepUp: () => new Promise<boolean>((resolve) => {
      waiting.push(resolve)
      stepUpAsked.value = true
    }),
  })
}

export function endStepUp(proved: boolean): void {
  stepUpAsked.value = false
  const all = waiting
  waiting = []
  for (const resolve of all) resolve(proved)
}
