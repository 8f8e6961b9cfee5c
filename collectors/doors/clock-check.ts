import { decodeText } from '../intake/encoding.ts'
import { readMoment } from '../intake/wall-clock.ts'
import { readXml } from '../intake/xml.ts'
import { isRecord } from './row.ts'

export const SYSTEM_TIME = '/ISAPI/System/time'
const CHECK_MS = 3_600_000

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

/** How far one device's clock is ahead of ours; asked hourly, told when it begins to be too much. */
export class DeviceClock {
  readonly #noticeMs: number
  #checkedMs: number | undefined
  #told = false
  skewMs = 0

  constructor(noticeS: number) {
    this.#noticeMs = noticeS * 1000
  }

  isDue(nowMs: number): boolean {
    return this.#checkedMs === undefined || nowMs - this.#checkedMs >= CHECK_MS
  }

  /** Returns whether it is to be told. `deviceMs` undefined: it did not say. */
  checked(deviceMs: number | undefined, beforeMs: number, afterMs: number): boolean {
    this.#checkedMs = afterMs
    if (deviceMs === undefined) return false
    // The device tells whole seconds: less than one is no difference.
    const skewMs = deviceMs - (beforeMs + afterMs) / 2
    this.skewMs = Math.abs(skewMs) < 1000 ? 0 : Math.round(skewMs)
    const much = Math.abs(this.skewMs) > this.#noticeMs
    const news = much && !this.#told
    this.#told = much
    return news
  }
}
