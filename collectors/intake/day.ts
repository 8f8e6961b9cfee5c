import type { Cell } from './spreadsheet.ts'

/** A wall clock of the office: date, and time of day when the cell has one. */
export interface WallDay {
  /** `YYYY-MM-DD` */
  date: string
  /** `HH:MM:SS` */
  time?: string
}
export type DayReading = { what: 'day'; day: WallDay } | { what: 'empty' } | { what: 'bad_time' }

const EMPTY = /^(|[-—–/\\]+|至今|无|暂无|空|null|n\/a|未定)$/i
const FIRST_YEAR = 1949
const LAST_YEAR = 2149
const BAD: DayReading = { what: 'bad_time' }

/**
 * A date as Chinese office files write it: Excel serial (1900 with its false 29 February, or 1904), `2024.1.5`,
 * `20240105`, `2024年1月5日`, `二〇二四年一月五日`, with or without time. Wall clock first, zone later: the process's
 * own zone never plays a part (protocols.md 4.2).
 */
export function readDay(cell: Cell | undefined, date1904: boolean): DayReading {
  if (cell === undefined) return { what: 'empty' }
  if (cell.kind === 'number') return fromNumber(cell.value, cell.isDate, date1904)
  const text = cell.text.normalize('NFKC').trim()
  if (EMPTY.test(text)) return { what: 'empty' }
  if (/^\d{8}$/.test(text)) return fromDigits(text)
  if (/^\d{5}(\.\d+)?$/.test(text)) return fromSerial(Number(text), date1904)
  return fromText(text)
}

/** A number without date format may still be `20240105`. */
function fromNumber(value: number, isDate: boolean, date1904: boolean): DayReading {
  if (!isDate && Number.isInteger(value) && value > 19_000_000 && value < 22_000_000) return fromDigits(String(value))
  return fromSerial(value, date1904)
}

function fromDigits(text: string): DayReading {
  return build(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8)))
}

const SECONDS = 86_400
/** Serial 60 is 29 February 1900, a day that never was; before it the count is one less. */
const FALSE_DAY = 60

export function fromSerial(value: number, date1904: boolean): DayReading {
  if (!Number.isFinite(value) || value < 1 || value > 2_958_465) return BAD
  // Rounded to the second first: 0.999999 of a day is the next midnight.
  const total = Math.round(value * SECONDS)
  const days = Math.floor(total / SECONDS)
  if (!date1904 && days === FALSE_DAY) return BAD
  const epoch = date1904 ? '1904-01-01' : days > FALSE_DAY ? '1899-12-30' : '1899-12-31'
  const date = Temporal.PlainDate.from(epoch).add({ days })
  const seconds = total % SECONDS
  const time =
    seconds === 0 ? undefined : clock(Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60)
  return checked({ date: date.toString(), ...(time ? { time } : {}) }, date.year)
}

const DATE =
  /^(\d{4})\s*(?:[.\-/年])\s*(\d{1,2})\s*(?:[.\-/月])\s*(\d{1,2})\s*日?(?:[T\s]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?)?$/
const CHINESE = /^([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日$/

function fromText(text: string): DayReading {
  const chinese = CHINESE.exec(text)
  if (chinese) return build(digits(chinese[1] ?? ''), numeral(chinese[2] ?? ''), numeral(chinese[3] ?? ''))
  const match = DATE.exec(text)
  if (!match) return BAD
  const [, year, month, day, hour, minute, second] = match
  if (hour === undefined) return build(Number(year), Number(month), Number(day))
  return build(Number(year), Number(month), Number(day), [Number(hour), Number(minute), Number(second ?? 0)])
}

function build(year: number, month: number, day: number, time?: [number, number, number]): DayReading {
  try {
    const date = Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' }).toString()
    if (!time || time.every((part) => part === 0)) return checked({ date }, year)
    const [hour, minute, second] = time
    Temporal.PlainTime.from({ hour, minute, second }, { overflow: 'reject' })
    return checked({ date, time: clock(hour, minute, second) }, year)
  } catch {
    return BAD
  }
}

const checked = (day: WallDay, year: number): DayReading =>
  year < FIRST_YEAR || year > LAST_YEAR ? BAD : { what: 'day', day }
const two = (value: number): string => String(value).padStart(2, '0')
const clock = (hour: number, minute: number, second: number): string => `${two(hour)}:${two(minute)}:${two(second)}`

const NUMERALS = '零一二三四五六七八九'
const digits = (text: string): number =>
  Number([...text.replace(/[〇○]/g, '零')].map((char) => NUMERALS.indexOf(char)).join(''))
/** 一 … 三十一 */
function numeral(text: string): number {
  const [tens, ones] = text.includes('十') ? text.split('十') : ['', text]
  const ten = text.includes('十') ? (tens === '' ? 1 : NUMERALS.indexOf(tens ?? '')) : 0
  return ten * 10 + (ones === '' || ones === undefined ? 0 : NUMERALS.indexOf(ones))
}
