import * as api from '../../contract/http/silences.ts'
import { type BoundRoute, bind, type Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { AlertsContext } from './context.ts'
import { readSilences } from './queries.ts'
import { activeSilences } from './repository.ts'
import { toAlert, toSilence } from './rows.ts'
import { type Silence, silencedUntil } from './silences.ts'
import type { AlertTables } from './tables.ts'
import { actOnEach } from './ticks.ts'
import { clockText } from './words.ts'

export const presentSilence = (silence: Silence): api.SilenceItem => ({
  id: silence.id,
  cause: silence.cause,
  rule: silence.rule,
  object: silence.object,
  reason: silence.reason,
  until: silence.until,
  createdAt: silence.createdAt,
  post: silence.post,
  endedAt: silence.endedAt,
})

export function silenceRoutes(context: AlertsContext): BoundRoute[] {
  return [
    bind(api.silences, async ({ query }) => ({
      items: (await readSilences(context.records.read, query.ended === 'true')).map(presentSilence),
      cursor: null,
    })),
    bind(api.silenceCreate, async ({ body, person, now }) => {
      const until = typeof body.until === 'number' ? body.until : Temporal.Instant.from(body.until).epochMilliseconds
      if (until <= now) throw tooEarly('截止时刻须在现在之后')
      if (until > now + api.MAX_SILENCE_MS) throw tooEarly('静默最长 30 天')
      const silence: Silence = {
        id: context.newId(),
        cause: body.cause ?? null,
        rule: body.rule ?? null,
        object: body.object ?? null,
        reason: body.reason,
        until,
        createdAt: now,
        post: person.post,
        username: person.username,
        endedAt: null,
      }
      await context.records.write(async (turn) => {
        await insert(turn, silence)
        const text = `静默至 ${clockText(until)}：${silence.reason}`
        await remeasure(context, turn, { text, by: { post: person.post, username: person.username } })
      })
      return presentSilence(silence)
    }),
    bind(api.silenceLift, async ({ params, person, now }) =>
      context.records.write(async (turn) => {
        const ended = await end(turn, params.id, now)
        await remeasure(context, turn, { text: '静默提前结束', by: { post: person.post, username: person.username } })
        return presentSilence(ended)
      }),
    ),
  ]
}

const tooEarly = (message: string) => new Refusal('bad-input', message, [{ path: 'until', message }])

async function insert(turn: Turn, silence: Silence): Promise<void> {
  const { until, createdAt, endedAt, ...rest } = silence
  await turn.tx
    .withTables<AlertTables>()
    .insertInto('alert_silence')
    .values({ ...rest, until_ms: until, created_at: createdAt, ended_at: endedAt })
    .execute()
}

async function end(turn: Turn, id: string, now: number): Promise<Silence> {
  const db = turn.tx.withTables<AlertTables>()
  const row = await db.selectFrom('alert_silence').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Refusal('not-found', '没有这项静默')
  if (row.ended_at !== null) throw new Refusal('conflict', '这项静默已结束')
  await db.updateTable('alert_silence').set({ ended_at: now }).where('id', '=', id).execute()
  return toSilence({ ...row, ended_at: now })
}

/** Every open alert gets the end of the silences that now fit it. */
async function remeasure(
  context: AlertsContext,
  turn: Turn,
  entry: { text: string; by: { post: string; username: string } },
): Promise<void> {
  const silences = await activeSilences(turn.tx, turn.now)
  const rows = await turn.tx
    .withTables<AlertTables>()
    .selectFrom('alert')
    .selectAll()
    .where('step', '<>', 'closed')
    .where('kind', '<>', 'hidden')
    .execute()
  const changed = rows.map(toAlert).filter((alert) => silencedUntil(alert, silences, turn.now) !== alert.silencedUntil)
  await actOnEach(
    context,
    turn,
    changed,
    (alert) => ({ kind: 'silence', until: silencedUntil(alert, silences, turn.now) }),
    entry,
  )
}
