import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import mqtt from 'mqtt'
import { afterEach, expect, it } from 'vitest'
import { freePort, temporaryFolder } from '../services.ts'
import { until } from './kit.ts'

const TOTAL = 600
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

async function start(file: string, port: number, step = '', nth = 0): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'crash-child.ts'), [file, String(port), step, String(nth)], {
    execArgv: [],
  })
  children.push(child)
  await once(child, 'message')
  return child
}

/** A collector as delivery/ behaves: what has no receipt is sent again after each connection. */
async function collector(port: number) {
  const pending = new Map<string, string>()
  const observed_at = new Date().toISOString()
  for (let n = 0; n < TOTAL; n++) {
    const id = `e${n}`
    pending.set(
      id,
      JSON.stringify({ v: 1, id, type: 'access.granted', site: 'demo', collector: 'hik-a', observed_at, seq: n + 1 }),
    )
  }
  const receipted = new Set<string>()
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    username: 'hik-a',
    password: 'a',
    clientId: 'hik-a',
    clean: true,
    reconnectPeriod: 50,
  })
  client.on('error', () => undefined)
  client.on('message', (_topic, payload) => {
    for (const id of (JSON.parse(payload.toString()) as { ids: string[] }).ids) {
      pending.delete(id)
      receipted.add(id)
    }
  })
  client.on('connect', () =>
    client.subscribe('jc/v1/demo/_receipt/hik-a', { qos: 1 }, () => {
      for (const payload of pending.values())
        client.publish('jc/v1/demo/access/hik-a/evt/access.granted', payload, { qos: 1 }, () => undefined)
    }),
  )
  return { client, pending, receipted }
}

it.each([
  ['before the turn', 1],
  ['in a handler', 2],
  ['before the commit', 2],
  ['after the commit', 2],
  ['after the receipt', 1],
  ['on the side road', 2],
])('killed %s: nothing lost, nothing doubled', async (step, nth) => {
  const file = join(temporaryFolder('crash'), 'records.sqlite')
  const port = await freePort()
  const first = await start(file, port, step, nth)
  const died = once(first, 'exit')
  const { client, pending, receipted } = await collector(port)
  expect((await died)[1]).toBe('SIGKILL')
  const receiptedBefore = [...receipted]
  const onDisk = new DatabaseSync(file).prepare('select id from inbox').all() as { id: string }[]
  // A receipt means on disk, even at the moment of death.
  expect(onDisk.map(({ id }) => id)).toEqual(expect.arrayContaining(receiptedBefore))
  const second = await start(file, port)
  await until(() => pending.size === 0)
  await client.endAsync(true)
  second.disconnect()
  await once(second, 'exit')
  const db = new DatabaseSync(file)
  const count = (text: string) => Number(Object.values(db.prepare(text).get() ?? {})[0])
  expect(count('select count(*) from inbox')).toBe(TOTAL)
  expect(count('select count(*) from counted')).toBe(TOTAL)
  expect(count('select count(distinct id) from counted')).toBe(TOTAL)
  expect(count("select stored from ingest_collector where collector = 'hik-a'")).toBe(TOTAL)
  db.close()
})
