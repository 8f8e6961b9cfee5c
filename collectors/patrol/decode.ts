import { createHash } from 'node:crypto'
import { readCsv } from '../intake/csv.ts'
import { readDay, type WallDay } from '../intake/day.ts'
import { decodeText } from '../intake/encoding.ts'
import { type Columns, findHeader, type HeaderWords, tidy } from '../intake/header.ts'
import { readHtmlTable } from '../intake/html-table.ts'
import { type Book, type Cell, cellText, type Row } from '../intake/spreadsheet.ts'
import { ofZone } from '../intake/wall-clock.ts'
import { type Decoded, type Draft, type Refusal, refuse } from '../source.ts'
import type { WandField, WandProfile } from './profile.ts'

/** What decoding needs beside the file; nothing of it is I/O. */
export interface WandDecoding {
  profile: WandProfile
  /** Source id: the reporting device of every touch. */
  device: string
  /** `P03` of a chip, if site.yaml knows it. */
  point(chip: string): string | undefined
  /** Employee number of a person card, which a guard touches before the points. */
  personCard?(chip: string): string | undefined
  personHash(name: string): string
}

export type WandReading =
  | (Decoded & { ok: true; rows: number })
  /** Nothing of the file can be used. */
  | { ok: false; refusal: Refusal }

const PATROL_HEADER: Omit<HeaderWords<WandField>, 'synonyms'> = { required: ['at', 'chip'], minFields: 3 }

/** The same of a workbook, one sheet after the other: a sheet without the header (a cover, a chart) is passed over. */
export function decodeWandBook(book: Book, hash: string, receivedMs: number, by: WandDecoding): WandReading {
  const touches: Touch[] = []
  const result: Decoded & { rows: number } = { drafts: [], refusals: [], dropped: 0, rows: 0 }
  let known = 0
  for (const sheet of book.sheets) {
    const header = findHeader(sheet.rows, sheet.merges, { ...PATROL_HEADER, synonyms: by.profile.fields })
    if (!header.ok) continue
    known++
    const { dataFrom, columns } = header.header
    touches.push(...readTouches(sheet.rows.slice(dataFrom), columns, { hash, by, result, date1904: book.date1904 }))
  }
  if (known === 0) return { ok: false, refusal: { ...refuse('header_not_found', hash, NO_HEADER), excerpt: '' } }
  for (const touch of merged(withHolders(touches, by, result), result)) take(touch, receivedMs, by, hash, result)
  if (book.encoding && book.encoding !== 'utf-8') for (const draft of result.drafts) draft.enc = book.encoding
  return { ok: true, ...result }
}

const NO_HEADER = '没有找到含“巡检时间”和“编号”（芯片号）的表头'

/** Pure: a wand's export (UTF-8 or GBK, comma or TAB, or HTML that calls itself .xls) → check-ins. Never throws. */
export function decodeWand(bytes: Uint8Array, receivedMs: number, by: WandDecoding): WandReading {
  const fail = (reason: Refusal['reason'], detail: string): WandReading => ({
    ok: false,
    refusal: { ...refuse(reason, bytes, detail), excerpt: '' },
  })
  const kind = foreign(bytes)
  if (kind) return fail(kind.reason, kind.detail)
  const decoded = decodeText(bytes)
  if (!decoded) return fail('undecodable', '文字编码无法识别，请以 UTF-8 或 GBK 另存')
  const book = readTable(decoded.text)
  if ('detail' in book) return fail('bad_header', book.detail)
  const reading = decodeWandBook({ ...book, encoding: decoded.encoding }, hashOf(bytes), receivedMs, by)
  return reading.ok ? reading : fail(reading.refusal.reason, reading.refusal.detail)
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function foreign(bytes: Uint8Array): { reason: Refusal['reason']; detail: string } | undefined {
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf)
    return { reason: 'legacy_xls', detail: '旧版 .xls 文件，请用表格软件另存为 .xlsx 或 csv' }
  return undefined
}

function readTable(text: string): Book | { detail: string } {
  if (/^\s*\ufeff?\s*<(html|table|meta|!doctype)/i.test(text)) return readHtmlTable(text)
  const csv = readCsv(text)
  return csv.ok ? csv.book : { detail: csv.detail }
}

interface Touch {
  at: WallDay
  chip: string
  wand: string
  person: string | undefined
  line: number
}

interface Sheet {
  hash: string
  by: WandDecoding
  result: Decoded & { rows: number }
  date1904: boolean
}

function readTouches(rows: readonly Row[], columns: Columns<WandField>, sheet: Sheet): Touch[] {
  const touches: Touch[] = []
  for (const row of rows) {
    const reading = readRow(row, columns, sheet)
    if (reading === 'foot') sheet.result.dropped++
    else if ('reason' in reading)
      sheet.result.refusals.push(refusal(reading.reason, reading.detail, sheet.hash, row.line))
    else touches.push(reading)
  }
  sheet.result.rows += touches.length
  return touches
}

/** A person card says who holds this wand from here on; what came before it belongs to nobody we know. */
function withHolders(touches: readonly Touch[], { personCard }: WandDecoding, result: Decoded): Touch[] {
  if (!personCard) return [...touches]
  const holders = new Map<string, string>()
  return touches.flatMap((touch) => {
    const employeeNo = personCard(touch.chip)
    if (employeeNo === undefined) return [{ ...touch, person: touch.person ?? holders.get(touch.wand) }]
    holders.set(touch.wand, employeeNo)
    result.dropped++
    return []
  })
}

