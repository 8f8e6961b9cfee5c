import { KIND_WORDS, ReviewFilters, STAGES, STEP_WORDS } from '../../contract/http/reviews.ts'
import type { Exporter } from '../feature.ts'
import { caseNoCell, conditionCell, listExporter, momentCell } from '../list-export.ts'
import type { ReviewDeps } from './context.ts'
import { reviewPage } from './reading.ts'

/** The list of checks and reviews as a file: same scope, and blind where the caller judges blind. */
export const reviewExporter = (deps: ReviewDeps): Exporter =>
  listExporter({
    kind: 'reviews',
    title: '案件质量检查与评查',
    permission: 'reviews.read-own',
    filters: ReviewFilters.strict(),
    page: ({ filters, person, now }, from) => reviewPage(deps, { ...filters, ...from }, person, now),
    columns: [
      { title: '案件', width: 34, of: ({ caseNo }) => caseNoCell(caseNo) },
      { title: '部门', width: 14, of: ({ department }) => department },
      { title: '承办人', width: 12, of: ({ handler }) => handler ?? '盲评不显示' },
      { title: '办结日期', width: 12, kind: 'date', of: ({ closedDay }) => closedDay },
      { title: '环节', width: 10, of: ({ stage }) => stage && STAGES[stage] },
      { title: '状态', width: 18, of: ({ step }) => STEP_WORDS[step] },
      { title: '期限', width: 12, kind: 'date', of: ({ due }) => due },
      { title: '超期', width: 8, of: ({ overdue }) => overdue },
      { title: '评查方式', width: 12, of: ({ kind }) => kind && KIND_WORDS[kind] },
      { title: '重点情形', width: 24, of: ({ trigger }) => trigger },
      { title: '有异议', width: 8, of: ({ disputed }) => disputed },
      { title: '等次', width: 14, of: ({ gradeName }) => gradeName },
      { title: '开始时间', width: 20, of: ({ openedAt }) => momentCell(openedAt) },
    ],
    describe: ({ filters: { stage, step, kind, overdue, mine, caseId } }) => [
      {
        label: '条件',
        text: conditionCell([
          stage && STAGES[stage],
          step && STEP_WORDS[step],
          kind && KIND_WORDS[kind],
          overdue && '超期',
          mine && '待本人办理',
          caseId && '一件案件',
        ]),
      },
      { label: '规则', text: `review.yaml ${deps.config.review.version}` },
    ],
  })
