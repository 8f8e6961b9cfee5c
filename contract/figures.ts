import { z } from 'zod'

/**
 * `ok` within its deadline · `stale` past it · `unknown` never measured (shown as –, never as 0) · `broken` the
 * source answered something unusable.
 */
export const FigureState = z.enum(['ok', 'stale', 'unknown', 'broken'])
export type FigureState = z.infer<typeof FigureState>

/** A figure with its birth certificate: what the wall shows and how it came about. */
export const Figure = z.object({
  name: z.string(),
  title: z.string(),
  value: z.number().nullable(),
  unit: z.string(),
  /** When the source last confirmed it; null = never. */
  at: z.iso.datetime({ offset: true }).nullable(),
  /** Seconds after `at` at which it counts as stale. */
  staleAfter: z.number(),
  state: FigureState,
  source: z.string(),
  formula: z.string(),
  /** The rows that were counted, at most 1000, as flat records fit for a table. */
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
})
export type Figure = z.infer<typeof Figure>
