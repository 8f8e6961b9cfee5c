import type { CollectorHealth } from '../../contract/envelope.ts'
import type { Refusal } from '../source.ts'
import { masked } from './mask.ts'

export type SourceState = CollectorHealth['state']
type Told = CollectorHealth['refusals'][number]

/** What outlives a restart. */
export interface Remembered {
  quarantined: number
  dropped: number
  dup: number
  lastOkMs: number | null
}

const MAX_TOLD = 20
const MINUTE = 60_000

/** What a collector knows of its own health; becomes `met/collector_health`. Times are epoch ms. */
export interface Tally {
  counters: Remembered
  state: SourceState
  reason: string | undefined
  lagS: number
  skewS: number | null
  progress: { text: string; done: number; total: number } | null
  counted(events: number, duplicates: number, now: number): void
  refused(refusals: readonly Refusal[], now: number): void
  /** Are there refusals that the server has not been told of? */
  readonly untold: boolean
  /** Takes them out. */
  takeUntold(): Told[]
  health(now: number, spool: { backlog: number; bytes: number }, refusals: Told[]): CollectorHealth
}

export const isoOf = (ms: number): string => Temporal.Instant.fromEpochMilliseconds(ms).toString()

/** Of the stored text; nothing or nonsense starts at zero. */
export function parseRemembered(text: string | undefined): Remembered {
  let stored: unknown
  try {
    stored = JSON.parse(text ?? '{}')
  } catch {
    stored = {}
  }
  const known = (stored ?? {}) as Record<string, unknown>
  const of = (name: string) => (Number.isSafeInteger(known[name]) ? Number(known[name]) : 0)
  return { quarantined: of('quarantined'), dropped: of('dropped'), dup: of('dup'), lastOkMs: of('lastOkMs') || null }
}

export function createTally(counters: Remembered): Tally {
  const minutes = new Map<number, number>()
  let untold: Told[] = []
  let lastEventMs: number | null = null
  const tally: Tally = {
    counters,
    state: 'ok',
    reason: undefined,
    lagS: 0,
    skewS: null,
    progress: null,
    counted(events, duplicates, now) {
      counters.dup += duplicates
      if (events === 0) return
      lastEventMs = now
      const minute = Math.floor(now / MINUTE)
      minutes.set(minute, (minutes.get(minute) ?? 0) + events)
      for (const old of minutes.keys()) if (old <= minute - 60) minutes.delete(old)
    },
    refused(refusals, now) {
      counters.quarantined += refusals.length
      const told = refusals.slice(-MAX_TOLD).map(({ reason, hash, detail, excerpt }) => ({
        reason,
        at: isoOf(now),
        hash,
        excerpt: `${detail}${detail ? ' ' : ''}${masked(excerpt)}`.slice(0, 300),
      }))
      untold = [...untold, ...told].slice(-MAX_TOLD)
    },
    get untold() {
      return untold.length > 0
    },
    takeUntold() {
      const told = untold
      untold = []
      return told
    },
    health: (now, spool, refusals) => ({
      v: 1,
      at: isoOf(now),
      last_ok_ms: counters.lastOkMs,
      last_event_ms: lastEventMs,
      state: tally.state,
      reason: tally.reason?.slice(0, 200),
      spool: spool.backlog,
      spool_bytes: spool.bytes,
      quarantined: counters.quarantined,
      dropped: counters.dropped,
      dup: counters.dup,
      rate: [...minutes].reduce((sum, [at, count]) => (at > now / MINUTE - 60 ? sum + count : sum), 0),
      lag_s: tally.lagS,
      skew_s: tally.skewS,
      ...(tally.progress ? { progress: tally.progress } : {}),
      refusals,
    }),
  }
  return tally
}
