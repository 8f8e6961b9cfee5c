import { createHash } from 'node:crypto'
import type { ExchangeStandard } from '../../../config/exchange.ts'
import { EXCHANGE_ROWS, type ExchangeReason, type MappingBody } from '../../../contract/http/sharing-exchange.ts'
import { Refusal } from '../../refusal.ts'
import { readCsv } from './csv.ts'

/** Pure rules of the exchange: what a file says, what a row is, what becomes of a record that comes again. */

export type Cells = Readonly<Record<string, string>>
export interface GivenFile {
  /** Null where the file does not say: only a mapping may then tell. */
  schema: string | null
  version: string | null
  unit: string | null
  columns: string[]
  rows: Cells[]
}
const refuse = (message: string) => new Refusal('unprocessable', message)

/** UTF-8, else GB 18030, which takes in GBK and GB 2312. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/** JSON `{schema, version, unit, records: […]}` or CSV whose first line is `#schema=…;version=…;unit=…`. @throws Refusal */
export function readFile(text: string): GivenFile {
  const start = text.replace(/^\ufeff/, '').trimStart()
  const file = start.startsWith('{') || start.startsWith('[') ? readJson(start) : readTable(start)
  if (file.rows.length === 0) throw refuse('文件里没有记录')
  if (file.rows.length > EXCHANGE_ROWS) throw refuse(`一个文件不超过 ${EXCHANGE_ROWS} 行，请分开送`)
  return file
}

function readJson(text: string): GivenFile {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw refuse('不是有效的 JSON，请检查是否完整')
  }
  const whole = (Array.isArray(parsed) ? { records: parsed } : parsed) as Record<string, unknown>
  const records = whole.records
  if (!Array.isArray(records)) throw refuse('JSON 里没有 records 列表')
  const rows = records.map(cellsOf)
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return { schema: word(whole.schema), version: word(whole.version), unit: word(whole.unit), columns, rows }
}
const word = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : null

/** A record that is none becomes one empty row: it is kept aside, with what it was. */
function cellsOf(record: unknown): Cells {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    return { [BROKEN]: JSON.stringify(record).slice(0, 2000) }
  return Object.fromEntries(
    Object.entries(record)
      .slice(0, 200)
      .map(([key, value]) => [key.slice(0, 100), plain(value).slice(0, 4000)]),
  )
}
const plain = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
/** Column under which a row stands that is no record. */
export const BROKEN = '原文'

