import type { Site } from '../../config/schema.ts'
import { localStamp } from './calendar.ts'
import { hash32 } from './random.ts'

/** Messages of a Tianqing V10 console, in the wire shape of protocols.md 1.1: one JSON object a syslog message. */

type Terminal = Site['terminals'][number]
export interface Asset {
  terminal: Terminal
  department: string
  account: string
}

const hex = (text: string, digits: number): string =>
  Array.from({ length: Math.ceil(digits / 8) }, (_, at) => hash32(`${text}/${at}`).toString(16).padStart(8, '0'))
    .join('')
    .slice(0, digits)
/** The same thing has the same guid, however often it is said. */
export const guidOf = (...parts: (string | number)[]): string => hex(parts.join('|'), 32)
const seconds = (ms: number): number => Math.floor(ms / 1000)

/** The block that every message about a terminal carries. */
export function clientInfo({ terminal, account }: Asset, ms: number, state: '0' | '1' = '1'): Record<string, unknown> {
  const windows = !terminal.server
  return {
    report_ip: terminal.ip,
    report_ipv6: '',
    mac: terminal.mac,
    mid: hex(`mid/${terminal.host}`, 32),
    name: terminal.host,
    os: windows ? 'Windows 10' : '银河麒麟 V10',
    os_version: windows ? { main: '10.0', build_version: '19045' } : { main: 'V10', build_version: 'SP3' },
    login_account: account,
    domain: '',
    computer_working_group: 'WORKGROUP',
    state,
    activation: '1',
    create_time: '2024-03-01 09:00:00',
    update_time: localStamp(ms),
    nic_list: [],
  }
}

const node = ({ department }: Asset) => ({
  node_id: '12',
  node_name: department,
  node_type: '2',
  tree_id: '1',
  oid: '1.2.12',
})
const clientId = ({ terminal }: Asset): string => `4101-${hex(terminal.host, 4)}`

export interface VirusFinding {
  name: string
  type: string
  path: string
  severity: string
  /** 1 cleaned, 2 isolated, 0 failed. */
  result: string
}
export const virus = (asset: Asset, ms: number, found: VirusFinding, guid = guidOf('v', asset.terminal.host, ms)) => ({
  syslog_topic: 'antivirus_virus',
  guid,
  client_id: clientId(asset),
  trigger_mode: 2,
  virus_name: found.name,
  virus_type: found.type,
  file_path: found.path,
  file_create_time: seconds(ms) - 1800,
  file_alarm_time: seconds(ms),
  md5: hex(`md5/${found.name}`, 32),
  sha1: hex(`sha1/${found.name}`, 40),
  severity: found.severity,
  result: found.result,
  need_reboot: '0',
  scanners: 'qvm',
  client_info: clientInfo(asset, ms),
  group_info: [node(asset)],
})

export const scan = (asset: Asset, ms: number) => ({
  syslog_topic: 'antivirus_scan',
  guid: guidOf('s', asset.terminal.host, ms),
  client_id: clientId(asset),
  scan_type: '快速扫描',
  start_time: localStamp(ms),
  end_time: localStamp(ms + 240_000),
  result: '0',
  client_info: clientInfo(asset, ms),
  group_info: node(asset),
})

/** 违规外联: the event itself has no time, the terminal's last contact is it. */
export function outreach(asset: Asset, ms: number) {
  return {
    syslog_topic: 'net_out_log',
    guid: guidOf('n', asset.terminal.host, ms),
    client_id: clientId(asset),
    trigger_mode: 1,
    result: '2',
    client_info: { ...clientInfo(asset, ms), online_info: { last_time: localStamp(ms) } },
    group_info: [node(asset)],
  }
}

export const usb = (asset: Asset, ms: number, device: string, action: string) => ({
  syslog_topic: 'external_device_alarm',
  guid: guidOf('u', asset.terminal.host, ms),
  client_id: clientId(asset),
  name: device,
  alarm_time: localStamp(ms),
  client_info: { ...clientInfo(asset, ms), action },
  group_info: [node(asset)],
})

