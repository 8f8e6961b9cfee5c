import { isUtf8 } from 'node:buffer'
import { EVENT_TYPES, type EventType, otherType } from '../../contract/catalogue.ts'
import { DOMAINS, type Domain } from '../../contract/domains.ts'
import { MAX_BATCH, MAX_PAYLOAD_BYTES } from '../../contract/envelope.ts'
import type { QuarantineReason } from '../../contract/quarantine.ts'
import { SEVERITIES, type Severity } from '../../contract/severity.ts'
import { TOPIC_LEVEL } from '../../contract/topics.ts'
import type { StoredEvent } from '../feature.ts'
import { parseMoment } from './moment.ts'
import { excerptOf, type Refused } from './refusal.ts'

/** How far a source's clock may run ahead before its event is refused. */
export const FUTURE_MS = 24 * 3600 * 1000
const ID = /^[0-9A-Za-z-]{1,64}$/
const TYPE = /^[a-z]+(\.[a-z0-9_]+)+$/
const TAG_LENGTH = 128
const TYPE_LENGTH = 64
/** Deeper data cannot be a real event and would exhaust the stack of whatever walks it. */
const DEPTH = 64
const DEPTH_MATTERS = 1024
/** Stands for the collector of a message that names none. */
export const NOBODY = 'http'

/** Where a message came from: a topic gives all three, HTTP only the site. */
export interface Ground {
  site: string
  domain: Domain | null
  collector: string | null
}

export interface Accepted {
  event: StoredEvent
  seq: number | null
  /** JSON text of the envelope as it is stored. */
  body: string
  /** Stored all the same, but somebody should look: an unknown type filed as `.other`. */
  note: Refused | null
  /** Set by the turn that commits it: this very copy went in; a second copy or a known id did not. */
  fresh: boolean
}

export interface Checked {
  events: Accepted[]
  refusals: Refused[]
}

type Raw = Record<string, unknown>
const TYPES = new Map<string, EventType>(Object.entries(EVENT_TYPES))
const SEVERITY = new Set<string>(SEVERITIES)
const ROOMS = new Map<string, Domain>([['door', 'access'], ...DOMAINS.map((one) => [one, one] as const)])

/**
 * Takes a message apart. Pure; never throws; one bad event of a batch does not touch its neighbours. The contract's
 * `Envelope` is the truth, this is the same written out by hand (a property test holds them together), because it runs
 * for each event of a stream that may bring 100,000 a second.
 * @param receivedMs epoch ms of arrival
 * @param retentionMs an event observed longer ago would be dropped from the inbox at once, so it is refused
 */
export function check(bytes: Uint8Array, ground: Ground, receivedMs: number, retentionMs: number): Checked {
  const out: Checked = { events: [], refusals: [] }
  const refuse = (item: Raw | null, reason: QuarantineReason, text: string): Refused => ({
    id: item && idOf(item),
    collector: ground.collector ?? (item && collectorOf(item)) ?? NOBODY,
    reason,
    seq: item && seqOf(item),
    ...excerptOf(text),
    at: receivedMs,
  })
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = (reason: QuarantineReason): Checked => {
    out.refusals.push(refuse(null, reason, buffer.toString('utf8', 0, MAX_PAYLOAD_BYTES)))
    return out
  }
  if (buffer.length > MAX_PAYLOAD_BYTES) return whole('frame_too_long')
  if (!isUtf8(buffer)) return whole('undecodable')
  const text = buffer.toString('utf8')
  const raw = parseObject(text)
  if (!raw) return whole('bad_json')
  const odd = ODD_ESCAPE.test(text)
  const one = (item: Raw, source: string | null): void => {
    const verdict = judge(item, ground, receivedMs, retentionMs)
    if (typeof verdict === 'string') {
      out.refusals.push(refuse(item, verdict, source ?? textOf(item)))
      return
    }
    let body = verdict.rewritten || source === null ? textOf(item) : source
    if (body.length > DEPTH_MATTERS && deeper(item, DEPTH)) {
      out.refusals.push(refuse(item, 'type_mismatch', body))
      return
    }
    if (odd) {
      verdict.event.data = storable(verdict.event.data) as Raw
      item.data = verdict.event.data
      body = textOf(item)
    }
    const note = verdict.unknown ? refuse(item, 'unknown_topic', source ?? textOf(item)) : null
    out.events.push({ event: verdict.event, seq: verdict.seq, body, note, fresh: false })
  }
  if (!Object.hasOwn(raw, 'batch')) {
    one(raw, text)
    return out
  }
  const fault = batchFault(raw)
  if (fault) return whole(fault)
  for (const item of raw.batch as unknown[]) {
    if (isObject(item)) one(item, null)
    else out.refusals.push(refuse(null, 'type_mismatch', textOf(item)))
  }
  return out
}

