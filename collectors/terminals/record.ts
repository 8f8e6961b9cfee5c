import { createHash } from 'node:crypto'
import type { Severity } from '../../contract/severity.ts'
import type { Dialect } from '../intake/syslog-decode.ts'
import { atZone, type Moment } from '../intake/wall-clock.ts'
import { type Decoded, type Draft, nothing, type Refusal, refuse } from '../source.ts'
import type { DialectFactory, PersonHash } from './dialects.ts'
import { readEventTime } from './event-time.ts'
import { numberOf, present, readResult, textOf } from './facts.ts'
import { at, canonical, firstOf, type Json, parseBody } from './json.ts'
import { parsePairs } from './pairs.ts'
import { type RecordClass, RecordProfile, readProfile } from './profile.ts'

const DAY_MS = 86_400_000
/** What an unknown topic becomes: kept, and reported (protocols.md 1.1). */
const UNKNOWN: Omit<RecordClass, 'time'> = {
  event: 'terminal.other',
  where: {},
  atLeast: {},
  weakTime: false,
  severity: [],
  set: {},
  fields: {},
  numbers: {},
  signatureDate: [],
}

/**
 * One record of fields a message: the JSON of 天擎 V10, Wazuh, Windows Defender, the `key=value` of 天擎 V6 and others
 * (protocols.md 1.1, 1.3). What the fields mean is the profile's.
 */
export const dialect: DialectFactory = (file, personHash) => {
  const profile = readProfile(RecordProfile, file)
  const [parse, broken, detail] =
    profile.body === 'json'
      ? ([parseBody, 'bad_json', '正文不是完整的 JSON'] as const)
      : ([parsePairs, 'bad_header', '正文不是“键=值”'] as const)
  const decode: Dialect = (message, receivedMs, raw, encoding) => {
    const body = parse(message.message)
    if (!body) return { ...nothing(), refusals: [refuse(broken, raw, detail)] }
    const topic = String(firstOf(body, profile.topicPath) ?? '')
    const type = String(firstOf(body, [profile.typePath]) ?? '')
    const known = profile.classes.find((one) => fits(one, body, topic, type))
    if (known?.event === 'drop') return { ...nothing(), dropped: 1 }
    const kind = known ?? { ...UNKNOWN, time: profile.time }
    const decoded = toDraft(kind, body, { profile, personHash, receivedMs, raw, encoding })
    if (!known)
      decoded.refusals.push(refuse('unknown_topic', raw, `未登记的类别 ${topicOf(body, profile) ?? '（无类别）'}`))
    return decoded
  }
  return { zone: profile.zone, priOptional: profile.priOptional, decode }
}

const topicOf = (body: Json, { topicPath, typePath }: RecordProfile): string | undefined =>
  textOf(firstOf(body, [...topicPath, typePath]))?.slice(0, 64)

function fits(kind: RecordClass, body: Json, saidTopic: string, saidType: string): boolean {
  const { topic, topics, type, has, where, atLeast } = kind
  if (topic !== undefined && !saidTopic.includes(topic)) return false
  if (topics !== undefined && !topics.includes(saidTopic)) return false
  if (type !== undefined && !saidType.includes(type)) return false
  if (has !== undefined && at(body, has) === undefined) return false
  if (Object.entries(atLeast).some(([path, least]) => !((numberOf(firstOf(body, [path])) ?? -1) >= least))) return false
  return Object.entries(where).every(([path, part]) => holds(at(body, path), part))
}

/** A list holds a word when one of its entries does (Wazuh's `rule.groups`). */
const holds = (value: unknown, part: string): boolean =>
  Array.isArray(value)
    ? value.some((one) => typeof one === 'string' && one.includes(part))
    : typeof value !== 'object' && String(value ?? '').includes(part)

interface Circumstances {
  profile: RecordProfile
  personHash: PersonHash
  receivedMs: number
  raw: Uint8Array
  encoding: string
}

function toDraft(kind: RecordClass, body: Json, around: Circumstances): Decoded {
  const { profile, receivedMs, encoding } = around
  const time = timeOf(kind, body, profile.zone, receivedMs)
  const key = keyOf(kind.key ?? profile.key, body)
  const { data, refusals } = factsOf(kind, body, time, around)
  const observedMs = kind.weakTime ? null : (time.moment?.ms ?? null)
  const draft: Draft = {
    type: kind.event,
    object: textOf(firstOf(body, profile.object))?.slice(0, 128),
    device: profile.device,
    nativeKey: key ?? contentKey(body, profile, time.moment?.ms ?? receivedMs),
    observedMs,
    observedAt: time.moment?.observedAt ?? atZone(receivedMs, profile.zone).observedAt,
    severity: kind.severity.length > 0 ? severityOf(kind, body, profile).severity : undefined,
    data,
    nativeId: key,
    enc: encoding === 'utf-8' ? undefined : encoding,
  }
  return { drafts: [draft], refusals, dropped: 0 }
}

