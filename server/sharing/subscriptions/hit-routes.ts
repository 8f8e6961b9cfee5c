import {
  subscriptionRoutes as api,
  UNUSED_REASONS,
  UnusedReason,
} from '../../../contract/http/sharing-subscriptions.ts'
import { Topic } from '../../../contract/sharing/conditions.ts'
import { type BoundRoute, bind, type Principal, type Reader, type Turn, type Tx } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import type { SubscriptionsDeps } from './context.ts'
import { hitTask } from './deliver.ts'
import { mayOf, mayTopic, presentDetail, presentHit } from './present.ts'
import {
  addStep,
  changeHit,
  findHit,
  findSubscription,
  listHits,
  namesOf,
  outcomes,
  type StoredHit,
  type StoredSubscription,
  stepsOf,
} from './repository.ts'
import { placeOf } from './routes.ts'
import { type Decided, usefulness } from './rules.ts'

const DAY_MS = 86_400_000
/** Rows of a person's own hits that are looked through for a page or a sum. */
const SCAN = 200

export function hitRoutes(deps: SubscriptionsDeps): BoundRoute[] {
  const { records, config } = deps
  return [
    bind(api.hits, async ({ person, query }) => {
      const { limit, state, subscription } = query
      const found: StoredHit[] = []
      let after = placeOf(query.cursor)
      for (;;) {
        const rows = await listHits(records.read, { ...asker(person), state, subscription, after, limit: SCAN })
        for (const row of await visible(deps, records.read, person, rows)) if (found.length < limit) found.push(row)
        const last = found.length === limit ? found.at(-1) : rows.at(-1)
        after = last ? [Number(last.hit_ms), last.id] : null
        if (found.length === limit || rows.length < SCAN) break
      }
      const full = found.length === limit
      const names = await namesOf(records.read, [...new Set(found.map((row) => row.subscription))])
      return {
        items: found.flatMap((row) => {
          const of = names.get(row.subscription)
          return of ? [presentHit(row, of)] : []
        }),
        cursor: full && after ? `${after[0]}~${after[1]}` : null,
      }
    }),
    bind(api.hit, ({ person, params }) => detail(deps, records.read, person, params.id)),
    bind(api.decide, ({ person, params, body }) =>
      act(deps, person, params.id, async ({ turn, hit, of }) => {
        if (!mayOf(hit, person).decide) throw new Refusal('conflict', '已经决定过，或不由您决定')
        const use = body.decision === 'use'
        const word = body.decision === 'use' ? '' : UNUSED_REASONS[body.reason]
        await settle(turn, hit, ['open', 'asked', 'answered'], {
          state: use ? 'used' : 'unused',
          reason: body.decision === 'use' ? null : body.reason,
          decided_ms: turn.now,
          asked: null,
        })
        const text = [word, body.note].filter(Boolean).join('：')
        await addStep(turn.tx, step(turn, hit, person, use ? '采用' : '不采用', text))
        await closeTasks(deps, turn, hit, `已决定${use ? '采用' : '不采用'}“${of.title}”的这次命中`)
      }),
    ),
    bind(api.ask, ({ person, params, body }) =>
      act(deps, person, params.id, async ({ turn, hit, of }) => {
        if (!mayOf(hit, person).ask) throw new Refusal('conflict', '已经决定，或正在询问中')
        const roles = config.clues.subscription.ask[Topic.parse(hit.topic)] ?? []
        if (!roles.includes(body.role))
          throw new Refusal('unprocessable', undefined, [{ path: 'role', message: '只能向能打开这类记录的角色询问' }])
        await settle(turn, hit, ['open', 'answered'], { state: 'asked', asked: body.role })
        const seq = await addStep(turn.tx, step(turn, hit, person, '询问', body.question))
        await closeTasks(deps, turn, hit, '已发出询问，等待答复')
        await deps.tasks.open(turn, [
          {
            ...hitTask(hit, of),
            key: `sharing:${hit.id}:${seq}`,
            title: '有人就一条共享数据询问您',
            why: '请打开查看问题并答复，答复后由询问人决定采用与否',
            person: null,
            role: body.role,
          },
        ])
      }),
    ),
    bind(api.answer, ({ person, params, body }) =>
      act(deps, person, params.id, async ({ turn, hit, of }) => {
        if (!mayOf(hit, person).answer) throw new Refusal('conflict', '没有等待您答复的询问')
        await settle(turn, hit, ['asked'], { state: 'answered', asked: null })
        await closeTasks(deps, turn, hit, '已答复')
        const seq = await addStep(turn.tx, step(turn, hit, person, '答复', body.text))
        await deps.tasks.open(turn, [
          {
            ...hitTask(hit, of),
            key: `sharing:${hit.id}:${seq}`,
            title: `询问已答复：${of.title}`,
            why: '请据答复决定采用或不采用',
          },
        ])
      }),
    ),
    bind(api.usefulness, async ({ person, now }) => {
      const { days, least } = config.clues.usefulness
      const since = now - days * DAY_MS
      const whole = person.permissions.has('sharing.review')
      const rows = whole ? await outcomes(records.read, since, null) : await ownOutcomes(deps, person, since)
      return { since, whole, least, items: usefulness(rows.map(worded), least) }
    }),
  ]
}

