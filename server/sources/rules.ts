import type { SourceState } from '../../contract/panels/sources.ts'

/** When is a source healthy, stale, silent, broken? Pure; times are epoch ms. */
export interface SourceConfigPart {
  id: string
  staleAfterS: number
}

/** What is known of one source: its own contact times and what its collector says. */
export interface SourceRecord {
  id: string
  /** Last successful contact of the collector with the source, in server time. */
  lastOkMs: number | null
  lastEventMs: number | null
  /** Last health message of the collector. */
  heardMs: number | null
  /** By its status topic; the broker says `offline` for a collector that died. */
  status: 'online' | 'offline' | 'degraded' | null
  statusMs: number | null
  version: string | null
  health: 'ok' | 'degraded' | 'failed'
  reason: string | null
  spool: number
  spoolBytes: number
  quarantined: number
  dropped: number
  duplicates: number
  rate: number | null
  lagS: number | null
  skewS: number | null
  refusals: readonly { reason: string; at: string; hash: string; excerpt: string }[]
  /** State at the last look, so that only changes are written down. */
  state: SourceState | null
  /** Since when an alert says that it is silent. */
  silentSince: number | null
}

export const freshSource = (id: string): SourceRecord => ({
  id,
  lastOkMs: null,
  lastEventMs: null,
  heardMs: null,
  status: null,
  statusMs: null,
  version: null,
  health: 'ok',
  reason: null,
  spool: 0,
  spoolBytes: 0,
  quarantined: 0,
  dropped: 0,
  duplicates: 0,
  rate: null,
  lagS: null,
  skewS: null,
  refusals: [],
  state: null,
  silentSince: null,
})

/** A message may be received a moment after its turn began; further ahead than that is a clock that was set back. */
const AHEAD_MS = 5000

/** A time of before the clock was set back counts as now: else a dead source would live for as long as the clock was ahead. */
export const reined = <Time extends number | null>(at: Time, now: number): Time | number =>
  at !== null && at > now + AHEAD_MS ? now : at

/** @returns the same record when nothing in it lies ahead of the clock */
export function reinRecord(record: SourceRecord, now: number): SourceRecord {
  const { heardMs, lastOkMs, lastEventMs, statusMs, silentSince } = record
  const times = { heardMs, lastOkMs, lastEventMs, statusMs, silentSince }
  const held = Object.fromEntries(Object.entries(times).map(([name, at]) => [name, reined(at, now)]))
  return Object.entries(times).every(([name, at]) => held[name] === at) ? record : { ...record, ...held }
}

/** Collectors speak every 10 s; three missed and a little is a collector that is not there. */
export const HEARTBEAT_LIMIT_MS = 35_000

export type SourceReason =
  | 'within-deadline'
  | 'collector-degraded'
  | 'source-quiet'
  | 'no-heartbeat'
  | 'collector-offline'
  | 'source-failed'
  | 'never-heard'
  | 'no-data-yet'
export interface Assessment {
  state: SourceState
  word: string
  reason: SourceReason
}

/**
 * @param startedAt start of this server: until its own limit has passed since then, silence is our absence, not theirs
 */
export function assess(source: SourceConfigPart, record: SourceRecord, now: number, startedAt: number): Assessment {
  const of = (state: SourceState, word: string, reason: SourceReason): Assessment => ({ state, word, reason })
  const waiting = now - startedAt <= HEARTBEAT_LIMIT_MS
  if (record.heardMs === null && record.lastOkMs === null && record.status === null)
    return of('never', '未接入', 'never-heard')
  if (record.status === 'offline') return of('silent', '已离线', 'collector-offline')
  const alive = now - (record.heardMs ?? 0) <= HEARTBEAT_LIMIT_MS || waiting
  if (!alive) return of('silent', '无心跳', 'no-heartbeat')
  if (record.health === 'failed') return of('broken', '读取失败', 'source-failed')
  if (record.lastOkMs === null) return of('never', '尚无数据', 'no-data-yet')
  if (isLate(source, record, now)) return of('stale', '陈旧', 'source-quiet')
  return record.health === 'degraded' || record.status === 'degraded'
    ? of('ok', '降级', 'collector-degraded')
    : of('ok', '正常', 'within-deadline')
}

/** Is its last contact older than its deadline? Never heard of is late too. */
export const isLate = (source: SourceConfigPart, record: SourceRecord, now: number): boolean =>
  record.lastOkMs === null || now - record.lastOkMs > source.staleAfterS * 1000

export type SilenceAct = 'raise' | 'clear' | 'none'

/** Deadline of a source: the alert comes when it passes, goes when the source has spoken again. */
export function silenceAct(source: SourceConfigPart, record: SourceRecord, now: number, startedAt: number): SilenceAct {
  const late = isLate(source, record, now)
  if (record.silentSince !== null) return late ? 'none' : 'clear'
  const since = Math.max(record.lastOkMs ?? 0, startedAt)
  return late && now - since > source.staleAfterS * 1000 ? 'raise' : 'none'
}

/**
 * A collector's clock may be wrong: its contact is dated by the age it reports, counted back from our own receipt.
 */
export const contactTime = (lastOkMs: number | null, saidAt: number, receivedMs: number): number | null =>
  lastOkMs === null ? null : receivedMs - Math.max(0, saidAt - lastOkMs)

/** The self-test of the alert path. */
export const SELFTEST_EVERY_MS = 60_000
export const SELFTEST_LIMIT_MS = 150_000

export interface SelftestRecord {
  sentAt: number | null
  seenAt: number | null
  tookMs: number | null
  missed: boolean
}

export type SelftestAct = 'raise' | 'clear' | 'none'

export function selftestAct(record: SelftestRecord, now: number, startedAt: number): SelftestAct {
  const fresh = record.seenAt !== null && now - record.seenAt <= SELFTEST_LIMIT_MS
  if (record.missed) return fresh && (record.seenAt ?? 0) >= startedAt ? 'clear' : 'none'
  return !fresh && now - Math.max(record.seenAt ?? 0, startedAt) > SELFTEST_LIMIT_MS ? 'raise' : 'none'
}
