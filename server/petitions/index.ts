import type { DangerousAct, Feature, Tick, Turn } from '../feature.ts'
import { chainMigrations } from '../records/chain.ts'
import { petitionActs, proposalRoutes, settledProposal } from './acts.ts'
import { assessRoute } from './assessing.ts'
import { boardRoutes } from './board.ts'
import { PANELS, type PetitionDeps } from './context.ts'
import { petitionFigures, petitionPanels } from './figures.ts'
import { dropLooseFiles } from './files.ts'
import { importRoute } from './import.ts'
import { nextDueMs, withMonths } from './moves.ts'
import { outboxRoutes } from './outbox.ts'
import { readingRoutes } from './reading.ts'
import { moveMatter, runningMatters } from './repository.ts'
import { stepRoutes } from './steps.ts'
import { petitionMigrations } from './tables.ts'
import { syncTold } from './told.ts'

export type { PetitionDeps } from './context.ts'

/** What approvals tell of a proposal that was decided. */
type Settled = Parameters<typeof settledProposal>[2]

/** 五色预警: a register of matters, their colours, clocks, steps, evidence and archive. */
export function petitionsFeature(
  deps: PetitionDeps,
): Feature & { settled(turn: Turn, proposal: Settled): Promise<void> } {
  const acts = petitionActs(deps)
  return {
    name: 'petitions',
    settled: (turn, proposal) => settledProposal(deps, turn, proposal),
    migrations: [...chainMigrations, ...petitionMigrations],
    routes: [
      ...readingRoutes(deps),
      ...stepRoutes(deps),
      assessRoute(deps),
      ...proposalRoutes(deps, acts),
      ...outboxRoutes(deps),
      ...boardRoutes(deps),
      importRoute(deps),
    ],
    acts: [...acts.downgrade.values(), acts.close] as unknown as readonly DangerousAct<never>[],
    panels: petitionPanels(deps),
    figures: [petitionFigures(deps)],
    ticks: [clocksTick(deps), looseTick()],
  }
}

/** Time itself opens the next month, and puts on the desks what runs out. */
function clocksTick(deps: PetitionDeps): Tick {
  return {
    name: 'petitions-clocks',
    everyMs: 30_000,
    async run(turn) {
      const matters = await runningMatters(turn.tx)
      const current = []
      for (const matter of matters) {
        const replies = withMonths(deps, matter, turn.now)
        const moved = { ...matter, replies }
        if (replies.length > matter.replies.length) {
          await moveMatter(turn.tx, matter, moved, nextDueMs(moved, turn.now))
          turn.touch(...PANELS)
        }
        current.push(moved)
      }
      await syncTold(deps, turn, current, true)
    },
  }
}
const looseTick = (): Tick => ({
  name: 'petitions-files',
  everyMs: 3_600_000,
  run: ({ tx, now }) => dropLooseFiles(tx, now),
})
