import { assistRoutes } from '../../contract/http/assist.ts'
import { bind, type Feature } from '../feature.ts'
import type { AssistDeps } from './context.ts'
import { draftCalls } from './drafting/routes.ts'
import { entityFinder } from './entities/index.ts'
import { exhibitCalls } from './exhibits/routes.ts'
import { assistFigures } from './figures.ts'
import { assistMigrations } from './migrations.ts'
import { ReadingJobs } from './reading/jobs.ts'
import { endAbandoned } from './reading/repository.ts'
import { readingCalls } from './reading/routes.ts'
import { reckonSentence } from './sentencing.ts'
import { similarCalls } from './similar/routes.ts'

export type { AssistDeps } from './context.ts'

/** Assisted handling (seed article, part two): proposals with their reckoning and their source, never a decision. */
export function assistFeature(deps: AssistDeps): Feature & { jobs: ReadingJobs } {
  const { sentencing } = deps.config
  const find = entityFinder(sentencing)
  const jobs = new ReadingJobs(deps)
  return {
    name: 'assist',
    jobs,
    migrations: assistMigrations,
    routes: [
      bind(assistRoutes.entities, async ({ body }) => ({ entities: find(body.text) })),
      bind(assistRoutes.sentencing, async ({ body }) => reckonSentence(sentencing, body)),
      bind(assistRoutes.factors, async () => ({
        ruleVersion: sentencing.version,
        legalBasis: sentencing.legal_basis,
        factors: sentencing.factors.map(({ name, layer, min, max, note }) => ({ name, layer, min, max, note })),
      })),
      ...readingCalls(deps, jobs),
      ...draftCalls(deps),
      ...similarCalls(deps),
      ...exhibitCalls(deps),
    ],
    figures: [assistFigures(deps)],
    ticks: [{ name: 'assist.abandoned', everyMs: 30_000, run: (turn) => endAbandoned(turn.tx, turn.now) }],
    stop: () => jobs.close(),
  }
}
