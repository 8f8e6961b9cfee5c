/** The bare subscriber: parse, write (id, payload) to SQLite WAL FULL in group commits, receipt after the commit. */
import { DatabaseSync } from 'node:sqlite'
import mqtt from 'mqtt'
import { COLLECTOR, SITE } from './load.ts'

const [url = '', file = ''] = process.argv.slice(2)
const db = new DatabaseSync(file)
db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
db.exec('create table inbox (id text primary key, payload text not null)')
const insert = db.prepare('insert or ignore into inbox (id, payload) values (?, ?)')
let queue: { id: string; payload: string }[] = []
let waiting = false

function commit(): void {
  waiting = false
  const rows = queue
  queue = []
  db.exec('begin')
  for (const { id, payload } of rows) insert.run(id, payload)
  db.exec('commit')
  for (let at = 0; at < rows.length; at += 1000) {
    const ids = rows.slice(at, at + 1000).map(({ id }) => id)
    client.publish(`jc/v1/${SITE}/_receipt/${COLLECTOR}`, JSON.stringify({ v: 1, ids, rejected: [] }), { qos: 1 })
  }
}

const client = mqtt.connect(url, { clientId: 'baseline', clean: false, keepalive: 60 })
client.handleMessage = (packet, done) => {
  const text = packet.payload.toString()
  const message = JSON.parse(text) as { id: string; batch?: { id: string }[] }
  if (message.batch) for (const event of message.batch) queue.push({ id: event.id, payload: JSON.stringify(event) })
  else queue.push({ id: message.id, payload: text })
  if (!waiting) setTimeout(commit, 10)
  waiting = true
  done()
}
let before = process.threadCpuUsage()
client.on('connect', () =>
  client.subscribe(`jc/v1/${SITE}/+/+/evt/+`, { qos: 1 }, () => {
    before = process.threadCpuUsage()
    process.send?.('ready')
  }),
)
process.on('message', () => {
  const { user, system } = process.threadCpuUsage(before)
  process.send?.({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage().rss / 1e6 })
  process.exit(0)
})
