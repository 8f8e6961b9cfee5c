import {
  type FindingStage,
  MONITORING_GROUP_IDS,
  MONITORING_GROUPS,
  type MonitoringGroup,
} from '../../contract/monitoring.ts'

/** Pure: 月度流程监控通报, by type of problem and never by person or department, compared with the office's own past. */

/** One finding as the report needs it. */
export interface Counted {
  /** `YYYY-MM-DD`. */
  day: string
  group: MonitoringGroup
  check: string
  stage: FindingStage
}
export interface NoticeCounted {
  issuedDay: string
  due: string
  /** Null = not answered yet. */
  inTime: boolean | null
  stage: FindingStage
}
export interface MonthReport {
  month: string
  total: number
  /** Mean of the months before in which monitoring ran day by day; null when there are none. */
  before: number | null
  groups: { group: MonitoringGroup; name: string; count: number; percent: number | null; before: number | null }[]
  checks: { check: string; group: MonitoringGroup; count: number; previous: number; repeated: boolean }[]
  trend: { month: string; count: number | null; recorded: boolean }[]
  handled: { corrected: number; dismissed: number; open: number; recorded: number }
  notices: { issued: number; due: number; inTime: number; late: number; waiting: number; corrected: number }
}

const monthOf = (day: string): string => day.slice(0, 7)
/** `count` months, the last one is `month`. */
export const monthsBack = (month: string, count: number): string[] =>
  Array.from({ length: count }, (_, back) =>
    Temporal.PlainYearMonth.from(month)
      .subtract({ months: count - 1 - back })
      .toString(),
  )

const rounded = (value: number): number => Math.round(value * 10) / 10

/**
 * @param since first month that monitoring, or its look back at concluded cases, covers; months before are unknown, not 0
 * @param lived first month in which monitoring ran day by day; months before know concluded cases only
 */
export function monthReport(
  month: string,
  findings: readonly Counted[],
  notices: readonly NoticeCounted[],
  since: string,
  lived: string,
): MonthReport {
  // What turned out to be no problem is none: it is named beside, and counted nowhere else.
  const real = findings.filter(({ stage }) => stage !== 'dismissed')
  const own = real.filter(({ day }) => monthOf(day) === month)
  const past = monthsBack(month, 13)
    .slice(0, 12)
    .filter((one) => one >= lived)
  const previous = monthsBack(month, 2)[0] ?? ''
  const mean = (match: (one: Counted) => boolean): number | null =>
    past.length === 0
      ? null
      : rounded(real.filter((one) => past.includes(monthOf(one.day)) && match(one)).length / past.length)
  const checks = [...new Set(own.map(({ check }) => check))]
  const countOf = (check: string, when: string) =>
    real.filter((one) => one.check === check && monthOf(one.day) === when).length
  const issued = notices.filter(({ issuedDay }) => monthOf(issuedDay) === month)
  const dueNow = notices.filter(({ due }) => monthOf(due) === month)
  return {
    month,
    total: own.length,
    before: mean(() => true),
    groups: MONITORING_GROUP_IDS.map((group) => {
      const count = own.filter((one) => one.group === group).length
      return {
        group,
        name: MONITORING_GROUPS[group],
        count,
        percent: own.length === 0 ? null : rounded((100 * count) / own.length),
        before: mean((one) => one.group === group),
      }
    }),
    // By group of the regulation, then id: an order that says nothing of more or less.
    checks: checks
      .map((check) => {
        const before = countOf(check, previous)
        const count = countOf(check, month)
        const group = own.find((one) => one.check === check)?.group ?? 'RISK'
        return { check, group, count, previous: before, repeated: count > 1 || before > 0 }
      })
      .sort(
        (a, b) =>
          MONITORING_GROUP_IDS.indexOf(a.group) - MONITORING_GROUP_IDS.indexOf(b.group) || (a.check < b.check ? -1 : 1),
      ),
    trend: monthsBack(month, 12).map((one) => ({
      month: one,
      count: one < since ? null : real.filter(({ day }) => monthOf(day) === one).length,
      recorded: one < lived,
    })),
    handled: {
      corrected: own.filter(({ stage }) => stage === 'corrected').length,
      dismissed: findings.filter(({ day, stage }) => monthOf(day) === month && stage === 'dismissed').length,
      open: own.filter(({ stage }) => !['corrected', 'recorded', 'handed-over'].includes(stage)).length,
      recorded: own.filter(({ stage }) => stage === 'recorded').length,
    },
    notices: {
      issued: issued.length,
      due: dueNow.length,
      inTime: dueNow.filter(({ inTime }) => inTime === true).length,
      late: dueNow.filter(({ inTime }) => inTime === false).length,
      waiting: dueNow.filter(({ inTime }) => inTime === null).length,
      corrected: issued.filter(({ stage }) => stage === 'corrected').length,
    },
  }
}
