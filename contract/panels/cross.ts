import { z } from 'zod'
import { Count, Freshness, Severity } from './common.ts'

/** Something at a moment of a lane; `word` and `severity` only where somebody must look. */
export const CrossMark = z.object({
  at: z.int(),
  word: z.string().nullable(),
  severity: Severity.nullable(),
})
export const CrossSpan = z.object({ from: z.int(), to: z.int(), label: z.string() })

export const CROSS_STATES = ['waiting', 'raised', 'cleared', 'fine', 'unknown'] as const
/** One case of one rule. Numbers of doors and machines, never a person. */
export const CrossFinding = z.object({
  id: z.string(),
  /** `终端在用无刷卡` … */
  title: z.string(),
  object: z.string(),
  place: z.string(),
  at: z.int(),
  state: z.enum(CROSS_STATES),
  severity: Severity,
  /** Why it is so, in words. */
  reason: z.string(),
  facts: z.array(z.object({ label: z.string(), text: z.string() })),
})
export type CrossFinding = z.infer<typeof CrossFinding>

/**
 * Panel `cross` 门 × 终端 × 值守 (32:9): three lanes over the last minutes of one place, that of the worst open case, else
 * the first of the rule file. `freshness`: the older of door and terminal sources.
 */
export const CrossPanel = z.object({
  freshness: Freshness,
  place: z.string().nullable(),
  from: z.int(),
  to: z.int(),
  /** Null: the door source is not alive, so that an empty lane would say something untrue. */
  doors: z.array(CrossMark).nullable(),
  terminals: z.object({ online: Count, total: z.int(), marks: z.array(CrossMark), note: z.string() }),
  duty: z.array(CrossSpan),
  /** One sentence that reads the three lanes together. */
  reading: z.string(),
  severity: Severity.nullable(),
  counts: z.object({ open: z.int(), waiting: z.int(), unknown: z.int(), today: z.int() }),
  findings: z.array(CrossFinding),
})
export type CrossPanel = z.infer<typeof CrossPanel>
