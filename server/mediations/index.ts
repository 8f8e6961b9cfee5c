import type { Feature } from '../feature.ts'
import { AddressThrottle } from '../people/gate.ts'
import { chainMigrations } from '../records/chain.ts'
import type { Context, MediationsDeps } from './context.ts'
import { draftingRoutes } from './drafting.ts'
import { mediationFigures, mediationPanels } from './figures.ts'
import { packRoutes } from './pack.ts'
import { partyRoutes } from './party-routes.ts'
import { readingRoutes } from './reading.ts'
import { stepRoutes } from './steps.ts'
import { mediationMigrations } from './tables.ts'
import { mediationsTick } from './tasks.ts'

export type { MediationsDeps } from './context.ts'

const WINDOW_MS = 600_000

/** 在线调解: from the application to a signed agreement and its performance; outsiders by link, code and a narrow cookie. */
export function mediationsFeature(deps: MediationsDeps): Feature {
  const { addressFailures } = deps.config.mediations.access
  const ctx: Context = { ...deps, addresses: new AddressThrottle(addressFailures, WINDOW_MS) }
  return {
    name: 'mediations',
    migrations: [...chainMigrations, ...mediationMigrations],
    routes: [
      ...readingRoutes(ctx),
      ...stepRoutes(ctx),
      ...draftingRoutes(ctx),
      ...packRoutes(ctx),
      ...partyRoutes(ctx),
    ],
    panels: mediationPanels(deps),
    figures: [mediationFigures(deps)],
    ticks: [mediationsTick(ctx)],
  }
}
