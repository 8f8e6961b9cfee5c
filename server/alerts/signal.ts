import type { Domain } from '../../contract/domains.ts'
import type { Severity } from '../../contract/severity.ts'
import type { Silence } from './silences.ts'
import type { Alert, Entry, Evidence } from './types.ts'

/** A cause has come or gone: what events, figures and features say to the book. */
export type Signal =
  | {
      kind: 'raise'
      cause: string
      rule: string
      ruleTitle: string
      severity: Severity
      domain: Domain
      object: string | null
      at: number
      clearable: boolean
      evidence: readonly Evidence[]
      title: string
      why: string
      next: string | null
      facts: readonly { label: string; text: string }[]
      demo: boolean
      /** Late data: filed, never announced. */
      backfill: boolean
      hidden: boolean
      /** A fire drill: shown and worked like a card, counted nowhere. */
      drill?: boolean
      /** Never gathered on a storm card. */
      alone?: boolean
    }
  | { kind: 'clear'; cause: string; at: number; eventId: string | null }
export type Raise = Extract<Signal, { kind: 'raise' }>

/** What the book is opened with: alerts of the causes at hand, and the counters that new ones need. */
export interface Loaded {
  /** Not closed, or closed while their cause still stands. */
  alerts: readonly Alert[]
  /** `cause eventId` of what is evidence already. */
  knownEvents: ReadonlySet<string>
  silences: readonly Silence[]
  /** New alerts per rule within the last minute. */
  births: ReadonlyMap<string, number>
  /** Last number given out that day. */
  lastNumber: number
  /** `YYYYMMDD` in the office. */
  day: string
}

/** What a turn of work has changed; the repository writes exactly this. */
export interface Changes {
  alerts: Alert[]
  entries: Entry[]
  /** `cause`: what the event showed; differs from the alert's own on a storm card. */
  evidence: { alertId: string; cause: string; evidence: Evidence }[]
  births: Map<string, number>
  /** Last number given out; null = none was. */
  lastNumber: number | null
  /** Alerts of which the screens are told. */
  announce: Alert[]
}
