import { createHash } from 'node:crypto'
import type { Severity } from '../../contract/severity.ts'
import type { Dialect } from '../intake/syslog-decode.ts'
import { atZone, type Moment } from '../intake/wall-clock.ts'
import { type Decoded, nothing, refuse } from '../source.ts'
import { parseCef, type SecurityRecord } from './cef-parse.ts'
import { readFormatted } from './date-format.ts'
import type { DialectFactory, PersonHash } from './dialects.ts'
import { readEventTime } from './event-time.ts'
import { present, readResult, textOf } from './facts.ts'
import { parseLeef } from './leef-parse.ts'
import { CefProfile, readProfile } from './profile.ts'

const DAY_MS = 86_400_000

/** CEF and LEEF bodies of any vendor; the profile says which signature is which event (protocols.md 1.2). */
export const dialect: DialectFactory = (file, personHash) => {
  const profile = readProfile(CefProfile, file)
  const decode: Dialect = (message, receivedMs, raw, encoding) => {
    const record = parseCef(message.message) ?? parseLeef(message.message)
    if (!record) return { ...nothing(), refusals: [refuse('bad_cef', raw, '正文不是完整的 CEF 或 LEEF')] }
    const known = profile.classes.find((one) => fits(one, record))
    if (known?.event === 'drop') return { ...nothing(), dropped: 1 }
    const decoded = toDraft(known?.event ?? 'terminal.other', record, {
      profile,
      personHash,
      receivedMs,
      raw,
      encoding,
    })
    const id = record.signature.slice(0, 64)
    if (!known) decoded.refusals.push(refuse('unknown_topic', raw, `未登记的事件编号 ${id}`))
    return decoded
  }
  return { zone: profile.zone, priOptional: profile.priOptional, decode }
}

function fits({ vendor, signature, name }: CefProfile['classes'][number], record: SecurityRecord): boolean {
  const holds = (text: string, part: string | undefined) => !part || text.toLowerCase().includes(part.toLowerCase())
  return holds(record.vendor, vendor) && holds(record.signature, signature) && holds(record.name, name)
}

interface Circumstances {
  profile: CefProfile
  personHash: PersonHash
  receivedMs: number
  raw: Uint8Array
  encoding: string
}

function toDraft(type: string, record: SecurityRecord, around: Circumstances): Decoded {
  const { profile, personHash, receivedMs, raw, encoding } = around
  const pick = (paths: readonly string[]) => textOf(first(record, paths))
  const time = timeOf(record, profile, receivedMs)
  const user = pick(profile.user)
  const result = profile.result && readResult(pick(profile.result.path), profile.result.codes)
  const key = pick(profile.key)
  const data = present({
    topic: record.signature.slice(0, 64),
    engine: `${record.vendor} ${record.product}`.trim().slice(0, 128),
    host: pick(profile.host),
    ip: pick(profile.ip),
    mac: pick(profile.mac),
    user_h: user === undefined ? undefined : personHash(user),
    ...Object.fromEntries(Object.entries(profile.fields).map(([name, paths]) => [name, pick(paths)])),
    ...result?.data,
    severity_src: record.severity === undefined ? 'default' : record.clamped ? 'clamped' : undefined,
    time_src: time.moment ? undefined : 'received',
    time_issue: time.issue,
  })
  const refusals = result?.unknownCode === undefined ? [] : [badCode(result.unknownCode, profile, raw)]
  const draft = {
    type,
    object: pick([...profile.host, ...profile.ip])?.slice(0, 128),
    device: `${record.vendor}/${record.product}`.slice(0, 128),
    nativeKey: key ?? contentKey(record, time.moment?.ms ?? receivedMs),
    observedMs: time.moment?.ms ?? null,
    observedAt: time.moment?.observedAt ?? atZone(receivedMs, profile.zone).observedAt,
    severity: severityOf(record, profile),
    data,
    nativeId: key,
    enc: encoding === 'utf-8' ? undefined : encoding,
  }
  return { drafts: [draft], refusals, dropped: 0 }
}

const badCode = (code: string, { result }: CefProfile, raw: Uint8Array) =>
  refuse('bad_code', raw, `${result?.path[0]} 的值 ${code} 不在对照表内`)

function first(record: SecurityRecord, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const found =
      path === 'header.name' ? record.name : path === 'header.signature' ? record.signature : record.fields.get(path)
    if (found) return found
  }
  return undefined
}

function timeOf(record: SecurityRecord, { time, zone }: CefProfile, receivedMs: number) {
  const value = first(record, time)
  const moment = value === undefined ? undefined : readTime(value, record, zone)
  if (moment && moment.ms > receivedMs + DAY_MS) return { moment: undefined, issue: 'future_time' }
  return { moment, issue: value !== undefined && !moment ? 'bad_time' : undefined }
}

/** LEEF may name the format of its time; a time that is not in it may still be one. */
function readTime(value: string, { fields }: SecurityRecord, zone: string): Moment | undefined {
  const format = fields.get('devTimeFormat')
  const named = format && value === fields.get('devTime') ? readFormatted(value, format, zone) : undefined
  return named ?? readEventTime(value, zone)
}

/** CEF has no key of its own: the whole record is it. */
function contentKey({ vendor, product, signature, name, fields }: SecurityRecord, ms: number): string {
  const pairs = [...fields].map(([key, value]) => `${key}=${value}`).sort()
  return createHash('sha256')
    .update([vendor, product, signature, name, ms, ...pairs].join('\u0000'))
    .digest('hex')
}

function severityOf({ severity }: SecurityRecord, { severity: from }: CefProfile): Severity {
  if (severity === undefined) return 'info'
  if (severity >= from.critical) return 'critical'
  if (severity >= from.warning) return 'warning'
  return severity >= from.notice ? 'notice' : 'info'
}
