import type { AssignMember } from '../../../contract/http/assignment.ts'

export const AWAY_WORDS = { leave: '请假', 'task-force': '专案组', suspended: '暂停参与' } as const
export const awayWord = ({ away }: Pick<AssignMember, 'away'>): string => (away ? AWAY_WORDS[away] : '参与')
/** Thousandths of a standard case as cases with one decimal. */
export const cases = (thousandths: number): string => (thousandths / 1000).toFixed(1)
export const signed = (thousandths: number): string => `${thousandths < 0 ? '−' : '+'}${cases(Math.abs(thousandths))}`
/** Days as people say them: one day, or from–to. */
export const daysOf = ({ from, to }: { from: string; to: string }): string =>
  from === to ? from.slice(5) : `${from.slice(5)} 至 ${to.slice(5)}`
