import { z } from 'zod'
import { AlertState, AlertStep } from '../panels/alerts.ts'
import { Severity } from '../severity.ts'
import { PageQuery, page, route } from './route.ts'

/** 交接班: what one shift leaves to the next, frozen, signed by both, chained. */

export const HANDOVER_CHAIN = 'handover'
export const HANDOVER_STATES = { given: '待接班人签字', taken: '已交接', void: '作废' } as const
export type HandoverState = keyof typeof HANDOVER_STATES
export const HandoverState = z.enum(Object.keys(HANDOVER_STATES) as [HandoverState, ...HandoverState[]])

export const HandoverAlert = z.object({
  id: z.string(),
  severity: Severity,
  state: AlertState,
  step: AlertStep,
  title: z.string(),
  why: z.string(),
  owner: z.string().nullable(),
  firstAt: z.int(),
  count: z.int(),
})
export type HandoverAlert = z.infer<typeof HandoverAlert>

/** What the sheet says; frozen when the outgoing person signs. Times are epoch ms. */
export const HandoverSheet = z.object({
  unit: z.string(),
  demo: z.boolean(),
  from: z.string(),
  to: z.string(),
  /** When the shifts change. */
  boundary: z.int(),
  /** The instant of every number below. */
  at: z.int(),
  counts: z.object({ unacknowledged: z.int(), acknowledged: z.int(), returned: z.int() }),
  /** Not acknowledged yet. */
  open: z.array(HandoverAlert),
  /** Acknowledged and not closed. */
  pending: z.array(HandoverAlert),
  sourcesDown: z.array(z.object({ id: z.string(), name: z.string(), word: z.string(), lastOkAt: z.int().nullable() })),
  /** Drills of the shift: shown, in no number above. */
  drills: z.array(z.object({ id: z.string(), title: z.string(), result: z.string() })),
  /** Newest entry of every chain: who signs knows that what lies before can no longer be changed unseen. */
  heads: z.array(z.object({ chain: z.string(), name: z.string(), seq: z.int(), hash: z.string() })),
})
export type HandoverSheet = z.infer<typeof HandoverSheet>

export const HandoverPromise = z.strictObject({
  what: z.string().trim().min(2, '请写明承诺事项').max(200),
  /** A post. */
  who: z.string().trim().min(1, '请写明由谁办').max(40),
  due: z.string().trim().max(40).default(''),
})
export type HandoverPromise = z.output<typeof HandoverPromise>

export const HandoverSignature = z.object({
  name: z.string(),
  post: z.string(),
  username: z.string(),
  at: z.int(),
  /** Place in chain `handover` and hash of the entry. */
  seq: z.int(),
  hash: z.string(),
})
export const HandoverItem = z.object({
  id: z.string(),
  state: HandoverState,
  sheet: HandoverSheet,
  /** SHA-256 over the canonical JSON (RFC 8785) of sheet, notes and promises: what both have signed. */
  sha256: z.string(),
  notes: z.string(),
  promises: z.array(HandoverPromise),
  given: HandoverSignature,
  taken: HandoverSignature.extend({ note: z.string() }).nullable(),
  voidReason: z.string().nullable(),
  /** The caller may sign for the incoming shift. */
  mayTake: z.boolean(),
  mayVoid: z.boolean(),
})
export type HandoverItem = z.infer<typeof HandoverItem>

const tag = 'handover'
const params = z.object({ id: z.string().max(64) })
export const handoverRoutes = {
  now: route({
    id: 'handoverNow',
    method: 'GET',
    path: '/handovers/now',
    tag,
    permission: 'handover.read',
    summary: '此刻的交接班内容：未关闭告警、来源中断、各链链头，以及本次交接是否已签',
    answer: z.object({
      sheet: HandoverSheet,
      /** The sheet of this change of shift that has been signed, by one or both. */
      current: z.string().nullable(),
      state: HandoverState.nullable(),
      /** Epoch ms from when on an unsigned change is overdue. */
      overdueAt: z.int(),
      mayGive: z.boolean(),
    }),
  }),
  list: route({
    id: 'listHandovers',
    method: 'GET',
    path: '/handovers',
    tag,
    permission: 'handover.read',
    summary: '交接班记录，新的在前',
    query: PageQuery,
    answer: page(HandoverItem),
  }),
  one: route({
    id: 'handover',
    method: 'GET',
    path: '/handovers/{id}',
    tag,
    permission: 'handover.read',
    summary: '一份交接班表',
    params,
    answer: HandoverItem,
  }),
  give: route({
    id: 'giveHandover',
    method: 'POST',
    path: '/handovers',
    tag,
    permission: 'handover.write',
    summary: '交班：固定此刻内容并签字',
    status: 201,
    body: z.strictObject({
      notes: z.string().trim().max(2000).default(''),
      promises: z.array(HandoverPromise).max(20).default([]),
    }),
    answer: HandoverItem,
  }),
  take: route({
    id: 'takeHandover',
    method: 'POST',
    path: '/handovers/{id}/take',
    tag,
    permission: 'handover.write',
    summary: '接班：由另一人核对后签字，交班人不能自己接',
    params,
    body: z.strictObject({
      /** What the incoming person has read: the sheet may not change under his hand. */
      sha256: z.string().length(64),
      note: z.string().trim().max(500).default(''),
    }),
    answer: HandoverItem,
  }),
  void: route({
    id: 'voidHandover',
    method: 'POST',
    path: '/handovers/{id}/void',
    tag,
    permission: 'handover.write',
    summary: '作废尚未接班的交接表，写明理由后可重新交班',
    params,
    body: z.strictObject({ reason: z.string().trim().min(2, '请写明作废理由').max(200) }),
    answer: HandoverItem,
  }),
  file: route({
    id: 'handoverFile',
    method: 'GET',
    path: '/handovers/{id}/file',
    tag,
    permission: 'handover.read',
    summary: '交接班表文件：docx 或 pdf',
    params,
    query: z.object({ as: z.enum(['docx', 'pdf']).default('docx') }),
    produces: 'file',
  }),
}
