import { FINDING_STAGE_IDS, MONITORING_GROUP_IDS } from '../../../contract/monitoring.ts'

/** What the list shows, all of it in the address: `?view=noticed&group=RIGHTS&overdue=true`. */
export const VIEWS = {
  open: '未了结',
  mine: '待我答复',
  found: '待处理',
  reminded: '已提示',
  noticed: '待答复',
  answered: '待审核',
  raised: '已升级',
  closed: '已了结',
} as const
export type View = keyof typeof VIEWS
export const isView = (text: unknown): text is View => typeof text === 'string' && text in VIEWS

const STAGES_OF: Readonly<Record<View, string>> = {
  open: 'open',
  mine: 'reminded,verbal,noticed,head,deputy',
  found: 'found',
  reminded: 'reminded,verbal',
  noticed: 'noticed',
  answered: 'answered',
  raised: 'head,deputy',
  closed: 'corrected,dismissed,handed-over,recorded',
}
export interface Filters {
  view: View
  group: string
  overdue: boolean
}
/** Pure: the address → what is asked for. An unknown word is as if it were not there. */
export function filtersOf(query: Readonly<Record<string, unknown>>, first: View): Filters {
  const group = (MONITORING_GROUP_IDS as readonly unknown[]).includes(query.group) ? String(query.group) : ''
  return { view: isView(query.view) ? query.view : first, group, overdue: query.overdue === 'true' }
}
/** Pure: the query of the list behind the filters. */
export const queryOf = ({ view, group, overdue }: Filters) => ({
  stage: STAGES_OF[view],
  ...(view === 'mine' ? { mine: 'true' as const } : {}),
  ...(group === '' ? {} : { group }),
  ...(overdue ? { overdue: 'true' as const } : {}),
})
/** How many of all the views hold, from the counts by stage. */
export function countOf(view: View, stages: Readonly<Record<string, number>> | undefined): number | null {
  if (!stages || view === 'mine') return null
  const ends = STAGES_OF.closed.split(',')
  const wanted = view === 'open' ? FINDING_STAGE_IDS.filter((id) => !ends.includes(id)) : STAGES_OF[view].split(',')
  return wanted.reduce((sum, id) => sum + (stages[id] ?? 0), 0)
}
