import { z } from 'zod'
import { Count, Freshness } from './common.ts'

export const COLOURS = ['red', 'orange', 'yellow', 'green'] as const
export const Colour = z.enum(COLOURS)
export type Colour = z.infer<typeof Colour>
export const COLOUR_WORDS: Record<Colour, string> = { red: '末日', orange: '临近', yellow: '提醒', green: '正常' }

/** Panel `flow` 流程节点. Departments keep their fixed order, never sorted by count. */
export const FlowPanel = z.object({
  freshness: Freshness,
  open: Count,
  byColour: z.record(Colour, Count),
  /** 超期羁押, its own figure, never merged. */
  overDetention: Count,
  departments: z.array(z.object({ name: z.string(), byColour: z.record(Colour, z.int()) })),
  /** By the limit that runs (审查逮捕, 补充侦查 …), in the order of clocks.yaml; those with no open case are left out. */
  nodes: z.array(z.object({ name: z.string(), byColour: z.record(Colour, z.int()) })).optional(),
  /** Next due, in custody first; at most 12. `days` = legal days left (0 = today, negative = overdue). */
  next: z.array(
    z.object({
      caseNo: z.string(),
      kind: z.string(),
      custody: z.boolean(),
      colour: Colour,
      days: z.int(),
      due: z.string(),
      /** Which limit it is; null = the export's. */
      node: z.string().nullable().optional(),
      provisional: z.boolean().optional(),
    }),
  ),
  coloured: z.int(),
  provisional: z.int(),
  /** Our own day and the export's are not the same. */
  differs: z.int().optional(),
  /** 流程监控: findings that are not settled, and written notices past their day. */
  monitoring: z.object({ open: z.int(), overdue: z.int() }).optional(),
})
export type FlowPanel = z.infer<typeof FlowPanel>

/** Panel `due-calendar` 两周到期 (32:9): one square a case. */
export const DueCalendarPanel = z.object({
  freshness: Freshness,
  days: z.array(
    z.object({ date: z.string(), weekday: z.string(), workday: z.boolean(), custody: z.int(), free: z.int() }),
  ),
})
export type DueCalendarPanel = z.infer<typeof DueCalendarPanel>

/** Panel `case-trend` 受理与办结 (32:9): 12 months. */
export const CaseTrendPanel = z.object({
  freshness: Freshness,
  months: z.array(z.object({ month: z.string(), accepted: z.int(), closed: z.int() })),
})
export type CaseTrendPanel = z.infer<typeof CaseTrendPanel>

/** Panel `structure` 四大检察结构比 (32:9): last 12 months against the 12 before. */
export const StructurePanel = z.object({
  freshness: Freshness,
  parts: z.array(z.object({ name: z.string(), percent: Count, before: Count })),
})
export type StructurePanel = z.infer<typeof StructurePanel>
