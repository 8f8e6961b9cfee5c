import { atZone, readMoment } from '../intake/wall-clock.ts'
import { type Draft, type Refusal, refuse } from '../source.ts'
import type { DoorProfile } from './profile.ts'
import { type DoorRow, rowName } from './row.ts'

/** What decoding needs beside the row; nothing of it is I/O. */
export interface DoorDecoding {
  profile: DoorProfile
  /** Of sources.yaml. */
  device: string
  /** `door:…` of a door number or a platform's door code, if site.yaml knows it. */
  door(doorNo: number, doorCode?: string): string | undefined
  personHash(employeeNo: string): string
}

export type RowDecoded =
  | { what: 'event'; draft: Draft; ms: number }
  | { what: 'dropped'; ms: number }
  | { what: 'refused'; refusal: Refusal }

/** Pure: one row → one event, or a refusal. Its key is the serial number; the caller puts the epoch before it. */
export function decodeRow(row: DoorRow, receivedMs: number, by: DoorDecoding): RowDecoded {
  const meaning = by.profile.events[row.code]
  const moment = row.time === '' ? undefined : readMoment(row.time, by.profile.zone)
  if (!moment) return { what: 'refused', refusal: refuseTime(row, by.device) }
  if (meaning?.drop) return { what: 'dropped', ms: moment.ms }
  const draft: Draft = {
    type: meaning?.type ?? 'access.other',
    object:
      row.doorNo === undefined
        ? `device:${by.device}`
        : (by.door(row.doorNo, row.doorCode) ?? `door:${by.device}-${row.doorNo}`),
    device: by.device,
    nativeKey: row.key ?? String(row.serialNo),
    ...(row.serialNo === undefined ? {} : { nativeId: String(row.serialNo) }),
    observedMs: moment.ms,
    observedAt: moment.observedAt,
    data: { code: row.code, ...details(row, by) },
  }
  if (!row.current || receivedMs - moment.ms > by.profile.backfillAfterMin * 60_000) draft.backfill = true
  if (moment.ms - receivedMs > by.profile.skewNoticeS * 1000) draft.data.clock = 'ahead'
  return { what: 'event', draft, ms: moment.ms }
}

function details(row: DoorRow, by: DoorDecoding): Record<string, unknown> {
  const { type, credential, reason, mode, lock } = by.profile.events[row.code] ?? {}
  const outcome = type === 'access.granted' ? 'granted' : type === 'access.denied' ? 'denied' : undefined
  const person = row.employeeNo === undefined ? undefined : by.personHash(row.employeeNo)
  const all = {
    outcome,
    credential: row.credential ?? credential,
    reason: outcome === 'granted' ? undefined : (row.reason ?? reason),
    direction: row.direction,
    mode,
    lock,
    person,
    reader: row.reader,
    door_code: row.doorCode,
    verify_mode: row.verifyMode,
    unregistered: row.doorNo !== undefined && by.door(row.doorNo, row.doorCode) === undefined ? true : undefined,
    unknown_code: type === undefined ? true : undefined,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function refuseTime(row: DoorRow, device: string): Refusal {
  const { code, serialNo, time } = row
  const detail = `设备 ${device} ${rowName(row)}${time === '' ? '没有时间' : '时间无法识别'}`
  return refuse(time === '' ? 'missing_time' : 'bad_time', JSON.stringify({ code, serialNo, time }), detail)
}

/** An event about the device itself, said by the collector: its key makes it happen once per `mark`. */
export function deviceEvent(
  type: string,
  device: string,
  mark: string,
  atMs: number,
  zone: string,
  data: Record<string, unknown>,
): Draft {
  const { observedAt } = atZone(atMs, zone)
  return { type, object: `device:${device}`, device, nativeKey: `${type}:${mark}`, observedMs: atMs, observedAt, data }
}
