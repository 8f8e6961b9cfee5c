import { createHash } from 'node:crypto'

export const SITE = 'demo'
export const COLLECTOR = 'bench'
export type Kind = 'single' | 'batch' | 'malformed'
export const PER_BATCH = 200

/** A door event as a real collector makes it, about 330 bytes; time-ordered id. */
export function envelope(at: number, n: number, start: number): string {
  const ms = start + at
  const hash = createHash('sha256').update(`${n}`).digest('hex')
  const time = new Date(ms).toISOString()
  return JSON.stringify({
    v: 1,
    id: `${ms.toString(16).padStart(12, '0')}-${hash.slice(0, 20)}`,
    type: n % 7 === 0 ? 'door.opened' : 'access.granted',
    site: SITE,
    collector: COLLECTOR,
    device: `hik:DS-K1T3-${String(n % 12).padStart(4, '0')}`,
    object: `door:E${n % 24}`,
    observed_at: time,
    published_at: time,
    seq: n,
    backfill: false,
    severity: 'info',
    data: { credential: 'face', person: `h:${(n % 61).toString(16).padStart(8, '0')}`, reader: 1, door: `E${n % 24}` },
  })
}

const BAD = [
  (text: string) => text.slice(0, -9),
  (text: string) => text.replace('"v":1', '"v":2'),
  (text: string) => text.replace('"observed_at"', '"observed"'),
  (text: string) => text.replace('"site":"demo"', '"site":"other"'),
]

/** MQTT payloads of one kind that hold that many events. */
export function payloads(kind: Kind, events: number, start: number): string[] {
  const texts = Array.from({ length: events }, (_, n) => envelope(Math.floor(n / 20), n + 1, start))
  if (kind === 'single') return texts
  if (kind === 'malformed')
    return texts.map((text, n) => (n % 10 === 3 ? (BAD[((n / 10) % BAD.length) | 0]?.(text) ?? text) : text))
  const batches: string[] = []
  // 64 KiB is the limit: 180 of these fill it.
  const size = Math.min(PER_BATCH, Math.floor(64_000 / ((texts[0]?.length ?? 330) + 3)))
  for (let at = 0; at < texts.length; at += size)
    batches.push(`{"v":1,"batch":[${texts.slice(at, at + size).join(',')}]}`)
  return batches
}
