import { decodeText } from '../intake/encoding.ts'
import { type Refusal, refuse } from '../source.ts'
import type { DoorRow } from './row.ts'
import { isRecord } from './row.ts'

/** One answer of `door/events`. `auth`: the gateway does not take key or signature. */
export type ArtemisReading =
  | { ok: true; rows: DoorRow[]; refusals: Refusal[]; total: number; given: number }
  | { ok: false; why: 'garbage' | 'refused' | 'auth'; refusal: Refusal }

/** Codes of the gateway that mean: this key, secret or signature is not good. [unverified beyond 0x02401003] */
const AUTH = /^(0x0240100[1-9]|AK\/SK|401)/i

/** `{code:"0", data:{total, list:[…]}}`. Pure; never throws. */
export function readArtemis(body: Uint8Array): ArtemisReading {
  let value: unknown
  try {
    value = JSON.parse(decodeText(body)?.text ?? '')
  } catch {
    return { ok: false, why: 'garbage', refusal: refuse('bad_json', body, '平台的应答不是 JSON') }
  }
  const code = isRecord(value) ? String(value.code ?? '') : ''
  const data = isRecord(value) && isRecord(value.data) ? value.data : undefined
  if (!isRecord(value) || code === '')
    return { ok: false, why: 'garbage', refusal: refuse('bad_json', body, '平台的应答没有 code') }
  if (code !== '0') {
    const detail = `平台拒绝查询（${code.slice(0, 40)} ${String(value.msg ?? '').slice(0, 80)}）`
    return { ok: false, why: AUTH.test(code) ? 'auth' : 'refused', refusal: refuse('bad_header', code, detail) }
  }
  const list = Array.isArray(data?.list) ? data.list : []
  const rows: DoorRow[] = []
  const refusals: Refusal[] = []
  for (const one of list) {
    const row = isRecord(one) ? toRow(one) : undefined
    if (row && !('field' in row)) rows.push(row)
    else
      refusals.push(
        refuse('missing_key', shape(one), `门禁事件的字段 ${row && 'field' in row ? row.field : '（整条）'} 缺失`),
      )
  }
  const total = typeof data?.total === 'number' && data.total >= 0 ? data.total : list.length
  return { ok: true, rows, refusals, total, given: list.length }
}

function toRow(event: Readonly<Record<string, unknown>>): DoorRow | { field: string } {
  const text = (name: string): string => {
    const value = event[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim().slice(0, 64) : ''
  }
  const [id, type, door] = [text('eventId'), text('eventType'), text('doorIndexCode') || text('doorName')]
  if (id === '') return { field: 'eventId' }
  if (type === '') return { field: 'eventType' }
  const employeeNo = text('jobNo') || text('personId')
  const way = text('inAndOutType')
  return {
    code: type,
    time: text('eventTime'),
    key: id,
    ...(door === '' ? {} : { doorNo: 1, doorCode: door }),
    ...(employeeNo === '' ? {} : { employeeNo }),
    ...(way === '1' ? { direction: 'in' as const } : way === '0' ? { direction: 'out' as const } : {}),
    current: true,
  }
}

/** Only the shape of a bad row, never its personal data. */
const shape = (value: unknown): string =>
  isRecord(value) ? JSON.stringify(Object.keys(value).sort()).slice(0, 500) : typeof value
