import { z } from 'zod'
import { DOMAINS } from '../domains.ts'
import { ALERT_STATES, ALERT_STEPS, AlertItem, AlertState, AlertStep } from '../panels/alerts.ts'
import { SEVERITIES, Severity } from '../severity.ts'
import { PageQuery, page, route } from './route.ts'
import { SilenceItem } from './silences.ts'

/** One or several of a closed list, separated by commas. */
const some = (words: readonly string[]) =>
  z
    .string()
    .max(200)
    .refine((text) => text.split(',').every((word) => words.includes(word.trim())), {
      error: `只能是 ${words.join('、')}，多个用逗号分开`,
    })
    .optional()

const tag = 'alerts'
const params = z.object({ id: z.string().min(1).max(64) })
const reason = z.string({ error: '请填写原因' }).trim().min(1, '请填写原因').max(200, '原因不超过 200 字')
const millis = z.coerce.number().int().min(0)

/** Conditions of the list and of its export. */
export const AlertFilters = z.object({
  state: some(ALERT_STATES),
  severity: some(SEVERITIES),
  domain: some(DOMAINS),
  step: some(ALERT_STEPS),
  rule: z.string().max(100).optional(),
  object: z.string().max(128).optional(),
  /** Epoch ms: whose last occurrence is not before `from` and whose first is before `to`. */
  from: millis.optional(),
  to: millis.optional(),
})
export type AlertFilters = z.output<typeof AlertFilters>

export const alerts = route({
  id: 'alerts',
  method: 'GET',
  path: '/alerts',
  summary: '告警列表，新的在前；不加条件即全部未关闭的',
  tag,
  permission: 'alerts.read',
  query: PageQuery.extend(AlertFilters.shape),
  answer: page(AlertItem),
})

/** Append-only; `reason` is one of the closed list of changes, `text` the line that people read. */
export const AlertHistoryEntry = z.object({
  version: z.int(),
  at: z.int(),
  happenedAt: z.int(),
  reason: z.string(),
  text: z.string(),
  post: z.string().nullable(),
  username: z.string().nullable(),
  state: AlertState,
  step: AlertStep,
  severity: Severity,
  count: z.int(),
  eventId: z.string().nullable(),
})
export type AlertHistoryEntry = z.infer<typeof AlertHistoryEntry>

export const ALERT_ACTIONS = ['acknowledge', 'assign', 'dispatch', 'handle', 'resolve', 'close'] as const

export const AlertDetail = AlertItem.extend({
  ackReason: z.string().nullable(),
  disposal: z.string().nullable(),
  ackedAt: z.int().nullable(),
  closedAt: z.int().nullable(),
  escalatedTo: z.string().nullable(),
  /** Post that is next on the ladder. */
  escalatesTo: z.string().nullable(),
  /** What can be done with it now. */
  actions: z.array(z.enum(ALERT_ACTIONS)),
  /** Phrases for 1–5. */
  reasons: z.array(z.string()),
  rule: z.object({
    id: z.string(),
    version: z.string(),
    effectiveFrom: z.string(),
    legalBasis: z.string(),
    kind: z.string(),
    /** What the rule asks, in words. */
    text: z.string(),
  }),
  history: z.array(AlertHistoryEntry),
  evidence: z.array(
    z.object({
      eventId: z.string(),
      type: z.string().nullable(),
      label: z.string(),
      observedAt: z.int(),
      sha256: z.string().nullable(),
      excerpt: z.string().nullable(),
    }),
  ),
  /** Same rule, same object, last 30 days, this one included: its own past, nobody else's. */
  past: z.object({
    days: z.int(),
    items: z.array(
      z.object({ id: z.string(), at: z.int(), tookS: z.number().nullable(), count: z.int(), severity: Severity }),
    ),
  }),
  contacts: z.array(z.object({ post: z.string(), name: z.string(), phone: z.string() })),
  silences: z.array(SilenceItem),
  painted: z.array(z.object({ screen: z.string(), at: z.int(), receivedAt: z.int() })),
})
export type AlertDetail = z.infer<typeof AlertDetail>

export const alert = route({
  id: 'alert',
  method: 'GET',
  path: '/alerts/{id}',
  summary: '一条告警：规则依据、证据、过程与同对象近 30 天',
  tag,
  permission: 'alerts.read',
  params,
  answer: AlertDetail,
})

