import { createHash } from 'node:crypto'
import type { Severity } from '../../contract/severity.ts'
import type { Dialect, SyslogDialect } from '../intake/syslog-decode.ts'
import { atZone, type Moment } from '../intake/wall-clock.ts'
import { type Decoded, type Draft, nothing, type Refusal, refuse } from '../source.ts'
import type { PersonHash } from './dialects.ts'
import { readEventTime } from './event-time.ts'
import { numberOf, present, readResult, textOf } from './facts.ts'
import { at, canonical, firstOf, type Json, parseBody } from './json.ts'
import type { TianqingClass, TianqingProfile } from './profile.ts'

const DAY_MS = 86_400_000
/** What an unknown topic becomes: kept, and reported (protocols.md 1.1). */
const UNKNOWN: TianqingClass = {
  event: 'terminal.other',
  where: {},
  time: ['event_time', 'create_time'],
  weakTime: false,
  key: ['guid'],
  severity: [],
  fields: {},
  numbers: {},
  signatureDate: [],
}

/** 天擎 V10: one JSON object a message, the class in `syslog_topic` or `type` (protocols.md 1.1). */
export function tianqingDialect(profile: TianqingProfile, personHash: PersonHash): SyslogDialect {
  const decode: Dialect = (message, receivedMs, raw, encoding) => {
    const body = parseBody(message.message)
    if (!body) return { ...nothing(), refusals: [refuse('bad_json', raw, '正文不是完整的 JSON')] }
    const known = profile.classes.find((one) => fits(one, body, profile))
    if (known?.event === 'drop') return { ...nothing(), dropped: 1 }
    const decoded = toDraft(known ?? UNKNOWN, body, { profile, personHash, receivedMs, raw, encoding })
    if (!known)
      decoded.refusals.push(refuse('unknown_topic', raw, `未登记的类别 ${topicOf(body, profile) ?? '（无类别）'}`))
    return decoded
  }
  return { zone: profile.zone, priOptional: profile.priOptional, decode }
}

const topicOf = (body: Json, { topicPath, typePath }: TianqingProfile): string | undefined =>
  textOf(firstOf(body, [topicPath, typePath]))?.slice(0, 64)

function fits(
  { topic, type, has, where }: TianqingClass,
  body: Json,
  { topicPath, typePath }: TianqingProfile,
): boolean {
  const holds = (path: string, part: string) => String(firstOf(body, [path]) ?? '').includes(part)
  if (topic !== undefined && !holds(topicPath, topic)) return false
  if (type !== undefined && !holds(typePath, type)) return false
  if (has !== undefined && at(body, has) === undefined) return false
  return Object.entries(where).every(([path, part]) => holds(path, part))
}

interface Circumstances {
  profile: TianqingProfile
  personHash: PersonHash
  receivedMs: number
  raw: Uint8Array
  encoding: string
}

function toDraft(kind: TianqingClass, body: Json, around: Circumstances): Decoded {
  const { profile, receivedMs, encoding } = around
  const time = timeOf(kind, body, profile.zone, receivedMs)
  const key = textOf(firstOf(body, kind.key))
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

interface EventTime {
  moment: Moment | undefined
  issue?: 'bad_time' | 'future_time'
}

/** A terminal whose clock is a day ahead keeps its event; only its time is not believed. */
function timeOf({ time }: TianqingClass, body: Json, zone: string, receivedMs: number): EventTime {
  const value = firstOf(body, time)
  if (value === undefined) return { moment: undefined }
  const moment = readEventTime(value, zone)
  if (!moment) return { moment: undefined, issue: 'bad_time' }
  return moment.ms > receivedMs + DAY_MS ? { moment: undefined, issue: 'future_time' } : { moment }
}

/** Where the vendor gives no key: topic, terminal, time and the content without what changes by itself. */
function contentKey(body: Json, profile: TianqingProfile, ms: number): string {
  const parts = [
    topicOf(body, profile),
    firstOf(body, profile.identity),
    ms,
    canonical(body, new Set(profile.volatile)),
  ]
  return createHash('sha256').update(parts.join('|')).digest('hex')
}

function severityOf(
  { severity: paths }: TianqingClass,
  body: Json,
  { severity: { words, fallback } }: TianqingProfile,
) {
  const said = String(firstOf(body, paths) ?? '')
  const known: Severity | undefined = Object.hasOwn(words, said) ? words[said] : undefined
  return { severity: known ?? fallback, isDefault: known === undefined }
}

function factsOf(kind: TianqingClass, body: Json, time: EventTime, around: Circumstances) {
  const { profile, personHash, receivedMs, raw } = around
  const refusals: Refusal[] = []
  const user = textOf(firstOf(body, profile.user))
  const result = kind.result && readResult(firstOf(body, [kind.result.path]), kind.result.codes)
  if (result?.unknownCode !== undefined)
    refusals.push(refuse('bad_code', raw, `${kind.result?.path} 的代码 ${result.unknownCode} 不在对照表内`))
  const data = present({
    topic: topicOf(body, profile),
    host: textOf(firstOf(body, profile.host)),
    ip: textOf(firstOf(body, profile.ip)),
    mac: textOf(firstOf(body, profile.mac)),
    dept: textOf(firstOf(body, profile.dept)) ?? 'unknown',
    user_h: user === undefined ? undefined : personHash(user),
    ...Object.fromEntries(Object.entries(kind.fields).map(([name, paths]) => [name, textOf(firstOf(body, paths))])),
    ...Object.fromEntries(Object.entries(kind.numbers).map(([name, paths]) => [name, numberOf(firstOf(body, paths))])),
    ...result?.data,
    sig_age_days: signatureAge(kind, body, profile.zone, time.moment?.ms ?? receivedMs),
    severity_src: kind.severity.length > 0 && severityOf(kind, body, profile).isDefault ? 'default' : undefined,
    time_src: time.moment ? undefined : 'received',
    time_issue: time.issue,
  })
  return { data, refusals }
}

function signatureAge({ signatureDate }: TianqingClass, body: Json, zone: string, nowMs: number): number | undefined {
  const value = firstOf(body, signatureDate)
  if (value === undefined) return undefined
  const dated = readEventTime(
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value} 00:00:00` : value,
    zone,
  )
  return dated && Math.max(0, Math.round(((nowMs - dated.ms) / DAY_MS) * 10) / 10)
}
