import type { ReviewAct } from '../../../contract/http/reviews.ts'

/** What a form or an act is called on the desk. */
export const ACT_WORDS: Readonly<Record<ReviewAct, string>> = {
  'self-check': '填写自查表',
  'dept-check': '填写核查表',
  select: '选定评查',
  assign: '指派评查人',
  evaluate: '评查打分',
  answer: '回复评查意见',
  restudy: '复核意见',
  decide: '决定等次',
  rectify: '整改情况',
  confirm: '确认整改',
}
const FORM_WORDS: Readonly<Record<string, string>> = {
  'self-check': '个人自查表',
  'dept-check': '部门核查表',
  select: '选定评查',
  assign: '指派',
  evaluate: '评查意见',
  answer: '承办人回复',
  silence: '期满未回复',
  restudy: '复核意见',
  decide: '等次决定',
  rectify: '整改情况',
  confirm: '整改确认',
}
export const formWord = (kind: string): string => FORM_WORDS[kind] ?? kind

const ENTRY_WORDS: Readonly<Record<string, string>> = {
  opened: '开始检查',
  'sample.committed': '抽查名单已承诺',
  'sample.completed': '抽查完成',
}
/** `review.evaluate` → 评查意见. */
export const entryWord = (type: string): string =>
  ENTRY_WORDS[type] ?? ENTRY_WORDS[type.replace('review.', '')] ?? formWord(type.replace('review.', ''))

/** The phrases behind the keys 1–5. */
export const PHRASES: Readonly<Partial<Record<ReviewAct, readonly string[]>>> = {
  'self-check': [
    '经自查，事实、证据、程序、文书均无问题',
    '经自查，文书有瑕疵，已补正',
    '经自查，系统填录不全，已补录',
  ],
  'dept-check': ['经核查，同意自查意见', '经核查，须补充自查后再报', '经核查，文书须补正'],
  answer: ['同意评查意见', '对扣分有异议，理由如下：', '对等次有异议，理由如下：'],
  restudy: ['经复核，维持原评查意见', '经复核，建议变更等次，理由如下：'],
  confirm: ['整改到位，予以确认', '整改不到位，退回继续整改'],
  decide: ['同意评查意见', '同意复核意见'],
}
