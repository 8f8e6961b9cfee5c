import type { Stage } from '../../contract/http/mediations.ts'

/** The course in five words, for people who have never seen it. */
const COURSE: readonly { word: string; stages: readonly Stage[] }[] = [
  { word: '同意', stages: ['consent'] },
  { word: '审查与排期', stages: ['suitability', 'mediator', 'schedule'] },
  { word: '权利告知', stages: ['rights'] },
  { word: '调解', stages: ['session'] },
  { word: '签署', stages: ['signing'] },
]
export interface CourseStep {
  word: string
  state: 'done' | 'here' | 'ahead'
}
export function stepsOf(stage: Stage): CourseStep[] {
  const at = COURSE.findIndex(({ stages }) => stages.includes(stage))
  const agreed = stage === 'agreed' || stage === 'archived'
  return COURSE.map(({ word }, n) => ({ word, state: agreed || n < at ? 'done' : n === at ? 'here' : 'ahead' }))
}
export const WAITING: Readonly<Partial<Record<Stage, { title: string; note: string }>>> = {
  consent: { title: '您已答复，请等候其他各方', note: '各方都同意后，工作人员审查是否适宜调解。' },
  suitability: { title: '各方都已同意', note: '工作人员正在审查是否适宜在线调解，请等候。' },
  mediator: { title: '正在选定调解员', note: '选定后会在这里告诉您，您可以申请更换。' },
  schedule: { title: '正在安排时间', note: '确定后会在这里告诉您。' },
  rights: { title: '您已确认权利告知', note: '各方都确认后开始调解；现在可以先与调解员单独沟通。' },
  failed: { title: '调解已结束', note: '没有达成协议，您可以依法通过其他途径主张权利。' },
  closed: { title: '不予调解', note: '您可以依法通过其他途径主张权利。' },
  archived: { title: '已归档', note: '' },
}
