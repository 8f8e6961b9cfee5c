import type { DoorRow } from './row.ts'

/** A row of ISAPI always has its serial number. */
export type AcsRow = DoorRow & { serialNo: number }

export type RowResult = { ok: true; row: AcsRow } | { ok: false; why: 'missing_key' | 'type_mismatch'; field: string }

/**
 * One access event as the device tells it, whether it was polled (`major`, `minor`, `time`) or streamed
 * (`majorEventType`, `subEventType`, `dateTime`). Names, card numbers and pictures are not taken in at all.
 * Reads `AcsEvent.InfoList[n]`, or the `AccessControllerEvent` of an alert (then `dateTime`
 * comes from around it).
 */
export function readRow(source: Record<string, unknown>, dateTime?: unknown): RowResult {
  const major = number(source.major ?? source.majorEventType)
  const minor = number(source.minor ?? source.subEventType)
  const serialNo = number(source.serialNo)
  const time = source.time ?? source.dateTime ?? dateTime
  for (const [field, value] of Object.entries({ major, minor, serialNo })) {
    if (value === undefined) return { ok: false, why: 'missing_key', field }
    if (Number.isNaN(value)) return { ok: false, why: 'type_mismatch', field }
  }
  if (time !== undefined && typeof time !== 'string') return { ok: false, why: 'type_mismatch', field: 'time' }
  const row: AcsRow = {
    code: `${major ?? 0}.${minor ?? 0}`,
    serialNo: serialNo ?? 0,
    time: time ?? '',
    current: String(source.currentEvent ?? 'true') !== 'false',
  }
  const doorNo = number(source.doorNo)
  const reader = number(source.cardReaderNo)
  const employeeNo = text(source.employeeNoString) ?? text(source.employeeNo)
  const verifyMode = text(source.currentVerifyMode)
  if (doorNo !== undefined && doorNo > 0) row.doorNo = doorNo
  if (reader !== undefined && reader > 0) row.reader = reader
  if (employeeNo) row.employeeNo = employeeNo
  if (verifyMode && verifyMode !== 'invalid') row.verifyMode = verifyMode.slice(0, 40)
  return { ok: true, row }
}

/** Undefined: not there. NaN: there and no whole number ≥ 0. XML gives texts. */
function number(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const found =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^\d{1,15}$/.test(value)
        ? Number(value)
        : Number.NaN
  return Number.isSafeInteger(found) && found >= 0 ? found : Number.NaN
}

function text(value: unknown): string | undefined {
  const found = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  return found === '' ? undefined : found.slice(0, 64)
}
