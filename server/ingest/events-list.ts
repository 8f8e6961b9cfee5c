import type { Envelope } from '../../contract/envelope.ts'
import type { EventItem } from '../../contract/http/events.ts'
import type { Reader } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { InboxRow, IngestTables } from './tables.ts'

export interface EventFilter {
  type?: string
  object?: string
  /** Epoch ms, inclusive. */
  from?: number
  /** Epoch ms, exclusive. */
  to?: number
}

/** Place of a row in the list: newest observation first, the later arrival first among equals. */
interface Place {
  observedMs: number
  seq: number
}

/** @throws Refusal `bad-input` */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (!cursor) return undefined
  const [, observedMs, seq] = /^(-?\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? []
  if (observedMs === undefined || seq === undefined)
    throw new Refusal('bad-input', undefined, [{ path: 'cursor', message: '翻页标记无效，请从头查询' }])
  return { observedMs: Number(observedMs), seq: Number(seq) }
}

/** One page. Rows that arrive meanwhile neither shift nor double what was already read. */
export async function listStored(
  read: Reader,
  filter: EventFilter,
  cursor: string | undefined,
  limit: number,
): Promise<{ items: EventItem[]; cursor: string | null }> {
  const after = readCursor(cursor)
  let query = read.withTables<IngestTables>().selectFrom('inbox').selectAll()
  if (filter.type) query = query.where('type', '=', filter.type)
  if (filter.object) query = query.where('object', '=', filter.object)
  if (filter.from !== undefined) query = query.where('observed_ms', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('observed_ms', '<', filter.to)
  if (after)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('observed_ms', 'seq'), '<', tuple(after.observedMs, after.seq)),
    )
  const rows = await query
    .orderBy('observed_ms', 'desc')
    .orderBy('seq', 'desc')
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(present),
    cursor: rows.length > limit && last ? `${last.observed_ms}.${last.seq}` : null,
  }
}

/** The body was checked on its way in; `data` is the only default that it may lack. */
const present = (row: InboxRow): EventItem => ({
  ...({ data: {}, ...JSON.parse(row.body) } as Envelope),
  severity: row.severity,
  backfill: row.backfill === 1,
  received_at: Temporal.Instant.fromEpochMilliseconds(row.received_ms).toString(),
  state: row.state,
  failure: row.reason,
})
