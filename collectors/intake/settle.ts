/** What a look at a file shows. */
export interface Sighting {
  size: number
  mtimeMs: number
}

export type Readiness =
  | { ready: true; why: 'sidecar' | 'stable' }
  | { ready: false; why: 'new' | 'growing' | 'settling' | 'in_use' }

/**
 * Pure: is a file whole? A sidecar (`.ok`, or an `.md5` that fits) says so at once; else size and time must have stood
 * still for `settleMs` and nobody may hold it (protocols.md 4.2).
 */
export function readiness(by: {
  before: (Sighting & { sinceMs: number }) | undefined
  now: Sighting
  nowMs: number
  settleMs: number
  sidecar: boolean
  free: boolean
}): Readiness {
  if (by.sidecar) return { ready: true, why: 'sidecar' }
  if (!by.before) return { ready: false, why: 'new' }
  if (by.before.size !== by.now.size || by.before.mtimeMs !== by.now.mtimeMs) return { ready: false, why: 'growing' }
  if (by.nowMs - by.before.sinceMs < by.settleMs) return { ready: false, why: 'settling' }
  return by.free ? { ready: true, why: 'stable' } : { ready: false, why: 'in_use' }
}
