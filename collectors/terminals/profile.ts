import { z } from 'zod'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import { Severity } from '../../contract/severity.ts'

/** Shapes of the dialect profiles in config/profiles. Paths name a place in the vendor's message. */

const paths = z.array(z.string().min(1)).min(1)
/** One path, or several of which the first with a value counts. */
const oneOrMore = z.union([
  z
    .string()
    .min(1)
    .transform((path) => [path]),
  paths,
])
const fieldName = z.string().regex(/^[a-z][a-z0-9_]*$/)
const zone = z.string().refine(isZone, '不是时区名，例如 Asia/Shanghai')
const eventType = z.string().refine((type) => Object.hasOwn(EVENT_TYPES, type), '不是已登记的事件类型')
const head = { id: z.string(), version: z.int().positive(), basis: z.string().min(1) }

function isZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}

/** Result code → what it means. Both are optional facts of the event. */
const meaning = z.strictObject({ outcome: z.string().optional(), action: z.string().optional() })
const result = z.strictObject({ path: oneOrMore, codes: z.record(z.string(), meaning) })
export type ResultCodes = z.output<typeof result>

const severity = z.strictObject({
  /** Vendor's word or number → ours. */
  words: z.record(z.string(), Severity),
  fallback: Severity.default('info'),
})

const recordClass = z.strictObject({
  /** First class whose conditions all hold. `topic` and `type`: substring; `topics`: one of these, whole. */
  topic: z.string().optional(),
  topics: z.array(z.string()).optional(),
  type: z.string().optional(),
  has: z.string().optional(),
  /** Path → substring (of a list: of one of its entries). */
  where: z.record(z.string(), z.string()).default({}),
  /** Path → lowest number. */
  atLeast: z.record(z.string(), z.number()).default({}),
  /** Event type, or `drop`: understood, counted, not kept. */
  event: z.union([eventType, z.literal('drop')]),
  time: z.array(z.string()).default([]),
  /** The time is not the event's own (last contact of the terminal): it dates the event but is no part of its identity. */
  weakTime: z.boolean().default(false),
  /** First that is there; `a + b` needs both. Left out: the profile's. */
  key: z.array(z.string()).optional(),
  /** Where the vendor states a severity; without it the catalogue's default holds. */
  severity: z.array(z.string()).default([]),
  result: result.optional(),
  /** Facts that the class itself says, e.g. the outcome of an event number. */
  set: z.record(fieldName, z.union([z.string(), z.number(), z.boolean()])).default({}),
  fields: z.record(fieldName, paths).default({}),
  /** As `fields`, kept as numbers. */
  numbers: z.record(fieldName, paths).default({}),
  /** Date of the virus definitions → `sig_age_days`. */
  signatureDate: z.array(z.string()).default([]),
})
export type RecordClass = z.output<typeof recordClass>

/** A message whose body is one record of fields: JSON, or `key=value` pairs. */
export const RecordProfile = z.strictObject({
  ...head,
  kind: z.literal('record'),
  body: z.enum(['json', 'pairs']).default('json'),
  zone,
  priOptional: z.boolean().default(false),
  /** The reporting system; part of the event id, so it never changes. */
  device: z.string().min(1),
  topicPath: oneOrMore.prefault('syslog_topic'),
  typePath: z.string().default('type'),
  /** What the event is about; a console operator's own address is not. */
  object: paths,
  host: paths,
  ip: paths,
  mac: paths,
  dept: z.array(z.string()).default([]),
  user: z.array(z.string()).default([]),
  /** Who the terminal is, where the event has no key of its own. */
  identity: paths,
  /** The vendor's own number of an event. */
  key: z.array(z.string()).default(['guid']),
  /** Where an unregistered class may have its time. */
  time: z.array(z.string()).default(['event_time', 'create_time']),
  /** Left out of the content's hash. */
  volatile: z.array(z.string()).default([]),
  severity,
  /** Facts of every event. */
  set: z.record(fieldName, z.union([z.string(), z.number(), z.boolean()])).default({}),
  fields: z.record(fieldName, paths).default({}),
  classes: z.array(recordClass).min(1),
})
export type RecordProfile = z.output<typeof RecordProfile>

const cefClass = z.strictObject({
  /** Substrings of vendor, signature id and name, ignoring case; all that are given must hold. */
  vendor: z.string().optional(),
  signature: z.string().optional(),
  name: z.string().optional(),
  event: z.union([eventType, z.literal('drop')]),
})

/** CEF and LEEF: paths are extension keys (custom labels folded in) or `header.name`, `header.signature`. */
export const CefProfile = z.strictObject({
  ...head,
  kind: z.literal('cef'),
  zone,
  priOptional: z.boolean().default(true),
  time: paths,
  key: z.array(z.string()).default([]),
  host: paths,
  ip: paths,
  mac: paths,
  user: paths,
  result: result.optional(),
  fields: z.record(fieldName, paths).default({}),
  /** Lowest CEF severity (0–10) of each of ours; below the last it is `info`. */
  severity: z.strictObject({ critical: z.number(), warning: z.number(), notice: z.number() }),
  classes: z.array(cefClass).min(1),
})
export type CefProfile = z.output<typeof CefProfile>

/** @throws Error in Chinese that names every wrong place of the profile */
export function readProfile<Schema extends z.ZodType>(schema: Schema, profile: { id: string }): z.output<Schema> {
  const parsed = schema.safeParse(profile)
  if (parsed.success) return parsed.data
  const places = parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(整体)'}：${message}`)
  throw new Error(`方言 ${profile.id} 不符合格式：${places.join('；')}`)
}

/** ClamAV says everything in fixed words: nothing to map. */
export const ClamavProfile = z.strictObject({
  ...head,
  kind: z.literal('clamav'),
  zone,
  device: z.string().min(1),
  /** The terminal it runs on, where neither the line nor the source says. */
  host: z.string().optional(),
})
export type ClamavProfile = z.output<typeof ClamavProfile>
