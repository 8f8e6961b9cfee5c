import type { SourceOptions } from '../../contract/http/source-wizard.ts'
import { formOf } from './form.ts'

type Kind = Omit<SourceOptions['kinds'][number], 'profiles'>
const common = (domain: string, profile: string, staleAfterS: number) => ({ domain, profile, staleAfterS })
const listens = (port: number) => ({ host: '127.0.0.1', port, allow: [] })
const folder = (path: string) => ({ folder: path, settleS: 5 })
const LINES = '每行一条原始消息'
const BOOK = '一份导出文件（xlsx、csv）'

/** The ways in that the wizard offers, each with a fragment that only wants its names and addresses. */
export const KINDS: readonly Kind[] = [
  kind('syslog', 'syslog 接收（天擎、CEF、LEEF 等）', LINES, {
    ...common('terminal', 'tianqing-v10', 600),
    udp: { host: '127.0.0.1', port: 5515 },
    allow: [],
  }),
  kind('log-file', '日志文件（Wazuh、clamd 等，随轮转续读）', LINES, {
    ...common('terminal', 'wazuh', 3600),
    file: '/var/ossec/logs/alerts/alerts.json',
  }),
  kind('web-hook', '网络推送（Wazuh integrator 等，HTTP）', '一次推送的正文：JSON、JSON 数组或多行', {
    ...common('terminal', 'wazuh', 3600),
    ...listens(8090),
    token: { file: '/etc/sanling/hook.token' },
  }),
  kind('line-folder', '事件文件夹（clamd 病毒事件钩子等）', '一个事件文件', {
    ...common('terminal', 'clamav', 86_400),
    ...folder('drop/clamav'),
  }),
  kind('terminal-table', '终端控制台导出（补丁、硬件清单）', BOOK, {
    ...common('terminal', 'terminal-table', 604_800),
    ...folder('drop/terminals'),
  }),
  kind('case-export', '案件导出文件夹（xlsx、csv）', BOOK, {
    ...common('case', 'case-export', 86_400),
    ...folder('drop/cases-2'),
    maxVanish: 0.2,
  }),
  kind('wand-csv', '巡更棒导出文件夹', BOOK, {
    ...common('patrol', 'wand-csv', 86_400),
    folder: 'drop/patrol-2',
  }),
  device('clamd', 'ClamAV 引擎（clamd 状态与查毒自测）', 'clamd 对 VERSION、STATS 的应答', {
    ...common('terminal', 'clamav', 300),
    engines: [{ host: 'JCY-SRV-01', socket: '/var/run/clamav/clamd.ctl' }],
  }),
  device('case-sql', '案件只读视图（PostgreSQL、MySQL）', '视图若干行另存的 csv，第一行为列名', {
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
  device('hikvision', '海康门禁控制器（ISAPI）', 'AcsEvent 查询应答，或实时流、推送的一段报文', {
    ...common('access', 'hikvision-isapi', 60),
    devices: [
      { id: 'acs-21', url: 'http://10.8.0.41', username: 'admin', password: { file: '/etc/sanling/hik.password' } },
    ],
  }),
  device('artemis', '海康门禁平台（Artemis 接口）', '门禁事件查询的应答 JSON', {
    ...common('access', 'hikvision-artemis', 300),
    url: 'https://10.8.0.40',
    appKey: '',
    appSecret: { file: '/etc/sanling/artemis.secret' },
  }),
  device('dahua', '大华门禁控制器', 'recordFinder 应答，或 eventManager 的一段事件', {
    ...common('access', 'dahua-cgi', 60),
    devices: [
      { id: 'dh-1', url: 'http://10.8.0.51', username: 'admin', password: { file: '/etc/sanling/dahua.password' } },
    ],
  }),
  device('zkteco', '中控门禁、考勤（PUSH 上传）', '一次上传的表：ATTLOG、rtlog、rtstate 或 transaction', {
    ...common('access', 'zkteco-push', 300),
    ...listens(8091),
    devices: [{ id: 'zk-1', serial: '' }],
  }),
  device('vendor', '本单位自有厂商（vendors/ 下的文件）', `${LINES}（厂商文件导出 dialect 时）`, {
    ...common('terminal', '', 600),
    settings: {},
  }),
]

/** Without a sample that was understood it does not go live. */
function kind(name: string, label: string, hint: string, fragment: Record<string, unknown>): Kind {
  const template = { id: '', name: '', kind: name, ...fragment }
  return { kind: name, label, domain: String(fragment.domain), sample: true, hint, fields: formOf(name), template }
}

/** A sample helps to see what comes, but the device itself is what decides. */
function device(name: string, label: string, hint: string, fragment: Record<string, unknown>): Kind {
  return { ...kind(name, label, hint, fragment), sample: false }
}

/** Profiles whose own kind is the way's; the ways of lines take what is left. */
const OWN: Readonly<Record<string, string>> = {
  hikvision: 'hikvision',
  artemis: 'artemis',
  dahua: 'dahua',
  zkteco: 'zkteco',
  'case-export': 'case-export',
  'case-sql': 'case-export',
  'wand-csv': 'wand-csv',
  'terminal-table': 'terminal-table',
  clamd: 'clamav',
}
const OF_ONE_WAY = new Set(Object.values(OWN).filter((name) => name !== 'clamav'))

/** Pure: dialects that fit the way. */
export function profilesOf(way: string, profiles: Iterable<{ id: string; kind: string }>): string[] {
  const own = OWN[way]
  return [...profiles].filter((one) => (own ? one.kind === own : !OF_ONE_WAY.has(one.kind))).map(({ id }) => id)
}
