import { expect, it } from 'vitest'
import { alertsFeature } from '../../server/alerts/index.ts'
import type { Feature } from '../../server/feature.ts'
import { EmbeddedBroker } from '../../server/ingest/broker.ts'
import { ingestFeature } from '../../server/ingest/index.ts'
import { RecordStore } from '../../server/records/store.ts'
import { type SourcesFeature, selftestWire, sourcesFeature } from '../../server/sources/index.ts'
import { shippedRules, sqliteStore } from '../alerts/office.ts'

const SITE = 'demo'
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Nothing is faked here: broker, ingest, inbox, rules, alerts, sources. */
it('the self-test travels the real way: broker, inbox, rules, disk, and back to its sender', async () => {
  const options = sqliteStore()
  const now = () => Temporal.Now.instant().epochMilliseconds
  const records = new RecordStore(options, {
    now,
    committed: () => undefined,
    failed: (error) => {
      throw error
    },
  })
  let ids = 0
  const seen = Promise.withResolvers<string>()
  const alerts = alertsFeature({
    records,
    rules: shippedRules(),
    posts: [],
    demo: false,
    log: quiet,
    now,
    newId: () => `a${++ids}`,
    selftestSeen: (id, at) => {
      sources.selftestSeen(id, at)
      seen.resolve(id)
    },
  })
  const ingest = ingestFeature({
    records,
    clock: { now },
    site: SITE,
    retention: { inboxDays: 200, quarantineDays: 90 },
    handlers: () => alerts.handlers ?? [],
    publish: (topic, payload, how) => broker.publish(topic, payload, how),
    sideRoad: () => undefined,
    onHandlerFailed: async (_turn, _event, error) => {
      throw error
    },
    onStatus: (...heard) => sources.onStatus(...heard),
    onHealth: (...heard) => sources.onHealth(...heard),
    log: () => undefined,
  })
  const accounts = new Map([['server', 'geheim']])
  const broker = new EmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    site: SITE,
    accounts,
    door: ingest,
    now,
    log: () => undefined,
  })
  const sources: SourcesFeature = sourcesFeature({
    records,
    sources: [],
    site: SITE,
    alerts: alerts.desk,
    now,
    newId: () => `selftest-${++ids}`,
    log: quiet,
    wire: selftestWire({
      broker: () => ({ url: `mqtt://127.0.0.1:${broker.port}`, username: 'server', password: 'geheim' }),
      failed: (error) => seen.reject(error),
    }),
    ingest: () => ingest.stats(),
    quarantineOpen: () => ingest.quarantineOpen(),
    metrics: () => ({ state: 'ok', backlog: 0 }),
  })
  const features: Feature[] = [alerts, sources, ingest]
  await records.migrate(features.flatMap(({ migrations }) => migrations ?? []))
  for (const feature of features) await feature.start?.()
  await broker.start()
  const tick = sources.ticks?.find(({ name }) => name === 'sources-selftest')
  await records.write(async (turn) => tick?.run(turn))

  expect(await seen.promise).toMatch(/^selftest-/)
  const panel = (await sources.panels?.[0]?.load(now())) as { selftest: unknown }
  expect(panel.selftest).toEqual({ at: expect.any(Number), tookMs: expect.any(Number), ok: true })
  expect(await alerts.open()).toEqual([])

  for (const feature of features) await feature.stop?.()
  await broker.stop()
  await records.close()
  options.remove()
})
