import { officeTime } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import {
  type CaseTrendPanel,
  COLOURS,
  type Colour,
  type DueCalendarPanel,
  type FlowPanel,
  type StructurePanel,
} from '../../contract/panels/cases.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import { figure } from '../figure.ts'
import type { CasesDeps } from './events.ts'
import { monthly, openCases } from './repository.ts'
import {
  byUrgency,
  type CaseRecord,
  caseState,
  colourOf,
  type DueCase,
  daysLeft,
  differs,
  EXPORT_ONLY,
  isOverDetention,
} from './rules.ts'

/** Everything that the flow panels and figures are made of, read once. */
export interface CaseBoard {
  freshness: Freshness
  open: CaseRecord[]
  due: DueCase[]
  today: Temporal.PlainDate
  /** Nothing was ever imported: counts are unknown, not zero. */
  heard: boolean
}

const WEEKDAYS = ['一', '二', '三', '四', '五', '六', '日']

export async function readCaseBoard(deps: CasesDeps, now: number): Promise<CaseBoard> {
  const sources = deps.config.sources.sources
    .filter((source) => source.enabled && source.domain === 'case')
    .map(({ id }) => id)
  const [freshness, open] = await Promise.all([deps.freshness(sources), openCases(deps.records.read)])
  const today = officeTime(now).toPlainDate()
  const due = open.flatMap((record) => {
    const colour = colourOf(deps.config.flow, record, today)
    return colour && record.due ? [{ record, colour, days: daysLeft(record.due, today) }] : []
  })
  return { freshness, open, due: due.sort(byUrgency), today, heard: open.length > 0 || freshness.at !== null }
}

const countColours = (due: readonly DueCase[]): Record<Colour, number> => {
  const counts = { red: 0, orange: 0, yellow: 0, green: 0 }
  for (const { colour } of due) counts[colour]++
  return counts
}

export function flowPanel(deps: CasesDeps, board: CaseBoard): FlowPanel {
  const counts = countColours(board.due)
  const undated = board.open.length - board.due.length
  const nothing = { red: null, orange: null, yellow: null, green: null }
  return {
    freshness: board.freshness,
    open: board.heard ? board.open.length : null,
    byColour: board.heard ? { ...counts, green: counts.green + undated } : nothing,
    overDetention: board.heard ? board.open.filter((record) => isOverDetention(record, board.today)).length : null,
    departments: deps.config.site.departments
      .filter(({ handlesCases }) => handlesCases)
      .map(({ name }) => ({
        name,
        byColour: countColours(board.due.filter(({ record }) => record.department === name)),
      })),
    nodes: nodesOf(deps, board),
    next: board.due.slice(0, 12).map(({ record, colour, days }) => ({
      caseNo: record.caseNo,
      kind: record.typeName,
      custody: record.custody,
      colour,
      days,
      due: record.due ?? '',
      node: record.clock,
      provisional: record.provisional,
    })),
    coloured: counts.red + counts.orange + counts.yellow,
    provisional: board.open.filter(({ provisional }) => provisional).length,
    differs: board.open.filter(differs).length,
  }
}

/** By the limit that runs, in the order of clocks.yaml; what only the export dates comes last. */
function nodesOf({ config }: CasesDeps, board: CaseBoard): NonNullable<FlowPanel['nodes']> {
  const names = [...new Set(config.clocks.clocks.map(({ name }) => name)), EXPORT_ONLY]
  return names
    .map((name) => ({ name, own: board.due.filter(({ record }) => (record.clock ?? EXPORT_ONLY) === name) }))
    .filter(({ own }) => own.length > 0)
    .map(({ name, own }) => ({ name, byColour: countColours(own) }))
}

export function dueCalendarPanel(board: CaseBoard, isWorkday: (day: Temporal.PlainDate) => boolean): DueCalendarPanel {
  const days = Array.from({ length: 14 }, (_, offset) => board.today.add({ days: offset }))
  return {
    freshness: board.freshness,
    days: days.map((day) => {
      const own = board.due.filter(({ record }) => record.due === day.toString())
      const custody = own.filter(({ record }) => record.custody).length
      return {
        date: day.toString(),
        weekday: WEEKDAYS[day.dayOfWeek - 1] ?? '',
        workday: isWorkday(day),
        custody,
        free: own.length - custody,
      }
    }),
  }
}