export const alertEvidence = route({
  id: 'alertEvidence',
  method: 'GET',
  path: '/alerts/{id}/evidence',
  summary: '证据包（zip）：说明页、过程、证据事件原文与解码、同对象前后事件、登记资料、各链链头；sha256sum -c 可核对',
  tag,
  permission: 'alerts.read',
  params,
  produces: 'file',
})

const work = { method: 'POST', tag, permission: 'alerts.work', params, answer: AlertItem } as const

export const alertAcknowledge = route({
  ...work,
  id: 'alertAcknowledge',
  path: '/alerts/{id}/acknowledge',
  summary: '确认；无人认领时归确认人的岗位',
  body: z.object({ reason }),
})
export const alertAssign = route({
  ...work,
  id: 'alertAssign',
  path: '/alerts/{id}/assign',
  summary: '认领或指派给岗位',
  body: z.object({
    owner: z.string({ error: '请写明归属岗位' }).trim().min(1, '请写明归属岗位').max(40),
    reason: reason.optional(),
  }),
})
export const alertDispatch = route({
  ...work,
  id: 'alertDispatch',
  path: '/alerts/{id}/dispatch',
  summary: '派遣；可写明派给谁、做什么',
  body: z.object({ owner: z.string().trim().min(1).max(40).optional(), reason: reason.optional() }).prefault({}),
})
export const alertHandle = route({
  ...work,
  id: 'alertHandle',
  path: '/alerts/{id}/handle',
  summary: '开始处置',
  body: z.object({ reason: reason.optional() }).prefault({}),
})
export const alertResolve = route({
  ...work,
  id: 'alertResolve',
  path: '/alerts/{id}/resolve',
  summary: '写明处置结果',
  body: z.object({ disposal: z.string({ error: '请写明处置结果' }).trim().min(1, '请写明处置结果').max(500) }),
})
export const alertClose = route({
  ...work,
  id: 'alertClose',
  path: '/alerts/{id}/close',
  summary: '关闭；未写过处置结果的须写原因',
  body: z.object({ reason: reason.optional() }).prefault({}),
})

export const alertsAcknowledge = route({
  id: 'alertsAcknowledge',
  method: 'POST',
  path: '/alerts/acknowledge',
  summary: '一次确认多条；确认不了的逐条说明',
  tag,
  permission: 'alerts.work',
  body: z.object({ ids: z.array(z.string().min(1).max(64)).min(1).max(200), reason }),
  answer: z.object({
    items: z.array(AlertItem),
    refused: z.array(z.object({ id: z.string(), reason: z.string(), message: z.string() })),
  }),
})

export const AlertRuleItem = z.object({
  id: z.string(),
  kind: z.string(),
  severity: Severity,
  title: z.string(),
  text: z.string(),
  enabled: z.boolean(),
})
export const alertRules = route({
  id: 'alertRules',
  method: 'GET',
  path: '/alerts/rules',
  summary: '告警规则与其版本、生效日、依据',
  tag,
  permission: 'alerts.read',
  answer: z.object({
    version: z.string(),
    effectiveFrom: z.string(),
    legalBasis: z.string(),
    items: z.array(AlertRuleItem),
    reasons: z.record(z.string(), z.array(z.string())),
  }),
})

const moment = z.union([z.int().min(0), z.iso.datetime({ offset: true })])

export const alertRuleDryRun = route({
  id: 'alertRuleDryRun',
  method: 'POST',
  path: '/alerts/rules/dry-run',
  summary: '规则在历史事件上试运行：它当时会报什么',
  tag,
  permission: 'alerts.rules',
  body: z.object({
    /** Id of a rule of the file, or a whole rule that is not in it yet (shape of config/rules/alerts.yaml). */
    rule: z.union([z.string().max(100), z.record(z.string(), z.unknown())]),
    from: moment,
    to: moment,
  }),
  answer: z.object({
    rule: z.string(),
    from: z.int(),
    to: z.int(),
    /** Stored events of the rule's types that were read. */
    events: z.int(),
    /** What would have been raised, if nobody had acknowledged; at most 1000, in order. */
    items: z.array(
      z.object({
        cause: z.string(),
        severity: Severity,
        title: z.string(),
        why: z.string(),
        count: z.int(),
        firstAt: z.int(),
        lastAt: z.int(),
        returnedAt: z.int().nullable(),
        storm: z.boolean(),
      }),
    ),
    cards: z.int(),
    occurrences: z.int(),
    /** Late data that would have been filed without a call. */
    filed: z.int(),
    truncated: z.boolean(),
  }),
})
