import { officeTime } from '../../config/zone.ts'
import type { Tick, Turn } from '../feature.ts'
import { Book } from './book.ts'
import { type AlertsContext, dayOf } from './context.ts'
import { applySignals, commitBook } from './desk.ts'
import { rungPost } from './ladder.ts'
import type { Input } from './lifecycle.ts'
import { readDue } from './queries.ts'
import { loadBook, prune } from './repository.ts'
import { toAlert } from './rows.ts'
import type { Signal } from './signal.ts'
import { STORM_WINDOW_MS } from './storm.ts'
import type { AlertTables } from './tables.ts'
import type { Actor, Alert } from './types.ts'

const HALF_DAY_MS = 12 * 3_600_000

/** One rung up for whoever nobody has acknowledged in time; after a stop of the server one rung a second. */
export const escalationTick = (context: AlertsContext): Tick => ({
  name: 'alerts-escalation',
  everyMs: 1000,
  async run(turn) {
    const due = await readDue(turn.tx, turn.now)
    await actOnEach(context, turn, due, (alert) => {
      const post = rungPost(context.rules.escalation[alert.severity] ?? [], alert.rung)
      return { kind: 'escalate', post: context.postName(post ?? '') }
    })
  },
})

/** What time alone brings: windows of count rules pass, silences end, what is over leaves at the change of shift. */
export const timeTick = (context: AlertsContext): Tick => ({
  name: 'alerts-time',
  everyMs: 5000,
  async run(turn) {
    await applySignals(context, turn, await passedWindows(context, turn))
    await endSilences(context, turn)
    await archive(context, turn)
    const longest = Math.max(0, ...context.rules.rules.map(({ withinS }) => withinS ?? 0))
    await prune(turn.tx, { occurrences: turn.now - longest * 1000 - HALF_DAY_MS, births: turn.now - STORM_WINDOW_MS })
  },
})

/** Applies one input to each of these alerts; what is refused stays as it is. */
export async function actOnEach(
  context: AlertsContext,
  turn: Turn,
  alerts: readonly Alert[],
  decide: (alert: Alert) => Input | undefined,
  entry: { text?: string; by?: Actor } = {},
): Promise<void> {
  if (alerts.length === 0) return
  const day = dayOf(turn.now)
  const empty = { causes: new Set<string>(), rules: new Set<string>(), eventIds: new Set<string>() }
  const book = new Book(await loadBook(turn.tx, empty, { now: turn.now, day }), context.rules, turn.now)
  for (const alert of alerts) {
    const input = decide(alert)
    if (input) book.act(alert, input, entry)
  }
  await commitBook(context, turn, book.changes())
}

/** A count is over when its window has passed since the last occurrence. */
async function passedWindows(context: AlertsContext, turn: Turn): Promise<Signal[]> {
  const signals: Signal[] = []
  for (const rule of context.rules.rules) {
    if (rule.kind !== 'count') continue
    const windowMs = (rule.withinS ?? 0) * 1000
    const over = await turn.tx
      .withTables<AlertTables>()
      .selectFrom('alert')
      .select(['cause', 'last_at'])
      .where('rule', '=', rule.id)
      .where('kind', '=', 'card')
      .where('state', 'in', ['unacknowledged', 'acknowledged'])
      .where('last_at', '<=', turn.now - windowMs)
      .execute()
    for (const { cause, last_at } of over) signals.push({ kind: 'clear', cause, at: last_at + windowMs, eventId: null })
  }
  return signals
}

async function endSilences(context: AlertsContext, turn: Turn): Promise<void> {
  const db = turn.tx.withTables<AlertTables>()
  await db
    .updateTable('alert_silence')
    .set((eb) => ({ ended_at: eb.ref('until_ms') }))
    .where('ended_at', 'is', null)
    .where('until_ms', '<=', turn.now)
    .execute()
  const rows = await db
    .selectFrom('alert')
    .selectAll()
    .where('silenced_until', '<=', turn.now)
    .where('step', '<>', 'closed')
    .execute()
  await actOnEach(context, turn, rows.map(toAlert), () => ({ kind: 'silence', until: null }))
}

async function archive(context: AlertsContext, turn: Turn): Promise<void> {
  const before = context.shiftStart?.(turn.now) ?? turn.now - HALF_DAY_MS
  const rows = await turn.tx
    .withTables<AlertTables>()
    .selectFrom('alert')
    .selectAll()
    .where('step', 'in', ['acknowledged', 'resolved'])
    .where('state', '=', 'normal')
    .where('normal_at', '<', before)
    .limit(200)
    .execute()
  await actOnEach(context, turn, rows.map(toAlert), () => ({ kind: 'archive' }))
}

/** Start of the shift that runs at `now`: the latest of these times of day, in the office. */
export function shiftStartOf(shifts: readonly { from: string }[]): ((now: number) => number) | undefined {
  if (shifts.length === 0) return undefined
  return (now) => {
    const today = officeTime(now).toPlainDate()
    const starts = [today, today.subtract({ days: 1 })].flatMap((date) =>
      shifts.map(
        ({ from }) => date.toZonedDateTime({ timeZone: officeTime(now).timeZoneId, plainTime: from }).epochMilliseconds,
      ),
    )
    return Math.max(...starts.filter((start) => start <= now))
  }
}
