import type { Family } from '../contract/catalogue.ts'
import type { Domain } from '../contract/domains.ts'
import type { Severity } from '../contract/severity.ts'
import type { Reader, StoredEvent } from './feature.ts'
import type { InboxRow, IngestTables } from './ingest/tables.ts'

const PAGE = 500

/** Stored events of these types in order of arrival, page by page: what a dry run of the alert rules reads. */
export async function* history(
  read: Reader,
  { types, from, to }: { types: readonly string[]; from: number; to: number },
): AsyncIterable<readonly StoredEvent[]> {
  const exact = types.filter((type) => !type.endsWith('.'))
  const prefixes = types.filter((type) => type.endsWith('.'))
  if (types.length === 0) return
  let after = 0
  for (;;) {
    const rows = await read
      .withTables<IngestTables>()
      .selectFrom('inbox')
      .selectAll()
      .where('seq', '>', after)
      .where('observed_ms', '>=', from)
      .where('observed_ms', '<', to)
      .where((where) =>
        where.or([
          ...(exact.length > 0 ? [where('type', 'in', exact)] : []),
          ...prefixes.map((prefix) => where('type', 'like', `${prefix}%`)),
        ]),
      )
      .orderBy('seq')
      .limit(PAGE)
      .execute()
    if (rows.length > 0) yield rows.map(storedEvent)
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    after = Number(last.seq)
  }
}

/** Those of these events that are still kept, in order of arrival; at most 1000. */
export async function eventsOf(read: Reader, ids: readonly string[]): Promise<StoredEvent[]> {
  if (ids.length === 0) return []
  const inbox = read.withTables<IngestTables>().selectFrom('inbox').selectAll()
  const rows = await inbox.where('id', 'in', ids.slice(0, 1000)).orderBy('seq').execute()
  return rows.map(storedEvent)
}

/** Stored events received since (epoch ms), newest first, page by page: what the metrics may have missed in a crash. */
export async function* receivedSince(read: Reader, since: number): AsyncIterable<readonly StoredEvent[]> {
  let before = Number.MAX_SAFE_INTEGER
  for (;;) {
    const inbox = read.withTables<IngestTables>().selectFrom('inbox').selectAll()
    const rows = await inbox.where('seq', '<', before).orderBy('seq', 'desc').limit(PAGE).execute()
    const recent = rows.filter((row) => row.received_ms >= since)
    if (recent.length > 0) yield recent.map(storedEvent)
    const last = rows.at(-1)
    if (!last || rows.length < PAGE || recent.length === 0) return
    before = Number(last.seq)
  }
}

function storedEvent(row: InboxRow): StoredEvent {
  const { observed_at, data } = JSON.parse(row.body) as { observed_at: string; data?: Record<string, unknown> }
  return {
    id: row.id,
    type: row.type,
    family: row.family as Family,
    domain: row.domain as Domain,
    collector: row.collector,
    device: row.device,
    object: row.object,
    severity: row.severity as Severity,
    observedAt: observed_at,
    observedMs: row.observed_ms,
    receivedMs: row.received_ms,
    backfill: row.backfill !== 0,
    data: data ?? {},
  }
}

/** Bodies of these events as they were accepted, verbatim; at most 1000. */
export async function rawOf(read: Reader, ids: readonly string[]): Promise<{ id: string; body: string }[]> {
  if (ids.length === 0) return []
  const inbox = read.withTables<IngestTables>().selectFrom('inbox').select(['id', 'body'])
  return inbox.where('id', 'in', ids.slice(0, 1000)).execute()
}

/** Stored events of one thing, observed within these epoch ms, in that order. */
export async function eventsAround(
  read: Reader,
  object: string,
  from: number,
  to: number,
  limit: number,
): Promise<StoredEvent[]> {
  const rows = await read
    .withTables<IngestTables>()
    .selectFrom('inbox')
    .selectAll()
    .where('object', '=', object)
    .where('observed_ms', '>=', from)
    .where('observed_ms', '<=', to)
    .orderBy('observed_ms')
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map(storedEvent)
}
