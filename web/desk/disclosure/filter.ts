import { DocumentState, STATE_NAMES } from '../../../contract/http/disclosure.ts'

/** What the list shows, all of it in the address: `?view=recheck&overdue=true`. */
export const VIEWS = {
  all: '全部',
  review: '审核',
  export: '导出',
  recheck: '复核',
  publish: '发布',
  published: STATE_NAMES.published,
  withdrawn: STATE_NAMES.withdrawn,
  excluded: STATE_NAMES.excluded,
  returned: STATE_NAMES.returned,
} as const
export type View = keyof typeof VIEWS
export const isView = (text: unknown): text is View => typeof text === 'string' && text in VIEWS

/** Pure: the query of the list behind a view. */
export function queryOf(view: View, overdue: boolean) {
  const state = DocumentState.safeParse(view)
  return { ...(state.success ? { state: state.data } : {}), ...(overdue ? { overdue: 'true' as const } : {}) }
}
