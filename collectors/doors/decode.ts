import { atZone, readMoment } from '../intake/wall-clock.ts'
import { type Draft, type Refusal, refuse } from '../source.ts'
import type { AcsRow } from './acs-event.ts'
import type { HikvisionProfile } from './profile.ts'

/** What decoding needs beside the row; nothing of it is I/O. */
export interface DoorDecoding {
  profile: HikvisionProfile
  /** Of sources.yaml. */
  device: string
  /** `door:…` of a door number, if site.yaml knows it. */
  door(doorNo: number): string | undefined
  personHash(employeeNo: string): string
}

export type RowDecoded =
  | { what: 'event'; draft: Draft; ms: number }
  | { what: 'dropped'; ms: number }
  | { what: 'refused'; refusal: Refusal }

/** Pure: one row → one event, or a refusal. Its key is the serial number; the caller puts the epoch before it. */
export function decodeRow(row: AcsRow, receivedMs: number, by: DoorDecoding): RowDecoded {
  const code = `${row.major}.${row.minor}`
  const meaning = by.profile.events[code]
  const moment = row.time === '' ? undefined : readMoment(row.time, by.profile.zone)
  if (!moment) return { what: 'refused', refusal: refuseTime(row, by.device) }
  if (meaning?.drop) return { what: 'dropped', ms: moment.ms }
  const draft: Draft = {
    type: meaning?.type ?? 'access.other',
    object:
      row.doorNo === undefined ? `device:${by.device}` : (by.door(row.doorNo) ?? `door:${by.device}-${row.doorNo}`),
    device: by.device,
    nativeKey: String(row.serialNo),
    nativeId: String(row.serialNo),
    observedMs: moment.ms,
    observedAt: moment.observedAt,
    data: { code, ...details(row, by) },
  }
  if (!row.current || receivedMs - moment.ms > by.profile.backfillAfterMin * 60_000) draft.backfill = true
  if (moment.ms - receivedMs > by.profile.skewNoticeS * 1000) draft.data.clock = 'ahead'
  return { what: 'event', draft, ms: moment.ms }
}

function details(row: AcsRow, by: DoorDecoding): Record<string, unknown> {
  const { type, credential, reason, mode, lock } = by.profile.events[`${row.major}.${row.minor}`] ?? {}
  const outcome = type === 'access.granted' ? 'granted' : type === 'access.denied' ? 'denied' : undefined
  const person = row.employeeNo === undefined ? undefined : by.personHash(row.employeeNo)
  const all = {
    outcome,
    credential,
    reason,
    mode,
    lock,
    person,
    reader: row.reader,
    verify_mode: row.verifyMode,
    unregistered: row.doorNo !== undefined && by.door(row.doorNo) === undefined ? true : undefined,
    unknown_code: type === undefined ? true : undefined,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function refuseTime(row: AcsRow, device: string): Refusal {
  const { major, minor, serialNo, time } = row
  const detail = `设备 ${device} 第 ${serialNo} 号记录（${major}.${minor}）${time === '' ? '没有时间' : '时间无法识别'}`
  return refuse(time === '' ? 'missing_time' : 'bad_time', JSON.stringify({ major, minor, serialNo, time }), detail)
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
