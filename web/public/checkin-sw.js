// Keeps the check-in page on the phone, so that it opens where there is no network. Nothing of the interface is kept.
const CACHE = 'sanling-checkin-1'
const PAGE = '/checkin'

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(PAGE)))
  self.skipWaiting()
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

// The page tells what it was made of: its first visit was not yet under our hand.
self.addEventListener('message', (event) => {
  if (!Array.isArray(event.data)) return
  // What was asked for twice is named twice, and addAll takes nothing at all of a list that has a double.
  const own = new Set(event.data.filter((url) => new URL(url, self.location.href).pathname.startsWith('/assets/')))
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...own])))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request))
})

async function page(request) {
  try {
    const answer = await fetch(request)
    if (answer.ok) (await caches.open(CACHE)).put(PAGE, answer.clone())
    return answer
  } catch {
    return (await caches.match(PAGE)) ?? Response.error()
  }
}

// Their names carry a hash: what is kept never goes stale.
async function asset(request) {
  const kept = await caches.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) (await caches.open(CACHE)).put(request, answer.clone())
  return answer
}
