import { officeTime, ZONE } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import { MANUAL_REASONS, type ManualReason } from '../../contract/http/assignment.ts'
import type { DrawPanel, FairnessPanel } from '../../contract/panels/assignment.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import { figure } from '../figure.ts'
import { chainHead, latestEntries } from '../records/chain.ts'
import { type AssignmentDeps, CHAIN } from './context.ts'
import { windowStart } from './draws.ts'
import { compare, type DrawnOnce, type Fairness, fairness } from './fairness.ts'
import { completedDraws, type DrawRecord, loadMembers, shareSince } from './repository.ts'

const RECENT = 200
const SHOWN = 6

export interface DrawBoard {
  freshness: Freshness
  head: { seq: number; hash: string }
  share: Awaited<ReturnType<typeof shareSince>>
  recent: DrawRecord[]
  fair: Fairness
  /** Load ÷ own share of the caps, of members who take part. */
  burdens: number[]
  latest: DrawPanel['latest']
}

export const once = (draw: DrawRecord): DrawnOnce => ({
  pool: draw.body.pool,
  winner: draw.winner ?? '',
  weekday: officeTime(draw.endedMs ?? draw.createdMs).dayOfWeek,
  requestedBy: draw.requestedBy,
})

export async function readDrawBoard(deps: AssignmentDeps, now: number): Promise<DrawBoard> {
  const db = deps.records.read
  const year = officeTime(now).with({ month: 1, day: 1 }).startOfDay().epochMilliseconds
  const [head, share, recent, members, entries] = await Promise.all([
    chainHead(db, CHAIN),
    shareSince(db, year),
    completedDraws(db, RECENT),
    loadMembers(db, windowStart(now, deps.config.assignment.windowDays)),
    latestEntries(db, CHAIN, ['draw.completed'], SHOWN),
  ])
  const caseNos = await Promise.all(
    recent
      .slice(0, SHOWN)
      .map(async ({ id, caseId }) => [id, (await deps.cases.find(db, caseId))?.caseNo ?? caseId] as const),
  )
  const known = new Map(caseNos)
  return {
    freshness: { source: `分案链 #${head.seq}`, at: now, staleAfterS: 3600, state: 'ok' },
    head,
    share,
    recent,
    fair: fairness(recent.map(once).toReversed()),
    burdens: members
      .filter(({ suspended, load }) => !suspended && load > 0)
      .map(({ load, cap }) => Math.floor((load * 100) / cap))
      .sort((a, b) => a - b),
    latest: entries.map((entry) => ({
      at: Date.parse(entry.at),
      caseNo: known.get(String(entry.body.drawId)) ?? '',
      hash: entry.hash,
    })),
  }
}

export const reasonWord = (reason: string): string => MANUAL_REASONS[reason as ManualReason] ?? reason

export function drawPanel(board: DrawBoard, open: number): DrawPanel {
  const designated = board.share.designated.reduce((sum, { count }) => sum + count, 0)
  const total = board.share.drawn + designated
  const mean = board.burdens.reduce((sum, one) => sum + one, 0) / Math.max(1, board.burdens.length)
  const [lightest, heaviest] = [board.burdens[0] ?? 0, board.burdens.at(-1) ?? 0]
  return {
    freshness: board.freshness,
    chainSeq: board.head.seq,
    yearTotal: total,
    random: board.share.drawn,
    designated,
    randomShare: total === 0 ? null : Math.round((1000 * board.share.drawn) / total) / 10,
    byReason: board.share.designated.map(({ reason, count }) => ({ reason: reasonWord(reason), count })),
    spread: mean === 0 ? [] : board.burdens.map((one) => Math.round((100 * one) / mean)),
    heaviestToLightest: lightest === 0 ? null : Math.round((100 * heaviest) / lightest) / 100,
    fairness: { sentence: board.fair.sentence, p: board.fair.members.p, ok: (board.fair.members.p ?? 1) >= 0.05 },
    latest: board.latest,
    open,
  }
}

export function fairnessPanel(deps: AssignmentDeps, board: DrawBoard): FairnessPanel {
  const draws = board.recent.map(once)
  const cells = compare(draws, (_draw, _member, position) => String(position + 1))
  const test = (name: string, p: number | null) => ({
    name,
    p,
    ok: (p ?? 1) >= 0.05,
    word: p === null ? '数量不足' : p >= 0.05 ? '偏差在正常范围' : '偏差偏大，请核查',
  })
  return {
    freshness: board.freshness,
    draws: draws.length,
    positions: [...cells]
      .map(([position, cell]) => ({
        position: Number(position),
        observed: cell.observed,
        expected: Math.round(cell.expected * 100) / 100,
      }))
      .sort((a, b) => a.position - b.position),
    tests: [
      test('名单位次', board.fair.positions.p),
      test('承办星期', board.fair.weekdays.p),
      test('发起人', board.fair.requesters.p),
      test('先后次序', board.fair.runs),
    ],
    smallPools: draws.filter(({ pool }) => pool.length <= deps.config.assignment.smallPool).length,
  }
}

export const DRAW_FIGURES = ['draw.random-share', 'draw.year-total', 'draw.designated', 'draw.fairness-p']

export async function drawFigures(deps: AssignmentDeps, now: number): Promise<Figure[]> {
  const board = await readDrawBoard(deps, now)
  const panel = drawPanel(board, 0)
  const rows = board.recent.map((draw) => ({
    抽签: draw.id,
    承诺: draw.commitment.slice(0, 16),
    候选人数: draw.body.pool.length,
    完成: Temporal.Instant.fromEpochMilliseconds(draw.endedMs ?? 0)
      .toZonedDateTimeISO(ZONE)
      .toPlainDateTime()
      .toString({ smallestUnit: 'second' })
      .replace('T', ' '),
  }))
  const reasons = panel.byReason.map(({ reason, count }) => ({ 理由: reason, 件数: count }))
  const make = (
    name: string,
    title: string,
    value: number | null,
    unit: string,
    formula: string,
    list: Figure['rows'],
  ) => figure({ name, title, value, unit, formula, rows: list }, board.freshness, now)
  return [
    make('draw.random-share', '随机分案占比', panel.randomShare, '%', '本年随机抽签完成件数 ÷（随机 + 指定）', rows),
    make('draw.year-total', '本年分案', panel.yearTotal, '件', '本年随机 + 指定', rows),
    make('draw.designated', '本年指定分案', panel.designated, '件', '本年批准的指定分案', reasons),
    make(
      'draw.fairness-p',
      '公平性检验 p',
      panel.fairness.p,
      '',
      `最近 ${board.fair.draws} 次抽签按机会计算的期望与实得之卡方检验`,
      rows,
    ),
  ]
}
