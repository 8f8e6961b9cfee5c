import { type ActionId, type DocumentState, STEPS, type StepId } from '../../../contract/http/disclosure.ts'

/** Words of the publication's desk. */
export const ACTION_WORDS: Readonly<Record<string, string>> = {
  submit: '提交',
  'submit.publish': '提交公开',
  'submit.exclude': '提交，建议不公开',
  'review.publish': '审核：公开',
  'review.exclude': '审核：不公开',
  'review.return': '审核：退回',
  mask: '改动屏蔽',
  export: '导出副本',
  'recheck.passed': '复核通过',
  'recheck.failed': '复核退回',
  publish: '发布',
  withdraw: '撤回',
  reopen: '更正，重新审核',
}
export const FORM_TITLES: Readonly<Record<Exclude<ActionId, 'mask'>, string>> = {
  review: '审核',
  export: '导出副本',
  recheck: '复核',
  publish: '发布',
  withdraw: '撤回',
  reopen: '更正后重新审核',
}
/** Phrases for the reason, one press each. */
export const PHRASES: Readonly<Partial<Record<ActionId, readonly string[]>>> = {
  review: ['符合公开范围，同意公开', '材料不全，退回补充'],
  recheck: ['逐段对照，屏蔽完整，同意发布', '有应屏蔽未屏蔽之处，退回'],
  withdraw: ['当事人提出异议，先行撤回核实', '发现内容有误，立即撤回'],
  reopen: ['核实后更正，重新审核'],
}

export const STEP_IDS = Object.keys(STEPS) as StepId[]
/** How far a document has come: number of steps that are behind it. */
export function stepsDone(state: DocumentState): number {
  const at = (STEP_IDS as readonly DocumentState[]).indexOf(state)
  return at >= 0 ? at : state === 'published' || state === 'withdrawn' ? STEP_IDS.length : 0
}
