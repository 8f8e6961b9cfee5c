import { join } from 'node:path'
import { retireAlerts } from '../../server/alerts/retire.ts'
import { approvalsFeature } from '../../server/approvals/index.ts'
import { auditTrail } from '../../server/audit/trail.ts'
import type { Feature } from '../../server/feature.ts'
import { pruneInbox } from '../../server/ingest/inbox.ts'
import { upkeepFeature } from '../../server/upkeep/index.ts'
import { demoConfig } from '../helpers/office.ts'
import { alertLog } from '../helpers/records.ts'
import type { Kept } from './kept.ts'

export interface UpkeepHouse {
  upkeep: Feature
  approvals: Feature
  alerts: ReturnType<typeof alertLog>
}

/** Upkeep of a kept data folder, with the two-person rule beside it; all around it is well. */
export function upkeepOf(kept: Kept): UpkeepHouse {
  let ids = 0
  const newId = () => `id-${++ids}`
  const alerts = alertLog()
  const approvals = approvalsFeature({
    records: kept.store,
    audit: auditTrail,
    acts: () => upkeep.acts ?? [],
    newId,
  })
  const config = demoConfig()
  const upkeep: Feature = upkeepFeature({
    records: kept.store,
    options: { kind: 'sqlite', file: join(kept.dataDir, 'records.sqlite') },
    dataDir: kept.dataDir,
    backups: join(kept.folder, 'backups'),
    anchors: join(kept.folder, 'anchors'),
    passphrase: undefined,
    rules: config.upkeep,
    alerts,
    version: '0.0.0',
    alone: true,
    demo: false,
    now: () => kept.clock.ms,
    newId,
    failed: (error) => {
      throw error
    },
    sources: async (now) => ({
      freshness: { source: '自检', at: now, staleAfterS: 30, state: 'ok' },
      items: [],
      ingest: { p95Ms: 5, quarantineOpen: 0, spool: 0, spoolHours: null, trouble: null },
      metrics: { state: 'ok', backlog: 0 },
      selftest: { at: now, tookMs: 4, ok: true },
    }),
    broker: { kind: 'embedded', ready: () => ({ ok: true }) },
    intake: () => ({ ok: true }),
    audit: auditTrail,
    approvals,
    services: config.services.retention,
    retire: { alerts: retireAlerts, events: ({ tx }, before, held, limit) => pruneInbox(tx, before, limit, held) },
  })
  return { upkeep, approvals, alerts }
}
