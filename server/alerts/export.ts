import { officeTime } from '../../config/zone.ts'
import { DOMAIN_WORDS, type Domain } from '../../contract/domains.ts'
import { AlertFilters } from '../../contract/http/alerts.ts'
import { ALERT_STATE_WORDS, ALERT_STEP_WORDS, type AlertState, type AlertStep } from '../../contract/panels/alerts.ts'
import { SEVERITY_WORDS, type Severity } from '../../contract/severity.ts'
import { type ExportCell, type Exporter, exporter } from '../feature.ts'
import type { AlertsContext } from './context.ts'
import { alertPage, listed } from './page.ts'
import type { Alert } from './types.ts'

const PAGE = 1000

/** `2026-11-24 09:30:05`, office time. */
export const momentText = (at: number | null): string | null =>
  at === null ? null : officeTime(at).toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ')

const COLUMNS: readonly { title: string; width?: number; kind?: 'number'; of(alert: Alert): ExportCell }[] = [
  { title: '告警号', width: 18, of: ({ id }) => id },
  { title: '级别', width: 8, of: ({ severity }) => SEVERITY_WORDS[severity] },
  { title: '状态', width: 14, of: ({ state }) => ALERT_STATE_WORDS[state] },
  { title: '环节', width: 10, of: ({ step }) => ALERT_STEP_WORDS[step] },
  { title: '领域', width: 10, of: ({ domain }) => DOMAIN_WORDS[domain] },
  { title: '标题', width: 36, of: ({ title }) => title },
  { title: '为什么', width: 48, of: ({ why }) => why },
  { title: '对象', width: 22, of: ({ object }) => object },
  { title: '归并次数', width: 10, kind: 'number', of: ({ count }) => count },
  { title: '首次', width: 20, of: ({ firstAt }) => momentText(firstAt) },
  { title: '最近', width: 20, of: ({ lastAt }) => momentText(lastAt) },
  { title: '归属岗位', width: 14, of: ({ owner }) => owner },
  { title: '确认时间', width: 20, of: ({ ackedAt }) => momentText(ackedAt) },
  { title: '确认原因', width: 28, of: ({ ackReason }) => ackReason },
  { title: '处置结果', width: 36, of: ({ disposal }) => disposal },
  { title: '关闭时间', width: 20, of: ({ closedAt }) => momentText(closedAt) },
  { title: '规则', width: 22, of: ({ rule, ruleVersion }) => `${rule}@${ruleVersion}` },
]

/** The alert list as a file; newest first, as in the list. */
export const alertExporter = (context: AlertsContext): Exporter =>
  exporter({
    kind: 'alerts',
    title: '告警列表',
    permission: 'alerts.read',
    filters: AlertFilters.strict(),
    columns: COLUMNS.map(({ of: _, ...column }) => column),
    describe: ({ filters }) => [
      { label: '条件', text: conditionWords(filters) },
      { label: '不含', text: '演练告警；演练记录见“告警演练”' },
    ],
    async *rows({ filters }) {
      let cursor: string | null = ''
      while (cursor !== null) {
        const page: Awaited<ReturnType<typeof alertPage>> = await alertPage(context, filters, {
          cursor,
          limit: PAGE,
          drills: false,
        })
        yield page.alerts.map((alert) => COLUMNS.map(({ of }) => of(alert)))
        cursor = page.next
      }
    },
  })

function conditionWords(filters: AlertFilters): string {
  const { state, step, severity, domain, rule, object, from, to } = filters
  const said = [
    ...listed(state).map((one) => ALERT_STATE_WORDS[one as AlertState]),
    ...listed(step).map((one) => ALERT_STEP_WORDS[one as AlertStep]),
    ...listed(severity).map((one) => SEVERITY_WORDS[one as Severity]),
    ...listed(domain).map((one) => DOMAIN_WORDS[one as Domain]),
    rule ? `规则 ${rule}` : '',
    object ? `对象 ${object}` : '',
    from === undefined ? '' : `自 ${momentText(from)}`,
    to === undefined ? '' : `至 ${momentText(to)}`,
  ].filter(Boolean)
  if (!state && !step) said.unshift('未关闭的')
  return said.join('；')
}
