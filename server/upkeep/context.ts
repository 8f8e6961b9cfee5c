import type { UpkeepRules } from '../../config/upkeep.ts'
import type { SourcesPanel } from '../../contract/panels/sources.ts'
import type { AlertDesk, Records } from '../feature.ts'
import type { RecordsOptions } from '../records/store.ts'
import type { NamedCertificate } from './certificates.ts'
import type { RetentionDeps } from './retention/index.ts'
import type { PartState } from './rules.ts'

/** What main.ts hands to upkeep. */
export interface UpkeepDeps extends Pick<RetentionDeps, 'audit' | 'approvals' | 'retire' | 'services'> {
  records: Records
  options: RecordsOptions
  dataDir: string
  /** Where nightly backups go; the newest ones stay. */
  backups: string
  /** Where heads of chains are kept outside. */
  anchors: string
  passphrase: string | undefined
  rules: UpkeepRules
  alerts: AlertDesk
  version: string
  /** No other server writes the same records. */
  alone: boolean
  demo: boolean
  now(): number
  newId(): string
  failed(error: unknown, where: string): void
  sources(now: number): Promise<SourcesPanel>
  /** Those that services.yaml names. */
  certificates?: readonly NamedCertificate[]
  broker: { kind: 'embedded' | 'mqtt'; ready(): PartState }
  intake(): PartState
}
