import type { FieldKind, Measurement } from '../../contract/measurements.ts'
import type { MetricPoint } from '../feature.ts'
import type { Rejected, RejectReason } from './port.ts'

/**
 * What the influx client sends without looking (protocols.md 6.2) is stopped here: NaN, undefined, empty tags, raw
 * newlines, a tag that ends in a backslash, integers that are none. A bad tag or field is left out, the point stays;
 * a point without any good field is refused.
 */
export type Checked = { ok: true; point: MetricPoint } | { ok: false; reason: RejectReason; detail: string }

const MAX_TAG = 128
const MAX_TEXT_BYTES = 64 * 1024 - 1
/** 1678–2262 is what 64-bit ns can hold; we take 1970–2262. */
const MAX_TIME = 9_223_372_036_000

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
const CONTROL = /[\u0000-\u001f\u007f\u2028\u2029]+/g

/** What makes the slow way necessary; nearly every value is clean already. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNCLEAN_TAG = /^\s|\s$|[\u0000-\u001f\u007f\u2028\u2029\ud800-\udfff\\]/
const UNCLEAN_TEXT = /[\0\ud800-\udfff]|\\'/

/** A tag value as the store keeps it; undefined when nothing is left. Backslashes cannot be escaped in tags. */
export function cleanTag(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  if (value.length <= MAX_TAG && !UNCLEAN_TAG.test(value)) return value
  const clean = value.toWellFormed().replace(CONTROL, ' ').replaceAll('\\', '/').trim()
  return clean.length > MAX_TAG ? clean.slice(0, MAX_TAG).toWellFormed() : clean || undefined
}

/** `\'` is written wrongly by the client's escape (it doubles the backslash), so the backslash becomes a slash. */
function cleanText(value: string): string {
  if (value.length < 1000 && !UNCLEAN_TEXT.test(value)) return value
  const clean = value.toWellFormed().replaceAll('\u0000', '').replaceAll("\\'", "/'")
  if (clean.length * 3 <= MAX_TEXT_BYTES || Buffer.byteLength(clean) <= MAX_TEXT_BYTES) return clean
  return Buffer.from(clean)
    .subarray(0, MAX_TEXT_BYTES)
    .toString()
    .replace(/\ufffd$/, '')
}

/** A field value of the declared kind; undefined when it cannot be one. */
export function cleanField(kind: FieldKind, value: unknown): number | string | boolean | undefined {
  switch (kind) {
    case 'integer':
      return Number.isSafeInteger(value) ? (value as number) : undefined
    case 'float':
      return Number.isFinite(value) ? (value as number) : undefined
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'string':
      if (typeof value === 'number' && Number.isFinite(value)) return String(value)
      return typeof value === 'string' ? cleanText(value) : undefined
  }
}

export function precheck(point: MetricPoint, schema: Readonly<Record<string, Measurement>>): Checked {
  const measurement = Object.hasOwn(schema, point.measurement) ? schema[point.measurement] : undefined
  if (!measurement) return { ok: false, reason: 'unknown_measurement', detail: String(point.measurement) }
  if (!Number.isSafeInteger(point.at) || point.at < 0 || point.at > MAX_TIME)
    return { ok: false, reason: 'bad_time', detail: String(point.at) }
  const tags: Record<string, string> = {}
  for (const name of measurement.tags) {
    const value = cleanTag(point.tags[name])
    if (value !== undefined) tags[name] = value
  }
  const fields: Record<string, number | string | boolean> = {}
  let any = false
  for (const name in point.fields) {
    const kind = Object.hasOwn(measurement.fields, name) ? measurement.fields[name] : undefined
    const value = kind === undefined ? undefined : cleanField(kind, point.fields[name])
    if (value === undefined) continue
    fields[name] = value
    any = true
  }
  if (!any) return { ok: false, reason: 'no_fields', detail: Object.keys(point.fields).join(',') }
  return { ok: true, point: { ...point, tags, fields } }
}

/** Checks a whole batch. */
export function sift(
  points: readonly MetricPoint[],
  schema: Readonly<Record<string, Measurement>>,
): { good: MetricPoint[]; bad: Rejected[] } {
  const good: MetricPoint[] = []
  const bad: Rejected[] = []
  for (const point of points) {
    const checked = precheck(point, schema)
    if (checked.ok) good.push(checked.point)
    else bad.push({ point, reason: checked.reason, detail: checked.detail })
  }
  return { good, bad }
}
