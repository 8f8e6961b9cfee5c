import { officeDate, officeTime, startOfDay } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import {
  PETITION_COLOUR_NAMES,
  PETITION_COLOURS,
  PETITION_REPLIES,
  PETITION_REPLY_NAMES,
} from '../../contract/http/petitions.ts'
import type { PetitionChangesPanel, PetitionLimitsPanel, PetitionPanel } from '../../contract/panels/petitions.ts'
import type { FigureSource, Panel } from '../feature.ts'
import { figure } from '../figure.ts'
import { tally } from './board.ts'
import { type Direction, directionOf, type Turn, toTurn } from './changes.ts'
import { daysTo, duesOf } from './clocks.ts'
import { departmentName, type PetitionDeps } from './context.ts'
import { type Matter, on, runningMatters, turningPoints } from './repository.ts'

/** Panels and figures of 五色预警. Our own register: its age is the moment of reading. */
const DAY_MS = 86_400_000
const DAYS_SHOWN = 14
/** Within so many days a last day is near. */
const NEAR = { procedural: 2, substantive: 7, monthly: 7 } as const

interface Board {
  matters: Matter[]
  turns: Turn[]
}
const readBoard = async ({ records }: PetitionDeps, now: number): Promise<Board> => {
  const [matters, steps] = await Promise.all([
    runningMatters(records.read),
    turningPoints(records.read, startOfDay(now) - (DAYS_SHOWN - 1) * DAY_MS, now + 1),
  ])
  return { matters, turns: steps.map(toTurn) }
}
const fresh = (now: number) => ({ source: '信访事项登记', at: now, staleAfterS: 3600, state: 'ok' as const })

function limitsOf(matters: readonly Matter[], now: number) {
  const today = officeDate(now)
  return PETITION_REPLIES.map((id) => {
    const running = matters
      .filter(({ open, exempt }) => open && exempt === null)
      .flatMap(({ replies }) => replies.filter(({ kind, doneOn }) => kind === id && doneOn === null))
    const left = running.map(({ due }) => daysTo(today, due))
    const ahead = running.map(({ due }) => due).filter((due) => due >= today)
    return {
      id,
      name: PETITION_REPLY_NAMES[id],
      open: running.length,
      soon: left.filter((days) => days >= 0 && days <= NEAR[id]).length,
      overdue: left.filter((days) => days < 0).length,
      next: ahead.sort()[0] ?? null,
    }
  })
}

function petitionPanel({ matters, turns }: Board, now: number): PetitionPanel {
  const open = matters.filter((matter) => matter.open)
  const counts = tally(open)
  const midnight = startOfDay(now)
  const monday = midnight - (officeTime(now).dayOfWeek - 1) * DAY_MS
  const count = (since: number, direction: Direction) =>
    turns.filter((turn) => turn.at >= since && directionOf(turn) === direction).length
  const into = (colour: string, direction: Direction) =>
    turns.filter((turn) => turn.at >= midnight && turn.to === colour && directionOf(turn) === direction).length
  const nearest = matters
    .flatMap((matter) => {
      const [next] = duesOf(matter, now)
      return next ? [{ matter, next }] : []
    })
    .sort((a, b) => a.next.dueAt - b.next.dueAt)
    .slice(0, 3)
  return {
    freshness: fresh(now),
    open: open.length,
    unassessed: open.filter(({ colour }) => colour === null).length,
    colours: PETITION_COLOURS.toReversed().map((colour) => ({
      colour,
      ...PETITION_COLOUR_NAMES[colour],
      count: counts[colour],
      up: into(colour, 'up'),
      down: into(colour, 'down'),
    })),
    limits: limitsOf(matters, now),
    today: {
      up: count(midnight, 'up'),
      down: count(midnight, 'down'),
      registered: count(midnight, 'registered'),
      closed: count(midnight, 'closed'),
    },
    week: { up: count(monday, 'up'), down: count(monday, 'down') },
    nextDue: nearest.map(({ matter, next }) => ({
      no: matter.no,
      colour: matter.colour,
      what: next.name,
      due: next.due,
      daysLeft: next.daysLeft,
      overdue: next.overdue,
    })),
  }
}

async function changesPanel(deps: PetitionDeps, { turns }: Board, now: number): Promise<PetitionChangesPanel> {
  const today = Temporal.PlainDate.from(officeDate(now))
  const byDay = Map.groupBy(turns, ({ at }) => officeDate(at))
  const moves = turns.flatMap((turn) => {
    const direction = directionOf(turn)
    return direction === 'up' || direction === 'down' || direction === 'closed' || direction === 'first'
      ? [{ turn, direction }]
      : []
  })
  const newest = moves.toReversed().slice(0, 5)
  const ids = newest.map(({ turn }) => turn.petitionId)
  const numbers =
    ids.length === 0
      ? []
      : await on(deps.records.read).selectFrom('petition').select(['id', 'no']).where('id', 'in', ids).execute()
  const no = new Map(numbers.map((row) => [row.id, row.no]))
  return {
    freshness: fresh(now),
    days: Array.from({ length: DAYS_SHOWN }, (_, n) => {
      const date = today.subtract({ days: DAYS_SHOWN - 1 - n }).toString()
      const of = (direction: Direction) =>
        (byDay.get(date) ?? []).filter((turn) => directionOf(turn) === direction).length
      return { date, up: of('up'), down: of('down'), registered: of('registered'), closed: of('closed') }
    }),
    recent: newest.map(({ turn, direction }) => ({
      no: no.get(turn.petitionId) ?? '',
      at: turn.at,
      from: turn.from,
      to: direction === 'closed' ? null : turn.to,
      direction,
    })),
  }
}

