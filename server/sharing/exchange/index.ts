import type { Feature } from '../../feature.ts'
import type { ExchangeDeps } from './context.ts'
import { exchangeTableRoutes } from './routes.ts'
import { exchangeMigrations } from './tables.ts'

export type { ExchangeDeps, OutRow } from './context.ts'
export { sharedFeed } from './feed.ts'
export { followedProperty } from './property.ts'

/** 数据交换: other units' systems give and take. */
export function exchangeFeature(deps: ExchangeDeps): Feature {
  return { name: 'exchange', migrations: exchangeMigrations, routes: exchangeTableRoutes(deps) }
}
