import { hash } from 'node:crypto'

const HEX_48 = 2 ** 48 - 1

/**
 * 12 hex digits of the source's epoch ms (0 where it gave no time), `-`, 20 hex of SHA-256(type|device|native key):
 * the same after replay and back-fill, and in time order, so that a dedupe index grows at its edge (protocols.md 5.4).
 */
export function eventId(observedMs: number | null, type: string, device: string, nativeKey: string): string {
  const ms = Math.min(Math.max(Math.trunc(observedMs ?? 0), 0), HEX_48)
  const named = hash('sha256', `${type}|${device}|${nativeKey}`).slice(0, 20)
  return `${ms.toString(16).padStart(12, '0')}-${named}`
}
