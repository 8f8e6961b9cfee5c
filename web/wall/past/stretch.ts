import type { Stretch } from './player.ts'

/** What a wall's address says about the past, epoch ms. */
export interface PastAddress {
  /** Frozen at this instant. */
  at: number | null
  replay: Stretch | null
  speed: number
}

type Query = Readonly<Record<string, unknown>>
const instant = (value: unknown): number | null => {
  if (typeof value !== 'string') return null
  const ms = /^\d{12,14}$/.test(value) ? Number(value) : Date.parse(value)
  return Number.isFinite(ms) ? ms : null
}

/** Pure: `?at=` an instant; `?from=&to=&speed=` a stretch. ISO 8601 or epoch ms. */
export function readAddress(query: Query): PastAddress {
  const [from, to] = [instant(query.from), instant(query.to)]
  const speed = Number(query.speed)
  return {
    at: instant(query.at),
    replay: from !== null && to !== null && to > from ? { from, to } : null,
    speed: Number.isFinite(speed) && speed >= 1 && speed <= 3600 ? speed : 60,
  }
}

export const iso = (at: number): string => new Date(at).toISOString()
