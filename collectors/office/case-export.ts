import { localStamp } from './calendar.ts'
import type { CaseFact } from './cases.ts'
import type { Cell, Table } from './sheet-file.ts'

/** The list that the case system exports: title rows, a header in two rows, a row a case, a sum row. */

/** Newest cases that nobody has yet, whatever the hour: the draw of an office needs something to draw. */
export const UNASSIGNED = 3
/** Besides these: what came in during the last days, is not in custody and has time, waits for the draw. */
const WAITING_DAYS = 9
const TIME_LEFT_DAYS = 5
const DAY = 86_400_000

/** Who drew a case in the product, and when: the export of the case system says the same from then on. */
export interface DrawnBy {
  name: string
  employeeNo: string
  /** Empty for the leaders: the case stays with the department it came to. */
  department: string
  at: number
}

const HEADERS: readonly (readonly [group: string, name?: string])[] = [
  ['序号'],
  ['部门受案号'],
  ['统一受案号'],
  ['案件名称'],
  ['案件类别'],
  ['移送案由'],
  ['嫌疑人'],
  ['承办单位'],
  ['承办部门'],
  ['承办检察官'],
  ['承办人工号'],
  ['受理日期'],
  ['分案日期'],
  ['当前流程节点'],
  ['强制措施'],
  ['办案期限', '起算日'],
  ['办案期限', '到期日'],
  ['审结情况'],
  ['办结日期'],
  ['认罪认罚'],
  ['是否未成年人'],
]

/** @param facts in order of acceptance, none accepted after `now` */
export function caseTable(
  facts: readonly CaseFact[],
  now: number,
  unit: string,
  title: string,
  drawn: ReadonlyMap<string, DrawnBy> = new Map(),
): Table {
  const newest = new Set(facts.slice(-UNASSIGNED))
  const rows = facts.map((fact, at) => {
    const known = drawn.get(fact.number)
    return row(
      known ? handedTo(fact, known) : fact,
      now,
      unit,
      at + 1,
      !known && (newest.has(fact) || waits(fact, now)),
    )
  })
  const second = HEADERS.map(([, name]) => name ?? null)
  const first = HEADERS.map(([group], at) => (group === HEADERS[at - 1]?.[0] ? null : group))
  const span = HEADERS.findIndex(([, name]) => name)
  return {
    rows: [
      [title],
      [`制表单位：${unit}案件管理部　制表时间：${localStamp(now)}`],
      first,
      second,
      ...rows,
      ['合计', `${facts.length} 件`],
      ['制表人：案管岗'],
    ],
    merges: [
      { row: 0, column: 0, rows: 1, columns: HEADERS.length },
      { row: 1, column: 0, rows: 1, columns: HEADERS.length },
      { row: 2, column: span, rows: 1, columns: 2 },
      ...HEADERS.flatMap(([, name], column) => (name ? [] : [{ row: 2, column, rows: 2, columns: 1 }])),
    ],
  }
}

const waits = ({ accepted, custody, dues }: CaseFact, now: number): boolean =>
  !custody &&
  accepted > now - WAITING_DAYS * DAY &&
  Date.parse(`${dues.at(-1)?.due ?? '1970-01-01'}T00:00:00+08:00`) > now + TIME_LEFT_DAYS * DAY

const handedTo = (fact: CaseFact, { name, employeeNo, department, at }: DrawnBy): CaseFact => ({
  ...fact,
  handler: name,
  handlerNo: employeeNo,
  department: department || fact.department,
  assigned: at,
})

const day = (ms: number): Cell => ({ date: localStamp(ms).slice(0, 10) })

function row(fact: CaseFact, now: number, unit: string, at: number, unassigned: boolean): Cell[] {
  const assigned = !unassigned && fact.assigned <= now
  const closed = assigned && fact.closed <= now
  const node = assigned ? fact.steps.findLast((step) => step.at <= now)?.node : fact.steps[0]?.node
  const due = fact.dues.findLast((each) => each.at <= now) ?? fact.dues[0]
  return [
    at,
    fact.number,
    fact.unified,
    fact.title,
    fact.type,
    fact.charge,
    fact.suspects,
    unit,
    fact.department,
    assigned ? fact.handler : '',
    assigned ? fact.handlerNo : '',
    day(fact.accepted),
    assigned ? day(fact.assigned) : null,
    closed ? '归档' : (node ?? '受理'),
    fact.custody ? (fact.type === '审查逮捕' ? '刑事拘留' : '逮捕') : fact.charge ? '取保候审' : '',
    due ? { date: due.start } : null,
    due ? { date: due.due } : null,
    closed ? fact.outcome : '',
    closed ? day(fact.closed) : null,
    fact.charge ? (fact.plea ? '是' : '否') : '',
    fact.minor ? '是' : '否',
  ]
}
