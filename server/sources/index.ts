import type { Domain } from '../../contract/domains.ts'
import type { CollectorHealth, CollectorStatus } from '../../contract/envelope.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import type { SourcesPanel } from '../../contract/panels/sources.ts'
import type { Feature } from '../feature.ts'
import type { SourcesDeps } from './context.ts'
import { type SourcesParts, sourceFigures, sourcesPanel } from './figures.ts'
import { sourceRoutes } from './routes.ts'
import { Selftest } from './selftest.ts'
import { sourceMigrations } from './tables.ts'
import { Traces } from './traces.ts'
import { Watch } from './watch.ts'
import { wizardRoutes } from './wizard.ts'

export type { SourcesDeps } from './context.ts'
export { dryRunner } from './dry-run.ts'
export { selftestWire } from './selftest-wire.ts'

export interface SourcesFeature extends Feature {
  /** For ingest: what collectors say of themselves. Of unknown collectors nothing is kept. */
  onStatus(collector: string, domain: Domain, status: CollectorStatus, receivedMs: number): void
  onHealth(collector: string, domain: Domain, health: CollectorHealth, receivedMs: number): void
  /** For every feature with figures: the worst of these sources. */
  freshness(sourceIds: readonly string[]): Promise<Freshness>
  /** For the health page: what the panel shows. */
  overview(now: number): Promise<SourcesPanel>
  /** For alerts: this self-test, observed at that epoch ms, came through. */
  selftestSeen(eventId: string, observedMs: number): void
}

const viewsOf = ({ sources }: SourcesDeps): string[] =>
  sources.flatMap(({ id, kind }) => (kind === 'case-sql' ? [id] : []))

const LOOK_EVERY_MS = 2000
const SELFTEST_LOOK_MS = 5000

/** Sources: who is alive, since when not, and whether an alert would reach the wall at all. */
export function sourcesFeature(deps: SourcesDeps): SourcesFeature {
  const traces = new Traces(deps.sources.map(({ id }) => id))
  const parts: SourcesParts = { deps, watch: new Watch(deps), traces, selftest: new Selftest(deps) }
  const { watch, selftest } = parts
  return {
    name: 'sources',
    migrations: sourceMigrations,
    handlers: [traces.handler],
    routes: [...sourceRoutes(parts), ...(deps.wizard ? wizardRoutes(deps.wizard, viewsOf(deps)) : [])],
    panels: [{ name: 'sources', permission: 'sources.read', everyMs: 5000, load: (now) => sourcesPanel(parts, now) }],
    figures: [sourceFigures(parts)],
    ticks: [
      { name: 'sources-deadlines', everyMs: LOOK_EVERY_MS, run: (turn) => watch.look(turn) },
      { name: 'sources-selftest', everyMs: SELFTEST_LOOK_MS, run: (turn) => selftest.look(turn) },
    ],
    onStatus: (collector, _domain, status, receivedMs) => watch.onStatus(collector, status, receivedMs),
    onHealth: (collector, _domain, health, receivedMs) => watch.onHealth(collector, health, receivedMs),
    freshness: async (sourceIds) => watch.freshness(sourceIds),
    overview: (now) => sourcesPanel(parts, now),
    selftestSeen: (eventId) => selftest.seen(eventId),
    async refresh() {
      await watch.refresh()
      await selftest.refresh()
      await traces.start(deps.records.read)
    },
    async start() {
      await watch.start()
      await traces.start(deps.records.read)
      await selftest.start()
    },
    stop: () => deps.wire.stop(),
  }
}
