import { officeDate, officeTime } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import { STAGES, type StageId } from '../../contract/http/reviews.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import type { ReviewGradesPanel, ReviewPanel } from '../../contract/panels/review.ts'
import { figure } from '../figure.ts'
import { chainHead } from '../records/chain.ts'
import { CHAIN, type ReviewDeps } from './context.ts'
import { gradesAndProblems } from './grades.ts'
import { bodiesSince, countArchived, countForms, gradesSince, openReviews, type StoredReview } from './repository.ts'
import { isOverdue, stageOf } from './rules.ts'

export interface ReviewBoard {
  freshness: Freshness
  today: string
  open: StoredReview[]
  rectified: number
  archived: number
}

export async function readReviewBoard({ records }: ReviewDeps, now: number): Promise<ReviewBoard> {
  const db = records.read
  const year = officeTime(now).with({ month: 1, day: 1 }).startOfDay().epochMilliseconds
  const [head, open, rectified, archived] = await Promise.all([
    chainHead(db, CHAIN),
    openReviews(db),
    countForms(db, 'rectify', year),
    countArchived(db, year),
  ])
  // Our own records are never older than now.
  const freshness: Freshness = { source: `评查链 #${head.seq}`, at: now, staleAfterS: 3600, state: 'ok' }
  return { freshness, today: officeDate(now), open, rectified, archived }
}

const STAGE_IDS = Object.keys(STAGES) as StageId[]

export function reviewPanel({ freshness, today, open, rectified, archived }: ReviewBoard): ReviewPanel {
  return {
    freshness,
    open: open.length,
    stages: STAGE_IDS.map((id) => {
      const here = open.filter(({ step }) => stageOf(step) === id)
      return { id, name: STAGES[id], count: here.length, overdue: here.filter((one) => isOverdue(one, today)).length }
    }),
    rectified,
    archived,
  }
}

/** Evaluations that the structure is counted from; an office writes a few hundred a year. */
const MOST = 5000

export async function reviewGradesPanel(deps: ReviewDeps, now: number): Promise<ReviewGradesPanel> {
  const db = deps.records.read
  const year = officeTime(now).with({ month: 1, day: 1 }).startOfDay().epochMilliseconds
  const [head, given, bodies] = await Promise.all([
    chainHead(db, CHAIN),
    gradesSince(db, year),
    bodiesSince(db, 'evaluate', year, MOST),
  ])
  return {
    freshness: { source: `评查链 #${head.seq}`, at: now, staleAfterS: 3600, state: 'ok' },
    ...gradesAndProblems(deps.config.review, given, bodies, officeDate(now)),
  }
}

export const REVIEW_FIGURES = [
  'review.open',
  'review.overdue',
  'review.rectified-year',
  'review.archived-year',
  'review.decided-year',
  'review.problems-year',
]

export async function reviewFigures(deps: ReviewDeps, now: number): Promise<Figure[]> {
  const [board, structure] = await Promise.all([readReviewBoard(deps, now), reviewGradesPanel(deps, now)])
  const departments = new Map(deps.config.site.departments.map(({ id, name }) => [id, name]))
  const rowsOf = (reviews: readonly StoredReview[]): Figure['rows'] =>
    reviews.map(({ id, department, step, due }) => {
      const stage = stageOf(step)
      return {
        编号: id,
        部门: departments.get(department) ?? department,
        环节: stage ? STAGES[stage] : '',
        期限: due ?? '',
      }
    })
  const late = board.open.filter((one) => isOverdue(one, board.today))
  const make = (name: string, title: string, value: number, unit: string, formula: string, rows: Figure['rows'] = []) =>
    figure({ name, title, value, unit, formula, rows }, board.freshness, now)
  return [
    make(
      'review.open',
      '评查在途',
      board.open.length,
      '件',
      '检查、核查、评查、反馈、整改五个环节合计',
      rowsOf(board.open),
    ),
    make('review.overdue', '评查超期', late.length, '件', '所在环节的期限早于今日', rowsOf(late)),
    make('review.rectified-year', '本年整改', board.rectified, '次', '本年提交的整改'),
    make('review.archived-year', '本年评查归档', board.archived, '件', '本年决定等次并归入司法业绩档案'),
    make(
      'review.decided-year',
      '本年评查定等次',
      structure.decided,
      '件',
      '本年决定等次的评查，按等次列出，不按人、不按部门',
      structure.grades.map(({ name, count }) => ({ 等次: name, 件数: count })),
    ),
    make(
      'review.problems-year',
      '本年评查发现问题',
      structure.problems.reduce((sum, { count }) => sum + count, 0),
      '个',
      '本年评查意见中的问题与否决项，按类型列出',
      structure.problems.map(({ name, count }) => ({ 问题类型: name, 个数: count })),
    ),
  ]
}
