import { z } from 'zod'
import { FindingFilters } from '../../contract/http/monitoring.ts'
import { FINDING_STAGES, MONITORING_GROUPS } from '../../contract/monitoring.ts'
import type { Exporter } from '../feature.ts'
import { caseNoCell, conditionCell, listExporter, momentCell } from '../list-export.ts'
import type { MonitoringDeps } from './context.ts'
import { findingPage } from './routes.ts'

const filters = FindingFilters.extend({
  /** Only those with a written notice, as on the page of the notices. */
  written: z.enum(['true']).optional(),
}).strict()

/** Findings, or those with a written notice, as a file: the same scope and order as the list. */
export const findingExporter = (deps: MonitoringDeps): Exporter =>
  listExporter({
    kind: 'findings',
    title: '流程监控发现',
    permission: 'monitoring.read-own',
    filters,
    page: ({ filters: { written, ...query }, person, now }, from) =>
      findingPage(deps, { ...query, ...from }, person, now, written === 'true'),
    columns: [
      { title: '案件', width: 34, of: ({ caseNo }) => caseNoCell(caseNo) },
      { title: '类别', width: 14, of: ({ groupName }) => groupName },
      { title: '问题', width: 30, of: ({ title }) => title },
      { title: '情况', width: 56, of: ({ words }) => caseNoCell(words) },
      { title: '发生日', width: 12, kind: 'date', of: ({ day }) => day },
      { title: '部门', width: 14, of: ({ department }) => department },
      { title: '发给', width: 14, of: ({ addressee }) => addressee },
      { title: '阶段', width: 14, of: ({ stageName }) => stageName },
      { title: '在押', width: 8, of: ({ custody }) => custody },
      { title: '通知书编号', width: 26, of: ({ noticeNo }) => noticeNo },
      { title: '答复期限', width: 12, kind: 'date', of: ({ due }) => due },
      { title: '逾期', width: 8, of: ({ overdue }) => overdue },
      { title: '发现时间', width: 20, of: ({ foundAt }) => momentCell(foundAt) },
      { title: '最近变动', width: 20, of: ({ movedAt }) => momentCell(movedAt) },
    ],
    describe: ({ filters: { stage, group, overdue, mine, written, caseId } }) => [
      {
        label: '条件',
        text: conditionCell([
          ...stage.map((one) => stageWord(one)),
          ...group.map((one) => MONITORING_GROUPS[one as keyof typeof MONITORING_GROUPS]),
          overdue && '逾期未答复',
          mine && '发给本人的',
          written && '发出过通知书的',
          caseId && '一件案件',
        ]),
      },
      { label: '规则', text: `monitoring.yaml ${deps.config.monitoring.version}` },
    ],
  })

const stageWord = (stage: string): string =>
  stage === 'open' ? '未了结' : (FINDING_STAGES[stage as keyof typeof FINDING_STAGES] ?? stage)