/** The month sheet has no persons, the day sheet has: the same touch without one is the same touch (protocols.md 3.1). */
function merged(touches: readonly Touch[], result: Decoded): Touch[] {
  const minuteOf = ({ at, chip }: Touch): string => `${chip} ${at.date} ${(at.time ?? '00:00').slice(0, 5)}`
  const named = new Map<string, Touch>()
  for (const touch of touches) if (touch.person !== undefined) named.set(minuteOf(touch), touch)
  return touches.filter((touch) => {
    const same = touch.person === undefined ? named.get(minuteOf(touch)) : undefined
    const isSame = same !== undefined && (touch.wand === same.wand || touch.wand === '' || same.wand === '')
    if (isSame) result.dropped++
    return !isSame
  })
}

function take(touch: Touch, receivedMs: number, by: WandDecoding, batch: string, result: Decoded): void {
  const made = toDraft(touch, receivedMs, by, batch)
  if ('draft' in made) result.drafts.push(made.draft)
  else result.refusals.push(refusal('future_time', made.future, batch, touch.line))
}

const refusal = (reason: Refusal['reason'], detail: string, batch: string, line: number): Refusal => ({
  ...refuse(reason, `${batch}:${line}`, `第 ${line} 行：${detail}`),
  excerpt: `第 ${line} 行`,
})

function readRow(
  row: Row,
  columns: Columns<WandField>,
  { by: { profile }, date1904 }: Sheet,
): Touch | 'foot' | { reason: Refusal['reason']; detail: string } {
  const cell = (field: WandField): Cell | undefined => {
    const column = columns.get(field)
    return column === undefined ? undefined : row.cells[column]
  }
  const text = (field: WandField): string => cellText(cell(field)).normalize('NFKC').trim()
  const first = tidy(cellText(row.cells.find((one) => one !== undefined)))
  if (first === '' || profile.footWords.some((word) => first.startsWith(tidy(word)))) return 'foot'
  if (isSecondHeader(row, profile)) return 'foot'
  if (text('chip') === '') return { reason: 'missing_key', detail: '没有芯片编号' }
  const at = readAt(cell('at'), cell('date'), date1904)
  if (!at) return { reason: text('at') === '' ? 'missing_time' : 'bad_time', detail: '巡检时间无法识别' }
  const named = text('person') || text('personCard')
  const person = profile.nobody.includes(named) || named === '' ? undefined : named
  return { at, chip: chipOf(text('chip')), wand: text('wand').slice(0, 40), person, line: row.line }
}

/** The bilingual second row: it is a header by itself. */
const isSecondHeader = (row: Row, { fields }: WandProfile): boolean => {
  const words = new Set(Object.values(fields).flat().map(tidy))
  return row.cells.filter((cell) => words.has(tidy(cellText(cell)))).length >= 3
}

const chipOf = (text: string): string =>
  text
    .replace(/[\s'-]/g, '')
    .toUpperCase()
    .slice(0, 32)

/** A whole moment, or a date cell and a time cell: `2026-09-01` + `08:30`, serial + fraction (protocols.md 3.1). */
function readAt(at: Cell | undefined, date: Cell | undefined, date1904: boolean): WallDay | undefined {
  const whole = readDay(number(at), date1904)
  if (whole.what === 'day') return whole.day
  const day = readDay(number(date), date1904)
  if (day.what !== 'day') return undefined
  const time = timeOf(cellText(at).normalize('NFKC').trim())
  return time === undefined ? undefined : { date: day.day.date, time }
}

/** A CSV has its serials as text. */
function number(cell: Cell | undefined): Cell | undefined {
  const raw = cellText(cell).trim()
  if (cell?.kind !== 'text' || !/^\d{5}\.\d+$/.test(raw)) return cell
  return { kind: 'number', value: Number(raw), raw, isDate: true }
}

function timeOf(text: string): string | undefined {
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  if (clock) return inDay(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0))
  if (!/^0?\.\d+$/.test(text)) return undefined
  const seconds = Math.round(Number(text) * 86_400)
  return inDay(Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60)
}

function inDay(hour: number, minute: number, second: number): string | undefined {
  if (hour > 23 || minute > 59 || second > 59) return undefined
  return [hour, minute, second].map((part) => String(part).padStart(2, '0')).join(':')
}

function toDraft(
  touch: Touch,
  receivedMs: number,
  by: WandDecoding,
  batch: string,
): { draft: Draft } | { future: string } {
  const wall = `${touch.at.date}T${touch.at.time ?? '00:00:00'}`
  const { ms, observedAt } = ofZone(Temporal.PlainDateTime.from(wall), by.profile.zone)
  if (ms - receivedMs > by.profile.futureS * 1000) return { future: '巡检时间晚于现在，请校准巡更棒时钟' }
  const point = by.point(touch.chip)
  const person = touch.person === undefined ? undefined : by.personHash(touch.person)
  return {
    draft: {
      type: 'patrol.checkin',
      ...(point === undefined ? {} : { object: `point:${point}` }),
      device: by.device,
      // Two people who touch the same point in the same second are two; a month sheet without person is checked later.
      nativeKey: `${touch.chip}|${wall}|${touch.wand}${person === undefined ? '' : `|${person}`}`,
      observedMs: ms,
      observedAt,
      ...(receivedMs - ms > by.profile.backfillAfterH * 3_600_000 ? { backfill: true } : {}),
      data: {
        point: point ?? null,
        chip: touch.chip,
        wand: touch.wand,
        ...(person === undefined ? {} : { person }),
        proof: 'wand',
        at: observedAt,
        batch: batch.slice(0, 16),
        ...(point === undefined ? { result: 'extra' } : {}),
      },
    },
  }
}