async function limitsPanel(deps: PetitionDeps, { matters }: Board, now: number): Promise<PetitionLimitsPanel> {
  const year = officeDate(now).slice(0, 4)
  const done = await on(deps.records.read)
    .selectFrom('petition_reply')
    .select((eb) => [
      'kind',
      eb.fn.countAll<number>().as('n'),
      eb.fn.sum<number>(eb.case().whenRef('done_on', '<=', 'due').then(1).else(0).end()).as('intime'),
    ])
    .where('done_on', '>=', `${year}-01-01`)
    .groupBy('kind')
    .execute()
  const clocks = matters.flatMap((matter) => duesOf(matter, now))
  const of = (id: string) => {
    const own = clocks.filter((due) => due.id === id)
    return { open: own.length, overdue: own.filter(({ overdue }) => overdue).length }
  }
  return {
    freshness: fresh(now),
    limits: limitsOf(matters, now).map((limit) => {
      const row = done.find(({ kind }) => kind === limit.id)
      const [all, onTime] = [Number(row?.n ?? 0), Number(row?.intime ?? 0)]
      const onTimeRate = all === 0 ? null : Math.round((1000 * onTime) / all) / 10
      return { ...limit, doneThisYear: all, onTime, onTimeRate }
    }),
    firstAction: of('first-action'),
    review: of('review'),
    revisit: of('revisit'),
  }
}

export function petitionPanels(deps: PetitionDeps): Panel[] {
  const panel = (name: string, load: (board: Board, now: number) => unknown): Panel => ({
    name,
    permission: 'wall.view',
    everyMs: 60_000,
    load: async (now) => load(await readBoard(deps, now), now),
  })
  return [
    panel('petition', petitionPanel),
    panel('petition-changes', (board, now) => changesPanel(deps, board, now)),
    panel('petition-limits', (board, now) => limitsPanel(deps, board, now)),
  ]
}

const NAMES = [
  'petition.open',
  'petition.unassessed',
  ...PETITION_COLOURS.map((colour) => `petition.${colour}`),
  'petition.overdue',
  'petition.reply-on-time-rate',
]
export const petitionFigures = (deps: PetitionDeps): FigureSource => ({
  permission: 'figures.read',
  names: NAMES,
  list: (now) => figuresOf(deps, now),
})

async function figuresOf(deps: PetitionDeps, now: number): Promise<Figure[]> {
  const board = await readBoard(deps, now)
  const open = board.matters.filter((matter) => matter.open)
  const limits = await limitsPanel(deps, board, now)
  const [all, onTime] = limits.limits.reduce(
    ([n, k], { doneThisYear, onTime: k1 }) => [n + doneThisYear, k + k1],
    [0, 0],
  )
  const late = open.filter((matter) => duesOf(matter, now).some(({ overdue }) => overdue))
  const rows = (matters: readonly Matter[]) =>
    matters.map((matter) => {
      const [next] = duesOf(matter, now)
      return {
        编号: matter.no,
        颜色: matter.colour === null ? '未研判' : PETITION_COLOUR_NAMES[matter.colour].name,
        承办部门: departmentName(deps, matter.department),
        收到: matter.receivedOn,
        下一期限: next ? `${next.name} ${next.due}` : null,
      }
    })
  const make = (
    name: string,
    title: string,
    value: number | null,
    unit: string,
    formula: string,
    list: Figure['rows'],
  ) => figure({ name, title, value, unit, formula, rows: list }, fresh(now), now)
  const unassessed = open.filter(({ colour }) => colour === null)
  return [
    make('petition.open', '在办信访事项', open.length, '件', '已登记、未销号的事项', rows(open)),
    make('petition.unassessed', '未研判事项', unassessed.length, '件', '在办事项中还没有研判定色的', rows(unassessed)),
    ...PETITION_COLOURS.map((colour) => {
      const own = open.filter((matter) => matter.colour === colour)
      const { name, grade } = PETITION_COLOUR_NAMES[colour]
      return make(
        `petition.${colour}`,
        `${name}色${grade}事项`,
        own.length,
        '件',
        `在办事项中现为${name}色的`,
        rows(own),
      )
    }),
    make('petition.overdue', '逾期信访事项', late.length, '件', '在办事项中有任一期限已过的', rows(late)),
    make(
      'petition.reply-on-time-rate',
      '信访答复按期率',
      all === 0 ? null : Math.round((1000 * onTime) / all) / 10,
      '%',
      '本年已作出的程序回复、答复、按月反馈中在期限内的 ÷ 全部',
      limits.limits.map(({ name, doneThisYear, onTime: intime }) => ({
        期限: name,
        已答复: doneThisYear,
        按期: intime,
      })),
    ),
  ]
}
