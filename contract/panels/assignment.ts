import { z } from 'zod'
import { Count, Freshness } from './common.ts'

/** Panel `draw` 随机分案. Load spread is anonymous: dots without names, in no order that names anybody. */
export const DrawPanel = z.object({
  freshness: Freshness,
  chainSeq: z.int(),
  yearTotal: z.int(),
  random: z.int(),
  designated: z.int(),
  randomShare: Count,
  byReason: z.array(z.object({ reason: z.string(), count: z.int() })),
  /** Load ÷ mean load of each member that takes part, percent. */
  spread: z.array(z.int()),
  heaviestToLightest: Count,
  fairness: z.object({ sentence: z.string(), p: z.number().nullable(), ok: z.boolean() }),
  latest: z.array(z.object({ at: z.int(), caseNo: z.string(), hash: z.string() })),
  open: z.int(),
})
export type DrawPanel = z.infer<typeof DrawPanel>

/** Panel `fairness` 公平性检验 (32:9): by position in the list, never by person. */
export const FairnessPanel = z.object({
  freshness: Freshness,
  draws: z.int(),
  positions: z.array(z.object({ position: z.int(), observed: z.int(), expected: z.number() })),
  tests: z.array(z.object({ name: z.string(), word: z.string(), p: z.number().nullable(), ok: z.boolean() })),
  smallPools: z.int(),
})
export type FairnessPanel = z.infer<typeof FairnessPanel>
