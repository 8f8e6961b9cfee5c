import { decodeText } from '../intake/encoding.ts'
import { atZone } from '../intake/wall-clock.ts'
import { type Refusal, refuse } from '../source.ts'
import type { DahuaProfile } from './profile.ts'
import type { DoorRow } from './row.ts'

/** One answer of `recordFinder.cgi`. */
export type RecordsReading =
  | { ok: true; rows: DahuaRow[]; refusals: Refusal[]; found: number }
  /** `Error` with HTTP 200: this firmware does not take these parameters. */
  | { ok: false; why: 'error' }
  | { ok: false; why: 'garbage'; refusal: Refusal }

export interface DahuaRow extends DoorRow {
  serialNo: number
  /** As the device counts, epoch seconds: what paging goes by. */
  createTime: number
}

export interface RecordsBy {
  profile: Pick<DahuaProfile, 'zone' | 'methods' | 'errors' | 'firstDoor'>
  /** The model stores local time as if it were UTC. */
  epochIsLocal: boolean
}

const MAX_RECORDS = 100_000
const LINE = /^records\[(\d{1,6})\]\.([A-Za-z][\w.[\]]{0,60})=(.*)$/

/** `text/plain`, `key=value` a line, UTF-8 or GBK (protocols.md 2.2). Pure; never throws. */
export function readRecords(body: Uint8Array, by: RecordsBy): RecordsReading {
  const text = decodeText(body)?.text ?? ''
  if (/^\s*Error\b/i.test(text)) return { ok: false, why: 'error' }
  const found = /^\s*(?:found|totalCount)=(\d{1,9})\s*$/m.exec(text)
  const lastFound = /^found=(\d{1,9})\s*$/m.exec(text) ?? found
  if (!lastFound) return { ok: false, why: 'garbage', refusal: refuse('bad_header', body, wrongBody(text)) }
  const rows: DahuaRow[] = []
  const refusals: Refusal[] = []
  for (const [at, fields] of grouped(text)) {
    const row = toRow(fields, by)
    if ('field' in row) {
      const detail = `第 ${at + 1} 条记录的字段 ${row.field} 缺失或类型不符`
      refusals.push(refuse('missing_key', JSON.stringify([...fields.keys()].sort()), detail))
    } else rows.push(row)
  }
  return { ok: true, rows, refusals, found: Number(lastFound[1]) }
}

const wrongBody = (text: string): string =>
  /^\s*<(!doctype\s+)?html/i.test(text) ? '设备返回了网页（可能是登录页）' : '设备的应答不是 recordFinder 的格式'

function grouped(text: string): Map<number, Map<string, string>> {
  const records = new Map<number, Map<string, string>>()
  for (const line of text.split(/\r?\n/)) {
    const [, at, key = '', value = ''] = LINE.exec(line) ?? []
    if (at === undefined) continue
    const known = records.get(Number(at))
    if (!known && records.size >= MAX_RECORDS) continue
    const record = known ?? new Map<string, string>()
    record.set(key, value.trim())
    records.set(Number(at), record)
  }
  return records
}

function toRow(
  fields: ReadonlyMap<string, string>,
  { profile, epochIsLocal }: RecordsBy,
): DahuaRow | { field: string } {
  const number = (name: string): number | undefined => {
    const text = fields.get(name) ?? ''
    return /^\d{1,12}$/.test(text) ? Number(text) : undefined
  }
  const serialNo = number('RecNo')
  const createTime = number('CreateTime')
  const status = number('Status')
  if (serialNo === undefined) return { field: 'RecNo' }
  if (createTime === undefined || createTime === 0) return { field: 'CreateTime' }
  if (status === undefined) return { field: 'Status' }
  const employeeNo = fields.get('UserID')?.slice(0, 64)
  const door = number('Door')
  const reader = /^\d{1,4}$/.exec(fields.get('ReaderID') ?? '')?.[0]
  const way = /^(entry|exit)$/i.exec(fields.get('Type') ?? '')?.[1]?.toLowerCase()
  return {
    code: `record.${status}`,
    serialNo,
    createTime,
    time: atZone(instantOf(createTime, epochIsLocal, profile.zone), profile.zone).observedAt,
    current: true,
    ...(door === undefined ? {} : { doorNo: door - profile.firstDoor + 1 }),
    ...(employeeNo ? { employeeNo } : {}),
    ...(reader ? { reader: Number(reader) } : {}),
    ...(way ? { direction: way === 'entry' ? ('in' as const) : ('out' as const) } : {}),
    ...own('credential', profile.methods, number('Method')),
    ...own('reason', profile.errors, number('ErrorCode')),
  }
}

/** Only what the profile itself says, never what its object inherits. */
function own<Key extends string>(key: Key, table: Readonly<Record<string, string>>, code: number | undefined) {
  const word = code !== undefined && Object.hasOwn(table, String(code)) ? table[String(code)] : undefined
  return word === undefined ? {} : ({ [key]: word } as { [K in Key]: string })
}

/** Epoch seconds of the device → epoch ms. A model that counts its wall clock as UTC is ahead by the zone's offset. */
export function instantOf(seconds: number, epochIsLocal: boolean, zone: string): number {
  const instant = Temporal.Instant.fromEpochMilliseconds(seconds * 1000)
  if (!epochIsLocal) return instant.epochMilliseconds
  return instant.toZonedDateTimeISO('UTC').toPlainDateTime().toZonedDateTime(zone).epochMilliseconds
}

/** The other way round: how the device counts that instant. */
export function deviceSeconds(ms: number, epochIsLocal: boolean, zone: string): number {
  if (!epochIsLocal) return Math.floor(ms / 1000)
  const wall = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime()
  return Math.floor(wall.toZonedDateTime('UTC').epochMilliseconds / 1000)
}
