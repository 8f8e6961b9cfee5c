import type { Logger } from 'pino'
import type { SourceConfig } from '../../config/schema.ts'
import type { AlertDesk, Records } from '../feature.ts'
import type { SelftestWire } from './selftest-wire.ts'
import type { WizardDeps } from './wizard.ts'

/** What main.ts hands to the sources. */
export interface SourcesDeps {
  records: Records
  /** sources.yaml; disabled ones are left out here. */
  sources: readonly Pick<SourceConfig, 'id' | 'name' | 'domain' | 'kind' | 'staleAfterS' | 'enabled' | 'demo'>[]
  site: string
  alerts: AlertDesk
  now(): number
  newId(): string
  log: Pick<Logger, 'warn' | 'error'>
  /** Sends the self-test by the real broker, as a collector would; `stop` ends the connection. */
  wire: SelftestWire
  /** Of ingest: 95th percentile from arrival to commit, and what waits. */
  ingest(): { p95Ms: number | null; waiting: number }
  /** Of ingest: whether the records take what comes, and if not, since when (epoch ms) and why not. */
  intake?(): { ok: true } | { ok: false; reason: string; sinceMs: number }
  quarantineOpen(): Promise<number>
  metrics(): { state: 'ok' | 'down'; backlog: number }
  /** Hours of events that the collectors' spools can hold; null = unknown. */
  spoolHours?(): number | null
  /** Adding sources at the desk; undefined where that is not offered. */
  wizard?: WizardDeps
}
