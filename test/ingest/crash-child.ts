/** The real ingest over a real file and a real broker, made to be killed: sends nothing itself. */
import { sql } from 'kysely'
import { systemClock } from '../../server/clock.ts'
import { EmbeddedBroker } from '../../server/ingest/broker.ts'
import { ingestFeature } from '../../server/ingest/index.ts'
import { RecordStore } from '../../server/records/store.ts'

const [file = '', port = '0', step = '', nth = '0'] = process.argv.slice(2)
const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('dead')
}
let turns = 0
const dieAt = (where: string): void => {
  if (where === step && turns >= Number(nth)) die()
}
const records = new RecordStore(
  { kind: 'sqlite', file },
  { now: systemClock.now, committed: () => undefined, failed: () => undefined },
)
const ingest = ingestFeature({
  records: {
    read: records.read,
    write: async (act) => {
      turns += 1
      dieAt('before the turn')
      const result = await records.write(async (turn) => {
        const done = await act(turn)
        dieAt('before the commit')
        return done
      })
      dieAt('after the commit')
      return result
    },
  },
  clock: systemClock,
  site: 'demo',
  retention: { inboxDays: 200, quarantineDays: 90 },
  handlers: () => handlers,
  publish: (...message) => {
    broker.publish(...message)
    dieAt('after the receipt')
  },
  sideRoad: () => dieAt('on the side road'),
  onHandlerFailed: async () => undefined,
  onStatus: () => undefined,
  onHealth: () => undefined,
  log: () => undefined,
})
const handlers = [
  {
    name: 'count',
    types: ['access.'],
    handle: async (
      { tx }: { tx: Parameters<Parameters<typeof records.write>[0]>[0]['tx'] },
      events: readonly { id: string }[],
    ) => {
      for (const { id } of events) await sql`insert into counted (id) values (${id})`.execute(tx)
      dieAt('in a handler')
    },
  },
]
await records.migrate([
  ...(ingest.migrations ?? []),
  { id: 'crash/001', up: async (db) => void (await sql`create table counted (id varchar(64))`.execute(db)) },
])
await ingest.start?.()
const broker = new EmbeddedBroker({
  host: '127.0.0.1',
  port: Number(port),
  site: 'demo',
  accounts: new Map([['hik-a', 'a']]),
  door: ingest,
  now: systemClock.now,
  log: () => undefined,
  waitMs: 5000,
})
await broker.start()
process.send?.('ready')
process.on('disconnect', () => process.exit(0))
