import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { ProfileFile, SecretRef, Site, SourceConfig, SourceOf } from '../config/schema.ts'
import type { QuarantineReason } from '../contract/quarantine.ts'
import type { Severity } from '../contract/severity.ts'
import type { Clock } from './clock.ts'

/**
 * The shapes by which a vendor plugs in. One whose messages come by a way that is there (syslog, log file, web hook,
 * folder) is a file that exports `dialect` and a profile (terminals/dialects.ts). One with a way of its own is a single
 * file that exports a `SourceFactory` (and keeps its pure `Decoder` apart from its I/O), a profile in config/profiles,
 * one kind beside config/schema.ts, one line in main.ts; or the office's own, with neither kind nor line (vendor.ts).
 */

/** A decoded event before it has an id. Never names, card or employee numbers in clear: `SourceContext.personHash`. */
export interface Draft {
  /** Of contract/catalogue.ts, e.g. `terminal.virus`. */
  type: string
  /** What it is about: a terminal's host name, `door:E1`, a patrol point. */
  object?: string
  /** The reporting device or console, e.g. `hik:DS-K1T3-0042`. */
  device?: string
  /** Same after replay, overlap and back-fill; with type and device it makes the id (protocols.md 5.4). */
  nativeKey: string
  /** Epoch ms of the source's clock; null = the source gave no time, `observedAt` is then the time of receipt. */
  observedMs: number | null
  /** RFC 3339 with offset. */
  observedAt: string
  severity?: Severity
  /** True for history fetched later: filed where it belongs, never announced as live. */
  backfill?: boolean
  data: Record<string, unknown>
  /** The source's own number of it, for people who look it up there. */
  nativeId?: string
  /** Encoding it came in, when that was not UTF-8. */
  enc?: string
}

/** Something that was not understood. `excerpt` stays on the collector's disk; `hash` = SHA-256 hex of the raw bytes. */
export interface Refusal {
  reason: QuarantineReason
  excerpt: string
  hash: string
  /** Chinese: what is wrong and where (field, row, line). Must not quote personal data: it travels to the server. */
  detail: string
}

export interface Decoded {
  drafts: Draft[]
  refusals: Refusal[]
  /** Understood and deliberately not kept (raw EDR telemetry, heartbeats, sum rows). */
  dropped: number
}

/** Pure: what came in, the vendor's profile, when it came in. Never throws on foreign input. */
export type Decoder<Profile, Input = Uint8Array> = (input: Input, profile: Profile, receivedMs: number) => Decoded

/** Small durable memory of a collector: cursors, known rows. Values are text. */
export interface SourceStore {
  get(key: string): string | undefined
  /** Durable when it returns. `undefined` deletes. */
  set(key: string, value: string | undefined): void
  /** Keys that start with the prefix, in order; with `page` at most `limit` of them, those after that key. */
  list(prefix: string, page?: { after: string; limit: number }): [key: string, value: string][]
}

/** What a source is given. Nothing in it throws for foreign data. */
export interface SourceContext {
  site: string
  /** What site.yaml says a device's door number or a wand's chip stands for. */
  places: Pick<Site, 'doors' | 'patrol'>
  clock: Clock
  log: Logger
  profile: ProfileFile
  /** Decoders of the office's own, beside its configuration. */
  vendorDir?: string
  /** @throws Error in Chinese when the secret is missing */
  secret(ref: SecretRef): string
  /** Relative folders of sources.yaml are relative to it. */
  dataDir: string
  /**
   * Resolves when all drafts are on this collector's disk; only then acknowledge to the source or move its file.
   * Drafts that were delivered before are ignored. `cursor` is stored in the same transaction: either both or none.
   * Await it before reading more from the source: that is the backpressure.
   */
  deliver(drafts: readonly Draft[], cursor?: Readonly<Record<string, string | undefined>>): Promise<void>
  refuse(refusals: readonly Refusal[]): void
  /** The source itself was heard or answered at that epoch ms: becomes `last_ok_ms`, the age of its figures. */
  contact(ms: number): void
  /** `reason`: Chinese, ≤ 200 characters, what happened and what to do. */
  state(state: 'ok' | 'degraded' | 'failed', reason?: string): void
  /** Understood but not kept, or not read for lack of room. */
  dropped(count: number): void
  /** How far a long import is, for the sources desk; `null` when it is over. Call it as often as you like. */
  progress(what: { text: string; done: number; total: number } | null): void
  /** Seconds between a thing happening at the source and it being read. */
  lag(seconds: number): void
  /** Seconds the source's clock is ahead of ours. */
  skew(seconds: number): void
  /** The source gave up after `start` succeeded: it is stopped, shown as failed and started again with backoff. */
  crashed(error: unknown): void
  /** Ports it really listens on (a configured 0 takes a free one): kept in the data folder's ports.json. */
  listens(ports: Readonly<Record<string, number>>): void
  store: SourceStore
  /** `h:` + 16 hex of HMAC-SHA256(site key, employee number or account). */
  personHash(employeeNo: string): string
  /** In [0, 1), for jitter. */
  chance(): number
}

/** Constructing does nothing; `start` acts and may throw (it is tried again with backoff); `stop` undoes all of it. */
export interface SourceRunner {
  start(): Promise<void>
  /** Must end within 2 s; what was read and not delivered must be readable again. */
  stop(): Promise<void>
}

export type SourceFactory<Kind extends SourceConfig['kind']> = (
  config: SourceOf<Kind>,
  context: SourceContext,
) => SourceRunner

const MAX_EXCERPT = 2000

/** Makes a refusal of raw input; hash over the bytes as they came. */
export function refuse(reason: QuarantineReason, raw: Uint8Array | string, detail = ''): Refusal {
  const text = typeof raw === 'string' ? raw : new TextDecoder().decode(raw.subarray(0, MAX_EXCERPT))
  return { reason, detail, excerpt: text.slice(0, MAX_EXCERPT), hash: createHash('sha256').update(raw).digest('hex') }
}

/** A fresh, empty result. */
export const nothing = (): Decoded => ({ drafts: [], refusals: [], dropped: 0 })
