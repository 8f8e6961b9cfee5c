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
