import { decodeText } from '../intake/encoding.ts'
import { type Refusal, refuse } from '../source.ts'
import { type AcsRow, readRow } from './acs-event.ts'
import { isRecord } from './row.ts'

/** One answer to `POST AcsEvent`. Pure; never throws. */
export type PageReading =
  | { ok: true; rows: AcsRow[]; refusals: Refusal[]; more: boolean; count: number }
  | { ok: false; refusal: Refusal }

export function readPage(body: Uint8Array): PageReading {
  const text = decodeText(body)?.text ?? ''
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, refusal: refuse('bad_json', body, wrongBody(text)) }
  }
  const page = isRecord(value) && isRecord(value.AcsEvent) ? value.AcsEvent : undefined
  if (!page) return { ok: false, refusal: refuse('bad_json', body, '设备的应答没有 AcsEvent') }
  const list = Array.isArray(page.InfoList) ? page.InfoList : []
  const rows: AcsRow[] = []
  const refusals: Refusal[] = []
  for (const one of list) {
    const result = isRecord(one) ? readRow(one) : undefined
    if (result?.ok) rows.push(result.row)
    else
      refusals.push(
        refuse(
          result?.why ?? 'type_mismatch',
          safeJson(one),
          `记录的字段 ${result?.field ?? '（整条）'} 缺失或类型不符`,
        ),
      )
  }
  // The device advances by what it gave, not by what was asked (protocols.md 2.1).
  const told = typeof page.numOfMatches === 'number' ? page.numOfMatches : list.length
  const count = Number.isSafeInteger(told) && told >= 0 ? told : list.length
  return { ok: true, rows, refusals, more: /^\s*more\s*$/i.test(String(page.responseStatusStrg ?? '')), count }
}

const wrongBody = (text: string): string =>
  /^\s*<(!doctype\s+)?html/i.test(text) ? '设备返回了网页（可能是登录页），不是 JSON' : '设备返回的 JSON 不完整'

/** Only the shape of a bad row, never its personal data. */
const safeJson = (value: unknown): string =>
  isRecord(value) ? JSON.stringify(Object.keys(value).sort()) : typeof value
