import { z } from 'zod'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import { Severity } from '../../contract/severity.ts'

/** Shapes of the dialect profiles in config/profiles. Paths name a place in the vendor's message. */

const paths = z.array(z.string().min(1)).min(1)
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
const result = z.strictObject({ path: z.string(), codes: z.record(z.string(), meaning) })
export type ResultCodes = z.output<typeof result>

const severity = z.strictObject({
  /** Vendor's word or number → ours. */
  words: z.record(z.string(), Severity),
  fallback: Severity.default('info'),
})

const tianqingClass = z.strictObject({
  /** First class whose conditions all hold. `topic` and `type`: substring; `where`: path → substring. */
  topic: z.string().optional(),
  type: z.string().optional(),
  has: z.string().optional(),
  where: z.record(z.string(), z.string()).default({}),
  /** Event type, or `drop`: understood, counted, not kept. */
  event: z.union([eventType, z.literal('drop')]),
  time: z.array(z.string()).default([]),
  /** The time is not the event's own (last contact of the terminal): it dates the event but is no part of its identity. */
  weakTime: z.boolean().default(false),
  key: z.array(z.string()).default(['guid']),
  /** Where the vendor states a severity; without it the catalogue's default holds. */
  severity: z.array(z.string()).default([]),
  result: result.optional(),
  fields: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), paths).default({}),
  /** As `fields`, kept as numbers. */
  numbers: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), paths).default({}),
  /** Date of the virus definitions → `sig_age_days`. */
  signatureDate: z.array(z.string()).default([]),
})
export type TianqingClass = z.output<typeof tianqingClass>

export const TianqingProfile = z.strictObject({
  ...head,
  kind: z.literal('tianqing'),
  zone,
  priOptional: z.boolean().default(false),
  /** The reporting system; part of the event id, so it never changes. */
  device: z.string().min(1),
  topicPath: z.string().default('syslog_topic'),
  typePath: z.string().default('type'),
  /** What the event is about; a console operator's own address is not. */
  object: paths,
  host: paths,
  ip: paths,
  mac: paths,
  dept: paths,
  user: paths,
  /** Who the terminal is, where the event has no key of its own. */
  identity: paths,
  /** Left out of the content's hash. */
  volatile: z.array(z.string()).default([]),
  severity,
  classes: z.array(tianqingClass).min(1),
})
export type TianqingProfile = z.output<typeof TianqingProfile>

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
  fields: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), paths).default({}),
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