const asker = (person: Principal) => ({ owner: person.username, roles: person.roles })
const worded = (row: Decided): Decided => {
  const known = UnusedReason.safeParse(row.reason)
  return { ...row, reason: known.success ? UNUSED_REASONS[known.data] : null }
}
const step = (turn: Turn, hit: StoredHit, person: Principal, what: string, text: string) => ({
  hit: hit.id,
  at_ms: turn.now,
  by: person.username,
  what,
  text,
})

/** A second decision that raced is refused: the first one holds. */
async function settle(turn: Turn, hit: StoredHit, from: readonly string[], change: Parameters<typeof changeHit>[3]) {
  if (!(await changeHit(turn.tx, hit.id, from, change))) throw new Refusal('conflict', '刚才已由别处办理，请刷新')
}

/** All tasks that this hit has opened so far: the first one, and one per step. */
async function closeTasks(deps: SubscriptionsDeps, turn: Turn, hit: StoredHit, why: string): Promise<void> {
  const steps = await stepsOf(turn.tx, hit.id)
  await deps.tasks.close(turn, [`sharing:${hit.id}`, ...steps.map(({ seq }) => `sharing:${hit.id}:${seq}`)], why)
}

/** Those of the rows whose record the caller may open now. */
async function visible(
  deps: SubscriptionsDeps,
  db: Reader | Tx,
  person: Principal,
  rows: readonly StoredHit[],
): Promise<StoredHit[]> {
  const may = new Set<string>()
  for (const topic of new Set(rows.map((row) => Topic.parse(row.topic)))) {
    if (!mayTopic(person, topic)) continue
    const things = [...new Set(rows.filter((row) => row.topic === topic).map(({ thing }) => thing))]
    for (const thing of await deps.opens(db, person, topic, things)) may.add(`${topic} ${thing}`)
  }
  return rows.filter(({ topic, thing }) => may.has(`${topic} ${thing}`))
}

/** A hit of somebody else, and one whose record may no longer be opened, answer like one that does not exist. */
async function readable(
  deps: SubscriptionsDeps,
  db: Reader | Tx,
  person: Principal,
  id: string,
): Promise<{ hit: StoredHit; of: StoredSubscription }> {
  const hit = await findHit(db, id)
  const mine = hit && (hit.owner === person.username || mayOf(hit, person).answer)
  const of = hit && (await findSubscription(db, hit.subscription))
  const shown = mine && of && (await visible(deps, db, person, [hit])).length === 1
  if (!shown) throw new Refusal('not-found', '没有这次命中，或您无权打开它的记录')
  return { hit, of }
}

async function detail(deps: SubscriptionsDeps, db: Reader | Tx, person: Principal, id: string) {
  const { hit, of } = await readable(deps, db, person, id)
  return presentDetail(deps, hit, of, await stepsOf(db, id), person)
}

async function act(
  deps: SubscriptionsDeps,
  person: Principal,
  id: string,
  perform: (at: { turn: Turn; hit: StoredHit; of: StoredSubscription }) => Promise<void>,
) {
  return deps.records.write(async (turn) => {
    const { hit, of } = await readable(deps, turn.tx, person, id)
    await perform({ turn, hit, of })
    const changed = (await findHit(turn.tx, id)) ?? hit
    return presentDetail(deps, changed, of, await stepsOf(turn.tx, id), person)
  })
}

/** Only what the caller may still open is counted. */
async function ownOutcomes(deps: SubscriptionsDeps, person: Principal, since: number): Promise<Decided[]> {
  const counted: Decided[] = []
  let after: [number, string] | null = null
  for (;;) {
    const ask = { owner: person.username, roles: [], state: undefined, subscription: undefined, after, limit: SCAN }
    const rows: StoredHit[] = await listHits(deps.records.read, ask)
    const recent = rows.filter(({ hit_ms }) => Number(hit_ms) >= since)
    for (const { source, state, reason } of await visible(deps, deps.records.read, person, recent))
      counted.push({ source, state, reason, count: 1 })
    const last = rows.at(-1)
    if (!last || rows.length < SCAN || recent.length < rows.length) return counted
    after = [Number(last.hit_ms), last.id]
  }
}
