import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { EventHandler, Records, Turn } from '../../server/feature.ts'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'
import type { Postgres } from '../services/postgres.ts'
import { startPostgres } from '../services.ts'
import { bytes, envelope, type Kit, openKit, sqliteOptions, topic, until } from './kit.ts'

const batch = (...ids: string[]) => ({ v: 1, batch: ids.map((id) => envelope({ id })) })
const inboxIds = async ({ records }: Kit): Promise<string[]> =>
  (await sql<{ id: string }>`select id from inbox order by seq`.execute(records.read)).rows.map(({ id }) => id)

/** Writes what it saw into a table, so that what is rolled back is gone; throws on ids that begin with `bad`. */
const recorder = (name: string, types: readonly string[], calls: string[][] = []): EventHandler => ({
  name,
  types,
  handle: async (turn, events) => {
    calls.push(events.map(({ id }) => id))
    for (const { id } of events) await sql`insert into seen (handler, id) values (${name}, ${id})`.execute(turn.tx)
    turn.afterCommit(() => {
      calls.push([`committed ${events.map(({ id }) => id).join()}`])
    })
    const bad = events.find(({ id }) => id.startsWith(`bad-${name}`))
    if (bad) throw new Error(`cannot stand ${bad.id}`)
  },
})
const seen = async ({ records }: Kit): Promise<string[]> =>
  (
    await sql<{ handler: string; id: string }>`select handler, id from seen order by handler, id`.execute(records.read)
  ).rows.map(({ handler, id }) => `${handler}:${id}`)

