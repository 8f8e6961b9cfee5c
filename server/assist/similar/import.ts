import type { SentencingRules } from '../../../config/sentencing.ts'
import { numberOf } from '../reading/numerals.ts'
import { chargeName, circumstancesOf } from './rules.ts'

/** Pure: rows of a table of judged cases → cases. Headers by their usual names, in any order, below any title rows. */
const FIELDS = [
  {
    field: 'no',
    name: '裁判文书号',
    match: ['裁判文书号', '判决书号', '裁判案号', '文书号', '法院案号'],
    needed: true,
  },
  { field: 'charge', name: '罪名', match: ['罪名', '案由', '判决罪名'], needed: true },
  { field: 'sentence', name: '刑期', match: ['刑期', '主刑', '宣告刑', '判决结果', '刑罚'], needed: true },
  { field: 'circumstances', name: '量刑情节', match: ['量刑情节', '情节'], needed: false },
  { field: 'text', name: '案件事实', match: ['案件事实', '查明事实', '基本案情', '事实'], needed: false },
  { field: 'court', name: '法院', match: ['法院', '审理法院', '审判机关'], needed: false },
  { field: 'judgedOn', name: '判决日期', match: ['判决日期', '裁判日期', '宣判日期'], needed: false },
  { field: 'caseNo', name: '本院受案号', match: ['本院受案号', '部门受案号', '受案号'], needed: false },
  { field: 'source', name: '来源', match: ['来源', '是否公开', '公开情况'], needed: false },
] as const
type Field = (typeof FIELDS)[number]['field']
export interface NewJudged {
  no: string
  charge: string
  sentence: string
  months: number | null
  circumstances: string[]
  text: string
  court: string | null
  judgedOn: string | null
  caseNo: string | null
  published: boolean
}
export type Reading =
  | {
      ok: true
      columns: { name: string; column: string | null }[]
      rows: { row: number; judged: NewJudged }[]
      rejected: { row: number; reason: string }[]
    }
  | { ok: false; why: string }

const plain = (text: string): string => text.normalize('NFKC').replaceAll(/\(.*?\)|[\s*:]/g, '')
const HEADER_WITHIN = 20
const MOST_TEXT = 6000

export function readJudged(table: readonly (readonly string[])[], rules: SentencingRules): Reading {
  const at = table.slice(0, HEADER_WITHIN).findIndex((row) => {
    const found = columnsOf(row)
    return FIELDS.every(({ field, needed }) => !needed || found.has(field))
  })
  if (at < 0) return { ok: false, why: '没有找到表头：需要裁判文书号、罪名、刑期三列' }
  const header = table[at] ?? []
  const columns = columnsOf(header)
  const rows: { row: number; judged: NewJudged }[] = []
  const rejected: { row: number; reason: string }[] = []
  const seen = new Set<string>()
  for (const [n, cells] of table.slice(at + 1).entries()) {
    if (cells.every((cell) => cell.trim() === '')) continue
    const row = at + n + 2
    const read = judgedOf((field) => (cells[columns.get(field) ?? -1] ?? '').trim(), rules)
    if (typeof read === 'string') rejected.push({ row, reason: read })
    else if (seen.has(read.no)) rejected.push({ row, reason: '文件里有相同的裁判文书号' })
    else {
      seen.add(read.no)
      rows.push({ row, judged: read })
    }
  }
  const named = FIELDS.map(({ field, name }) => ({
    name,
    column: columns.has(field) ? (header[columns.get(field) ?? -1] ?? null) : null,
  }))
  return { ok: true, columns: named, rows, rejected }
}

function columnsOf(row: readonly string[]): Map<Field, number> {
  const texts = row.map(plain)
  const found = new Map<Field, number>()
  for (const { field, match } of FIELDS) {
    const at = match
      .map((word) => texts.indexOf(word))
      .find((index) => index >= 0 && ![...found.values()].includes(index))
    if (at !== undefined) found.set(field, at)
  }
  return found
}

/** A sentence says what is wrong with the row. */
function judgedOf(cell: (field: Field) => string, rules: SentencingRules): NewJudged | string {
  const [no, charge, sentence] = [plainNumber(cell('no')), chargeName(cell('charge')), cell('sentence')]
  if (no === '' || no.length > 100) return '没有裁判文书号，或过长'
  if (charge === '' || charge.length > 60) return '没有罪名，或过长'
  const months = monthsOf(sentence)
  if (months === undefined) return `看不懂刑期“${sentence.slice(0, 20)}”`
  const caseNo = plainNumber(cell('caseNo')) || null
  const published = /公开|是/.test(cell('source')) && !/不公开|未公开|非公开|否/.test(cell('source'))
  if (!caseNo && !published) return '没有本院受案号，来源也没有标明公开，无法判断谁可以看'
  const said = cell('judgedOn')
    .normalize('NFKC')
    .replaceAll(/[年月./]/g, '-')
    .replace('日', '')
  const day = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(said)
  const judgedOn = day ? dayOf(Number(day[1]), Number(day[2]), Number(day[3])) : null
  if (cell('judgedOn') !== '' && judgedOn === null) return `看不懂判决日期“${cell('judgedOn').slice(0, 20)}”`
  return {
    no,
    charge,
    sentence: sentence.slice(0, 100),
    months,
    circumstances: circumstancesOf(rules, cell('circumstances')),
    text: cell('text').slice(0, MOST_TEXT),
    court: cell('court').slice(0, 100) || null,
    judgedOn,
    caseNo,
    published: published && !caseNo,
  }
}
/** The brackets that the cases' own numbers are kept with. */
const plainNumber = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/\s/g, '')
    .replaceAll(/[〔【[(]/g, '[')
    .replaceAll(/[〕】\])]/g, ']')
function dayOf(year: number, month: number, day: number): string | null {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' }).toString()
  } catch {
    return null
  }
}

/** Months of `有期徒刑三年六个月`, `拘役5个月`, `36`; null for what has no length (无期, 罚金); undefined = not understood. */
export function monthsOf(said: string): number | null | undefined {
  const text = said.normalize('NFKC').replaceAll(/\s/g, '')
  if (/^\d{1,3}(?:\.\d)?$/.test(text)) return Number(text)
  if (/无期徒刑|死刑|免予刑事处罚|免于刑事处罚|单处罚金/.test(text)) return null
  const N = '(\\d{1,3}|[一二三四五六七八九十两]{1,3})'
  const found = new RegExp(`(?:有期徒刑|拘役|管制)?(?:${N}年)?(?:零?(${N})个?月)?`, 'u')
  for (const part of text.split(/[,，;；。]/)) {
    if (/缓刑|考验期|罚金|剥夺/.test(part) && !/有期徒刑|拘役|管制/.test(part)) continue
    const match = found.exec(
      part.slice(Math.max(0, part.search(/有期徒刑|拘役|管制|[\d一二三四五六七八九十两]+(?:年|个?月)/u))),
    )
    const [, years, , months] = match ?? []
    if (years === undefined && months === undefined) continue
    return (numberOf(years ?? '〇') ?? 0) * 12 + (numberOf(months ?? '〇') ?? 0)
  }
  return undefined
}
