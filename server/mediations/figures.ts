import { officeDate, officeTime } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import { STAGES, type Stage } from '../../contract/http/mediations.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import { MEDIATION_STEPS, type MediationPanel, type MediationStepId } from '../../contract/panels/mediations.ts'
import type { FigureSource, Panel, Records } from '../feature.ts'
import { figure } from '../figure.ts'
import { sinceOrOpen } from './repository.ts'
import { OVER } from './rules.ts'
import type { Mediation } from './types.ts'

/** Panel and figures of 矛盾纠纷化解. Our own register: its age is the moment of reading. */
export const PANEL = 'mediation'
const STEP_OF: Readonly<Record<Exclude<Stage, 'archived' | 'failed' | 'closed'>, MediationStepId>> = {
  consent: 'admit',
  suitability: 'admit',
  mediator: 'prepare',
  schedule: 'prepare',
  rights: 'prepare',
  session: 'session',
  signing: 'signing',
  agreed: 'follow',
}
const STEP_IDS = Object.keys(MEDIATION_STEPS) as MediationStepId[]
const HELD: readonly Stage[] = ['rights', 'session', 'signing']
/** What began this long before the year can still end in it. */
const BEFORE_YEAR_MS = 366 * 86_400_000

const stepOf = ({ stage }: Mediation): MediationStepId | null =>
  stage === 'archived' || stage === 'failed' || stage === 'closed' ? null : STEP_OF[stage]

/** The term of the mediation; once agreed, the days of its duties and of the confirmation. */
export function isLate(one: Pick<Mediation, 'stage' | 'due' | 'confirmation' | 'performance'>, today: string): boolean {
  if (OVER.includes(one.stage)) return false
  if (one.stage !== 'agreed') return one.due !== null && one.due < today
  const { confirmation, performance } = one
  return (
    (confirmation?.state === 'open' && confirmation.due < today) ||
    performance.some(({ state, due }) => state === 'open' && due < today)
  )
}

/** How and when it ended, epoch ms; null while it runs. Agreed: when the last party signed. */
export function outcomeOf(one: Mediation): { how: 'agreed' | 'failed' | 'refused'; at: number } | null {
  if (one.stage === 'agreed' || one.stage === 'archived') {
    const signed = one.parties.flatMap((party) => (party.signed ? [party.signed.at] : []))
    if (signed.length > 0) return { how: 'agreed', at: Math.max(...signed) }
  }
  if (one.failure) return { how: 'failed', at: one.failure.at }
  if (one.stage === 'closed' || one.stage === 'archived')
    return { how: 'refused', at: one.suitability?.at ?? one.createdMs }
  return null
}

interface Board {
  freshness: Freshness
  today: string
  open: Mediation[]
  agreed: Mediation[]
  failed: Mediation[]
  refused: Mediation[]
}
async function readBoard(records: Records, now: number): Promise<Board> {
  const year = officeTime(now).with({ month: 1, day: 1 }).startOfDay().epochMilliseconds
  const all = await sinceOrOpen(records.read, year - BEFORE_YEAR_MS, OVER)
  const ended = (how: string) =>
    all.filter((one) => {
      const outcome = outcomeOf(one)
      return outcome?.how === how && outcome.at >= year
    })
  return {
    freshness: { source: '调解登记', at: now, staleAfterS: 3600, state: 'ok' },
    today: officeDate(now),
    open: all.filter((one) => stepOf(one) !== null),
    agreed: ended('agreed'),
    failed: ended('failed'),
    refused: ended('refused'),
  }
}
const share = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((1000 * part) / whole) / 10

export function mediationPanel({ freshness, today, open, agreed, failed, refused }: Board): MediationPanel {
  const duties = agreed.flatMap(({ performance }) => performance)
  const of = (state: string) => duties.filter((duty) => duty.state === state).length
  return {
    freshness,
    open: open.length,
    fromPetitions: open.filter(({ matter }) => matter !== null).length,
    today: open.filter(({ stage, session }) => HELD.includes(stage) && session && officeDate(session.at) === today)
      .length,
    steps: STEP_IDS.map((id) => {
      const here = open.filter((one) => stepOf(one) === id)
      const overdue = here.filter((one) => isLate(one, today)).length
      return { id, name: MEDIATION_STEPS[id], count: here.length, overdue }
    }),
    year: {
      agreed: agreed.length,
      failed: failed.length,
      refused: refused.length,
      rate: share(agreed.length, agreed.length + failed.length),
    },
    duties: { done: of('done'), open: of('open'), breached: of('breached') },
  }
}

export const mediationPanels = ({ records }: { records: Records }): Panel[] => [
  {
    name: PANEL,
    permission: 'wall.view',
    everyMs: 60_000,
    load: async (now) => mediationPanel(await readBoard(records, now)),
  },
]

export const mediationFigures = ({ records }: { records: Records }): FigureSource => ({
  permission: 'figures.read',
  names: [
    'mediation.open',
    'mediation.overdue',
    'mediation.agreed-year',
    'mediation.agreed-rate',
    'mediation.kept-rate',
  ],
  list: async (now) => figuresOf(await readBoard(records, now), now),
})

function figuresOf(board: Board, now: number): Figure[] {
  const { open, agreed, failed, today, freshness } = board
  const rows = (some: readonly Mediation[]): Figure['rows'] =>
    some.map(({ id, stage, due, matter }) => ({
      编号: id,
      环节: STAGES[stage],
      期限: due,
      来自信访: matter ? '是' : '否',
    }))
  const make = (
    name: string,
    title: string,
    value: number | null,
    unit: string,
    formula: string,
    list: Figure['rows'],
  ) => figure({ name, title, value, unit, formula, rows: list }, freshness, now)
  const { year, duties } = mediationPanel(board)
  const late = open.filter((one) => isLate(one, today))
  return [
    make('mediation.open', '在办调解', open.length, '件', '已登记，未归档、未结束的调解', rows(open)),
    make('mediation.overdue', '逾期调解', late.length, '件', '期限、履行日或司法确认日已过而未办的', rows(late)),
    make('mediation.agreed-year', '本年达成调解', agreed.length, '件', '本年内各方签署完毕的协议', rows(agreed)),
    make(
      'mediation.agreed-rate',
      '调解达成率',
      year.rate,
      '%',
      '本年达成 ÷（本年达成 + 本年未达成），不予调解的不计',
      rows([...agreed, ...failed]),
    ),
    make(
      'mediation.kept-rate',
      '调解协议履行率',
      share(duties.done, duties.done + duties.breached),
      '%',
      '本年协议中已回访的义务里按约履行的 ÷ 已回访的',
      rows(agreed),
    ),
  ]
}
