import type { Domain } from './domains.ts'
import type { Severity } from './severity.ts'

/** Measurement families of protocols.md section 9 that events are filed under. */
export type Family =
  | 'terminal_event'
  | 'access_event'
  | 'door_event'
  | 'patrol_event'
  | 'case_event'
  | 'collector_event'
  | 'pipeline_event'

export interface EventType {
  family: Family
  /** Domain whose topics carry it; undefined = any (a collector speaks of itself). */
  domain?: Domain
  label: string
  severity: Severity
}

const family = (
  name: Family,
  domain: Domain | undefined,
  types: Record<string, [label: string, severity?: Severity]>,
): Record<string, EventType> =>
  Object.fromEntries(
    Object.entries(types).map(([type, [label, severity = 'info']]) => [
      type,
      { family: name, domain, label, severity },
    ]),
  )

/** Every event type that the server knows, with its Chinese label and default severity. */
export const EVENT_TYPES: Readonly<Record<string, EventType>> = {
  ...family('terminal_event', 'terminal', {
    'terminal.virus': ['病毒查杀', 'warning'],
    'terminal.scan': ['查杀任务'],
    'terminal.attack': ['攻击防护', 'warning'],
    'terminal.sysprotect': ['系统防护', 'notice'],
    'terminal.firewall': ['主机防火墙', 'notice'],
    'terminal.illegal_outreach': ['违规外联', 'critical'],
    'terminal.usb': ['外设使用', 'notice'],
    'terminal.wifi': ['无线网络', 'notice'],
    'terminal.baseline': ['基线检查'],
    'terminal.process': ['进程管理'],
    'terminal.power': ['能耗管理'],
    'terminal.remote_assist': ['远程协助', 'notice'],
    'terminal.inventory': ['资产汇总'],
    'terminal.edr_alert': ['EDR 告警', 'warning'],
    'terminal.policy_change': ['策略变更', 'notice'],
    'terminal.console_audit': ['控制台操作'],
    'terminal.online': ['终端上线'],
    'terminal.offline': ['终端离线'],
    'terminal.hardware_change': ['硬件变更', 'notice'],
    'terminal.patch_missing': ['补丁缺失', 'notice'],
    'terminal.engine': ['防护引擎状态'],
    'terminal.signature': ['病毒库更新'],
    'terminal.other': ['其他终端事件'],
  }),
  ...family('access_event', 'access', {
    'access.granted': ['通行'],
    'access.denied': ['拒绝通行', 'notice'],
    'access.remote_open': ['远程开门', 'notice'],
    'access.rex': ['出门按钮'],
    'access.duress': ['胁迫开门', 'critical'],
    'access.antipassback': ['反潜回', 'notice'],
    'access.other': ['其他门禁事件'],
  }),
  ...family('door_event', 'access', {
    'door.opened': ['门已开'],
    'door.closed': ['门已关'],
    'door.forced': ['强行开启', 'critical'],
    'door.held': ['超时未关', 'warning'],
    'door.held_cleared': ['超时恢复'],
    'door.tamper': ['设备防拆', 'warning'],
    'door.mode_changed': ['门模式变更', 'notice'],
    'door.tailgating_suspected': ['疑似尾随', 'notice'],
  }),
  ...family('patrol_event', 'patrol', {
    'patrol.checkin': ['巡查打点'],
    'patrol.missed': ['漏检', 'warning'],
    'patrol.round_started': ['巡查开始'],
    'patrol.round_closed': ['巡查结束'],
    'patrol.suspect': ['巡查存疑', 'notice'],
  }),
  ...family('case_event', 'case', {
    'case.accepted': ['受理'],
    'case.assigned': ['分案'],
    'case.node_changed': ['节点变更'],
    'case.handler_changed': ['变更承办人', 'notice'],
    'case.deadline_changed': ['期限变更', 'notice'],
    'case.deadline_warning': ['期限预警', 'warning'],
    'case.overdue': ['超期', 'critical'],
    'case.closed': ['办结'],
    'case.reopened': ['重新办理', 'notice'],
    'case.deleted': ['案件删除', 'notice'],
    'case.missing': ['导出中缺失', 'notice'],
    'case.restricted': ['限制查看'],
    'case.snapshot': ['案件快照'],
  }),
  ...family('collector_event', undefined, {
    'collector.status': ['采集器状态'],
    'collector.gap': ['采集缺口', 'warning'],
    'collector.serial_reset': ['设备流水号重置', 'notice'],
    'collector.auth_failed': ['设备认证失败', 'warning'],
    'collector.clock_skew': ['设备时钟偏差', 'notice'],
    'collector.schema_changed': ['来源格式变化', 'warning'],
    'collector.rejected': ['来源数据被拒', 'notice'],
  }),
  ...family('pipeline_event', 'infra', {
    'infra.selftest': ['告警通路自测'],
    'infra.drill': ['告警演练'],
    'infra.other': ['其他系统事件'],
  }),
}

/** `x.other` of the domain, where an unknown type is still kept; undefined where the domain has none. */
export const otherType = (domain: Domain): string | undefined =>
  ({ terminal: 'terminal.other', access: 'access.other', infra: 'infra.other', patrol: undefined, case: undefined })[
    domain
  ]
