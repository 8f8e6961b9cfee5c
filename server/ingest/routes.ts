import { listEvents } from '../../contract/http/events.ts'
import { ingest } from '../../contract/http/ingest.ts'
import {
  discardQuarantined,
  listQuarantine,
  type QuarantineItem,
  replayQuarantined,
} from '../../contract/http/quarantine.ts'
import { QUARANTINE_REASONS } from '../../contract/quarantine.ts'
import { type BoundRoute, bind, type Records } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { Ground } from './check.ts'
import { listStored } from './events-list.ts'
import { parseMoment } from './moment.ts'
import { closeQuarantined, findQuarantined, listQuarantine as listRows } from './quarantine.ts'
import { groundOf, payloadOf } from './replay.ts'
import type { QuarantineRow } from './tables.ts'
import type { Outcome } from './turn.ts'

export interface RouteDeps {
  records: Records
  site: string
  /** The same way as over MQTT; `quarantine` false leaves no second row. Resolves after the commit. */
  deliver(payload: Uint8Array, ground: Ground, receivedMs: number, quarantine: boolean): Promise<Outcome>
}

export const ingestRoutes = (deps: RouteDeps): BoundRoute[] => [
  bind(ingest, ({ body, now }) =>
    // A raw route hands over bytes; its schema only documents them.
    deps.deliver(body as unknown as Uint8Array, { site: deps.site, domain: null, collector: null }, now, true),
  ),
  bind(listEvents, ({ query: { type, object, from, to, cursor, limit } }) => {
    const span = { from: from ? parseMoment(from) : undefined, to: to ? parseMoment(to) : undefined }
    return listStored(deps.records.read, { type, object, ...span }, cursor, limit)
  }),
  bind(listQuarantine, async ({ query: { collector, reason, open, cursor, limit } }) => {
    const filter = { collector, reason, open: open === undefined ? undefined : open === 'true' }
    const rows = await listRows(deps.records.read, filter, beforeOf(cursor), limit + 1)
    const shown = rows.slice(0, limit)
    return { items: shown.map(present), cursor: rows.length > limit ? String(shown.at(-1)?.seq) : null }
  }),
  bind(replayQuarantined, async ({ params: { id }, body: { payload }, person, now }) => {
    const row = await openRow(deps.records, id)
    const outcome = await deps.deliver(payloadOf(row, payload), groundOf(row, deps.site), now, false)
    if (outcome.rejected.length > 0 || outcome.stored + outcome.duplicate === 0) return { ...outcome, state: row.state }
    const closing = { state: 'replayed' as const, at: now, by: person.username, note: payload ? '已更正' : null }
    await deps.records.write(({ tx }) => closeQuarantined(tx, id, closing))
    return { ...outcome, state: closing.state }
  }),
  bind(discardQuarantined, async ({ params: { id }, body: { reason }, person, now }) => {
    await openRow(deps.records, id)
    const closing = { state: 'discarded' as const, at: now, by: person.username, note: reason }
    const done = await deps.records.write(({ tx }) => closeQuarantined(tx, id, closing))
    const row = await findQuarantined(deps.records.read, id)
    if (!done || !row) throw new Refusal('conflict')
    return present(row)
  }),
]

async function openRow(records: Records, id: string): Promise<QuarantineRow> {
  const row = await findQuarantined(records.read, id)
  if (!row) throw new Refusal('not-found')
  if (row.state !== 'open') throw new Refusal('conflict', row.state === 'replayed' ? '已重新入库' : '已作废')
  return row
}

function beforeOf(cursor: string | undefined): number | undefined {
  if (!cursor) return undefined
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor)
  throw new Refusal('bad-input', undefined, [{ path: 'cursor', message: '翻页标记无效，请从头查询' }])
}

const present = (row: QuarantineRow): QuarantineItem => ({
  id: row.id,
  collector: row.collector,
  topic: row.topic,
  reason: row.reason,
  reasonText: QUARANTINE_REASONS[row.reason],
  eventId: row.event_id,
  excerpt: row.excerpt,
  truncated: row.truncated === 1,
  firstAt: row.first_ms,
  lastAt: row.last_ms,
  times: row.times,
  state: row.state,
  closedAt: row.closed_ms,
  closedBy: row.closed_by,
  note: row.note,
})
