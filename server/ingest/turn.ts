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
  deliveries: ReadonlyMap<string, Delivery>
}

/** All of one turn inside its transaction: inbox, quarantine, handlers, counts. */
export async function runTurn(turn: Turn, parcels: readonly Parcel[], parts: TurnParts): Promise<TurnResult> {
  const news = await store(turn, parcels)
  await quarantine(turn, parcels, parts.bounds)
  const fresh = news.map(({ event }) => event)
  await dispatch(turn, parts.table, fresh, (failure) => leaveOut(turn, failure, parts))
  const deliveries = summarise(parcels)
  await parts.stats.save(turn.tx, deliveries, turn.now)
  return { fresh, deliveries }
}

/** Puts the first copy of each event into the inbox and marks those that were new. */
async function store(turn: Turn, parcels: readonly Parcel[]): Promise<Accepted[]> {
  const seen = new Set<string>()
  const first: Accepted[] = []
  for (const { checked } of parcels)
    for (const accepted of checked.events) {
      accepted.fresh = !seen.has(accepted.event.id)
      if (!accepted.fresh) continue
      seen.add(accepted.event.id)
      first.push(accepted)
    }
  const ids = await putIn(turn.tx, first)
  if (ids === 'all') return first
  for (const accepted of first) accepted.fresh = ids.has(accepted.event.id)
  return first.filter(({ fresh }) => fresh)
}

async function quarantine(turn: Turn, parcels: readonly Parcel[], bounds: QuarantineBounds): Promise<void> {
  const items: SetAside[] = []
  for (const { quarantine, checked, topic } of parcels) {
    if (!quarantine) continue
    for (const refused of checked.refusals) items.push({ refused, topic })
    for (const { note, fresh } of checked.events) if (note && fresh) items.push({ refused: note, topic })
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

function summarise(parcels: readonly Parcel[]): Map<string, Sum> {
  const sums = new Map<string, Sum>()
  const of = (collector: string): Sum => {
    const known = sums.get(collector)
    if (known) return known
    const sum: Sum = { stored: 0, duplicate: 0, rejected: 0, lastObservedMs: null, seqs: [] }
    sums.set(collector, sum)
    return sum
  }
  for (const { checked } of parcels) {
    for (const { event, seq, fresh } of checked.events) {
      const sum = of(event.collector)
      if (!fresh) {
        sum.duplicate += 1
        continue
      }
      sum.stored += 1
      if (seq !== null) sum.seqs.push(seq)
      if (event.observedMs > (sum.lastObservedMs ?? 0)) sum.lastObservedMs = event.observedMs
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
export function outcomeOf({ checked }: Parcel): Outcome {
  const stored = checked.events.reduce((count, { fresh }) => (fresh ? count + 1 : count), 0)
  return {
    stored,
    duplicate: checked.events.length - stored,
    rejected: checked.refusals.map(({ id, reason }) => ({ id, reason })),
  }
}
