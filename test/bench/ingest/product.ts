/** The real thing: ingestFeature on a real RecordStore with handlers, over the real subscriber. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { sql } from 'kysely'
import { systemClock } from '../../../server/clock.ts'
import type { EventHandler, StoredEvent } from '../../../server/feature.ts'
import { ingestFeature } from '../../../server/ingest/index.ts'
import { MqttSubscriber } from '../../../server/ingest/subscriber.ts'
import { RecordStore } from '../../../server/records/store.ts'
import { SITE } from './load.ts'

const [url = '', file = ''] = process.argv.slice(2)
const records = new RecordStore(
  { kind: 'sqlite', file },
  { now: systemClock.now, committed: () => undefined, failed: console.error },
)

/** One select and one upsert a turn, as the features do. */
const doors: EventHandler = {
  name: 'doors',
  types: ['access.', 'door.'],
  handle: async ({ tx, touch }, events) => {
    const last = new Map<string, StoredEvent>()
    for (const event of events) if (event.object) last.set(event.object, event)
    const known = await sql<{
      id: string
      opened: number
    }>`select id, opened from bench_door where id in (${sql.join([...last.keys()])})`.execute(tx)
    const opened = new Map(known.rows.map((row) => [row.id, row.opened]))
    const rows = [...last].map(
      ([id, event]) => sql`(${id}, ${event.type}, ${event.observedMs}, ${(opened.get(id) ?? 0) + 1})`,
    )
    await sql`insert into bench_door (id, state, at, opened) values ${sql.join(rows)} on conflict (id) do update set state = excluded.state, at = excluded.at, opened = excluded.opened`.execute(
      tx,
    )
    touch('doors')
  },
}
const handlers: readonly EventHandler[] = [
  doors,
  { name: 'alerts', types: ['door.forced', 'terminal.'], handle: async () => undefined },
]

const ingest = ingestFeature({
  records,
  clock: systemClock,
  site: SITE,
  retention: { inboxDays: 200, quarantineDays: 90 },
  handlers: () => handlers,
  publish: (...message) => wire.publish(...message),
  sideRoad: () => undefined,
  onHandlerFailed: async () => undefined,
  onStatus: () => undefined,
  onHealth: () => undefined,
  log: (level, message, details) => level !== 'info' && console.error(message, details ?? ''),
})
const wire = new MqttSubscriber({
  url,
  username: 'server',
  password: '',
  clientId: 'product',
  site: SITE,
  door: ingest,
  now: systemClock.now,
  chance: () => 0.5,
  log: console.error,
})
await records.migrate([
  ...(ingest.migrations ?? []),
  {
    id: 'bench/001',
    up: async (db) => {
      await sql`create table bench_door (id varchar(64) primary key, state text, at bigint, opened bigint)`.execute(db)
    },
  },
])
await ingest.start?.()
await wire.start()
const delay = monitorEventLoopDelay({ resolution: 5 })
while (!wire.ready().ok) await new Promise((resolve) => setTimeout(resolve, 10))
delay.enable()
const before = process.threadCpuUsage()
process.send?.('ready')
process.on('message', async () => {
  delay.disable()
  const { turns } = ingest.stats()
  const { user, system } = process.threadCpuUsage(before)
  process.send?.({
    cpuMs: (user + system) / 1000,
    p99Ms: delay.percentile(99) / 1e6,
    maxMs: delay.max / 1e6,
    turns,
    rssMb: process.memoryUsage().rss / 1e6,
  })
  await wire.stop()
  await ingest.stop?.()
  await records.close()
  process.exit(0)
})
