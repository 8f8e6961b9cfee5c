import { disclosureRoutes } from '../../contract/http/disclosure.ts'
import { bind, type Feature } from '../feature.ts'
import { chainMigrations } from '../records/chain.ts'
import { type DisclosureDeps, PANEL } from './context.ts'
import { DISCLOSURE_FIGURES, disclosureFigures, disclosurePanel, readBoard } from './figures.ts'
import { looseFilesTick } from './moves.ts'
import { overdueTick } from './overdue.ts'
import { publicRoutes, readingRoutes } from './reading.ts'
import { redact } from './redact/engine.ts'
import { stepRoutes } from './steps.ts'
import { disclosureMigrations } from './tables.ts'

export type { DisclosureDeps } from './context.ts'

/** 文书公开: redaction, and 审核 → 导出 → 复核 → 发布 by at least two people. */
export function disclosureFeature(deps: DisclosureDeps): Feature {
  return {
    name: 'disclosure',
    migrations: [...chainMigrations, ...disclosureMigrations],
    routes: [
      bind(disclosureRoutes.redact, async ({ body }) => redact(deps.config.redaction, body)),
      ...stepRoutes(deps),
      ...readingRoutes(deps),
      ...publicRoutes(deps),
    ],
    panels: [
      {
        name: PANEL,
        permission: 'wall.view',
        everyMs: 60_000,
        load: async (now) => disclosurePanel(deps, await readBoard(deps, now)),
      },
    ],
    figures: [{ permission: 'figures.read', names: DISCLOSURE_FIGURES, list: (now) => disclosureFigures(deps, now) }],
    ticks: [looseFilesTick(), ...(deps.alerts ? [overdueTick({ ...deps, alerts: deps.alerts })] : [])],
  }
}
