import { z } from 'zod'
import { StepId } from '../http/disclosure.ts'
import { Freshness } from './common.ts'

/** Panel `disclosure` 文书公开: four steps with what waits in them and what is past its day. No names, no titles. */
export const DisclosurePanel = z.object({
  freshness: Freshness,
  /** In the four steps together. */
  open: z.int(),
  steps: z.array(z.object({ id: StepId, name: z.string(), count: z.int(), overdue: z.int() })).length(4),
  /** This year. */
  published: z.int(),
  /** Sent back at the review or at the recheck. */
  returned: z.int(),
  withdrawn: z.int(),
  /** 不公开, by ground, in the order of the rule file. */
  excluded: z.array(z.object({ id: z.string(), name: z.string(), count: z.int() })),
})
export type DisclosurePanel = z.infer<typeof DisclosurePanel>
