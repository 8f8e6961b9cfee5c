import type { Entry } from './codec.ts'

/**
 * Pure: of each panel the last state in each step, in order of time. A step of 0 keeps everything. The last state of the
 * whole stretch is always kept, so that a thinned replay ends where the full one ends.
 */
export function thin(entries: readonly Entry[], from: number, stepMs: number): Entry[] {
  const sorted = [...entries].sort((a, b) => a.t - b.t || a.offset - b.offset)
  if (stepMs <= 0) return sorted
  const last = new Map<string, Entry>()
  for (const entry of sorted) last.set(`${entry.p} ${Math.floor((entry.t - from - 1) / stepMs)}`, entry)
  const kept = new Set(last.values())
  return sorted.filter((entry) => kept.has(entry))
}
