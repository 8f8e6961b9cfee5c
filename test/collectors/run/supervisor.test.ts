import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import type { SourceContext, SourceRunner } from '../../../collectors/source.ts'
import { type House, type SupervisedSource, superviseSource } from '../../../collectors/supervisor.ts'
import { loadConfig } from '../../../config/load.ts'
import type { SourceConfig } from '../../../config/schema.ts'
import { type Service, startMosquitto, temporaryFolder } from '../../services.ts'
import { draft } from '../delivery/make.ts'
import { Receiver, until } from '../delivery/receiver.ts'

const config = loadConfig('config')
const sourceOf = (id: string): SourceConfig => ({
  id,
  name: id,
  kind: 'syslog',
  domain: 'terminal',
  profile: 'tianqing-v10',
  staleAfterS: 60,
  enabled: true,
  demo: false,
  allow: [],
  maxPerSecond: 5000,
  reservoirMiB: 256,
})

let broker: Service
const open: (SupervisedSource | Receiver)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.stop()))
  await broker.stop()
})
async function furnish(): Promise<{ house: House; receiver: Receiver }> {
  broker = await startMosquitto()
  const receiver = await Receiver.connect(broker.url)
  open.push(receiver)
  const house: House = {
    config,
    dataDir: temporaryFolder(),
    secrets: { 'broker.a': 'x', 'broker.b': 'x', 'site.key': 'k' },
    version: '0',
    broker: { url: broker.url },
    clock: { now: () => Date.now() },
    chance: () => 0,
    log: pino({ level: 'silent' }),
  }
  return { house, receiver }
}
const runner = (start: () => Promise<void>, stop = async () => {}): SourceRunner => ({ start, stop })

test('a source that throws is shown as failed and tried again; its neighbour does not notice', async () => {
  const { house, receiver } = await furnish()
  let tries = 0
  const broken = async (_: SourceConfig, context: SourceContext) =>
    runner(async () => {
      if (++tries < 3) throw new Error('设备没有应答')
      await context.deliver([draft(1)])
    })
  const well = async (_: SourceConfig, context: SourceContext) => runner(() => context.deliver([draft(2)]))
  open.push(superviseSource(sourceOf('a'), house, broken), superviseSource(sourceOf('b'), house, well))
  await until(() => receiver.events.some(({ collector }) => collector === 'b'))
  await until(() =>
    receiver.healths.some(({ state, reason }) => state === 'failed' && /设备没有应答/.test(String(reason))),
  )
  await until(() => receiver.events.some(({ collector }) => collector === 'a'))
  await until(() => receiver.statuses.findLast(({ topic }) => topic.includes('/a/'))?.body.state === 'online')
  expect(tries).toBe(3)
  const ofB = receiver.statuses.filter(({ topic }) => topic.includes('/b/')).map(({ body }) => body.state)
  expect(new Set(ofB)).toEqual(new Set(['online']))
})

test('a source that gives up later is stopped and started again', async () => {
  const { house, receiver } = await furnish()
  const log: string[] = []
  const build = async (_: SourceConfig, context: SourceContext) => {
    log.push('built')
    return runner(
      async () => {
        if (log.length === 1) setTimeout(() => context.crashed(new Error('断了')), 10)
        else await context.deliver([draft(1)])
      },
      async () => {
        log.push('stopped')
      },
    )
  }
  open.push(superviseSource(sourceOf('a'), house, build))
  await until(() => receiver.events.length === 1)
  expect(log).toEqual(['built', 'stopped', 'built'])
})

test('a profile that does not fit is said in the state', async () => {
  const { house, receiver } = await furnish()
  const build = async (): Promise<SourceRunner> => {
    throw new Error('方言 x 不符合格式')
  }
  open.push(superviseSource(sourceOf('a'), house, build))
  await until(() => receiver.healths.some(({ reason }) => /不符合格式/.test(String(reason))))
})

test('people are hashed with the site key', async () => {
  const { house, receiver } = await furnish()
  const build = async (_: SourceConfig, context: SourceContext) =>
    runner(() => context.deliver([draft(1, { data: { person: context.personHash('10023') } })]))
  open.push(superviseSource(sourceOf('a'), house, build))
  await until(() => receiver.events.length === 1)
  // printf 10023 | openssl dgst -sha256 -hmac k
  expect(receiver.events[0]?.data).toEqual({ person: 'h:970b2f2cd5451816' })
})
