import type { PetitionAct, PetitionStage } from '../../../contract/http/petitions.ts'

/** Words of the matters' desk. */
export const ACT_NAMES: Readonly<Record<PetitionAct, string>> = {
  assess: '研判定色',
  warn: '预警推送',
  assign: '交办',
  resolve: '化解',
  feedback: '反馈',
  downgrade: '提请降级',
  close: '提请销号',
  revisit: '回访',
  reopen: '重新启动',
  archive: '归档',
  reply: '登记答复',
  send: '推送外单位',
  attempt: '联系未果',
  exempt: '免予答复',
}
/** What goes with each act: what it does, and what it asks for. */
export const ACT_NOTES: Readonly<Record<PetitionAct, string>> = {
  assess: '对事项打分，不对人打分；升级即时生效，降级另须批准',
  warn: '按级别报告，可同时推送外单位',
  assign: '包案领导、承办人与化解方案；也用于改派',
  resolve: '记一项措施及结果',
  feedback: '向信访人说明结果',
  downgrade: '一次降一级，须附证据，由上一级批准',
  close: '须附息诉罢访承诺或送达材料，由领导批准',
  revisit: '销号后逐次回访，不稳定的可重新启动',
  reopen: '事项反复，回到研判',
  archive: '回访全部完成之后',
  reply: '程序回复、结果或进展答复、按月反馈',
  send: '移交、通报或召集联席会议，待对方回执',
  attempt: '登记一次联系不上',
  exempt: '匿名、联系方式有误、多次联系未果',
}
/** Acts in the order of the flow, then those that are possible at any time. */
export const ACT_ORDER = Object.keys(ACT_NAMES) as PetitionAct[]
/** The act that the step which is due asks for. */
export const ACT_OF_STAGE: Readonly<Partial<Record<PetitionStage, PetitionAct>>> = {
  assess: 'assess',
  warn: 'warn',
  assign: 'assign',
  resolve: 'resolve',
  feedback: 'feedback',
  close: 'close',
  revisit: 'revisit',
  archive: 'archive',
}
/** Phrases for the text, one press each. */
export const PHRASES: Readonly<Partial<Record<PetitionAct, readonly string[]>>> = {
  assess: ['初次研判', '出现新情况，重新研判', '按周期研判，情况无变化'],
  warn: ['已按级别报告，请做好应对准备'],
  assign: ['限期拿出化解方案，首办负责到底'],
  resolve: ['当面释法说理', '组织调解', '召开听证会'],
  feedback: ['已当面答复，信访人表示理解'],
  downgrade: ['矛盾缓和，措施落实，提请降一级'],
  close: ['信访人已签息诉罢访承诺书'],
  revisit: ['电话回访，情况稳定'],
  archive: ['材料齐全，归档'],
  attempt: ['电话无人接听'],
}
export const EXEMPT_GROUNDS = {
  anonymous: '匿名',
  'no-contact': '联系方式缺失或有误',
  unreachable: '多次联系未果',
} as const
