import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { Bus } from '../../server/cluster/bus.ts'
import type { Hint } from '../../server/cluster/hints.ts'
import { SharedRate } from '../../server/cluster/rates.ts'
import { clusterCheck } from '../../server/commands/checks/cluster.ts'
import { freePort, startRedis, temporaryFolder } from '../services.ts'

const redis = await startRedis()
afterAll(() => redis.stop())
const open: Bus[] = []
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.stop()
})

let streams = 0
const bus = async (member: string, stream: string) => {
  const heard: string[] = []
  const state = { missed: 0 }
  const made = new Bus({
    url: redis.url,
    member,
    stream,
    hear: (hint: Hint) => heard.push(String(hint.body)),
    missed: () => {
      state.missed += 1
    },
    log: () => undefined,
  })
  open.push(made)
  await made.start()
  return { bus: made, heard, state, tell: (id: string) => made.tell({ kind: 'selftest', body: id }) }
}
const until = async (check: () => boolean): Promise<void> => {
  while (!check()) await sleep(20)
}
const stream = () => `t${streams++}`

describe('hints between servers, over a real Redis', () => {
  it('reach every other server in their order, never the one that told', async () => {
    const name = stream()
    const [a, b, c] = [await bus('a', name), await bus('b', name), await bus('c', name)]
    for (let n = 0; n < 50; n += 1) a.tell(`a${n}`)
    b.tell('b0')
    await until(() => b.heard.length === 50 && c.heard.length === 51 && a.heard.length === 1)
    expect(b.heard).toEqual(Array.from({ length: 50 }, (_unused, n) => `a${n}`))
    expect(c.heard.filter((id) => id !== 'b0')).toEqual(b.heard)
    expect(a.heard).toEqual(['b0'])
  })

  it('one that comes later hears only what is told from then on, and reads the rest from the records', async () => {
    const name = stream()
    const a = await bus('a', name)
    const b = await bus('b', name)
    a.tell('before')
    await until(() => b.heard.length === 1)
    const late = await bus('late', name)
    expect(late.state.missed).toBe(1)
    a.tell('after')
    await until(() => late.heard.length === 1)
    expect(late.heard).toEqual(['after'])
  })

  it('after Redis was away everybody reads afresh, and what was told meanwhile still arrives', async () => {
    const name = stream()
    const [a, b] = [await bus('a', name), await bus('b', name)]
    a.tell('one')
    await until(() => b.heard.length === 1)
    const missed = b.state.missed
    await redis.kill9()
    await until(() => !a.bus.up && !b.bus.up)
    a.tell('while away')
    await redis.restart()
    await until(() => b.bus.up && a.bus.up && b.state.missed > missed)
    a.tell('two')
    await until(() => b.heard.includes('two'))
    expect(b.heard.filter((id) => id === 'one')).toHaveLength(1)
  })

  it('starts without Redis and says so', async () => {
    await redis.kill9()
    const alone = await bus('a', stream())
    expect(alone.bus.up).toBe(false)
    await redis.restart()
    await until(() => alone.bus.up)
  })
})

describe('doctor', () => {
  const look = (redisUrl: string, sharedDir: string) =>
    clusterCheck.look({
      configDir: 'config',
      dataDir: sharedDir,
      environment: {
        port: 0,
        host: undefined,
        dataDir: sharedDir,
        mqttPort: undefined,
        cluster: { member: 'a', redisUrl, sharedDir },
      },
    })

  it('names what a server among several lacks, and never the password of Redis', async () => {
    const good = await look(redis.url, temporaryFolder('shared'))
    // The office's own services.yaml is the one-machine one.
    expect(good.map(({ level }) => level)).toEqual(['fail', 'ok', 'ok'])
    const bad = await look(`redis://:secret@127.0.0.1:${await freePort()}`, '/nowhere')
    expect(bad.map(({ level }) => level)).toEqual(['fail', 'fail', 'warn'])
    expect(JSON.stringify(bad)).not.toContain('secret')
  })
  it('says nothing where there is one server', async () => {
    const environment = { port: 0, host: undefined, dataDir: undefined, mqttPort: undefined }
    expect(await clusterCheck.look({ configDir: 'config', dataDir: '.', environment })).toEqual([])
  })
})

describe('limits that all servers keep together', () => {
  const many = async (rates: SharedRate[], calls: number): Promise<number> => {
    let passed = 0
    for (let n = 0; n < calls; n += 1) if (await rates[n % rates.length]?.take('who', n)) passed += 1
    return passed
  }

  it('let through of one caller no more than one server would', async () => {
    const name = stream()
    const members = [await bus('a', name), await bus('b', name)]
    // So slow that the time of the test adds nothing.
    const allowance = { rate: 0.001, burst: 100 }
    const rates = members.map((one) => new SharedRate('calls', allowance, (...ask) => one.bus.takeLot(...ask)))
    expect(await many(rates, 400)).toBe(100)
  })

  it('without Redis each server keeps the limit alone', async () => {
    const rates = [0, 1].map(() => new SharedRate('calls', { rate: 0.001, burst: 10 }, async () => undefined))
    expect(await many(rates, 100)).toBe(20)
  })
})
