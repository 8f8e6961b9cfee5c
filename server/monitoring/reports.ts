import { officeDate } from '../../config/zone.ts'
import { type MonitoringReport, monitoringRoutes } from '../../contract/http/monitoring.ts'
import type { FindingStage, MonitoringGroup } from '../../contract/monitoring.ts'
import { type BoundRoute, bind } from '../feature.ts'
import { checkOf, type MonitoringDeps } from './context.ts'
import { monthReport, monthsBack } from './report.ts'
import { countedSince, firstFound, noticesSince } from './repository.ts'

export const CAPTION = '数据用于分析研判，不作考核排名'

/** The report of a month, `YYYY-MM`, out of what is stored. */
export async function readReport(deps: MonitoringDeps, month: string, now: number): Promise<MonitoringReport> {
  const { config, records } = deps
  const from = `${monthsBack(month, 13)[0]}-01`
  const began = officeDate((await firstFound(records.read)) ?? now)
  // The look back at concluded cases begins that many days before monitoring itself did.
  const since = Temporal.PlainDate.from(began).subtract({ days: config.monitoring.closedDays }).toString().slice(0, 7)
  const [findings, notices] = await Promise.all([
    countedSince(records.read, from, `${month}-31`),
    noticesSince(records.read, `${month}-01`),
  ])
  const report = monthReport(
    month,
    findings.map(({ day, grp, check_id, stage }) => ({
      day,
      group: grp as MonitoringGroup,
      check: check_id,
      stage: stage as FindingStage,
    })),
    notices.map(({ issued_day, due, in_time, stage }) => ({
      issuedDay: issued_day,
      due,
      inTime: in_time === null ? null : in_time === 1,
      stage: stage as FindingStage,
    })),
    since,
    began.slice(0, 7),
  )
  return {
    ...report,
    caption: CAPTION,
    rulesVersion: config.monitoring.version,
    unit: config.site.unit,
    checks: report.checks.map((one) => ({ ...one, title: checkOf(deps, one.check)?.title ?? one.check })),
  }
}

export const reportRoutes = (deps: MonitoringDeps): BoundRoute[] => [
  bind(monitoringRoutes.report, ({ query, now }) => readReport(deps, query.month ?? officeDate(now).slice(0, 7), now)),
]
