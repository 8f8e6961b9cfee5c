import { decodeText } from '../intake/encoding.ts'
import type { Part } from '../intake/multipart.ts'
import { readXml, type XmlNode } from '../intake/xml.ts'
import { type Refusal, refuse } from '../source.ts'
import { readRow } from './acs-event.ts'
import type { PartReading } from './dialect.ts'
import { isRecord } from './row.ts'

const ACCESS_EVENT = /^accesscontroller(event)?$/i

/** One part of the alertStream, or one document that the device posts. Pure; never throws. */
export function readAlert({ headers, body }: Pick<Part, 'headers' | 'body'>): PartReading {
  const reading: PartReading = { rows: [], refusals: [], heartbeats: 0, dropped: 0, close: false }
  if (/^image\//i.test(headers.get('content-type') ?? '')) return { ...reading, dropped: 1 }
  const decoded = decodeText(body)
  if (!decoded) return withRefusal(reading, refuse('undecodable', body, '实时流中的文字无法识别'))
  const text = decoded.text.trim()
  if (text === '') return reading
  if (text.startsWith('<')) return readXmlAlert(text, body, reading)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return withRefusal(reading, refuse('bad_json', body, '实时流中的 JSON 不完整'))
  }
  for (const one of Array.isArray(value) ? value : [value]) readDocument(one, body, reading)
  return reading
}

function readXmlAlert(text: string, body: Uint8Array, reading: PartReading): PartReading {
  const xml = readXml(text)
  if (!xml.ok) {
    const doctype = xml.why === 'doctype'
    const detail = doctype ? '实时流中的 XML 带有 DOCTYPE，连接已关闭' : '实时流中的 XML 不完整'
    return { ...withRefusal(reading, refuse('bad_header', body, detail)), close: doctype }
  }
  readDocument(xml.value, body, reading)
  return reading
}

function readDocument(value: unknown, body: Uint8Array, reading: PartReading): void {
  const alert: Record<string, unknown> | undefined = isRecord(value) ? unwrap(value) : undefined
  if (!alert) {
    reading.refusals.push(refuse('type_mismatch', body, '实时流中的报文不是对象'))
    return
  }
  const kind = String(alert.eventType ?? '')
  if (isHeartbeat(kind, alert)) reading.heartbeats++
  else if (!ACCESS_EVENT.test(kind)) reading.dropped++
  else readAccess(alert, body, reading)
}

function readAccess(alert: Record<string, unknown>, body: Uint8Array, reading: PartReading): void {
  const inner = alert.AccessControllerEvent
  const result = isRecord(inner) ? readRow(inner, alert.dateTime) : undefined
  if (result?.ok) reading.rows.push(result.row)
  else {
    const field = result?.field ?? 'AccessControllerEvent'
    reading.refusals.push(refuse(result?.why ?? 'missing_key', body, `实时事件的字段 ${field} 缺失或类型不符`))
  }
}

/** `{EventNotificationAlert: {…}}` and the bare form. */
const unwrap = (value: Record<string, unknown> | XmlNode): Record<string, unknown> =>
  isRecord(value.EventNotificationAlert) ? value.EventNotificationAlert : value

const isHeartbeat = (kind: string, alert: Record<string, unknown>): boolean =>
  /^heart\s*beat$/i.test(kind) || (/^videoloss$/i.test(kind) && /^inactive$/i.test(String(alert.eventState ?? '')))

const withRefusal = (reading: PartReading, refusal: Refusal): PartReading => ({
  ...reading,
  refusals: [...reading.refusals, refusal],
})
