import { decodeText } from '../intake/encoding.ts'
import type { Part } from '../intake/multipart.ts'
import { atZone } from '../intake/wall-clock.ts'
import { refuse } from '../source.ts'
import { instantOf, type RecordsBy } from './dahua-records.ts'
import type { PartReading } from './dialect.ts'
import { type DoorRow, isRecord } from './row.ts'

/** One `Code=…;action=…;index=…;data={…}` of eventManager. */
export interface DahuaEvent {
  code: string
  action: string
  /** As the device counts its doors. */
  index: number
  data: Record<string, unknown>
}

const HEAD = /Code=(\w{1,60});\s*action=(\w{1,20})(?:;\s*index=(\d{1,6}))?/g

/**
 * `data={…}` spans lines and may hold braces in its texts: matched by braces, not by lines (protocols.md 2.2).
 * Undefined: it is not whole. Pure; never throws.
 */
export function readEvents(text: string): DahuaEvent[] | undefined {
  const events: DahuaEvent[] = []
  HEAD.lastIndex = 0
  for (let head = HEAD.exec(text); head; head = HEAD.exec(text)) {
    const [, code = '', action = '', index = '0'] = head
    const start = /^\s*;\s*data=\s*/.exec(text.slice(HEAD.lastIndex, HEAD.lastIndex + 200))
    let data: unknown = {}
    if (start) {
      const from = HEAD.lastIndex + start[0].length
      const end = endOfBraces(text, from)
      data = end === undefined ? undefined : parsed(text.slice(from, end))
      if (end === undefined || !isRecord(data)) return undefined
      HEAD.lastIndex = end
    }
    events.push({ code, action, index: Number(index), data: data as Record<string, unknown> })
  }
  return events
}

function endOfBraces(text: string, from: number): number | undefined {
  if (text[from] !== '{') return undefined
  let depth = 0
  let quoted = false
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (quoted && char === '\\') at++
    else if (char === '"') quoted = !quoted
    else if (!quoted && char === '{') depth++
    else if (!quoted && char === '}' && --depth === 0) return at + 1
  }
  return undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const BARE = /^Code=\w{1,60};\s*action=\w{1,20}(;\s*index=\d{1,6})?$/

/** Is this text a part that has all of its braces, and nothing of the next boundary behind them? */
export const isWholeEvent = (text: string): boolean =>
  /^heartbeat$/i.test(text) || BARE.test(text) || (text.endsWith('}') && Boolean(readEvents(text)?.length))

/** One part of the attached stream → door rows; a card record only says that there is something to fetch. */
export function readDahuaPart({ headers, body }: Part, receivedMs: number, by: RecordsBy): PartReading {
  const reading: PartReading = { rows: [], refusals: [], heartbeats: 0, dropped: 0, close: false }
  if (/^image\//i.test(headers.get('content-type') ?? '')) return { ...reading, dropped: 1 }
  const text = decodeText(body)?.text.trim() ?? ''
  if (/^heartbeat$/i.test(text)) return { ...reading, heartbeats: 1 }
  const events = readEvents(text)
  if (!events || events.length === 0) {
    if (text !== '') reading.refusals.push(refuse('bad_json', body, '实时事件的 data 不完整'))
    return reading
  }
  for (const event of events) {
    if (countsWallClock(event.data, by)) reading.refusals.push(refuse('bad_time', event.code, WALL_CLOCK))
    if (event.code === 'AccessControl') reading.fetch = true
    else reading.rows.push(toRow(event, receivedMs, by))
  }
  return reading
}

const WALL_CLOCK =
  '设备把本地时间当作 UTC 存储，请在 sources.yaml 为它设 epochIsLocal: true，否则记录要晚数小时才取得到'

/** The device says both: what it stores (`UTC`) and what it is (`RealUTC`). Apart by the zone's offset: not configured. */
function countsWallClock({ UTC: stored, RealUTC: real }: Record<string, unknown>, by: RecordsBy): boolean {
  if (by.epochIsLocal || !isSeconds(stored) || !isSeconds(real) || Math.abs(stored - real) < 1800) return false
  return Math.abs(instantOf(stored, true, by.profile.zone) / 1000 - real) < 60
}

/** `DoorStatus` says its state in the data, everything else in the action. */
function toRow({ code, action, index, data }: DahuaEvent, receivedMs: number, by: RecordsBy): DoorRow {
  const word = code === 'DoorStatus' ? String(data.Status ?? '').slice(0, 20) : action
  const { ms, said } = momentOf(data, receivedMs, by)
  const { UserID: user } = data
  return {
    code: `${code}.${word}`,
    time: atZone(ms, by.profile.zone).observedAt,
    key: `${code}.${word}|${index}|${said ? ms : `r${ms}`}`,
    doorNo: index - by.profile.firstDoor + 1,
    current: true,
    ...(typeof user === 'string' && user !== '' ? { employeeNo: user.slice(0, 64) } : {}),
  }
}

/** Without a time in the data it is the time of receipt. `RealUTC` is right also where `UTC` is the wall clock. */
function momentOf(data: Record<string, unknown>, receivedMs: number, by: RecordsBy): { ms: number; said: boolean } {
  const real = data.RealUTC
  if (isSeconds(real)) return { ms: real * 1000, said: true }
  const local = data.UTC
  if (isSeconds(local)) return { ms: instantOf(local, by.epochIsLocal, by.profile.zone), said: true }
  return { ms: receivedMs, said: false }
}
const isSeconds = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 1_000_000_000 && value < 10_000_000_000
