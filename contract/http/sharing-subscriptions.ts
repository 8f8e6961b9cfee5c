import { z } from 'zod'
import { Group, Topic } from '../sharing/conditions.ts'
import { PageQuery, page, route } from './route.ts'

/** 数据订阅: topic, conditions, purpose, legal basis, expiry; what comes in and fits is put before the subscriber. */

export const SUBSCRIPTION_STATES = ['active', 'ended', 'expired'] as const
export const SubscriptionState = z.enum(SUBSCRIPTION_STATES)
export type SubscriptionState = z.infer<typeof SubscriptionState>
export const SUBSCRIPTION_STATE_NAMES: Readonly<Record<SubscriptionState, string>> = {
  active: '生效中',
  ended: '已停止',
  expired: '已到期停止',
}
export const HIT_STATES = ['open', 'asked', 'answered', 'used', 'unused'] as const
export const HitState = z.enum(HIT_STATES)
export type HitState = z.infer<typeof HitState>
export const HIT_STATE_NAMES: Readonly<Record<HitState, string>> = {
  open: '待决定',
  asked: '询问中',
  answered: '已答复，待决定',
  used: '已采用',
  unused: '未采用',
}
/** Why a hit is not used; a closed list, so that the usefulness of a source can be explained. */
export const UNUSED_REASONS = {
  known: '已掌握',
  irrelevant: '与目的无关',
  wrong: '数据有误',
  late: '来得太晚',
} as const
export type UnusedReason = keyof typeof UNUSED_REASONS
export const UnusedReason = z.enum(Object.keys(UNUSED_REASONS) as [UnusedReason, ...UnusedReason[]])

const words = (least: number, most: number) =>
  z.string().trim().min(least, `请写明，至少 ${least} 个字`).max(most, `不超过 ${most} 个字`)
const params = z.object({ id: z.string().max(64) })
const day = z.iso.date()
const Pair = z.object({ id: z.string(), name: z.string() })

export const SubscriptionItem = z.object({
  id: z.string(),
  title: z.string(),
  topic: Topic,
  topicName: z.string(),
  when: Group,
  /** The conditions in words. */
  text: z.string(),
  purpose: z.string(),
  basis: z.string(),
  /** Last day on which it works. */
  expires: day,
  daysLeft: z.int(),
  state: SubscriptionState,
  stateName: z.string(),
  /** Why it does not work any more, or that its owner may no longer open such records; null = it works. */
  stopped: z.string().nullable(),
  owner: z.string(),
  own: z.boolean(),
  createdAt: z.int(),
  endedAt: z.int().nullable(),
})
export type SubscriptionItem = z.infer<typeof SubscriptionItem>

export const HitItem = z.object({
  id: z.string(),
  subscription: z.string(),
  subscriptionTitle: z.string(),
  topic: Topic,
  topicName: z.string(),
  title: z.string(),
  source: z.string(),
  /** 线索类别 by config/rules/clues.yaml. */
  clue: z.string(),
  level: z.enum(['grave', 'ordinary']),
  at: z.int(),
  hitAt: z.int(),
  state: HitState,
  stateName: z.string(),
})
export type HitItem = z.infer<typeof HitItem>
export const HitDetail = HitItem.extend({
  text: z.string(),
  purpose: z.string(),
  basis: z.string(),
  /** Condition → the value that met it. */
  because: z.array(z.object({ condition: z.string(), value: z.string() })),
  clueWhy: z.string(),
  clueNext: z.string(),
  /** Page below /desk that shows the record; null = none of its own. */
  link: z.string().nullable(),
  steps: z.array(z.object({ at: z.int(), by: z.string(), what: z.string(), text: z.string() })),
  may: z.object({ decide: z.boolean(), ask: z.boolean(), answer: z.boolean() }),
  /** Roles that may be asked. */
  ask: z.array(Pair),
})
export type HitDetail = z.infer<typeof HitDetail>

export const Usefulness = z.object({
  source: z.string(),
  hits: z.int(),
  used: z.int(),
  unused: z.int(),
  pending: z.int(),
  /** used ÷ (used + unused), percent; null while too few are decided to say anything. */
  rate: z.number().nullable(),
  reasons: z.array(z.object({ reason: z.string(), count: z.int() })),
})
export type Usefulness = z.infer<typeof Usefulness>

const What = z.strictObject({ topic: Topic, when: Group })
const tag = 'sharing'

