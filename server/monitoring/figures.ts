import { officeDate, officeTime } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import { FINDING_STAGES, type FindingStage } from '../../contract/monitoring.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import type { FigureSource } from '../feature.ts'
import { figure } from '../figure.ts'
import { checkOf, departmentName, type MonitoringDeps } from './context.ts'
import { noticesSince, openFindings, type StoredFinding } from './repository.ts'
import { isReplyOverdue } from './rules.ts'

const BY_STAGE: Record<string, readonly FindingStage[]> = {
  'monitoring.found': ['found'],
  'monitoring.reminded': ['reminded', 'verbal'],
  'monitoring.noticed': ['noticed'],
  'monitoring.answered': ['answered'],
  'monitoring.escalated': ['head', 'deputy'],
}
const NAMES = [...Object.keys(BY_STAGE), 'monitoring.open', 'monitoring.reply-overdue', 'monitoring.notices-year']

/** Open findings by stage, late answers, notices of the year: for the wall and for alert rules. */
export const monitoringFigures = (deps: MonitoringDeps): FigureSource => ({
  permission: 'figures.read',
  names: NAMES,
  list: (now) => listFigures(deps, now),
})

/** For the wall's panel of nodes. */
export async function openCounts({ records }: MonitoringDeps, now: number): Promise<{ open: number; overdue: number }> {
  const open = await openFindings(records.read)
  const today = officeDate(now)
  return { open: open.length, overdue: open.filter((one) => isReplyOverdue(one, today)).length }
}

async function listFigures(deps: MonitoringDeps, now: number): Promise<Figure[]> {
  const { config, records } = deps
  const today = officeDate(now)
  const year = `${officeTime(now).year}-01-01`
  const [open, notices] = await Promise.all([openFindings(records.read), noticesSince(records.read, year)])
  // Our own records are never older than now.
  const freshness: Freshness = { source: '流程监控记录', at: now, staleAfterS: 3600, state: 'ok' }
  // The certificate shows case numbers and counts, never names; sealed cases stay a count.
  const rows = (list: readonly StoredFinding[]): Figure['rows'] =>
    list
      .filter(({ restricted }) => !restricted)
      .map((one) => ({
        案号: one.caseNo,
        问题: checkOf(deps, one.check)?.title ?? one.check,
        环节: FINDING_STAGES[one.stage],
        部门: departmentName(config, one.department),
        答复期限: one.due,
      }))
  const make = (name: string, title: string, formula: string, list: readonly StoredFinding[]) =>
    figure({ name, title, value: list.length, unit: '项', formula, rows: rows(list) }, freshness, now)
  const rules = `检查规则 monitoring.yaml ${config.monitoring.version}`
  return [
    make('monitoring.open', '流程监控未了结', `未纠正、未认定不属问题、未移送的发现（${rules}）`, open),
    ...Object.entries(BY_STAGE).map(([name, stages]) =>
      make(
        name,
        `流程监控·${stages.map((stage) => FINDING_STAGES[stage]).join('、')}`,
        `未了结的发现中处于该环节的（${rules}）`,
        open.filter(({ stage }) => stages.includes(stage)),
      ),
    ),
    make(
      'monitoring.reply-overdue',
      '通知书逾期未答复',
      `流程监控通知书的答复期限（${config.monitoring.replyRule}）已过、尚未答复的`,
      open.filter((one) => isReplyOverdue(one, today)),
    ),
    figure(
      {
        name: 'monitoring.notices-year',
        title: '本年流程监控通知书',
        value: notices.filter(({ issued_day }) => issued_day >= year).length,
        unit: '份',
        formula: '本年发出的流程监控通知书，含已撤销的',
      },
      freshness,
      now,
    ),
  ]
}