/** The first of the vendor's numbers that is there; of `a + b` both must be. */
function keyOf(keys: readonly string[], body: Json): string | undefined {
  for (const key of keys) {
    if (!key.includes(' + ')) {
      const found = firstOf(body, [key])
      if (found !== undefined) return String(found).slice(0, 2000)
      continue
    }
    const parts = key.split(' + ').map((path) => firstOf(body, [path]))
    if (parts.every((part) => part !== undefined)) return parts.join(' ').slice(0, 200)
  }
  return undefined
}

interface EventTime {
  moment: Moment | undefined
  issue?: 'bad_time' | 'future_time'
}

/** A terminal whose clock is a day ahead keeps its event; only its time is not believed. */
function timeOf({ time }: RecordClass, body: Json, zone: string, receivedMs: number): EventTime {
  const value = firstOf(body, time)
  if (value === undefined) return { moment: undefined }
  const moment = readEventTime(value, zone)
  if (!moment) return { moment: undefined, issue: 'bad_time' }
  return moment.ms > receivedMs + DAY_MS ? { moment: undefined, issue: 'future_time' } : { moment }
}

/** Where the vendor gives no key: topic, terminal, time and the content without what changes by itself. */
function contentKey(body: Json, profile: RecordProfile, ms: number): string {
  const parts = [
    topicOf(body, profile),
    firstOf(body, profile.identity),
    ms,
    canonical(body, new Set(profile.volatile)),
  ]
  return createHash('sha256').update(parts.join('|')).digest('hex')
}

function severityOf({ severity: paths }: RecordClass, body: Json, { severity: { words, fallback } }: RecordProfile) {
  const said = String(firstOf(body, paths) ?? '')
  const known: Severity | undefined = Object.hasOwn(words, said) ? words[said] : undefined
  return { severity: known ?? fallback, isDefault: known === undefined }
}

function factsOf(kind: RecordClass, body: Json, time: EventTime, around: Circumstances) {
  const { profile, personHash, receivedMs, raw } = around
  const refusals: Refusal[] = []
  const user = textOf(firstOf(body, profile.user))
  const result = kind.result && readResult(firstOf(body, kind.result.path), kind.result.codes)
  if (result?.unknownCode !== undefined)
    refusals.push(refuse('bad_code', raw, `${kind.result?.path[0]} 的代码 ${result.unknownCode} 不在对照表内`))
  const data = present({
    topic: topicOf(body, profile),
    host: textOf(firstOf(body, profile.host)),
    ip: textOf(firstOf(body, profile.ip)),
    mac: textOf(firstOf(body, profile.mac)),
    dept: textOf(firstOf(body, profile.dept)) ?? 'unknown',
    user_h: user === undefined ? undefined : personHash(user),
    ...profile.set,
    ...mapped({ ...profile.fields, ...kind.fields }, (paths) => textOf(firstOf(body, paths))),
    ...mapped(kind.numbers, (paths) => numberOf(firstOf(body, paths))),
    ...kind.set,
    ...result?.data,
    sig_age_days: signatureAge(kind, body, profile.zone, time.moment?.ms ?? receivedMs),
    severity_src: kind.severity.length > 0 && severityOf(kind, body, profile).isDefault ? 'default' : undefined,
    time_src: time.moment ? undefined : 'received',
    time_issue: time.issue,
  })
  return { data, refusals }
}

function mapped<Value>(from: Readonly<Record<string, string[]>>, read: (paths: string[]) => Value) {
  const found: Record<string, Value> = {}
  for (const [name, paths] of Object.entries(from)) found[name] = read(paths)
  return found
}

function signatureAge({ signatureDate }: RecordClass, body: Json, zone: string, nowMs: number): number | undefined {
  const value = firstOf(body, signatureDate)
  if (value === undefined) return undefined
  const dated = readEventTime(
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value} 00:00:00` : value,
    zone,
  )
  return dated && Math.max(0, Math.round(((nowMs - dated.ms) / DAY_MS) * 10) / 10)
}
