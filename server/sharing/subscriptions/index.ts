import type { Feature } from '../../feature.ts'
import type { SubscriptionsDeps } from './context.ts'
import { deliver } from './deliver.ts'
import { sharingFigures } from './figures.ts'
import { hitRoutes } from './hit-routes.ts'
import { subscriptionTableRoutes } from './routes.ts'
import { subscriptionMigrations } from './tables.ts'

export type { SubscriptionsDeps } from './context.ts'
export type { Fact, Feed, Opener, PrincipalOf, Subject } from './port.ts'

/** 数据订阅: what comes in and fits is put before the one who asked for it, with purpose, basis and expiry. */
export function subscriptionsFeature(deps: SubscriptionsDeps): Feature {
  return {
    name: 'subscriptions',
    migrations: subscriptionMigrations,
    routes: [...subscriptionTableRoutes(deps), ...hitRoutes(deps)],
    figures: [sharingFigures(deps)],
    ticks: [{ name: 'subscriptions', everyMs: 2000, run: (turn) => deliver(deps, turn) }],
  }
}
