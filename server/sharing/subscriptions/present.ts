import { officeDate } from '../../../config/zone.ts'
import {
  HIT_STATE_NAMES,
  type HitDetail,
  type HitItem,
  HitState,
  SUBSCRIPTION_STATE_NAMES,
  type SubscriptionItem,
  SubscriptionState,
} from '../../../contract/http/sharing-subscriptions.ts'
import { conditionText, Group, TOPIC_NAMES, TOPIC_PERMISSIONS, Topic } from '../../../contract/sharing/conditions.ts'
import type { Principal } from '../../feature.ts'
import type { SubscriptionsDeps } from './context.ts'
import type { StoredHit, StoredSubscription, stepsOf } from './repository.ts'
import type { Met } from './rules.ts'

/** Names each field that may leave. */
export const mayTopic = (person: Principal, topic: Topic): boolean =>
  TOPIC_PERMISSIONS[topic].some((word) => person.permissions.has(word))

const nameOf = ({ config }: SubscriptionsDeps, username: string): string =>
  config.site.people.find(({ account }) => account === username)?.name ?? username

export function presentSubscription(
  deps: SubscriptionsDeps,
  row: StoredSubscription,
  person: Principal,
  now: number,
): SubscriptionItem {
  const [topic, state, when] = [Topic.parse(row.topic), SubscriptionState.parse(row.state), termsOf(row)]
  const today = Temporal.PlainDate.from(officeDate(now))
  const own = row.owner === person.username
  const barred = own && state === 'active' && !mayTopic(person, topic)
  return {
    id: row.id,
    title: row.title,
    topic,
    topicName: TOPIC_NAMES[topic],
    when,
    text: conditionText(topic, when),
    purpose: row.purpose,
    basis: row.basis,
    expires: row.expires,
    daysLeft: today.until(Temporal.PlainDate.from(row.expires), { largestUnit: 'days' }).days,
    state,
    stateName: SUBSCRIPTION_STATE_NAMES[state],
    stopped: barred ? `您已无权查看“${TOPIC_NAMES[topic]}”，不再推送` : row.ended_why,
    owner: nameOf(deps, row.owner),
    own,
    createdAt: Number(row.created_ms),
    endedAt: row.ended_ms === null ? null : Number(row.ended_ms),
  }
}
export const termsOf = (row: Pick<StoredSubscription, 'terms'>): Group => Group.parse(JSON.parse(row.terms))

export function presentHit(row: StoredHit, of: StoredSubscription): HitItem {
  const [topic, state] = [Topic.parse(row.topic), HitState.parse(row.state)]
  return {
    id: row.id,
    subscription: row.subscription,
    subscriptionTitle: of.title,
    topic,
    topicName: TOPIC_NAMES[topic],
    title: row.title,
    source: row.source,
    clue: row.clue,
    level: row.level === 'grave' ? 'grave' : 'ordinary',
    at: Number(row.at_ms),
    hitAt: Number(row.hit_ms),
    state,
    stateName: HIT_STATE_NAMES[state],
  }
}

/** Whether that person may do something with the hit at this moment. */
export const mayOf = (row: StoredHit, person: Principal) => {
  const own = row.owner === person.username
  return {
    decide: own && ['open', 'asked', 'answered'].includes(row.state),
    ask: own && ['open', 'answered'].includes(row.state),
    answer: row.state === 'asked' && row.asked !== null && person.roles.includes(row.asked),
  }
}

export function presentDetail(
  deps: SubscriptionsDeps,
  row: StoredHit,
  of: StoredSubscription,
  steps: Awaited<ReturnType<typeof stepsOf>>,
  person: Principal,
): HitDetail {
  const item = presentHit(row, of)
  const { roles } = deps.config.permissions
  return {
    ...item,
    text: conditionText(item.topic, termsOf(of)),
    purpose: of.purpose,
    basis: of.basis,
    because: JSON.parse(row.met) as Met[],
    clueWhy: row.clue_why,
    clueNext: row.clue_next,
    link: row.link,
    steps: steps.map((step) => ({
      at: Number(step.at_ms),
      by: nameOf(deps, step.by),
      what: step.what,
      text: step.text,
    })),
    may: mayOf(row, person),
    ask: (deps.config.clues.subscription.ask[item.topic] ?? []).map((id) => ({ id, name: roles[id]?.name ?? id })),
  }
}
