// Installs the service worker and says when a new version waits. It takes over only
// when the person agrees, so that nothing half filled is lost.
import { ref } from 'vue'

export const newVersion = ref(false)
let waiting: ServiceWorker | null = null

export function setUpServiceWorker(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  void navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`).then((registration) => {
    const look = () => {
      if (!registration.waiting || !navigator.serviceWorker.controller) return
      waiting = registration.waiting
      newVersion.value = true
    }
    look()
    registration.addEventListener('updatefound', () =>
      registration.installing?.addEventListener('statechange', look))
  }).catch(() => { /* without it the app works as long as there is a network */ })
}

export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting?.postMessage('take-over')
}
