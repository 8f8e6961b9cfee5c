import { z } from 'zod'
import { PetitionColour } from '../http/petitions.ts'
import { Freshness } from './common.ts'

/** Panels of 五色预警. Numbers of matters only: no names, no titles (the wall is seen by visitors). */

const Limit = z.object({
  id: z.enum(['procedural', 'substantive', 'monthly']),
  name: z.string(),
  /** Running ones. */
  open: z.int(),
  /** Last day within a week for three months and monthly, within 2 days for 7 days. */
  soon: z.int(),
  overdue: z.int(),
  /** The next last day; null when none runs. */
  next: z.iso.date().nullable(),
})

/** Panel `petition` 五色预警. */
export const PetitionPanel = z.object({
  freshness: Freshness,
  open: z.int(),
  /** Registered and not yet assessed. */
  unassessed: z.int(),
  /** Red first. `up`, `down`: came to this colour today by a rise or a fall. */
  colours: z
    .array(
      z.object({
        colour: PetitionColour,
        name: z.string(),
        grade: z.string(),
        count: z.int(),
        up: z.int(),
        down: z.int(),
      }),
    )
    .length(5),
  limits: z.array(Limit),
  today: z.object({ up: z.int(), down: z.int(), registered: z.int(), closed: z.int() }),
  week: z.object({ up: z.int(), down: z.int() }),
  /** The nearest clocks, at most 3. */
  nextDue: z.array(
    z.object({
      no: z.string(),
      colour: PetitionColour.nullable(),
      what: z.string(),
      due: z.iso.date(),
      daysLeft: z.int(),
      overdue: z.boolean(),
    }),
  ),
})
export type PetitionPanel = z.infer<typeof PetitionPanel>

/** Panel `petition-changes` 五色变动 (32:9): last 14 days, oldest first; last moves, newest first (≤ 5). */
export const PetitionChangesPanel = z.object({
  freshness: Freshness,
  days: z.array(z.object({ date: z.iso.date(), up: z.int(), down: z.int(), registered: z.int(), closed: z.int() })),
  recent: z.array(
    z.object({
      no: z.string(),
      at: z.int(),
      from: PetitionColour.nullable(),
      to: PetitionColour.nullable(),
      direction: z.enum(['first', 'up', 'down', 'closed']),
    }),
  ),
})
export type PetitionChangesPanel = z.infer<typeof PetitionChangesPanel>

/** Panel `petition-limits` 信访时限 (32:9). */
export const PetitionLimitsPanel = z.object({
  freshness: Freshness,
  limits: z.array(Limit.extend({ doneThisYear: z.int(), onTime: z.int(), onTimeRate: z.number().nullable() })),
  firstAction: z.object({ open: z.int(), overdue: z.int() }),
  review: z.object({ open: z.int(), overdue: z.int() }),
  revisit: z.object({ open: z.int(), overdue: z.int() }),
})
export type PetitionLimitsPanel = z.infer<typeof PetitionLimitsPanel>
