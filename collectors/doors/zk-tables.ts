import { decodeText } from '../intake/encoding.ts'
import { type Refusal, refuse } from '../source.ts'
import type { ZktecoProfile } from './profile.ts'
import type { DoorRow } from './row.ts'

/** What one posted table says (protocols.md 2.3). `lines`: how many rows it held, for the answer. */
export interface TableReading {
  rows: DoorRow[]
  refusals: Refusal[]
  /** State of the door contacts; a row only when it changed, which the caller knows. */
  sensors: { doorNo: number; sensor: number; time: string }[]
  lines: number
}

type By = Pick<ZktecoProfile, 'verify'>
const MAX_LINES = 50_000

/** Attendance punches: TAB separated by position, or `KEY=value` pairs. Pure; never throws. */
export const readAttlog = (body: Uint8Array, by: By): TableReading =>
  read(body, (line, reading) => reading.rows.push(line.includes('=') ? punchOf(pairs(line), by) : punch(line, by)))

/** Access events of a controller, by key; order and further keys do not matter. Pure; never throws. */
export const readRtlog = (body: Uint8Array, by: By): TableReading =>
  read(body, (line, reading) => addEvent(reading, pairs(line), line, by))

/** History that a controller uploads: `transaction cardno=…\tpin=…\ttime_second=…`. Pure; never throws. */
export const readTransactions = (body: Uint8Array, by: By): TableReading =>
  read(body, (line, reading) => addEvent(reading, transaction(line), line, by))

/** Two bits a door from the lowest on: 1 closed, 2 open [unverified beyond one door]. Pure; never throws. */
export const readRtstate = (body: Uint8Array): TableReading =>
  read(body, (line, reading) => {
    const fields = pairs(line)
    const hex = fields.get('sensor') ?? ''
    const time = fields.get('time') ?? ''
    if (!/^[0-9a-f]{1,16}$/i.test(hex))
      return reading.refusals.push(refuse('missing_key', shape(fields), 'rtstate 没有可用的 sensor 字段'))
    const bits = BigInt(`0x${hex}`)
    for (let door = 0; door < hex.length * 2; door++) {
      const sensor = Number((bits >> BigInt(door * 2)) & 3n)
      if (sensor === 1 || sensor === 2) reading.sensors.push({ doorNo: door + 1, sensor, time })
    }
    return undefined
  })

function read(body: Uint8Array, take: (line: string, reading: TableReading) => unknown): TableReading {
  const reading: TableReading = { rows: [], refusals: [], sensors: [], lines: 0 }
  const text = decodeText(body)?.text
  if (text === undefined) return { ...reading, refusals: [refuse('undecodable', body, '上传内容的文字无法识别')] }
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue
    if (++reading.lines > MAX_LINES) break
    take(line, reading)
  }
  return reading
}

/** `key=value` by TAB; firmware that uses commas is read too. */
function pairs(line: string): Map<string, string> {
  const parts = line.includes('\t') ? line.split('\t') : line.split(',')
  const found = new Map<string, string>()
  for (const part of parts.slice(0, 60)) {
    const at = part.indexOf('=')
    if (at > 0) found.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim())
  }
  return found
}

/** PIN, time, status, verify, work code, reserved …; the 11th of newer firmware is the zone's offset in seconds. */
function punch(line: string, by: By): DoorRow {
  const [pin = '', time = '', status = '', verify = '', work = '', , , , , , offset = ''] = line
    .split(/\t|,(?=\S)/)
    .map((one) => one.trim())
  return punchOf(new Map(Object.entries({ pin, time: time + offsetOf(offset), status, verify, workcode: work })), by)
}

function punchOf(fields: ReadonlyMap<string, string>, { verify }: By): DoorRow {
  const field = (...names: string[]): string => names.map((name) => fields.get(name)).find(Boolean) ?? ''
  const pin = field('pin', 'userid')
  const time = field('time', 'checktime')
  const method = field('verify', 'verifytype')
  const way = field('status')
  return {
    code: 'att',
    time,
    key: ['att', time, pin, way, method, field('workcode')].join('|').slice(0, 200),
    doorNo: 1,
    current: true,
    ...person(pin),
    ...direction(way),
    ...credential(verify, method),
  }
}

/** `+28800` → `+08:00`. */
function offsetOf(text: string): string {
  const [, sign = '', seconds = ''] = /^([+-])(\d{3,5})$/.exec(text) ?? []
  if (sign === '' || Number(seconds) > 50_400) return ''
  const minutes = Math.floor(Number(seconds) / 60)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function addEvent(reading: TableReading, fields: ReadonlyMap<string, string>, line: string, { verify }: By): void {
  const event = fields.get('event') ?? fields.get('eventtype') ?? ''
  if (!/^\d{1,5}$/.test(event)) {
    const detail = `第 ${reading.lines} 行没有事件码，或不是数字`
    reading.refusals.push({ ...refuse('missing_key', line, detail), excerpt: shape(fields) })
    return
  }
  const pin = fields.get('pin') ?? ''
  const time = fields.get('time') ?? ''
  const door = fields.get('eventaddr') ?? fields.get('doorid') ?? ''
  const index = fields.get('index') ?? '0'
  const method = fields.get('verifytype') ?? fields.get('verified') ?? ''
  reading.rows.push({
    code: `event.${Number(event)}`,
    time,
    // Newer devices send index 0 on every row: it alone must not decide.
    key: ['rt', Number(event), time, pin, door, index].join('|').slice(0, 200),
    ...(/^[1-9]\d{0,3}$/.test(door) ? { doorNo: Number(door) } : {}),
    ...(/^[1-9]\d{0,9}$/.test(index) ? { counted: Number(index) } : {}),
    current: true,
    ...person(pin),
    ...direction(fields.get('inoutstatus') ?? fields.get('inoutstate') ?? ''),
    ...credential(verify, method),
  })
}

function transaction(line: string): Map<string, string> {
  const fields = pairs(line.replace(/^\s*transaction\s+/i, ''))
  const packed = fields.get('time_second') ?? ''
  if (/^\d{1,10}$/.test(packed)) fields.set('time', unpacked(Number(packed)))
  return fields
}

/** ZK packs a wall clock into seconds of months of 31 days since 2000: not Unix time. */
export function unpacked(packed: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const days = Math.floor(packed / 86_400)
  const [year, month, day] = [2000 + Math.floor(days / 372), (Math.floor(days / 31) % 12) + 1, (days % 31) + 1]
  const [hour, minute, second] = [Math.floor(packed / 3600) % 24, Math.floor(packed / 60) % 60, packed % 60]
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`
}

/** PIN 0 is nobody. */
const person = (pin: string): { employeeNo?: string } => (/^0*$/.test(pin) ? {} : { employeeNo: pin.slice(0, 64) })
const direction = (status: string): { direction?: 'in' | 'out' } =>
  status === '0' ? { direction: 'in' } : status === '1' ? { direction: 'out' } : {}

/** May also be a bit string of several factors: then it is kept as it came. */
function credential(table: Readonly<Record<string, string>>, method: string): Partial<DoorRow> {
  if (!/^\d{1,40}$/.test(method)) return {}
  const word = Object.hasOwn(table, method) ? table[method] : undefined
  return { verifyMode: method, ...(word === undefined ? {} : { credential: word }) }
}

/** Only the shape of a bad row, never its personal data. */
const shape = (fields: ReadonlyMap<string, string>): string => JSON.stringify([...fields.keys()].sort()).slice(0, 300)