export const subscriptionRoutes = {
  terms: route({
    id: 'subscriptionTerms',
    method: 'GET',
    path: '/sharing/subscriptions/terms',
    summary: '订阅可用的主题、期限、常用依据与线索规则（只列本人有权查看的主题）',
    tag,
    permission: 'sharing.subscribe',
    answer: z.object({
      topics: z.array(Topic),
      maxDays: z.int(),
      bases: z.array(z.string()),
      today: day,
      rules: z.array(
        z.object({ id: z.string(), name: z.string(), topicName: z.string(), text: z.string(), why: z.string() }),
      ),
    }),
  }),
  list: route({
    id: 'listSubscriptions',
    method: 'GET',
    path: '/sharing/subscriptions',
    summary: '数据订阅：本人的；有监督权的可看全部',
    tag,
    permission: 'sharing.subscribe',
    query: PageQuery.extend({ state: SubscriptionState.optional(), all: z.stringbool().default(false) }),
    answer: page(SubscriptionItem),
  }),
  create: route({
    id: 'createSubscription',
    method: 'POST',
    path: '/sharing/subscriptions',
    summary: '登记一项订阅：主题、条件、目的、法律依据、到期日缺一不可；自登记起对新到数据生效',
    tag,
    permission: 'sharing.subscribe',
    status: 201,
    body: What.extend({ title: words(2, 60), purpose: words(6, 300), basis: words(4, 300), expires: day }),
    answer: SubscriptionItem,
  }),
  preview: route({
    id: 'previewSubscription',
    method: 'POST',
    path: '/sharing/subscriptions/preview',
    summary: '试算：最近到达的数据里哪些会命中（只在本人有权查看的范围内）',
    tag,
    permission: 'sharing.subscribe',
    body: What,
    answer: z.object({
      text: z.string(),
      /** Newest records that were looked at, of those the caller may open. */
      looked: z.int(),
      hits: z.int(),
      items: z.array(z.object({ title: z.string(), at: z.int(), clue: z.string() })).max(10),
    }),
  }),
  end: route({
    id: 'endSubscription',
    method: 'POST',
    path: '/sharing/subscriptions/{id}/end',
    summary: '停止一项订阅，写明原因',
    tag,
    permission: 'sharing.subscribe',
    params,
    body: z.strictObject({ reason: words(2, 200) }),
    answer: SubscriptionItem,
  }),
  extend: route({
    id: 'extendSubscription',
    method: 'POST',
    path: '/sharing/subscriptions/{id}/extend',
    summary: '延长或重新启用，写明仍然需要的理由；重新启用只对此后的数据生效',
    tag,
    permission: 'sharing.subscribe',
    params,
    body: z.strictObject({ expires: day, reason: words(4, 200) }),
    answer: SubscriptionItem,
  }),
  hits: route({
    id: 'listHits',
    method: 'GET',
    path: '/sharing/hits',
    summary: '订阅命中：本人的与向本人角色询问的；已无权打开的记录不列出',
    tag,
    permission: 'sharing.subscribe',
    query: PageQuery.extend({
      state: HitState.optional(),
      subscription: z.string().max(64).optional(),
    }),
    answer: page(HitItem),
  }),
  hit: route({
    id: 'getHit',
    method: 'GET',
    path: '/sharing/hits/{id}',
    summary: '一次命中：满足了哪些条件、归入哪类线索及依据、办理经过',
    tag,
    permission: 'sharing.subscribe',
    params,
    answer: HitDetail,
  }),
  decide: route({
    id: 'decideHit',
    method: 'POST',
    path: '/sharing/hits/{id}/decide',
    summary: '决定采用或不采用；不采用须选原因',
    tag,
    permission: 'sharing.subscribe',
    params,
    body: z.discriminatedUnion('decision', [
      z.strictObject({ decision: z.literal('use'), note: words(2, 300) }),
      z.strictObject({
        decision: z.literal('not-use'),
        reason: UnusedReason,
        note: z.string().trim().max(300).default(''),
      }),
    ]),
    answer: HitDetail,
  }),
  ask: route({
    id: 'askAboutHit',
    method: 'POST',
    path: '/sharing/hits/{id}/ask',
    summary: '向有权打开该记录的角色询问，答复后再决定',
    tag,
    permission: 'sharing.subscribe',
    params,
    body: z.strictObject({ role: z.string().max(40), question: words(4, 300) }),
    answer: HitDetail,
  }),
  answer: route({
    id: 'answerAboutHit',
    method: 'POST',
    path: '/sharing/hits/{id}/answer',
    summary: '答复一次询问',
    tag,
    permission: 'sharing.subscribe',
    params,
    body: z.strictObject({ text: words(2, 500) }),
    answer: HitDetail,
  }),
  usefulness: route({
    id: 'sharingUsefulness',
    method: 'GET',
    path: '/sharing/usefulness',
    summary: '各来源的采用率：按本人可见的命中；有监督权的看全院',
    tag,
    permission: 'sharing.subscribe',
    answer: z.object({ since: z.int(), whole: z.boolean(), least: z.int(), items: z.array(Usefulness) }),
  }),
}
