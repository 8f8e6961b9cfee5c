import type { Domain } from '../../contract/domains.ts'
import type { AlertState, AlertStep } from '../../contract/panels/alerts.ts'
import type { Severity } from '../../contract/severity.ts'

/** Why an alert changed: the closed list that history, log and tests use. */
export const CHANGE_REASONS = {
  first: '新建',
  repeated: '再次触发，归并到本条',
  'late-repeated': '较早的一次触发，补记到本条',
  retriggered: '恢复后再次触发，确认失效，重新提醒',
  worsened: '级别升高，确认失效，重新提醒',
  updated: '数值变化',
  gathered: '集中触发，归并到本卡',
  cleared: '原因消除',
  acknowledged: '确认',
  assigned: '认领',
  dispatched: '派遣',
  handling: '开始处置',
  resolved: '解决',
  closed: '关闭',
  superseded: '超出归并时限再次触发，本条关闭，另立新条',
  archived: '已恢复且已确认，交接班时自动关闭',
  escalated: '无人确认，升级',
  silenced: '静默',
  'silence-ended': '静默结束',
  filed: '补传数据归档，未作实时告警',
  'drill-ended': '演练结束，撤销',
} as const
export type ChangeReason = keyof typeof CHANGE_REASONS

/** Why an input was refused, with the sentence a person reads. */
export const REFUSED = {
  'already-acknowledged': '此告警已确认，不必重复确认',
  'already-closed': '此告警已关闭',
  'not-acknowledged': '请先确认再继续',
  'reason-missing': '请填写原因',
  'owner-missing': '请写明归属岗位',
  'disposal-missing': '请写明处置结果',
  'already-handling': '此告警已在处置或已解决',
  'already-resolved': '此告警已解决',
  'not-active': '原因已经消除',
  'older-than-state': '早于当前状态，不改变它',
  'not-due': '未到升级时限',
  'no-change': '没有变化',
  'not-returned': '原因还没有消除',
} as const
export type RefusedReason = keyof typeof REFUSED

/** What the life-cycle machine works on. Times are epoch ms. */
export interface AlertCore {
  /** Grows by one with each change; equals the number of its history entries. */
  version: number
  severity: Severity
  state: AlertState
  step: AlertStep
  count: number
  firstAt: number
  lastAt: number
  /** An event or its feature can take the cause away. */
  clearable: boolean
  returnedAt: number | null
  /** A post, never a person. */
  owner: string | null
  /** Server time since which nobody has acknowledged. */
  unackSince: number
  /** Rungs of the ladder already climbed. */
  rung: number
  escalatesAt: number | null
  escalatedTo: string | null
  escalatedAt: number | null
  ackedAt: number | null
  ackReason: string | null
  resolvedAt: number | null
  disposal: string | null
  closedAt: number | null
  normalAt: number | null
  silencedUntil: number | null
}

/**
 * `card` shown · `storm` gathers many causes of one rule · `filed` late data, never live · `hidden` the self-test ·
 * `drill` shown like a card and counted nowhere.
 */
export type AlertKind = 'card' | 'storm' | 'filed' | 'hidden' | 'drill'

export interface Alert extends AlertCore {
  id: string
  /** Day and number as one sortable integer. */
  ord: number
  kind: AlertKind
  cause: string
  rule: string
  ruleVersion: string
  domain: Domain
  object: string | null
  title: string
  why: string
  next: string | null
  facts: readonly { label: string; text: string }[]
  demo: boolean
  createdAt: number
}

/** A person who acts, as history keeps it. */
export interface Actor {
  post: string
  username: string
}

/** One line of the append-only history. */
export interface Entry {
  alertId: string
  version: number
  /** Server time. */
  at: number
  /** When it happened at the source; differs from `at` for events. */
  happenedAt: number
  reason: ChangeReason
  text: string
  post: string | null
  username: string | null
  state: AlertState
  step: AlertStep
  severity: Severity
  count: number
  eventId: string | null
}

/** An event that shows the cause, fixed by its hash. */
export interface Evidence {
  eventId: string
  type: string | null
  observedMs: number
  /** SHA-256 hex over the event's canonical JSON; null when the event was not at hand. */
  sha256: string | null
  excerpt: string | null
}
