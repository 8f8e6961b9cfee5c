import type { Feature } from '../../feature.ts'
import { SCREEN_REFRESH_MS, type SecurityDeps } from '../context.ts'
import { crossHandler } from './events.ts'
import { CROSS_FIGURES, crossFigures, crossPanel, readCrossBoard } from './figures.ts'
import { forgetTick, judgeTick } from './judge.ts'
import { groundOf } from './place.ts'
import { correlationMigrations } from './tables.ts'

/** Door × terminal × duty: what none of the three says alone. */
export function correlation(
  deps: SecurityDeps,
): Required<Pick<Feature, 'migrations' | 'handlers' | 'panels' | 'figures' | 'ticks'>> {
  const ground = groundOf(deps.config)
  return {
    migrations: correlationMigrations,
    handlers: [crossHandler(deps, ground)],
    panels: [
      {
        name: 'cross',
        permission: 'wall.view',
        everyMs: SCREEN_REFRESH_MS,
        load: async (now) => crossPanel(deps, ground, now, await readCrossBoard(deps, now)),
      },
    ],
    figures: [{ permission: 'figures.read', names: [...CROSS_FIGURES], list: (now) => crossFigures(deps, now) }],
    ticks: [judgeTick(deps, ground), forgetTick(deps)],
  }
}
