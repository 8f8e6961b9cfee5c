import { officeDate } from '../../../config/zone.ts'
import { subscriptionRoutes as api } from '../../../contract/http/sharing-subscriptions.ts'
import {
  conditionIssues,
  conditionText,
  type Group,
  TOPIC_NAMES,
  TOPICS,
  type Topic,
} from '../../../contract/sharing/conditions.ts'
import { type BoundRoute, bind, type Principal } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import type { SubscriptionsDeps } from './context.ts'
import { mayTopic, presentSubscription } from './present.ts'
import {
  changeSubscription,
  findSubscription,
  insertSubscription,
  listSubscriptions,
  type StoredSubscription,
} from './repository.ts'
import { clueOf, fits } from './rules.ts'

/** Newest records that a preview looks at. */
const LOOKED = 2000

export function subscriptionTableRoutes(deps: SubscriptionsDeps): BoundRoute[] {
  const { config, records } = deps
  return [
    bind(api.terms, async ({ person, now }) => ({
      topics: TOPICS.filter((topic) => mayTopic(person, topic)),
      maxDays: config.clues.subscription.maxDays,
      bases: config.clues.subscription.bases,
      today: officeDate(now),
      rules: config.clues.rules
        .filter(({ topic }) => mayTopic(person, topic))
        .map(({ id, name, topic, when, why }) => ({
          id,
          name,
          topicName: TOPIC_NAMES[topic],
          text: conditionText(topic, when),
          why,
        })),
    })),
    bind(api.list, async ({ person, query, now }) => {
      if (query.all && !person.permissions.has('sharing.review'))
        throw new Refusal('forbidden', '只能查看本人的订阅；查看全部须有监督权')
      const owner = query.all ? null : person.username
      const { state, limit } = query
      const rows = await listSubscriptions(records.read, { owner, state, after: placeOf(query.cursor), limit })
      const last = rows.length === limit ? rows.at(-1) : undefined
      return {
        items: rows.map((row) => presentSubscription(deps, row, person, now)),
        cursor: last ? `${last.created_ms}~${last.id}` : null,
      }
    }),
    bind(api.create, async ({ person, body, now }) => {
      checkTerms(person, body.topic, body.when)
      checkExpiry(deps, body.expires, now)
      const self = config.site.people.find(({ id, account }) => id === person.id || account === person.username)
      if (!self) throw new Refusal('unprocessable', '此账号没有对应到本院人员，命中后无处送达；请用本人账号订阅')
      const row = await records.write(async (turn) => {
        const { title, topic, purpose, basis, expires } = body
        const fresh: StoredSubscription = {
          id: deps.newId(),
          owner: person.username,
          person: self.id,
          title,
          topic,
          terms: JSON.stringify(body.when),
          purpose,
          basis,
          expires,
          state: 'active',
          created_ms: turn.now,
          since_place: await endOf(deps, turn.tx, topic),
          ended_ms: null,
          ended_why: null,
        }
        await insertSubscription(turn.tx, fresh)
        return fresh
      })
      return presentSubscription(deps, row, person, now)
    }),
    bind(api.preview, async ({ person, body, now }) => {
      checkTerms(person, body.topic, body.when)
      return { text: conditionText(body.topic, body.when), ...(await preview(deps, person, body, now)) }
    }),
    bind(api.end, async ({ person, params, body, now }) => {
      const row = await changeOwn(deps, person, params.id, async (found, turn) => {
        if (found.state !== 'active') throw new Refusal('conflict', '这项订阅已经停止')
        return { state: 'ended', ended_ms: turn.now, ended_why: `本人停止：${body.reason}` }
      })
      return presentSubscription(deps, row, person, now)
    }),
    bind(api.extend, async ({ person, params, body, now }) => {
      checkExpiry(deps, body.expires, now)
      const row = await changeOwn(deps, person, params.id, async (found, turn) => ({
        expires: body.expires,
        state: 'active',
        purpose: `${found.purpose}；${officeDate(turn.now)} 延长：${body.reason}`.slice(0, 2000),
        ended_ms: null,
        ended_why: null,
        // What came in while it did not work is not delivered afterwards.
        ...(found.state === 'active' ? {} : { since_place: await endOf(deps, turn.tx, found.topic) }),
      }))
      return presentSubscription(deps, row, person, now)
    }),
  ]
}

type Turn = Parameters<Parameters<SubscriptionsDeps['records']['write']>[0]>[0]

async function changeOwn(
  { records }: SubscriptionsDeps,
  person: Principal,
  id: string,
  change: (found: StoredSubscription, turn: Turn) => Promise<Partial<StoredSubscription>>,
): Promise<StoredSubscription> {
  return records.write(async (turn) => {
    const found = await findSubscription(turn.tx, id)
    if (!found || found.owner !== person.username) throw new Refusal('not-found', '没有这项订阅，或不是您的')
    const changed = await change(found, turn)
    await changeSubscription(turn.tx, id, changed)
    return { ...found, ...changed }
  })
}

const endOf = async (deps: SubscriptionsDeps, tx: Turn['tx'], topic: string): Promise<number> =>
  (await deps.feeds.find((feed) => feed.topic === topic)?.end(tx)) ?? 0

function checkTerms(person: Principal, topic: Topic, when: Group): void {
  if (!mayTopic(person, topic)) throw new Refusal('forbidden', `您无权查看“${TOPIC_NAMES[topic]}”，不能订阅`)
  const issues = conditionIssues(topic, when)
  if (issues.length > 0)
    throw new Refusal(
      'unprocessable',
      '条件不成立，请按提示修改',
      issues.map(({ path, message }) => ({ path: `when.${path}`, message })),
    )
}

function checkExpiry({ config }: SubscriptionsDeps, expires: string, now: number): void {
  const today = officeDate(now)
  const { maxDays } = config.clues.subscription
  const last = Temporal.PlainDate.from(today).add({ days: maxDays }).toString()
  if (expires < today || expires > last)
    throw new Refusal('unprocessable', undefined, [
      { path: 'expires', message: `到期日须在 ${today} 至 ${last} 之间（最长 ${maxDays} 天）` },
    ])
}

/** The newest records of the topic, of those that the caller may open. */
async function preview(
  deps: SubscriptionsDeps,
  person: Principal,
  { topic, when }: { topic: Topic; when: Group },
  now: number,
) {
  const db = deps.records.read
  const feed = deps.feeds.find((one) => one.topic === topic)
  const end = (await feed?.end(db)) ?? 0
  const recent = feed && (await feed.before(db, end, LOOKED, now))
  const subjects = recent ?? []
  const may = await deps.opens(db, person, topic, [...new Set(subjects.map(({ thing }) => thing))])
  const seen = subjects.filter(({ thing }) => may.has(thing))
  const hits = seen.filter(({ facts }) => fits(topic, when, facts) !== null)
  const items = hits
    .slice(0, 10)
    .map((subject) => ({ title: subject.title, at: subject.at, clue: clueOf(deps.config.clues, subject).name }))
  return { looked: seen.length, hits: hits.length, items }
}

export function placeOf(cursor: string | undefined): [number, string] | null {
  if (!cursor) return null
  const [at = '', id = ''] = cursor.split('~')
  const ms = Number(at)
  if (!Number.isSafeInteger(ms))
    throw new Refusal('unprocessable', undefined, [{ path: 'cursor', message: '不是本列表给出的位置' }])
  return [ms, id]
}
