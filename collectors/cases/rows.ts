import type { QuarantineReason } from '../../contract/quarantine.ts'
import { type DayReading, readDay } from '../intake/day.ts'
import { type Columns, tidy } from '../intake/header.ts'
import { type Cell, cellText, type Row } from '../intake/spreadsheet.ts'
import { hasLostDigits, isCaseNumber, normaliseNumber } from './case-number.ts'
import type { CaseField, CaseProfile } from './profile.ts'

/** One case as the export tells it. Title and suspects' names stay in the file; the handler is hashed before it leaves. */
export interface CaseRow {
  caseNo: string
  unifiedNo: string | null
  kind: string | null
  cause: string | null
  unit: string | null
  department: string | null
  handler: string | null
  handlerNo: string | null
  node: string | null
  acceptedAt: string | null
  assignedAt: string | null
  /** 起算日 of the running limit. */
  startedAt: string | null
  due: string | null
  closedAt: string | null
  outcome: string | null
  coercion: string | null
  custody: boolean
  plea: boolean
  juvenile: boolean
  suspects: number
  deleted: boolean
}

export interface RowRefusal {
  sheet: string
  line: number
  reason: QuarantineReason
  /** Chinese, names the field, quotes nothing personal. */
  detail: string
  /** Known when the number itself was readable: the case was in the file, so it has not vanished. */
  caseNo?: string
}

export type RowReading =
  | { what: 'case'; row: CaseRow }
  /** A sum, a signature, an empty line. */
  | { what: 'foot' }
  | { what: 'refused'; refusal: Omit<RowRefusal, 'sheet' | 'line'> }

export interface RowContext {
  columns: Columns<CaseField>
  date1904: boolean
  profile: CaseProfile
}

const MAX_TEXT = 120
const DAYS = {
  acceptedAt: '受理日期',
  assignedAt: '分案日期',
  startedAt: '起算日',
  due: '期限',
  closedAt: '办结日期',
} as const
const NUMBERS = { caseNo: '部门受案号', unifiedNo: '统一受案号', handlerNo: '工号' } as const

/** Pure: one row of the table → a case, nothing, or a refusal with its reason. */
export function readRow(row: Row, context: RowContext): RowReading {
  const { columns, profile } = context
  const cell = (field: CaseField): Cell | undefined => {
    const column = columns.get(field)
    return column === undefined ? undefined : row.cells[column]
  }
  if (isFoot(row, cell('caseNo'), profile)) return { what: 'foot' }
  const lost = lostField(cell)
  if (lost)
    return refused('number_precision_lost', `${NUMBERS[lost]}被表格软件改成了数字，末位已丢失，请以文本格式导出`)
  const caseNo = normaliseNumber(cellText(cell('caseNo')))
  if (!isCaseNumber(caseNo)) return refused('bad_case_no', '部门受案号不符合“……受[年份]流水号号”的格式')
  const days = readDays(cell, context.date1904)
  if (typeof days === 'string') return refused('bad_time', `${DAYS[days]}无法识别`, caseNo)
  return { what: 'case', row: { caseNo, ...days, ...facts(cell, profile) } }
}

const refused = (reason: QuarantineReason, detail: string, caseNo?: string): RowReading => ({
  what: 'refused',
  refusal: { reason, detail, ...(caseNo === undefined ? {} : { caseNo }) },
})

/** No number in the number's column, or the first text of the row is one of a sum or signature. */
function isFoot(row: Row, caseNo: Cell | undefined, profile: CaseProfile): boolean {
  if (caseNo === undefined) return true
  const first = tidy(cellText(row.cells.find((one) => one !== undefined)))
  return (
    profile.footWords.some((word) => first.startsWith(tidy(word))) && !isCaseNumber(normaliseNumber(cellText(caseNo)))
  )
}

/** Spreadsheet programs keep 15 digits: longer numbers, or `3.70E+15`, are no longer the number that was typed. */
function lostField(cell: (field: CaseField) => Cell | undefined): keyof typeof NUMBERS | undefined {
  const fields = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]
  return fields.find((field) => {
    const found = cell(field)
    if (found === undefined) return false
    return hasLostDigits(cellText(found)) || (found.kind === 'number' && Math.abs(found.value) >= 1e15)
  })
}

/** One text for equal ones: an export of 200,000 rows has a few hundred different days, departments and nodes. */
const seen = new Map<string, string>()
function shared(text: string): string {
  const known = seen.get(text)
  if (known !== undefined) return known
  if (seen.size > 5000) seen.clear()
  seen.set(text, text)
  return text
}

type Days = Record<keyof typeof DAYS, string | null>

/** All dates, or the name of the first that is none. */
function readDays(cell: (field: CaseField) => Cell | undefined, date1904: boolean): Days | keyof typeof DAYS {
  const days: Days = { acceptedAt: null, assignedAt: null, startedAt: null, due: null, closedAt: null }
  for (const field of Object.keys(DAYS) as (keyof typeof DAYS)[]) {
    const reading: DayReading = readDay(cell(field), date1904)
    if (reading.what === 'bad_time') return field
    days[field] = reading.what === 'day' ? shared(reading.day.date) : null
  }
  return days
}

function facts(
  cell: (field: CaseField) => Cell | undefined,
  profile: CaseProfile,
): Omit<CaseRow, 'caseNo' | keyof typeof DAYS> {
  const text = (field: CaseField): string | null => cellText(cell(field)).trim().slice(0, MAX_TEXT) || null
  const yes = (field: CaseField): boolean => {
    const value = tidy(text(field) ?? '')
    return profile.yesWords.some((word) => value === tidy(word))
  }
  const word = (field: CaseField): string | null => {
    const found = text(field)
    return found === null ? null : shared(found)
  }
  const coercion = word('coercion')
  return {
    unifiedNo: text('unifiedNo') === null ? null : normaliseNumber(text('unifiedNo') ?? ''),
    kind: word('kind'),
    cause: word('cause'),
    unit: word('unit'),
    department: word('department'),
    handler: word('handler'),
    handlerNo: word('handlerNo'),
    node: word('node'),
    outcome: word('outcome'),
    coercion,
    custody: isCustody(coercion, profile),
    plea: yes('plea'),
    juvenile: yes('juvenile'),
    suspects: countSuspects(text('suspects'), text('suspectCount')),
    deleted: yes('deleted'),
  }
}

const isCustody = (coercion: string | null, { custodyWords, freeWords }: CaseProfile): boolean =>
  coercion !== null &&
  !freeWords.some((word) => coercion.includes(word)) &&
  custodyWords.some((word) => coercion.includes(word))

function countSuspects(names: string | null, count: string | null): number {
  if (count !== null && /^\d{1,4}$/.test(count)) return Number(count)
  return names === null ? 0 : names.split(/[、,，;；\s]+/).filter((one) => one !== '').length
}

/** Several rows of one case (one for each suspect) are one case. */
export function mergeRows(first: CaseRow, second: CaseRow): CaseRow {
  return {
    ...first,
    suspects: first.suspects + second.suspects,
    custody: first.custody || second.custody,
    juvenile: first.juvenile || second.juvenile,
    plea: first.plea && second.plea,
  }
}
