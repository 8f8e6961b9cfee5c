import { z } from 'zod'

const factor = z
  .strictObject({
    name: z.string().min(1),
    /** Other words for it; the longest that stands in the text wins. */
    aliases: z.array(z.string().min(1)).default([]),
    layer: z.union([z.literal(1), z.literal(2)]),
    /** Percent, from the mildest to the strongest: −60 … −30, +10 … +40. */
    min: z.number().min(-100).max(100),
    max: z.number().min(-100).max(100),
    /** Least months that it adds, whatever the percent (累犯). */
    leastMonths: z.number().min(0).default(0),
    note: z.string().default(''),
  })
  .refine(({ min, max }) => min <= max, { path: ['max'], message: '上限小于下限' })

/** rules/sentencing.yaml: circumstances and their ranges; provinces refine them. */
export const SentencingRules = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  factors: z.array(factor).min(1),
  /** 认罪认罚 and what it already takes into account: never both. */
  noDouble: z.strictObject({ lead: z.string(), within: z.array(z.string()), combinedMin: z.number().min(-100).max(0) }),
  /** Under so many months fixed-term imprisonment does not begin (刑法 45): 拘役. */
  fixedTermFrom: z.number().positive().default(6),
  fixedTermTo: z.number().positive().default(180),
})
export type SentencingRules = z.output<typeof SentencingRules>
export type SentencingFactor = SentencingRules['factors'][number]
