import { officeDate } from '../../config/zone.ts'
import type { Tick } from '../feature.ts'
import { type MonitoringDeps, SYSTEM } from './context.ts'
import { moveOn } from './moves.ts'
import { lateFindings, tellFor } from './repository.ts'
import { act } from './rules.ts'
import { tellOverdue } from './tell.ts'

/** Answers that do not come: an alert once for each last day, then the head, then the deputy chief. */
export function escalationTick(deps: MonitoringDeps): Tick {
  return {
    name: 'monitoring-escalation',
    everyMs: 60_000,
    async run(turn) {
      const today = officeDate(turn.now)
      for (const finding of await lateFindings(turn.tx, today)) {
        if (finding.told !== finding.due && (await tellFor(turn.tx, finding.id, finding.due)))
          await tellOverdue(deps, turn, finding)
        const action = { do: 'escalate', today, early: false } as const
        // Not ripe yet, or already with the deputy chief: nothing to do.
        if (!act(deps.config.monitoring, finding, action).ok) continue
        const body = { text: `答复期限 ${finding.due} 已过，仍未答复` }
        const change = { told: finding.due }
        await moveOn(deps, turn, finding, action, { by: SYSTEM, body, change })
        turn.touch('flow')
      }
    },
  }
}
