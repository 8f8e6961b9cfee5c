import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { checkLinks, parseChain } from '../../contract/chain.ts'
import { Lease, LeaseLost } from '../../server/cluster/lease.ts'
import { joinLine, session } from '../../server/cluster/line.ts'
import { clusterMigrations } from '../../server/cluster/tables.ts'
import { append, chainMigrations, exportChain } from '../../server/records/chain.ts'
import { RecordStore } from '../../server/records/store.ts'
import { TickRunner } from '../../server/ticks.ts'
import { startPostgres } from '../services.ts'

const postgres = await startPostgres()
afterAll(() => postgres.stop())

const MIGRATIONS = [...clusterMigrations, ...chainMigrations]
/** As a server of several opens it. */
const member = (url: string, pauseMs = 8000) =>
  new RecordStore(
    { kind: 'postgres', url, session: session(pauseMs) },
    { now: () => Date.now(), line: joinLine, committed: () => undefined, failed: () => undefined },
  )
const count = async ({ read }: RecordStore): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from chain_entry`.execute(read)
  return Number(rows[0]?.n)
}
const until = async (check: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await check())) await new Promise((done) => setTimeout(done, 20))
}

describe('one line of turns for several servers', () => {
  it('starts on one empty database together, each migration once', async () => {
    const url = await postgres.freshDatabase()
    const members = [member(url), member(url), member(url)]
    await Promise.all(members.map((one) => one.migrate(MIGRATIONS)))
    const [first] = members
    const { rows } = await sql<{ n: number }>`select count(*) as n from migration`.execute(first?.read ?? never())
    expect(Number(rows[0]?.n)).toBe(MIGRATIONS.length)
    for (const one of members) await one.close()
  })

  it('never forks a chain, and no turn fails, however many append at once', async () => {
    const url = await postgres.freshDatabase()
    const members = [member(url), member(url), member(url)]
    await members[0]?.migrate(MIGRATIONS)
    const writes = members.flatMap((one, at) =>
      Array.from({ length: 40 }, (_unused, n) => one.write(({ tx }) => append(tx, 'audit', 'test', { at, n }, n))),
    )
    await Promise.all(writes)
    const text = (await Array.fromAsync(exportChain(members[0]?.read ?? never(), 'audit'))).join('')
    const { entries } = parseChain(text)
    expect(entries).toHaveLength(120)
    expect(await checkLinks(entries)).toEqual([])
    // What one server wrote first stands first.
    for (const at of members.keys())
      expect(entries.filter(({ body }) => body.at === at).map(({ body }) => body.n)).toEqual([...Array(40).keys()])
    for (const one of members) await one.close()
  })

  it('reads what another one has committed before it decides: read, then write, never twice', async () => {
    const url = await postgres.freshDatabase()
    const members = [member(url), member(url)]
    await members[0]?.migrate(MIGRATIONS)
    const drawOnce = (one: RecordStore) =>
      one.write(async ({ tx, now }) => {
        const { rows } = await sql`select 1 from chain_entry where chain = 'assignment'`.execute(tx)
        if (rows.length > 0) return false
        await append(tx, 'assignment', 'drawn', {}, now)
        return true
      })
    const drawn = await Promise.all(Array.from({ length: 30 }, (_unused, n) => drawOnce(members[n % 2] ?? never())))
    expect(drawn.filter(Boolean)).toHaveLength(1)
    for (const one of members) await one.close()
  })

  it('takes the line from a server that stands still in its turn, and its writes with it', async () => {
    const url = await postgres.freshDatabase()
    const [paused, other] = [member(url, 300), member(url)]
    await paused.migrate(MIGRATIONS)
    let wakeUp = (): void => undefined
    const sleeping = new Promise<void>((resolve) => {
      wakeUp = resolve
    })
    let inside = false
    const late = paused
      .write(async ({ tx, now }) => {
        await append(tx, 'audit', 'late', {}, now)
        inside = true
        await sleeping
        await append(tx, 'audit', 'later', {}, now)
      })
      .then(
        () => 'committed',
        () => 'refused',
      )
    await until(() => inside)
    await other.write(({ tx, now }) => append(tx, 'audit', 'other', {}, now))
    wakeUp()
    expect(await late).toBe('refused')
    const text = (await Array.fromAsync(exportChain(other.read, 'audit'))).join('')
    expect(parseChain(text).entries.map(({ type }) => type)).toEqual(['other'])
    // It goes on by itself.
    await paused.write(({ tx, now }) => append(tx, 'audit', 'again', {}, now))
    expect(await count(other)).toBe(2)
    for (const one of [paused, other]) await one.close()
  })
})

describe('timers under a lease', () => {
  const passOn = ({ read }: RecordStore) =>
    sql`update cluster_lease set until_ms = 0 where name = 'timers'`.execute(read)
  const seek = async (store: RecordStore, lease: Lease): Promise<number | null> => {
    const token = await store.write(({ tx }) => lease.seek(tx))
    lease.hold(token)
    return token
  }
  const open = async () => {
    const url = await postgres.freshDatabase()
    const [one, two] = [member(url), member(url)]
    await one.migrate(MIGRATIONS)
    const leases = [new Lease('timers', 'a#1', 60_000), new Lease('timers', 'b#1', 60_000)] as const
    return { one, two, leases, close: () => Promise.all([one.close(), two.close()]) }
  }

  it('one holds it; prolonging keeps the token, passing on raises it', async () => {
    const { one, two, leases, close } = await open()
    expect(await seek(one, leases[0])).toBe(1)
    expect(await seek(two, leases[1])).toBeNull()
    expect(await seek(one, leases[0])).toBe(1)
    await passOn(one)
    expect(await seek(two, leases[1])).toBe(2)
    expect(await seek(one, leases[0])).toBeNull()
    await two.write(({ tx }) => leases[1].release(tx))
    expect(await seek(one, leases[0])).toBe(3)
    await close()
  })

  it('the store refuses the write of a holder whose lease has passed to another', async () => {
    const { one, two, leases, close } = await open()
    await seek(one, leases[0])
    const write = (store: RecordStore, lease: Lease) =>
      store.write(async ({ tx, now }) => {
        await append(tx, 'audit', 'timer', {}, now)
        await lease.fence(tx)
      })
    await write(one, leases[0])
    await passOn(one)
    // Nobody has taken it yet: its own token still stands.
    await write(one, leases[0])
    await seek(two, leases[1])
    await expect(write(one, leases[0])).rejects.toThrow(LeaseLost)
    await write(two, leases[1])
    expect(await count(one)).toBe(3)
    await close()
  })

  it('a server that started again is another holder: what its former life left behind is refused', async () => {
    const { one, leases, close } = await open()
    await seek(one, leases[0])
    const reborn = new Lease('timers', 'a#2', 60_000)
    expect(await seek(one, reborn)).toBeNull()
    await passOn(one)
    expect(await seek(one, reborn)).toBe(2)
    await expect(one.write(({ tx }) => leases[0].fence(tx))).rejects.toThrow(LeaseLost)
    await close()
  })

  it('two servers run each timer in turn, never both', async () => {
    const { one, two, leases, close } = await open()
    await seek(one, leases[0])
    const fired: string[] = []
    const runner = (store: RecordStore, lease: Lease, name: string) =>
      new TickRunner(
        store,
        [
          { name: 'ring', everyMs: 5, run: async (turn) => void turn.afterCommit(() => void fired.push(name)) },
          {
            name: 'own',
            everyMs: 5,
            everywhere: true,
            run: async (turn) => void turn.afterCommit(() => void own.add(name)),
          },
        ],
        () => undefined,
        { leads: () => true, fence: (tx) => lease.fence(tx) },
      )
    const own = new Set<string>()
    // Both believe that they lead; the store knows better.
    const runners = [runner(one, leases[0], 'a'), runner(two, leases[1], 'b')]
    for (const each of runners) each.start()
    await until(() => fired.length > 10 && own.size === 2)
    expect(new Set(fired)).toEqual(new Set(['a']))
    await passOn(one)
    await seek(two, leases[1])
    const before = fired.length
    await until(() => fired.length > before + 10)
    expect(new Set(fired.slice(before + 1))).toEqual(new Set(['b']))
    for (const each of runners) await each.stop()
    await close()
  })
})

const never = (): never => {
  throw new Error('no such server')
}
