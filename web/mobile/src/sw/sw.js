// The service worker of the phone app. It keeps the app's own files and nothing
// else: answers of the API are kept by the app itself, sealed (src/offline), so
// that signing out can throw them away. The build fills in the two constants.
/* global self, caches, fetch, URL */
const FILES = __FILES__
const VERSION = __VERSION__

const PREFIX = 'linqiao-phone-'
const CACHE = PREFIX + VERSION
const BASE = new URL('./', self.location.href)

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) =>
      cache.addAll(FILES.map((name) => new Request(new URL(name, BASE), { cache: 'reload' })))),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((n) => n.startsWith(PREFIX) && n !== CACHE).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  )
})

// The page asks before a new version takes over, so that nobody loses a page half filled.
self.addEventListener('message', (event) => {
  if (event.data === 'take-over') self.skipWaiting()
})

async function shell(request) {
  const kept = await caches.match(new URL('index.html', BASE), { cacheName: CACHE })
  return kept ?? fetch(request)
}

async function asset(request) {
  const kept = await caches.match(request, { ignoreSearch: true })
  return kept ?? fetch(request)
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== BASE.origin || !url.pathname.startsWith(BASE.pathname)) return
  event.respondWith(request.mode === 'navigate' ? shell(request) : asset(request))
})
