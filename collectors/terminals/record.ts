import { hash } from 'node:crypto'
import type { Severity } from '../../contract/severity.ts'
import type { Dialect } from '../intake/syslog-decode.ts'
import { atZone, type Moment } from '../intake/wall-clock.ts'
import { type Decoded, type Draft, nothing, type Refusal, refuse } from '../source.ts'
import type { DialectFactory } from './dialects.ts'
import { readEventTime } from './event-time.ts'
import { readResult } from './facts.ts'
import { canonical, firstOf, type Json, type Path, parseBody } from './json.ts'
import { parsePairs } from './pairs.ts'
import { type RecordClass, RecordProfile, readProfile } from './profile.ts'
import { type ClassPlan, classFinder, planOf, type Readers, readersOf } from './record-plan.ts'

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
  const readers = readersOf(profile)
  const classOf = classFinder(profile, readers, personHash)
  const unknown = planOf({ ...UNKNOWN, time: profile.time }, profile, readers, personHash)
  const volatile = new Set(profile.volatile)
  const decode: Dialect = (message, receivedMs, raw, encoding) => {
    const body = parse(message.message)
    if (!body) return { ...nothing(), refusals: [refuse(broken, raw, detail)] }
    const known = classOf(body)
    if (known?.event === 'drop') return { ...nothing(), dropped: 1 }
    const decoded = toDraft(known ?? unknown, body, { profile, readers, volatile, receivedMs, raw, encoding })
    if (!known)
      decoded.refusals.push(refuse('unknown_topic', raw, `未登记的类别 ${readers.topic(body) ?? '（无类别）'}`))
    return decoded
  }
  return { zone: profile.zone, priOptional: profile.priOptional, decode }
}

interface Circumstances {
  profile: RecordProfile
  readers: Readers
  volatile: ReadonlySet<string>
  receivedMs: number
  raw: Uint8Array
  encoding: string
}

function toDraft(plan: ClassPlan, body: Json, around: Circumstances): Decoded {
  const { profile, readers, receivedMs, encoding } = around
  const time = timeOf(plan, body, profile.zone, receivedMs)
  const key = keyOf(plan.keys, body)
  const said = plan.severity.length > 0 ? severityOf(plan, body, profile) : undefined
  const { data, refusals } = factsOf(plan, body, time, said?.isDefault ?? false, around)
  const draft: Draft = {
    type: plan.event,
    object: readers.object(body),
    device: profile.device,
    nativeKey: key ?? contentKey(body, time.moment?.ms ?? receivedMs, around),
    observedMs: plan.weakTime ? null : (time.moment?.ms ?? null),
    observedAt: time.moment?.observedAt ?? atZone(receivedMs, profile.zone).observedAt,
    severity: said?.severity,
    data,
    nativeId: key,
    enc: encoding === 'utf-8' ? undefined : encoding,
  }
  return { drafts: [draft], refusals, dropped: 0 }
}

/** The first of the vendor's numbers that is there; of `a + b` both must be. */
function keyOf(keys: readonly (readonly Path[])[], body: Json): string | undefined {
  for (const paths of keys) {
    if (paths.length === 1) {
      const found = firstOf(body, paths)
      if (found !== undefined) return String(found).slice(0, 2000)
      continue
    }
    const parts = paths.map((path) => firstOf(body, [path]))
    if (parts.every((part) => part !== undefined)) return parts.join(' ').slice(0, 200)
  }
  return undefined
}

interface EventTime {
  moment: Moment | undefined
  issue?: 'bad_time' | 'future_time'
}

/** A terminal whose clock is a day ahead keeps its event; only its time is not believed. */
function timeOf({ time }: ClassPlan, body: Json, zone: string, receivedMs: number): EventTime {
  const value = firstOf(body, time)
  if (value === undefined) return { moment: undefined }
  const moment = readEventTime(value, zone)
  if (!moment) return { moment: undefined, issue: 'bad_time' }
  return moment.ms > receivedMs + DAY_MS ? { moment: undefined, issue: 'future_time' } : { moment }
}

/** Where the vendor gives no key: topic, terminal, time and the content without what changes by itself. */
function contentKey(body: Json, ms: number, { readers, volatile }: Circumstances): string {
  const parts = [readers.topic(body), readers.identity(body), ms, canonical(body, volatile)]
  return hash('sha256', parts.join('|'))
}

function severityOf({ severity: paths }: ClassPlan, body: Json, { severity: { words, fallback } }: RecordProfile) {
  const said = String(firstOf(body, paths) ?? '')
  const known: Severity | undefined = Object.hasOwn(words, said) ? words[said] : undefined
  return { severity: known ?? fallback, isDefault: known === undefined }
}

function factsOf(plan: ClassPlan, body: Json, time: EventTime, isDefault: boolean, around: Circumstances) {
  const { profile, receivedMs, raw } = around
  const refusals: Refusal[] = []
  const data: Record<string, unknown> = {}
  const put = (name: string, value: unknown) => {
    if (value !== undefined) data[name] = value
  }
  for (const [name, read] of plan.facts) put(name, read(body))
  if (plan.result) {
    const result = readResult(firstOf(body, plan.result.paths), plan.result.codes)
    for (const [name, value] of Object.entries(result.data)) put(name, value)
    if (result.unknownCode !== undefined)
      refusals.push(refuse('bad_code', raw, `${plan.result.name} 的代码 ${result.unknownCode} 不在对照表内`))
  }
  put('sig_age_days', signatureAge(plan, body, profile.zone, time.moment?.ms ?? receivedMs))
  if (isDefault) data.severity_src = 'default'
  if (!time.moment) data.time_src = 'received'
  put('time_issue', time.issue)
  return { data, refusals }
}

function signatureAge({ signatureDate }: ClassPlan, body: Json, zone: string, nowMs: number): number | undefined {
  const value = firstOf(body, signatureDate)
  if (value === undefined) return undefined
  const dated = readEventTime(
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value} 00:00:00` : value,
    zone,
  )
  return dated && Math.max(0, Math.round(((nowMs - dated.ms) / DAY_MS) * 10) / 10)
}
