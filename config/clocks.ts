import { z } from 'zod'
import type { ConfigIssue, Located } from './load.ts'
import type { DeadlineRules, FlowRules } from './schema.ts'

/** rules/clocks.yaml: which limit of deadlines.yaml runs for which case, and what a node of the export says of it. */

const text = z.string().min(1)
const texts = z.array(text).min(1)

/** Acts that a node can tell of; 改变管辖 and the rest are registered at the desk. */
export const NODE_ACTS = ['extend', 'suspend', 'resume', 'return', 'resubmit', 'pause'] as const

export const CaseClock = z.strictObject({
  /** What the clock is called; one of a name runs at a time in a case. */
  name: text.max(40),
  rule: text,
  kinds: texts,
  /** Only for persons in custody, or only for the others. */
  custody: z.boolean().optional(),
  /** The export's case type or node contains one of these. */
  match: z.array(text).default([]),
  /** Runs only while the current node is one of these; empty = until the case is concluded. */
  while: z.array(text).default([]),
  /** `accepted`: the day of acceptance; `return`: the day of the last 退回补充侦查. */
  from: z.enum(['accepted', 'return']).default('accepted'),
  /** The limit of the case itself: it colours the case and is compared with the day that the export names. */
  main: z.boolean().default(false),
})
export type CaseClock = z.output<typeof CaseClock>

export const ClockRules = z.strictObject({
  version: text,
  effective_from: z.iso.date(),
  legal_basis: text,
  /** First match wins. */
  nodes: z.array(z.strictObject({ act: z.enum(NODE_ACTS), match: texts })),
  /** For each name the first that fits. */
  clocks: z.array(CaseClock).min(1),
})
export type ClockRules = z.output<typeof ClockRules>

export function checkClocks(files: {
  clocks: Located<ClockRules>
  deadlines: Located<DeadlineRules>
  flow: Located<FlowRules>
}): ConfigIssue[] {
  const { clocks, deadlines, flow } = files
  const rules = new Set(deadlines.value.rules.map(({ id }) => id))
  const kinds = new Set(flow.value.types.map(({ kind }) => kind))
  return clocks.value.clocks.flatMap((clock, at) => {
    const complain = (key: string, message: string): ConfigIssue => ({
      file: clocks.file,
      line: clocks.lineOf(['clocks', at, key]),
      path: `clocks.${at}.${key}`,
      message,
    })
    return [
      ...(rules.has(clock.rule) ? [] : [complain('rule', `deadlines.yaml 里没有规则 “${clock.rule}”`)]),
      ...clock.kinds
        .filter((kind) => !kinds.has(kind))
        .map((kind) => complain('kinds', `flow.yaml 里没有类别 “${kind}”`)),
    ]
  })
}