/** `result` 0 = complies, 1 = fails. `days`: since when it fails. */
export const baseline = (asset: Asset, ms: number, op: string, failed: boolean, days = 0) => ({
  syslog_topic: 'baseline_check_result',
  guid: guidOf('b', asset.terminal.host, op, ms),
  client_id: clientId(asset),
  op,
  result: failed ? '1' : '0',
  check_time: localStamp(ms),
  ...(failed ? { missing_days: days } : {}),
  client_info: clientInfo(asset, ms),
  group_info: [node(asset)],
})

export const firewall = (asset: Asset, ms: number, from: string) => ({
  syslog_topic: 'firewall',
  guid: guidOf('f', asset.terminal.host, ms),
  client_id: clientId(asset),
  src_ip: from,
  dst_ip: asset.terminal.ip,
  intercept_time: localStamp(ms),
  client_info: clientInfo(asset, ms),
  group_info: node(asset),
})

export const systemProtection = (asset: Asset, ms: number) => ({
  syslog_topic: 'system_protection_log',
  guid: guidOf('p', asset.terminal.host, ms),
  client_id: clientId(asset),
  event_time: localStamp(ms),
  result: '0',
  client_info: clientInfo(asset, ms),
  group_info: node(asset),
})

export const attack = (asset: Asset, ms: number, kind: string) => ({
  syslog_topic: 'attack_protection_log',
  guid: guidOf('a', asset.terminal.host, kind, ms),
  client_id: clientId(asset),
  attack_type: kind,
  attack_time: localStamp(ms),
  client_info: clientInfo(asset, ms),
  group_info: node(asset),
})

export const edrAlert = (asset: Asset, ms: number, name: string) => ({
  type: 'edr_alert',
  alert_id: guidOf('e', asset.terminal.host, name, ms),
  alert_name: { zh_CN: name },
  technique: 'T1059',
  tactic: 'execution',
  severity: '3',
  status: '0',
  rule_id: 'R-1059',
  create_time: seconds(ms),
  computer_name: asset.terminal.host,
  ip: asset.terminal.ip,
  mac: asset.terminal.mac,
  client_id: clientId(asset),
  asset_id: hex(`asset/${asset.terminal.host}`, 16),
  client_info: clientInfo(asset, ms),
})

export const remoteAssist = (asset: Asset, ms: number) => ({
  syslog_topic: 'remote_assistance_log',
  guid: guidOf('r', asset.terminal.host, ms),
  client_id: clientId(asset),
  create_time: seconds(ms),
  report_time: seconds(ms),
  client_info: { ...clientInfo(asset, ms), action: '接受' },
  group_info: node(asset),
})

export const consoleAudit = (ms: number, path: string, kind: string) => ({
  create_time: seconds(ms),
  client_ip: '10.8.0.5',
  operator: '1001',
  operator_name: '安全管理员',
  path,
  entity_id: `p-${hash32(path) % 90}`,
  status: '0',
  op_level: '2',
  op_type: kind,
})

/** 资产汇总: the regular sign of life; `state` 0 = the console lost sight of the client. */
export const summary = (asset: Asset, ms: number, state: '0' | '1', signatureMs: number) => ({
  syslog_topic: 'information_gathering_client_summary_result',
  guid: guidOf('i', asset.terminal.host, ms),
  client_id: clientId(asset),
  report_time: seconds(ms),
  virus_db_version: localStamp(signatureMs).slice(0, 10),
  virus_db_time: localStamp(signatureMs),
  client_info: {
    ...clientInfo(asset, ms, state),
    memory_size: 16384,
    core_number: 8,
    online_info: { last_time: localStamp(ms) },
  },
  group_info: [node(asset)],
})

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** RFC 3164 as the console writes it: local time, day padded with a space. */
export function syslogLine(ms: number, body: unknown): string {
  const stamp = localStamp(ms)
  const day = String(Number(stamp.slice(8, 10))).padStart(2, ' ')
  return `<134>${MONTHS[Number(stamp.slice(5, 7)) - 1]} ${day} ${stamp.slice(11)} tq-mgr tianqing: ${JSON.stringify(body)}`
}
