import type { Stage } from '../../../contract/http/mediations.ts'

/** Words of the mediation desk. */
export const NOTE_WORDS: Readonly<Record<string, string>> = {
  apply: '登记申请',
  identify: '核验身份',
  link: '发放链接',
  enter: '进入调解页',
  locked: '链接锁定',
  consent: '同意调解',
  decline: '不同意调解',
  withdraw: '撤回同意',
  suitability: '适宜性审查',
  mediator: '选定调解员',
  challenge: '申请更换调解员',
  replace: '同意更换',
  keep: '不同意更换',
  schedule: '排期通知',
  rights: '确认权利告知',
  issues: '整理争点',
  propose: '提出方案',
  answer: '对方案表态',
  draft: '拟定协议',
  redraft: '退回修改',
  sign: '签名',
  agreed: '协议成立，本院签署',
  fail: '未达成',
  extend: '延长期限',
  confirm: '司法确认',
  duty: '履行回访',
  archive: '归档',
}
export const LINK_WORDS = {
  none: '未发放',
  waiting: '待进入',
  locked: '已锁定',
  expired: '已失效',
  open: '已进入',
} as const
/** The course of a mediation that comes to something. */
export const COURSE: readonly Stage[] = [
  'consent',
  'suitability',
  'mediator',
  'schedule',
  'rights',
  'session',
  'signing',
  'agreed',
  'archived',
]
/** How many steps are behind it; one that came to nothing shows none. */
export const stepsDone = (stage: Stage): number => Math.max(0, COURSE.indexOf(stage))

/** What the list can be narrowed to; in the address as `?stage=session`. */
export const VIEWS: readonly Stage[] = [
  'consent',
  'suitability',
  'schedule',
  'rights',
  'session',
  'signing',
  'agreed',
  'failed',
  'archived',
]
