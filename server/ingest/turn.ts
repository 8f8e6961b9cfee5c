import { sql } from 'kysely'
import type { QuarantineReason } from '../../contract/quarantine.ts'
import type { StoredEvent, Turn } from '../feature.ts'
import type { Accepted, Checked } from './check.ts'
import { dispatch, type Failure, type HandlersTable, startTrial } from './dispatch.ts'
import { markFailed, putIn } from './inbox.ts'
import { type QuarantineBounds, type SetAside, setAside } from './quarantine.ts'
import type { Delivery, IngestStats } from './stats.ts'

/** One message on its way into the inbox. */
export interface Parcel {
  /** Who gets the receipt; null for HTTP, which answers itself. */
  receiptFor: string | null
  topic: string | null
  checked: Checked
  receivedMs: number
  /** False for a replay, whose refusal already has its row. */
  quarantine: boolean
  settle: ((outcome: Outcome) => void) | null
}

export interface Outcome {
  stored: number
  duplicate: number
  rejected: { id: string | null; reason: QuarantineReason }[]
}

export interface TurnParts {
  table: HandlersTable
  stats: IngestStats
  bounds: QuarantineBounds
  /** Raises the alert of its own that a failed event deserves, in the same turn. */
  onHandlerFailed(turn: Turn, event: StoredEvent, error: unknown): Promise<void>
  log(level: 'warn' | 'error', message: string, details?: unknown): void
}

/** What a turn has done; true once it is committed. */
export interface TurnResult {
  fresh: StoredEvent[]
  /** Is this very copy the one that went in? A second copy in the same turn is not. */
  isFresh(accepted: Accepted): boolean
  deliveries: ReadonlyMap<string, Delivery>
}

/** All of one turn inside its transaction: inbox, quarantine, handlers, counts. */
export async function runTurn(turn: Turn, parcels: readonly Parcel[], parts: TurnParts): Promise<TurnResult> {
  const unique = new Map<string, Accepted>()
  for (const { checked } of parcels)
    for (const accepted of checked.events) {
      const { id } = accepted.event
      if (!unique.has(id)) unique.set(id, accepted)
    }
  const items = [...unique.values()]
  const ids = await putIn(turn.tx, items)
  const news = ids === 'all' ? items : items.filter(({ event }) => ids.has(event.id))
  const isFresh = (accepted: Accepted): boolean =>
    unique.get(accepted.event.id) === accepted && (ids === 'all' || ids.has(accepted.event.id))
  await quarantine(turn, parcels, isFresh, parts.bounds)
  const fresh = news.map(({ event }) => event)
  await dispatch(turn, parts.table, fresh, (failure) => leaveOut(turn, failure, parts))
  const deliveries = summarise(parcels, isFresh)
  await parts.stats.save(turn.tx, deliveries, turn.now)
  return { fresh, isFresh, deliveries }
}

async function quarantine(
  turn: Turn,
  parcels: readonly Parcel[],
  isFresh: (accepted: Accepted) => boolean,
  bounds: QuarantineBounds,
): Promise<void> {
  const items: SetAside[] = []
  for (const parcel of parcels) {
    if (!parcel.quarantine) continue
    for (const refused of parcel.checked.refusals) items.push({ refused, topic: parcel.topic })
    for (const accepted of parcel.checked.events)
      if (accepted.note && isFresh(accepted)) items.push({ refused: accepted.note, topic: parcel.topic })
  }
  if (items.length === 0) return
  await setAside(turn.tx, items)
  const added = new Map<string, number>()
  for (const { refused } of items) added.set(refused.collector, (added.get(refused.collector) ?? 0) + 1)
  await bounds.enforce(turn.tx, added)
}

/** The culprit's row is marked, an alert of its own is raised; an alert desk that fails too must not stop the turn. */
async function leaveOut(turn: Turn, failure: Failure, parts: TurnParts): Promise<void> {
  const { event, handler, error } = failure
  const message = error instanceof Error ? error.message : String(error)
  parts.log('error', `处理程序 ${handler} 未能处理事件 ${event.id}（${event.type}），已标记失败`, error)
  await markFailed(turn.tx, event, `${handler}: ${message}`)
  const trial = startTrial(turn)
  await sql`savepoint failed`.execute(turn.tx)
  try {
    await parts.onHandlerFailed(trial.turn, event, error)
    trial.keep()
  } catch (second) {
    await sql`rollback to savepoint failed`.execute(turn.tx)
    parts.log('error', `事件 ${event.id} 处理失败的告警未能发出`, second)
  }
  await sql`release savepoint failed`.execute(turn.tx)
}

interface Sum extends Delivery {
  seqs: number[]
}

function summarise(parcels: readonly Parcel[], isFresh: (accepted: Accepted) => boolean): Map<string, Sum> {
  const sums = new Map<string, Sum>()
  const of = (collector: string): Sum => {
    const known = sums.get(collector)
    if (known) return known
    const sum: Sum = { stored: 0, duplicate: 0, rejected: 0, lastObservedMs: null, seqs: [] }
    sums.set(collector, sum)
    return sum
  }
  for (const { checked } of parcels) {
    for (const accepted of checked.events) {
      const sum = of(accepted.event.collector)
      if (!isFresh(accepted)) {
        sum.duplicate += 1
        continue
      }
      sum.stored += 1
      if (accepted.seq !== null) sum.seqs.push(accepted.seq)
      if (accepted.event.observedMs > (sum.lastObservedMs ?? 0)) sum.lastObservedMs = accepted.event.observedMs
    }
    for (const { collector, seq } of checked.refusals) {
      const sum = of(collector)
      sum.rejected += 1
      if (seq !== null) sum.seqs.push(seq)
    }
  }
  return sums
}

/** What the sender of one parcel is told. */
export function outcomeOf({ checked }: Parcel, isFresh: (accepted: Accepted) => boolean): Outcome {
  const stored = checked.events.reduce((count, accepted) => (isFresh(accepted) ? count + 1 : count), 0)
  return {
    stored,
    duplicate: checked.events.length - stored,
    rejected: checked.refusals.map(({ id, reason }) => ({ id, reason })),
  }
}
