import { officeDate, startOfDay } from '../../../config/zone.ts'
import { Group, type Topic } from '../../../contract/sharing/conditions.ts'
import type { TaskSpec, Turn } from '../../feature.ts'
import type { SubscriptionsDeps } from './context.ts'
import type { Feed, Subject } from './port.ts'
import {
  activeSubscriptions,
  changeSubscription,
  countSince,
  delivered,
  insertHits,
  readMark,
  type StoredHit,
  type StoredSubscription,
  writeMark,
} from './repository.ts'
import { clueOf, deliveryKey, fits, hasExpired } from './rules.ts'

/** Rows of one read and reads of one turn: a long gap is caught up in many short turns. */
const ROWS = 500
const READS = 4

type Live = StoredSubscription & { group: Group }

/** Ends what has expired, says so to its owner, then delivers what has come in: all in the turn that moves the marks. */
export async function deliver(deps: SubscriptionsDeps, turn: Turn): Promise<void> {
  const active = await endExpired(deps, turn, await activeSubscriptions(turn.tx))
  const live = active.map((row) => ({ ...row, group: Group.parse(JSON.parse(row.terms)) }))
  for (const feed of deps.feeds)
    await deliverFeed(
      deps,
      turn,
      feed,
      live.filter(({ topic }) => topic === feed.topic),
    )
}

async function deliverFeed(deps: SubscriptionsDeps, turn: Turn, feed: Feed, live: readonly Live[]): Promise<void> {
  if (live.length === 0) return
  const known = (await readMark(turn.tx, feed.topic)) ?? 0
  // Nothing before the oldest subscription's place is anybody's.
  const start = Math.max(known, Math.min(...live.map(({ since_place }) => Number(since_place))))
  let place = start
  for (let read = 0; read < READS; read++) {
    const got = await feed.since(turn.tx, place, ROWS, turn.now)
    await deliverSubjects(deps, turn, live, got.subjects)
    place = got.place
    if (got.rows < ROWS) break
  }
  if (place !== known) await writeMark(turn.tx, feed.topic, place)
}

async function deliverSubjects(
  deps: SubscriptionsDeps,
  turn: Turn,
  live: readonly Live[],
  subjects: readonly Subject[],
): Promise<void> {
  const found = live.flatMap((subscription) => {
    const taken = new Set<string>()
    return subjects.flatMap((subject) => {
      if (subject.place <= Number(subscription.since_place)) return []
      const met = fits(subject.topic, subscription.group, subject.facts)
      const delivery = deliveryKey(subscription.group, subject)
      if (met === null || taken.has(delivery)) return []
      taken.add(delivery)
      return [{ subscription, subject, met, delivery }]
    })
  })
  if (found.length === 0) return
  const before = await delivered(
    turn.tx,
    [...new Set(found.map(({ subscription }) => subscription.id))],
    [...new Set(found.map(({ delivery }) => delivery))],
  )
  const fresh = found.filter(({ subscription, delivery }) => !before.has(`${subscription.id} ${delivery}`))
  const open = await opened(deps, turn, fresh)
  const hits = fresh
    .filter(({ subscription, subject }) => open.has(`${subscription.owner} ${subject.topic} ${subject.thing}`))
    .map(({ subscription, subject, met, delivery }): StoredHit & { subscriber: Live } => {
      const clue = clueOf(deps.config.clues, subject)
      return {
        id: deps.newId(),
        subscription: subscription.id,
        delivery,
        owner: subscription.owner,
        topic: subject.topic,
        thing: subject.thing,
        source: subject.sourceName,
        title: subject.title.slice(0, 300),
        link: subject.link,
        at_ms: subject.at,
        hit_ms: turn.now,
        clue: clue.name,
        level: clue.level,
        clue_why: clue.why,
        clue_next: clue.next,
        met: JSON.stringify(met),
        state: 'open',
        asked: null,
        reason: null,
        decided_ms: null,
        subscriber: subscription,
      }
    })
  if (hits.length === 0) return
  // Counted before they are in: the tasks know how many there were.
  const tasks = await tasksOf(deps, turn, hits)
  await insertHits(
    turn.tx,
    hits.map(({ subscriber: _, ...row }) => row),
  )
  await deps.tasks.open(turn, tasks)
}

