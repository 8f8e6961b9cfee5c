import { z } from 'zod'
import { StageId } from '../http/reviews.ts'
import { Count, Freshness } from './common.ts'

/** Panel `review` 评查进度: five stages with what waits in them and what is past its day. No coverage, no persons. */
export const ReviewPanel = z.object({
  freshness: Freshness,
  /** In the five stages together. */
  open: z.int(),
  stages: z.array(z.object({ id: StageId, name: z.string(), count: z.int(), overdue: z.int() })).length(5),
  /** Put right this year, and in the performance file this year. */
  rectified: Count,
  archived: Count,
})
export type ReviewPanel = z.infer<typeof ReviewPanel>

/** Panel `review-grades` 评查等次与问题 (32:9): grades and kinds of problems of this year, never by person or department. */
export const ReviewGradesPanel = z.object({
  freshness: Freshness,
  /** Reviews decided this year. */
  decided: z.int(),
  /** Best first; a grade of an earlier text stands last and only when it was given. */
  grades: z.array(z.object({ name: z.string(), count: z.int() })),
  /** Most frequent first, at most eight; the rest is summed up as 其他. */
  problems: z.array(z.object({ name: z.string(), count: z.int() })),
})
export type ReviewGradesPanel = z.infer<typeof ReviewGradesPanel>
