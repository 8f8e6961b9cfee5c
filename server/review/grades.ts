import { z } from 'zod'
import type { ReviewRules } from '../../config/schema.ts'
import { GRADES, type Grade } from '../../contract/http/reviews.ts'
import type { ReviewGradesPanel } from '../../contract/panels/review.ts'
import { gradesOn } from './rules.ts'

/** 评查等次与问题: the structure of what was found, never by person or department. Pure. */

const Found = z.object({
  problems: z.array(z.object({ item: z.string() })).default([]),
  veto: z.array(z.string()).default([]),
})
const SHOWN = 8

/** What an item of the score card or a veto is called; words that the rules do not know are 其他. */
export const itemName =
  ({ card, veto }: Pick<ReviewRules, 'card' | 'veto'>) =>
  (id: string): string =>
    [...card, ...veto].find((one) => one.id === id)?.name ?? '其他'

/** @param bodies JSON of the evaluations of this year; @param today `YYYY-MM-DD` */
export function gradesAndProblems(
  rules: ReviewRules,
  given: readonly { grade: Grade; count: number }[],
  bodies: readonly string[],
  today: string,
): Omit<ReviewGradesPanel, 'freshness'> {
  const current = gradesOn(rules, today)
  const countOf = (id: Grade) => given.find(({ grade }) => grade === id)?.count ?? 0
  const earlier = given.flatMap(({ grade }) => (current.includes(grade) ? [] : [grade]))
  return {
    decided: given.reduce((sum, { count }) => sum + count, 0),
    grades: [...current, ...earlier].map((id) => ({ name: GRADES[id], count: countOf(id) })),
    problems: problemsOf(rules, bodies),
  }
}

function problemsOf(rules: ReviewRules, bodies: readonly string[]): { name: string; count: number }[] {
  const name = itemName(rules)
  const counts = new Map<string, number>()
  for (const body of bodies) {
    const found = Found.parse(JSON.parse(body))
    for (const id of [...found.problems.map(({ item }) => item), ...found.veto])
      counts.set(name(id), (counts.get(name(id)) ?? 0) + 1)
  }
  const other = counts.get('其他') ?? 0
  counts.delete('其他')
  const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([one, count]) => ({ name: one, count }))
  const rest = other + sorted.slice(SHOWN - 1).reduce((sum, { count }) => sum + count, 0)
  const fits = sorted.length + (other > 0 ? 1 : 0) <= SHOWN
  if (fits) return other > 0 ? [...sorted, { name: '其他', count: other }] : sorted
  return [...sorted.slice(0, SHOWN - 1), { name: '其他', count: rest }]
}