/** Which records their owners may open at this moment: `owner topic thing`. */
async function opened(
  deps: SubscriptionsDeps,
  turn: Turn,
  found: readonly { subscription: Live; subject: Subject }[],
): Promise<ReadonlySet<string>> {
  const may = new Set<string>()
  const groups = new Map<string, { owner: string; topic: Topic; things: Set<string> }>()
  for (const { subscription, subject } of found) {
    const key = `${subscription.owner} ${subject.topic}`
    const group = groups.get(key) ?? { owner: subscription.owner, topic: subject.topic, things: new Set() }
    groups.set(key, group)
    group.things.add(subject.thing)
  }
  for (const [key, { owner, topic, things }] of groups) {
    const person = await deps.principalOf(turn.tx, owner)
    if (!person?.permissions.has('sharing.subscribe')) continue
    for (const thing of await deps.opens(turn.tx, person, topic, [...things])) may.add(`${key} ${thing}`)
  }
  return may
}

async function tasksOf(
  { config }: SubscriptionsDeps,
  turn: Turn,
  hits: readonly (StoredHit & { subscriber: Live })[],
): Promise<TaskSpec[]> {
  const { tasksPerDay } = config.clues.subscription
  const today = officeDate(turn.now)
  const ids = [...new Set(hits.map(({ subscription }) => subscription))]
  const counts = await countSince(turn.tx, ids, startOfDay(turn.now))
  return hits.map((hit) => {
    const count = (counts.get(hit.subscription) ?? 0) + 1
    counts.set(hit.subscription, count)
    const { subscriber } = hit
    return count <= tasksPerDay
      ? hitTask(hit, subscriber)
      : {
          ...hitTask(hit, subscriber),
          key: `sharing:flood:${hit.subscription}:${today}`,
          title: `订阅“${subscriber.title}”今日命中超过 ${tasksPerDay} 条`,
          why: '超出的不再逐条列为待办，请到命中列表一并查看，或收窄条件',
          severity: 'notice' as const,
          link: `/sharing/hits?subscription=${encodeURIComponent(hit.subscription)}`,
        }
  })
}

/** Says nothing of the record itself: whoever reads somebody's task list need not be able to open it. */
export const hitTask = (hit: Pick<StoredHit, 'id' | 'level'>, of: Pick<StoredSubscription, 'title' | 'person'>) =>
  ({
    key: `sharing:${hit.id}`,
    kind: 'sharing',
    title: `订阅命中：${of.title}`,
    why: '有新到数据符合订阅条件，请决定采用、不采用或询问',
    urgency: 'ordinary',
    severity: hit.level === 'grave' ? 'warning' : 'notice',
    due: null,
    link: `/sharing/hits/${encodeURIComponent(hit.id)}`,
    caseId: null,
    person: of.person,
    department: null,
    role: null,
  }) satisfies TaskSpec

/** What works no more stops and says so, once. */
async function endExpired(
  deps: SubscriptionsDeps,
  turn: Turn,
  active: readonly StoredSubscription[],
): Promise<StoredSubscription[]> {
  const today = officeDate(turn.now)
  const expired = active.filter(({ expires }) => hasExpired(expires, today))
  for (const { id, expires } of expired)
    await changeSubscription(turn.tx, id, {
      state: 'expired',
      ended_ms: turn.now,
      ended_why: `${expires} 到期，自动停止`,
    })
  await deps.tasks.open(
    turn,
    expired.map((row) => ({
      ...hitTask({ id: row.id, level: 'ordinary' }, row),
      key: `sharing:expired:${row.id}:${row.expires}`,
      title: `订阅已到期停止：${row.title}`,
      why: `${row.expires} 到期，此后的数据不再推送。仍有需要的，写明理由后延长；不需要的，办毕本项即可`,
      link: '/sharing/subscriptions',
    })),
  )
  return active.filter((row) => !expired.includes(row))
}
