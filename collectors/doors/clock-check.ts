import { decodeText } from '../intake/encoding.ts'
import { readMoment } from '../intake/wall-clock.ts'
import { readXml } from '../intake/xml.ts'
import { isRecord } from './acs-event.ts'

export const SYSTEM_TIME = '/ISAPI/System/time'

/** Epoch ms that the device's `System/time` says (XML, or JSON on newer firmware); undefined when unreadable. */
export function readDeviceTime(body: Uint8Array, zone: string): number | undefined {
  const text = decodeText(body)?.text.trim() ?? ''
  const time = text.startsWith('<') ? fromXml(text) : fromJson(text)
  return typeof time === 'string' ? readMoment(time, zone)?.ms : undefined
}

function fromXml(text: string): unknown {
  const xml = readXml(text)
  return xml.ok && isRecord(xml.value) ? xml.value.localTime : undefined
}

function fromJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) && isRecord(value.Time) ? value.Time.localTime : undefined
  } catch {
    return undefined
  }
}
