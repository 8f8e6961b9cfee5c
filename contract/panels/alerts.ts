import { z } from 'zod'
import { DOMAINS } from '../domains.ts'
import { Severity } from '../severity.ts'
import { Freshness } from './common.ts'

/** IEC 62682 states. */
export const ALERT_STATES = ['unacknowledged', 'acknowledged', 'returned-unacknowledged', 'normal'] as const
export const AlertState = z.enum(ALERT_STATES)
export type AlertState = z.infer<typeof AlertState>
export const ALERT_STATE_WORDS: Record<AlertState, string> = {
  unacknowledged: '未确认',
  acknowledged: '已确认',
  'returned-unacknowledged': '已恢复待确认',
  normal: '正常',
}

/** How far people have come with it. */
export const ALERT_STEPS = ['new', 'acknowledged', 'dispatched', 'handling', 'resolved', 'closed'] as const
export const AlertStep = z.enum(ALERT_STEPS)
export type AlertStep = z.infer<typeof AlertStep>
export const ALERT_STEP_WORDS: Record<AlertStep, string> = {
  new: '新建',
  acknowledged: '已确认',
  dispatched: '已派遣',
  handling: '处置中',
  resolved: '已解决',
  closed: '已关闭',
}

/** One alert = one cause. Times are epoch ms. */
export const AlertItem = z.object({
  id: z.string(),
  /** Grows by one with each change: the newer one wins. */
  version: z.int(),
  cause: z.string(),
  severity: Severity,
  state: AlertState,
  step: AlertStep,
  domain: z.enum(DOMAINS),
  object: z.string().nullable(),
  title: z.string(),
  /** One line: why it is an alert. */
  why: z.string(),
  /** How many occurrences were merged into it. */
  count: z.int(),
  firstAt: z.int(),
  lastAt: z.int(),
  /** A post (岗), never a person's name; null = nobody yet. */
  owner: z.string().nullable(),
  /** When it climbs to the next rung of the ladder unless somebody acts; null = no more rungs. */
  escalatesAt: z.int().nullable(),
  returnedAt: z.int().nullable(),
  /** Silenced until then, with reason in the detail. */
  silencedUntil: z.int().nullable(),
  demo: z.boolean(),
  /** A fire drill: painted and worked like any other, counted nowhere. */
  drill: z.boolean().optional(),
  /** What to do next, with phone; shown in the pinned card. */
  next: z.string().nullable(),
  /** Cross view for the pinned card: label → words (门 / 终端 / 值守). */
  facts: z.array(z.object({ label: z.string(), text: z.string() })),
})
export type AlertItem = z.infer<typeof AlertItem>

/** 超期羁押 stands before everything else, whatever its age: 0 = first, 1 = the others. */
export const standing = ({ cause = '' }: { cause?: string }): 0 | 1 =>
  cause.startsWith('case.over-detention:') ? 0 : 1

/** Panel `alerts`. `items`: all that are not closed, in the order of visual.md section 5, at most 200. */
export const AlertsPanel = z.object({
  freshness: Freshness,
  items: z.array(AlertItem),
  counts: z.object({
    unacknowledged: z.int(),
    acknowledged: z.int(),
    returned: z.int(),
    /** Became normal today. */
    normalToday: z.int(),
    /** Open ones by severity, the items beyond the first 200 included. */
    bySeverity: z.record(Severity, z.int()),
  }),
  /** Occurrences and cards of what is open: 归并 11 → 6. */
  merged: z.object({ occurrences: z.int(), cards: z.int() }),
  /** Latest alert that was born before this was read; the numbers above count it, shown or not. */
  newest: z.string().nullable().optional(),
  lastClosed: z
    .object({ title: z.string(), disposal: z.string(), owner: z.string().nullable(), tookS: z.number() })
    .nullable(),
})
export type AlertsPanel = z.infer<typeof AlertsPanel>

/** Panel `alert-load` (32:9): per 10 minutes. */
export const AlertLoadPanel = z.object({
  freshness: Freshness,
  buckets: z.array(z.object({ at: z.int(), count: z.int() })),
  limitPerBucket: z.number(),
  standing: z.int(),
  meanAckS: z.number().nullable(),
  meanHandleS: z.number().nullable(),
})
export type AlertLoadPanel = z.infer<typeof AlertLoadPanel>
