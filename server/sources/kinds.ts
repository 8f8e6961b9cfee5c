import type { SourceOptions } from '../../contract/http/source-wizard.ts'

type Kind = SourceOptions['kinds'][number]
const common = (domain: string, profile: string, staleAfterS: number) => ({ domain, profile, staleAfterS })

/** The ways in that the wizard offers, each with a fragment that only wants its names and addresses. */
export const KINDS: readonly Kind[] = [
  kind('syslog', 'syslog 接收（天擎、CEF、LEEF 等）', true, {
    ...common('terminal', 'tianqing-v10', 600),
    udp: { host: '127.0.0.1', port: 5515 },
    allow: [],
  }),
  kind('log-file', '日志文件（Wazuh、clamd 等，随轮转续读）', true, {
    ...common('terminal', 'wazuh', 3600),
    file: '/var/ossec/logs/alerts/alerts.json',
  }),
  kind('case-export', '案件导出文件夹（xlsx、csv）', true, {
    ...common('case', 'case-export', 86_400),
    folder: 'drop/cases-2',
    settleS: 5,
    maxVanish: 0.2,
  }),
  kind('wand-csv', '巡更棒导出文件夹', true, { ...common('patrol', 'wand-csv', 86_400), folder: 'drop/patrol-2' }),
  kind('case-sql', '案件只读视图（PostgreSQL、MySQL）', false, {
    ...common('case', 'case-export', 600),
    driver: 'postgres',
    host: '10.8.0.20',
    port: 5432,
    database: 'exchange',
    username: 'reader',
    password: { file: '/etc/sanling/case-view.password' },
    view: 'v_case',
    modified: 'zhxgsj',
    created: 'cjsj',
  }),
  kind('hikvision', '海康门禁控制器（ISAPI）', false, {
    ...common('access', 'hikvision-isapi', 60),
    devices: [
      { id: 'acs-21', url: 'http://10.8.0.41', username: 'admin', password: { file: '/etc/sanling/hik.password' } },
    ],
  }),
  kind('dahua', '大华门禁控制器', false, {
    ...common('access', 'dahua-cgi', 60),
    devices: [
      { id: 'dh-1', url: 'http://10.8.0.51', username: 'admin', password: { file: '/etc/sanling/dahua.password' } },
    ],
  }),
]

function kind(name: string, label: string, sample: boolean, fragment: Record<string, unknown>): Kind {
  const template = { id: '', name: '', kind: name, ...fragment }
  return { kind: name, label, domain: String(fragment.domain), sample, template }
}
