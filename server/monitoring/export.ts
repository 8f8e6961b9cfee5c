import { z } from 'zod'
import { officeDate } from '../../config/zone.ts'
import { MONITORING_GROUPS } from '../../contract/monitoring.ts'
import { type Exporter, exporter } from '../feature.ts'
import type { MonitoringDeps } from './context.ts'
import { readReport } from './reports.ts'

const filters = z.strictObject({
  month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, '写成 YYYY-MM')
    .optional(),
})

/** The monthly report as a file: the same numbers as on its page, by type of problem only. */
export const reportExporter = (deps: MonitoringDeps): Exporter =>
  exporter({
    kind: 'monitoring-report',
    title: '流程监控月报',
    permission: 'monitoring.report',
    filters,
    columns: [
      { title: '类别', width: 14 },
      { title: '问题', width: 40 },
      { title: '本月项数', width: 12, kind: 'number' },
      { title: '占比（%）', width: 12, kind: 'number' },
      { title: '自身此前月均或上月', width: 20, kind: 'number' },
      { title: '说明', width: 30 },
    ],
    describe: ({ filters: { month }, now }) => [
      { label: '月份', text: month ?? officeDate(now).slice(0, 7) },
      { label: '规则', text: `monitoring.yaml ${deps.config.monitoring.version}` },
      { label: '口径', text: '按问题发生日计入当月；认定不属问题的不计；只与本院自身过去比较，不涉及个人和部门' },
    ],
    async *rows({ filters: { month }, now }) {
      const report = await readReport(deps, month ?? officeDate(now).slice(0, 7), now)
      const { notices, handled } = report
      yield [
        ['合计', '全部问题', report.total, report.total === 0 ? null : 100, report.before, '此前为至多十二个月的月均'],
        ...report.groups.map(({ name, count, percent, before }) => [
          name,
          '小计',
          count,
          percent,
          before,
          '此前为月均',
        ]),
        ...report.checks.map(({ group, title, count, previous, repeated }) => [
          MONITORING_GROUPS[group],
          title,
          count,
          null,
          previous,
          repeated ? '重复出现；此前为上月' : '此前为上月',
        ]),
        ['处理', '已纠正', handled.corrected, null, null, ''],
        ['处理', '未了结', handled.open, null, null, ''],
        ['处理', '认定不属问题', handled.dismissed, null, null, '不计入合计'],
        ['处理', '历史登记', handled.recorded, null, null, '启用前办结的案件，只作统计'],
        ['通知书', '本月发出', notices.issued, null, null, ''],
        ['通知书', '本月到期应答复', notices.due, null, null, ''],
        ['通知书', '按期答复', notices.inTime, null, null, ''],
        ['通知书', '逾期答复', notices.late, null, null, ''],
        ['通知书', '尚未答复', notices.waiting, null, null, ''],
      ]
    },
  })