describe.each(['SQLite', 'PostgreSQL'])('on %s', (store) => {
  let postgres: Postgres | undefined
  let kit: Kit | undefined
  beforeAll(async () => {
    if (store === 'PostgreSQL') postgres = await startPostgres()
  })
  afterAll(() => postgres?.stop())
  afterEach(async () => {
    await kit?.close()
    kit = undefined
  })
  const options = async (): Promise<RecordsOptions> =>
    postgres ? { kind: 'postgres', url: await postgres.freshDatabase() } : sqliteOptions()
  const open = async (part: Parameters<typeof openKit>[0] = {}): Promise<Kit> => {
    kit = await openKit({ options: await options(), ...part })
    await kit.records.write(({ tx }) => sql`create table seen (handler varchar(32), id varchar(64))`.execute(tx))
    return kit
  }

  it('stores, receipts and sends along the side road once each', async () => {
    const one = await open()
    expect(await one.send(batch('a', 'b', 'a'))).toEqual({ stored: 2, duplicate: 1, rejected: [] })
    expect(await one.send(batch('b', 'c'))).toEqual({ stored: 1, duplicate: 1, rejected: [] })
    expect(await inboxIds(one)).toEqual(['a', 'b', 'c'])
    expect(one.receipts.map(({ receipt }) => receipt.ids)).toEqual([
      ['a', 'b', 'a'],
      ['b', 'c'],
    ])
    expect(one.sideRoad.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })

  it('many messages share one commit, in order of arrival', async () => {
    const calls: string[][] = []
    const one = await open({ handlers: [recorder('h', ['access.'], calls)] })
    const ids = Array.from({ length: 700 }, (_, n) => `e${String(n).padStart(4, '0')}`)
    await Promise.all(ids.map((id) => one.send(envelope({ id }))))
    expect(await inboxIds(one)).toEqual(ids)
    expect(calls.filter(([first]) => !first?.startsWith('committed')).flat()).toEqual(ids)
    expect(one.ingest.stats().turns).toBeLessThan(5)
    expect(one.receipts.length).toBeLessThan(5)
  })

  it('no receipt before the commit', async () => {
    let receiptsDuring = -1
    const one: Kit = await open({
      handlers: [
        {
          name: 'watch',
          types: ['access.granted'],
          handle: async () => {
            receiptsDuring = one.receipts.length + one.sideRoad.length
          },
        },
      ],
    })
    await one.send(envelope())
    expect(receiptsDuring).toBe(0)
    expect(one.receipts).toHaveLength(1)
  })

  it('a handler that throws leaves out its culprit only, and of that nothing but the marked row', async () => {
    const calls: string[][] = []
    const one = await open({
      handlers: [recorder('first', ['access.granted'], calls), recorder('second', ['access.'], calls)],
    })
    const ids = ['a', 'b', 'bad-second', 'c', 'd', 'bad-first', 'e']
    expect(await one.send(batch(...ids))).toMatchObject({ stored: 7 })
    const good = ['a', 'b', 'c', 'd', 'e']
    expect(await seen(one)).toEqual([...good.map((id) => `first:${id}`), ...good.map((id) => `second:${id}`)])
    const rows = await sql<{
      id: string
      reason: string
    }>`select id, reason from inbox where state = 'failed' order by id`.execute(one.records.read)
    expect(rows.rows).toEqual([
      { id: 'bad-first', reason: 'first: cannot stand bad-first' },
      { id: 'bad-second', reason: 'second: cannot stand bad-second' },
    ])
    expect(one.failures.map(({ event }) => event.id)).toEqual(['bad-second', 'bad-first'])
    expect(calls.flat().filter((call) => call.startsWith('committed') && call.includes('bad'))).toEqual([])
    expect(one.receipts[0]?.receipt.ids).toEqual(ids)
  })

  it('an alert desk that fails too stops nothing', async () => {
    const one = await open({
      handlers: [recorder('h', ['access.'])],
      onHandlerFailed: async (turn: Turn) => {
        await sql`insert into seen (handler, id) values ('desk', 'half')`.execute(turn.tx)
        await sql`insert into nowhere values (1)`.execute(turn.tx)
      },
    })
    expect(await one.send(batch('a', 'bad-h', 'b'))).toMatchObject({ stored: 3 })
    expect(await seen(one)).toEqual(['h:a', 'h:b'])
  })

  it('quarantines with its reason, counts the same message up, keeps unknown types', async () => {
    const one = await open()
    const outcome = await one.send({
      v: 1,
      batch: [envelope({ id: 'a', v: 2 }), envelope({ id: 'b', type: 'access.new' })],
    })
    expect(outcome).toEqual({ stored: 1, duplicate: 0, rejected: [{ id: 'a', reason: 'schema_major' }] })
    await Promise.all([one.send('{'), one.send('{')])
    await one.send('{')
    await one.send(envelope({ id: 'b', type: 'access.new' }))
    const rows = await sql<{
      reason: string
      event_id: string
      times: number
    }>`select reason, event_id, times from quarantine order by seq`.execute(one.records.read)
    expect(rows.rows).toEqual([
      { reason: 'schema_major', event_id: 'a', times: 1 },
      { reason: 'unknown_topic', event_id: 'b', times: 1 },
      { reason: 'bad_json', event_id: null, times: 3 },
    ])
    expect(one.receipts[0]?.receipt).toEqual({ v: 1, ids: ['b'], rejected: [{ id: 'a', reason: 'schema_major' }] })
    expect(await one.ingest.quarantineOpen()).toBe(3)
  })

  it('takes hard text: emoji, NUL in data, lone surrogates, quotes', async () => {
    const one = await open()
    const data = { name: `'";--院👮\u0000\ud800`, 'k"': 1 }
    expect(await one.send(envelope({ id: 'x', object: 'door:\'";--', data }))).toMatchObject({ stored: 1 })
    expect(await one.send(`{"v":1,"x":"\0`)).toMatchObject({ rejected: [{ reason: 'bad_json' }] })
  })

  it('counts survive a restart; gaps in seq are told once as an event', async () => {
    const stored = await options()
    kit = await openKit({ options: stored })
    for (const [id, seq] of [
      ['a', 1],
      ['b', 2],
      ['c', 5],
    ] as const)
      await kit.send(envelope({ id, seq }))
    await kit.send(envelope({ id: 'd', seq: 6, v: 2 }))
    await kit.close()
    kit = await openKit({ options: stored })
    expect(kit.ingest.stats().collectors).toMatchObject([{ collector: 'hik-a', lastSeq: 6, stored: 3, rejected: 1 }])
    await kit.send(envelope({ id: 'e', seq: 9 }))
    const { clock, records, ingest } = kit
    clock.ms += 11_000
    const tick = ingest.ticks?.find(({ name }) => name === 'ingest.gaps')
    for (let n = 0; n < 2; n++) await records.write(async (turn) => tick?.run(turn))
    const gaps = () => sql<{ body: string }>`select body from inbox where type = 'collector.gap'`.execute(records.read)
    await until(async () => (await gaps()).rows.length > 0)
    expect((await gaps()).rows.map(({ body }) => JSON.parse(body))).toMatchObject([
      { object: 'collector:hik-a', data: { from: 7, to: 8, missing: 2 }, severity: 'warning' },
    ])
    expect(ingest.stats().collectors[0]).toMatchObject({ missing: 2, perHour: 2 })
  })

  it('old rows go, new ones stay', async () => {
    const one = await open()
    await one.send(envelope({ id: 'old' }))
    await one.send('{')
    one.clock.ms += 201 * 24 * 3600 * 1000
    await one.send(envelope({ id: 'new', observed_at: new Date(one.clock.ms).toISOString() }))
    const tick = one.ingest.ticks?.find(({ name }) => name === 'ingest.prune')
    await one.records.write(async (turn) => tick?.run(turn))
    expect(await inboxIds(one)).toEqual(['new'])
    expect(await one.ingest.quarantineOpen()).toBe(0)
  })
})

describe('a store in trouble', () => {
  /** A real store whose next writes fail as a full disk would. */
  const failing = (records: RecordStore, errors: Error[]): Records => ({
    read: records.read,
    write: (act) => {
      const error = errors.shift()
      return error ? Promise.reject(error) : records.write(act)
    },
  })
  const full = () => Object.assign(new Error('database or disk is full'), { errcode: 13 })
  let kit: Kit | undefined
  let records: RecordStore | undefined
  afterEach(async () => {
    await kit?.ingest.stop?.()
    await kit?.records.close()
    await records?.close()
  })
  const open = async (errors: Error[], handlers: EventHandler[] = []): Promise<Kit> => {
    const options = sqliteOptions()
    records = new RecordStore(options, { now: () => 0, committed: () => undefined, failed: () => undefined })
    kit = await openKit({ options, handlers, records: failing(records, errors) })
    return kit
  }

  it('waits, says so, receipts nothing, and goes on by itself without loss', async () => {
    const one = await open([full(), full()])
    const outcomes = Promise.all([one.send(envelope({ id: 'a' })), one.send(envelope({ id: 'b' }))])
    await until(() => one.states.length === 1)
    expect(one.states[0]).toMatchObject({ ok: false })
    expect(one.ingest.state()).toMatchObject({ ok: false, reason: expect.stringContaining('记录库') })
    expect(one.receipts).toEqual([])
    expect((await outcomes).map(({ stored }) => stored)).toEqual([1, 1])
    expect(one.states.at(-1)).toEqual({ ok: true })
    expect(await inboxIds(one)).toEqual(['a', 'b'])
  })

  it('sends along the side road what the store kept although its answer to the commit was lost', async () => {
    const options = sqliteOptions()
    const store = new RecordStore(options, { now: () => 0, committed: () => undefined, failed: () => undefined })
    records = store
    let lost = false
    const deaf: Records = {
      read: store.read,
      write: async (act) => {
        const result = await store.write(act)
        if (lost) return result
        lost = true
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
      },
    }
    const one = await openKit({ options, records: deaf })
    kit = one
    await one.send(batch('a', 'b'))
    expect(await inboxIds(one)).toEqual(['a', 'b'])
    expect(one.sideRoad.map(({ id }) => id)).toEqual(['a', 'b'])
    // A later copy is no news.
    await one.send(envelope({ id: 'a' }))
    expect(one.sideRoad).toHaveLength(2)
  })

  it('a handler that meets the full disk is not to blame', async () => {
    let once = true
    const handler: EventHandler = {
      name: 'h',
      types: ['access.'],
      handle: async () => {
        if (once) {
          once = false
          throw full()
        }
      },
    }
    const one = await open([], [handler])
    expect(await one.send(batch('a', 'b'))).toMatchObject({ stored: 2 })
    expect(one.failures).toEqual([])
  })

  it('a message that breaks every turn ends in quarantine, its neighbours do not', async () => {
    const wrong = () => new Error('wrong statement')
    // Two messages, then each alone: the first alone fails again and is set aside.
    const one = await open([wrong(), wrong()])
    const outcomes = await Promise.all([one.send(envelope({ id: 'a' })), one.send(envelope({ id: 'b' }))])
    expect(outcomes).toEqual([
      { stored: 0, duplicate: 0, rejected: [{ id: 'a', reason: 'type_mismatch' }] },
      { stored: 1, duplicate: 0, rejected: [] },
    ])
  })

  it('holds back above high water and refuses when full', async () => {
    const one = await open(Array.from({ length: 1000 }, full))
    const ids = (n: number) => Array.from({ length: 200 }, (_, at) => `m${n}-${at}`)
    let taken = 0
    for (let n = 0; n < 500; n++) if (one.ingest.take(topic(), bytes(batch(...ids(n))), one.clock.ms)) taken += 200
    expect(one.ingest.high).toBe(true)
    expect(taken).toBeLessThan(100_000)
    await expect(one.send(envelope())).rejects.toThrow('服务暂不可用')
  })

  it('stops without waiting for a dead store', async () => {
    const one = await open(Array.from({ length: 1000 }, full))
    one.send(envelope()).catch(() => undefined)
    await until(() => one.states.length === 1)
    await one.ingest.stop?.()
    expect(one.receipts).toEqual([])
  })
})

it('status and health go to their own ears, never to the inbox', async () => {
  const kit = await openKit()
  const since = '2026-11-24T08:31:05+08:00'
  await kit.send({ v: 1, state: 'online', since }, 'jc/v1/demo/access/hik-a/status')
  await kit.send({ v: 1, at: since, last_ok_ms: 5 }, 'jc/v1/demo/access/hik-a/met/collector_health')
  await kit.send({ v: 1, at: since, last_ok_ms: 'x' }, 'jc/v1/demo/access/hik-a/met/collector_health')
  await kit.send('', 'jc/v1/demo/access/hik-a/status')
  await kit.send({ any: 1 }, 'jc/v1/demo/access/hik-a/met/door_gauge')
  await until(async () => (await kit.ingest.quarantineOpen()) === 1)
  expect(kit.statuses).toMatchObject([['hik-a', 'access', { state: 'online' }, kit.clock.ms]])
  expect(kit.healths).toMatchObject([['hik-a', 'access', { last_ok_ms: 5, spool: 0 }, kit.clock.ms]])
  expect(await inboxIds(kit)).toEqual([])
  await kit.close()
})

it('a topic that is none of ours is quarantined as unknown', async () => {
  const kit = await openKit()
  expect(await kit.send(envelope(), 'jc/v1/demo/nowhere/hik-a/evt/x')).toMatchObject({
    rejected: [{ reason: 'unknown_topic' }],
  })
  expect(kit.receipts[0]?.collector).toBe('hik-a')
  await kit.close()
})

it('the quarantine of one collector stays bounded, its counts do not forget', async () => {
  const kit = await openKit()
  const junk = Array.from({ length: 13_000 }, (_, n) => kit.send(`{"junk ${n}`))
  await Promise.all(junk)
  const { rows } = await sql<{
    n: number
    first: string
  }>`select count(*) as n, min(seq) as first from quarantine`.execute(kit.records.read)
  expect(Number(rows[0]?.n)).toBeLessThanOrEqual(12_500)
  expect(Number(rows[0]?.first)).toBeGreaterThan(500)
  expect(kit.ingest.stats().collectors[0]?.rejected).toBe(13_000)
  await kit.close()
})