function readTable(text: string): GivenFile {
  const head = /^"?#([^\r\n]*)\r?\n/.exec(text)
  const says = new Map(
    (head?.[1] ?? '')
      .replace(/"?,*\s*$/, '')
      .split(/[;；]/)
      .map((part): [string, string] => {
        const [key = '', value = ''] = part.split('=')
        return [key.trim(), value.trim()]
      }),
  )
  const [heading = [], ...lines] = readCsv(head ? text.slice(head[0].length) : text)
  const columns = heading.map((name) => name.trim().slice(0, 100))
  const rows = lines.map((line): Cells => {
    if (line.length > columns.length && line.slice(columns.length).some((cell) => cell.trim() !== ''))
      return { [BROKEN]: line.join(',').slice(0, 4000) }
    return Object.fromEntries(columns.map((name, n) => [name, (line[n] ?? '').slice(0, 4000)]))
  })
  const said = (key: string) => says.get(key) || null
  return { schema: said('schema'), version: said('version'), unit: said('unit'), columns, rows }
}

/** Column of a file that follows the standard itself. */
export const VERSION_COLUMN = 'recordVersion'
/** A file in the standard's own names. */
export const plainMapping = (standard: ExchangeStandard, unit: string): MappingBody => ({
  name: standard.name,
  standard: standard.id,
  unit,
  fields: standard.fields.map(({ id }) => ({ to: id, from: id, values: {} })),
  version: VERSION_COLUMN,
})

export interface ReadRecord {
  key: string
  /** Sorts as text; null = the time of arrival is the version. */
  version: string | null
  values: Record<string, string>
  hash: string
  /** Fields that may be empty, and are. */
  missing: string[]
}
export interface Problem {
  reason: ExchangeReason
  field: string | null
  message: string
}
export type Reading = { record: ReadRecord } | { problem: Problem }

/** One row by the mapping. */
export function readRow(standard: ExchangeStandard, mapping: MappingBody, row: Cells): Reading {
  if (Object.hasOwn(row, BROKEN))
    return { problem: { reason: 'bad-row', field: null, message: '列数与标题不符，或不是一条记录' } }
  const values: Record<string, string> = {}
  const missing: string[] = []
  for (const field of standard.fields) {
    const source = mapping.fields.find(({ to }) => to === field.id)
    const given = source ? (row[source.from] ?? '').normalize('NFKC').trim() : ''
    const text = source && Object.hasOwn(source.values, given) ? (source.values[given] ?? '') : given
    if (text === '') {
      const isKey = standard.key.includes(field.id)
      if (field.required) {
        const what = isKey ? 'missing-key' : 'missing-field'
        return {
          problem: {
            reason: what,
            field: field.id,
            message: `“${field.name}”是空的${source ? '' : '，对应关系里没有它'}`,
          },
        }
      }
      missing.push(field.id)
      continue
    }
    const value = readValue(field, text)
    if (value === null)
      return {
        problem: {
          reason: 'bad-value',
          field: field.id,
          message: `“${field.name}”写作“${text.slice(0, 60)}”，${EXPECTED[field.kind](field.options)}`,
        },
      }
    values[field.id] = value
  }
  const version = mapping.version === null ? null : readVersion(row[mapping.version] ?? '')
  if (version === undefined)
    return {
      problem: { reason: 'bad-version', field: mapping.version, message: '记录版本须是非负整数，或带时区的时刻' },
    }
  const key = standard.key.map((one) => values[one] ?? '').join(' / ')
  const hash = createHash('sha256')
    .update(JSON.stringify(Object.entries(values).sort()))
    .digest('hex')
  return { record: { key: key.slice(0, 300), version, values, hash, missing } }
}

const EXPECTED: Readonly<Record<ExchangeStandard['fields'][number]['kind'], (options: readonly string[]) => string>> = {
  text: () => '超过 1000 字',
  'case-no': () => '不像案号',
  date: () => '应是存在的日期，如 2026-11-24',
  number: () => '应是数字',
  choice: (options) => `只能是 ${options.join('、')}`,
}

function readValue({ kind, options }: ExchangeStandard['fields'][number], text: string): string | null {
  switch (kind) {
    case 'text':
      return text.length <= 1000 ? text : null
    case 'choice':
      return options.includes(text) ? text : null
    case 'number': {
      const bare = text.replaceAll(/(?<=\d),(?=\d{3}(\D|$))/g, '')
      return /^-?\d{1,15}(\.\d{1,6})?$/.test(bare) ? String(Number(bare)) : null
    }
    case 'case-no':
      return /\d/.test(text) && text.length <= 120 ? caseNumber(text) : null
    case 'date':
      return readDate(text)
  }
}
/** Brackets and blanks as the case list writes them. */
const caseNumber = (text: string): string =>
  text
    .replace(/[〔【［[(（﹝]/g, '[')
    .replace(/[〕】］\])）﹞]/g, ']')
    .replace(/[\s'"’‘`]/g, '')

function readDate(text: string): string | null {
  const found = /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T ]\d{2}:\d{2}.*)?$/.exec(text)
  if (!found) return null
  const [year = 0, month = 0, day = 0] = found.slice(1).map(Number)
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' }).toString()
  } catch {
    return null
  }
}

/** Undefined = no version. Whole numbers and moments each sort as text, and never among each other by chance. */
function readVersion(given: string): string | undefined {
  const text = given.normalize('NFKC').trim()
  if (/^\d{1,18}$/.test(text)) return `n${text.replace(/^0+(?=\d)/, '').padStart(18, '0')}`
  try {
    const ms = Temporal.Instant.from(text).epochMilliseconds
    return ms >= 0 ? `t${String(ms).padStart(18, '0')}` : undefined
  } catch {
    return undefined
  }
}
export const arrivalVersion = (now: number): string => `t${String(now).padStart(18, '0')}`
/** For people. */
export const versionWord = (version: string): string => {
  const digits = version.slice(1).replace(/^0+(?=\d)/, '')
  return version.startsWith('n') ? digits : Temporal.Instant.fromEpochMilliseconds(Number(digits)).toString()
}

/** What there is of one key: version → content. */
export type Known = Map<string, string>
export type Fate = 'new' | 'older' | 'unchanged' | 'conflict'
/** What becomes of a record that comes: the same twice is one; one version cannot say two things. */
export function fateOf(known: Known, { version, hash }: ReadRecord, now: number): { fate: Fate; version: string } {
  const newest = [...known.keys()].sort().at(-1)
  if (version === null) {
    if (newest !== undefined && known.get(newest) === hash) return { fate: 'unchanged', version: newest }
    const next = arrivalVersion(now)
    return {
      fate: known.has(next) ? 'conflict' : newest !== undefined && next < newest ? 'older' : 'new',
      version: next,
    }
  }
  const same = known.get(version)
  if (same !== undefined) return { fate: same === hash ? 'unchanged' : 'conflict', version }
  return { fate: newest !== undefined && version < newest ? 'older' : 'new', version }
}

/** Fields of a standard in which the units do not say the same; an empty one says nothing. */
export function differing(
  standard: ExchangeStandard,
  rows: readonly { unit: string; values: Readonly<Record<string, string>> }[],
): { field: string; values: { unit: string; value: string }[] }[] {
  return standard.fields.flatMap(({ id }) => {
    const values = rows.flatMap(({ unit, values: all }) => (all[id] === undefined ? [] : [{ unit, value: all[id] }]))
    return new Set(values.map(({ value }) => value)).size > 1 ? [{ field: id, values }] : []
  })
}
