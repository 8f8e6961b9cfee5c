import type { EventHandler } from '../feature.ts'
import type { MonitoringDeps } from './context.ts'

/** A case that has changed is looked at again with the next tick; the event itself is filed by the cases room. */
export function changedHandler(
  deps: Pick<MonitoringDeps, 'caseIdOf'>,
  mark: (ids: Iterable<string>) => void,
): EventHandler {
  return {
    name: 'monitoring',
    types: ['case.'],
    async handle(turn, events) {
      const ids = events.flatMap(({ data, object }) => {
        const given = typeof data.caseNo === 'string' ? data.caseNo : object?.replace(/^case:/, '')
        return given ? [deps.caseIdOf(given.slice(0, 200))] : []
      })
      turn.afterCommit(() => mark(ids))
    },
  }
}