function parseObject(text: string): Raw | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** What is wrong with the frame of a batch, as `Batch` of the contract says. */
function batchFault(raw: Raw): QuarantineReason | undefined {
  const version = versionFault(raw.v)
  if (version) return version
  if (!Array.isArray(raw.batch)) return 'type_mismatch'
  if (raw.batch.length === 0) return 'missing_key'
  if (raw.batch.length > MAX_BATCH) return 'frame_too_long'
  return Object.keys(raw).length === 2 ? undefined : 'type_mismatch'
}

interface Verdict {
  event: StoredEvent
  seq: number | null
  /** The envelope was changed, so its text must be made anew. */
  rewritten: boolean
  unknown: boolean
}

/** One envelope: the event, or the first reason against it in the order of importance to whoever must mend it. */
function judge(raw: Raw, ground: Ground, receivedMs: number, retentionMs: number): Verdict | QuarantineReason {
  const fault =
    versionFault(raw.v) ??
    idFault(raw.id) ??
    typeFault(raw.type) ??
    ownerFault(raw.site, ground.site) ??
    ownerFault(raw.collector, ground.collector) ??
    optionalFault(raw)
  if (fault) return fault
  const observedMs = timeOf(raw.observed_at, receivedMs, retentionMs)
  if (typeof observedMs === 'string') return observedMs
  if (raw.published_at !== undefined && Number.isNaN(momentOf(raw.published_at))) return 'bad_time'
  const wanted = raw.type as string
  const domain = ground.domain ?? domainOf(wanted)
  if (!domain) return 'unknown_topic'
  const known = TYPES.get(wanted)
  if (known?.domain && known.domain !== domain) return 'type_mismatch'
  const type = known ? wanted : otherType(domain)
  const entry = known ?? TYPES.get(type ?? '')
  if (!type || !entry) return 'unknown_topic'
  const stripped = strip(raw)
  let data = (raw.data as Raw | undefined) ?? {}
  if (!known) {
    data = { ...data, original_type: wanted }
    raw.data = data
    raw.type = type
  }
  return {
    event: {
      id: raw.id as string,
      type,
      family: entry.family,
      domain,
      collector: raw.collector as string,
      device: (raw.device as string | undefined) ?? null,
      object: (raw.object as string | undefined) ?? null,
      severity: (raw.severity as Severity | undefined) ?? entry.severity,
      observedAt: raw.observed_at as string,
      observedMs,
      receivedMs,
      backfill: raw.backfill === true,
      data,
    },
    seq: (raw.seq as number | undefined) ?? null,
    rewritten: stripped || !known,
    unknown: !known,
  }
}

function versionFault(version: unknown): QuarantineReason | undefined {
  if (version === 1) return undefined
  if (version === undefined) return 'missing_key'
  return typeof version === 'number' ? 'schema_major' : 'type_mismatch'
}

function idFault(id: unknown): QuarantineReason | undefined {
  if (id === undefined) return 'missing_key'
  return typeof id === 'string' && ID.test(id) ? undefined : 'type_mismatch'
}

