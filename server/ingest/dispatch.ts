import { sql } from 'kysely'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { EventHandler, StoredEvent, Turn } from '../feature.ts'
import { isStoreTrouble } from './store-trouble.ts'

/** An event on which a handler threw. */
export interface Failure {
  event: StoredEvent
  handler: string
  error: unknown
}

/** Looks handlers up by type; a handler names exact types, or a prefix that ends in `.`. */
export class HandlersTable {
  readonly #handlers: readonly EventHandler[]
  readonly #byType = new Map<string, readonly EventHandler[]>()

  constructor(handlers: readonly EventHandler[]) {
    this.#handlers = handlers
  }

  of(type: string): readonly EventHandler[] {
    const known = this.#byType.get(type)
    if (known) return known
    const fits = (wanted: string) => wanted === type || (wanted.endsWith('.') && type.startsWith(wanted))
    const found = this.#handlers.filter(({ types }) => types.some(fits))
    this.#byType.set(type, found)
    return found
  }

  /** The handlers concerned in their order, each with its events in order of arrival. */
  plan(events: readonly StoredEvent[]): { handler: EventHandler; events: StoredEvent[] }[] {
    const work = new Map<EventHandler, StoredEvent[]>()
    for (const event of events) {
      for (const handler of this.of(event.type)) {
        const list = work.get(handler)
        if (list) list.push(event)
        else work.set(handler, [event])
      }
    }
    return this.#handlers.flatMap((handler) => {
      const list = work.get(handler)
      return list ? [{ handler, events: list }] : []
    })
  }
}

/**
 * Hands the new events of a turn to their handlers. When one throws, all that the handlers did with these events is
 * undone and each half is tried again, so that in the end only the culprit is left out and every other event has had
 * all of its handlers.
 * @throws when the store itself is in trouble: then nobody is to blame and the whole turn is tried again
 */
export async function dispatch(
  turn: Turn,
  table: HandlersTable,
  events: readonly StoredEvent[],
  failed: (failure: Failure) => Promise<void>,
): Promise<void> {
  if (events.length === 0) return
  const plan = table.plan(events)
  if (plan.length === 0) return
  const trial = startTrial(turn)
  let handler = ''
  await sql`savepoint handlers`.execute(turn.tx)
  try {
    for (const step of plan) {
      handler = step.handler.name
      await step.handler.handle(trial.turn, step.events)
    }
    await sql`release savepoint handlers`.execute(turn.tx)
    trial.keep()
  } catch (error) {
    if (isStoreTrouble(error)) throw error
    await sql`rollback to savepoint handlers`.execute(turn.tx)
    await sql`release savepoint handlers`.execute(turn.tx)
    const [first] = events
    if (events.length === 1 && first) return failed({ event: first, handler, error })
    const middle = events.length >> 1
    await dispatch(turn, table, events.slice(0, middle), failed)
    await dispatch(turn, table, events.slice(middle), failed)
  }
}

/** A turn whose touches, alerts and after-commit acts count only once it is kept: what is undone announces nothing. */
export function startTrial(turn: Turn): { turn: Turn; keep(): void } {
  const touched: string[] = []
  const alerts: AlertItem[] = []
  const acts: (() => void | Promise<void>)[] = []
  return {
    turn: {
      tx: turn.tx,
      now: turn.now,
      touch: (...panels) => {
        touched.push(...panels)
      },
      announce: (alert) => {
        alerts.push(alert)
      },
      afterCommit: (act) => {
        acts.push(act)
      },
    },
    keep: () => {
      if (touched.length > 0) turn.touch(...touched)
      for (const alert of alerts) turn.announce(alert)
      for (const act of acts) turn.afterCommit(act)
    },
  }
}
