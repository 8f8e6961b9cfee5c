import { z } from 'zod'
import { Freshness } from './common.ts'

/** The eleven stages of 在线调解, told in five words on the wall. */
export const MEDIATION_STEPS = {
  admit: '受理审查',
  prepare: '选员排期',
  session: '调解',
  signing: '签署',
  follow: '履行回访',
} as const
export const MediationStepId = z.enum(
  Object.keys(MEDIATION_STEPS) as [keyof typeof MEDIATION_STEPS, ...(keyof typeof MEDIATION_STEPS)[]],
)
export type MediationStepId = z.infer<typeof MediationStepId>

/** Panel `mediation` 矛盾纠纷化解: what runs in each step, how this year's ended. Counts only: no names, no titles. */
export const MediationPanel = z.object({
  freshness: Freshness,
  /** In the five steps together. */
  open: z.int(),
  /** Of these: come from a petition matter. */
  fromPetitions: z.int(),
  /** Sessions that are held today and have not ended in an agreement or without one. */
  today: z.int(),
  /** `overdue`: past the limit of the mediation; in the last step past the day of a duty or of the confirmation. */
  steps: z.array(z.object({ id: MediationStepId, name: z.string(), count: z.int(), overdue: z.int() })).length(5),
  /** This year, by the day on which it ended. `rate`: agreed of agreed and failed, percent; null when there is none. */
  year: z.object({ agreed: z.int(), failed: z.int(), refused: z.int(), rate: z.number().nullable() }),
  /** Duties of this year's agreements. */
  duties: z.object({ done: z.int(), open: z.int(), breached: z.int() }),
})
export type MediationPanel = z.infer<typeof MediationPanel>
