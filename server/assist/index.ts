import type { Config } from '../../config/load.ts'
import { assistRoutes } from '../../contract/http/assist.ts'
import { bind, type Feature } from '../feature.ts'
import { entityFinder } from './entities/index.ts'
import { reckonSentence } from './sentencing.ts'

/** Assisted handling (seed article, part two): proposals with their reckoning, never a decision. */
export function assistFeature({ config }: { config: Pick<Config, 'sentencing'> }): Feature {
  const { sentencing } = config
  const find = entityFinder(sentencing)
  return {
    name: 'assist',
    routes: [
      bind(assistRoutes.entities, async ({ body }) => ({ entities: find(body.text) })),
      bind(assistRoutes.sentencing, async ({ body }) => reckonSentence(sentencing, body)),
      bind(assistRoutes.factors, async () => ({
        ruleVersion: sentencing.version,
        legalBasis: sentencing.legal_basis,
        factors: sentencing.factors.map(({ name, layer, min, max, note }) => ({ name, layer, min, max, note })),
      })),
    ],
  }
}
