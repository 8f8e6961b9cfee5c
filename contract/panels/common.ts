import { z } from 'zod'
import { Severity } from '../severity.ts'

/**
 * Whence a panel's data come and when its source last spoke. The age is counted in the browser from the server's clock;
 * past `staleAfterS` the panel is drawn stale. `at` null = never heard of.
 */
export const Freshness = z.object({
  source: z.string(),
  at: z.int().nullable(),
  staleAfterS: z.number(),
  /** `broken`: the source answers something unusable; `cause` says what and `retryAt` when it is tried again. */
  state: z.enum(['ok', 'broken']).default('ok'),
  cause: z.string().optional(),
  retryAt: z.int().nullable().optional(),
})
export type Freshness = z.infer<typeof Freshness>

/** A count that may be unknown: null is drawn as –, never as 0. */
/**
 * Sent in place of a panel's data when reading it failed: draw the broken state, keep the others. The wall shows
 * `cause` (a Chinese sentence), how long ago it was last read and when it is tried again. Epoch ms.
 */
export const BrokenPanel = z.object({
  broken: z.object({ cause: z.string(), lastOkAt: z.int().nullable(), retryAt: z.int() }),
})
export type BrokenPanel = z.infer<typeof BrokenPanel>

export const Count = z.number().nullable()
export const Millis = z.int()
export { Severity }