/** The last twelve months, this one included. */
const lastMonths = (today: Temporal.PlainDate, count: number): string[] =>
  Array.from({ length: count }, (_, back) =>
    today
      .toPlainYearMonth()
      .subtract({ months: count - 1 - back })
      .toString(),
  )

export async function caseTrendPanel(deps: CasesDeps, board: CaseBoard): Promise<CaseTrendPanel> {
  const months = lastMonths(board.today, 12)
  const from = months[0] ?? ''
  const [accepted, closed] = await Promise.all([
    monthly(deps.records.read, 'accepted', from),
    monthly(deps.records.read, 'closed', from),
  ])
  const of = (rows: typeof accepted, month: string) =>
    rows.filter((row) => row.month === month).reduce((sum, { count }) => sum + count, 0)
  return {
    freshness: board.freshness,
    months: months.map((month) => ({ month, accepted: of(accepted, month), closed: of(closed, month) })),
  }
}

const WINGS = ['刑事', '民事', '行政', '公益']

/** Shares of the four wings among the accepted of twelve months, beside the twelve before. No ranking, no target. */
export async function structurePanel(deps: CasesDeps, board: CaseBoard): Promise<StructurePanel> {
  const months = lastMonths(board.today, 24)
  const rows = await monthly(deps.records.read, 'accepted', months[0] ?? '')
  const share = (wing: string, span: readonly string[]): number | null => {
    const own = rows.filter(({ month }) => span.includes(month))
    const total = own.reduce((sum, { count }) => sum + count, 0)
    const part = own.filter((row) => row.wing === wing).reduce((sum, { count }) => sum + count, 0)
    return total === 0 ? null : Math.round((1000 * part) / total) / 10
  }
  return {
    freshness: board.freshness,
    parts: WINGS.map((name) => ({
      name,
      percent: share(name, months.slice(12)),
      before: share(name, months.slice(0, 12)),
    })),
  }
}

export const CASE_FIGURES = [
  'flow.open',
  'flow.red',
  'flow.orange',
  'flow.yellow',
  'flow.green',
  'flow.over-detention',
  'flow.unassigned',
  'flow.custody',
  'flow.differs',
]

export async function caseFigures(deps: CasesDeps, now: number): Promise<Figure[]> {
  const board = await readCaseBoard(deps, now)
  const panel = flowPanel(deps, board)
  // The wall and its certificate show case numbers and counts only, never names; sealed cases stay a count.
  const rows = (list: readonly CaseRecord[]): Figure['rows'] =>
    list
      .filter(({ restricted }) => !restricted)
      .map((record) => ({
        案号: record.caseNo,
        类别: record.typeName,
        部门: record.department,
        节点: record.node,
        在押: record.custody,
        期限: record.due,
        导出期限: record.exportedDue,
        暂定: record.provisional,
      }))
  const make = (name: string, title: string, value: number | null, formula: string, list: readonly CaseRecord[]) =>
    figure(
      { name, title, value: board.heard ? value : null, unit: '件', formula, rows: rows(list) },
      board.freshness,
      now,
    )
  const coloured = (colour: Colour) => board.due.filter((one) => one.colour === colour).map(({ record }) => record)
  const unassigned = board.open.filter((record) => caseState(record) === 'unassigned')
  const custody = board.open.filter((record) => record.custody)
  const over = board.open.filter((record) => isOverDetention(record, board.today))
  const words = { red: '末日（含逾期）', orange: '临近', yellow: '提醒', green: '正常' }
  return [
    make('flow.open', '在办案件', panel.open, '已受理、未办结、未删除的案件', board.open),
    ...COLOURS.map((colour) =>
      make(
        `flow.${colour}`,
        words[colour],
        panel.byColour[colour],
        `在办案件中按法定剩余天数落入该档的（flow.yaml ${deps.config.flow.version}）；未载明期限的计入正常`,
        coloured(colour),
      ),
    ),
    make('flow.over-detention', '超期羁押', over.length, '在押且法定期限已过、尚未办结', over),
    make('flow.unassigned', '待分案', unassigned.length, '已受理、尚无承办人', unassigned),
    make('flow.custody', '在押案件', custody.length, '在办案件中人员在押的', custody),
    make(
      'flow.differs',
      '期限不一致',
      panel.differs ?? null,
      `本系统推算的届满日（deadlines.yaml ${deps.config.deadlines.version}）与业务系统导出的到期日不同，两者并列待核对`,
      board.open.filter(differs),
    ),
  ]
}
