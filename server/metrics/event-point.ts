import { EVENT_MEASUREMENTS } from '../../contract/measurements.ts'
import type { MetricPoint, StoredEvent } from '../feature.ts'

/** What the envelope calls otherwise than the measurement does (contract.md, MQTT). */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  person_h: 'person',
  case_h: 'case',
  handler_h: 'handler',
  user_h: 'user',
}

/** The event as a point of its family: declared tags and fields only, persons only as the hash they came as. */
export function eventPoint(event: StoredEvent): MetricPoint {
  const { tags: tagNames, fields: fieldKinds } = EVENT_MEASUREMENTS[event.family]
  const { data } = event
  const tags: Record<string, string> = {}
  for (const name of tagNames) {
    const value = data[name]
    if (typeof value === 'string') tags[name] = value
  }
  Object.assign(tags, { type: event.type, domain: event.domain, collector: event.collector, severity: event.severity })
  if (event.device !== null) tags.device = event.device
  if (event.object !== null) tags.object = event.object
  if (event.object?.startsWith('door:') && tags.door === undefined) tags.door = event.object
  const fields: Record<string, number | string | boolean> = {}
  for (const name in fieldKinds) {
    const value = data[name] ?? hashed(data, name)
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') fields[name] = value
  }
  fields.eid = event.id
  fields.observed_ms = event.observedMs
  fields.received_ms = event.receivedMs
  fields.backfill = event.backfill
  return { measurement: event.family, tags, fields, at: event.observedMs, eventId: event.id }
}

/** Only a keyed hash (`h:…`) may stand in a person's place: a clear name never reaches the metrics. */
function hashed(data: Record<string, unknown>, field: string): unknown {
  const other = OTHER_NAMES[field]
  const value = other === undefined ? undefined : data[other]
  return typeof value === 'string' && value.startsWith('h:') ? value : undefined
}
