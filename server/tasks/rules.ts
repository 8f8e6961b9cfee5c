import type { Urgency } from '../../contract/http/tasks.ts'

/** Pure rules of the task list: who sees a task, who may tick it off, in which order they stand. */

export interface Addressed {
  /** Person id of site.yaml. */
  person: string | null
  department: string | null
  role: string | null
}
/** The caller as the list knows him; `person` null = an account that stands for nobody of site.yaml. */
export interface Viewer {
  person: string | null
  /** Department id. */
  department: string | null
  roles: readonly string[]
  sees: 'all' | 'department' | 'own'
}

const isOwn = (task: Addressed, who: Viewer): boolean =>
  (task.person !== null && task.person === who.person) || (task.role !== null && who.roles.includes(task.role))
const isDepartments = (task: Addressed, who: Viewer): boolean =>
  who.sees === 'department' && task.department !== null && task.department === who.department

export const maySee = (task: Addressed, who: Viewer): boolean =>
  who.sees === 'all' || isOwn(task, who) || isDepartments(task, who)

/** Who sees everything watches, and does only what is addressed to him. */
export const mayDo = (task: Addressed, who: Viewer): boolean => isOwn(task, who) || isDepartments(task, who)

const RANK: Record<Urgency, number> = { 'over-detention': 0, custody: 1, ordinary: 2 }
/** Sorts as text: urgency, then the day; without a day last of its urgency. */
export const sortKey = (urgency: Urgency, due: string | null): string => `${RANK[urgency]}${due ?? '9999-12-31'}`