function typeFault(type: unknown): QuarantineReason | undefined {
  if (type === undefined) return 'missing_key'
  if (typeof type !== 'string') return 'type_mismatch'
  if (TYPES.has(type)) return undefined
  if (type.length > TYPE_LENGTH) return 'tag_limit'
  return TYPE.test(type) ? undefined : 'type_mismatch'
}

/** Site and collector: a topic level, and the one that the topic names. */
function ownerFault(value: unknown, expected: string | null): QuarantineReason | undefined {
  if (value === undefined) return 'missing_key'
  if (typeof value !== 'string') return 'type_mismatch'
  const fits = expected === null ? TOPIC_LEVEL.test(value) : value === expected
  return fits ? undefined : 'type_mismatch'
}

function optionalFault(raw: Raw): QuarantineReason | undefined {
  const { seq, backfill, severity, data, src } = raw
  if (seq !== undefined && !(Number.isSafeInteger(seq) && (seq as number) >= 0)) return 'type_mismatch'
  if (backfill !== undefined && typeof backfill !== 'boolean') return 'type_mismatch'
  if (severity !== undefined && !(typeof severity === 'string' && SEVERITY.has(severity))) return 'type_mismatch'
  if (data !== undefined && !isObject(data)) return 'type_mismatch'
  if (src !== undefined && !isObject(src)) return 'type_mismatch'
  return tagFault(raw.device) ?? tagFault(raw.object)
}

/** Names that become tags. A NUL and half a character are refused here, because no store of ours can hold them. */
function tagFault(value: unknown): QuarantineReason | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value === '') return 'type_mismatch'
  if (value.length > TAG_LENGTH) return 'tag_limit'
  return value.includes('\0') || !value.isWellFormed() ? 'type_mismatch' : undefined
}

const momentOf = (value: unknown): number => (typeof value === 'string' ? parseMoment(value) : Number.NaN)

function timeOf(value: unknown, receivedMs: number, retentionMs: number): number | QuarantineReason {
  if (value === undefined || value === null || value === '') return 'missing_time'
  const ms = momentOf(value)
  if (Number.isNaN(ms)) return 'bad_time'
  if (ms > receivedMs + FUTURE_MS) return 'future_time'
  return ms < receivedMs - retentionMs ? 'too_old' : ms
}

/** Without a topic the type says which room it belongs to. */
function domainOf(type: string): Domain | undefined {
  const known = TYPES.get(type)
  if (known) return known.domain ?? 'infra'
  return ROOMS.get(type.slice(0, type.indexOf('.')))
}

/** Keys that could change a prototype when somebody copies the object key by key. */
function strip(raw: Raw): boolean {
  let found = false
  for (const part of [raw, raw.data, raw.src]) {
    if (part && Object.hasOwn(part, '__proto__')) {
      Reflect.deleteProperty(part, '__proto__')
      found = true
    }
  }
  return found
}

/** Only an escape can bring a NUL or half a character. */
const ODD_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/
/** Data with U+FFFD in their place, so that a name can be a key of any store. At most `DEPTH` deep by now. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\ufffd')
  if (Array.isArray(value)) return value.map(storable)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), storable(inner)]))
}

const isObject = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value)

const collectorOf = ({ collector }: Raw): string | null =>
  typeof collector === 'string' && TOPIC_LEVEL.test(collector) ? collector : null

const seqOf = ({ seq }: Raw): number | null =>
  Number.isSafeInteger(seq) && (seq as number) >= 0 ? (seq as number) : null

const idOf = (item: Raw): string | null => (typeof item.id === 'string' && ID.test(item.id) ? item.id : null)

/** JSON text; of something too deep for JSON.stringify only that it was. */
function textOf(item: unknown): string {
  try {
    return JSON.stringify(item)
  } catch {
    return '[嵌套过深，无法显示]'
  }
}

function deeper(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (left === 0) return true
  return Object.values(value).some((inner) => deeper(inner, left - 1))
}
