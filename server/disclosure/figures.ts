import { officeDate, officeTime } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import { STEPS, type StepId } from '../../contract/http/disclosure.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import type { DisclosurePanel } from '../../contract/panels/disclosure.ts'
import { figure } from '../figure.ts'
import { chainHead } from '../records/chain.ts'
import { CHAIN, type DisclosureDeps } from './context.ts'
import { countNotes, groundsSince, openOnes, type StoredDisclosure } from './repository.ts'
import { isOverdue } from './rules.ts'

export interface DisclosureBoard {
  freshness: Freshness
  today: string
  open: StoredDisclosure[]
  published: number
  returned: number
  withdrawn: number
  /** This year, by id of the ground. */
  grounds: ReadonlyMap<string, number>
}

export async function readBoard({ records }: DisclosureDeps, now: number): Promise<DisclosureBoard> {
  const db = records.read
  const year = officeTime(now).with({ month: 1, day: 1 }).startOfDay().epochMilliseconds
  const [head, open, published, returned, failed, withdrawn, grounds] = await Promise.all([
    chainHead(db, CHAIN),
    openOnes(db),
    countNotes(db, 'publish', year),
    countNotes(db, 'review', year, 'return'),
    countNotes(db, 'recheck', year, 'failed'),
    countNotes(db, 'withdraw', year),
    groundsSince(db, year),
  ])
  // Our own records are never older than now.
  const freshness: Freshness = { source: `公开链 #${head.seq}`, at: now, staleAfterS: 3600, state: 'ok' }
  return { freshness, today: officeDate(now), open, published, returned: returned + failed, withdrawn, grounds }
}

const STEP_IDS = Object.keys(STEPS) as StepId[]

export function disclosurePanel({ config }: DisclosureDeps, board: DisclosureBoard): DisclosurePanel {
  const { freshness, today, open, published, returned, withdrawn, grounds } = board
  return {
    freshness,
    open: open.length,
    steps: STEP_IDS.map((id) => {
      const here = open.filter(({ state }) => state === id)
      return { id, name: STEPS[id], count: here.length, overdue: here.filter((one) => isOverdue(one, today)).length }
    }),
    published,
    returned,
    withdrawn,
    excluded: config.disclosure.grounds.flatMap(({ id, name }) => {
      const count = grounds.get(id) ?? 0
      return count > 0 ? [{ id, name, count }] : []
    }),
  }
}

export const DISCLOSURE_FIGURES = [
  'disclosure.open',
  'disclosure.overdue',
  'disclosure.published-year',
  'disclosure.withdrawn-year',
  'disclosure.excluded-year',
]

export async function disclosureFigures(deps: DisclosureDeps, now: number): Promise<Figure[]> {
  const board = await readBoard(deps, now)
  const typeName = (id: string) => deps.config.disclosure.types.find((one) => one.id === id)?.name ?? id
  const rowsOf = (documents: readonly StoredDisclosure[]): Figure['rows'] =>
    documents.map(({ id, type, state, due }) => ({
      编号: id,
      文书: typeName(type),
      环节: STEPS[state as StepId] ?? '',
      期限: due ?? '',
    }))
  const make = (name: string, title: string, value: number, unit: string, formula: string, rows: Figure['rows'] = []) =>
    figure({ name, title, value, unit, formula, rows }, board.freshness, now)
  const late = board.open.filter((one) => isOverdue(one, board.today))
  const panel = disclosurePanel(deps, board)
  const excluded = panel.excluded.reduce((sum, { count }) => sum + count, 0)
  return [
    make('disclosure.open', '文书公开在途', panel.open, '份', '审核、导出、复核、发布四步合计', rowsOf(board.open)),
    make('disclosure.overdue', '文书公开超期', late.length, '份', '发布期限早于今日而未发布', rowsOf(late)),
    make('disclosure.published-year', '本年公开文书', board.published, '份', '本年发布的次数'),
    make('disclosure.withdrawn-year', '本年撤回', board.withdrawn, '份', '本年撤回的次数'),
    make(
      'disclosure.excluded-year',
      '本年不公开',
      excluded,
      '份',
      '本年审核决定不公开，按理由分列',
      panel.excluded.map(({ name, count }) => ({ 理由: name, 份数: count })),
    ),
  ]
}
