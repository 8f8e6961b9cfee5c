import { StageId } from '../../../contract/http/reviews.ts'

/** What the list shows, all of it in the address: `?view=feedback&overdue=true&kind=key`. */
export const VIEWS = {
  mine: '待我办理',
  check: '检查',
  verify: '核查',
  review: '评查',
  feedback: '反馈',
  rectify: '整改',
  filed: '核查归档',
  archived: '业绩归档',
  all: '全部',
} as const
export type View = keyof typeof VIEWS
export const isView = (text: unknown): text is View => typeof text === 'string' && text in VIEWS

/** Pure: the query of the list behind a view. */
export function queryOf(view: View, overdue: boolean) {
  const stage = StageId.safeParse(view)
  return {
    ...(view === 'mine' ? { mine: 'true' as const } : {}),
    ...(stage.success ? { stage: stage.data } : {}),
    ...(view === 'filed' || view === 'archived' ? { step: view } : {}),
    ...(overdue ? { overdue: 'true' as const } : {}),
  }
}
